"""Which standard deviations and levels of a block are printed beside masked counts of groups."""

from collections.abc import Mapping
from dataclasses import replace

from surveys.disclosure.alternatives import Told, counts_open
from surveys.disclosure.ladder import Ladder

CLASS_SCORES = 3  # in a class of fewer possible scores the spread says nearly the scores themselves
LEVEL_SCORES = 5  # and a level of fewer


def printable_spread(told: Told, own: Mapping[str, float], within: float | None, ladder: Ladder, k: int) -> Told:
    """What may be told: the standard deviations of groups in ``own``, and that of all, which leave counts open.

    Args:
        told: counts without any standard deviation; ``ladder``: of which only the mark is looked at.
        own: group -> its squares; ``within``: the squares of all units, None where the spread of all is not asked for.
    """
    ladder = ladder.telling(under=False, over=False)
    if ladder.coarse(CLASS_SCORES) and not _known(told):
        return told
    if counts_open(_with(told, own, within), ladder, k):
        return _with(told, own, within)
    alone = {
        name: squares
        for name, squares in own.items()
        if counts_open(_with(told, {name: squares}, None), ladder, k, only=name)
    }
    for chosen, whole in ((alone, within), ({}, within), (alone, None)):
        if (chosen or whole is not None) and counts_open(_with(told, chosen, whole), ladder, k):
            return _with(told, chosen, whole)
    return told


def printable_levels(told: Told, ladder: Ladder, classes: tuple[bool, bool], k: int) -> tuple[bool, bool]:
    """Whether the municipality's levels under the mark and over it may be told.

    Args:
        told: counts and standard deviations; ``classes``: which of the two is asked for.
    """
    if _known(told):
        return classes
    for under, over in dict.fromkeys([classes, (classes[0], False), (False, classes[1])]):
        trial = ladder.telling(under=under, over=over)
        if len(trial.kept) == 1 or not (trial.coarse(LEVEL_SCORES) or not counts_open(told, trial, k)):
            return under, over
    return False, False


def _known(told: Told) -> bool:
    """Whether every count is told already."""
    return all(unit.learned.values == 1 for unit in told.units.values())


def _with(told: Told, own: Mapping[str, float], within: float | None) -> Told:
    units = {name: replace(unit, squares=own.get(name)) for name, unit in told.units.items()}
    return replace(told, units=units, squares=within)
