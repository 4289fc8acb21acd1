"""The four cases of a large group: a deficit or not, help wanted or not."""

from collections.abc import Mapping

import numpy as np

from surveys.definition.instrument import Instrument
from surveys.disclosure.details import Counts, clean, printable
from surveys.disclosure.groups import Range, deficit_range, narrow, open_enough
from surveys.disclosure.kept_shares import learned
from surveys.disclosure.lattice import mark_of
from surveys.disclosure.released import Quadrants, Share
from surveys.disclosure.shares import bounded
from surveys.statistics.scoring import DEFICIT
from surveys.statistics.summary import QUADRANTS, Summary


def quadrant_figures(
    instrument: Instrument, group: Summary, deficits: Mapping[str, Share | None], people: int, k: int
) -> list[tuple[str, Quadrants]]:
    """Quadrants of every block and of all together; a block that tells a small count is left out, and never alone.

    The first two cases of a block add up to its deficits: where these are masked, its cases are left out too.

    ``deficits``: printed two-class shares of the blocks, which bound the cases. ``people``: how many the group has; all
    blocks together count pairs of a person and a block.
    """
    names, tables = [scale.name for scale in instrument.scales], group.quadrants
    sizes = tables.sum(axis=1)
    masked = [at for at in range(len(names)) if sizes[at] > 0 and _masked(instrument, deficits.get(names[at]))]
    shown = [
        at
        for at in range(len(names))
        if at not in masked
        and sizes[at] >= k
        and printable(tables[at], k)
        and _rest_clean(tables[at], deficits.get(names[at]), k)
    ]
    whole = tables.sum(axis=0)
    left = [at for at in range(len(names)) if at not in shown and sizes[at] > 0]
    found = []
    if whole.sum() >= k and printable(whole, k) and _left_open(tables, left, names, deficits, k):
        if _masked_free(instrument, group, masked, deficits):
            found.append(("all", _quadrants(whole, people * len(names))))
    return found + [(names[at], _quadrants(tables[at], people)) for at in shown]


def _masked(instrument: Instrument, share: Share | None) -> bool:
    """Whether deficits of a block are told in words only, or not at all."""
    return any(level.code in DEFICIT for level in instrument.levels) and (share is None or share.kind != "exact")


def _masked_free(
    instrument: Instrument, group: Summary, masked: list[int], deficits: Mapping[str, Share | None]
) -> bool:
    """Whether the sum of masked deficits, which the cases of all blocks tell, leaves each block all that it had."""
    parts = {}
    for at in masked:
        scale, both = instrument.scales[at], int(group.quadrants[at].sum())
        n, share = int(group.scales.n[0, at]), deficits.get(scale.name)
        known = learned(share, n)
        if share is not None:  # the mean is printed
            total = float(group.scales.mean[0, at]) * n
            known = known.within(deficit_range(n, total, total, mark_of(instrument, scale, complete=False)))
        parts[scale.name] = Range(max(0, known.low - (n - both)), min(both, known.high))
    count = int(group.quadrants[masked, :2].sum())
    return narrow(parts, Range(count, count)) == parts


def _rest_clean(table: Counts, deficit: Share | None, k: int) -> bool:
    """Whether those who said nothing of help, told by the printed share of all, are no small count in either class."""
    if deficit is None or deficit.count is None or deficit.n is None:
        return True
    under = deficit.count - int(table[:2].sum())
    return clean(np.asarray([under, deficit.n - int(table.sum()) - under]), k)


def _left_open(tables: Counts, left: list[int], names: list[str], deficits: Mapping[str, Share | None], k: int) -> bool:
    for case in range(4):
        parts = {}
        for at in left:
            share, n = deficits.get(names[at]), int(tables[at].sum())
            exact = share is not None and share.kind == "exact"
            top = int(tables[at][:2].sum() if case < 2 else tables[at][2:].sum()) if exact else n
            parts[names[at]] = Range(0, top)
        total = int(tables[left, case].sum()) if left else 0
        known = narrow(parts, Range(total, total))
        if any(not open_enough(known[name], parts[name], k) for name in parts):
            return False
    return True


def _quadrants(counts: Counts, people: int) -> Quadrants:
    n = int(counts.sum())
    shares = {
        name: bounded(Share(kind="exact", n=n, count=int(count), percent=100 * int(count) / n), people)
        for name, count in zip(QUADRANTS, counts, strict=True)
    }
    return Quadrants(n=n, **shares)
