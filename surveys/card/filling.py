"""How far the filling of a card is: what is missing, unconfirmed, broken or unexplained, by section.

Nothing here stops saving. Errors, blanks that are required, values not confirmed and «нет данных» without a word of why
stop signing; warnings and large changes ask to be explained and are counted until they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from surveys.answers.checking import Value as Given
from surveys.answers.checking import check_answers, value_in_expressions
from surveys.card.checks import check_fields
from surveys.definition.instrument import Check, Instrument, Item
from surveys.expressions.syntax import Value, parse

State = Literal["prefilled", "confirmed", "entered", "no_data"]
JUMP = 0.25  # share of the last card's number from which a change asks to be confirmed


@dataclass(frozen=True)
class Field:
    """One filled field. A blank field is absent; ``no_data`` has no value but a word of why in ``explanation``."""

    value: Given = ""
    state: State = "entered"
    explanation: str = ""
    source: str = ""  # where a prefilled value came from: register, previous, staff, form


@dataclass(frozen=True)
class Note:
    """A person's word about a warning (code of the check) or a large change (``change:FIELD``).

    ``seen`` keeps the values it was said about: a change confirmed at other values is not confirmed.
    """

    text: str
    seen: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True)
class Jump:
    """A number that differs from the last card's by more than a quarter."""

    name: str
    before: float
    now: float
    confirmed: bool

    @property
    def percent(self) -> float | None:
        """Change in percent of the last number; None where that was 0."""
        return 100 * (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True)
class SectionState:
    """Counts of one section: ``filled`` of ``asked`` fields, what stands in the way of signing, what wants a word."""

    name: str
    asked: int
    filled: int
    errors: int
    missing: int
    unconfirmed: int
    unexplained: int  # warnings and large changes without a word
    no_reason: int  # «нет данных» without explanation

    @property
    def ready(self) -> bool:
        """Nothing of this section stops signing."""
        return not (self.errors or self.missing or self.unconfirmed or self.no_reason)


@dataclass(frozen=True)
class CardState:
    """Everything known about a card as it stands. Names are field names; ``broken`` are checks that do not hold."""

    instrument: Instrument
    fields: Mapping[str, Field]
    values: Mapping[str, Value]  # as expressions read them: None for «нет данных», "" for a blank
    problems: Mapping[str, str]
    missing: frozenset[str]
    wanted: frozenset[str]  # fields without which the card is not signed: filled or missing
    not_asked: frozenset[str]
    unconfirmed: frozenset[str]
    no_reason: frozenset[str]
    broken: tuple[Check, ...]
    explained: frozenset[str]  # codes of warnings that have a word
    jumps: Mapping[str, Jump]

    @property
    def errors(self) -> list[Check]:
        return [check for check in self.broken if check.severity == "error"]

    @property
    def unexplained(self) -> list[Check]:
        """Warnings that nobody has explained yet."""
        return [check for check in self.broken if check.severity == "warning" and check.code not in self.explained]

    @property
    def open_jumps(self) -> list[Jump]:
        return [jump for jump in self.jumps.values() if not jump.confirmed]

    @property
    def signable(self) -> bool:
        """Nothing stops signing: see the module."""
        return not (self.problems or self.missing or self.unconfirmed or self.no_reason or self.errors)

    @cached_property
    def sections(self) -> dict[str, SectionState]:
        """Section name -> its counts, in the card's order."""
        return {group.name: self._section(group.name) for group in self.instrument.groups}

    def _section(self, name: str) -> SectionState:
        own = {item.name for item in self.instrument.items if item.group == name and item.appearance != "sign"}
        asked = own - self.not_asked
        warnings = [check for check in self.unexplained if home_of(self.instrument, check) == name]
        errors = [check for check in self.errors if home_of(self.instrument, check) == name]
        return SectionState(
            name=name,
            asked=len(asked),
            filled=len(asked & self.fields.keys()),
            errors=len(errors) + len(own & self.problems.keys()),
            missing=len(own & self.missing),
            unconfirmed=len(own & self.unconfirmed),
            unexplained=len(warnings) + len([jump for jump in self.open_jumps if jump.name in own]),
            no_reason=len(own & self.no_reason),
        )


