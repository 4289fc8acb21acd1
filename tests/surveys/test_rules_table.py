"""Rules and risk bands as workbooks: out, edited, back through the same checks; problems by sheet, row and column."""

import contextlib
import datetime as dt
import random

import openpyxl
import pytest

from surveys.definition.bands_table import read_bands, write_bands
from surveys.definition.instrument import load_instrument
from surveys.errors import DefinitionError
from surveys.findings.rules import Catalogue, Rule, load_rules
from surveys.findings.rules_table import COLUMNS, read_rules_table, write_rules
from surveys.findings.thresholds import Thresholds
from surveys.roadmap.plan import load_roadmap

QUESTIONNAIRE, CARD, RULES = load_instrument("teacher_deficits"), load_instrument("school_card"), load_rules()
ROADMAP = load_roadmap()
KNOWN = {
    "instrument": QUESTIONNAIRE,
    "card": CARD,
    "roadmap_numbers": {item.number for item in ROADMAP.items} | {duty.key for duty in ROADMAP.obligations},
}


@pytest.fixture
def edited(tmp_path):
    """``edited(sheet, {(row, heading): value})`` changes cells of the exported workbook; None as row is «append»."""

    def edit(sheet, cells, write=lambda path: write_rules(RULES, path)):
        path = tmp_path / "правила.xlsx"
        write(path)
        book = openpyxl.load_workbook(path)
        heads = {cell.value: cell.column for cell in book[sheet][1]}
        for (row, heading), value in cells.items():
            book[sheet].cell(row, heads[heading], value)
        book.save(path)
        return path

    return edit


def refusal(path, read=lambda path: read_rules_table(path, **KNOWN)):
    with pytest.raises(DefinitionError) as refused:
        read(path)
    return refused.value.lines()


def test_exported_rules_come_back_identical(tmp_path):
    write_rules(RULES, tmp_path / "f.xlsx")
    assert read_rules_table(tmp_path / "f.xlsx", **KNOWN).sha256() == RULES.sha256()


def test_edited_condition_and_approval_are_taken(edited):
    path = edited("Правила", {(2, "Условие"): "${blk.SUB.share} >= 40"})
    book = openpyxl.load_workbook(path)
    book["Настройки"]["B6"], book["Настройки"]["B7"] = "Приказ № 1", dt.date(2020, 6, 20)
    book.save(path)
    rules = read_rules_table(path, **KNOWN)
    assert rules.rule("Q-SUB-S").when == "${blk.SUB.share} >= 40"
    assert rules.thresholds.by == "Приказ № 1"
    assert rules.thresholds.on == "2020-06-20"


def test_every_field_of_a_rule_and_of_the_catalogue_has_its_cell(tmp_path):
    marks = {name: field.default + 1 for name, field in Thresholds.model_fields.items()}
    rules = Catalogue.model_validate({**RULES.model_dump(), "marks": marks, "high_share": 40.5, "version": "7"})
    write_rules(rules, tmp_path / "f.xlsx")
    assert read_rules_table(tmp_path / "f.xlsx", **KNOWN) == rules
    assert set(COLUMNS) == set(Rule.model_fields)


@pytest.mark.parametrize(
    ("heading", "value", "words"),
    [
        ("Условие", "${blk.ZZZ.share} >= 30", "нет блока ZZZ"),
        ("Условие", "${blk.SUB.share} >= ", "не разбирается"),
        ("Условие", "${ind.NOPE} = 'высокий'", "нет показателя NOPE"),
        ("Пункты дорожной карты", "3.6, 9.99", "нет пункта 9.99"),
        ("Пункты дорожной карты", 3.1, "3.1 и 3.10 неотличимы"),
        ("Пункты дорожной карты", "", "не назван ни один пункт"),
        ("Кто решает", "министр", "министр"),
        ("Вывод", "{нечто}", "неизвестное имя «нечто»"),
    ],
)
def test_bad_cell_is_named_by_row_and_column(edited, heading, value, words):
    lines = refusal(edited("Правила", {(4, heading): value}))
    assert any(f"лист Правила, строка 4, столбец «{heading}»" in line and words in line for line in lines), lines


