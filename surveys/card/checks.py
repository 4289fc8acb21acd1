"""A school's diagnostic card: rules across fields and indicators with their risk bands.

A blank field and one marked «нет данных» are both missing. An indicator that needs a missing field, or divides by zero,
is «н/д»: it has no level and sets off no rule. A rule across fields is checked on what there is: a part of it (parts
are joined by «and») in which a field is missing is passed over, and blanks inside ``max`` and ``min`` are skipped.
"""

import math
from collections.abc import Mapping
from typing import Literal

from surveys.definition.instrument import Check, Indicator, Instrument
from surveys.expressions.evaluation import is_blank, to_number
from surveys.expressions.syntax import Lookup, Tree, Value, evaluate, parse, truth, verdict

RiskLevel = Literal["low", "medium", "high"]
LENIENT = ("max", "min", "exists", "empty", "coalesce", "count-non-empty")  # functions that a blank does not spoil


def evaluate_indicators(
    instrument: Instrument, values: Mapping[str, Value]
) -> dict[str, tuple[float | None, RiskLevel | None]]:
    """Indicator name -> (value unrounded, level). (None, None) is «н/д»; (None, "high") - the resource is missing."""
    return {indicator.name: evaluate_indicator(indicator, values) for indicator in instrument.indicators}


def evaluate_indicator(indicator: Indicator, values: Mapping[str, Value]) -> tuple[float | None, RiskLevel | None]:
    """Value and level of one indicator; see ``evaluate_indicators``."""

    def lookup(name: str) -> Value:
        value = values.get(name)
        return None if value is None or is_blank(value) else value

    if indicator.no_resource and truth(parse(indicator.no_resource), lookup):
        return None, "high"
    value = to_number(evaluate(parse(indicator.expression), lookup))
    return value, None if value is None else risk_level(indicator, value)


def risk_level(indicator: Indicator, value: float) -> RiskLevel:
    """Band of an unrounded value; a border belongs to the lower risk."""
    sign = 1 if indicator.better == "high" else -1
    if _reaches(sign * value, sign * indicator.low):
        return "low"
    return "medium" if _reaches(sign * value, sign * indicator.medium) else "high"


def _reaches(value: float, bound: float) -> bool:
    """``value >= bound`` that a last binary digit cannot turn: 100 * 19 / 20 is 95."""
    return value >= bound or math.isclose(value, bound, rel_tol=1e-12)


def check_fields(instrument: Instrument, values: Mapping[str, Value]) -> list[Check]:
    """The rules across fields that these values break, in the instrument's order."""

    def lookup(name: str) -> Value:
        value = values.get(name)
        return "" if value is None else value

    return [check for check in instrument.checks if not _holds(parse(check.expression).tree, lookup)]


def _holds(tree: Tree, lookup: Lookup) -> bool:
    parts = tree[1:] if isinstance(tree, list) and tree[0] == "and" else [tree]
    return all(_spoilt(part, lookup) or verdict(part, lookup) is not False for part in parts)


def _spoilt(tree: Tree, lookup: Lookup) -> bool:
    """Does a blank field stand where a value is needed?"""
    if not isinstance(tree, list) or tree[0] == "text":
        return False
    if tree[0] == "name":
        return is_blank(lookup(tree[1]))
    if tree[0] in LENIENT:
        return False
    return any(_spoilt(part, lookup) for part in tree[1:])
