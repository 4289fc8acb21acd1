"""A table of texts becomes an ``AnswerSet``: every cell checked against its item, skips applied, all faults at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from surveys import expressions
from surveys.answer_set import ANSWERED, AnswerSet
from surveys.answers import (
    BLANK,
    MULTIPLE,
    NO_ANSWER,
    NOT_APPLICABLE,
    NOT_ASKED,
    NUMBERS,
    TEXTS,
    closed_items,
    code_bytes,
    codes_of,
    parse_number,
    parsed,
    paths_of,
    read_value,
    references,
    stored_position,
    value_in_expressions,
)
from surveys.definition import Instrument, Item
from surveys.errors import AnswersError, Problem
from surveys.reading import RESPONDENT, Table, check_ids, unique_values

NaWord = Literal["blank", "not_applicable"]
NA = "NA"


@dataclass
class _Column:
    """One item's cells: ``states`` (n,) 0 or a state; ``places`` of distinct ``values`` in stored form."""

    states: NDArray[np.uint8]
    places: NDArray[np.int64]
    values: list[Any]


def answers_of(table: Table, instrument: Instrument, na: NaWord = "not_applicable") -> tuple[AnswerSet, list[str]]:
    """Check a table and put it into columns.

    Returns:
        The answers with the context columns as ``groups``, and the names of the context columns.

    Raises:
        AnswersError: a missing item column, two columns for one item, values that do not fit, a repeated respondent.
    """
    items = [item for item in instrument.items if item.type not in NO_ANSWER]
    headings, problems = match_columns(table, items)
    problems += check_ids(table, RESPONDENT, required=False)
    columns: dict[str, _Column] = {}
    for item in items:
        if item.name in headings:
            columns[item.name] = _read_column(table, instrument, item, headings[item.name], na, problems)
    if problems:
        raise AnswersError(problems, table.source)
    _apply_paths(instrument, columns, len(table))
    context = [name for name in table.columns.columns if name not in headings.values()]
    groups = {name: np.asarray([cell.strip() for cell in table.columns[name]], dtype=str) for name in context}
    return _assemble(instrument, columns, groups, len(table)), context


def match_columns(table: Table, items: list[Item]) -> tuple[dict[str, str], list[Problem]]:
    """Item name -> heading: by name, or by a label that only one item has."""
    labels: dict[str, list[str]] = {}
    for item in items:
        labels.setdefault(" ".join(item.label.split()), []).append(item.name)
    names = {item.name for item in items}
    found: dict[str, str] = {}
    problems = []
    for heading in table.columns.columns:
        same = labels.get(" ".join(heading.split()), [])
        name = heading if heading in names else same[0] if len(same) == 1 and same[0] else None
        if name is None:
            continue
        if name in found:
            problems.append(
                Problem("строка 1", f"столбцы «{found[name]}» и «{heading}» относятся к одному вопросу {name}")
            )
        found.setdefault(name, heading)
    problems += [Problem("строка 1", f"нет столбца {item.name}") for item in items if item.name not in found]
    return found, problems


def _read_column(
    table: Table, instrument: Instrument, item: Item, heading: str, na: NaWord, problems: list[Problem]
) -> _Column:
    places, distinct = unique_values(table.columns[heading])
    read = _reader(instrument, item)
    states, values, faults = np.zeros(len(distinct), np.uint8), list[Any](), dict[int, str]()
    for at, text in enumerate(distinct):
        value: Any = None
        if not text:
            states[at] = BLANK
        elif text == NA and NA not in codes_of(instrument, item):
            states[at] = BLANK if na == "blank" else NOT_APPLICABLE
        else:
            value, fault = read(text)
            if fault:
                faults[at] = fault
        values.append(value)
    if faults:
        problems += [
            Problem(table.place(row, heading), faults[place]) for row, place in enumerate(places) if place in faults
        ]
    index = np.asarray(places, np.int64)
    return _Column(states[index] if len(index) else np.zeros(0, np.uint8), index, values)


def _reader(instrument: Instrument, item: Item) -> Callable[[str], tuple[Any, str]]:
    """How a cell of this item reads: options by code, by a number equal to the code, or by a label of their own."""
    if item.type in TEXTS and item.type != "text":
        return lambda text: (text, "")
    if item.type != "select_one" and item.type not in MULTIPLE:
        return lambda text: read_value(instrument, item, text)
    codes = codes_of(instrument, item)
    words: dict[str, str] = {}
    for option in instrument.options_of(item):
        label = " ".join(option.label.split())
        words[label] = "" if label in words else option.name
    numbers = {number: code for code in codes if (number := parse_number(code)) is not None}

    def one(text: str) -> str | None:
        if text in codes:
            return text
        number = parse_number(text)
        if number is not None and number in numbers:
            return numbers[number]
        return words.get(" ".join(text.split())) or None

    def read_one(text: str) -> tuple[Any, str]:
        code = one(text)
        return (code, "") if code is not None else (None, f"значения «{text}» нет среди вариантов: {_listed(codes)}")

    def read_several(text: str) -> tuple[Any, str]:
        whole = one(text)
        parts = [whole] if whole is not None else [one(part) or part for part in text.split()]
        value, fault = read_value(instrument, item, parts)
        return value, f"{fault}; есть варианты: {_listed(codes)}" if fault.startswith("нет") else fault

    return read_one if item.type == "select_one" else read_several


