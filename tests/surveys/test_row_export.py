"""Rows for the methodologist: nothing that names a person, and files that every program reads the same."""

import csv
import io
import zipfile
from collections import Counter

import numpy as np
import openpyxl
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.answers.columns import answers_of
from surveys.answers.reading import read_table
from surveys.answers.row_export import rows_of
from surveys.answers.row_writers import code_cell, excel_text, write_rows
from surveys.definition.instrument import Instrument, Item, Option
from surveys.disclosure import release
from surveys.statistics.summary import summarise_by
from tests.surveys.made import questionnaire, random_answers

FORM = questionnaire({"SUB": 2, "MET": 2})
PEOPLE = {"a": 4, "b": 6, "c": 30}


@pytest.fixture
def source():
    answers = random_answers(FORM, PEOPLE, np.random.default_rng(8))
    released = release(
        FORM, summarise_by(answers, FORM, "school"), PEOPLE, wave="w", snapshot=1, labels={"c": "Школа В"}
    )
    return answers, released


def written(source, kind, path, content="school"):
    answers, released = source
    write_rows(rows_of(answers, FORM, released, content, code_cell=code_cell(kind)), kind, path, [("Этап", "w")])
    return path


def test_only_shown_schools_stand_beside_rows_and_facts_about_work_never(source, tmp_path):
    path = written(source, "csv", tmp_path / "rows.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    # School a has 4 answers; b, of 6, is hidden to protect it: their ten rows stand without a school.
    assert Counter(row["school"] for row in rows) == {"": 10, "Школа В": 30}
    assert "C04" not in rows[0]
    assert {"SUB01", "SUB01_need", "C13", "C14"} <= set(rows[0])
    facts = written(source, "csv", tmp_path / "facts.csv", "facts").read_text(encoding="utf-8")
    assert "C04" in facts.splitlines()[0]
    assert "Школа В" not in facts


def test_rows_are_shuffled_anew_each_time(source, tmp_path):
    first, second = (written(source, "csv", tmp_path / f"{n}.csv").read_text(encoding="utf-8") for n in (1, 2))
    assert first != second
    assert sorted(first.splitlines()) == sorted(second.splitlines())


def test_csv_read_back_gives_the_same_answers(source, tmp_path):
    again, context = answers_of(read_table(written(source, "csv", tmp_path / "rows.csv", "facts")), FORM)
    assert context == []
    before, after = source[0].closed, again.closed
    assert sorted(map(tuple, before.tolist())) == sorted(map(tuple, after.tolist()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("+7", "'+7"),
        ("-x", "'-x"),
        ("-1.5", "-1,5"),
        ("2.5", "2,5"),
        ("слово", "слово"),
    ],
)
def test_excel_takes_no_text_for_a_formula_and_reads_decimal_commas(text, shown):
    assert excel_text(text) == shown


def hostile():
    """Codes that look like formulas or hold delimiters."""
    codes = ["=HYPERLINK(0)", 'a;"b"', "3"]
    options = {"o": [Option(name=code, label=code) for code in codes]}
    items = [
        Item(name="x", type="select_one", options="o", label="x"),
        Item(name="n", type="decimal", label="n"),
        Item(name="t", type="text", label="слова"),
    ]
    form = Instrument(code="h", title="h", option_lists=options, items=items)
    rows = [({"x": codes[n % 3], "n": "1.5", "t": "тайна"}, [], [], {"school": "a"}) for n in range(9)]
    answers = AnswerSet.from_submissions(form, rows)
    released = release(form, summarise_by(answers, form, "school"), {"a": 9}, wave="w", snapshot=1)
    return form, answers, released


def test_hostile_codes_survive_and_free_text_is_left_out(tmp_path):
    form, answers, released = hostile()
    path = tmp_path / "x.csv"
    write_rows(rows_of(answers, form, released, "facts", code_cell=code_cell("csv_excel")), "csv_excel", path, [])
    body = path.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    assert "тайна" not in body.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["x", "n"]
    assert Counter(tuple(row) for row in rows[1:]) == {
        ("'=HYPERLINK(0)", "1,5"): 3,
        ('a;"b"', "1,5"): 3,
        ("3", "1,5"): 3,
    }


def test_xlsx_has_typed_cells_no_formulas_and_a_sheet_of_codes(source, tmp_path):
    book = openpyxl.load_workbook(written(source, "xlsx", tmp_path / "rows.xlsx"))
    assert book.sheetnames == ["Ответы", "Коды", "Сведения"]
    kinds = Counter(
        cell.data_type for row in book["Ответы"].iter_rows(min_row=2) for cell in row if cell.value is not None
    )
    assert set(kinds) == {"n", "s"}
    assert kinds["n"] > 100
    codes = [[cell.value for cell in row] for row in book["Коды"].iter_rows()]
    assert ["SUB01", "Утверждение SUB01", "4", "ответ 4"] in codes
    form, answers, released = hostile()
    path = tmp_path / "h.xlsx"
    write_rows(rows_of(answers, form, released, "facts", code_cell=code_cell("xlsx")), "xlsx", path, [])
    cells = [cell for row in openpyxl.load_workbook(path)["Ответы"].iter_rows() for cell in row]
    assert "=HYPERLINK(0)" in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells if cell.value != "=HYPERLINK(0)"}
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


@pytest.mark.spss
def test_spss_file_carries_labels(source, tmp_path):
    import pyreadstat

    table, meta = pyreadstat.read_sav(str(written(source, "sav", tmp_path / "rows.sav")))
    assert len(table) == 40
    assert meta.column_names_to_labels["SUB01"] == "Утверждение SUB01"
    assert meta.variable_value_labels["SUB01"][4.0] == "ответ 4"
