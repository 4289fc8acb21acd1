"""Two-class shares of linked groups: exact only where both classes are k or more and nothing follows for others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from surveys.disclosure.groups import Pool, Range, narrow, open_enough, sum_range
from surveys.disclosure.released import Share
from surveys.statistics.measures import worst_case

SMALL = 20  # under this a homogeneous group prints a band
BAND = 0.8
LOW_RATE = 0.8  # under this response rate a share stands beside its worst case


@dataclass(frozen=True)
class Part:
    """One group's count of a class.

    ``possible``: what the group's own printed figures leave possible; ``certain``: of that what surely is.
    """

    n: int
    count: int
    possible: Range
    hidden: bool = False  # the whole group is hidden
    certain: Range | None = None  # None: all that is possible

    @classmethod
    def free(cls, n: int, count: int) -> "Part":
        """A count of which nothing else is printed."""
        return cls(n, count, Range(0, n))


@dataclass(frozen=True)
class Print:
    """What is printed of a count, and what a reader learns from the words alone."""

    kind: str
    learned: Range


def print_of(part: Part, k: int) -> Print:
    """The words that the two-class and the homogeneity rules allow for one group by itself."""
    n, count = part.n, part.count
    whole = Range(0, n).within(part.possible)
    if part.hidden or n == 0:
        return Print("hidden", whole)
    if count >= k and n - count >= k:
        return Print("exact", Range(count, count))
    if n < SMALL and count >= BAND * n - 1e-9:
        return Print("band_high", Range(-int(-BAND * n // 1), n).within(part.possible))
    if n < SMALL and count <= (1 - BAND) * n + 1e-9:
        return Print("band_low", Range(0, int((1 - BAND) * n + 1e-9)).within(part.possible))
    words = Print("below", Range(0, k - 1)) if count < k else Print("at_least", Range(n - k + 1, n))
    learned = words.learned.within(part.possible)
    return Print(words.kind, learned) if open_enough(learned, part.possible, k) else Print("hidden", whole)


def print_linked(
    parts: Mapping[str, Part], total: Part | None, k: int, *, pool: Pool | None = None, complementary: bool = True
) -> tuple[dict[str, Print], Print | None]:
    """Words for every group of a class and for the total of all, such that no masked count can be worked out.

    Exact shares are masked, the smallest group first that suffices, then the total. ``total`` None: it is not printed.
    """
    prints = {name: print_of(part, k) for name, part in parts.items()}
    printed_total = None if total is None else print_of(total, k)
    if not complementary or total is None or printed_total is None:
        return prints, printed_total
    while not _safe(parts, prints, total, printed_total, k, pool):
        exact = sorted(
            (name for name in prints if prints[name].kind == "exact"), key=lambda name: (parts[name].n, name)
        )
        masked = [{**prints, name: _mask(parts[name])} for name in exact]
        enough = next((trial for trial in masked if _safe(parts, trial, total, printed_total, k, pool)), None)
        if enough is not None:
            return enough, printed_total
        if printed_total.kind != "hidden":
            open_total = _mask(total)
            if _safe(parts, prints, total, open_total, k, pool) or not masked:
                printed_total = open_total
                continue
        if not masked:
            break
        prints = masked[0]
    return prints, printed_total


def _mask(part: Part) -> Print:
    return Print("hidden", Range(0, part.n).within(part.possible))


def _safe(
    parts: Mapping[str, Part],
    prints: Mapping[str, Print],
    total: Part,
    printed: Print,
    k: int,
    pool: Pool | None = None,
) -> bool:
    learned = {name: one.learned for name, one in prints.items()}
    known = narrow(learned, printed.learned, pool)
    certain = {name: one.within(parts[name].certain or one) for name, one in learned.items()}
    sure = pool and replace(pool, sum=pool.certain)
    unsure = certain != learned or sure != pool
    for name, part in parts.items():
        one = prints[name]
        if one.kind == "exact" or part.n == 0:
            continue
        # A band is what the homogeneity rule prints; the link must not narrow it further.
        possible = one.learned if one.kind.startswith("band") else part.possible
        if not open_enough(known[name], possible, k):
            return False
        if unsure:  # others may have fewer values than they seem to
            seen = narrow({**certain, name: one.learned}, printed.learned, sure)[name]
            if seen != known[name] and not open_enough(seen.within(certain[name]), possible, k):
                return False
    if printed.kind == "exact":
        return True
    possible = printed.learned if printed.kind.startswith("band") else total.possible
    sums = [sum_range(learned, pool), sum_range(certain, sure)]
    return all(open_enough(printed.learned.within(one), possible, k) for one in sums)


def bounded(share: Share, population: int) -> Share:
    """An exact share with its worst case beside it where fewer than LOW_RATE of ``population`` answered."""
    if share.kind != "exact" or share.count is None or not share.n or share.n >= LOW_RATE * population:
        return share
    return share.model_copy(update={"worst_case": worst_case(share.count, share.n, population)})


def share_of(part: Part, words: Print, k: int, population: int = 0) -> Share:
    """The printable share."""
    n = part.n
    if words.kind == "exact":
        return bounded(Share(kind="exact", n=n, count=part.count, percent=100 * part.count / n), population)
    if words.kind == "below":
        return Share(kind="below", n=n, bound=k, hidden="primary")
    if words.kind == "at_least":
        return Share(kind="at_least", n=n, bound=n - k + 1, hidden="primary")
    if words.kind == "band_high":
        return Share(kind="band_high", n=n, hidden="primary")
    if words.kind == "band_low":
        return Share(kind="band_low", n=n, hidden="primary")
    both = part.count >= k and n - part.count >= k
    return Share(kind="hidden", n=n, hidden="complementary" if both else "primary")


def exclusive_shares(counts: Mapping[str, int], k: int, *, complementary: bool = True) -> dict[str, Share]:
    """Shares of options of which each respondent chose exactly one, so that they add up to a printed n."""
    n = sum(counts.values())
    parts = {name: Part.free(n, count) for name, count in counts.items()}
    whole = Part(n, n, Range(n, n))
    prints = {name: print_of(part, k) for name, part in parts.items()}
    if n < k:
        return {name: share_of(part, _mask(part), k) for name, part in parts.items()}
    if complementary:
        fixed = Print("exact", Range(n, n))
        order = sorted(parts, key=lambda name: (prints[name].kind != "exact", parts[name].count))
        for name in order + order:
            if _safe(parts, prints, whole, fixed, k):
                break
            if prints[name].kind != "hidden" and (prints[name].kind == "exact" or _no_exact(prints)):
                prints[name] = _mask(parts[name])
    return {name: share_of(parts[name], prints[name], k) for name in counts}


def _no_exact(prints: Mapping[str, Print]) -> bool:
    return all(one.kind != "exact" for one in prints.values())


def free_shares(counts: Mapping[str, int], n: int, k: int) -> dict[str, Share]:
    """Shares of options that may be chosen together, so that none follows from the others."""
    found = {}
    for name, count in counts.items():
        part = Part.free(n, count)
        found[name] = share_of(part, print_of(part, k) if n >= k else _mask(part), k)
    return found
