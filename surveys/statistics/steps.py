"""Sums over packed answers in small whole numbers: many times less memory to move than percents.

Where an item's codes go by equal steps, the position of an option is its score: positions are added up as bytes, and
only the sum of a block becomes percent. Items of any other kind are summed in ``scoring`` and ``summary``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import FIRST_STATE, NOT_APPLICABLE, NOT_ASKED
from surveys.definition.instrument import Instrument, Item
from surveys.statistics.scoring import code_spacing, need_item

MOST = 2**15  # of a sum of positions


@dataclass(frozen=True)
class Steps:
    """An item whose codes are ``low`` + ``step`` x position; ``turned``: counted from the last position down."""

    column: NDArray[np.uint8]
    last: int
    low: float
    step: float
    turned: bool


@dataclass(frozen=True)
class Sums:
    """Of one block, (n,) each: percents added up, how many items were answered, marked «не относится», asked;

    wanted help in percents added up, how many items it is known of.
    """

    total: NDArray[Any]
    answered: NDArray[Any]
    marked: NDArray[Any]
    asked: NDArray[Any]
    need: NDArray[Any]
    known: NDArray[Any]


def steps_of(answers: AnswerSet, instrument: Instrument, item: Item) -> Steps | None:
    """How the item is counted by positions; None where it is not a choice of equal steps packed in bytes."""
    spacing = code_spacing(instrument, item)
    if spacing is None or item.name not in answers.closed_names or answers.closed.dtype != np.uint8:
        return None
    return Steps(answers.closed[:, answers.closed_names.index(item.name)], *spacing)


def all_steps(answers: AnswerSet, instrument: Instrument, items: Sequence[Item]) -> list[Steps] | None:
    """Steps of every item; None where one of them has none."""
    found = [steps_of(answers, instrument, item) for item in items]
    return [one for one in found if one is not None] if None not in found else None


def sum_steps(answers: AnswerSet, instrument: Instrument, items: Sequence[Item]) -> Sums | None:
    """Sums of a block whose items, and whose questions about help, have equally many steps; else None."""
    asking = [need_item(instrument, item.name) for item in items]
    practice = all_steps(answers, instrument, items)
    needs = all_steps(answers, instrument, [one for one in asking if one is not None])
    if not practice or needs is None or len({one.last for one in practice}) > 1 or len({one.last for one in needs}) > 1:
        return None
    if len(items) >= 100 or max(one.last for one in (*practice, *needs)) * len(items) >= MOST:
        return None
    rows = len(answers)
    total, need = np.zeros(rows, np.int16), np.zeros(rows, np.int16)
    answered, marked, asked, known = (np.zeros(rows, np.int8) for _ in range(4))
    left = iter(needs)
    for one, question in zip(practice, asking, strict=True):
        valid = one.column < FIRST_STATE
        total += _positions(one, valid)
        answered += valid
        marked += one.column == NOT_APPLICABLE
        asked += one.column != NOT_ASKED
        if question is None:
            known += valid
            continue
        wanted = next(left)
        given = valid & (wanted.column < FIRST_STATE)
        need += _positions(wanted, given)
        known += given | (valid & (wanted.column == NOT_ASKED))
    percent = 100 / practice[0].last
    return Sums(total * percent, answered, marked, asked, need * (100 / needs[0].last if needs else 0.0), known)


def _positions(one: Steps, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Positions where ``valid``, counted from the end where the item is turned; else 0."""
    given = one.column * valid
    return valid * np.uint8(one.last) - given if one.turned else given
