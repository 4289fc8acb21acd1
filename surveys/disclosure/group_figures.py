"""Writes out what may be shown of the municipality and of each school, once everything is decided."""

from collections.abc import Mapping

import numpy as np

from surveys.disclosure.blocks import Decisions
from surveys.disclosure.details import LARGE, clean
from surveys.disclosure.groups import MUNICIPALITY
from surveys.disclosure.large import Details
from surveys.disclosure.released import GroupFigures, Hidden, LevelCode, ScaleFigures, Share
from surveys.statistics.measures import ci95, reliability
from surveys.statistics.scoring import DEFICIT, DUST, ordered_levels
from surveys.statistics.summary import Summary


class Writer:
    """Figures of groups by the decisions about a wave; details of large groups are decided here."""

    def __init__(self, decided: Decisions) -> None:
        self.decided, self.instrument, self.k, self.blocks = decided, decided.instrument, decided.k, decided.blocks
        self.large = {
            name: group for name, group in decided.groups.items() if name not in decided.hidden and group.rows >= LARGE
        }
        people = {**decided.people, MUNICIPALITY: decided.all_people}
        self.details = Details(decided.instrument, decided.total, self.large, people, decided.k)

    def municipality(self, label: str) -> GroupFigures:
        """Everything that may be shown of all schools together."""
        rows = self.decided.total.rows
        if rows < self.k:
            return _closed(MUNICIPALITY, label, self.decided.all_people, rows, "primary")
        return self._group(MUNICIPALITY, label, self.decided.total, self.decided.all_people, everything=True)

    def school(self, name: str, label: str) -> GroupFigures:
        """Everything that may be shown of one school or reporting unit."""
        group = self.decided.groups[name]
        why = self.decided.hidden.get(name)
        if why is not None:
            closed = _closed(name, label, self.decided.people[name], group.rows, why)
            scales = [ScaleFigures(scale=scale.name, n=group.rows, hidden=why) for scale in self.instrument.scales]
            return closed.model_copy(update={"scales": scales})
        return self._group(name, label, group, self.decided.people[name], everything=False)

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
        if not self.decided.complementary:
            return True
        wanted = {name: int(group.scales.need_n[0, at]) for name, group in self.decided.groups.items()}
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
        large = products.n >= LARGE or products.n == self.decided.total.products[scale].n
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
        told = self.blocks[self.instrument.scales[at].name].levels if everything else (True, True)
        found: dict[LevelCode, int] = {}
        for deficit, shown in zip((True, False), told, strict=True):
            members = {code: count for code, count in counts.items() if (code in DEFICIT) == deficit}
            if shown and clean(np.asarray(list(members.values())), self.k):
                found |= members
        return found or None


def _closed(code: str, label: str, people: int, n: int, why: Hidden) -> GroupFigures:
    return GroupFigures(code=code, label=label, population=people, n=n, rate=n / people if people else None, hidden=why)
