"""Signs of careless filling: computed and counted, never excluding anybody by themselves.

Sources: Curran (2016), Journal of Experimental Social Psychology 66; Huang et al. (2012), Journal of Business and
Psychology 27 (about one second an item).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import FIRST_STATE, NOT_APPLICABLE, NOT_ASKED
from surveys.definition.instrument import Instrument, QualityFlag
from surveys.statistics.scoring import bounds_of, item_percent, na_limit, practice_items

Marks = NDArray[np.bool_]


def find_flags(answers: AnswerSet, instrument: Instrument) -> dict[str, Marks]:
    """Flag code -> (n,) True where the respondent shows that sign."""
    return {flag.code: _KINDS[flag.kind](answers, instrument, flag) for flag in instrument.quality}


def soft_rows(answers: AnswerSet, instrument: Instrument, flagged: Marks) -> Marks:
    """(n,) True where a sign shows by its soft threshold, and no sign by the proper one (``flagged``)."""
    found = np.zeros(len(answers), bool)
    for flag in instrument.quality:
        if flag.soft:
            found |= _KINDS[flag.kind](answers, instrument, flag.model_copy(update={"threshold": flag.soft}))
    return found & ~flagged


def _raw(answers: AnswerSet, instrument: Instrument, name: str, turned: bool) -> tuple[NDArray[np.float64], Marks]:
    """Raw codes of an item (turned where it is reversed and ``turned``) and where it was answered."""
    item = instrument.item(name)
    bounds = bounds_of(instrument, item)
    percent, valid, _ = item_percent(answers, instrument, item)
    if bounds is None:
        return percent, np.zeros(len(answers), bool)
    low, high = bounds
    raw = low + percent * (high - low) / 100
    return (low + high - raw if item.reverse and not turned else raw), valid


def _instructed(answers: AnswerSet, instrument: Instrument, flag: QualityFlag) -> Marks:
    found = np.zeros(len(answers), bool)
    for name in flag.items:
        raw, valid = _raw(answers, instrument, name, turned=False)
        found |= valid & (np.abs(raw - flag.threshold) > 0.5)
    return found


def _pair(answers: AnswerSet, instrument: Instrument, flag: QualityFlag) -> Marks:
    first, first_valid = _raw(answers, instrument, flag.items[0], turned=True)
    second, second_valid = _raw(answers, instrument, flag.items[1], turned=True)
    both: Marks = first_valid & second_valid
    return both & (np.abs(first - second) >= flag.threshold - 1e-9)


def _longstring(answers: AnswerSet, instrument: Instrument, flag: QualityFlag) -> Marks:
    """The same answer, before turning, ``threshold`` times running; a question left out breaks the run."""
    names = flag.items or [item.name for scale in instrument.scales for item in practice_items(instrument, scale.name)]
    columns = [answers.closed_names.index(name) for name in names if name in answers.closed_names]
    longest, run = np.zeros(len(answers), np.int16), np.zeros(len(answers), np.int16)
    previous: NDArray[Any] | None = None
    for place in columns:
        column = answers.closed[:, place]
        given = (column < FIRST_STATE) | (column > 255)
        same = given if previous is None else given & (column == previous)
        run = np.where(same, run + 1, np.where(given, 1, 0)).astype(np.int16)
        np.maximum(longest, run, out=longest)
        previous = column
    return longest >= flag.threshold


def _time(answers: AnswerSet, instrument: Instrument, flag: QualityFlag) -> Marks:
    """Less than ``threshold`` seconds of active time an answered question; unknown time is no sign."""
    if answers.seconds is None:
        return np.zeros(len(answers), bool)
    given = np.zeros(len(answers), np.int32)
    for place in range(answers.closed.shape[1]):
        column = answers.closed[:, place]
        given += (column < FIRST_STATE) | (column > 255)
    with np.errstate(invalid="ignore"):
        return (given > 0) & (answers.seconds < flag.threshold * given)


def _na(answers: AnswerSet, instrument: Instrument, flag: QualityFlag) -> Marks:
    limit, found = na_limit(instrument), np.zeros(len(answers), bool)
    for scale in instrument.scales:
        marked, asked = np.zeros(len(answers), np.int16), np.zeros(len(answers), np.int16)
        for item in practice_items(instrument, scale.name):
            states = answers.states(item.name)
            marked += states == NOT_APPLICABLE
            asked += states != NOT_ASKED
        found |= marked > limit * asked + 1e-9
    return found


_KINDS = {"instructed": _instructed, "pair": _pair, "longstring": _longstring, "time": _time, "na": _na}
