"""Sums by positions give what summing percents gives, whatever the codes; and groups gather into their whole."""

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import Checked
from surveys.definition.instrument import Instrument, Item, Option, Scale
from surveys.statistics.measures import Moments
from surveys.statistics.scoring import score_all, score_one
from surveys.statistics.steps import sum_steps
from surveys.statistics.summary import scale_totals, summarise
from tests.surveys.made import questionnaire, random_answers


def form(codes, need=("0", "1", "2", "3")):
    """Three practice items of one block, the second turned, the first with a question about help."""
    return Instrument(
        code="s",
        title="s",
        option_lists={
            name: [Option(name=code, label=code) for code in listed] for name, listed in {"p": codes, "n": need}.items()
        },
        items=[
            Item(name="a", type="select_one", options="p", scale="s"),
            Item(name="a_need", type="select_one", options="n", need_of="a"),
            Item(name="b", type="select_one", options="p", scale="s", reverse=True),
            Item(name="c", type="select_one", options="p", scale="s"),
        ],
        scales=[Scale(name="s", label="s", min_answered=0.5)],
    )


def answered(instrument, rows=60):
    rng, found = np.random.default_rng(3), []
    for _ in range(rows):
        values, marked, skipped = {}, set(), set()
        for item in instrument.items:
            luck = rng.random()
            if luck < 0.15:
                continue
            if luck < 0.3:
                (skipped if item.need_of or luck < 0.2 else marked).add(item.name)
                continue
            values[item.name] = str(rng.choice([option.name for option in instrument.options_of(item)]))
        found.append(Checked(values, frozenset(marked), frozenset(skipped)))
    return found


@pytest.mark.parametrize(
    ("codes", "by_steps"),
    [
        (["0", "1", "2", "3", "4"], True),
        (["5", "4", "3", "2", "1"], True),
        (["-2", "0", "2"], True),
        (["0.5", "1", "1.5"], True),
        (["1", "3", "9"], False),
        (["2", "1", "3"], False),
    ],
    ids=["up", "down", "through nought", "halves", "unequal", "mixed order"],
)
def test_positions_score_as_percents_do(codes, by_steps):
    instrument = form(codes)
    rows = answered(instrument)
    answers = AnswerSet.from_checked(instrument, rows)
    practice = [item for item in instrument.items if item.scale]
    assert (sum_steps(answers, instrument, practice) is not None) == by_steps
    together = score_all(answers, instrument)
    known = 0
    for at, row in enumerate(rows):  # one by one, without steps and without numpy
        alone = score_one(instrument, row)["s"]
        for own, found in ((alone.score, together.score), (alone.need, together.need)):
            assert np.isnan(found[at, 0]) if own is None else found[at, 0] == pytest.approx(own)
            known += own is not None
    assert known > 60


@pytest.mark.parametrize("codes", [["5", "4", "3", "2", "1"], ["-2", "0", "2"], ["1", "3", "9"]])
def test_products_of_positions_are_those_of_turned_codes(codes):
    instrument = form(codes)
    rows = answered(instrument)
    low, high = min(map(float, codes)), max(map(float, codes))
    table = np.asarray(
        [
            [float(row.values["a"]), low + high - float(row.values["b"]), float(row.values["c"])]
            for row in rows
            if {"a", "b", "c"} <= row.values.keys()
        ]
    )
    wanted, found = Moments.of(table), summarise(AnswerSet.from_checked(instrument, rows), instrument).products["s"]
    assert found.n == wanted.n > 10
    assert found.mean == pytest.approx(wanted.mean)
    assert found.products == pytest.approx(wanted.products)


def test_totals_of_groups_together_are_those_of_all():
    instrument = questionnaire({"SUB": 3, "MET": 2})
    answers = random_answers(instrument, {"a": 7, "b": 30, "c": 1}, np.random.default_rng(1))
    scores = score_all(answers, instrument)
    group = np.searchsorted(["a", "b", "c"], answers.groups["school"])
    together = scale_totals(scores, instrument, group=group, groups=4).together()  # the fourth has nobody
    whole = scale_totals(scores, instrument)
    for name, value in vars(whole).items():
        assert vars(together)[name] == pytest.approx(value), name
