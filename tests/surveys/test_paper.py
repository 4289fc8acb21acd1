"""The blank on paper: every question stands there with its codes, skips are words, both formats open."""

import io
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from surveys.definition.instrument import instrument_from_dict, load_instrument
from surveys.paper.blank import build_blank, printed_numbers
from surveys.paper.skips import skip_words
from surveys.writers import write_report
from surveys.xlsform import read_xlsform

YES_NO = [{"name": "1", "label": "да"}, {"name": "2", "label": "нет"}]
ITEMS = [
    {"name": "a", "type": "select_one", "options": "yn", "label": "Есть ли кабинет?"},
    {"name": "b", "type": "integer", "label": "Сколько мест?", "unit": "чел.", "relevant": "${a} = 1"},
    {"name": "c", "type": "select_multiple", "options": "yn", "label": "Что отметить?", "parameters": {"max": "1"}},
    {"name": "d", "type": "rank", "options": "yn", "label": "По важности"},
    {"name": "e", "type": "date", "label": "Когда?"},
    {"name": "t", "type": "calculate", "calculation": "${b} + 1"},
]


def form_of(items=ITEMS):
    return instrument_from_dict({"code": "f", "title": "Форма", "items": items, "option_lists": {"yn": YES_NO}})


def cells(report):
    return {row.key: [cell.printed for cell in row.cells] for table in report.tables for row in table.rows}


@pytest.mark.parametrize("code", ["teacher_deficits", "school_card"])
def test_every_question_stands_on_paper_once(code):
    instrument = load_instrument(code)
    printed = "\n".join(text for row in cells(build_blank(instrument)).values() for text in row)
    for item in instrument.items:
        if not item.need_of:
            assert item.label in printed, item.name


def test_codes_units_and_skips_are_printed():
    printed = cells(build_blank(form_of()))
    assert printed["a"] == ["1", "Есть ли кабинет?", "1 — да\n2 — нет"]
    assert "Заполняется, если в п.\u00a01 ответ 1." in printed["b"][1]
    assert printed["b"][2] == "__________ чел."
    assert printed["c"][2].startswith("Обведите все подходящие, не больше 1:")
    assert printed["d"][2].startswith("Впишите места от 1 до 2:")
    assert "t" not in printed


def test_help_beside_a_statement_names_the_codes_that_open_it():
    printed = cells(build_blank(load_instrument("teacher_deficits")))
    assert printed["SUB01"][3].startswith("если 0, 1, 2 или 3:")
    assert printed["SUB03"][3].startswith("если 1, 2, 3 или 4:")  # a reversed statement


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("${a} = 1", "в п.\u00a01 ответ 1"),
        ("${a} != 1", "в п.\u00a01 ответ 2"),
        ("selected(${c}, '2')", "в п.\u00a03 отмечено 2"),
        ("${b} >= 5", "п.\u00a02 не меньше 5"),
        ("${a} = 1 and ${b} > 0", "п.\u00a01 равно 1 и п.\u00a02 больше 0"),
        ("not(${b} = 1)", "не верно, что п.\u00a02 равно 1"),
    ],
)
def test_skip_is_told_in_words(source, words):
    instrument = form_of()
    assert skip_words(source, instrument, printed_numbers(instrument)) == words


@pytest.mark.parametrize("code", ["teacher_deficits", "school_card"])
def test_docx_and_pdf_hold_the_questions(code):
    instrument = load_instrument(code)
    report = build_blank(instrument, draft=True)
    files = {}
    for kind in ("docx", "pdf"):
        files[kind] = io.BytesIO()
        write_report(report, kind, files[kind])
    tables = docx.Document(files["docx"]).tables
    texts = {cell.text for table in tables for row in table.rows for cell in row.cells}
    label = next(item.label for item in instrument.items if item.type == "integer")
    assert any(text.startswith(label) for text in texts)
    pdf = " ".join("".join(page.extract_text() for page in PdfReader(files["pdf"]).pages).split())
    assert "УТВЕРЖДАЮ" in pdf
    assert "Проект" in pdf
    assert "Источник" not in pdf


def test_blank_of_every_type_reads_without_a_computer():
    """Inner groups, ranges with their step, filters, earlier answers and formulas are told in words."""
    blank = build_blank(read_xlsform(Path(__file__).parents[1] / "data" / "all_types.xlsx"))
    rows = {
        row.key: [cell.printed.replace("\u00a0", " ") for cell in row.cells]
        for table in blank.tables
        for row in table.rows
    }
    assert rows["group-g2a"] == ["", "ВНУТРЕННЯЯ ГРУППА\n(Подсказка внутренней группы)", ""]
    assert rows["age"][1] == "Сколько лет вы работаете?\n(Стаж — от 0 до 70 лет)"
    assert rows["pct"][2].startswith("число от 0 до 100 с шагом 5:")
    assert rows["twn"][2].startswith("Обведите подходящее к ответу в п. 16:")
    assert rows["n2"][1].splitlines() == [
        "Ваша нагрузка: […] ставки; район: [ответ в п. 16]",
        "Заполняется, если (п. 4 : 18) больше 1.",
    ]
    assert rows["z"][1].endswith("Заполняется, если п. 19 заполнен.")
    assert "${" not in str(rows)


def test_hint_equal_to_the_heading_is_not_said_twice():
    blank = build_blank(load_instrument("teacher_deficits"))
    for section in blank.sections:
        assert section.title not in [paragraph.text.rstrip(".") for paragraph in section.paragraphs]
