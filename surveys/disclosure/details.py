"""Figures for the municipality and for groups of 50 or more: levels, options, spread.

A large group's detail is printed only where what subtraction leaves of the municipality is itself large and holds no
small count.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from surveys.definition.control_item import control_items
from surveys.definition.instrument import Instrument, Item
from surveys.disclosure.groups import Range
from surveys.disclosure.lattice import low_mark
from surveys.disclosure.released import ChoiceFigures, ItemFigures, Share
from surveys.disclosure.shares import BAND, SMALL, Part, bounded, exclusive_shares, free_shares, print_of, share_of
from surveys.statistics.scoring import percent_of
from surveys.statistics.summary import Summary, code_moments

LARGE = 50
Counts = NDArray[np.int64]


def clean(counts: Counts, k: int) -> bool:
    """No count of 1 to k-1."""
    return not bool(((counts > 0) & (counts < k)).any())


def printable(counts: Counts, k: int) -> bool:
    """No small count and, in a group under 20, no option that nearly everybody chose."""
    n = int(counts.sum())
    return clean(counts, k) and not (0 < n < SMALL and int(counts.max()) >= BAND * n - 1e-9)


def open_details(
    groups: Mapping[str, Summary], read: Callable[[Summary], Counts], total: Summary, k: int, least: int = LARGE
) -> set[str]:
    """Large groups whose counts may be printed beside the municipality's.

    ``read`` gives the counts; their sum is the group's size. What is left of the municipality must be nobody, or at
    least ``least`` respondents without a small count; else the smallest printed group is withdrawn, and again.
    """
    tables = {name: read(group) for name, group in groups.items()}
    sizes = {name: int(table.sum()) for name, table in tables.items()}
    chosen = {name for name in tables if sizes[name] >= least and clean(tables[name], k)}
    whole = read(total)
    while chosen:
        rest = whole - sum(tables[name] for name in chosen)
        if not rest.any() or (rest.sum() >= least and clean(rest, k)):
            return chosen
        chosen.discard(min(chosen, key=lambda name: (sizes[name], name)))
    return set()


def spread_groups(sizes: Mapping[str, int], shown: set[str], total: int, least: int) -> set[str]:
    """Groups whose standard deviation is printed: of ``least`` or more, and what is left is nobody or ``least`` too."""
    chosen = {name for name in shown if sizes[name] >= least}
    while chosen:
        rest = total - sum(sizes[name] for name in chosen)
        if rest == 0 or rest >= least:
            return chosen
        chosen.discard(min(chosen, key=lambda name: (sizes[name], name)))
    return set()


def concerned(summary: Summary, item: Item, people: int) -> int:
    """How many of ``people`` the item can concern: those who are known not to be asked are taken off."""
    return people - int(summary.states[item.name][3])


def asked_of(summary: Summary, item: Item, k: int) -> int | None:
    """How many were asked; None where the others are too few: whom to ask follows from another answer of theirs."""
    left = int(summary.states[item.name][3])
    return None if 0 < left < k else summary.rows - left


def item_figures(
    instrument: Instrument, item: Item, summary: Summary, people: int, k: int, *, counts_open: bool, need_open: bool
) -> ItemFigures:
    """One item of a large group of ``people``; a figure that would give away a small count is left out."""
    states = summary.states[item.name]
    n = int(states[0])
    moments = code_moments(instrument, item, summary, turned=True)
    mean = float(moments.mean[0]) if moments else None
    counts = None
    low: Share | None = None
    if item.name in summary.counts:
        table = summary.counts[item.name]
        low, mean, shown = _guarded(instrument, item, table, mean, k, counts_open)
        low = low and bounded(low, concerned(summary, item, people))
        counts = _named(instrument, item, table) if shown else None
    asking = instrument.need_item(item.name)
    need = summary.counts[asking.name] if asking is not None and asking.name in summary.counts else None
    if need is not None:
        # Who was not asked about help gave the highest answer: their number must not be a small count either.
        left = n - int(need.sum())
        need_open = need_open and printable(need, k) and (left == 0 or left >= k)
    skipped = int(states[2])
    return ItemFigures(
        item=item.name,
        n=n,
        seen=asked_of(summary, item, k),
        total=people,
        mean_adjusted=mean,
        counts=counts,
        not_applicable=skipped if (skipped == 0 or skipped >= k) and counts_open else None,
        need_counts=_named(instrument, asking, need) if asking is not None and need is not None and need_open else None,
        low=low,
    )


def _named(instrument: Instrument, item: Item, table: Counts) -> dict[str, int]:
    return {option.name: int(count) for option, count in zip(instrument.options_of(item), table, strict=False)}


def _guarded(
    instrument: Instrument, item: Item, table: Counts, mean: float | None, k: int, counts_open: bool
) -> tuple[Share | None, float | None, bool]:
    """(share of low answers, mean, whether counts are printed) such that hidden counts stay open."""
    percents = [percent_of(instrument, item, option.name) for option in instrument.options_of(item)]
    if any(percent is None for percent in percents) or len(percents) != len(table):
        return None, mean, counts_open and printable(table, k)
    lows = np.asarray([percent is not None and percent < low_mark(instrument) for percent in percents])
    n, count = int(table.sum()), int(table[lows].sum())
    part = Part.free(n, count)
    share: Share | None = share_of(part, print_of(part, k), k)
    if counts_open and printable(table, k):
        return share, mean, True
    values = np.asarray([percent or 0.0 for percent in percents])
    for kept_share, kept_mean in ((share, mean), (None, mean), (share, None)):
        told = kept_share is not None and kept_share.kind != "hidden"
        learned = print_of(part, k).learned if told else None
        if _counts_open(values, table, lows if told else None, learned, kept_mean is not None, k):
            return kept_share, kept_mean, False
    return None, None, False


def _counts_open(
    values: NDArray[np.float64],
    table: Counts,
    lows: NDArray[np.bool_] | None,
    learned: Range | None,
    mean: bool,
    k: int,
) -> bool:
    """Whether each hidden option count keeps k possible values given n, the mean and what is told of low answers."""
    n = int(table.sum())
    classes = [np.ones(len(table), bool)] if lows is None or learned is None else [lows, ~lows]
    splits = [(n,)] if learned is None else [(low, n - low) for low in range(learned.low, learned.high + 1)]
    target = float(values @ table) if mean else None
    for at in range(len(table)):
        own = next(place for place, group in enumerate(classes) if group[at])
        most = max(split[own] for split in splits)
        left = [_span(values, classes, split, own, at, target) for split in splits]
        found = [span for span in left if span is not None]
        high, low = max(span[1] for span in found), min(span[0] for span in found)
        if high - low + 1 < min(k, most + 1) and most > 0:
            return False
    return True


def _span(
    values: NDArray[np.float64],
    classes: list[NDArray[np.bool_]],
    split: tuple[int, ...],
    own: int,
    at: int,
    target: float | None,
) -> tuple[int, int] | None:
    """Range of one option's count when the size of each class and the sum of values are known (relaxed to reals)."""
    if target is None:
        return 0, split[own]
    span = [
        count
        for count in range(split[own] + 1)
        if _reachable(values, classes, [n - (place == own) * count for place, n in enumerate(split)], at, count, target)
    ]
    return (min(span), max(span)) if span else None


