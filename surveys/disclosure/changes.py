"""Figures linked in time: changes of the same persons, and answers that came after the calculation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Instrument
from surveys.disclosure.details import low_mark, mark_of, spread_groups
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
from surveys.disclosure.released import Change, Hidden, Released, Share
from surveys.disclosure.shares import SMALL
from surveys.statistics.compare import match_rows
from surveys.statistics.measures import Moments
from surveys.statistics.scoring import DUST as LEVEL_DUST
from surveys.statistics.scoring import practice_items, score_all
from surveys.statistics.summary import Summary

DUST = 1e-6


@dataclass
class PairSummary:
    """One group between two stages, block by block; merges like every summary.

    ``matched``: block -> moments of (before, after, change) of persons scored in both; ``only_before``, ``only_after``:
    block -> persons scored in that stage only; ``left``, ``came``: block -> sums of their scores; ``deficit``: block ->
    how many are in deficit: of the matched before and after, of those who left, of those who came.
    """

    matched: dict[str, Moments]
    only_before: dict[str, int]
    only_after: dict[str, int]
    left: dict[str, float] = field(default_factory=dict)
    came: dict[str, float] = field(default_factory=dict)
    deficit: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def merge(self, other: "PairSummary") -> "PairSummary":
        """Both groups together."""
        return PairSummary(
            {name: one.merge(other.matched[name]) for name, one in self.matched.items()},
            {name: count + other.only_before[name] for name, count in self.only_before.items()},
            {name: count + other.only_after[name] for name, count in self.only_after.items()},
            {name: value + other.left[name] for name, value in self.left.items()},
            {name: value + other.came[name] for name, value in self.came.items()},
            {
                name: tuple(one + two for one, two in zip(counts, other.deficit[name], strict=True))
                for name, counts in self.deficit.items()
            },
        )


def comparable_scales(before: Instrument, after: Instrument, spoilt: Collection[str] | None = None) -> list[str]:
    """Blocks that ask the same in both versions: the same items, turned the same way, with the same options.

    ``spoilt``: blocks that may not be compared by the author's own marks on the changes, where these are known; then a
    corrected typing mistake does not part the stages.
    """

    def asked(instrument: Instrument, scale: str) -> list[object]:
        return [
            (item.name, item.label, item.reverse, [option.name for option in instrument.options_of(item)])
            for item in practice_items(instrument, scale)
        ]

    old = {scale.name for scale in before.scales}
    both = [scale.name for scale in after.scales if scale.name in old]
    if spoilt is not None:
        return [name for name in both if name not in spoilt]
    return [name for name in both if asked(before, name) == asked(after, name)]


def summarise_pairs(
    instrument: Instrument,
    before: AnswerSet,
    after: AnswerSet,
    keys: tuple[list[str], list[str]],
    groups: tuple[NDArray[np.str_], NDArray[np.str_]],
    instrument_before: Instrument | None = None,
    spoilt: Collection[str] | None = None,
) -> dict[str, PairSummary]:
    """Group -> summary of its pairs. Pairs are persons of one group in both stages: who moved is in neither pair.

    ``keys``: the stable keys of the persons of both stages; ``groups``: their group in each stage; ``spoilt``: see
    ``comparable_scales``.
    """
    earlier = instrument_before or instrument
    names = comparable_scales(earlier, instrument, spoilt)
    old, new = score_all(before, earlier), score_all(after, instrument)
    first, second = (np.asarray(rows, np.int64) for rows in match_rows(*keys))
    labels = [np.asarray(one, str) for one in groups]
    stayed = labels[0][first] == labels[1][second]
    first, second = first[stayed], second[stayed]
    found, mark = {}, low_mark(instrument)
    for group in sorted({str(name) for part in labels for name in part}):
        own = labels[1][second] == group
        pairs = PairSummary({}, {}, {})
        for name in names:
            x = old.score[:, old.scales.index(name)]
            y = new.score[:, new.scales.index(name)]
            table = np.column_stack([x[first[own]], y[second[own]]])
            table = table[~np.isnan(table).any(axis=1)]
            pairs.matched[name] = Moments.of(np.column_stack([table, table[:, 1] - table[:, 0]]))
            all_before, all_after = (
                scores[~np.isnan(scores) & (own_group == group)]
                for scores, own_group in zip((x, y), labels, strict=True)
            )
            pairs.only_before[name] = len(all_before) - len(table)
            pairs.only_after[name] = len(all_after) - len(table)
            pairs.left[name] = float(all_before.sum() - table[:, 0].sum())
            pairs.came[name] = float(all_after.sum() - table[:, 1].sum())
            if low_mark(earlier) == mark:
                under = [int((scores < mark - LEVEL_DUST).sum()) for scores in (*table.T, all_before, all_after)]
                pairs.deficit[name] = under[0], under[1], under[2] - under[0], under[3] - under[1]
        found[group] = pairs
    return found


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
        if stages is not None and why is None and name in whole.deficit:
            change = change.model_copy(update=_shares(instrument, pairs, hidden, name, stages, k))
        found.append((MUNICIPALITY, change))
        found += [
            (group, _change(name, part.matched[name], hidden.get(group), group in spread))
            for group, part in pairs.items()
        ]
    return found


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


def merge_pairs(parts: list[PairSummary]) -> PairSummary:
    """One summary of several groups; there must be at least one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merge(part)
    return whole


def _hide_pairs(
    pairs: Mapping[str, PairSummary], whole: PairSummary, name: str, k: int, all_shown: bool, shut: set[str]
) -> tuple[dict[str, Hidden], Hidden | None]:
    """Groups hidden in one block, and whether the municipality is."""
    sizes = {group: part.matched[name].n for group, part in pairs.items()}
    linked = [group for group, part in pairs.items() if all_shown and not _remainders_open(part, name, k)]
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
    if all_shown and not _remainders_open(merge_pairs(parts), name, k):
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


def _remainders_open(part: PairSummary, name: str, k: int) -> bool:
    return all(count == 0 or count >= k for count in (part.only_before[name], part.only_after[name]))


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
