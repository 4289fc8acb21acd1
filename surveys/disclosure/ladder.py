"""Levels of a block's score, and the sums of squares that persons who stand in them can have: closed forms."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.disclosure.groups import Mark

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Ladder:
    """Where levels part, from the lowest score up; ``mark``: which of the ``lines`` is the mark.

    ``scores``: all that are possible, 0-100; ``kept``: places of the lines that are told, the others part nothing.
    """

    lines: tuple[Mark, ...]
    mark: int
    scores: tuple[float, ...]
    kept: tuple[int, ...]

    def telling(self, under: bool, over: bool) -> "Ladder":
        """The same levels, told apart under the mark, over it, both or neither."""
        wanted = {at: under if at < self.mark else over for at in range(len(self.lines))} | {self.mark: True}
        return Ladder(self.lines, self.mark, self.scores, tuple(at for at, told in wanted.items() if told))

    @property
    def ends(self) -> tuple[Numbers, Numbers]:
        """Least and greatest score of each level told."""
        lines = [self.lines[at] for at in self.kept]
        return np.array([0.0, *(one.above for one in lines)]), np.array([*(one.below for one in lines), 100.0])

    @property
    def under(self) -> int:
        """How many of the levels told lie under the mark."""
        return self.kept.index(self.mark) + 1

    def joined(self, levels: tuple[int, ...]) -> list[int]:
        """Persons by level told."""
        starts = [0, *(at + 1 for at in self.kept)]
        return [int(one) for one in np.add.reduceat(levels, starts)]

    def coarse(self, least: int) -> bool:
        """Whether fewer than ``least`` scores are possible in some level told."""
        low, high = self.ends
        places = np.searchsorted(self.scores, [low - 1e-9, high + 1e-9])
        return bool((places[1] - places[0] < least).any())


def squares_between(
    placed: Numbers, total: Numbers, low: Numbers, high: Numbers, scores: tuple[float, ...], clear: float = 0.0
) -> tuple[Numbers, Numbers]:
    """(least, most) sum of squares of ``scores`` that add up to ``total``; NaN where none do, or are not sure to.

    ``placed``: (..., levels) persons; ``low``, ``high``: ends of levels. Least: all as near each other as levels
    allow, from the lowest filled up. Most: everybody at an end of his level but one, from the highest filled up.
    """
    width = high - low
    rooms, over = placed * width, total - placed @ low
    below = np.cumsum(rooms, axis=-1) - rooms
    above = rooms.sum(axis=-1, keepdims=True) - below - rooms
    near = np.clip(over[..., None] - below, 0.0, rooms)
    far = np.clip(over[..., None] - above, 0.0, rooms)
    alike = low + near / np.maximum(placed, 1)  # between two scores persons of a level stand on both
    least = (placed * np.interp(alike, scores, np.square(scores))).sum(axis=-1)
    between = far % np.where(width > 0, width, 1.0)
    most = (placed * low**2 + far * (low + high) - between * (width - between)).sum(axis=-1)
    rest = rooms.sum(axis=-1) - over
    possible = np.all([(abs(one) < 1e-6) | (one >= max(clear - 1e-6, 0.0)) for one in (over, rest)], axis=0)
    return np.where(possible, least, np.nan), np.where(possible, most, np.nan)