def _listed(codes: list[str]) -> str:
    return ", ".join(codes) if len(codes) <= 12 else f"{', '.join(codes[:10])}, … ({len(codes)})"


def _apply_paths(instrument: Instrument, columns: dict[str, _Column], rows: int) -> None:
    """Mark what the path does not ask, in form order; each distinct set of values is evaluated once."""
    paths = paths_of(instrument)
    texts = [text for path in paths.values() for text in path]
    texts += [item.calculation for item in instrument.items if item.calculation]
    read = {name for text in texts for name in references(text)}
    scope: dict[str, list[Any]] = {}
    for item in instrument.items:
        asked = np.ones(rows, bool)
        for text in paths[item.name]:
            verdicts = _evaluate(text, scope, rows, columns, instrument, expressions.truth)
            asked &= np.asarray(verdicts, bool)
        column = columns.get(item.name)
        if column is not None:
            column.states[~asked] = NOT_ASKED
            if item.name in read:
                scope[item.name] = _scope_of(item, column)
        elif item.calculation and item.name in read:
            values = _evaluate(item.calculation, scope, rows, columns, instrument, expressions.evaluate)
            scope[item.name] = [value if ask else "" for value, ask in zip(values, asked, strict=True)]


def _scope_of(item: Item, column: _Column) -> list[Any]:
    seen = ["" if value is None else value_in_expressions(item, value) for value in column.values]
    given = {NOT_APPLICABLE: None, BLANK: "", NOT_ASKED: ""}
    return [
        seen[place] if state == ANSWERED else given[int(state)]
        for place, state in zip(column.places.tolist(), column.states.tolist(), strict=True)
    ]


def _evaluate(
    text: str,
    scope: dict[str, list[Any]],
    rows: int,
    columns: dict[str, _Column],
    instrument: Instrument,
    run: Callable[..., Any],
) -> list[Any]:
    names = references(text)
    sources = []
    for name in names:
        if name not in scope and name in columns:  # read before its place in the form: as given
            scope[name] = _scope_of(instrument.item(name), columns[name])
        sources.append(scope.get(name, [""] * rows))
    tree, known, found = parsed(text), dict[Any, Any](), []
    for row in zip(*sources, strict=True) if sources else [()] * rows:
        key = tuple(tuple(value) if isinstance(value, list) else value for value in row)
        if key not in known:
            values = dict(zip(names, row, strict=True))
            known[key] = run(tree, lambda name, values=values: values.get(name, ""), "")
        found.append(known[key])
    return found


def _assemble(
    instrument: Instrument, columns: dict[str, _Column], groups: dict[str, NDArray[Any]], rows: int
) -> AnswerSet:
    closed, kinds = closed_items(instrument), {1: np.uint8, 2: np.uint16}
    table = np.empty((rows, len(closed)), kinds[code_bytes(instrument)], order="F")
    for at, item in enumerate(closed):
        positions = {code: stored_position(place) for place, code in enumerate(codes_of(instrument, item))}
        table[:, at] = _filled(columns[item.name], [positions.get(value, BLANK) for value in columns[item.name].values])
    numbers = [item.name for item in instrument.items if item.type in NUMBERS]
    number_table = np.full((rows, len(numbers)), np.nan)
    number_states = np.zeros((rows, len(numbers)), np.uint8)
    for at, name in enumerate(numbers):
        column = columns[name]
        parts = [np.nan if value is None else parse_number(value) for value in column.values]
        number_states[:, at] = column.states
        if rows:
            given = np.asarray(parts, float)[column.places]
            number_table[:, at] = np.where(column.states == ANSWERED, given, np.nan)
    texts = [item.name for item in instrument.items if item.type in TEXTS]
    text_states = np.zeros((rows, len(texts)), np.uint8)
    for at, name in enumerate(texts):
        text_states[:, at] = columns[name].states
    return AnswerSet(
        [item.name for item in closed],
        table,
        {
            item.name: _chosen(instrument, item, columns[item.name], rows)
            for item in instrument.items
            if item.type in MULTIPLE
        },
        numbers,
        number_table,
        number_states,
        texts,
        {name: _written(columns[name]) for name in texts},
        text_states,
        groups,
    )


def _filled(column: _Column, codes: list[int]) -> NDArray[Any]:
    if not len(column.places):
        return np.zeros(0, np.uint16)
    return np.where(column.states == ANSWERED, np.asarray(codes, np.uint16)[column.places], column.states)


def _written(column: _Column) -> list[str | None]:
    pairs = zip(column.places.tolist(), column.states.tolist(), strict=True)
    return [column.values[place] if state == ANSWERED else None for place, state in pairs]


def _chosen(instrument: Instrument, item: Item, column: _Column, rows: int) -> NDArray[np.uint8]:
    codes = codes_of(instrument, item)
    patterns = np.zeros((len(column.values), len(codes)), np.uint8)
    for at, value in enumerate(column.values):
        for rank, code in enumerate(value or [], 1):
            patterns[at, codes.index(code)] = rank if item.type == "rank" else 1
    table = patterns[column.places] if rows else np.zeros((0, len(codes)), np.uint8)
    skipped = column.states != ANSWERED
    table[skipped] = column.states[skipped, None]
    return table