def _reachable(
    values: NDArray[np.float64],
    classes: list[NDArray[np.bool_]],
    rest: list[int],
    at: int,
    count: int,
    target: float,
) -> bool:
    """Whether ``count`` of option ``at`` fits with ``rest`` other answers in each class."""
    low = high = count * float(values[at])
    for group, people in zip(classes, rest, strict=True):
        others = group.copy()
        others[at] = False
        if people and not others.any():
            return False
        if people:
            low += people * float(values[others].min())
            high += people * float(values[others].max())
    return low - 1e-6 <= target <= high + 1e-6


def choice_figures(instrument: Instrument, item: Item, summary: Summary, people: int, k: int) -> ChoiceFigures:
    """How often each option of a context item was named in a group of ``people``."""
    n, seen = int(summary.states[item.name][0]), asked_of(summary, item, k)
    counts, whole = _named(instrument, item, summary.counts[item.name]), concerned(summary, item, people)
    exclusive = item.type == "select_one"
    shares = exclusive_shares(counts, k) if exclusive else free_shares(counts, n, k)
    options = {name: bounded(share, whole) for name, share in shares.items()}
    return ChoiceFigures(item=item.name, n=n, seen=seen, total=people, options=options)


def context_items(instrument: Instrument) -> list[Item]:
    """Items with options that are neither in a block nor a question about wanted help, checks of attention left out."""
    checks = control_items(instrument)
    kinds = ("select_one", "select_multiple", "rank")
    return [
        item
        for item in instrument.items
        if item.type in kinds and item.scale is None and item.need_of is None and item.name not in checks
    ]


def item_counts(item: Item) -> Callable[[Summary], Counts]:
    """Reader of an item's option counts."""
    return lambda summary: summary.counts[item.name]
