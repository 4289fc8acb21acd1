"""Figures linked in time: changes of the same persons, and answers that came after the calculation."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.answer_set import AnswerSet
from surveys.compare import match_rows
from surveys.definition import Instrument
from surveys.disclosure.details import spread_groups
from surveys.disclosure.gate import LEAST_K, MUNICIPALITY
from surveys.disclosure.groups import hide_groups
from surveys.disclosure.shares import SMALL
from surveys.released import Change, Hidden
from surveys.scoring import practice_items, score_all
from surveys.statistics import Moments
from surveys.summary import Summary


@dataclass
class PairSummary:
    """One group between two stages, block by block; merges like every summary.

    ``matched``: block -> moments of (before, after, change) of persons scored in both; ``only_before``, ``only_after``:
    block -> persons scored in that stage only.
    """

    matched: dict[str, Moments]
    only_before: dict[str, int]
    only_after: dict[str, int]

    def merge(self, other: "PairSummary") -> "PairSummary":
        """Both groups together."""
        return PairSummary(
            {name: one.merge(other.matched[name]) for name, one in self.matched.items()},
            {name: count + other.only_before[name] for name, count in self.only_before.items()},
            {name: count + other.only_after[name] for name, count in self.only_after.items()},
        )


def comparable_scales(before: Instrument, after: Instrument) -> list[str]:
    """Blocks that ask the same in both versions: the same items, turned the same way, with the same options."""

    def asked(instrument: Instrument, scale: str) -> list[object]:
        return [
            (item.name, item.label, item.reverse, [option.name for option in instrument.options_of(item)])
            for item in practice_items(instrument, scale)
        ]

    old = {scale.name for scale in before.scales}
    both = [scale.name for scale in after.scales if scale.name in old]
    return [name for name in both if asked(before, name) == asked(after, name)]


def summarise_pairs(
    instrument: Instrument,
    before: AnswerSet,
    after: AnswerSet,
    keys: tuple[list[str], list[str]],
    groups: tuple[NDArray[np.str_], NDArray[np.str_]],
    instrument_before: Instrument | None = None,
) -> dict[str, PairSummary]:
    """Group -> summary of its pairs. A person who changed the group counts where the later stage found them.

    ``keys``: the stable keys of the persons of both stages; ``groups``: their group in each stage.
    """
    earlier = instrument_before or instrument
    names = comparable_scales(earlier, instrument)
    old, new = score_all(before, earlier), score_all(after, instrument)
    first, second = match_rows(*keys)
    moved = np.asarray(groups[0]).astype(object)
    moved[first] = np.asarray(groups[1]).astype(object)[second]
    found = {}
    for group in sorted({str(name) for name in moved} | {str(name) for name in groups[1]}):
        rows = [place for place in range(len(first)) if groups[1][second[place]] == group]
        pairs = PairSummary({}, {}, {})
        for name in names:
            x = old.score[:, old.scales.index(name)]
            y = new.score[:, new.scales.index(name)]
            table = np.asarray([[x[first[row]], y[second[row]]] for row in rows]).reshape(-1, 2)
            table = table[~np.isnan(table).any(axis=1)]
            pairs.matched[name] = Moments.of(np.column_stack([table, table[:, 1] - table[:, 0]]))
            pairs.only_before[name] = int((~np.isnan(x) & (moved == group)).sum()) - len(table)
            pairs.only_after[name] = int((~np.isnan(y) & (groups[1] == group)).sum()) - len(table)
        found[group] = pairs
    return found


def release_changes(
    instrument: Instrument, pairs: Mapping[str, PairSummary], *, k: int = LEAST_K, all_shown: bool = True
) -> list[tuple[str, Change]]:
    """Changes that may be shown, by group, the municipality first.

    Matched persons, only before and only after are linked groups: where the figures of all are shown (``all_shown``),
    the matched are shown only if each remainder is nobody or at least k. Hidden groups are protected as everywhere.
    """
    found: list[tuple[str, Change]] = []
    if not pairs:
        return found
    whole = list(pairs.values())[0]
    for part in list(pairs.values())[1:]:
        whole = whole.merge(part)
    for name in whole.matched:
        sizes = {group: part.matched[name].n for group, part in pairs.items()}
        linked = [group for group, part in pairs.items() if all_shown and not _remainders_open(part, name, k)]
        hidden = hide_groups(sizes, k, already=linked)
        total = whole.matched[name].n
        if total < k:
            hidden = dict.fromkeys(sizes, "primary")
        shown = set(sizes) - set(hidden)
        spread = spread_groups(sizes, shown, total, SMALL)
        why: Hidden | None = "primary" if total < k else None
        if why is None and all_shown and not _remainders_open(whole, name, k):
            why = "complementary"
        found.append((MUNICIPALITY, _change(name, whole.matched[name], why, total >= SMALL)))
        found += [
            (group, _change(name, part.matched[name], hidden.get(group), group in spread))
            for group, part in pairs.items()
        ]
    return found


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
    for name, new in later.items():
        old = published.get(name)
        gains = [new.rows - (old.rows if old else 0)]
        gains += [int(gain) for gain in new.scales.n[0] - (old.scales.n[0] if old else 0)]
        if any(gain < 0 or 0 < gain < k for gain in gains):
            return False
    return True