def test_all_problems_come_at_once(edited):
    cells = {(3, "Условие"): "(((", (4, "Пункты дорожной карты"): "99.1", (6, "Код"): "Q-SUB-S"}
    lines = refusal(edited("Правила", cells))
    for row, words in ((3, "не разбирается"), (4, "99.1"), (6, "уже есть в строке 2")):
        assert any(f"строка {row}" in line and words in line for line in lines), lines


def test_word_out_of_place_hides_nothing_that_is_wrong_elsewhere(edited):
    lines = refusal(edited("Правила", {(3, "Кто решает"): "министр", (4, "Пункты дорожной карты"): "99.1"}))
    assert len(lines) == 2, lines
    assert "строка 3, столбец «Кто решает»" in lines[0]
    assert "строка 4, столбец «Пункты дорожной карты»: в дорожной карте нет пункта 99.1" in lines[1]


def test_missing_and_unknown_columns_are_named(edited):
    path = edited("Правила", {(1, "Условие"): "Если"})
    lines = refusal(path)
    assert any("неизвестный столбец «Если»" in line for line in lines)
    assert any("нет столбцов: «Условие»" in line for line in lines)
    assert len(lines) == 2, lines  # and not once more in every row


@pytest.mark.parametrize("instrument", [QUESTIONNAIRE, CARD], ids=["levels", "indicators"])
def test_exported_bands_come_back_identical(instrument, tmp_path):
    write_bands(instrument, tmp_path / "f.xlsx")
    assert read_bands(tmp_path / "f.xlsx", instrument).sha256() == instrument.sha256()


def test_edited_band_is_taken(edited):
    first = CARD.indicators[0]
    path = edited(
        "Показатели",
        {(2, "Низкий риск: граница"): first.low + (1 if first.better == "high" else -1)},
        lambda path: write_bands(CARD, path),
    )
    changed = read_bands(path, CARD)
    assert changed.indicators[0].low == first.low + (1 if first.better == "high" else -1)
    assert changed.indicators[1:] == CARD.indicators[1:]
    assert changed.items == CARD.items


@pytest.mark.parametrize(
    ("heading", "value", "words"),
    [
        ("Код", "нет-такого", "в форме нет «нет-такого»"),
        ("Низкий риск: граница", "много", "здесь должно быть число"),
        ("Средний риск: граница", -1e9, "не по порядку"),
    ],
)
def test_bad_band_is_named_by_row(edited, heading, value, words):
    place = next(at for at, one in enumerate(CARD.indicators) if one.better == "low") + 2
    path = edited("Показатели", {(place, heading): value}, lambda path: write_bands(CARD, path))
    lines = refusal(path, lambda path: read_bands(path, CARD))
    assert any(f"строка {place}" in line and words in line for line in lines), lines


def test_bounds_are_not_called_disordered_where_one_does_not_read(edited):
    one, two = [at + 2 for at, found in enumerate(CARD.indicators) if found.better == "low"][:2]
    cells = {(one, "Низкий риск: граница"): "много", (one, "Средний риск: граница"): -1e9}
    path = edited("Показатели", {**cells, (two, "Средний риск: граница"): -1e9}, lambda path: write_bands(CARD, path))
    lines = refusal(path, lambda path: read_bands(path, CARD))
    assert [f"строка {one}, столбец" in lines[0], f"строка {two}:" in lines[1]] == [True, True], lines
    assert len(lines) == 2, lines


def test_broken_workbook_never_ends_in_a_traceback(tmp_path):
    write_rules(RULES, tmp_path / "f.xlsx")
    source, chance = (tmp_path / "f.xlsx").read_bytes(), random.Random(204)
    path = tmp_path / "g.xlsx"
    for _ in range(12):
        content = bytearray(source)
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        for read in (read_rules_table, lambda path: read_bands(path, CARD)):
            with contextlib.suppress(DefinitionError):
                read(path)