def review_card(
    instrument: Instrument,
    fields: Mapping[str, Field],
    notes: Mapping[str, Note] | None = None,
    previous: Mapping[str, Field] | None = None,
) -> CardState:
    """Check a card as it stands.

    Args:
        notes: words about warnings and large changes, by code.
        previous: fields of the school's last signed card, for the comparison of numbers.
    """
    notes = notes or {}
    given = {name: one.value for name, one in fields.items() if one.state != "no_data"}
    marked = [name for name, one in fields.items() if one.state == "no_data"]
    checked = check_answers(instrument, given, marked, final=True)
    asked = [item for item in instrument.items if item.name not in checked.not_asked]
    missing = frozenset(
        item.name
        for item in asked
        if item.appearance != "sign" and item.name in checked.problems and item.name not in fields
    )
    signs = {item.name for item in instrument.items if item.appearance == "sign"}
    held = {one.name for one in asked if one.name in fields and (one.required or one.required_when)}
    skip = missing | signs
    values = values_of(instrument, fields, checked.not_asked)
    broken = tuple(check_fields(instrument, values))
    return CardState(
        instrument=instrument,
        fields=fields,
        values=values,
        problems={name: text for name, text in checked.problems.items() if name not in skip},
        missing=missing,
        wanted=missing | (held - signs),
        not_asked=checked.not_asked,
        unconfirmed=frozenset(
            name for name, one in fields.items() if one.state == "prefilled" and name not in checked.not_asked
        ),
        no_reason=frozenset(name for name in marked if not fields[name].explanation.strip()),
        broken=broken,
        explained=frozenset(check.code for check in broken if check.code in notes and notes[check.code].text.strip()),
        jumps=_jumps(instrument, fields, notes, previous or {}, checked.not_asked),
    )


def values_of(
    instrument: Instrument, fields: Mapping[str, Field], not_asked: frozenset[str] = frozenset()
) -> dict[str, Value]:
    """Field -> value as expressions read it: None for «нет данных», "" for a blank or a field that is not asked.

    A number that cannot be read is left blank: its own message tells of it.
    """
    values: dict[str, Value] = {}
    for item in instrument.items:
        one = fields.get(item.name)
        if one is None or item.name in not_asked:
            values[item.name] = ""
        elif one.state == "no_data":
            values[item.name] = None
        else:
            value = value_in_expressions(item, one.value)
            values[item.name] = "" if item.type in ("integer", "decimal") and isinstance(value, str) else value
    return values


def asked_names(instrument: Instrument, fields: Mapping[str, Field]) -> frozenset[str]:
    """Fields that the card asks with these values."""
    given = {name: one.value for name, one in fields.items() if one.state != "no_data"}
    checked = check_answers(instrument, given, [n for n, one in fields.items() if one.state == "no_data"], final=False)
    return frozenset(item.name for item in instrument.items) - checked.not_asked


def home_of(instrument: Instrument, check: Check) -> str:
    """The section in which a broken check is mended: that of most of its fields, the last of equals."""
    counts: dict[str, int] = {}
    for name in check.fields or sorted(parse(check.expression).names):
        group = instrument.item(name).group or ""
        counts[group] = counts.get(group, 0) + 1
    order = {group.name: place for place, group in enumerate(instrument.groups)}
    return max(counts, key=lambda group: (counts[group], order.get(group, -1)))


@dataclass(frozen=True)
class Sum:
    """A check that a total equals its parts, for a line of arithmetic under the parts."""

    check: Check
    parts: tuple[str, ...]
    total: str


def sums_of(instrument: Instrument) -> list[Sum]:
    """Checks of the form «a + b + … = total», in the card's order."""
    found = []
    for check in instrument.checks:
        tree = parse(check.expression).tree
        if isinstance(tree, list) and tree[0] == "=" and isinstance(tree[2], list) and tree[2][0] == "name":
            parts = _addends(tree[1])
            if parts and len(parts) > 1:
                found.append(Sum(check, tuple(parts), tree[2][1]))
    return found


def _addends(tree: Any) -> list[str] | None:
    if not isinstance(tree, list):
        return None
    if tree[0] == "name":
        return [tree[1]]
    if tree[0] != "+":
        return None
    left, right = _addends(tree[1]), _addends(tree[2])
    return left + right if left is not None and right is not None else None


def _jumps(
    instrument: Instrument,
    fields: Mapping[str, Field],
    notes: Mapping[str, Note],
    previous: Mapping[str, Field],
    not_asked: frozenset[str],
) -> dict[str, Jump]:
    found = {}
    for item in instrument.items:
        if not compared(item) or item.name in not_asked:
            continue
        before, now = _number(item, previous.get(item.name)), _number(item, fields.get(item.name))
        if before is None or now is None or abs(now - before) <= JUMP * abs(before):
            continue
        note = notes.get(f"change:{item.name}")
        confirmed = note is not None and note.seen.get(item.name) == fields[item.name].value
        found[item.name] = Jump(item.name, before, now, confirmed)
    return found


def compared(item: Item) -> bool:
    """Whether a change of this field against the last card asks to be confirmed: numbers, but not years."""
    return item.type in ("integer", "decimal") and item.unit != "год"


def _number(item: Item, one: Field | None) -> float | None:
    if one is None or one.state == "no_data":
        return None
    value = value_in_expressions(item, one.value)
    return float(value) if isinstance(value, int | float) else None
