"""Answers of many respondents in columns: what scoring, summaries and exports compute on.

Memory is one byte for an answer to a question with one choice. numpy only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from surveys.answers.checking import (
    BLANK,
    MULTIPLE,
    NOT_APPLICABLE,
    NOT_ASKED,
    NUMBERS,
    TEXTS,
    Checked,
    closed_items,
    code_bytes,
    codes_of,
    parse_number,
    stored_position,
)
from surveys.answers.packed_tables import pack_tables, unpack_tables
from surveys.definition.instrument import Instrument, Item

Row = tuple[Mapping[str, Any], Iterable[str], Iterable[str], Mapping[str, str]]
ANSWERED = 0


@dataclass
class AnswerSet:
    """Columns of ``n`` respondents.

    ``closed``: (n, questions with one choice) option position, or BLANK, NOT_APPLICABLE, NOT_ASKED; uint8, or uint16
    where a list is longer than 252 (positions from 253 are stored plus 3). ``several``: item -> (n, options) 1 where
    chosen, for a ranking the place from 1; a state value in the whole row otherwise. ``numbers``: (n, m) float64, NaN
    where not answered; ``number_states`` and ``text_states`` hold 0 for answered or a state. ``groups``: context
    columns, text. ``seconds``: active time per respondent where known, else None.
    """

    closed_names: list[str]
    closed: NDArray[Any]
    several: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    number_names: list[str] = field(default_factory=list)
    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    number_states: NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, 0), np.uint8))
    text_names: list[str] = field(default_factory=list)
    texts: dict[str, list[str | None]] = field(default_factory=dict)
    text_states: NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, 0), np.uint8))
    groups: dict[str, NDArray[Any]] = field(default_factory=dict)
    seconds: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return int(self.closed.shape[0])

    @classmethod
    def from_submissions(
        cls,
        instrument: Instrument,
        rows: Iterable[Row],
        seconds: Sequence[float | None] | None = None,
        packed: Sequence[bytes] | None = None,
    ) -> "AnswerSet":
        """Build from stored submissions: (values, not_applicable, not_asked, group columns) of each respondent.

        ``packed``: their vectors of closed questions (``answers.pack_codes``), from which those are read faster.
        """
        return _collect(instrument, list(rows), seconds, packed)

    @classmethod
    def from_checked(
        cls, instrument: Instrument, rows: Iterable[Checked], groups: Iterable[Mapping[str, str]] | None = None
    ) -> "AnswerSet":
        """Build from answers just checked."""
        listed = list(rows)
        labels = list(groups) if groups is not None else [{}] * len(listed)
        return _collect(
            instrument,
            [(one.values, one.not_applicable, one.not_asked, group) for one, group in zip(listed, labels, strict=True)],
            None,
        )

    @classmethod
    def from_packed(
        cls,
        instrument: Instrument,
        packed: bytes | Sequence[bytes],
        groups: Mapping[str, Sequence[str]] | None = None,
    ) -> "AnswerSet":
        """Build from packed vectors (``answers.pack_codes``), joined or one per respondent: closed questions only."""
        names = [item.name for item in closed_items(instrument)]
        kind = np.uint8 if code_bytes(instrument) == 1 else np.dtype("<u2")
        joined = packed if isinstance(packed, bytes) else b"".join(packed)
        closed = np.frombuffer(joined, dtype=kind).reshape(-1, max(len(names), 1))[:, : len(names)]
        columns = {name: np.asarray(list(values), dtype=str) for name, values in (groups or {}).items()}
        rows = closed.shape[0]
        return cls(
            names,
            np.asfortranarray(closed),
            numbers=np.empty((rows, 0)),
            number_states=np.empty((rows, 0), np.uint8),
            text_states=np.empty((rows, 0), np.uint8),
            groups=columns,
        )

    def take(self, rows: NDArray[Any]) -> "AnswerSet":
        """The respondents chosen by a boolean mask or an index array."""
        chosen = np.flatnonzero(rows) if rows.dtype == bool else rows
        return AnswerSet(
            self.closed_names,
            self.closed[chosen],
            {name: table[chosen] for name, table in self.several.items()},
            self.number_names,
            self.numbers[chosen],
            self.number_states[chosen],
            self.text_names,
            {name: [column[row] for row in chosen] for name, column in self.texts.items()},
            self.text_states[chosen],
            {name: column[chosen] for name, column in self.groups.items()},
            None if self.seconds is None else self.seconds[chosen],
        )

    def part(self, start: int, stop: int) -> "AnswerSet":
        """The respondents from ``start`` up to ``stop``, without copying the large tables."""
        rows = slice(start, stop)
        return AnswerSet(
            self.closed_names,
            self.closed[rows],
            {name: table[rows] for name, table in self.several.items()},
            self.number_names,
            self.numbers[rows],
            self.number_states[rows],
            self.text_names,
            {name: column[rows] for name, column in self.texts.items()},
            self.text_states[rows],
            {name: column[rows] for name, column in self.groups.items()},
            None if self.seconds is None else self.seconds[rows],
        )

    def states(self, name: str) -> NDArray[np.uint8]:
        """(n,) 0 where ``name`` was answered, else its state. A question that is not in the set reads as not asked."""
        if name in self.closed_names:
            column = self.closed[:, self.closed_names.index(name)]
            special = (column >= NOT_ASKED) & (column <= BLANK)
            return np.where(special, column, ANSWERED).astype(np.uint8)
        if name in self.several:
            first = self.several[name][:, 0] if self.several[name].shape[1] else np.full(len(self), BLANK, np.uint8)
            return np.where(first >= NOT_ASKED, first, ANSWERED).astype(np.uint8)
        if name in self.number_names:
            return self.number_states[:, self.number_names.index(name)]
        if name in self.text_names:
            return self.text_states[:, self.text_names.index(name)]
        return np.full(len(self), NOT_ASKED, np.uint8)

    def to_bytes(self) -> bytes:
        """A snapshot, read back in place; not compressed, since unpacking costs more than it saves."""
        meta: dict[str, Any] = {
            "closed": self.closed_names,
            "several": list(self.several),
            "numbers": self.number_names,
            "texts": {name: self.texts[name] for name in self.text_names},
            "groups": {},
        }
        arrays: dict[str, Any] = {f"s{place}": table for place, table in enumerate(self.several.values())}
        for place, (name, column) in enumerate(self.groups.items()):
            distinct, arrays[f"g{place}"] = np.unique(column, return_inverse=True)
            meta["groups"][name] = [str(value) for value in distinct]
            arrays[f"g{place}"] = arrays[f"g{place}"].astype(np.int32)
        if self.seconds is not None:
            arrays["seconds"] = self.seconds
        tables = {"closed": self.closed, "numbers": self.numbers}
        tables |= {"number_states": self.number_states, "text_states": self.text_states, **arrays}
        return pack_tables(meta, tables)

    @classmethod
    def from_bytes(cls, body: bytes) -> "AnswerSet":
        """Read what ``to_bytes`` wrote."""
        meta, tables = unpack_tables(body)
        groups = {
            name: np.asarray(values, dtype=str)[tables[f"g{place}"]] if values else np.empty(0, dtype=str)
            for place, (name, values) in enumerate(meta["groups"].items())
        }
        return cls(
            meta["closed"],
            tables["closed"],
            {name: tables[f"s{place}"] for place, name in enumerate(meta["several"])},
            meta["numbers"],
            tables["numbers"],
            tables["number_states"],
            list(meta["texts"]),
            meta["texts"],
            tables["text_states"],
            groups,
            tables.get("seconds"),
        )


def _closed_table(
    instrument: Instrument, marks: "list[Mark]", packed: Sequence[bytes] | None
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    closed, width = closed_items(instrument), code_bytes(instrument)
    if packed is not None and all(len(one) == width * len(closed) for one in packed):
        kind = np.uint8 if width == 1 else np.dtype("<u2")
        return np.asfortranarray(np.frombuffer(b"".join(packed), kind).reshape(len(marks), len(closed)))
    table = np.full((len(marks), len(closed)), BLANK, np.uint8 if width == 1 else np.uint16, order="F")
    for place, item in enumerate(closed):
        positions = {code: stored_position(at) for at, code in enumerate(codes_of(instrument, item))}
        table[:, place] = [_closed_code(item.name, positions, *mark) for mark in marks]
    return table


def _collect(
    instrument: Instrument,
    rows: list[Row],
    seconds: Sequence[float | None] | None,
    packed: Sequence[bytes] | None = None,
) -> AnswerSet:
    marks = [(values, frozenset(marked), frozenset(skipped)) for values, marked, skipped, _ in rows]
    numbers = [item for item in instrument.items if item.type in NUMBERS]
    texts = [item for item in instrument.items if item.type in TEXTS]
    number_states = np.empty((len(rows), len(numbers)), np.uint8)
    number_table = np.full((len(rows), len(numbers)), np.nan)
    for place, item in enumerate(numbers):
        found = [_number(item.name, *mark) for mark in marks]
        number_table[:, place] = [value for value, _ in found]
        number_states[:, place] = [state for _, state in found]
    text_states = np.empty((len(rows), len(texts)), np.uint8)
    for place, item in enumerate(texts):
        text_states[:, place] = [_state(item.name, *mark) for mark in marks]
    names = list(dict.fromkeys(name for *_, group in rows for name in group))
    return AnswerSet(
        [item.name for item in closed_items(instrument)],
        _closed_table(instrument, marks, packed),
        {item.name: _several(instrument, item, marks) for item in instrument.items if item.type in MULTIPLE},
        [item.name for item in numbers],
        number_table,
        number_states,
        [item.name for item in texts],
        {item.name: [_text(item.name, *mark) for mark in marks] for item in texts},
        text_states,
        {name: np.asarray([str(group.get(name, "")) for *_, group in rows], dtype=str) for name in names},
        None if seconds is None else np.asarray([np.nan if one is None else one for one in seconds], float),
    )


Mark = tuple[Mapping[str, Any], frozenset[str], frozenset[str]]


def _state(name: str, values: Mapping[str, Any], marked: frozenset[str], skipped: frozenset[str]) -> int:
    if name in skipped:
        return NOT_ASKED
    if name in marked:
        return NOT_APPLICABLE
    return ANSWERED if values.get(name) not in (None, "", []) else BLANK


def _closed_code(
    name: str, positions: Mapping[str, int], values: Mapping[str, Any], marked: frozenset[str], skipped: frozenset[str]
) -> int:
    state = _state(name, values, marked, skipped)
    return positions.get(str(values[name]), BLANK) if state == ANSWERED else state


def _number(name: str, values: Mapping[str, Any], marked: frozenset[str], skipped: frozenset[str]) -> tuple[float, int]:
    state = _state(name, values, marked, skipped)
    number = parse_number(str(values[name])) if state == ANSWERED else None
    if number is None:
        return np.nan, state or BLANK
    return number, ANSWERED


def _text(name: str, values: Mapping[str, Any], marked: frozenset[str], skipped: frozenset[str]) -> str | None:
    return str(values[name]) if _state(name, values, marked, skipped) == ANSWERED else None


def _several(instrument: Instrument, item: Item, marks: list[Mark]) -> NDArray[np.uint8]:
    codes = codes_of(instrument, item)
    places = {code: at for at, code in enumerate(codes)}
    table = np.zeros((len(marks), len(codes)), np.uint8)
    for row, mark in enumerate(marks):
        state = _state(item.name, *mark)
        if state != ANSWERED:
            table[row] = state
            continue
        given = mark[0][item.name]
        chosen = cast(list[str], given if isinstance(given, list) else str(given).split())
        for rank, code in enumerate(chosen, 1):
            if code in places:
                table[row, places[code]] = rank if item.type == "rank" else 1
    return table
