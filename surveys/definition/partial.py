"""What of a faulty definition still reads: its faults of shape and of sense are told together.

A value that does not read is left out, or replaced by a stand-in where there must be one. What is then found wrong may
only follow from that, so findings that rest on what did not read are held back until it is mended.
"""

import copy
import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from surveys.definition.checks import Finding, Path, shape_problem

Model = TypeVar("Model", bound=BaseModel)
Rests = Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]  # part, its fields, texts' beginnings
PASSES = 8  # a missing date inside a missing table takes five
EMPTY = {"list": list, "dict": dict, "model": dict, "bool": bool, "float": float, "int": int}


class StandIn(str):
    """A text in place of one that does not read."""

    __slots__ = ()


def read_partly(model: type[Model], body: object) -> tuple[Model | None, list[Finding]]:
    """``body`` as ``model``, and its faults of shape; with faults the model of what reads, None without any."""
    faults: list[Finding] = []
    numbers = itertools.count(1)
    for _ in range(PASSES):
        try:
            return model.model_validate(body), faults
        except ValidationError as error:
            found = error.errors()
        if not faults:
            faults = [shape_problem(one) for one in found]
            body = copy.deepcopy(body)
        try:
            for one in found:
                _mend(body, one, f"…{next(numbers)}")
        except (LookupError, TypeError):  # nothing there to mend: not a table at all, or odd keys
            break
    return None, faults


def _mend(body: Any, fault: Any, name: str) -> None:
    """Leave the faulty value out; what is missing then, or stands in a list, becomes a stand-in of its kind."""
    *way, last = fault["loc"] or [""]
    for step in way:
        body = body[step]
    kind = fault["type"]
    if isinstance(body, dict) and kind != "missing" and not isinstance(body.get(last), StandIn):
        body.pop(last, None)
    elif isinstance(body, dict | list):
        body[last] = StandIn(name)
        if kind == "literal_error":
            body[last] = re.findall("'([^']*)'", fault["ctx"]["expected"])[-1]
        elif kind.startswith("date_"):
            body[last] = "2000-01-01"
        elif make := EMPTY.get(kind.partition("_")[0]):
            body[last] = make()


def without_followers(
    findings: Iterable[Finding], unread: Iterable[Path], *, basis: Collection[str] = (), rests: Rests = ()
) -> list[Finding]:
    """``findings`` without those that may only follow from ``unread``, the places of what did not read.

    A finding follows where it stands at such a place, or in an entry one of whose ``basis`` fields did not read; and
    where its text begins as ``rests`` says for that part and field.
    """
    places = set(unread)
    begun = tuple(
        text
        for part, fields, texts in rests
        if any(path[:1] == (part,) and (len(path) < 3 or not fields or path[2] in fields) for path in places)
        for text in texts
    )
    fields = {path[:3] for path in places if len(path) > 2}
    spoilt = places | fields | {path[:2] for path in fields if path[2] in basis}

    def follows(path: Path, text: str) -> bool:
        within = {path[:length] for length in range(1, len(path) + 1)}
        return text.startswith(begun) or not within.isdisjoint(spoilt)

    return [one for one in findings if not follows(*one)]
