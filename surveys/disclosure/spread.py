"""What standard deviations tell of hidden counts: the persons must also fit them.

With the mean known, each person moved over the mark costs squares: where all are close to their mean nobody may be
under the mark at all, and where all are at the ends everybody's place is known. For a given count the least and the
most squares are closed forms; over groups they join count by count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.disclosure.groups import Mark, Range, open_enough

Numbers = NDArray[Any]
CLASS_STEPS = 3  # in a class of fewer possible scores the spread says nearly the scores themselves


@dataclass(frozen=True)
class Unit:
    """A group, or all hidden ones as one, and its count under the mark.

    ``learned``: what the words and the mean tell of the count; ``possible``: what it is judged by; ``members``: sizes
    of the groups of which nothing is printed; ``squares``: of deviations from the mean, 0-100 squared, where the
    group's own standard deviation is printed.
    """

    n: int
    mean: float
    learned: Range
    possible: Range
    members: tuple[int, ...] = ()
    squares: float | None = None

    def curves(self, mark: Mark) -> tuple[Numbers, Numbers]:
        """Least and most squares by count, over ``learned``; nothing where they are known."""
        under = np.arange(self.learned.low, self.learned.high + 1)
        if self.squares is not None:
            return np.zeros(len(under)), np.zeros(len(under))
        return squares_of(self.n, self.mean, mark, under)

    def by_own(self, mark: Mark) -> "Unit":
        """The same unit, its count narrowed by its own standard deviation."""
        if self.squares is None:
            return self
        under = np.arange(self.learned.low, self.learned.high + 1)
        least, most = squares_of(self.n, self.mean, mark, under)
        fits = under[_fits(least, most, self.squares)]
        learned = Range(int(fits.min()), int(fits.max())) if len(fits) else self.learned
        return replace(self, learned=learned)

    def open_in(self, seen: Range, k: int) -> bool:
        """Whether ``seen`` leaves the count, or each count of the hidden groups in it, enough values."""
        if not self.members:
            return open_enough(seen, self.possible, k)
        spread = [(Range(max(0, seen.low - (self.n - n)), min(n, seen.high)), Range(0, n)) for n in self.members]
        return all(open_enough(one, possible, k) for one, possible in spread)


def squares_of(n: int, mean: float, mark: Mark, under: Numbers) -> tuple[Numbers, Numbers]:
    """(least, most) sum of squared deviations of ``n`` scores 0-100 with this mean, ``under`` of them in deficit.

    Least: each class all alike, as near the mean as it can be. Most: everybody at an end of his class.
    """
    over, total = n - under, mean * n
    low = np.where(
        over > 0, np.minimum(mark.below * under, total - mark.above * over), total
    )  # sum of those in deficit
    least = _alike(under, low, mark.step) + _alike(over, total - low, mark.step) - n * mean**2
    high = np.where(under > 0, np.minimum(100.0 * over, total), total)  # sum of the others, as great as can be
    most = _apart(under, total - high, 0.0, mark.below) + _apart(over, high, mark.above, 100.0) - n * mean**2
    return np.maximum(least, 0.0), np.maximum(most, np.maximum(least, 0.0))


def _alike(n: Numbers, total: Numbers, step: float) -> Numbers:
    """Sum of squares of ``n`` scores with this sum, as near each other as steps of ``step`` allow."""
    people = np.maximum(n, 1)
    part = total / (people * step) % 1 if step else np.zeros(len(n))
    return np.where(n > 0, total**2 / people + people * step**2 * part * (1 - part), 0.0)


def _apart(n: Numbers, total: Numbers, low: float, high: float) -> Numbers:
    """Sum of squares of ``n`` scores with this sum, all of them ``low`` or ``high`` but one in between."""
    width = high - low
    between = (total - low * n) % width if width > 0 else np.zeros(len(n))
    return (low + high) * total - low * high * n - between * (width - between)


@dataclass(frozen=True)
class Told:
    """What is told of counts under the mark before levels are.

    ``units``: each with its squares where its standard deviation is printed; ``total``: of the sum of their counts;
    ``squares``: of the units together, where the standard deviation of all is printed.
    """

    units: Mapping[str, Unit]
    total: Range
    squares: float | None

    @property
    def all(self) -> bool:
        """Whether every count is told already."""
        return all(unit.learned.values == 1 for unit in self.units.values())


def printable_spread(
    units: Mapping[str, Unit], own: Mapping[str, float], total: Range, within: float | None, mark: Mark, k: int
) -> Told:
    """What may be told: the standard deviations of groups in ``own``, and that of all, which leave counts open.

    Args:
        own: group -> its squares; ``within``: the squares of all units, None where the spread of all is not asked for.
        total: what is told of the sum of counts.
    """
    alone = {name: replace(units[name], squares=squares).by_own(mark) for name, squares in own.items()}
    known = {name: unit for name, unit in alone.items() if unit.open_in(unit.learned, k)}
    if any(coarse(low, high, mark.step, CLASS_STEPS) for low, high in ((0, mark.below), (mark.above, 100))):
        if not Told(units, total, None).all:
            return Told(units, total, None)
    for chosen, whole in ((known, within), ({}, within), (known, None)):
        if (chosen or whole is not None) and counts_open({**units, **chosen}, total, whole, mark, k):
            return Told({**units, **{name: replace(units[name], squares=own[name]) for name in chosen}}, total, whole)
    return Told(units, total, None)


def counts_open(units: Mapping[str, Unit], total: Range, squares: float | None, mark: Mark, k: int) -> bool:
    """Whether every count keeps its values beside the printed standard deviations.

    ``total``: what is told of the sum of counts; ``squares``: the sum over all units, where that of all is printed.
    """
    left = None if squares is None else squares - sum(unit.squares or 0.0 for unit in units.values())
    curves = {name: unit.curves(mark) for name, unit in units.items()}
    loose = [name for name, unit in units.items() if unit.learned.values > 1]
    known = [sum(float(curves[name][side][0]) for name in units if name not in loose) for side in (0, 1)]
    rest = [_without_each([curves[name][side] for name in loose], known[side], bool(side)) for side in (0, 1)]
    lowest = sum(unit.learned.low for unit in units.values())
    for name, least, most in zip(loose, *rest, strict=True):
        unit, low = units[name], lowest - units[name].learned.low
        fits = []
        for place, count in enumerate(range(unit.learned.low, unit.learned.high + 1)):
            reach = slice(max(0, total.low - count - low), max(0, total.high - count - low + 1))
            low_end, high_end = curves[name][0][place] + least[reach], curves[name][1][place] + most[reach]
            if len(low_end) and (left is None or _fits(low_end, high_end, left).any()):
                fits.append(count)
        if fits and not unit.open_in(Range(fits[0], fits[-1]), k):
            return False
    return True


def coarse(low: float, high: float, step: float, least: int) -> bool:
    """Whether fewer than ``least`` scores are possible from ``low`` to ``high``."""
    return high - low < (least - 1) * step - 1e-9


def _without_each(curves: list[Numbers], known: float, greatest: bool) -> list[Numbers]:
    """For each curve the least (greatest) sum of ``known`` and all others, by the sum of their counts."""
    before, after = [np.array([known])], [np.zeros(1)]
    for one, other in zip(curves, reversed(curves), strict=True):
        before.append(_joined(before[-1], one, greatest))
        after.append(_joined(after[-1], other, greatest))
    return [_joined(*ends, greatest) for ends in zip(before[:-1], after[-2::-1], strict=True)]


def _joined(one: Numbers, other: Numbers, greatest: bool) -> Numbers:
    long, short = (one, other) if len(one) >= len(other) else (other, one)
    pick = np.maximum if greatest else np.minimum
    found = np.full(len(long) + len(short) - 1, -np.inf if greatest else np.inf)
    for at, value in enumerate(short):
        part = found[at : at + len(long)]
        pick(part, long + value, out=part)
    return found


def _fits(least: Numbers, most: Numbers, squares: float) -> NDArray[np.bool_]:
    dust = 1e-6 * max(squares, 1.0)
    return np.asarray((least <= squares + dust) & (most >= squares - dust))
