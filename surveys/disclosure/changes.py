"""Figures linked in time: changes of the same persons, and answers that came after the calculation."""

from collections.abc import Collection, Mapping

import numpy as np

from surveys.definition.instrument import Instrument
from surveys.disclosure.details import spread_groups
from surveys.disclosure.groups import (
    LEAST_K,
    MUNICIPALITY,
    OPEN_POINTS,
    hide_groups,
    means_open,
    next_to_hide,
    spread_open,
)
from surveys.disclosure.kept_shares import Kept, kept_share
from surveys.disclosure.lattice import mark_of
from surveys.disclosure.pairs import PairSummary, merge_pairs
from surveys.disclosure.released import Change, Hidden, Released, Share
from surveys.disclosure.shares import SMALL
from surveys.statistics.measures import Moments
from surveys.statistics.scoring import practice_items
from surveys.statistics.summary import Summary

DUST = 1e-6


def release_changes(
    instrument: Instrument,
    pairs: Mapping[str, PairSummary],
    *,
    k: int = LEAST_K,
    all_shown: bool = True,
    closed: Mapping[str, Collection[str]] | None = None,
    stages: tuple[Released, Released] | None = None,
) -> list[tuple[str, Change]]:
    """Changes that may be shown, by group, the municipality first.

    Matched persons, only before and only after are linked groups: where the figures of all are shown (``all_shown``),
    the matched are shown only if each remainder is nobody or at least k, also the remainder of what subtraction leaves
    to the hidden groups. Hidden groups are protected as everywhere. ``closed``: block -> groups (the municipality too)
    whose figures of all are hidden in either stage: where nobody left or came, the matched are all. Blocks that
    changed between versions have no pairs. ``stages``: what is printed of both; without it no share is shown.

    The earlier stage's figures of its own matched, printed with it, are a linked group too: who is in one of both only
    (``PairSummary.apart``) must be nobody or at least k. A second share of the matched waits for the same persons.
    """
    found: list[tuple[str, Change]] = []
    if not pairs:
        return found
    whole = merge_pairs(list(pairs.values()))
    for name in whole.matched:
        shut = set((closed or {}).get(name, ()))
        hidden, why = _hide_pairs(pairs, whole, name, k, all_shown, shut)
        sizes = {group: part.matched[name].n for group, part in pairs.items()}
        total = whole.matched[name].n
        spread = set[str]()
        if wide := _spread_open([pairs[group].matched[name] for group in hidden]):
            spread = spread_groups(sizes, set(sizes) - set(hidden), total, SMALL)
        change = _change(name, whole.matched[name], why, wide and total >= SMALL)
        if stages is not None and why is None and name in whole.deficit and not _second_share(stages[0], whole, name):
            change = change.model_copy(update=_shares(instrument, pairs, hidden, name, stages, k))
        found.append((MUNICIPALITY, change))
        found += [
            (group, _change(name, part.matched[name], hidden.get(group), group in spread))
            for group, part in pairs.items()
        ]
    return found


def _second_share(earlier: Released, whole: PairSummary, name: str) -> bool:
    """Whether a share of other matched persons was printed of the earlier stage: the difference counts a few."""
    printed = any(
        group == MUNICIPALITY and one.scale == name and one.deficit_after is not None for group, one in earlier.changes
    )
    return printed and any(whole.apart.get(name, ()))


def _shares(
    instrument: Instrument,
    pairs: Mapping[str, PairSummary],
    hidden: Mapping[str, Hidden],
    name: str,
    stages: tuple[Released, Released],
    k: int,
) -> dict[str, Share | None]:
    """Shares of the municipality's matched in both stages, or in neither."""
    scale = next(one for one in instrument.scales if one.name == name)
    asked, found = {item.name for item in practice_items(instrument, name)}, []
    for stage, released in enumerate(stages):
        given = [one for one in released.municipality.items if one.item in asked]
        complete = len(given) == len(asked) and all(one.n == released.municipality.n for one in given)
        mark = mark_of(instrument, scale, complete)
        printed = {
            group.code: figures
            for group in (released.municipality, *released.schools)
            for figures in group.scales
            if figures.scale == name and not group.hidden
        }
        schools = {}
        for group, part in pairs.items():
            moments = part.matched[name]
            kept = float(moments.mean[stage]) * moments.n if moments.n else 0.0
            rest, others = ((part.only_before, part.left), (part.only_after, part.came))[stage]
            under = part.deficit[name]
            schools[group] = Kept(
                (moments.n, rest[name]),
                (under[stage], under[2 + stage]),
                (kept, others.get(name, 0.0)),
                group not in hidden,
                printed.get(group),
            )
        whole = printed.get(MUNICIPALITY)
        found.append(kept_share(schools, whole.deficit if whole else None, mark, k))
        if found[-1] is None:
            return {}
    return {"deficit_before": found[0], "deficit_after": found[1]}


