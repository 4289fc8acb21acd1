"""Perception beside fact: where the card finds nothing to mend and most of the teachers report difficulty."""

import pytest

from surveys.card.filling import values_of
from surveys.card.reading import readings, rule_values
from surveys.definition.instrument import load_instrument
from surveys.disclosure.released import GroupFigures, Released, ScaleFigures, Share
from surveys.findings.perception import perceptions
from surveys.findings.rules import load_rules
from tests.surveys.card_example import card, example_fields

CARD, QUESTIONNAIRE, RULES = card(), load_instrument("teacher_deficits"), load_rules()
# The synthetic school with what the topic «failing» asks of the card in order: few at risk, all of them with plans.
FINE = {"st_risk": 20, "st_debt": 5, "m_riskplan": 20}


def released(share: Share, n: int = 25) -> Released:
    scale = ScaleFigures(scale="LOW", n=n, mean=50.0, need=50.0, level="medium", deficit=share)
    school = GroupFigures(code="s", label="Школа", population=n, n=n, rate=1.0, scales=[scale])
    whole = school.model_copy(update={"code": "municipality"})
    kept = {"wave": "w", "instrument": QUESTIONNAIRE.code, "instrument_sha256": "", "k": 5, "snapshot": 1}
    return Released(**kept, taken_utc="", municipality=whole, schools=[school])


def topics(share: Share, **changes) -> list[str]:
    values = values_of(CARD, example_fields(CARD, **changes))
    found = perceptions(
        released(share),
        "s",
        RULES,
        QUESTIONNAIRE,
        CARD,
        card_values=rule_values(CARD, values, 0),
        indicator_levels=readings(CARD, values),
    )
    return [one.topic for one in found]


def exact(count: int) -> Share:
    return Share(kind="exact", n=25, count=count, percent=4.0 * count)


@pytest.mark.parametrize(
    ("share", "named"),
    [
        (exact(13), True),  # 52 %
        (exact(12), False),  # 48 %
        (Share(kind="at_least", n=25, bound=21), True),
        (Share(kind="band_high", n=10), True),
        (Share(kind="below", n=25, bound=5), False),
        (Share(kind="hidden", n=None), False),
    ],
    ids=["most", "half", "bound", "band", "few", "hidden"],
)
def test_disagreement_needs_more_than_half_of_the_teachers(share, named):
    assert ("failing" in topics(share, **FINE)) is named


def test_card_that_sees_the_trouble_itself_does_not_disagree():
    assert "failing" not in topics(exact(20))  # 21 % at risk, 42 % of them with plans


def test_gap_in_the_card_proves_nothing():
    assert "failing" not in topics(exact(20), **(FINE | {"st_risk": None}))
