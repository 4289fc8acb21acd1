"""One form built from an instrument: a field per item, a field class per item type."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from app.form_steps import Plan, Step, plan_by_hash
from surveys.answers import Checked, codes_of, offered_codes, parse_number
from surveys.definition import Item

NA = "~na"  # the «не относится» answer; «~» cannot stand in a name
LONGEST = 20_000  # characters of one answer that are kept at all
_LIMIT = re.compile(r"string-length\(\.\)\s*<=\s*(\d+)")

Raw = list[str]  # what a form sends for one item: the strings that are not blank, in order


class AnswerField(Field):  # type: ignore[misc]
    """The strings sent for one item. ``macro`` names the part of inputs.html that draws it."""

    macro = "line"
    several = False

    def __init__(self, item: Item, options: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(item.label, **kwargs)
        self.item = item
        self.options = options
        self.data: Raw = []

    def process_data(self, value: Raw | None) -> None:
        self.data = value or []

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist)

    @property
    def marked(self) -> bool:
        """Whether «не относится» is chosen."""
        return NA in self.data

    @property
    def shown(self) -> Raw:
        """The strings without that mark."""
        return [part for part in self.data if part != NA]

    @property
    def limit(self) -> int | None:
        """Most characters or most choices, where the instrument sets them."""
        found = _LIMIT.search(self.item.constraint)
        number = float(found[1]) if found else parse_number(self.item.parameters.get("max", ""))
        return None if number is None else int(number)

    @property
    def hint(self) -> str:
        """The item's hint; for a number without one, what its check asks for."""
        return self.item.hint or (self.item.constraint_message if self.macro == "number" else "")

    @property
    def first_id(self) -> str:
        """Where a link in a summary leads: the first control."""
        return f"{self.id}-0" if self.options else self.id


class OneField(AnswerField):
    macro = "one"


class SeveralField(AnswerField):
    macro = "several"
    several = True


class RankField(AnswerField):
    macro = "rank"
    several = True

    @property
    def places(self) -> int:
        return min(self.limit or len(self.options), len(self.options))


class NumberField(AnswerField):
    macro = "number"


class TextField(AnswerField):
    @property
    def long(self) -> bool:
        return "multiline" in self.item.appearance or (self.limit or 0) > 120


class NoteField(AnswerField):
    macro = "note"


class DateField(AnswerField):
    macro = "date"


class TimeField(AnswerField):
    macro = "time"


FIELD_OF: dict[str, type[AnswerField]] = {
    "select_one": OneField,
    "select_multiple": SeveralField,
    "rank": RankField,
    "integer": NumberField,
    "decimal": NumberField,
    "range": NumberField,
    "text": TextField,
    "date": DateField,
    "time": TimeField,
    "note": NoteField,
}


@dataclass
class Card:
    """One question on a page with what is asked inside its card."""

    field: AnswerField
    small: str  # «Утверждение 14 из 54»
    follow_ups: list[AnswerField]
    openers: frozenset[str]
    blank: bool  # to be marked as missing


def card_of(plan: Plan, form: BaseForm, name: str, *, blank: bool = False) -> Card:
    """The card of a question: its number among the statements, and the questions that its answers open."""
    number = plan.numbers.get(name)
    small = _("Утверждение %(number)d из %(total)d", number=number, total=len(plan.numbers)) if number else ""
    inside = [form[item.name] for item in plan.follow_ups.get(name, ())]
    return Card(form[name], small, inside, plan.openers.get(name, frozenset()), blank)


def clean(strings: Iterable[str]) -> Raw:
    """What is kept of sent strings: no blanks, one kind of line end, repeats once, «не относится» alone."""
    parts = [part.replace("\r\n", "\n").strip()[:LONGEST] for part in strings]
    kept = list(dict.fromkeys(part for part in parts if part))
    return [NA] if NA in kept else kept


def raw_of(name: str, values: Mapping[str, Any], not_applicable: Iterable[str]) -> Raw:
    """A kept answer as the form would send it."""
    if name in not_applicable:
        return [NA]
    value = values.get(name)
    return [] if value in (None, "", []) else list(value) if isinstance(value, list) else [str(value)]


def value_of(item: Item, raw: Raw) -> str | list[str] | None:
    """The engine's raw value of what the form sent; None for a blank."""
    return (list(raw) if FIELD_OF[item.type].several else raw[0]) if raw else None


@lru_cache(maxsize=256)
def _fields(sha256: str, language: str, number: int) -> dict[str, Any]:
    """Unbound fields of one page in one language, made once per process."""
    plan = plan_by_hash(sha256, language)
    fields = {}
    for item in plan.steps[number - 1].items:
        labels = {option.name: option.label for option in plan.instrument.options_of(item)}
        codes = codes_of(plan.instrument, item) if item.options else []
        options = tuple((code, labels.get(code, "другое")) for code in codes)
        fields[item.name] = FIELD_OF[item.type](item, options)
    return fields


def form_of(
    plan: Plan, step: Step, values: Mapping[str, Any], not_applicable: Iterable[str], checked: Checked
) -> BaseForm:
    """The page's form filled with what is kept, with a message at each answer that does not fit."""
    form = BaseForm(_fields(plan.sha256, plan.instrument.language, step.number))
    marked = set(not_applicable)
    sent = MultiDict((name, part) for name in step.names() for part in raw_of(name, values, marked))
    form.process(sent)
    for field in form:
        if field.item.choice_filter:
            field.options = filtered(plan, field, values)
        problem = checked.problems.get(field.name)
        field.errors = [problem] if problem else []
    return form


def filtered(plan: Plan, field: AnswerField, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Options that the choice filter lets through, and those already chosen."""
    offered = offered_codes(plan.instrument, field.item, lambda name: values.get(name, ""))
    return tuple(option for option in field.options if option[0] in field.data or option[0] in offered)
