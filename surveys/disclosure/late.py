"""A second snapshot beside the first: what late answers may change, so that the difference tells nothing of few."""

from collections.abc import Mapping

from surveys.disclosure.changes import may_enter
from surveys.disclosure.details import LARGE
from surveys.disclosure.released import GroupFigures, Released, ScaleFigures, Share
from surveys.disclosure.shares import SMALL

__all__ = ["carry_over", "may_enter"]

DETAILS = ("items", "choices", "quadrants", "flagged", "soft", "sensitivity", "aggregates", "aggregate_n")


def carry_over(old: Released, new: Released) -> Released:
    """``new`` with every figure kept from ``old`` whose change would show what is hidden in a group of the late size.

    What was hidden stays hidden: an unchanged neighbour shown now would open it. Shares of a block change together and
    only where each class gained nobody or at least k anywhere; details wait for LARGE newcomers, spread for SMALL.
    """
    kept = [name for name in _blocks(new) if not _shares_open(old, new, name)]
    groups = {group.code: group for group in [old.municipality, *old.schools]}
    return new.model_copy(
        update={
            "municipality": _group(groups.get(new.municipality.code), new.municipality, kept),
            "schools": [_group(groups.get(group.code), group, kept) for group in new.schools],
            "changes": old.changes,
            "previous": old.previous,
            "previous_snapshot": old.previous_snapshot,
        }
    )


def _blocks(released: Released) -> list[str]:
    return list(dict.fromkeys(one.scale for group in released.schools for one in group.scales))


def _figures(group: GroupFigures) -> Mapping[str, ScaleFigures]:
    return {one.scale: one for one in group.scales}


def _shares_open(old: Released, new: Released, scale: str) -> bool:
    """Whether the shares of a block may be printed anew in every group."""
    before = {group.code: _figures(group).get(scale) for group in [old.municipality, *old.schools]}
    for group in [new.municipality, *new.schools]:
        first, second = before.get(group.code), _figures(group).get(scale)
        if not _share_open(first.deficit if first else None, second.deficit if second else None, new.k):
            return False
    return True


def _share_open(old: Share | None, new: Share | None, k: int) -> bool:
    if new is None or new == old:
        return True
    if old is None or old.count is None or new.count is None or old.n is None or new.n is None:
        return False
    inside, outside = new.count - old.count, new.n - new.count - (old.n - old.count)
    return all(gain == 0 or gain >= k for gain in (inside, outside))


def _group(old: GroupFigures | None, new: GroupFigures, kept: list[str]) -> GroupFigures:
    if old is None or new.hidden:
        return new
    if old.hidden:
        scales = [ScaleFigures(scale=one.scale, n=new.n, hidden=old.hidden) for one in new.scales]
        return GroupFigures(
            code=new.code,
            label=new.label,
            population=new.population,
            n=new.n,
            rate=new.rate,
            hidden=old.hidden,
            scales=scales,
        )
    known = _figures(old)
    changed: dict[str, object] = {
        "scales": [_scale(known.get(one.scale), one, one.scale in kept) for one in new.scales],
    }
    # Also where nobody came: the old details may themselves be older than the snapshot before.
    if new.n - old.n < LARGE:
        changed |= {name: getattr(old, name) for name in DETAILS}
    return new.model_copy(update=changed)


def _scale(old: ScaleFigures | None, new: ScaleFigures, kept: bool) -> ScaleFigures:
    if old is None or new.hidden:
        return new
    if old.hidden:
        return ScaleFigures(scale=new.scale, n=new.n, hidden=old.hidden)
    gain = new.n - old.n
    changed: dict[str, object] = {}
    if kept:
        changed["deficit"] = old.deficit
    if kept or gain < LARGE:
        changed |= {"levels": None, "alpha": None} if kept or gain else {"levels": old.levels, "alpha": old.alpha}
    if gain < SMALL:
        changed |= {"sd": None, "ci95": None} if gain else {"sd": old.sd, "ci95": old.ci95}
    if old.need is None:
        changed |= {"need": None, "need_n": None}
    return new.model_copy(update=changed)
