"""How many of the same persons are in deficit in two stages: for the municipality only, never by school.

The share of all is printed beside it, so the difference tells of those who left or came; shares and means of schools
are printed too, so the sum tells of each school's matched. What stays open is counted by trades that change nothing
printed and no sum of scores: a deficit of a matched for one of another's of the same school (and back in a neighbour),
or a matched's here for a matched's there between schools whose shares are not printed exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveys.disclosure.groups import Mark, Range, deficit_range, narrow, open_enough
from surveys.disclosure.released import ScaleFigures, Share
from surveys.disclosure.shares import SMALL


@dataclass(frozen=True)
class Kept:
    """One school in one block and stage; pairs are of the matched, and of those who left or came.

    ``sizes``: persons; ``deficits``: of them in deficit; ``sums``: of their scores; ``shown``: whether the mean of the
    matched is printed; ``figures``: what is printed of all.
    """

    sizes: tuple[int, int]
    deficits: tuple[int, int]
    sums: tuple[float, float]
    shown: bool
    figures: ScaleFigures | None

    @property
    def closed(self) -> bool:
        """Whether nothing is printed of all its persons."""
        return self.figures is None or self.figures.mean is None

    def of_all(self) -> Range:
        """What the printed share says of all its persons."""
        return learned(self.figures.deficit if self.figures else None, sum(self.sizes))

    def told(self, mark: Mark) -> tuple[Range, Range]:
        """What the school's own printed figures say of both counts."""
        matched, others = (Range(0, n) for n in self.sizes)
        if self.shown:
            matched = deficit_range(self.sizes[0], self.sums[0], self.sums[0], mark)
            if not self.closed:
                others = deficit_range(self.sizes[1], self.sums[1], self.sums[1], mark)
        return joined(self.of_all(), matched, others)

    def traded(self, mark: Mark) -> Range:
        """The matched's count while that of all stays what it is."""
        matched, others = (deficit_range(n, one, one, mark) for n, one in zip(self.sizes, self.sums, strict=True))
        every = sum(self.deficits)
        return joined(Range(every, every), matched, others)[0]

    def moved(self, at: int, mark: Mark) -> Range:
        """One count while the other stays what it is."""
        every, other = self.of_all(), self.deficits[1 - at]
        own = deficit_range(self.sizes[at], self.sums[at], self.sums[at], mark)
        return own.within(Range(every.low - other, every.high - other))


def learned(share: Share | None, n: int) -> Range:
    """What the printed words of a share tell of a count of ``n``."""
    kind = share.kind if share is not None else "hidden"
    if share is not None and kind == "exact" and share.count is not None:
        return Range(share.count, share.count)
    if share is not None and kind == "below" and share.bound is not None:
        return Range(0, share.bound - 1)
    if share is not None and kind == "at_least" and share.bound is not None:
        return Range(share.bound, n)
    if kind == "band_high":
        return Range(-(-4 * n // 5), n)
    return Range(0, n // 5 if kind == "band_low" else n)


def joined(every: Range, matched: Range, others: Range) -> tuple[Range, Range]:
    """Both parts once their sum is known to lie in ``every``."""
    return (
        matched.within(Range(every.low - others.high, every.high - others.low)),
        others.within(Range(every.low - matched.high, every.high - matched.low)),
    )


def kept_share(schools: Mapping[str, Kept], whole: Share | None, mark: Mark, k: int) -> Share | None:
    """The exact share of the matched of all schools; None where it may not be shown.

    Args:
        whole: the printed share of all persons of the municipality in this stage.
        mark: where a deficit begins.
    """
    every = merged(schools.values())
    (n, rest), (count, rest_count) = every.sizes, every.deficits
    if whole is None or whole.kind != "exact" or (whole.n, whole.count) != (n + rest, count + rest_count):
        return None  # hidden, or printed of answers withdrawn since
    if n < SMALL or not _clean(n, count, k) or not (rest == 0 or _clean(rest, rest_count, k)):
        return None
    if rest and not _open(schools, mark, k):
        return None
    return Share(kind="exact", n=n, count=count, percent=100 * count / n)


def merged(schools: Iterable[Kept]) -> Kept:
    """Several schools as one of which nothing is printed."""
    every = list(schools)
    return Kept(
        (sum(one.sizes[0] for one in every), sum(one.sizes[1] for one in every)),
        (sum(one.deficits[0] for one in every), sum(one.deficits[1] for one in every)),
        (sum(one.sums[0] for one in every), sum(one.sums[1] for one in every)),
        False,
        None,
    )


def _clean(n: int, count: int, k: int) -> bool:
    return count >= k and n - count >= k


def _open(schools: Mapping[str, Kept], mark: Mark, k: int) -> bool:
    """Whether each school's counts, of the matched and of the others, keep k values or all that they had."""
    shut = [one for one in schools.values() if one.closed]
    units = {name: one for name, one in schools.items() if not one.closed} | {"": merged(shut)}
    seen = _possible(units, mark)
    for name, one in units.items():
        if name and not all(open_enough(seen[at][name], own, k) for at, own in enumerate(one.told(mark))):
            return False
    for one in shut:  # counts of those of whom nothing is printed may lie among them in any way
        for at, n in enumerate(one.sizes):
            together, others = seen[at][""], units[""].sizes[at] - n
            spread = Range(max(0, together.low - others), min(n, together.high))
            if not open_enough(spread, Range(0, n), k):
                return False
    return True


def _possible(units: Mapping[str, Kept], mark: Mark) -> tuple[dict[str, Range], dict[str, Range]]:
    """What trades leave possible: of the matched, and of the others."""
    totals = [sum(one.deficits[at] for one in units.values()) for at in (0, 1)]
    traded = _traded(units, totals[0], mark)
    found = []
    for at in (0, 1):
        moved = narrow({name: one.moved(at, mark) for name, one in units.items()}, Range(totals[at], totals[at]))
        found.append({name: _either(traded[name][at], moved[name]) for name in units})
    return found[0], found[1]


def _traded(units: Mapping[str, Kept], total: int, mark: Mark) -> dict[str, tuple[Range, Range]]:
    matched = narrow({name: one.traded(mark) for name, one in units.items()}, Range(total, total))
    every = {name: sum(one.deficits) for name, one in units.items()}
    return {name: (one, Range(every[name] - one.high, every[name] - one.low)) for name, one in matched.items()}


def _either(one: Range, other: Range) -> Range:
    """Both hold what is true, so all between is possible too."""
    return Range(min(one.low, other.low), max(one.high, other.high))
