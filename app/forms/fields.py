"""One form built from an instrument: a field per item, a field class per item type."""

import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from app.forms.answer_words import problem_words
from app.forms.steps import Plan, Step, drops, plan_by_hash
from surveys.answers.checking import Checked, codes_of, offered_codes, parse_number, parsed, plain_number
from surveys.definition.checks import is_dynamic
from surveys.definition.instrument import Item
from surveys.expressions.evaluation import to_text
from surveys.expressions.piping import answers_in, fill_in, filled
from surveys.expressions.syntax import Lookup, evaluate

NA = "~na"  # the «не относится» answer; «~» cannot stand in a name
SCALE_LENGTH = 5  # options that stand side by side without being asked to
RANGE_AS_SCALE = 11  # points of a range that are shown as buttons, 0 to 10
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
        self.waiting: frozenset[str] = frozenset()  # options that stand on the page switched off
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
    def choosable(self) -> bool:
        """Whether there is something to choose or nothing to choose from."""
        return len(self.options) > len(self.waiting) or not self.item.options

    @property
    def limit(self) -> int | None:
        """Most characters or most choices, where the instrument sets them."""
        found = _LIMIT.search(self.item.constraint)
        number = float(found[1]) if found else parse_number(self.item.parameters.get("max", ""))
        return None if number is None else int(number)

    @property
    def hint(self) -> str:
        """The item's hint; for a number without one, what its check asks for."""
        if self.item.hint or self.macro != "number":
            return self.item.hint
        if self.item.type == "range" and not self.item.constraint_message:
            low, high, step = (shown_number(bound) for bound in self.item.span)
            return _("Число от %(low)s до %(high)s, шаг %(step)s", low=low, high=high, step=step)
        return self.item.constraint_message

    @property
    def first_id(self) -> str:
        """Where a link in a summary leads: the first control."""
        return f"{self.id}-0" if self.options and self.macro != "drop" else self.id

    @property
    def look(self) -> str:
        """How the options stand: «list» one under another, «digits» in a row even on a phone, «» as a scale."""
        if self.item.type == "range":
            return "digits"
        return "list" if len(self.options) > SCALE_LENGTH and "likert" not in self.item.appearance else ""


class OneField(AnswerField):
    macro = "one"


class DropField(AnswerField):
    """One choice from a long list, or where the form asks for a list to unfold."""

    macro = "drop"


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


def clean(strings: Iterable[str]) -> Raw:
    """What is kept of sent strings: no blanks, one kind of line end, repeats once, «не относится» alone."""
    parts = [part.replace("\r\n", "\n").strip()[:LONGEST] for part in strings]
    kept = list(dict.fromkeys(part for part in parts if part))
    return [NA] if NA in kept else kept


def shown_number(number: float) -> str:
    """A number of a form with its decimal comma."""
    return plain_number(f"{number:.12f}").replace(".", ",")


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
        options = options_of(plan, item)
        kind = FIELD_OF[item.type]
        if item.type == "range" and options:
            kind = OneField
        elif drops(plan.instrument, item):
            kind = DropField
        shown = item if item.label else item.model_copy(update={"label": item.hint or item.name, "hint": ""})
        fields[item.name] = kind(shown, options)
    return fields


def options_of(plan: Plan, item: Item) -> tuple[tuple[str, str], ...]:
    """(code, words) of everything that may be chosen; the points of a short range."""
    if item.type == "range":
        low, high, step = item.span
        points = round((high - low) / step) + 1
        codes = [
            plain_number(f"{low + place * step:.12f}") for place in range(points if points <= RANGE_AS_SCALE else 0)
        ]
        return tuple((code, code.replace(".", ",")) for code in codes)
    labels = {option.name: option.label or option.name for option in plan.instrument.options_of(item)}
    codes = codes_of(plan.instrument, item) if item.options else []
    return tuple((code, labels.get(code, "другое")) for code in codes)


def form_of(
    plan: Plan,
    step: Step,
    values: Mapping[str, Any],
    not_applicable: Iterable[str],
    checked: Checked,
    *,
    fresh: Container[str] = (),
    every: bool = False,
) -> BaseForm:
    """The page's form filled with what is kept, with a message at each answer that does not fit.

    ``fresh``: questions that the person sees for the first time, blank ones begin with their default. ``every`` shows
    all options whatever the choice filters say.
    """
    form = BaseForm(_fields(plan.sha256, plan.instrument.language, step.number))
    marked = set(not_applicable)
    sent = MultiDict((name, part) for name in step.names() for part in raw_of(name, values, marked))
    form.process(sent)
    lookup = answers_in(plan.instrument, checked)
    for field in form:
        if field.item.default and not field.data and field.name in fresh:
            field.data = default_of(field.item, lookup)
        field.item = filled(plan.instrument, field.item, lookup)
        if field.item.choice_filter and not every:
            field.options = filtered(plan, field, lookup)
        problem = checked.problems.get(field.name)
        field.errors = [fill_in(plan.instrument, problem_words(problem), lookup)] if problem else []
    return form


def default_of(item: Item, lookup: Lookup) -> Raw:
    """What the form proposes for a question that nobody has answered yet."""
    if not is_dynamic(item.default):
        return item.default.split() if FIELD_OF[item.type].several else [item.default]
    value = evaluate(parsed(item.default), lookup)
    return clean(value if isinstance(value, list) else [to_text(value)])


def filtered(plan: Plan, field: AnswerField, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    """Options that the choice filter lets through, and those already chosen."""
    offered = offered_codes(plan.instrument, field.item, lookup)
    return tuple(option for option in field.options if option[0] in field.data or option[0] in offered)


def choosable(plan: Plan, item: Item, checked: Checked) -> bool:
    """Whether the answers leave something to choose."""
    return not item.choice_filter or bool(offered_codes(plan.instrument, item, answers_in(plan.instrument, checked)))
