"""Files of people as secretaries send them: what is read, what is dropped, what is refused and why."""

import io
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from app.importing.tables import ImportRefusedError, Table, read_table
from app.people import lists
from app.people.names import Logins, is_name, mended

TWO = "табельный;фамилия;имя;отчество;школа;предмет\n1;Новая;Инна;;school1;химия\n2;Другой;Олег;Ильич;school2;физика\n"
DATA = Path(__file__).parent.parent / "data" / "people"


def table(text: str, name: str = "list.csv", encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), name, lists.COLUMNS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le"])
def test_list_is_read_in_any_usual_encoding(encoding: str) -> None:
    assert [row["family"] for row in table(TWO, encoding=encoding).rows] == ["Новая", "Другой"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_list_is_read_with_any_usual_delimiter(delimiter: str) -> None:
    assert [row["school"] for row in table(TWO.replace(";", delimiter)).rows] == ["school1", "school2"]


def test_list_of_a_secretary_is_read_and_its_personal_columns_are_dropped() -> None:
    read = read_table((DATA / "teachers_utf8_bom_semicolon.csv").read_bytes(), "teachers.csv", lists.COLUMNS)
    assert len(read.rows) == 39  # lines of the file without the header
    assert read.rows[0].cells == {
        "number": "000001",
        "family": "Мамин-Сибиряк",
        "given": "Дмитрий",
        "patronymic": "Наркисович",
        "school": read.rows[0]["school"],
        "subject": "труд (технология)",
    }
    assert read.dropped == ["дата_рождения", "снилс"]
    assert read.unused == ["стаж", "ставка"]
    assert "506-163-177" not in str(read)


def workbook(rows: list[list[object]], *merged: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_workbook_with_a_merged_title_above_the_header_is_read() -> None:
    rows = [
        ["Список педагогов", None, None],
        [],
        ["ФИО", "Школа", "Таб. №"],
        ["Алиев Эльдар Вагиф оглы", "school1", 7.0],
    ]
    read = read_table(workbook(rows, "A1:C1"), "list.xlsx", lists.COLUMNS)
    assert [(row.number, row["full_name"], row["number"]) for row in read.rows] == [(4, "Алиев Эльдар Вагиф оглы", "7")]


def test_formula_without_a_value_is_named_by_its_cell() -> None:
    rows = [["Фамилия", "Имя", "Школа"], ["=B2", "Инна", "school1"]]
    with pytest.raises(ImportRefusedError, match="ячейка A2: формула без значения"):
        read_table(workbook(rows), "list.xlsx", lists.COLUMNS)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("a.xlsx", b"PK\x03\x04 broken", "файл повреждён"),
        ("a.docx", b"", "нужен файл .xlsx, .xls или .csv"),
        ("a.csv", "город;страна\nа;б\n".encode(), "не найдена строка заголовков"),
        ("a.csv", "фамилия;имя;школа\n".encode(), "ни одной строки"),
        ("a.csv", "фамилия;имя;имя;школа\nа;б;в;г\n".encode(), "стоит дважды"),
        ("a.csv", "фамилия;имя;школа\nа;б;в;г\n".encode(), "ячеек 4, а заголовков 3"),
        ("a.csv", b"\x98\xd0;\x98\xd1", "кодировка"),
    ],
    ids=["damaged book", "other kind", "no header", "no rows", "repeated header", "ragged", "binary"],
)
def test_unusable_file_is_refused_with_its_reason(name: str, body: bytes, message: str) -> None:
    with pytest.raises(ImportRefusedError, match=message):
        read_table(body, name, lists.COLUMNS)


def test_latin_letters_inside_a_russian_name_are_mended() -> None:
    assert mended("Aннa Пeтровна") == "Анна Петровна"
    assert mended("Smith") == "Smith"


def test_sign_in_names_are_unique_and_latin() -> None:
    logins = Logins({"shchukina.ap"})
    assert [logins.make("Щукина", "Анна", "Петровна") for _time in range(2)] == ["shchukina.ap2", "shchukina.ap3"]


