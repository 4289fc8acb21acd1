"""Raw values become checked answers: answered, blank, not applicable and not asked are four different things.

Runs in every web request, so it imports neither numpy nor pandas. The columnar form of many respondents is
``surveys.answers.answer_set.AnswerSet``.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from surveys.definition.instrument import Group, Instrument, Item
from surveys.expressions import syntax as expressions

Value = str | list[str]
CLOSED = ("select_one",)
MULTIPLE = ("select_multiple", "rank")
NUMBERS = ("integer", "decimal", "range")
TEXTS = ("text", "date", "time")
NO_ANSWER = ("note", "calculate")

# Bytes of a packed answer that are no option position.
BLANK, NOT_APPLICABLE, NOT_ASKED = 255, 254, 253
FIRST_STATE = NOT_ASKED

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?")  # seconds are dropped
WANTED_DAY = "нужна дата вида 31.05.2020"
STEP_TOLERANCE = 1e-9
_REFERENCE = re.compile(r"\$\{\s*([^}]+?)\s*\}")


@dataclass(frozen=True)
class Checked:
    """The answers of one respondent, sorted into the four states.

    ``off_path`` keeps what was given to questions that the final path does not ask; ``problems`` maps an item to what
    is wrong with it, in Russian. A blank item stands in none of the sets.
    """

    values: dict[str, Value]
    not_applicable: frozenset[str]
    not_asked: frozenset[str]
    off_path: dict[str, Value] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    calculated: dict[str, Any] = field(default_factory=dict)  # calculated item -> its value, of those on the path
    silent: frozenset[str] = frozenset()  # notes and calculated items off the path

    def asked(self, name: str) -> bool:
        """Whether the path leads through item ``name``, a note included."""
        return name not in self.not_asked and name not in self.silent

    def state(self, name: str) -> int | None:
        """The packed state of item ``name``, or None where it was answered."""
        if name in self.values:
            return None
        if name in self.not_asked:
            return NOT_ASKED
        return NOT_APPLICABLE if name in self.not_applicable else BLANK


def parse_number(text: str) -> float | None:
    """A number written with a point or a decimal comma, blanks ignored; None where it is no finite number."""
    compact = _compact(text)
    number = float(compact) if _NUMBER.fullmatch(compact) else math.inf
    return number if math.isfinite(number) else None


def _compact(text: str) -> str:
    return text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")


def references(expression: str) -> list[str]:
    """Names that ``expression`` reads, in order, without repeats."""
    return list(dict.fromkeys(_REFERENCE.findall(expression)))


@lru_cache(maxsize=4096)
def parsed(expression: str) -> Any:
    """The tree of ``expression``, parsed once per process."""
    return expressions.parse(expression)


@lru_cache(maxsize=4096)
def parsed_filter(expression: str) -> Any:
    """The tree of a choice filter, where bare words name columns of the option."""
    return expressions.parse(expression, columns=True)


def check_answers(
    instrument: Instrument, values: Mapping[str, object], not_applicable: Iterable[str] = (), *, final: bool
) -> Checked:
    """Check what one respondent gave.

    Args:
        instrument: the version that was shown.
        values: item -> option code, list of codes, or text, as it came from a form or the store.
        not_applicable: items marked «не относится» (in a card «нет данных»).
        final: True when it is being sent: then a required question without an answer is a problem.
    """
    return _Walk(instrument, values, frozenset(not_applicable)).run(final)


def paths_of(instrument: Instrument) -> dict[str, list[str]]:
    """Item -> every ``relevant`` expression it stands under: its own and those of its groups, outermost first."""
    groups = {group.name: group for group in instrument.groups}
    return {item.name: _path(item, groups) for item in instrument.items}


def _path(item: Item, groups: Mapping[str, Group]) -> list[str]:
    found = [item.relevant] if item.relevant else []
    name, seen = item.group, set[str]()
    while name is not None and name in groups and name not in seen:
        seen.add(name)
        if groups[name].relevant:
            found.insert(0, groups[name].relevant)
        name = groups[name].parent
    return found


class _Walk:
    """One pass over the form in its order; an answer off the path reads as unanswered further on."""

    def __init__(self, instrument: Instrument, values: Mapping[str, object], not_applicable: frozenset[str]) -> None:
        self.instrument = instrument
        self.raw = values
        self.marked = not_applicable
        self.paths = paths_of(instrument)
        self.values: dict[str, Value] = {}
        self.scope: dict[str, Any] = {}
        self.not_applicable: set[str] = set()
        self.not_asked: set[str] = set()
        self.off_path: dict[str, Value] = {}
        self.problems: dict[str, str] = {}
        self.calculated: dict[str, Any] = {}
        self.silent: set[str] = set()

    def run(self, final: bool) -> Checked:
        known = {item.name for item in self.instrument.items}
        for name in [*self.raw, *self.marked]:
            if name not in known:
                self.problems[name] = "такого вопроса в анкете нет"
        for item in self.instrument.items:
            self._visit(item, final)
        return Checked(
            self.values,
            frozenset(self.not_applicable),
            frozenset(self.not_asked),
            self.off_path,
            self.problems,
            self.calculated,
            frozenset(self.silent),
        )

    def _visit(self, item: Item, final: bool) -> None:
        if not all(self._holds(expression) for expression in self.paths[item.name]):
            self._skip(item)
            return
        if item.type in NO_ANSWER:
            if item.calculation:
                value = expressions.evaluate(parsed(item.calculation), self.lookup, "")
                self.scope[item.name] = self.calculated[item.name] = value
            return
        if item.name in self.marked:
            self._mark(item)
            return
        raw = self.raw.get(item.name)
        if is_blank(raw):
            self.scope[item.name] = ""
            if final and (item.required or (item.required_when and self._holds(item.required_when))):
                self.problems[item.name] = "ответьте, пожалуйста, на этот вопрос"
            return
        self._take(item, raw)

    def _skip(self, item: Item) -> None:
        self.scope[item.name] = ""
        if item.type in NO_ANSWER:
            self.silent.add(item.name)
            return
        self.not_asked.add(item.name)
        raw = self.raw.get(item.name)
        if not is_blank(raw):
            value, _ = read_value(self.instrument, item, raw)
            self.off_path[item.name] = value

    def _mark(self, item: Item) -> None:
        offered = item.not_applicable or (self.instrument.kind == "card" and item.no_data)
        if not offered:
            self.problems[item.name] = "ответ «не относится» здесь не предусмотрен"
        self.not_applicable.add(item.name)
        self.scope[item.name] = None

    def _take(self, item: Item, raw: object) -> None:
        value, problem = read_value(self.instrument, item, raw)
        self.values[item.name] = value
        self.scope[item.name] = value_in_expressions(item, value)
        if not problem and item.choice_filter:
            offered = offered_codes(self.instrument, item, self.lookup)
            if not set([value] if isinstance(value, str) else value) <= set(offered):
                problem = "этот вариант не подходит к другим ответам"
        if not problem and item.constraint:
            # Unknown (a field it reads has no data) is no fault of this answer: only a plain «no» is.
            if expressions.verdict(parsed(item.constraint), self.lookup, self.scope[item.name]) is False:
                problem = item.constraint_message or "значение не проходит проверку"
        if problem:
            self.problems[item.name] = problem

    def _holds(self, expression: str) -> bool:
        return bool(expressions.truth(parsed(expression), self.lookup, ""))

    def lookup(self, name: str) -> Any:
        """Value of an item for expressions; an item further down the form reads as given."""
        if name in self.scope:
            return self.scope[name]
        if name in self.marked:
            return None
        raw = self.raw.get(name)
        if is_blank(raw) or not any(item.name == name for item in self.instrument.items):
            return ""
        item = self.instrument.item(name)
        return value_in_expressions(item, read_value(self.instrument, item, raw)[0])


def is_blank(raw: object) -> bool:
    """True for nothing, an empty text and an empty list."""
    return raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, list | tuple) and not raw)


def value_in_expressions(item: Item, value: Value) -> float | str | list[str]:
    """How expressions see an answer: numbers of number questions as float, several choices as a list."""
    if item.type in NUMBERS and isinstance(value, str):
        number = parse_number(value)
        return value if number is None else number
    return value


def read_value(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    """The answer in its stored form and what is wrong with it («» where nothing is)."""
    return _READERS[item.type](instrument, item, raw)


def codes_of(instrument: Instrument, item: Item) -> list[str]:
    """Codes that may be chosen, in form order; «other» where the form offers to write one's own."""
    codes = [option.name for option in instrument.options_of(item)]
    return [*codes, "other"] if item.or_other and "other" not in codes else codes


