"""What is decided about each block before anything is written: hidden groups, words of shares, deviations.

Complementary suppression: what subtraction from the municipality would tell of a hidden group is hidden too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surveys.definition.instrument import Instrument, Scale
from surveys.disclosure.alternatives import Told, Unit
from surveys.disclosure.beside_counts import printable_levels, printable_spread
from surveys.disclosure.details import clean, spread_groups
from surveys.disclosure.groups import (
    MUNICIPALITY,
    Range,
    certain_range,
    deficit_range,
    hide_groups,
    means_open,
    next_to_hide,
    pooled,
    spread_open,
)
from surveys.disclosure.ladder import Ladder
from surveys.disclosure.lattice import low_mark, mark_of, parts_deficits, possible_scores
from surveys.disclosure.released import Hidden, Share
from surveys.disclosure.shares import SMALL, Part, Print, print_linked, share_of
from surveys.statistics.scoring import ordered_levels, practice_items
from surveys.statistics.summary import Summary

_Linked = tuple[dict[str, Part], Part, dict[str, Print], Print | None]


@dataclass(frozen=True)
class Block:
    """What was decided about one block: which groups are hidden and what is printed of the two classes."""

    hidden: dict[str, Hidden]
    total_hidden: Hidden | None
    shares: dict[str, Share]
    total_share: Share | None
    spread: set[str]  # groups, and MUNICIPALITY, whose standard deviation is printed
    levels: tuple[bool, bool] = (True, True)  # whether levels of all are told apart, of deficit and the others


class Decisions:
    """Decisions about all blocks of a wave, taken once for all groups: ``blocks`` by the name of the scale.

    ``groups``, ``people``: summary of each group and how many it has; ``total``: all groups together;
    ``hidden``: groups hidden as a whole; ``complementary``: False leaves sums open to subtraction.
    """

    def __init__(
        self,
        instrument: Instrument,
        groups: Mapping[str, Summary],
        people: Mapping[str, int],
        total: Summary,
        hidden: Mapping[str, Hidden],
        k: int,
        *,
        complementary: bool,
    ) -> None:
        self.instrument, self.groups, self.people, self.total = instrument, groups, people, total
        self.hidden, self.k, self.complementary = hidden, k, complementary
        self.all_people = sum(people.values())
        self.marks = [mark_of(instrument, scale, self.complete(scale)) for scale in instrument.scales]
        self.blocks = {scale.name: self._decide(at) for at, scale in enumerate(instrument.scales)}

    def complete(self, scale: Scale) -> bool:
        """Whether everybody answered every item of the block, which the items' n tell."""
        return all(
            self.total.states[item.name][0] == self.total.rows for item in practice_items(self.instrument, scale.name)
        )

    def _decide(self, at: int) -> Block:
        """Hide groups of one block, then mask its two-class shares."""
        sizes = {name: int(group.scales.n[0, at]) for name, group in self.groups.items()}
        whole = int(self.total.scales.n[0, at])
        if whole < self.k or self.total.rows < self.k:
            nothing = {name: self.hidden.get(name, "primary") for name in sizes}
            return Block(nothing, "primary", {}, None, set())
        hidden = hide_groups(sizes, self.k, already=self.hidden, complementary=self.complementary)
        hidden.update({name: why for name, why in self.hidden.items() if why == "primary"})
        total_hidden: Hidden | None = None
        while self.complementary and not self._means_open(at, sizes, hidden):
            extra = next_to_hide(sizes, hidden)
            if extra is None:
                total_hidden = "complementary"
                break
            hidden[extra] = "complementary"
        linked = self._linked(at, sizes, hidden, total_hidden)
        spread = set[str]()
        if not self.complementary or self._spread_open(at, sizes, hidden):
            spread = spread_groups(sizes, set(sizes) - set(hidden), whole, SMALL)
            spread |= {MUNICIPALITY} if whole >= SMALL and total_hidden is None else set()
        if linked is None:
            return Block(hidden, total_hidden, {}, None, spread)
        levels = (True, True)
        if self.complementary:
            spread, levels = self._beside_counts(at, linked, spread)
        parts, total, prints, printed = linked
        shares = {name: share_of(parts[name], prints[name], self.k, self.people[name]) for name in parts}
        total_share = None if printed is None else share_of(total, printed, self.k, self.all_people)
        return Block(hidden, total_hidden, shares, total_share, spread, levels)

    def _sums(self, at: int, sizes: Mapping[str, int], hidden: Mapping[str, Hidden], need: bool) -> dict[str, float]:
        found = {}
        for name in hidden:
            if sizes[name]:
                scales = self.groups[name].scales
                found[name] = float((scales.need_mean if need else scales.mean)[0, at]) * sizes[name]
        return found

    def _means_open(self, at: int, sizes: Mapping[str, int], hidden: Mapping[str, Hidden]) -> bool:
        """Whether the sum that subtraction leaves to the hidden groups keeps each of their means open."""
        scores = self._sums(at, sizes, hidden, need=False)
        wanted = {name: int(group.scales.need_n[0, at]) for name, group in self.groups.items()}
        needs = self._sums(at, wanted, hidden, need=True)
        return means_open(scores, sizes, self.k, self.marks[at]) and means_open(needs, wanted, self.k, None)

    def _spread_open(self, at: int, sizes: Mapping[str, int], hidden: Mapping[str, Hidden]) -> bool:
        """Whether the spread that subtraction leaves to the hidden groups keeps each of their means open."""
        names = [name for name in hidden if sizes[name]]
        if not names:
            return True
        scales = [self.groups[name].scales for name in names]
        n, mean, m2 = (np.asarray([getattr(one, part)[0, at] for one in scales]) for part in ("n", "mean", "m2"))
        return spread_open(n, mean, m2)

    def _linked(
        self, at: int, sizes: Mapping[str, int], hidden: Mapping[str, Hidden], total_hidden: Hidden | None
    ) -> _Linked | None:
        """Words about the two classes of every group and of all; None for an instrument without such."""
        if not parts_deficits(self.instrument):
            return None
        mark = self.marks[at]
        pool = None
        if total_hidden is None:
            sums = self._sums(at, sizes, hidden, need=False)
            pool = pooled(sums, sizes, mark, sum(int(self.groups[name].scales.deficit[0, at]) for name in sums))
        parts = {}
        for name, group in self.groups.items():
            n, count = sizes[name], int(group.scales.deficit[0, at])
            if name in hidden:
                parts[name] = Part(n, count, Range(0, n), hidden=True)
            else:
                known = float(group.scales.mean[0, at]) * n
                possible = deficit_range(n, known, known, mark)
                parts[name] = Part(n, count, possible, certain=certain_range(n, known, mark, count))
        n, mean = int(self.total.scales.n[0, at]), float(self.total.scales.mean[0, at])
        possible = Range(0, n) if total_hidden else deficit_range(n, mean * n, mean * n, mark)
        total = Part(n, int(self.total.scales.deficit[0, at]), possible, bool(total_hidden))
        prints, printed = print_linked(parts, total, self.k, pool=pool, complementary=self.complementary)
        return parts, total, prints, printed

    def _units(self, at: int, linked: _Linked) -> dict[str, Unit]:
        """Groups whose mean is printed, and all hidden ones as one."""
        parts, _total, prints, _printed = linked
        mark, units = self.marks[at], {}
        for name, part in parts.items():
            if part.n and not part.hidden:
                one, scales = prints[name], self.groups[name].scales
                judged = one.learned if one.kind == "exact" or one.kind.startswith("band") else part.possible
                units[name] = Unit(
                    part.n,
                    float(scales.mean[0, at]),
                    tuple(int(count) for count in scales.levels[0, at]),
                    one.learned,
                    judged,
                )
        shut = [self.groups[name].scales for name, part in parts.items() if part.n and part.hidden]
        if shut:
            sizes = tuple(int(one.n[0, at]) for one in shut)
            mean = sum(float(one.mean[0, at]) * n for one, n in zip(shut, sizes, strict=True)) / sum(sizes)
            known = deficit_range(sum(sizes), mean * sum(sizes), mean * sum(sizes), mark)
            placed = tuple(int(count) for count in sum(one.levels[0, at] for one in shut))
            units[""] = Unit(sum(sizes), mean, placed, known, known, sizes)
        return units

    def _beside_counts(self, at: int, linked: _Linked, spread: set[str]) -> tuple[set[str], tuple[bool, bool]]:
        """Whose standard deviation of ``spread`` and which levels of all leave masked counts open."""
        _parts, total, _prints, printed = linked
        units, ladder = self._units(at, linked), self._ladder(at)
        between = sum(one.n * (one.mean - float(self.total.scales.mean[0, at])) ** 2 for one in units.values())
        within = float(self.total.scales.m2[0, at]) - between if MUNICIPALITY in spread else None
        own = {name: float(self.groups[name].scales.m2[0, at]) for name in spread if name != MUNICIPALITY}
        told = Told(units, printed.learned if printed else Range(0, total.n))
        told = printable_spread(told, own, within, ladder, self.k)
        kept = {name for name, unit in told.units.items() if unit.squares is not None}
        kept |= {MUNICIPALITY} if told.squares is not None else set()
        if printed is None or printed.kind != "exact":
            return kept, (False, False)
        counts = self.total.scales.levels[0, at]
        asked = clean(counts[: ladder.mark + 1], self.k), clean(counts[ladder.mark + 1 :], self.k)
        return kept, printable_levels(told, ladder, asked, self.k)

    def _ladder(self, at: int) -> Ladder:
        """All levels of one block."""
        scale, lines = self.instrument.scales[at], [level.at_least for level in ordered_levels(self.instrument)][1:]
        complete = self.complete(scale)
        marks = tuple(mark_of(self.instrument, scale, complete, line) for line in lines)
        scores = possible_scores(self.instrument, scale, complete)
        return Ladder(marks, lines.index(low_mark(self.instrument)), scores, tuple(range(len(marks))))
