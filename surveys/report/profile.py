"""A teacher's own profile: nine blocks, the strongest and the weakest statements in the teacher's own words.

For the teacher's eyes; pure Python, so that it opens at once after sending.
"""

from dataclasses import dataclass

from surveys.answers.checking import Checked
from surveys.definition.instrument import Instrument, Item
from surveys.expressions.piping import answers_in, fill_in
from surveys.statistics.scoring import percent_of, practice_items, quadrant_of, score_one

SHOWN = 3


@dataclass(frozen=True)
class Statement:
    """One statement with the teacher's answer in words. ``percent``: share of the maximum, reversed items turned."""

    item: str
    label: str
    answer: str
    percent: float
    need: str  # words of the wanted help, «» where none was asked
    reverse: bool


@dataclass(frozen=True)
class BlockProfile:
    """One block of one teacher. ``score`` and ``need`` are 0-100, None where too little was answered."""

    scale: str
    label: str
    score: float | None
    need: float | None
    level: str | None
    level_label: str
    answered: int
    applicable: int
    quadrant: str | None


@dataclass(frozen=True)
class Profile:
    """What a teacher sees of the own answers."""

    blocks: list[BlockProfile]
    strongest: list[Statement]
    weakest: list[Statement]
    help_wanted: list[Statement]  # statements where any help is wanted, the most first


def build_profile(instrument: Instrument, checked: Checked) -> Profile:
    """The profile of one respondent; statements that were left blank stand nowhere."""
    scores = score_one(instrument, checked)
    blocks = []
    for scale in instrument.scales:
        found = scores[scale.name]
        label = next((level.label for level in instrument.levels if level.code == found.level), "")
        quadrant = quadrant_of(found.score, found.need, instrument)
        blocks.append(
            BlockProfile(
                scale.name,
                scale.label,
                found.score,
                found.need,
                found.level,
                label,
                found.answered,
                found.applicable,
                quadrant,
            )
        )
    statements = _statements(instrument, checked)
    strongest = sorted(statements, key=lambda one: -one.percent)[:SHOWN]
    named = {one.item for one in strongest}
    weakest = [one for one in sorted(statements, key=lambda one: one.percent) if one.item not in named][:SHOWN]
    wanted = [one for one in statements if _wanted(instrument, checked, one.item) > 0]
    wanted.sort(key=lambda one: (-_wanted(instrument, checked, one.item), one.percent))
    return Profile(blocks, strongest, weakest, wanted)


def _statements(instrument: Instrument, checked: Checked) -> list[Statement]:
    found, answers = [], answers_in(instrument, checked)
    for scale in instrument.scales:
        for item in practice_items(instrument, scale.name):
            value = checked.values.get(item.name)
            percent = None if value is None else percent_of(instrument, item, value)
            if percent is None:
                continue
            asking = instrument.need_item(item.name)
            need = _words(instrument, asking, checked) if asking else ""
            words = _words(instrument, item, checked)
            label = fill_in(instrument, item.label, answers)
            found.append(Statement(item.name, label, words, percent, need, item.reverse))
    return found


def _words(instrument: Instrument, item: Item, checked: Checked) -> str:
    value = checked.values.get(item.name)
    labels = {option.name: option.label for option in instrument.options_of(item)}
    return labels.get(str(value), str(value)) if value is not None else ""


def _wanted(instrument: Instrument, checked: Checked, name: str) -> float:
    asking = instrument.need_item(name)
    value = checked.values.get(asking.name) if asking else None
    return (percent_of(instrument, asking, value) or 0.0) if asking and value is not None else 0.0