def offered_codes(instrument: Instrument, item: Item, lookup: expressions.Lookup) -> list[str]:
    """Codes that the choice filter lets through given other answers; all of them without a filter."""
    if not item.choice_filter:
        return codes_of(instrument, item)
    tree = parsed_filter(item.choice_filter)
    columns = {option.name: {"name": option.name, **option.columns} for option in instrument.options_of(item)}

    def fits(code: str) -> bool:
        own = columns.get(code)
        if own is None or (item.or_other and code == "other"):
            return True
        return expressions.truth(tree, lambda name: own.get(name[1:], "") if name.startswith("@") else lookup(name))

    return [code for code in codes_of(instrument, item) if fits(code)]


def _read_one(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    text = str(raw).strip()
    return text, "" if text in codes_of(instrument, item) else f"нет такого варианта ответа: «{text}»"


def _read_several(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    parts = [str(part).strip() for part in raw] if isinstance(raw, list | tuple) else str(raw).split()
    chosen, codes = list(dict.fromkeys(parts)), codes_of(instrument, item)
    unknown = [part for part in chosen if part not in codes]
    if item.type == "select_multiple":  # the order of ticking means nothing; the stored order is the form's
        chosen.sort(key=lambda part: codes.index(part) if part in codes else len(codes))
    if unknown:
        return chosen, f"нет такого варианта ответа: «{unknown[0]}»"
    limit = parse_number(item.parameters.get("max", ""))
    if limit is not None and len(chosen) > limit:
        return chosen, f"можно отметить не больше {int(limit)}, отмечено {len(chosen)}"
    return chosen, ""


def _read_number(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    text = str(raw).strip()
    number = parse_number(text)
    if number is None:
        return text, "нужно число"
    if item.type == "integer" and number != int(number):
        return text, "нужно целое число"
    return plain_number(text), _outside_range(item, number) if item.type == "range" else ""


def plain_number(text: str) -> str:
    """A number as it is kept: all its digits, a point, no blanks, no idle zeros."""
    exact = format(Decimal(_compact(text)), "f")
    exact = exact.rstrip("0").rstrip(".") if "." in exact else exact
    return "0" if exact in ("-0", "") else exact


def _outside_range(item: Item, number: float) -> str:
    low, high, step = item.span
    steps = (number - low) / step
    if low <= number <= high and abs(steps - round(steps)) < STEP_TOLERANCE:
        return ""
    first, last, each = (plain_number(repr(bound)).replace(".", ",") for bound in item.span)
    kind = "число" if number.is_integer() or step != 1 else "целое число"
    return f"нужно {kind} от {first} до {last}" + ("" if step == 1 else f" с шагом {each}")


def _read_text(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    text = str(raw).strip()
    limit = parse_number(item.parameters.get("max", ""))
    if limit is not None and len(text) > limit:
        return text, f"не больше {int(limit)} знаков, сейчас {len(text)}"
    return text, ""


def iso_day(text: str) -> str:
    """31.05.2020 as 2020-05-31; any other text as it is."""
    found = _DAY.fullmatch(text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text


def _read_date(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    """ISO as a date input sends it, or as people write it: 31.05.2020."""
    text = str(raw).strip()
    iso = iso_day(text)
    try:
        return (iso, "") if _ISO_DAY.fullmatch(iso) and date.fromisoformat(iso) else (text, WANTED_DAY)
    except ValueError:
        return text, WANTED_DAY


def _read_time(instrument: Instrument, item: Item, raw: object) -> tuple[Value, str]:
    text = str(raw).strip()
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return text, "нужно время вида 14:30"
    return f"{found[1]:0>2}:{found[2]}", ""


_READERS: dict[str, Callable[[Instrument, Item, object], tuple[Value, str]]] = {
    "select_one": _read_one,
    "select_multiple": _read_several,
    "rank": _read_several,
    "integer": _read_number,
    "decimal": _read_number,
    "range": _read_number,
    "text": _read_text,
    "date": _read_date,
    "time": _read_time,
    "note": _read_text,
    "calculate": _read_text,
}


def closed_items(instrument: Instrument) -> list[Item]:
    """Questions with one choice, in form order: the columns of a packed vector."""
    return [item for item in instrument.items if item.type in CLOSED]


def code_bytes(instrument: Instrument) -> int:
    """Bytes per item of a packed vector: 1, or 2 where a list has more than 252 options."""
    longest = max((len(codes_of(instrument, item)) for item in closed_items(instrument)), default=0)
    return 1 if longest <= FIRST_STATE else 2


def stored_position(position: int) -> int:
    """Option position as packed; the three state values are stepped over."""
    return position if position < FIRST_STATE else position + 3


def pack_codes(instrument: Instrument, checked: Checked) -> bytes:
    """The closed answers of one respondent as option positions and states, little endian, in form order."""
    width = code_bytes(instrument)
    packed = bytearray()
    for item in closed_items(instrument):
        state = checked.state(item.name)
        if state is None:
            codes = codes_of(instrument, item)
            value = checked.values[item.name]
            state = stored_position(codes.index(str(value))) if value in codes else BLANK
        packed += state.to_bytes(width, "little")
    return bytes(packed)
