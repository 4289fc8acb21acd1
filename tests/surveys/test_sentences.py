"""Whole sentences of a report against hand-written ones, with hidden, bounded and empty data."""

import json
from pathlib import Path

import pytest

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Change, GroupFigures, Released, ScaleFigures, Share
from surveys.report import texts as report_texts
from surveys.report.build import build_report
from surveys.report.document import MeasureText
from surveys.report.measures import in_sentence
from tests.surveys.sample_released import context, questionnaire, released

DATA = Path(__file__).parents[1] / "data"
GOLDEN = json.loads((DATA / "sentences.json").read_text(encoding="utf-8"))


def cases(name: str):
    return pytest.mark.parametrize("row", GOLDEN[name], ids=lambda row: " ".join(map(str, row[:-1]))[:40])


def same(text: str, expected: str) -> bool:
    return text.replace("\u00a0", "~") == expected


def group(
    n: int, population: int, hidden: str = "", scales: list[ScaleFigures] | None = None, code: str = "one", **more
):
    rate = n / population if population else None
    return GroupFigures(
        code=code, label=more.pop("label", "Школа"), population=population, n=n, rate=rate, hidden=hidden or None,
        scales=scales or [], **more,
    )  # fmt: skip


def one_block(names: tuple[str, ...] = ("SUB",)) -> Instrument:
    """The packaged questionnaire with its first blocks called «Блок»."""
    whole = questionnaire()
    scales = [
        scale.model_copy(update={"label": "Блок", "short": "Блок"}) if scale.name in names else scale
        for scale in whole.scales
    ]
    return whole.model_copy(update={"scales": scales})


def share(kind: str, number: int, n: int) -> Share:
    if kind == "exact":
        return Share(kind="exact", n=n, count=number, percent=100 * number / n)
    if kind == "hidden":
        return Share(kind="hidden", n=None, hidden="complementary")
    return Share(kind=kind, n=n, bound=number or None)


@cases("took_part")
def test_who_took_part(row) -> None:
    n, population, expected = row
    assert same(report_texts.plain(report_texts.took_part(group(n, population))).text, expected)


@cases("coverage_warning")
def test_low_coverage_and_hidden_groups(row) -> None:
    n, population, hidden, expected = row
    text = report_texts.coverage_warning(group(n, population, hidden), 5)
    assert same(report_texts.plain(text).text if text else "", expected)


@cases("deficit")
def test_deficit_in_every_kind_of_share(row) -> None:
    kind, number, n, mean, need, level, expected = row
    figures = ScaleFigures(scale="SUB", n=n, mean=mean, need=need, level=level, deficit=share(kind, number, n))
    (text,) = report_texts.deficits(group(n, n, scales=[figures]), one_block())
    assert same(text.text, expected)
    assert text.see == "r-blocks-SUB"


@cases("strength")
def test_strength(row) -> None:
    mean, n, level, expected = row
    figures = ScaleFigures(scale="SUB", n=n, mean=mean, need=10.0, level=level, deficit=share("exact", 0, n))
    assert same(report_texts.strengths(group(n, n, scales=[figures]), one_block())[0].text, expected)


@cases("systemic")
def test_how_many_blocks_are_systemic(row) -> None:
    number, total, expected = row
    scales = [
        ScaleFigures(
            scale=scale.name, n=20, mean=65.0, level="low", deficit=share("exact", 6 if place < number else 5, 20)
        )
        for place, scale in enumerate(questionnaire().scales)
    ]
    assert len(scales) == total
    assert same(report_texts.block_texts(group(20, 20, scales=scales), questionnaire())[0].text, expected)


@cases("silent")
def test_hidden_blocks_are_counted_in_words(row) -> None:
    number, expected = row
    scales = [
        ScaleFigures(scale=scale.name, n=20, mean=None if place < number else 65.0, level="low")
        for place, scale in enumerate(questionnaire().scales)
    ]
    assert same(report_texts.block_texts(group(20, 20, scales=scales), questionnaire())[-1].text, expected)


@cases("change")
def test_change_of_the_same_persons(row) -> None:
    change, matched, expected = row
    one = Change(scale="SUB", matched=matched, change=change, hidden="primary" if change is None else None)
    assert same(report_texts.change_texts([one], one_block())[0].text, expected)


def of_schools(schools: list[GroupFigures]) -> Released:
    whole = group(100, 110, code="municipality")
    return released().model_copy(update={"schools": schools, "municipality": whole})


@cases("low_schools")
def test_schools_of_low_coverage(row) -> None:
    number, expected = row
    schools = [group(6, 10, code=f"s{place}", label=f"Ш{place}") for place in range(1, number + 1)]
    value = of_schools([*schools, group(10, 10, code="full", label="Полная")])
    assert same(report_texts.coverage_texts(value, value.municipality)[1].text, expected)


@cases("masked_schools")
def test_schools_without_results(row) -> None:
    number, expected = row
    schools = [group(9, 10, "complementary", code=f"s{place}", label=f"Ш{place}") for place in range(1, number + 1)]
    value = of_schools(schools)
    assert same(report_texts.coverage_texts(value, value.municipality)[1].text, expected)


@cases("flagged")
def test_careless_filling(row) -> None:
    number, n, expected = row
    texts = report_texts.coverage_texts(released(), group(n, n, flagged=share("exact", number, n)))
    assert same(texts[-1].text, expected)


@cases("soft")
def test_soft_sign(row) -> None:
    kind, number, expected = row
    value = group(25, 25, flagged=share("exact", 6, 25), soft=share(kind, number, 25))
    assert same(report_texts.flagged_words(value), expected)


@cases("accepted")
def test_how_many_measures_are_accepted(row) -> None:
    number, expected = row
    measures = [
        MeasureText(
            finding="Вывод", recommendation=f"Шаг {place}", roadmap_items=[f"3.{place}"], responsible="Руководитель ОУ",
            deadline="30 дней", planned_result="Готово", measure_of_success="Лучше",
        )
        for place in range(1, number + 1)
    ]  # fmt: skip
    report = build_report(context(measures=measures))
    section = next(one for one in report.sections if one.id == "measures")
    assert same(section.paragraphs[0].text, expected)


@cases("responsible")
def test_responsible_in_the_middle_of_a_sentence(row) -> None:
    assert in_sentence(row[0]) == row[1]


@cases("snapshot_time")
def test_time_of_the_snapshot_is_local(row) -> None:
    assert report_texts.snapshot_time(*row[:-1]) == row[-1]


def test_there_are_at_least_three_hundred_golden_phrases() -> None:
    phrases = json.loads((DATA / "russian.json").read_text(encoding="utf-8"))
    by_hand = sum(len(rows) for book in (GOLDEN, phrases) for rows in book.values() if isinstance(rows, list))
    by_rule = len(range(126)) + len(range(5, 121))  # numbers that test_russian.py walks through
    assert by_hand + by_rule >= 300
