"""The one gate: summaries of answers go in, figures that may leave the program come out.

Every page, document, chart, export and finding about respondents' answers reads the ``Released`` value made here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Instrument, Scale
from surveys.disclosure.details import (
    LARGE,
    clean,
    mark_of,
    spread_groups,
)
from surveys.disclosure.groups import Range, deficit_range, hide_groups, means_open, next_to_hide, pooled, spread_open
from surveys.disclosure.large import Details
from surveys.disclosure.released import (
    Change,
    GroupFigures,
    Hidden,
    LevelCode,
    Released,
    ScaleFigures,
    Share,
)
from surveys.disclosure.shares import SMALL, Part, Print, print_linked, share_of
from surveys.disclosure.spread import Told, Unit, levels_open, printable_spread
from surveys.statistics.measures import ci95, reliability
from surveys.statistics.scoring import DEFICIT, DUST, ordered_levels, practice_items
from surveys.statistics.summary import Summary, merge_all, summarise

MUNICIPALITY = "municipality"
LEAST_K = 5
_Linked = tuple[dict[str, Part], Part, dict[str, Print], Print | None]


@dataclass(frozen=True)
class _Block:
    """What was decided about one block: which groups are hidden and what is printed of the two classes."""

    hidden: dict[str, Hidden]
    total_hidden: Hidden | None
    shares: dict[str, Share]
    total_share: Share | None
    spread: set[str]  # groups, and MUNICIPALITY, whose standard deviation is printed
    told: Told | None = None  # of the count of each group; None where nothing is hidden beside sums


def release(
    instrument: Instrument,
    summaries: Mapping[str, Summary],
    population: Mapping[str, int],
    *,
    wave: str,
    snapshot: int,
    taken_utc: str = "",
    labels: Mapping[str, str] | None = None,
    municipality: str = "Муниципалитет",
    k: int = LEAST_K,
    units: Mapping[str, str] | None = None,
    changes: list[tuple[str, Change]] | None = None,
    previous: tuple[str, int] | None = None,
    complementary: bool = True,
) -> Released:
    """Apply the disclosure policy to a whole wave.

    Args:
        summaries: school code -> summary of its respondents; a school nobody answered in may be left out.
        population: school code -> number of teachers asked. Schools appear in this order.
        labels: code -> printed name.
        k: the smallest group that is shown; never under 5.
        units: school code -> code of the reporting unit it was joined to before the wave opened.
        changes: figures of ``release_changes``, carried along; ``previous`` is the wave and the number of the snapshot
            that they are counted from.
        complementary: False leaves sums open to subtraction; a negative control for tests.

    Raises:
        ValueError: k under 5, or a school with more respondents than teachers.
    """
    if k < LEAST_K:
        raise ValueError(f"k is {k}, it is never under {LEAST_K}")
    groups, people = _pool(instrument, summaries, population, units or {})
    for name, group in groups.items():
        if group.rows > people[name]:
            raise ValueError(f"{name}: {group.rows} respondents of {people[name]}")
    total = merge_all(list(groups.values())) if groups else _nobody(instrument)
    sizes = {name: group.rows for name, group in groups.items()}
    hidden = dict.fromkeys(sizes, "primary") if total.rows < k else hide_groups(sizes, k, complementary=complementary)
    gate = _Gate(instrument, groups, people, total, hidden, k, complementary)  # type: ignore[arg-type]
    names = labels or {}
    return Released(
        wave=wave,
        instrument=instrument.code,
        instrument_sha256=instrument.sha256(),
        k=k,
        snapshot=snapshot,
        taken_utc=taken_utc,
        municipality=gate.municipality(municipality),
        schools=[gate.school(name, names.get(name, name)) for name in groups],
        changes=changes or [],
        previous=previous[0] if previous else "",
        previous_snapshot=previous[1] if previous else None,
    )


def _pool(
    instrument: Instrument, summaries: Mapping[str, Summary], population: Mapping[str, int], units: Mapping[str, str]
) -> tuple[dict[str, Summary], dict[str, int]]:
    groups: dict[str, Summary] = {}
    people: dict[str, int] = {}
    for name in [*population, *(one for one in summaries if one not in population)]:
        unit = units.get(name, name)
        summary = summaries.get(name) or _nobody(instrument)
        groups[unit] = groups[unit].merge(summary) if unit in groups else summary
        people[unit] = people.get(unit, 0) + population.get(name, summary.rows)
    return groups, people


def _nobody(instrument: Instrument) -> Summary:
    return summarise(AnswerSet.from_checked(instrument, []), instrument)


class _Gate:
    """One release in the making: decisions are taken once for all groups, then each group is written out."""

    def __init__(
        self,
        instrument: Instrument,
        groups: dict[str, Summary],
        people: dict[str, int],
        total: Summary,
        hidden: dict[str, Hidden],
        k: int,
        complementary: bool,
    ) -> None:
        self.instrument, self.groups, self.people, self.total = instrument, groups, people, total
        self.hidden, self.k, self.complementary = hidden, k, complementary
        self.all_people = sum(people.values())
        self.marks = [mark_of(instrument, scale, self._complete(scale)) for scale in instrument.scales]
        self.blocks = {scale.name: self._decide(at) for at, scale in enumerate(instrument.scales)}
        self.large = {name: group for name, group in groups.items() if name not in hidden and group.rows >= LARGE}
        self.details = Details(instrument, total, self.large, {**people, MUNICIPALITY: self.all_people}, k)

    def _complete(self, scale: Scale) -> bool:
        """Whether everybody answered every item of the block, which the items' n tell."""
        return all(
            self.total.states[item.name][0] == self.total.rows for item in practice_items(self.instrument, scale.name)
        )

    def _decide(self, at: int) -> _Block:
        """Hide groups of one block, then mask its two-class shares."""
        sizes = {name: int(group.scales.n[0, at]) for name, group in self.groups.items()}
        whole = int(self.total.scales.n[0, at])
        if whole < self.k or self.total.rows < self.k:
            nothing = {name: self.hidden.get(name, "primary") for name in sizes}
            return _Block(nothing, "primary", {}, None, set())
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
            return _Block(hidden, total_hidden, {}, None, spread)
        told = None
        if self.complementary:
            told = self._beside_counts(at, linked, self._units(at, linked), spread)
            spread = {name for name, unit in told.units.items() if unit.squares is not None}
            spread |= {MUNICIPALITY} if told.squares is not None else set()
        parts, total, prints, printed = linked
        shares = {name: share_of(parts[name], prints[name], self.k, self.people[name]) for name in parts}
        total_share = None if printed is None else share_of(total, printed, self.k, self.all_people)
        return _Block(hidden, total_hidden, shares, total_share, spread, told)

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
        """Words about the two classes of every group and of all; None for an instrument without levels."""
        if not any(level.code in DEFICIT for level in self.instrument.levels):
            return None
        mark = self.marks[at]
        pool = None
        if total_hidden is None:
            pool = pooled(self._sums(at, sizes, hidden, need=False), sizes, mark)
        parts = {}
        for name, group in self.groups.items():
            n, count = sizes[name], int(group.scales.deficit[0, at])
            if name in hidden:
                parts[name] = Part(n, count, Range(0, n), hidden=True)
            else:
                known = float(group.scales.mean[0, at]) * n
                possible = deficit_range(n, known, known, mark)
                parts[name] = Part(n, count, possible)
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
                units[name] = Unit(part.n, float(scales.mean[0, at]), one.learned, judged)
        shut = [self.groups[name].scales for name, part in parts.items() if part.n and part.hidden]
        if shut:
            sizes = tuple(int(one.n[0, at]) for one in shut)
            mean = sum(float(one.mean[0, at]) * n for one, n in zip(shut, sizes, strict=True)) / sum(sizes)
            known = deficit_range(sum(sizes), mean * sum(sizes), mean * sum(sizes), mark)
            units[""] = Unit(sum(sizes), mean, known, known, sizes)
        return units

    def _beside_counts(self, at: int, linked: _Linked, units: Mapping[str, Unit], spread: set[str]) -> Told:
        """Counts beside the standard deviations of ``spread``, those left out that do not leave masked counts open."""
        _parts, total, _prints, printed = linked
        between = sum(one.n * (one.mean - float(self.total.scales.mean[0, at])) ** 2 for one in units.values())
        within = float(self.total.scales.m2[0, at]) - between if MUNICIPALITY in spread else None
        own = {name: float(self.groups[name].scales.m2[0, at]) for name in spread if name != MUNICIPALITY}
        told = printed.learned if printed else Range(0, total.n)
        return printable_spread(units, own, told, within, self.marks[at], self.k)

    def municipality(self, label: str) -> GroupFigures:
        """Everything that may be shown of all schools together."""
        rows = self.total.rows
        if rows < self.k:
            return _closed(MUNICIPALITY, label, self.all_people, rows, "primary")
        return self._group(MUNICIPALITY, label, self.total, self.all_people, everything=True)

    def school(self, name: str, label: str) -> GroupFigures:
        """Everything that may be shown of one school or reporting unit."""
        group = self.groups[name]
        why = self.hidden.get(name)
        if why is not None:
            closed = _closed(name, label, self.people[name], group.rows, why)
            scales = [ScaleFigures(scale=scale.name, n=group.rows, hidden=why) for scale in self.instrument.scales]
            return closed.model_copy(update={"scales": scales})
        return self._group(name, label, group, self.people[name], everything=False)

    def _group(self, name: str, label: str, group: Summary, people: int, *, everything: bool) -> GroupFigures:
        large = everything or name in self.large
        deficits = self._deficits(name, everything)
        aggregates = self.details.aggregates(name, group, everything) if large else {}
        return GroupFigures(
            code=name,
            label=label,
            population=people,
            n=group.rows,
            rate=group.rows / people if people else None,
            scales=[self._scale(name, at, group, people, everything) for at in range(len(self.instrument.scales))],
            items=self.details.items(name, group, everything) if large else [],
            choices=self.details.choices(name, group, everything) if large else [],
            quadrants=self.details.quadrants(name, group, everything, deficits) if large else [],
            flagged=self.details.flagged(name, group, everything) if large else None,
            soft=self.details.soft(name, group, everything) if large else None,
            sensitivity=self.details.sensitivity(group) if large else None,
            aggregates={code: value for code, (value, _n) in aggregates.items()},
            aggregate_n={code: n for code, (_value, n) in aggregates.items()},
        )

    def _scale(self, name: str, at: int, group: Summary, people: int, everything: bool) -> ScaleFigures:
        scale = self.instrument.scales[at]
        block = self.blocks[scale.name]
        n = int(group.scales.n[0, at])
        why = block.total_hidden if everything else block.hidden.get(name)
        if why is not None:
            return ScaleFigures(scale=scale.name, n=n, hidden=why)
        mean = float(group.scales.mean[0, at])
        level = self.instrument.level_of(mean + DUST)
        need_n = int(group.scales.need_n[0, at])
        wanted = self._need_open(at, need_n, everything)
        share = block.total_share if everything else block.shares.get(name)
        sd = float(np.sqrt(group.scales.m2[0, at] / (n - 1))) if n > 1 else None
        wide = (MUNICIPALITY if everything else name) in block.spread
        return ScaleFigures(
            scale=scale.name,
            n=n,
            mean=mean,
            need=float(group.scales.need_mean[0, at]) if wanted else None,
            need_n=need_n if wanted else None,
            level=level.code if level else None,
            deficit=share,
            levels=self._levels(name, at, group, share, everything),
            sd=sd if wide else None,
            ci95=ci95(mean, sd, n, max(people, n)) if wide and sd is not None else None,
            alpha=self._alpha(scale.name, group) if wide and (everything or name in self.large) else None,
        )

    def _need_open(self, at: int, need_n: int, everything: bool) -> bool:
        """Needs are given by everybody with a score or, where many left them blank, must stand by themselves."""
        if need_n < self.k:
            return False
        if not self.complementary:
            return True
        wanted = {name: int(group.scales.need_n[0, at]) for name, group in self.groups.items()}
        shown = self.blocks_hidden(at)
        small = [name for name in wanted if 0 < wanted[name] < self.k and name not in shown]
        left = sum(wanted[name] for name in shown)  # subtraction tells of the hidden ones together
        return not everything or not (small or 0 < left < self.k)

    def _deficits(self, name: str, everything: bool) -> dict[str, Share | None]:
        """Printed two-class shares of one group."""
        return {
            scale: block.total_share if everything else block.shares.get(name) for scale, block in self.blocks.items()
        }

    def blocks_hidden(self, at: int) -> Mapping[str, Hidden]:
        """Groups hidden in one block."""
        return self.blocks[self.instrument.scales[at].name].hidden

    def _alpha(self, scale: str, group: Summary) -> float | None:
        products = group.products[scale]
        large = products.n >= LARGE or products.n == self.total.products[scale].n
        return reliability(products)[0] if large else None

    def _levels(
        self, name: str, at: int, group: Summary, share: Share | None, everything: bool
    ) -> dict[LevelCode, int] | None:
        """Counts by level; both levels of a class are left out where one of them is small."""
        if share is None or share.kind != "exact":
            return None
        if not everything:
            if not self.details.may_show(name, f"levels {at}", lambda one: one.scales.levels[0, at]):
                return None
        levels = ordered_levels(self.instrument)
        counts = {level.code: int(count) for level, count in zip(levels, group.scales.levels[0, at], strict=True)}
        found: dict[LevelCode, int] = {}
        for deficit in (False, True):
            members = {code: count for code, count in counts.items() if (code in DEFICIT) == deficit}
            if clean(np.asarray(list(members.values())), self.k) and (
                not everything or self._levels_open(at, members, deficit=deficit)
            ):
                found |= members
        return found or None

    def _levels_open(self, at: int, members: Mapping[LevelCode, int], *, deficit: bool) -> bool:
        """Whether schools' counts stay as open where the levels of one class are printed of the municipality."""
        ordered = [level for level in ordered_levels(self.instrument) if level.code in members]
        told = self.blocks[self.instrument.scales[at].name].told
        if len(ordered) < 2 or told is None:
            return True
        low, high = (members[level.code] for level in (ordered[0], ordered[-1]))
        outer, inner = (low, high) if deficit else (high, low)
        scale = self.instrument.scales[at]
        edge = mark_of(self.instrument, scale, self._complete(scale), ordered[-1].at_least)
        return levels_open(told, self.marks[at], edge, outer, inner, self.k, deficit=deficit)


def _closed(code: str, label: str, people: int, n: int, why: Hidden) -> GroupFigures:
    return GroupFigures(code=code, label=label, population=people, n=n, rate=n / people if people else None, hidden=why)
