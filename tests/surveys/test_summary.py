"""Summaries merge: any split gives what one pass gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import BLANK
from surveys.definition.instrument import QualityFlag, instrument_from_dict
from surveys.errors import DefinitionError
from surveys.statistics.measures import Moments
from surveys.statistics.quality import find_flags
from surveys.statistics.scoring import score_all
from surveys.statistics.summary import ScaleTotals, merge_all, scale_totals, summarise
from tests.surveys.made import questionnaire, random_answers

FORM = questionnaire({"SUB": 4, "MET": 3})
ANSWERS = random_answers(FORM, {"a": 40, "b": 33, "c": 7}, np.random.default_rng(11))


def flat(value):
    """Every number of a summary, by its path."""
    if isinstance(value, dict):
        return {f"{key}.{name}": part for key, one in value.items() for name, part in flat(one).items()}
    if isinstance(value, Moments | ScaleTotals):
        return flat(vars(value))
    return {"": np.asarray(value, float)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=80, max_size=80))
def test_any_split_merged_equals_one_pass(parts):
    part = np.asarray(parts)
    split = merge_all([summarise(ANSWERS, FORM, part == number) for number in range(5)])
    whole = flat(vars(summarise(ANSWERS, FORM)))
    for path, numbers in flat(vars(split)).items():
        assert numbers == pytest.approx(whole[path], rel=1e-9, abs=1e-9), path


def test_totals_by_group_equal_summaries_of_the_groups():
    scores = score_all(ANSWERS, FORM)
    names, codes = np.unique(ANSWERS.groups["school"], return_inverse=True)
    together = scale_totals(scores, FORM, group=codes, groups=len(names))
    for place, name in enumerate(names):
        alone = summarise(ANSWERS, FORM, ANSWERS.groups["school"] == name).scales
        for field in ("n", "mean", "m2", "need_n", "need_mean", "levels", "deficit"):
            assert getattr(together, field)[place] == pytest.approx(getattr(alone, field)[0]), field


def test_counts_against_a_plain_count():
    summary = summarise(ANSWERS, FORM)
    column = ANSWERS.closed[:, ANSWERS.closed_names.index("SUB01")]
    assert summary.counts["SUB01"].tolist() == [(column == code).sum() for code in range(5)]
    assert summary.states["SUB01"][1] == (column == BLANK).sum()
    assert summary.states["SUB01"].sum() == 80


def test_quadrants_add_up_to_respondents_with_both_scores():
    scores = score_all(ANSWERS, FORM)
    both = ~np.isnan(scores.score) & ~np.isnan(scores.need)
    assert summarise(ANSWERS, FORM).quadrants.sum(axis=1).tolist() == both.sum(axis=0).tolist()


def test_mentors_are_counted_where_they_offer_a_topic_that_is_a_resource_of_theirs():
    good = dict.fromkeys(["SUB01", "SUB03", "SUB04"], "4") | {"SUB02": "0"}
    rows = [
        (good | {"C14": ["SUB"], "C13": ["own", "course"]}, [], ["SUB01_need", "SUB02_need"], {}),
        (good | {"C14": ["MET"], "C13": ["course"]}, [], ["SUB01_need", "SUB02_need"], {}),
        ({"C14": ["SUB"], "C13": ["other"]}, [], [], {}),
    ]
    every = [f"SUB0{number}_need" for number in range(1, 5)]
    answers = AnswerSet.from_submissions(FORM, [(values, marked, every, {}) for values, marked, _, _ in rows])
    people = summarise(answers, FORM).people
    assert people == {"scored": 2, "hidden": 0, "mentor_ready": 1, "form_mentor": 2, "form_answered": 3}


def test_same_answer_running_is_a_sign_and_a_blank_breaks_it():
    names = [f"SUB0{number}" for number in range(1, 5)] + [f"MET0{number}" for number in range(1, 4)]
    rows = [dict.fromkeys(names, "2"), {name: "2" for name in names if name != "SUB04"}]
    answers = AnswerSet.from_submissions(FORM, [(values, [], [], {}) for values in rows])
    assert find_flags(answers, FORM)["Q05"].tolist() == [True, False]


def test_too_much_not_applicable_in_a_block_is_a_sign():
    answers = AnswerSet.from_submissions(FORM, [({}, ["MET01"], [], {}), ({}, ["SUB01"], [], {})])
    assert find_flags(answers, FORM)["Q07"].tolist() == [True, False]  # 1 of 3 is over 30 %, 1 of 4 is not


def test_soft_sign_is_counted_apart_and_stays_in_the_recount():
    """Four closed questions each: under 4 s is a sign, under 8 s a soft one; the last person shows another sign too."""
    flags = [
        QualityFlag(code="Q06", kind="time", threshold=1, soft=2),
        QualityFlag(code="Q07", kind="na", threshold=30),
    ]
    form = FORM.model_copy(update={"quality": flags})
    given = {"SUB01": "1", "SUB02": "3", "SUB03": "2", "SUB04": "0"}
    rows = [(given, ["MET01"] if place == 5 else [], [], {}) for place in range(6)]
    answers = AnswerSet.from_submissions(form, rows, [3.9, 4.0, 7.9, 8.0, None, 5.0])
    found = summarise(answers, form)
    assert found.flags == {"Q06": 1, "Q07": 1}
    assert (found.flagged, found.soft) == (2, 2)
    assert found.unflagged.n[0].tolist() == [4, 0]  # six without the two flagged; nobody has the other block
    halves = [summarise(answers, form, np.arange(6) % 2 == side) for side in (0, 1)]
    assert halves[0].merge(halves[1]).soft == 2


@pytest.mark.parametrize(("kind", "soft"), [("longstring", 30), ("time", 1), ("time", 0.5)])
def test_soft_threshold_belongs_to_time_and_lies_above_the_other(kind, soft):
    body = FORM.model_dump(mode="json") | {"quality": [{"code": "Q", "kind": kind, "threshold": 1, "soft": soft}]}
    with pytest.raises(DefinitionError, match="мягкий порог"):
        instrument_from_dict(body)
