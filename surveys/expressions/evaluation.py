"""Values of expression trees. ``app/static/expressions.js`` does the same, step by step; one table tests both."""

import datetime
import math
import re
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from surveys.expressions.patterns import full_match

Value = str | float | bool | list[str] | None
Lookup = Callable[[str], Value]
Tree = Any  # a number, or a list that begins with an operation and goes on with trees

NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
WHOLE = 2**53  # from here on every binary number is whole
# name -> fewest and most arguments
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "if": (3, 3),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "selected": (2, 2),
    "count-selected": (1, 1),
    "selected-at": (2, 2),
    "round": (1, 2),
    "int": (1, 1),
    "number": (1, 1),
    "abs": (1, 1),
    "pow": (2, 2),
    "min": (1, None),
    "max": (1, None),
    "sum": (1, None),
    "count-non-empty": (1, None),
    "coalesce": (1, None),
    "exists": (1, 1),
    "empty": (1, 1),
    "string": (1, 1),
    "string-length": (1, 1),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "ends-with": (2, 2),
    "concat": (1, None),
    "substr": (2, 3),
    "regex": (2, 2),
    "today": (0, 0),
    "format-date": (2, 2),
}


def evaluate_tree(tree: Tree, lookup: Lookup, this: Value, today: str) -> Value:
    """Value of ``tree``; see ``surveys.expressions.syntax.evaluate``."""
    if not isinstance(tree, list):
        return float(tree)
    operation, parts = tree[0], tree[1:]
    if operation == "text":
        return str(parts[0])
    if operation == "name":
        return lookup(parts[0])
    if operation == "column":
        return lookup("@" + parts[0])
    if operation == "this":
        return this
    if operation == "today":
        return today or datetime.date.today().isoformat()

    def value(part: Tree) -> Value:
        return evaluate_tree(part, lookup, this, today)

    if operation in ("and", "or"):
        return _connect(operation == "or", [known_truth(value(part)) for part in parts])
    if operation == "if":
        condition = known_truth(value(parts[0]))
        return None if condition is None else value(parts[1] if condition else parts[2])
    return _apply(operation, [value(part) for part in parts])


def known_truth(value: Value) -> bool | None:
    """Truth of a value: a number is true unless 0, a text or a list unless empty; None stays unknown."""
    if value is None or isinstance(value, bool):
        return value
    return value != 0 if isinstance(value, int | float) else len(value) > 0


def is_blank(value: Value) -> bool:
    """An unanswered item: empty text or nothing selected."""
    return isinstance(value, str | list) and len(value) == 0


def to_text(value: Value) -> str:
    """Text of a value, numbers as a browser writes them: 5, 0.1, 1e-7; «н/д» is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, str):
        return value
    number = float(value)
    if number == 0:
        return "0"
    if 1e-6 <= abs(number) < 1e21:
        plain = format(Decimal(repr(number)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return re.sub(r"e([+-])0", r"e\1", repr(number))


def to_number(value: Value) -> float | None:
    """Number of a value, or None where it has none (blank, words, «н/д»)."""
    if isinstance(value, bool | int | float):
        return _finite(float(value))
    if value is None:
        return None
    text = to_text(value)
    return _finite(float(text)) if NUMBER.fullmatch(text) else None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _connect(any_of: bool, truths: list[bool | None]) -> bool | None:
    """Kleene's «or» (``any_of``) or «and»."""
    if any_of in truths:
        return any_of
    return None if None in truths else not any_of


def _apply(operation: str, values: list[Value]) -> Value:
    if operation in ORDER:
        return _compare(operation, values[0], values[1])
    if operation in ARITHMETIC:
        return _calculate(operation, values[0], values[1])
    if operation in TOLERANT:
        return TOLERANT[operation](values)
    if None in values:
        return None
    return STRICT[operation](values)


