"""Whether other people could stand behind the same printed figures: what keeps hidden counts open.

Beside masked counts, standard deviations and the municipality's levels are printed only where such people are found.
From how the respondents stand in levels, persons are exchanged between groups one after another, and every sum of
scores, every printed level and every printed sum of squares must stay within reach; for given numbers in levels what
squares are within reach is a closed form. A count is open when enough values of it are found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.disclosure.groups import Range, open_enough
from surveys.disclosure.ladder import Ladder, squares_between

Numbers = NDArray[Any]
DUST = 1e-6
CLEAR = (
    4.0  # squares this near the least and the most, in squares of the widest step between scores, may not be reached
)
PARTNERS = 24  # groups that are tried for an exchange, the largest first


@dataclass(frozen=True)
class Unit:
    """A group, or all hidden ones as one, and its count under the mark.

    ``levels``: its persons by level, from the lowest score up; ``learned``: what words and the mean tell of its count;
    ``possible``: what that is judged by; ``members``: sizes of the groups of which nothing is printed; ``squares``: of
    deviations from the mean, 0-100 squared, where the group's own standard deviation is printed.
    """

    n: int
    mean: float
    levels: tuple[int, ...]
    learned: Range
    possible: Range
    members: tuple[int, ...] = ()
    squares: float | None = None

    def open_in(self, seen: Range, k: int) -> bool:
        """Whether ``seen`` leaves the count, or each count of the hidden groups in it, enough values."""
        if not self.members:
            return open_enough(seen, self.possible, k)
        spread = [(Range(max(0, seen.low - (self.n - n)), min(n, seen.high)), Range(0, n)) for n in self.members]
        return all(open_enough(one, possible, k) for one, possible in spread)


@dataclass(frozen=True)
class Told:
    """What is told of counts under the mark.

    ``units``: each with its squares where its standard deviation is printed; ``total``: of the sum of their counts;
    ``squares``: of all, each about the mean of its unit, where the standard deviation of all is printed.
    """

    units: Mapping[str, Unit]
    total: Range
    squares: float | None = None


def counts_open(told: Told, ladder: Ladder, k: int, only: str | None = None) -> bool:
    """Whether every count of ``told`` (that of one unit ``only``) keeps enough values beside all that is told.

    ``ladder``: the levels of all units together that are told.
    """
    loose = [at for at, unit in enumerate(told.units.values()) if unit.learned.values > 1]
    if only is not None:
        loose = [at for at in loose if list(told.units)[at] == only]
    if not loose:
        return True
    people = _People(told, ladder)
    return people.true and all(people.open(at, k) for at in loose)


class _Standing(NamedTuple):
    """Trials side by side. ``placed``: (trials, units, levels) persons; ``least``, ``most``: (trials, units) squares.

    ``room``: (trials,) how far the printed squares of all are from what is out of reach; -inf where somebody does not
    fit what is printed of his unit.
    """

    placed: Numbers
    least: Numbers
    most: Numbers
    room: Numbers

    def take(self, trials: Numbers) -> "_Standing":
        """Only these ``trials``, in this order."""
        return _Standing(*(one[trials] for one in self))


class _People:
    """What persons must add up to, and the exchanges that this allows.

    Where the sum of counts is told as a range only, persons are also exchanged with a unit of none: what it leaves.
    """

    def __init__(self, told: Told, ladder: Ladder) -> None:
        self.units = units = list(told.units.values())
        self.ends, self.scores, self.under = ladder.ends, ladder.scores, ladder.under
        placed = [ladder.joined(unit.levels) for unit in units]
        if told.total.values > 1:
            spare = Range(0, told.total.values - 1)
            units.append(Unit(0, 0.0, (), spare, spare))
            placed.append([told.total.high - sum(one[0] for one in placed), 0])  # levels are not told apart then
        self.n, self.mean = np.array([(unit.n, unit.mean) for unit in units]).T
        self.low, self.high = np.array([(unit.learned.low, unit.learned.high) for unit in units]).T
        self.own = np.array([np.nan if unit.squares is None else unit.squares for unit in units])
        self.left = np.nan if told.squares is None else told.squares - float(np.nansum(self.own))
        self.clear = CLEAR * float(np.diff(self.scores).max()) ** 2, ladder.lines[ladder.mark].clear
        self.order = np.lexsort((-self.n, self.n > 0))
        self.placed = np.array(placed)
        fits, self.least, self.most = self._squares(np.arange(len(units)), self.placed, (-DUST, 0.0))
        self.seen_low = self.placed[:, : self.under].sum(axis=1)
        self.seen_high = self.seen_low.copy()
        self.true = bool(fits.all()) and bool(
            self._room(self.least.sum(), self.most.sum()) >= -DUST * np.nanmax([self.left, 1.0])
        )

    def open(self, at: int, k: int) -> bool:
        """Whether other people are found with enough other counts of the unit ``at``."""
        who = np.array([at, *self.order[self.order != at][:PARTNERS]])
        for careful in (False, True):
            for way in (-1, 1):
                now = _Standing(self.placed[None, who], self.least[None, who], self.most[None, who], np.zeros(1))
                while now.room.size and not self.units[at].open_in(self.seen(at), k):
                    now = self._exchange(now, who, way, careful)
        return self.units[at].open_in(self.seen(at), k)

    def seen(self, at: int) -> Range:
        """Counts found so far of the unit ``at``."""
        return Range(int(self.seen_low[at]), int(self.seen_high[at]))

    def _exchange(self, now: _Standing, who: Numbers, way: int, careful: bool) -> _Standing:
        """One person more (``way`` 1) or fewer (-1) under the mark in the first unit, and the reverse in another.

        Two persons change places or, where that is not enough or is not asked for (``careful``), several move in the
        first unit, and others anywhere move back on their side of the mark until each told level has its number again.
        Of all such exchanges the one with the most room is kept; none where printed squares are out of reach.
        """
        counts, first = now.placed[0, :, : self.under].sum(axis=1), np.arange(len(who)) == 0
        others = (self.low[who] <= counts - way) & (counts - way <= self.high[who]) & ~first
        found = now.take(np.zeros(0, int))
        if not self.low[who[0]] <= counts[0] + way <= self.high[who[0]] or not others.any():
            return found
        one, more = (way * _crossings(now.placed.shape[2], self.under, persons) for persons in (1, 2))
        if not careful:
            found = self._best(now, who, others, one, one)
        if not found.room.size and len(more) > 1:
            here, there = (part.ravel() for part in np.indices((len(more), len(one))))
            found = self._best(now, who, others, more[here], one[there])
        if found.room.size:
            counts = found.placed[0, :, : self.under].sum(axis=1)
            self.seen_low[who] = np.minimum(self.seen_low[who], counts)
            self.seen_high[who] = np.maximum(self.seen_high[who], counts)
        return found

    def _best(self, now: _Standing, who: Numbers, others: Numbers, here: Numbers, there: Numbers) -> _Standing:
        """Best trial: ``here`` (trials, levels) moves in the first unit, ``there`` back in one of ``others``."""
        trials = self._moved(now.take(np.zeros(len(here), int)), who, here, np.arange(len(who)) == 0)
        trials = self._moved(trials, who, -there, others)
        back = there - here
        while back.any():
            change = _one_back(back, self.under)
            trials, back = self._moved(trials, who, change, who >= 0), back - change
        best = trials.take(np.array([trials.room.argmax()]))
        return best.take(np.flatnonzero(best.room >= self.clear[0]))

    def _moved(self, now: _Standing, who: Numbers, change: Numbers, allowed: Numbers) -> _Standing:
        """Each trial after its ``change`` in that of the ``allowed`` units where it leaves the most room."""
        placed = now.placed + change[:, None]
        fits, least, most = self._squares(who, placed, self.clear)
        whole = (self.least.sum() - self.least[who].sum(), self.most.sum() - self.most[who].sum())
        sums = (one.sum(axis=1, keepdims=True) - one for one in (now.least, now.most))
        low, high = (rest + left + new for rest, left, new in zip(whole, sums, (least, most), strict=True))
        room = np.where(fits & allowed & (now.room > -np.inf)[:, None], self._room(low, high), -np.inf)
        trial = np.arange(len(placed)), room.argmax(axis=1)
        moved = now.placed.copy(), now.least.copy(), now.most.copy()
        for one, new in zip(moved, (placed, least, most), strict=True):
            one[trial] = new[trial]
        return _Standing(*moved, room[trial])

    def _room(self, least: Numbers, most: Numbers) -> Numbers:
        """How far the printed squares are from what is out of reach; no end where none are printed of all."""
        return np.nan_to_num(np.minimum(self.left - least, most - self.left), nan=np.inf)

    def _squares(self, who: Numbers, placed: Numbers, clear: tuple[float, float]) -> tuple[Numbers, Numbers, Numbers]:
        """(whether they fit what is printed of the unit, least and most squares) of persons so ``placed`` in units.

        Of a unit with a standard deviation of its own the squares are known, and count as none. ``clear``: how far its
        squares, and the sums of all units, are at least from what is out of reach.
        """
        total, own = (self.n * self.mean)[who], self.own[who]
        least, most = squares_between(placed, total, *self.ends, self.scores, clear[1])
        least, most = least - total * self.mean[who], most - total * self.mean[who]
        loose, room = np.isnan(own), np.minimum(own - least, most - own)
        fits = (placed >= 0).all(axis=-1) & (loose | (room >= clear[0])) & ~np.isnan(least)
        nobody = self.n[who] == 0
        return fits | nobody, *(np.where(loose & ~nobody, one, 0.0) for one in (least, most))


@cache
def _crossings(levels: int, under: int, persons: int) -> Numbers:
    """(ways, levels): one person more under the mark, at most so many ``persons`` more or fewer in a level."""
    steps = range(1 - persons, persons + 1)
    sides = [[one for one in product(steps, repeat=size) if sum(one) == 1] for size in (under, levels - under)]
    return np.array([(*one, *(-step for step in other)) for one, other in product(*sides)])


def _one_back(back: Numbers, under: int) -> Numbers:
    """Of moves (trials, levels) that are due one in each trial: of a person, on one side of the mark."""
    change, trials = np.zeros_like(back), np.arange(len(back))
    for start, side in ((0, back[:, :under]), (under, back[:, under:])):
        due = trials[side.any(axis=1) & ~change.any(axis=1)]
        change[due, start + side[due].argmax(axis=1)] = 1
        change[due, start + side[due].argmin(axis=1)] = -1
    return change
