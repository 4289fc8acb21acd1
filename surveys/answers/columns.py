"""A table of texts becomes an ``AnswerSet``: every cell checked against its item, skips applied, all faults at once."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import ANSWERED, AnswerSet
from surveys.answers.checking import (
    BLANK,
    MULTIPLE,
    NO_ANSWER,
    NOT_APPLICABLE,
    NUMBERS,
    TEXTS,
    closed_items,
    code_bytes,
    codes_of,
    parse_number,
    read_value,
    stored_position,
)
from surveys.answers.paths import Column, apply_paths, find_doubts
from surveys.answers.reading import RESPONDENT, Table, check_ids, unique_values
from surveys.definition.instrument import Instrument, Item
from surveys.errors import AnswersError, Problem
from surveys.statistics.scoring import bounds_of

NaWord = Literal["blank", "not_applicable"]
NA = "NA"


def answers_of(
    table: Table, instrument: Instrument, na: NaWord = "not_applicable", doubts: list[str] | None = None
) -> tuple[AnswerSet, list[str]]:
    """Check a table and put it into columns.

    ``doubts`` receives a line for every question with answers that break its own constraint or choice filter: they are
    counted as given, since another form may have taken them.

    Returns:
        The answers with the context columns as ``groups``, and the names of the context columns.

    Raises:
        AnswersError: a missing item column, two columns for one item, values that do not fit, a repeated respondent.
    """
    items = [item for item in instrument.items if item.type not in NO_ANSWER]
    headings, problems = match_columns(table, items)
    problems += check_ids(table, RESPONDENT, required=False)
    columns: dict[str, Column] = {}
    for item in items:
        if item.name in headings:
            columns[item.name] = _read_column(table, instrument, item, headings[item.name], na, problems)
        else:  # a companion of «other» that may be left out; any other was reported
            columns[item.name] = Column(np.full(len(table), BLANK, np.uint8), np.zeros(len(table), np.int64), [None])
    if problems:
        raise AnswersError(problems, table.source)
    scope = apply_paths(instrument, columns, len(table))
    if doubts is not None:
        doubts += find_doubts(instrument, columns, scope, table.source)
    context = [name for name in table.columns.columns if name not in headings.values()]
    groups = {name: np.asarray([cell.strip() for cell in table.columns[name]], dtype=str) for name in context}
    return _assemble(instrument, columns, groups, len(table)), context


def match_columns(table: Table, items: list[Item]) -> tuple[dict[str, str], list[Problem]]:
    """Item name -> heading: by name, or by a label that only one item has.

    The text beside «other» may be left out: files made from a plain list of questions do not have it.
    """
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
    spare = {f"{item.name}_other" for item in items if item.options}
    spare &= {item.name for item in items if item.type == "text" and item.relevant.endswith(", 'other')")}
    missing = [item.name for item in items if item.name not in found and item.name not in spare]
    problems += [Problem("строка 1", f"нет столбца {name}") for name in missing]
    return found, problems


def _read_column(
    table: Table, instrument: Instrument, item: Item, heading: str, na: NaWord, problems: list[Problem]
) -> Column:
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
            fault = fault or _outside_scale(instrument, item, value)
            if fault:
                faults[at] = fault
        values.append(value)
    if faults:
        problems += [
            Problem(table.place(row, heading), faults[place]) for row, place in enumerate(places) if place in faults
        ]
    index = np.asarray(places, np.int64)
    return Column(states[index] if len(index) else np.zeros(0, np.uint8), index, values)


def _outside_scale(instrument: Instrument, item: Item, value: Any) -> str:
    """A number of a block must lie within its bounds: else the score would leave 0-100."""
    if item.scale is None or item.type not in NUMBERS or (bounds := bounds_of(instrument, item)) is None:
        return ""
    number = parse_number(value)
    if number is None or bounds[0] <= number <= bounds[1]:
        return ""
    return f"нужно число от {bounds[0]:g} до {bounds[1]:g}: пункт входит в шкалу"


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


def _assemble(
    instrument: Instrument, columns: dict[str, Column], groups: dict[str, NDArray[Any]], rows: int
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


def _filled(column: Column, codes: list[int]) -> NDArray[Any]:
    if not len(column.places):
        return np.zeros(0, np.uint16)
    return np.where(column.states == ANSWERED, np.asarray(codes, np.uint16)[column.places], column.states)


def _written(column: Column) -> list[str | None]:
    pairs = zip(column.places.tolist(), column.states.tolist(), strict=True)
    return [column.values[place] if state == ANSWERED else None for place, state in pairs]


def _chosen(instrument: Instrument, item: Item, column: Column, rows: int) -> NDArray[np.uint8]:
    codes = codes_of(instrument, item)
    patterns = np.zeros((len(column.values), len(codes)), np.uint8)
    for at, value in enumerate(column.values):
        for rank, code in enumerate(value or [], 1):
            patterns[at, codes.index(code)] = rank if item.type == "rank" else 1
    table = patterns[column.places] if rows else np.zeros((0, len(codes)), np.uint8)
    skipped = column.states != ANSWERED
    table[skipped] = column.states[skipped, None]
    return table
