"""Who did not answer, and who was not asked, beside every figure of the gate."""

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.disclosure import release
from tests.surveys.made import by_school, questionnaire, random_answers

FORM = questionnaire({"SUB": 2, "MET": 2})


def test_every_exact_share_stands_beside_its_worst_case_where_fewer_than_four_fifths_answered():
    people = {"a": 120, "b": 90}
    summaries = by_school(FORM, random_answers(FORM, people, np.random.default_rng(8)), people)
    low = release(FORM, summaries, {"a": 200, "b": 130}, wave="w", snapshot=1).municipality
    shares = [(share, 330) for choice in low.choices for share in choice.options.values()]
    shares += [(one.low, 330) for one in low.items]
    shares += [
        (getattr(figures, case), 330 if code != "all" else 660)
        for code, figures in low.quadrants
        for case in ("with_request", "hidden_deficit", "development", "resource")
    ]
    exact = [(share, people) for share, people in shares if share is not None and share.kind == "exact"]
    assert len(exact) > 10
    for share, everybody in exact:  # by definition: from k of N to k and all who did not answer
        most = share.count + everybody - share.n
        assert share.worst_case == pytest.approx((100 * share.count / everybody, 100 * most / everybody))
    enough = release(FORM, summaries, people, wave="w", snapshot=1).municipality
    assert all(one.low is None or one.low.worst_case is None for one in enough.items)


def test_few_who_were_not_asked_are_not_told_apart():
    """Who is asked follows from another answer: «видели 47 из 50» would tell a count of three."""
    form = FORM.model_copy(
        update={
            "items": [
                item.model_copy(update={"relevant": "${C04} != 'none'"}) if item.name == "C14" else item
                for item in FORM.items
            ]
        }
    )
    for few, seen in ((3, None), (5, 45), (0, 50)):
        rows = [
            ({"C04": "none" if at < few else "high", "C14": ["SUB"]}, [], ["C14"] if at < few else [], {"school": "a"})
            for at in range(50)
        ]
        answers = AnswerSet.from_submissions(form, rows)
        released = release(form, by_school(form, answers, {"a": 50}), {"a": 50}, wave="w", snapshot=1)
        figures = next(one for one in released.municipality.choices if one.item == "C14")
        assert (figures.n, figures.seen, figures.total) == (50 - few, seen, 50)