def test_header_of_two_lines_with_merged_cells_is_read_as_one() -> None:
    rows = [
        ["Список педагогов МКОУ"],
        ["№ п/п", "Педагог", None, None, "Наименование ОО", "СНИЛС"],
        [None, "фамилия", "имя", "отчество", None, None],
        [1, 2, 3, 4, 5, 6],
        [1, "Иванова", "Анна", "Петровна", "school1", "506-163-177 71"],
    ]
    read = read_table(workbook(rows, "A1:F1", "A2:A3", "B2:D2", "E2:E3", "F2:F3"), "list.xlsx", lists.COLUMNS)
    assert [(row.number, row.cells) for row in read.rows] == [
        (5, {"family": "Иванова", "given": "Анна", "patronymic": "Петровна", "school": "school1"})
    ]
    assert read.dropped == ["СНИЛС"]


@pytest.mark.parametrize(
    ("merged", "told"),
    [
        (("A1:C1", "C3:C4"), "ячейки C3:C4: объединены"),
        (("A1:C1", "A5:B5"), "ячейки A5:B5: объединены"),
        (("A1:C1", "C2:C3"), "ячейки C2:C3: объединены"),
    ],
    ids=["a school for two people", "a name over two cells", "from the header into the data"],
)
def test_cells_merged_right_under_the_header_are_named(merged: tuple[str, ...], told: str) -> None:
    rows: list[list[object]] = [["Список"], ["Фамилия", "Имя", "Школа"]]
    rows += [[family, "Инна", "school1"] for family in ("Алиева", "Быкова", "Волкова")]
    with pytest.raises(ImportRefusedError) as refusal:
        read_table(workbook(rows, *merged), "list.xlsx", lists.COLUMNS)
    assert told in str(refusal.value)
    assert "A1:C1" not in str(refusal.value)


def test_first_row_of_data_is_no_second_line_of_the_header() -> None:
    read = table("фамилия;имя;школа;категория персонала\nИванова;Анна;school1;педагог\nПетрова;Ева;school1;педагог\n")
    assert [row["family"] for row in read.rows] == ["Иванова", "Петрова"]


@pytest.mark.parametrize(
    "heading", ["ФИО педагога", "Ф.И.О. учителя", "ФИО (полностью)", "Фамилия, имя, отчество (при наличии)"]
)
def test_heading_is_known_however_it_is_worded(heading: str) -> None:
    read = table(
        f"{heading};Наименование школы;Д.р.;Моб. тел.;Адрес электронной почты\nИванова Анна;school1;1;2;a@b.ru\n"
    )
    assert read.rows[0].cells == {"full_name": "Иванова Анна", "school": "school1", "email": "a@b.ru"}
    assert read.dropped == ["Д.р.", "Моб. тел."]


def test_comma_in_the_title_above_does_not_hide_the_semicolons_below() -> None:
    read = table("Список педагогов, 2026 год, район\nФамилия;Имя;Школа\nИванова;Анна;school1\n")
    assert read.rows[0].cells == {"family": "Иванова", "given": "Анна", "school": "school1"}


def test_letters_that_a_mac_writes_as_two_signs_are_one() -> None:
    read = table(unicodedata.normalize("NFD", "Фамилия;Имя;Школа\nЙцукенов;Андрей;school1\n"))
    assert read.rows[0]["family"] == "Йцукенов"


def test_book_of_excel_97_is_read_by_its_content_whatever_it_is_called() -> None:
    """The file was saved by LibreOffice 7.4 as «Excel 97-2003»: a title, a header, two people, one date column."""
    body = (DATA / "list_excel97.xls").read_bytes()
    for name in ("list.xls", "list.xlsx"):
        read = read_table(body, name, lists.COLUMNS)
        assert [(row["number"], row["full_name"]) for row in read.rows] == [
            ("7", "Алиев Эльдар Вагиф оглы"),
            ("8", "Мамин-Сибиряк Анна"),
        ]
        assert read.dropped == ["Дата рождения"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Мамин\u2011Сибиряк", "Мамин-Сибиряк"),
        ("Мамин – Сибиряк", "Мамин-Сибиряк"),
        ("Мамин- Сибиряк", "Мамин-Сибиряк"),
        ("Вагиф оглы", "Вагиф оглы"),
    ],
)
def test_dash_that_word_has_put_in_is_a_hyphen(typed: str, kept: str) -> None:
    assert mended(typed) == kept


@pytest.mark.parametrize("name", ["Къардэнгъущӏ", "Һиниэхэп", "Д’Артаньян", "Оюун-оол", "Ли", "Гулиева кызы"])
def test_name_may_have_the_letters_of_any_alphabet(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "-Иванова", "Иванова1", "@sum", "Ива_нова", "<b>"])
def test_what_a_table_would_reckon_or_a_page_would_run_is_no_name(name: str) -> None:
    assert not is_name(name)
