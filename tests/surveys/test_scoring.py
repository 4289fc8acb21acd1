"""Block scores: percent of maximum possible, by hand and in columns."""

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument, Item, Level, Option, Scale
from surveys.statistics.scoring import quadrant_of, score_all, score_one
from tests.surveys.made import questionnaire, random_answers


def score(values, marked=(), instrument=None):
    form = instrument or questionnaire({"SUB": 5})
    return score_one(form, check_answers(form, values, marked, final=False))["SUB"]


def test_reverse_item_is_turned_before_averaging():
    # By hand: 100, (4 - 4) -> 0, 50, 50, 50.
    assert score({"SUB01": "4", "SUB02": "4", "SUB03": "2", "SUB04": "2", "SUB05": "2"}).score == 50


@pytest.mark.parametrize(
    ("answered", "marked", "scored"),
    [
        (["SUB01", "SUB03", "SUB04"], [], False),  # 3 of 5 is 60 %
        (["SUB01", "SUB03", "SUB04", "SUB05"], [], True),  # 80 %
        (["SUB01", "SUB03", "SUB04"], ["SUB02"], True),  # 3 of 4 is 75 %
        (["SUB01", "SUB03", "SUB04"], ["SUB02", "SUB05"], False),  # 40 % not applicable: over 30 %
        ([], [], False),
    ],
    ids=["under 70 %", "over 70 %", "not applicable leaves the denominator", "too much not applicable", "nothing"],
)
def test_block_is_scored_from_seventy_percent_of_what_applies(answered, marked, scored):
    assert (score(dict.fromkeys(answered, "3"), marked).score is not None) == scored


@pytest.mark.parametrize(
    ("needs", "wanted"),
    [({"SUB01_need": "3", "SUB03_need": "0"}, 50.0), ({"SUB01_need": "3"}, None), ({}, None)],
    ids=["both", "one left blank of two", "none"],
)
def test_need_is_averaged_over_practised_items(needs, wanted):
    form = questionnaire({"SUB": 3}, min_answered=0.6)
    given = score({"SUB01": "2", "SUB03": "2"} | needs, instrument=form)
    assert given.need == wanted


def test_need_that_was_not_shown_counts_nothing():
    given = score({"SUB01": "4", "SUB02": "0", "SUB03": "4", "SUB04": "4", "SUB05": "0", "SUB05_need": "3"})
    assert given.need == pytest.approx(20)  # 100 x 3 / 3 on one of five


def test_codes_may_begin_anywhere():
    lists = {"p": [Option(name=code, label=code) for code in ("-1", "1.5", "4")]}
    items = [Item(name="a", type="select_one", options="p", scale="SUB", reverse=True)]
    form = Instrument(code="c", title="c", option_lists=lists, items=items, scales=[Scale(name="SUB", label="s")])
    assert score({"a": "1.5"}, instrument=form).score == 50
    assert score({"a": "4"}, instrument=form).score == 0


@pytest.mark.parametrize(
    ("value", "level"), [(80, "none"), (79.999, "low"), (60, "low"), (59.99, "medium"), (40, "medium"), (0, "high")]
)
def test_level_is_compared_unrounded(value, level):
    assert questionnaire().level_of(value).code == level


def test_score_that_meets_a_boundary_exactly_belongs_to_the_better_level():
    lists = {"p": [Option(name=str(code), label="x") for code in range(6)]}
    items = [Item(name=f"a{place}", type="select_one", options="p", scale="SUB") for place in range(3)]
    levels = [Level(code="low", label="l", at_least=60), Level(code="high", label="h", at_least=0)]
    form = Instrument(
        code="c", title="c", option_lists=lists, items=items, scales=[Scale(name="SUB", label="s")], levels=levels
    )
    assert score({"a0": "2", "a1": "3", "a2": "4"}, instrument=form).level == "low"  # 40 + 60 + 80 = 3 x 60


@pytest.mark.parametrize(
    ("practice", "need", "case"),
    [
        (59.9, 50, "with_request"),
        (59.9, 49.9, "hidden_deficit"),
        (60, 50, "development"),
        (60, 0, "resource"),
        (None, 50, None),
    ],
)
def test_four_cases_of_a_block(practice, need, case):
    assert quadrant_of(practice, need, questionnaire()) == case


def test_columns_and_one_by_one_give_the_same_scores():
    form = questionnaire({"SUB": 5, "MET": 4})
    answers = random_answers(form, {"a": 60}, np.random.default_rng(7))
    together = score_all(answers, form)
    codes = {item.name: [option.name for option in form.options_of(item)] for item in form.items}
    for row in range(len(answers)):
        values, marked = {}, []
        for place, name in enumerate(answers.closed_names):
            code = answers.closed[row, place]
            if code == 254:
                marked.append(name)
            elif code < 253:
                values[name] = codes[name][code]
        one = score_one(form, check_answers(form, values, marked, final=False))
        for at, scale in enumerate(("SUB", "MET")):
            want = [one[scale].score, one[scale].need]
            got = [None if np.isnan(x) else x for x in (together.score[row, at], together.need[row, at])]
            assert got == pytest.approx(want)


def test_nobody_answered_gives_no_scores():
    form = questionnaire()
    assert score_all(AnswerSet.from_checked(form, []), form).score.shape == (0, 2)


def test_changed_copy_of_an_instrument_is_scored_by_its_own_items():
    form = questionnaire({"SUB": 1}, min_answered=0)
    assert score({"SUB01": "1"}, instrument=form).score == 25
    turned = [item.model_copy(update={"reverse": not item.reverse}) for item in form.items]
    copy = form.model_copy(update={"items": turned})
    checked = check_answers(copy, {"SUB01": "1"}, [], final=False)
    assert score_one(copy, checked)["SUB"].score == 75
