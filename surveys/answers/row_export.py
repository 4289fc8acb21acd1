"""Rows of answers without persons, for a methodologist: shuffled, without times, keys, free text or small schools.

Two contents, of which a wave gives out one only, since equal answers would join the rows of both: with the school,
then without facts about the person's work; or without schools and with every closed question. The source is the frozen
snapshot, and schools are those that the gate shows.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import (
    BLANK,
    FIRST_STATE,
    NOT_APPLICABLE,
    NOT_ASKED,
    codes_of,
    parse_number,
    stored_position,
)
from surveys.definition.instrument import Instrument, Item
from surveys.disclosure.released import Released
from surveys.expressions.piping import readable

Content = Literal["school", "facts"]
CHUNK = 4096
STATE_CODES = {BLANK: None, NOT_APPLICABLE: "NA", NOT_ASKED: None}
SCHOOL = "school"


@dataclass(frozen=True)
class RowColumn:
    """One column. ``item`` is None for the school; ``read`` gives the cells of chosen rows: number, text or None."""

    name: str
    label: str
    item: Item | None
    read: Callable[[NDArray[np.int64]], list[Any]]
    codes: tuple[tuple[str, str], ...] = ()  # (code, label)


@dataclass(frozen=True)
class Rows:
    """A shuffled table; ``chunks`` goes through it once, a few thousand rows at a time."""

    columns: list[RowColumn]
    order: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.order)

    def chunks(self) -> Iterator[list[list[Any]]]:
        """Columns of cells of the next rows."""
        for start in range(0, len(self.order), CHUNK):
            chosen = self.order[start : start + CHUNK]
            yield [column.read(chosen) for column in self.columns]


def rows_of(
    answers: AnswerSet,
    instrument: Instrument,
    released: Released,
    content: Content,
    units: Mapping[str, str] | None = None,
    code_cell: Callable[[str], Any] = str,
) -> Rows:
    """The table of one content.

    Args:
        answers: the snapshot's, with the group column «school».
        released: what the gate shows of the same snapshot; a school hidden there stands in no row.
        units: school code -> reporting unit.
        code_cell: how a code stands in a cell; called once a code, not once a cell.
    """
    columns = [_school_column(answers, released, units or {})] if content == "school" else []
    instrument = readable(instrument)
    for item in instrument.items:
        if _belongs(instrument, item, content):
            column = _column(answers, instrument, item, code_cell)
            columns += [column] if column is not None else []
    order = np.arange(len(answers))
    np.random.default_rng(random.SystemRandom().getrandbits(128)).shuffle(order)
    return Rows(columns, order)


def _belongs(instrument: Instrument, item: Item, content: Content) -> bool:
    """Whether an item is in the content; facts about the person's work never stand beside a school."""
    if content == "facts":
        return True
    return item.scale is not None or item.need_of is not None or item.type in ("select_multiple", "rank")


def _school_column(answers: AnswerSet, released: Released, units: Mapping[str, str]) -> RowColumn:
    shown = {group.code: group.label for group in released.schools if not group.hidden}
    codes, places = np.unique(answers.groups["school"], return_inverse=True)
    names = np.asarray([shown.get(units.get(str(code), str(code))) for code in codes], object)
    return RowColumn(SCHOOL, "Школа", None, lambda rows: names[places[rows]].tolist())


def _column(
    answers: AnswerSet, instrument: Instrument, item: Item, code_cell: Callable[[str], Any]
) -> RowColumn | None:
    options = tuple((option.name, option.label) for option in instrument.options_of(item))
    if item.name in answers.closed_names:
        read = _read_closed(answers, instrument, item, code_cell)
    elif item.name in answers.several:
        read = _read_several(answers, instrument, item)
    elif item.name in answers.number_names:
        read = _read_number(answers, item)
    else:
        return None
    return RowColumn(item.name, item.label, item, read, options)


def _read_closed(
    answers: AnswerSet, instrument: Instrument, item: Item, code_cell: Callable[[str], Any]
) -> Callable[[NDArray[np.int64]], list[Any]]:
    column = answers.closed[:, answers.closed_names.index(item.name)]
    table = np.full(256 if column.dtype == np.uint8 else 65536, None, object)
    for place, code in enumerate(codes_of(instrument, item)):
        table[stored_position(place)] = code_cell(code)
    for state, word in STATE_CODES.items():
        table[state] = word
    return lambda rows: table[column[rows]].tolist()


def _read_several(answers: AnswerSet, instrument: Instrument, item: Item) -> Callable[[NDArray[np.int64]], list[Any]]:
    table, codes = answers.several[item.name], codes_of(instrument, item)

    def cell(row: list[int]) -> str | None:
        if row and row[0] >= FIRST_STATE:
            return STATE_CODES[row[0]]
        chosen = sorted((place, code) for place, code in zip(row, codes, strict=True) if place)
        if item.type != "rank":
            return " ".join(code for code, place in zip(codes, row, strict=True) if place)
        return " ".join(code for _, code in chosen)

    return lambda rows: [cell(row) for row in table[rows].tolist()]


def _read_number(answers: AnswerSet, item: Item) -> Callable[[NDArray[np.int64]], list[Any]]:
    at = answers.number_names.index(item.name)

    def read(rows: NDArray[np.int64]) -> list[Any]:
        pairs = zip(answers.numbers[rows, at].tolist(), answers.number_states[rows, at].tolist(), strict=True)
        return [value if state == 0 else STATE_CODES.get(state) for value, state in pairs]

    return read


def number_or_text(code: str) -> float | str:
    """A code as a typed cell."""
    number = parse_number(code)
    return code if number is None or str(code).strip() != code else number
