"""Which groups are hidden, and what an attacker can still work out from a total: exact, in closed form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any, NamedTuple

from numpy.typing import NDArray

from surveys.disclosure.released import Hidden

Numbers = NDArray[Any]
MUNICIPALITY = "municipality"
LEAST_K = 5
# Blocks are 0-100; a hidden group's mean must stay open by at least this many points.
OPEN_POINTS = 10.0


def hide_groups(
    sizes: Mapping[str, int], k: int, *, already: Collection[str] = (), complementary: bool = True
) -> dict[str, Hidden]:
    """Groups to hide when their total is shown.

    A group under ``k`` is hidden. The hidden ones that have respondents must be none or at least two, and together at
    least ``k``: else the smallest shown group is hidden too, and again. A group without respondents hides nothing.
    """
    hidden: dict[str, Hidden] = {name: "primary" for name, size in sizes.items() if size < k}
    for name in already:
        hidden.setdefault(name, "complementary")
    while complementary:
        filled = [name for name in hidden if sizes[name] > 0]
        if not filled or (len(filled) > 1 and sum(sizes[name] for name in filled) >= k):
            break
        extra = next_to_hide(sizes, hidden)
        if extra is None:
            break
        hidden[extra] = "complementary"
    return hidden


def next_to_hide(sizes: Mapping[str, int], hidden: Collection[str]) -> str | None:
    """The smallest shown group, by name among equals."""
    return min((name for name in sizes if name not in hidden), key=lambda name: (sizes[name], name), default=None)


@dataclass(frozen=True)
class Range:
    """What is known of a count: whole numbers from ``low`` to ``high``."""

    low: int
    high: int

    @property
    def values(self) -> int:
        """How many values are possible."""
        return self.high - self.low + 1

    def within(self, other: "Range") -> "Range":
        """What both say."""
        return Range(max(self.low, other.low), min(self.high, other.high))


@dataclass(frozen=True)
class Pool:
    """Parts of which the sum is bounded by itself: hidden groups, through the sum of scores that subtraction gives.

    ``certain``: values of the sum that are surely possible.
    """

    names: frozenset[str]
    sum: Range
    certain: Range


def narrow(parts: Mapping[str, Range], total: Range, pool: Pool | None = None) -> dict[str, Range]:
    """What each part can be once the total of all, and the sum of the pooled ones, is known too.

    Exact for whole numbers: the links are nested sums of independent ranges.
    """
    if pool is None or not pool.names:
        return _narrow(parts, total)
    hidden = {name: parts[name] for name in pool.names}
    together = _sum_of(hidden).within(pool.sum)
    known = _narrow({**{name: one for name, one in parts.items() if name not in hidden}, "": together}, total)
    return {**known, **_narrow(hidden, known.pop(""))}


def _narrow(parts: Mapping[str, Range], total: Range) -> dict[str, Range]:
    whole = _sum_of(parts)
    return {
        name: Range(
            max(part.low, total.low - (whole.high - part.high)),
            min(part.high, total.high - (whole.low - part.low)),
        )
        for name, part in parts.items()
    }


def _sum_of(parts: Mapping[str, Range]) -> Range:
    return Range(sum(part.low for part in parts.values()), sum(part.high for part in parts.values()))


def sum_range(parts: Mapping[str, Range], pool: Pool | None) -> Range:
    """What the parts say of their total."""
    if pool is None or not pool.names:
        return _sum_of(parts)
    together = _sum_of({name: parts[name] for name in pool.names}).within(pool.sum)
    others = _sum_of({name: one for name, one in parts.items() if name not in pool.names})
    return Range(together.low + others.low, together.high + others.high)


def open_enough(seen: Range, possible: Range, k: int) -> bool:
    """At least k values where k are possible; otherwise more than one, unless only one is possible."""
    return seen.values >= (k if possible.values >= k else min(2, possible.values))


class Mark(NamedTuple):
    """Where a deficit begins, 0-100: the highest score in deficit and the lowest that is not.

    ``clear``: sums of scores nearer to the least and the greatest than this, but not they, may not be reached.
    """

    below: float
    above: float
    clear: float = 0.0


def deficit_range(n: int, low_sum: float, high_sum: float, mark: Mark) -> Range:
    """How many of ``n`` can be in deficit when their scores (0-100) add up to between ``low_sum`` and ``high_sum``.

    Each of d persons in deficit has at most ``mark.below``, each of the others from ``mark.above`` to 100.
    """
    if mark.above <= 0 or mark.below >= 100:
        return Range(0, n)
    low = max(0, ceil((mark.above * n - high_sum) / mark.above - 1e-9))
    high = min(n, floor((100 * n - low_sum) / (100 - mark.below) + 1e-9))
    return Range(min(low, n), max(high, 0))


def certain_range(n: int, total: float, mark: Mark, count: int) -> Range:
    """Of ``deficit_range`` what possible scores surely reach; ``count`` is reached, for it is true."""
    found = deficit_range(n, total, total, mark)
    low_room = total - mark.above * (n - found.low)
    high_room = mark.below * found.high + 100 * (n - found.high) - total
    low = found.low + (1e-6 < low_room < mark.clear)
    high = found.high - (1e-6 < high_room < mark.clear)
    return Range(min(low, count), max(high, count))


def mean_ranges(sums: Mapping[str, float], sizes: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Bounds of the sum of scores of each hidden group, from the sum of all hidden ones that subtraction gives."""
    total, people = sum(sums.values()), sum(sizes[name] for name in sums)
    found = {}
    for name in sums:
        n = sizes[name]
        found[name] = (max(0.0, total - 100 * (people - n)), min(100.0 * n, total))
    return found


def means_open(sums: Mapping[str, float], sizes: Mapping[str, int], k: int, mark: Mark | None) -> bool:
    """Whether every hidden mean stays open by OPEN_POINTS, and every hidden count of deficits by k values."""
    filled = {name: value for name, value in sums.items() if sizes[name] > 0}
    if any(high - low < OPEN_POINTS * sizes[name] for name, (low, high) in mean_ranges(filled, sizes).items()):
        return False
    if mark is None or not filled:
        return True
    whole = {name: Range(0, sizes[name]) for name in filled}
    people, total = sum(sizes[name] for name in filled), sum(filled.values())
    known = _narrow(whole, deficit_range(people, total, total, mark))
    return all(open_enough(known[name], whole[name], k) for name in filled)


def spread_open(n: Numbers, mean: Numbers, m2: Numbers) -> bool:
    """Whether hidden means stay open by OPEN_POINTS when the squared deviations of all hidden persons are known.

    A group of n of N persons can be no further from their mean than sqrt(m2 (N - n) / (n N)): people who are all alike
    leave it no room.
    """
    people, middle = n.sum(), float(n @ mean) / n.sum()
    whole = float((m2 + n * (mean - middle) ** 2).sum())
    return all(2 * sqrt(max(whole * (people - own) / (own * people), 0.0)) >= OPEN_POINTS for own in n)


def pooled(sums: Mapping[str, float], sizes: Mapping[str, int], mark: Mark, count: int) -> Pool:
    """How many of all hidden persons together can be in deficit; ``count`` are."""
    people, total = sum(sizes[name] for name in sums), sum(sums.values())
    known = deficit_range(people, total, total, mark)
    return Pool(frozenset(sums), known, certain_range(people, total, mark, count))
