"""Persons who answered in two stages, summed by group before the gate: matched, only before, only after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Instrument
from surveys.disclosure.lattice import low_mark
from surveys.statistics.compare import match_rows
from surveys.statistics.measures import Moments
from surveys.statistics.scoring import DUST, practice_items, score_all


@dataclass
class PairSummary:
    """One group between two stages, block by block; merges like every summary.

    ``matched``: block -> moments of (before, after, change) of persons scored in both; ``only_before``, ``only_after``:
    block -> persons scored in that stage only; ``left``, ``came``: block -> sums of their scores; ``deficit``: block ->
    how many are in deficit: of the matched before and after, of those who left, of those who came; ``apart``: block ->
    persons of the earlier stage who are among the matched printed with it but not among these, and the other way round.
    """

    matched: dict[str, Moments]
    only_before: dict[str, int]
    only_after: dict[str, int]
    left: dict[str, float] = field(default_factory=dict)
    came: dict[str, float] = field(default_factory=dict)
    deficit: dict[str, tuple[int, ...]] = field(default_factory=dict)
    apart: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def merge(self, other: "PairSummary") -> "PairSummary":
        """Both groups together."""
        return PairSummary(
            {name: one.merge(other.matched[name]) for name, one in self.matched.items()},
            {name: count + other.only_before[name] for name, count in self.only_before.items()},
            {name: count + other.only_after[name] for name, count in self.only_after.items()},
            {name: value + other.left[name] for name, value in self.left.items()},
            {name: value + other.came[name] for name, value in self.came.items()},
            *(
                {
                    name: tuple(one + two for one, two in zip(counts, others[name], strict=True))
                    for name, counts in own.items()
                }
                for own, others in ((self.deficit, other.deficit), (self.apart, other.apart))
            ),
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
    told: Mapping[str, Collection[str]] | None = None,
) -> dict[str, PairSummary]:
    """Group -> summary of its pairs. Pairs are persons of one group in both stages: who moved is in neither pair.

    ``keys``: the stable keys of the persons of both stages; ``groups``: their group in each stage; ``spoilt``: see
    ``comparable_scales``; ``told``: ``pair_members`` of the earlier stage with the one before it.
    """
    earlier = instrument_before or instrument
    names = comparable_scales(earlier, instrument, spoilt)
    old, new = score_all(before, earlier), score_all(after, instrument)
    labels = [np.asarray(one, str) for one in groups]
    first, second = _stayed(keys, labels)
    known = {name: np.asarray([key in members for key in keys[0]], bool) for name, members in (told or {}).items()}
    found, mark = {}, low_mark(instrument)
    for group in sorted({str(name) for part in labels for name in part}):
        own = labels[1][second] == group
        pairs = PairSummary({}, {}, {})
        for name in names:
            x = old.score[:, old.scales.index(name)]
            y = new.score[:, new.scales.index(name)]
            table = np.column_stack([x[first[own]], y[second[own]]])
            scored = ~np.isnan(table).any(axis=1)
            table = table[scored]
            pairs.matched[name] = Moments.of(np.column_stack([table, table[:, 1] - table[:, 0]]))
            all_before, all_after = (
                scores[~np.isnan(scores) & (own_group == group)]
                for scores, own_group in zip((x, y), labels, strict=True)
            )
            pairs.only_before[name] = len(all_before) - len(table)
            pairs.only_after[name] = len(all_after) - len(table)
            pairs.left[name] = float(all_before.sum() - table[:, 0].sum())
            pairs.came[name] = float(all_after.sum() - table[:, 1].sum())
            if name in known:
                both = int(known[name][first[own][scored]].sum())
                pairs.apart[name] = int(known[name][labels[0] == group].sum()) - both, len(table) - both
            if low_mark(earlier) == mark:
                under = [int((scores < mark - DUST).sum()) for scores in (*table.T, all_before, all_after)]
                pairs.deficit[name] = under[0], under[1], under[2] - under[0], under[3] - under[1]
        found[group] = pairs
    return found


def pair_members(
    instrument: Instrument,
    before: AnswerSet,
    after: AnswerSet,
    keys: tuple[list[str], list[str]],
    groups: tuple[NDArray[np.str_], NDArray[np.str_]],
    instrument_before: Instrument | None = None,
    spoilt: Collection[str] | None = None,
) -> dict[str, set[str]]:
    """Block -> keys of the persons whom ``summarise_pairs`` of the same stages matches."""
    earlier = instrument_before or instrument
    old, new = score_all(before, earlier), score_all(after, instrument)
    first, second = _stayed(keys, [np.asarray(one, str) for one in groups])
    found = {}
    for name in comparable_scales(earlier, instrument, spoilt):
        scores = old.score[first, old.scales.index(name)] + new.score[second, new.scales.index(name)]
        found[name] = {keys[0][row] for row in first[~np.isnan(scores)]}
    return found


def _stayed(
    keys: tuple[list[str], list[str]], labels: list[NDArray[np.str_]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the same persons in both stages, of one group in both."""
    first, second = (np.asarray(rows, np.int64) for rows in match_rows(*keys))
    stayed = labels[0][first] == labels[1][second]
    return first[stayed], second[stayed]


def merge_pairs(parts: list[PairSummary]) -> PairSummary:
    """One summary of several groups; there must be at least one."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merge(part)
    return whole
