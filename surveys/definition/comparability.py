"""What cannot be compared between two versions of a form, given the author's marks on the changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from surveys.definition.difference import Change, compare_instruments
from surveys.definition.instrument import Instrument
from surveys.expressions.syntax import parse

Mark = Literal["typo", "meaning"]
MARKS: dict[Mark, str] = {"typo": "опечатка", "meaning": "изменён смысл"}


@dataclass(frozen=True)
class Incomparable:
    """Codes of what may not be compared between stages. ``levels``: the bounds of the levels have moved."""

    items: frozenset[str] = frozenset()
    scales: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    levels: bool = False

    def __or__(self, other: "Incomparable") -> "Incomparable":
        return Incomparable(
            self.items | other.items,
            self.scales | other.scales,
            self.indicators | other.indicators,
            self.levels or other.levels,
        )

    def __bool__(self) -> bool:
        return bool(self.items or self.scales or self.indicators or self.levels)


def unmarked(changes: list[Change], marks: Mapping[str, str]) -> list[Change]:
    """Changes on which the author has still to decide."""
    return [change for change in changes if change.nature == "judged" and marks.get(change.key) not in MARKS]


def find_incomparable(old: Instrument, new: Instrument, marks: Mapping[str, str]) -> Incomparable:
    """Items, scales and indicators that ``new`` asks or reckons otherwise than ``old``.

    A change without a mark counts as a changed meaning. A scale suffers with any of its items, an indicator with any
    field it reads.
    """
    spoilt = [change for change in compare_instruments(old, new) if _spoils(change, marks)]
    codes = {part: {change.code for change in spoilt if change.part == part} for part in ("item", "option", "group")}
    lists = {code.partition("/")[0] for code in codes["option"]}
    items = set(codes["item"])
    for form in (old, new):
        items |= {item.name for item in form.items if item.options in lists or item.group in codes["group"]}
    scales = {change.code for change in spoilt if change.part == "scale"}
    indicators = {change.code for change in spoilt if change.part == "indicator"}
    for form in (old, new):
        scales |= {item.scale for item in form.items if item.scale and item.name in items}
        for indicator in form.indicators:
            if parse(indicator.expression).names & items:
                indicators.add(indicator.code)
    levels = any(change.part == "level" for change in spoilt)
    return Incomparable(frozenset(items), frozenset(scales), frozenset(indicators), levels)


def _spoils(change: Change, marks: Mapping[str, str]) -> bool:
    return change.nature == "meaning" or (change.nature == "judged" and marks.get(change.key) != "typo")
