"""What standard deviations and levels tell of hidden counts: the persons must also fit them.

With the mean known, each person moved over the mark costs squares: where all are close to their mean nobody may be
under the mark at all, and where all are at the ends everybody's place is known. For a given count the least and the
most squares are closed forms; over groups the least add up to a convex curve and the most to a concave one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.disclosure.groups import Mark, Range, open_enough

Numbers = NDArray[Any]


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
    alike = np.minimum(min(mean, mark.below), (total - mark.above * over) / np.maximum(under, 1))
    least = np.where((under > 0) & (over > 0), under * (alike - mean) ** 2 * n / np.maximum(over, 1), 0.0)
    above = np.minimum(100.0 * over, total)  # sum of the scores out of deficit, as great as can be
    most = mark.below * (total - above) + (100 + mark.above) * above - 100 * mark.above * over - n * mean**2
    return least, np.maximum(most, least)


def levels_open(units: Mapping[str, Unit], mark: Mark, edge: Mark, outer: int, inner: int, *, deficit: bool) -> bool:
    """Whether every count keeps its range where both levels of a class are told of all units together.

    ``edge``: where the levels of the class part; ``outer``: persons beyond it, ``inner``: between it and the mark.
    """
    for unit in units.values():
        for under in {unit.learned.low, unit.learned.high}:
            over, total = unit.n - under, unit.mean * unit.n
            if deficit:
                least = edge.above * max(under - outer, 0) + mark.above * over
                most = mark.below * min(under, inner) + edge.below * max(under - inner, 0) + 100 * over
            else:
                least = mark.above * min(over, inner) + edge.above * max(over - inner, 0)
                most = mark.below * under + 100 * min(over, outer) + edge.below * max(over - outer, 0)
            if not least - 1e-6 <= total <= most + 1e-6:
                return False
    return True


def printable_spread(
    units: Mapping[str, Unit], own: Mapping[str, float], total: Range, within: float | None, mark: Mark, k: int
) -> tuple[set[str], bool]:
    """Of the groups in ``own`` those whose standard deviation may be printed, and whether that of all may.

    Args:
        own: group -> its squares; ``within``: the squares of all units, None where the spread of all is not asked for.
        total: what is told of the sum of counts.
    """
    alone = {name: replace(units[name], squares=squares).by_own(mark) for name, squares in own.items()}
    known = {name: unit for name, unit in alone.items() if unit.open_in(unit.learned, k)}
    for chosen, whole in ((known, within), ({}, within), (known, None)):
        if (chosen or whole is not None) and counts_open({**units, **chosen}, total, whole, mark, k):
            return set(chosen), whole is not None
    return set(), False


def counts_open(units: Mapping[str, Unit], total: Range, squares: float | None, mark: Mark, k: int) -> bool:
    """Whether every count keeps its values beside the printed standard deviations.

    ``total``: what is told of the sum of counts; ``squares``: the sum over all units, where that of all is printed.
    """
    left = None if squares is None else squares - sum(unit.squares or 0.0 for unit in units.values())
    curves = {name: unit.curves(mark) for name, unit in units.items()}
    loose = [name for name, unit in units.items() if unit.learned.values > 1]
    for name in loose:
        unit, others = units[name], [one for one in units if one != name]
        low = sum(units[one].learned.low for one in others)
        least, most = (_together([curves[one][side] for one in others], bool(side)) for side in (0, 1))
        fits = []
        for place, count in enumerate(range(unit.learned.low, unit.learned.high + 1)):
            reach = slice(max(0, total.low - count - low), max(0, total.high - count - low + 1))
            low_end, high_end = curves[name][0][place] + least[reach], curves[name][1][place] + most[reach]
            if len(low_end) and (left is None or _fits(low_end, high_end, left).any()):
                fits.append(count)
        if fits and not unit.open_in(Range(fits[0], fits[-1]), k):
            return False
    return True


def _together(curves: list[Numbers], greatest: bool) -> Numbers:
    """Least (greatest) sum by the sum of counts: convex (concave) curves join by taking the best steps first."""
    steps = np.sort(np.concatenate([np.zeros(0), *(one[1:] - one[:-1] for one in curves if len(one) > 1)]))
    first = sum(float(one[0]) for one in curves)
    return first + np.concatenate([[0.0], np.cumsum(steps[::-1] if greatest else steps)])


def _fits(least: Numbers, most: Numbers, squares: float) -> NDArray[np.bool_]:
    dust = 1e-6 * max(squares, 1.0)
    return np.asarray((least <= squares + dust) & (most >= squares - dust))
