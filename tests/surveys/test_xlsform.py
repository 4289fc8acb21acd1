"""XLSForms of others are read as meant; bad and hostile files are refused by sheet and row; ours come back whole."""

import contextlib
import json
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from surveys.__main__ import main
from surveys.definition.instrument import instrument_from_dict, load_instrument
from surveys.errors import DefinitionError
from surveys.expressions.syntax import parse
from surveys.xlsform import read_xlsform, write_xlsform

DATA = Path(__file__).parents[1] / "data"
FORMS = json.loads((DATA / "xlsform" / "expected.json").read_text(encoding="utf-8"))["forms"]
ACCEPTED = [name for name, form in FORMS.items() if form["class"].startswith("supported")]
TYPES = {"select one": "select_one", "select all that apply": "select_multiple"}


def save(path, survey, choices=(), settings=(), **sheets):
    """A workbook from rows of cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in {"survey": survey, "choices": choices, "settings": settings, **sheets}.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def refusal(path):
    with pytest.raises(DefinitionError) as refused:
        read_xlsform(path)
    return refused.value.lines()


HEAD = ("type", "name", "label")
AGREE = [("list_name", "name", "label"), ("agree", 1, "нет"), ("agree", 2, "да")]


@pytest.mark.parametrize("name", ACCEPTED)
def test_form_is_read_with_the_questions_that_pyxform_lists(name):
    instrument = read_xlsform(DATA / "xlsform" / name)
    expected = FORMS[name]
    assert [item.name for item in instrument.items] == [node["name"] for node in expected["nodes"]]
    types = [item.spelled or item.type for item in instrument.items]
    assert types == [TYPES.get(node["type"], node["type"]) for node in expected["nodes"]]
    assert instrument.languages == expected["languages"]
    assert instrument.title == expected["title"]
    for item, node in zip(instrument.items, expected["nodes"], strict=True):
        label = node["label"]
        assert item.label == (next(iter(label.values())) if isinstance(label, dict) else label or "")
        assert item.relevant == (node["relevant"] or "")
        if node["choices"]:
            assert [option.name for option in instrument.options_of(item)] == [c["name"] for c in node["choices"]]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pyxform__gps.xls", ["лист survey, строка 2", "«gps»"]),
        ("pyxform__gps.csv", ["лист survey, строка 3", "«gps»"]),
        ("pyxform__pull_data.xlsx", ["лист survey, строка 2", "pulldata"]),
        ("pyxform__flat_xlsform_test.xlsx", ["лист survey, строка 34", "«geopoint»"]),
    ],
)
def test_unsupported_form_is_refused_with_row_and_type(name, words):
    lines = refusal(DATA / "xlsform" / name)
    assert any(all(word in line for word in words) for line in lines), lines


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("f_unknown_type.xlsx", ["лист survey, строка 6", "неизвестный тип «slider»"]),
        ("f_missing_list.xlsx", ["лист survey, строка 6", "нет списка вариантов «nolist»"]),
        ("f_dup_names.xlsx", ["лист survey, строка 6", "«q1» уже занято"]),
        ("f_bad_ref.xlsx", ["лист survey, строка 6", "нет пункта «net_takogo»"]),
        ("x_merged_cells.xlsx", ["лист survey, строки 4-5", "объединённые ячейки"]),
        ("x_formula_no_cache.xlsx", ["лист survey, строка 2", "C2", "формула"]),
        ("x_xxe_file.xlsx", ["DTD"]),
        ("z_traversal.xlsx", ["пути за его пределы"]),
        ("w_truncated.xlsx", ["повреждён"]),
        ("w_csv_named.xlsx", ["не книга Excel"]),
    ],
)
def test_malformed_file_is_refused_in_words(name, words, capsys):
    path = DATA / "malformed" / name
    lines = refusal(path)
    assert any(all(word in line for word in words) for line in lines), lines
    assert not any("root:" in line for line in lines)
    assert main(["check", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == lines


def test_merged_rows_are_all_named():
    lines = refusal(DATA / "malformed" / "x_merged_cells.xlsx")
    assert any("строка 3" in line and "q2" in line for line in lines)
    assert any("строка 5" in line and "why" in line for line in lines)


def test_blanks_around_everything_change_nothing():
    trimmed = read_xlsform(DATA / "malformed" / "f_trailing_space.xlsx")
    plain = read_xlsform(DATA / "malformed" / "ok_baseline.xlsx")
    assert len(plain.items) == 4
    assert trimmed.sha256() == plain.sha256()


def test_all_problems_of_a_form_come_at_once(tmp_path):
    survey = [
        HEAD,
        ("slider", "a", "?"),
        ("select_one nolist", "b", "?"),
        ("text", "c c", "?"),
        ("", "d", "?"),
        ("begin group", "g", ""),
        ("text", "", "без имени"),
        ("select_one", "e", "?"),
        ("begin repeat", "r", "?"),
    ]
    lines = refusal(save(tmp_path / "f.xlsx", survey))
    rows = [number for number in range(2, 10) if any(f"строка {number}" in line for line in lines)]
    assert rows == [2, 3, 4, 5, 6, 7, 8, 9]


def test_faults_of_shape_and_of_sense_are_told_together_and_nothing_that_only_follows(tmp_path):
    survey = [
        (*HEAD, "scale", "relevant", "prefill"),
        ("slider", "a", "A", "s", "", ""),  # its type only, and the scale is not called empty
        ("select_one agree", "b", "B", "zz", "${c} = 1", ""),
        ("select_one lost", "c", "C", "", "", "наугад"),
        ("text", "c", "C", "", "", ""),
        ("text", "", "без имени", "", "${nobody} = 1", ""),  # and ${nobody} may be its name
        ("text", "d", "", "", "", ""),
    ]
    scales = [("name", "label", "min_answered"), ("s", "Шкала", "почти все")]
    choices = [*AGREE, ("lost", "", "без кода")]
    lines = refusal(save(tmp_path / "f.xlsx", survey, choices, scales=scales))
    assert [line.removeprefix("f.xlsx: лист ") for line in lines] == [
        "survey, строка 2: неизвестный тип «slider»",
        "survey, строка 3, столбец scale: нет шкалы «zz»",
        "survey, строка 4, столбец prefill: недопустимое значение «наугад»; можно: register, previous, staff",
        "survey, строка 5, столбец name: имя «c» уже занято; имена не должны повторяться",
        "survey, строка 6: не указано имя вопроса (столбец name)",
        "survey, строка 7: у вопроса «d» нет текста (столбец label)",
        "choices, строка 4: не заполнен столбец name",
        "scales, строка 2, столбец min_answered: здесь должно быть число",
    ]


def test_choices_without_their_columns_are_told_once(tmp_path):
    lines = refusal(save(tmp_path / "f.xlsx", [HEAD, ("select_one agree", "a", "A")], [("list", "code"), ("agree", 1)]))
    assert lines == ["f.xlsx: лист choices: нет столбцов list_name и name"]


def test_extra_columns_and_scales_sheet_are_read(tmp_path):
    survey = [
        (*HEAD, "required", "scale", "reverse", "not_applicable"),
        ("select_one agree", "a", "A", "yes", "s", "", "не относится"),
        ("select_one agree", "b", "B", "${a} = 1", "s", "yes", ""),
    ]
    scales = [("name", "label", "min_answered"), ("s", "Шкала", "0,5")]
    instrument = read_xlsform(save(tmp_path / "f.xlsx", survey, AGREE, scales=scales))
    assert [item.reverse for item in instrument.scale_items("s")] == [False, True]
    assert instrument.scales[0].min_answered == 0.5
    assert instrument.item("a").required
    assert instrument.item("b").required_when == "${a} = 1"
    assert instrument.item("a").not_applicable == "не относится"


def test_bad_yes_or_no_and_unknown_scale_are_named(tmp_path):
    survey = [(*HEAD, "scale", "reverse"), ("select_one agree", "a", "A", "zz", "может быть")]
    scales = [("name", "label"), ("s", "Шкала")]
    lines = refusal(save(tmp_path / "f.xlsx", survey, AGREE, scales=scales))
    assert any("строка 2, столбец reverse" in line for line in lines)
    assert any("строка 2, столбец scale: нет шкалы «zz»" in line for line in lines)


def test_languages_groups_and_filters_survive(tmp_path):
    survey = [
        ("type", "name", "label::Русский (ru)", "label::Къэбэрдей (kbd)", "relevant", "choice_filter"),
        ("begin group", "g", "Группа", "Гуп", "", ""),
        ("select_one regions", "r", "Район?", "Хэгъуэр?", "", ""),
        ("begin_group", "inner", "Внутри", "", "${r} = 'kbr'", ""),
        ("select_one towns", "t", "Село?", "", "", "region = ${r}"),
        ("end_group", "", "", "", "", ""),
        ("end group", "", "", "", "", ""),
    ]
    choices = [
        ("list name", "name", "label::Русский (ru)", "label::Къэбэрдей (kbd)", "region"),
        ("regions", "kbr", "КБР", "КъБР", ""),
        ("towns", "altud", "Алтуд", "Алътуд", "kbr"),
    ]
    settings = [("form_title", "form_id", "default_language"), ("Форма", "f", "Русский (ru)")]
    instrument = read_xlsform(save(tmp_path / "f.xlsx", survey, choices, settings))
    assert instrument.languages == ["Русский (ru)", "Къэбэрдей (kbd)"]
    assert instrument.item("r").translations == {"Къэбэрдей (kbd)": {"label": "Хэгъуэр?"}}
    assert instrument.item("t").group == "inner"
    assert instrument.groups[1].parent == "g"
    assert instrument.option_lists["towns"][0].columns == {"region": "kbr"}
    write_xlsform(instrument, tmp_path / "again.xlsx")
    assert read_xlsform(tmp_path / "again.xlsx") == instrument


def test_or_other_becomes_an_option_and_a_text(tmp_path):
    instrument = read_xlsform(save(tmp_path / "f.xlsx", [HEAD, ("select_one agree or_other", "q", "?")], AGREE))
    assert [option.name for option in instrument.options_of(instrument.item("q"))] == ["1", "2", "other"]
    assert instrument.item("q_other").relevant == "selected(${q}, 'other')"


def test_words_of_or_other_speak_the_languages_of_the_form(tmp_path):
    survey = [
        ("type", "name", "label::Русский (ru)", "label::English (en)"),
        ("select_one agree or_other", "q", "?", "?"),
    ]
    choices = [("list_name", "name", "label::Русский (ru)", "label::English (en)"), ("agree", 1, "да", "yes")]
    instrument = read_xlsform(save(tmp_path / "f.xlsx", survey, choices))
    other = instrument.options_of(instrument.item("q"))[-1]
    assert (other.label, other.translations) == ("Другое", {"English (en)": "Other"})
    assert instrument.item("q_other").translations == {"English (en)": {"label": "Please specify"}}


def test_slip_in_a_heading_is_refused_and_a_column_of_ones_own_is_mentioned(tmp_path, capsys):
    slip = save(tmp_path / "f.xlsx", [(*HEAD, "relevent"), ("text", "a", "?", ""), ("text", "b", "?", "${a} = 'x'")])
    assert refusal(slip) == ["f.xlsx: лист survey: столбец «relevent» похож на «relevant»: исправьте заголовок"]
    own = save(tmp_path / "g.xlsx", [(*HEAD, "кто правил", None), ("text", "a", "?", "Иванова", "заметка")])
    assert main(["check", str(own)]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "g.xlsx: лист survey, строка 2: есть ячейки под пустым заголовком: они не читаются",
        "g.xlsx: лист survey: столбцы без действия: «кто правил»",
    ]


def test_ragged_row_of_a_text_file_is_refused_by_its_row(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("type,name,label\ntext,a,Да, конечно\ntext,b,Нет\n", encoding="utf-8")
    lines = refusal(path)
    assert len(lines) == 1
    assert "строка 2" in lines[0]
    assert "больше, чем столбцов" in lines[0]


def test_filter_by_a_column_that_no_option_has_is_refused(tmp_path):
    survey = [
        (*HEAD, "choice_filter"),
        ("select_one agree", "a", "?", ""),
        ("select_one agree", "b", "?", "region = ${a}"),
    ]
    assert "строка 3, столбец choice_filter" in refusal(save(tmp_path / "f.xlsx", survey, AGREE))[0]


@pytest.mark.parametrize(
    ("column", "row", "formula"),
    [
        ("relevant", 2, "${b} > 1"),
        ("calculation", 3, "${b} + 1"),
        ("required", 3, "${b} > 1"),
        ("relevant", 3, "${c} > 1"),
    ],
)
def test_self_reference_is_named_by_the_row_and_column_it_stands_in(tmp_path, column, row, formula):
    kind = "calculate" if column == "calculation" else "integer"
    survey = [
        [*HEAD, "relevant", "calculation", "required"],
        ["begin group", "g", "G", "", "", ""],
        [kind, "b", "?", "", "1" if kind == "calculate" else "", ""],
        ["integer", "c", "?", "${b} > 0", "", ""],
        ["end group", "", "", "", "", ""],
    ]
    survey[row - 1][survey[0].index(column)] = formula
    lines = refusal(save(tmp_path / "f.xlsx", survey))
    assert f"строка {row}, столбец {column}: " in lines[0]
    assert "зависит" in lines[0]


@pytest.mark.parametrize(
    ("kind", "default", "words"),
    [
        ("integer", "много", "целым числом"),
        ("select_one agree", "7", "нет варианта «7»"),
        ("select_multiple agree", "1 7", "нет варианта «7»"),
        ("date", "вчера", "датой"),
        ("date", "today() +", "не читается"),
        ("integer", "${nope}", "нет пункта «nope»"),
        ("integer", "5", ""),
        ("select_multiple agree", "1 2", ""),
        ("date", "today()", ""),
        ("text", "Школа(ы)", ""),
    ],
)
def test_default_answer_must_fit_its_question(tmp_path, kind, default, words):
    path = save(tmp_path / "f.xlsx", [(*HEAD, "default"), (kind, "q", "?", default)], AGREE)
    if not words:
        assert read_xlsform(path).item("q").default == default
        return
    lines = refusal(path)
    assert "строка 2, столбец default" in lines[0]
    assert words in lines[0]


def test_true_and_false_cells_read_as_pyxform_reads_them(tmp_path):
    survey = [(*HEAD, "required"), ("select_one flag", "q", "?", True)]
    instrument = read_xlsform(
        save(tmp_path / "f.xlsx", survey, [AGREE[0], ("flag", True, "да"), ("flag", False, "нет")])
    )
    assert instrument.item("q").required
    assert [option.name for option in instrument.option_lists["flag"]] == ["TRUE", "FALSE"]


@pytest.mark.parametrize(("text", "kept"), [("15.05.2020", "2020-05-15"), ("2020-05-15", "2020-05-15"), ("весной", "")])
def test_day_of_approval_is_a_day(tmp_path, text, kept):
    settings = [("form_id", "approved_by", "approved_on"), ("f", "Приказ № 12", text)]
    path = save(tmp_path / "f.xlsx", [HEAD, ("text", "a", "?")], (), settings)
    if kept:
        assert read_xlsform(path).thresholds.on == kept
    else:
        assert "лист settings, строка 2, столбец approved_on: здесь должна быть дата" in refusal(path)[0]


def test_wrong_setting_is_named_by_its_column(tmp_path):
    settings = [("form_id", "kind", "minutes"), ("f", "карта", "много")]
    lines = refusal(save(tmp_path / "f.xlsx", [HEAD, ("text", "a", "?")], (), settings))
    assert any("лист settings, строка 2, столбец kind" in line for line in lines)
    assert any("лист settings, строка 2, столбец minutes" in line for line in lines)


def test_typographic_quotes_of_a_word_processor_are_mended(tmp_path):
    survey = [(*HEAD, "relevant"), ("text", "a", "?", ""), ("text", "b", "?", "${a} = ‘да’")]
    assert parse(read_xlsform(save(tmp_path / "f.xlsx", survey)).item("b").relevant).tree[2] == ["text", "да"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_by_sheet_is_read_in_any_usual_encoding(tmp_path, encoding, delimiter):
    rows = ["survey,,,", ",type,name,label", ",select_one agree,q,Согласны?", "choices,,,", ",list_name,name,label"]
    rows += [",agree,1,нет", ",agree,2,да"]
    path = tmp_path / "f.csv"
    path.write_bytes("\r\n".join(rows).replace(",", delimiter).encode(encoding))
    instrument = read_xlsform(path)
    assert instrument.item("q").label == "Согласны?"
    assert [option.label for option in instrument.option_lists["agree"]] == ["нет", "да"]


@pytest.mark.parametrize("code", ["teacher_deficits", "school_card"])
def test_packaged_instrument_comes_back_identical_and_pyxform_takes_the_file(code, tmp_path):
    from pyxform.xls2xform import convert

    instrument = load_instrument(code)
    path = tmp_path / "f.xlsx"
    write_xlsform(instrument, path)
    assert read_xlsform(path).sha256() == instrument.sha256()
    assert convert(str(path)).warnings == []


@pytest.mark.office
def test_book_saved_anew_by_another_program_is_the_same_form(tmp_path):
    """LibreOffice stands for Excel: the exported books, opened and saved as .xlsx and as .xls."""
    forms = {code: load_instrument(code) for code in ("teacher_deficits", "school_card")}
    forms["types"] = read_xlsform(DATA / "all_types.xlsx")
    for code, instrument in forms.items():
        write_xlsform(instrument, tmp_path / f"{code}.xlsx")
    for kind in ("xlsx", "xls"):
        books = [str(tmp_path / f"{code}.xlsx") for code in forms]
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / kind), *books]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        for code, instrument in forms.items():
            assert read_xlsform(tmp_path / kind / f"{code}.{kind}").sha256() == instrument.sha256()


def test_cells_of_an_exported_book_are_text_so_that_a_code_keeps_its_last_zero(tmp_path):
    write_xlsform(load_instrument("school_card"), tmp_path / "f.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx")["survey"]
    assert {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {"@"}
    assert sheet.column_dimensions["B"].number_format == "@"  # a row that is added, too


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    item = {"name": "q", "type": "text", "label": '=HYPERLINK("http://x")', "hint": "+1"}
    instrument = instrument_from_dict({"code": "f", "title": "=1+1", "items": [item]})
    write_xlsform(instrument, tmp_path / "f.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "f.xlsx")["survey"] for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert read_xlsform(tmp_path / "f.xlsx") == instrument


def test_group_in_two_places_cannot_be_written(tmp_path):
    items = [{"name": n, "type": "text", "label": "?", "group": g} for n, g in (("a", "g"), ("b", "h"), ("c", "g"))]
    body = {"code": "f", "title": "f", "items": items, "groups": [{"name": "g"}, {"name": "h"}]}
    with pytest.raises(DefinitionError, match="не подряд"):
        write_xlsform(instrument_from_dict(body), tmp_path / "f.xlsx")


def repack(path, change):
    """The baseline form with its zip members changed by ``change(name, content)``."""
    with zipfile.ZipFile(DATA / "malformed" / "ok_baseline.xlsx") as source, zipfile.ZipFile(path, "w", 8) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return path


def test_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = repack(tmp_path / "f.xlsx", lambda name, content: content + b" " * (20 * 2**20 if "sheet1" in name else 0))
    assert "после распаковки" in refusal(path)[0]
    path = repack(tmp_path / "g.xlsx", lambda name, content: content + b" " * (10 * 2**20 if "sheet1" in name else 0))
    assert "сжат" in refusal(path)[0]


def test_dtd_in_another_encoding_is_found(tmp_path):
    def change(name, content):
        if "sheet1" not in name:
            return content
        return '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")

    assert "DTD" in refusal(repack(tmp_path / "f.xlsx", change))[0]


def test_cell_at_the_far_corner_neither_hangs_nor_crashes(tmp_path):
    def change(name, content):
        cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        return content.replace(b"</sheetData>", cell) if "sheet1" in name else content

    assert "больше" in refusal(repack(tmp_path / "f.xlsx", change))[0]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_one_choice_too_many_is_refused_before_the_form_is_read(kind, tmp_path, monkeypatch):
    import xlsxwriter

    choices = [("list_name", "name", "label"), *(("big", str(n), f"Вариант {n}") for n in range(50_001))]
    path = tmp_path / f"f.{kind}"
    if kind == "csv":
        rows = [("survey", "", "", ""), *(("", *row) for row in (HEAD, ("select_one big", "a", "A")))]
        rows += [("choices", "", "", ""), *(("", *row) for row in choices)]
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    else:
        book = xlsxwriter.Workbook(path)
        for title, rows in {"survey": [HEAD, ("select_one big", "a", "A")], "choices": choices}.items():
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
        book.close()
        monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("the book was parsed"))
    assert "можно не больше 50000" in "".join(refusal(path))


def test_formatted_blank_rows_count_as_nothing(tmp_path):
    book = openpyxl.load_workbook(save(tmp_path / "f.xlsx", [HEAD, ("select_one agree", "a", "A")], AGREE))
    for row in range(4, 50_010):
        book["choices"].cell(row, 1).font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "f.xlsx")
    assert read_xlsform(tmp_path / "f.xlsx").item("a").options == "agree"


def test_too_big_and_empty_files_are_refused(tmp_path):
    (tmp_path / "big.xlsx").write_bytes(b"PK\x03\x04" + b"0" * (10 * 2**20))
    assert "больше 10 МБ" in refusal(tmp_path / "big.xlsx")[0]
    (tmp_path / "empty.xlsx").write_bytes(b"")
    assert "файл пуст" in refusal(tmp_path / "empty.xlsx")[0]


def test_workbook_without_a_survey_sheet_is_no_xlsform(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Лист1"
    book.create_sheet("Лист2")
    book.save(tmp_path / "f.xlsx")
    assert "нет листа survey" in refusal(tmp_path / "f.xlsx")[0]


@pytest.mark.parametrize("name", ["malformed/ok_baseline.xlsx", "xlsform/pyxform__gps.xls"])
def test_file_with_flipped_bytes_never_ends_in_a_traceback(name, tmp_path):
    source = (DATA / name).read_bytes()
    chance = random.Random(204)
    path = tmp_path / Path(name).name
    for _ in range(40):
        content = bytearray(source)
        for _ in range(chance.randint(1, 30)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        with contextlib.suppress(DefinitionError):
            read_xlsform(path)


def test_describe_prints_the_contract(capsys):
    assert main(["describe", "teacher_deficits", "--json"]) == 0
    shown = capsys.readouterr()
    body = json.loads(shown.out)
    assert list(body) == ["code", "title", "version", "languages", "items"]
    by_name = {item["name"]: item for item in body["items"]}
    assert by_name["MET03_need"]["relevant"] == "${MET03} >= 1"
    assert by_name["MET03"]["reverse"] is True
    assert by_name["MET03"]["scale"] == "MET"
    assert by_name["MET03"]["choices"][4] == {"name": "4", "label": "полностью верно"}
    assert shown.err == ""


def test_convert_there_and_back_is_the_same_file(tmp_path, capsys):
    files = [str(tmp_path / name) for name in ("a.toml", "b.xlsx", "c.toml")]
    assert main(["convert", "teacher_deficits", files[0]]) == 0
    assert main(["convert", files[0], files[1]]) == 0
    assert main(["convert", files[1], files[2]]) == 0
    assert Path(files[0]).read_bytes() == Path(files[2]).read_bytes()
    assert "Записано" in capsys.readouterr().out


def test_convert_of_a_bad_form_writes_nothing(tmp_path, capsys):
    bad = tmp_path / "bad.xlsx"
    shutil.copy(DATA / "malformed" / "f_dup_names.xlsx", bad)
    assert main(["convert", str(bad), str(tmp_path / "out.toml")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xlsx"]
    assert capsys.readouterr().err.startswith("bad.xlsx: лист survey, строка 6")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "не указано"),
        (["check"], "не указано: instrument"),
        (["fly", "x"], "нет значения"),
        (["check", "teacher_deficits", "--json"], "лишнее в команде: --json"),
    ],
)
def test_wrong_command_is_answered_by_one_line_in_russian(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert words in lines[0]
