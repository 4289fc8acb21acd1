"""Skips of many respondents at once: what the path did not ask, and which answers break a condition of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import ANSWERED
from surveys.answers.checking import (
    BLANK,
    NOT_APPLICABLE,
    NOT_ASKED,
    offered_codes,
    parsed,
    paths_of,
    references,
    value_in_expressions,
)
from surveys.definition.instrument import Instrument, Item
from surveys.expressions import syntax as expressions
from surveys.russian import count


@dataclass
class Column:
    """One item's cells: ``states`` (n,) 0 or a state; ``places`` (n,) of distinct ``values`` in stored form."""

    states: NDArray[np.uint8]
    places: NDArray[np.int64]
    values: list[Any]


Columns = dict[str, Column]
Scope = dict[str, list[Any]]


def apply_paths(instrument: Instrument, columns: Columns, rows: int) -> Scope:
    """Mark what the path does not ask, in form order; returns what expressions have read so far."""
    paths = paths_of(instrument)
    texts = [text for path in paths.values() for text in path]
    texts += [item.calculation for item in instrument.items if item.calculation]
    read = {name for text in texts for name in references(text)}
    scope: Scope = {}
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
    return scope


def find_doubts(instrument: Instrument, columns: Columns, scope: Scope, source: str) -> list[str]:
    """A line for every question with answers that break its constraint or its choice filter."""
    found = []
    for item in instrument.items:
        column = columns.get(item.name)
        if column is None or not (item.constraint or item.choice_filter):
            continue
        broken = _count_broken(instrument, item, column, columns, scope)
        if broken:
            text = item.constraint or item.choice_filter
            words = f"{count(broken, 'ответ')} не по условию анкеты ({text}): учтены как есть"
            found.append(f"{source}: столбец {item.name}: {words}")
    return found


def _count_broken(instrument: Instrument, item: Item, column: Column, columns: Columns, scope: Scope) -> int:
    names = list(dict.fromkeys([*references(item.constraint), *references(item.choice_filter)]))
    rows = len(column.states)
    sources = [_source(name, instrument, columns, scope, rows) for name in names]
    own, known, broken = _scope_of(item, column), dict[Any, bool](), 0
    for row in np.flatnonzero(column.states == ANSWERED).tolist():
        read = [source[row] for source in sources]
        key = tuple(tuple(value) if isinstance(value, list) else value for value in [own[row], *read])
        if key not in known:
            values = dict(zip(names, read, strict=True))
            known[key] = _breaks(instrument, item, own[row], values)
        broken += known[key]
    return broken


def _breaks(instrument: Instrument, item: Item, own: Any, values: dict[str, Any]) -> bool:
    def lookup(name: str) -> Any:
        return values.get(name, "")

    if item.choice_filter:
        chosen = {own} if isinstance(own, str) else set(own)
        if not chosen <= set(offered_codes(instrument, item, lookup)):
            return True
    return bool(item.constraint) and expressions.verdict(parsed(item.constraint), lookup, own) is False


def _source(name: str, instrument: Instrument, columns: Columns, scope: Scope, rows: int) -> list[Any]:
    """What expressions read under ``name``; a question read before its place in the form reads as given."""
    if name not in scope and name in columns:
        scope[name] = _scope_of(instrument.item(name), columns[name])
    return scope.get(name, [""] * rows)


def _scope_of(item: Item, column: Column) -> list[Any]:
    seen = ["" if value is None else value_in_expressions(item, value) for value in column.values]
    given = {NOT_APPLICABLE: None, BLANK: "", NOT_ASKED: ""}
    return [
        seen[place] if state == ANSWERED else given[int(state)]
        for place, state in zip(column.places.tolist(), column.states.tolist(), strict=True)
    ]


def _evaluate(
    text: str, scope: Scope, rows: int, columns: Columns, instrument: Instrument, run: Callable[..., Any]
) -> list[Any]:
    names = references(text)
    sources = [_source(name, instrument, columns, scope, rows) for name in names]
    tree, known, found = parsed(text), dict[Any, Any](), []
    for row in zip(*sources, strict=True) if sources else [()] * rows:
        key = tuple(tuple(value) if isinstance(value, list) else value for value in row)
        if key not in known:
            values = dict(zip(names, row, strict=True))
            known[key] = run(tree, lambda name, values=values: values.get(name, ""), "")
        found.append(known[key])
    return found