def _hide_pairs(
    pairs: Mapping[str, PairSummary], whole: PairSummary, name: str, k: int, all_shown: bool, shut: set[str]
) -> tuple[dict[str, Hidden], Hidden | None]:
    """Groups hidden in one block, and whether the municipality is."""
    sizes = {group: part.matched[name].n for group, part in pairs.items()}
    linked = [group for group, part in pairs.items() if not _remainders_open(part, name, k, all_shown)]
    linked += [group for group in pairs if group in shut and group not in linked]
    if whole.matched[name].n < k:
        return dict.fromkeys(sizes, "primary"), "primary"
    hidden = hide_groups(sizes, k, already=linked)
    alone = dict(hidden)
    if MUNICIPALITY in shut:
        return alone, "complementary"
    while not _left_open(pairs, hidden, name, k, all_shown):
        extra = next_to_hide(sizes, hidden)
        if extra is None:  # nothing of the total can be told: the groups need no further protection from it
            return alone, "complementary"
        hidden[extra] = "complementary"
    return hidden, None


def _left_open(
    pairs: Mapping[str, PairSummary], hidden: Mapping[str, Hidden], name: str, k: int, all_shown: bool
) -> bool:
    """Whether what the total leaves to the hidden groups keeps their means, and those who left or came, open."""
    parts = [pairs[group] for group in hidden]
    if not parts:
        return True
    if not _remainders_open(merge_pairs(parts), name, k, all_shown):
        return False
    if all_shown and not all(_sums_open(parts, name, stage, k, known) for stage in (0, 1) for known in (True, False)):
        return False
    sizes = {group: pairs[group].matched[name].n for group in hidden}
    for stage in (0, 1):
        sums = {group: float(pairs[group].matched[name].mean[stage]) * sizes[group] for group in hidden}
        if not means_open({group: value for group, value in sums.items() if sizes[group]}, sizes, k, None):
            return False
    return True


def _sums_open(parts: list[PairSummary], name: str, stage: int, k: int, known: bool) -> bool:
    """Whether the sums of few persons stay open by OPEN_POINTS; ``known``: each group's sum of all is printed.

    The total then gives the sum of all remainders of the hidden groups; a group whose matched are all is no cover.
    """
    counts = [(part.only_before, part.only_after)[stage][name] for part in parts]
    rests = [(part.left, part.came)[stage].get(name, 0.0) for part in parts]
    own = []
    for part, count, rest in zip(parts, counts, rests, strict=True):
        n = part.matched[name].n
        whole = (float(part.matched[name].mean[stage]) * n if n else 0.0) + rest
        own.append((max(0.0, whole - 100.0 * n), min(100.0 * count, whole)) if known else (0.0, 100.0 * count))
    total, lows, highs = sum(rests), sum(low for low, _ in own), sum(high for _, high in own)
    for part, count, (low, high) in zip(parts, counts, own, strict=True):
        width = min(high, total - (lows - low)) - max(low, total - (highs - high))
        for size in (count, part.matched[name].n) if known else (count,):
            if 0 < size < k and width < min(OPEN_POINTS * size, high - low) - DUST:
                return False
    return True


def _spread_open(hidden: list[Moments]) -> bool:
    """Whether the spread of changes that subtraction leaves to the hidden groups keeps each of their means open."""
    filled = [one for one in hidden if one.n]
    if not filled:
        return True
    n = np.asarray([one.n for one in filled])
    return spread_open(n, *np.asarray([(one.mean[2], one.products[2, 2]) for one in filled]).T)


def _remainders_open(part: PairSummary, name: str, k: int, all_shown: bool) -> bool:
    counts = [*part.apart.get(name, ())]
    if all_shown:
        counts += [part.only_before[name], part.only_after[name]]
    return all(count == 0 or count >= k for count in counts)


def _change(scale: str, moments: Moments, why: Hidden | None, spread: bool) -> Change:
    if why is not None:
        return Change(scale=scale, matched=None, hidden=why)
    before, after, change = (float(value) for value in moments.mean)
    return Change(
        scale=scale,
        matched=moments.n,
        before=before,
        after=after,
        change=change,
        sd_change=moments.sd(2) if spread else None,
    )


def may_enter(published: Mapping[str, Summary], later: Mapping[str, Summary], k: int = LEAST_K) -> bool:
    """Whether late answers may enter a new snapshot: every published group and block gained nobody or at least k."""
    if any(name not in later for name in published):
        return False
    for name, new in later.items():
        old = published.get(name)
        gains = [new.rows - (old.rows if old else 0)]
        gains += [int(gain) for gain in new.scales.n[0] - (old.scales.n[0] if old else 0)]
        gains += [int(gain) for gain in new.scales.need_n[0] - (old.scales.need_n[0] if old else 0)]
        if any(gain < 0 or 0 < gain < k for gain in gains):
            return False
    return True
