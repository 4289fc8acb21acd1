"""What is printed of the municipality and of large groups besides blocks: items, choices, cases, rules' figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from surveys.answers.checking import MULTIPLE
from surveys.definition.instrument import Instrument
from surveys.disclosure.cases import quadrant_figures
from surveys.disclosure.details import (
    Counts,
    choice_figures,
    context_items,
    item_counts,
    item_figures,
    open_details,
)
from surveys.disclosure.released import ChoiceFigures, GroupFigures, ItemFigures, Quadrants, Share
from surveys.disclosure.shares import Part, print_of, share_of
from surveys.statistics.scoring import DUST, practice_items
from surveys.statistics.summary import MENTOR_WORD, Summary


@dataclass(frozen=True)
class Details:
    """Decides and writes details. ``large``: groups of 50 or more that are shown; ``total``: the municipality.

    ``people``: code of every group -> how many it has.
    """

    instrument: Instrument
    total: Summary
    large: dict[str, Summary]
    people: Mapping[str, int]
    k: int
    opened: dict[str, set[str]] = field(default_factory=dict)  # what was asked about -> groups that may show it

    def items(self, name: str, group: Summary, everything: bool) -> list[ItemFigures]:
        """Items of all blocks that k or more answered and whose counts may be printed."""
        found = []
        for scale in self.instrument.scales:
            for item in practice_items(self.instrument, scale.name):
                asking = self.instrument.need_item(item.name)
                counts_open = everything or self._detail(name, item_counts(item), item.name)
                need_open = asking is not None and (everything or self._detail(name, item_counts(asking), asking.name))
                if group.states[item.name][0] < self.k or (not everything and not counts_open):
                    continue
                figures = item_figures(
                    self.instrument,
                    item,
                    group,
                    self.people[name],
                    self.k,
                    counts_open=counts_open,
                    need_open=need_open,
                )
                found.append(self._as_block(figures))
        return found

    def _as_block(self, item: ItemFigures) -> ItemFigures:
        """The only statement of a block is the block: what is printed of it stands there, as far as it may be told."""
        if len(practice_items(self.instrument, self.instrument.item(item.item).scale or "")) > 1:
            return item
        return item.model_copy(update={"counts": None, "need_counts": None, "low": None})

    def _detail(self, name: str, read: Callable[[Summary], Counts], item: str) -> bool:
        return item in self.total.counts and self.may_show(name, f"item {item}", read)

    def may_show(self, name: str, what: str, read: Callable[[Summary], Counts]) -> bool:
        """Whether the counts that ``read`` gives may be printed of the group ``name``; decided once for all groups."""
        if what not in self.opened:
            self.opened[what] = open_details(self.large, read, self.total, self.k)
        return name in self.opened[what]

    def choices(self, name: str, group: Summary, everything: bool) -> list[ChoiceFigures]:
        """Context items: how often each option was named."""
        found = []
        for item in context_items(self.instrument):
            if group.states[item.name][0] < self.k:
                continue
            if everything or self._detail(name, item_counts(item), item.name):
                found.append(choice_figures(self.instrument, item, group, self.people[name], self.k))
        return found

    def quadrants(
        self, name: str, group: Summary, everything: bool, deficits: Mapping[str, Share | None]
    ) -> list[tuple[str, Quadrants]]:
        """The four cases, block by block and together."""
        if not group.quadrants.sum():
            return []
        if not everything and not self.may_show(name, "quadrants", lambda one: one.quadrants.reshape(-1)):
            return []
        return quadrant_figures(self.instrument, group, deficits, self.people[name], self.k)

    def flagged(self, name: str, group: Summary, everything: bool) -> Share | None:
        """Submissions that show a sign of careless filling."""
        if not self.instrument.quality:
            return None
        part = Part.free(group.rows, group.flagged)
        if not everything and not self._two_class(name, "flagged", lambda one: (one.flagged, one.rows)):
            return None
        return share_of(part, print_of(part, self.k), self.k)

    def soft(self, name: str, group: Summary, everything: bool) -> Share | None:
        """Submissions with a soft sign only. Beside the flagged they tell how many show none: no small count either."""
        if not any(flag.soft for flag in self.instrument.quality):
            return None
        if not everything and not self.may_show(name, "soft", _by_sign):
            return None
        part = Part.free(group.rows, group.soft)
        words = print_of(part, self.k)
        told = words.kind == print_of(Part.free(group.rows, group.flagged), self.k).kind == "exact"
        if told and _by_sign(group)[2] < self.k:
            return Share(kind="hidden", n=group.rows, hidden="complementary")
        return share_of(part, words, self.k)

    def _two_class(self, name: str, what: str, read: Callable[[Summary], tuple[int, int]]) -> bool:
        def table(one: Summary) -> Counts:
            count, n = read(one)
            return np.asarray([count, n - count], np.int64)

        return self.may_show(name, what, table)

    def sensitivity(self, group: Summary) -> Literal["same", "changes"] | None:
        """Whether the level of any block changes without the flagged; a word only where they are 0 or at least k."""
        if not self.instrument.quality or 0 < group.flagged < self.k or group.rows - group.flagged < self.k:
            return None
        for at in range(len(self.instrument.scales)):
            if group.scales.n[0, at] < self.k or group.unflagged.n[0, at] < self.k:
                continue
            before = self.instrument.level_of(float(group.scales.mean[0, at]) + DUST)
            after = self.instrument.level_of(float(group.unflagged.mean[0, at]) + DUST)
            if before != after:
                return "changes"
        return "same"

    def aggregates(self, name: str, group: Summary, everything: bool) -> dict[str, tuple[float, int]]:
        """Figures that rules read, each with its n: percent, mentor_ready in persons; both classes are k or more."""
        people = group.people
        pairs = {
            "hidden_share": ("hidden", "scored"),
            "mentor_ready": ("mentor_ready", "scored"),
            "form_mentor": ("form_mentor", "form_answered"),
        }
        found: dict[str, tuple[float, int]] = {}
        for figure, (part, whole) in pairs.items():
            count, n = people[part], people[whole]
            if count < self.k or n - count < self.k:
                continue
            if figure == "form_mentor" and 0 < self._named_again(group) < self.k:
                continue
            if everything or self._two_class(name, figure, _people_of(part, whole)):
                found[figure] = (float(count) if figure == "mentor_ready" else 100 * count / n, n)
        return found

    def _named_again(self, group: Summary) -> int:
        """Times that a second form with a mentor was named: what the printed options tell beside who named any."""
        named = sum(
            int(count)
            for item in self.instrument.items
            if item.type in MULTIPLE and item.name in group.counts
            for option, count in zip(self.instrument.options_of(item), group.counts[item.name], strict=False)
            if MENTOR_WORD in option.label.lower()
        )
        return named - group.people["form_mentor"]


def as_blocks_allow(instrument: Instrument, group: GroupFigures) -> GroupFigures:
    """``group`` without what tells of blocks that are kept back in it.

    The means of a block's statements make the mean of the block; where it is the only block, who hides a deficit and
    who can be a mentor are persons of one of its cases.
    """
    hidden = {one.scale for one in group.scales if one.hidden}
    changed: dict[str, object] = {
        "items": [one for one in group.items if instrument.item(one.item).scale not in hidden],
    }
    if len(instrument.scales) == 1 and instrument.scales[0].name not in dict(group.quadrants):
        for field in ("aggregates", "aggregate_n"):
            figures = getattr(group, field)
            changed[field] = {code: value for code, value in figures.items() if code == "form_mentor"}
    return group.model_copy(update=changed)


def _by_sign(one: Summary) -> Counts:
    """Submissions with a sign, with a soft one only, with none."""
    return np.asarray([one.flagged, one.soft, one.rows - one.flagged - one.soft], np.int64)


def _people_of(part: str, whole: str) -> Callable[[Summary], tuple[int, int]]:
    return lambda one: (one.people[part], one.people[whole])
