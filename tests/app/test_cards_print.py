"""A card on paper and the cards in a workbook: for the department, for readers outside, blank."""

import io
import re

import pytest
from openpyxl import load_workbook

from app.extensions import db
from tests.app.cards_world import card_of, fill_card, open_cycle, save, sign


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card, filled with the synthetic school."""
    open_cycle()
    fill_card(card_of("school1"))
    return f"/cards/{card_of('school1').id}"


def test_workbook_has_all_cards_by_codes_and_by_labels(url, login_as) -> None:
    card = card_of("school1")
    card.fields = card.fields | {"coord_name": {"value": "=1+1", "state": "entered"}}
    db.session.commit()
    response = login_as("galina").get(f"/cards/cycles/{card.cycle_id}/cards.xlsx")
    book = load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["Коды", "Подписи", "Показатели", "Поля"]
    codes = [cell.value for cell in book["Коды"][1]]
    row = dict(zip(codes, [cell.value for cell in book["Коды"][2]], strict=True))
    assert (row["school"], row["st_total"], row["vac_rates"], row["levels"]) == ("school1", 312, 1.5, "НОО ООО СОО")
    cell = book["Коды"].cell(2, codes.index("coord_name") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert "2.01 Всего обучающихся" in [cell.value for cell in book["Подписи"][1]]
    assert book["Поля"].max_row == 113


def test_workbook_says_shares_of_few_as_k_of_n_and_who_approved_the_borders(url, login_as) -> None:
    card = card_of("school1")
    fill_card(card, oge_m_n="4", oge_m_f="1", oge_r_n="3", oge_r_f="1")
    response = login_as("galina").get(f"/cards/cycles/{card.cycle_id}/cards.xlsx")
    sheet = load_workbook(io.BytesIO(response.data))["Показатели"]
    lines = {row[0]: [str(cell or "").replace("\u00a0", " ") for cell in row[3:6]] for row in sheet.values if row[0]}
    assert lines["I23"] == ["2 из 7", "", "высокий"]  # by hand: 1 + 1 of 4 + 3; 28,6 % is more than 15
    assert lines["I03"][1] == "16 из 27"
    assert float(lines["I03"][0]) == pytest.approx(100 * 16 / 27)
    assert "Границы уровней риска не утверждены" in str(sheet.cell(sheet.max_row, 2).value)


def test_workbook_for_readers_outside_has_no_small_groups_of_children(url, login_as) -> None:
    response = login_as("galina").get(f"/cards/cycles/{card_of('school1').cycle_id}/cards.xlsx?outside=1")
    book = load_workbook(io.BytesIO(response.data))
    row = dict(zip(*([cell.value for cell in book["Коды"][line]] for line in (1, 2)), strict=True))
    assert (row["st_kdn"], row["fam_sop"], row["st_guard"], row["st_ovz"]) == ("менее 5", "менее 5", 9, 21)
    shown = {cells[0].value: cells[3].value for cells in book["Показатели"].iter_rows(min_row=2)}
    assert shown["I20"] == "не приводится (малая группа)"
    assert shown["I16"] == pytest.approx(100 * 21 / 312)


def text_of_docx(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_printed_card_hides_small_groups_of_children_from_readers_outside(url, login_as) -> None:
    head = login_as("boris")
    inside, outside = (
        text_of_docx(head.get(f"{url}/print/docx{more}", buffered=True).data).split("\n") for more in ("", "?outside=1")
    )
    place = inside.index("На учёте в комиссии по делам несовершеннолетних или в полиции (КДН, ПДН), чел.")
    assert (inside[place + 1], outside[place + 1]) == ("3", "менее 5")
    index = next(at for at, text in enumerate(outside) if text.startswith("Профилактический учёт"))
    assert outside[index + 1] == "не приводится (малая группа)"


def test_printed_card_says_the_year_the_signature_and_what_shares_are_of(url, login_as) -> None:
    head = login_as("boris")
    assert "Проект" in header_of(head.get(f"{url}/print/docx", buffered=True).data)
    sign(head, url)
    printed = head.get(f"{url}/print/docx", buffered=True).data
    text = text_of_docx(printed).replace("\u00a0", " ")
    assert "Проект" not in header_of(printed)
    assert "Диагностическая карта общеобразовательной организации, 2020 год" in text
    assert re.search(r"Подписано: Борисов Борис Ильич, директор, [^\n]* г\.\n", text)
    assert re.search(r"\nДиректор[^\n]*Борисов Борис Ильич", text)
    lines = text.split("\n")
    categories = lines.index("Доля учителей без первой и высшей категории")
    assert lines[categories + 1] == "59,3 % (16 из 27)"  # by hand: 11 with СЗД and 5 without, of 27
    assert categories < lines.index("Доля детей с ОВЗ")
    assert "Условия, которыми школа не управляет" in text


def header_of(content: bytes) -> str:
    from docx import Document

    sections = Document(io.BytesIO(content)).sections
    heads = [head for one in sections for head in (one.header, one.first_page_header)]
    return "\n".join(paragraph.text for head in heads for paragraph in head.paragraphs)


def test_explanation_of_a_warning_that_is_gone_is_not_printed(url, login_as) -> None:
    head = login_as("boris")
    fill_card(card_of("school1"), st_debt="67")
    save(head, f"{url}/sections/students", **{"note__V04": "Летняя аттестация ещё идёт."})
    assert "Летняя аттестация" in text_of_docx(head.get(f"{url}/print/docx", buffered=True).data)
    save(head, f"{url}/sections/students", st_debt="2")
    assert "Летняя аттестация" not in text_of_docx(head.get(f"{url}/print/docx", buffered=True).data)


def test_blank_form_has_every_field_and_no_value(url, login_as) -> None:
    text = text_of_docx(login_as("boris").get(f"{url}/print/docx?blank=1", buffered=True).data)
    assert "Школьный координатор (ФИО, должность)" in text
    assert "☐ село" in text
    assert "312" not in text


def test_card_is_printed_as_pdf(url, login_as) -> None:
    response = login_as("galina").get(f"{url}/print/pdf", buffered=True)
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"].startswith("attachment")