def _compare(sign: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if sign in ("=", "!="):
        return _equal(left, right) == (sign == "=")
    if is_blank(left) or is_blank(right):
        return False
    first, second = to_number(left), to_number(right)
    if first is not None and second is not None:
        return ORDER[sign](first, second)
    if isinstance(left, str) and isinstance(right, str):
        return ORDER[sign](left, right)
    return False


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return set(left) == set(right)
    if isinstance(right, list):
        left, right = right, left
    if isinstance(left, list):
        return not left if is_blank(right) else to_text(right) in left
    first, second = to_number(left), to_number(right)
    if first is not None and second is not None:
        return first == second
    return to_text(left) == to_text(right)


def _calculate(sign: str, left: Value, right: Value) -> float | None:
    first, second = to_number(left), to_number(right)
    if first is None or second is None or (sign in ("div", "mod") and second == 0):
        return None
    return _finite(ARITHMETIC[sign](first, second))


def _power(base: float, exponent: float) -> float | None:
    try:
        return _finite(math.pow(base, exponent))
    except (OverflowError, ValueError):
        return None


def _round(values: list[Value]) -> float | None:
    """Half up, towards plus infinity, on the digits as written: round(2.675, 2) = 2.68, round(-2.5) = -2."""
    number, digits = to_number(values[0]), to_number(values[1]) if len(values) > 1 else 0.0
    if number is None or digits is None or digits != int(digits) or abs(digits) > 15:
        return None
    exact = Decimal(repr(number)).scaleb(int(digits))
    if number == 0 or abs(exact) >= WHOLE:
        return number
    return float((exact + Decimal("0.5")).to_integral_value(rounding=ROUND_FLOOR).scaleb(-int(digits)))


def _extreme(values: list[Value], choose: Callable[[list[float]], float]) -> float | None:
    """Smallest or largest of the answered values; blanks are skipped, «н/д» makes the result «н/д»."""
    flat: list[Value] = []
    for value in values:
        flat.extend(value if isinstance(value, list) else [value])
    numbers = [to_number(value) for value in flat if not is_blank(value)]
    known = [number for number in numbers if number is not None]
    return choose(known) if known and len(known) == len(numbers) else None


def _sum(values: list[Value]) -> float | None:
    numbers = [to_number(value) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    total = 0.0
    for number in known:
        total += number
    return _finite(total)


def _missing(value: Value) -> bool:
    return value is None or is_blank(value)


def _codes(value: Value) -> list[str]:
    return value if isinstance(value, list) else [code for code in to_text(value).split(" ") if code]


def _selected_at(values: list[Value]) -> str | None:
    codes, place = _codes(values[0]), to_number(values[1])
    if place is None:
        return None
    return codes[int(place)] if 0 <= place < len(codes) and place == int(place) else ""


def _substr(values: list[Value]) -> str | None:
    text = to_text(values[0])
    bounds = [to_number(value) for value in values[1:]]
    if None in bounds:
        return None
    start, end = [max(0, int(bound)) for bound in (*bounds, len(text))[:2] if bound is not None]
    return text[start:end]


def _format_date(values: list[Value]) -> str | None:
    """``%Y %m %d`` of an ISO date; anything else in the pattern stays as it is."""
    found = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", to_text(values[0]))
    if not found:
        return None
    text = to_text(values[1])
    for mark, part in zip(("%Y", "%m", "%d"), found.groups(), strict=True):
        text = text.replace(mark, part)
    return text


def _whole(values: list[Value]) -> float | None:
    number = to_number(values[0])
    return None if number is None else float(math.trunc(number))


def _negated(values: list[Value]) -> float | None:
    number = to_number(values[0])
    return None if number is None else 0.0 - number


def _absolute(values: list[Value]) -> float | None:
    number = to_number(values[0])
    return None if number is None else abs(number)


def _raise_to(values: list[Value]) -> float | None:
    base, exponent = to_number(values[0]), to_number(values[1])
    return None if base is None or exponent is None else _power(base, exponent)


def _coalesce(values: list[Value]) -> Value:
    return next((value for value in values if not _missing(value)), values[-1])


ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": math.fmod,  # the sign of the dividend, as in XPath
}
# these say something even about «н/д»
TOLERANT: dict[str, Callable[[list[Value]], Value]] = {
    "coalesce": _coalesce,
    "count-non-empty": lambda values: float(sum(not _missing(value) for value in values)),
    "exists": lambda values: not _missing(values[0]),
    "empty": lambda values: _missing(values[0]),
}
# these are «н/д» as soon as one argument is
STRICT: dict[str, Callable[[list[Value]], Value]] = {
    "not": lambda values: not known_truth(values[0]),
    "true": lambda values: True,
    "false": lambda values: False,
    "neg": _negated,
    "number": lambda values: to_number(values[0]),
    "int": _whole,
    "abs": _absolute,
    "pow": _raise_to,
    "round": _round,
    "min": lambda values: _extreme(values, min),
    "max": lambda values: _extreme(values, max),
    "sum": _sum,
    "selected": lambda values: to_text(values[1]) in _codes(values[0]),
    "count-selected": lambda values: float(len(_codes(values[0]))),
    "selected-at": _selected_at,
    "string": lambda values: to_text(values[0]),
    "string-length": lambda values: float(len(to_text(values[0]))),
    "contains": lambda values: to_text(values[1]) in to_text(values[0]),
    "starts-with": lambda values: to_text(values[0]).startswith(to_text(values[1])),
    "ends-with": lambda values: to_text(values[0]).endswith(to_text(values[1])),
    "concat": lambda values: "".join(to_text(value) for value in values),
    "substr": _substr,
    "regex": lambda values: full_match(str(values[1]), int(to_number(values[2]) or 0), to_text(values[0])),
    "format-date": _format_date,
}
