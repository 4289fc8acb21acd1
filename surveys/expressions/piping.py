"""Earlier answers inside later texts: «Почему так много (${x})?» is shown as «Почему так много (7)?»."""

import re
from collections.abc import Callable, Container
from textwrap import shorten
from typing import Any, TypeVar

from surveys.answers.checking import Checked, value_in_expressions
from surveys.definition.checks import GROUP_TEXTS, ITEM_TEXTS, PIPED
from surveys.definition.instrument import Group, Instrument, Item
from surveys.expressions.evaluation import Lookup, Value, to_text
from surveys.russian import quote

NOTHING = "…"  # stands for an answer that is not there
LONGEST = 80  # characters of a question that is named inside another
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
Part = TypeVar("Part", Item, Group)


def answers_in(instrument: Instrument, checked: Checked) -> Lookup:
    """What expressions read of a respondent's answers; what was not asked or not answered is empty."""

    def lookup(name: str) -> Value:
        if name in checked.calculated:
            found: Value = checked.calculated[name]
            return found
        value = checked.values.get(name)
        return "" if value is None else value_in_expressions(instrument.item(name), value)

    return lookup


def fill_in(instrument: Instrument, text: str, lookup: Lookup, *, leave: Container[str] = ()) -> str:
    """``text`` with the words of the answers in place of ``${name}``; names in ``leave`` stay."""
    if "${" not in text:
        return text

    def words(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name in leave else words_of(instrument, name, lookup(name)) or NOTHING

    return PIPED.sub(words, text)


def words_of(instrument: Instrument, name: str, value: Value) -> str:
    """An answer as a person would say it: options by their labels, numbers with a comma, dates as 31.05.2020."""
    item = instrument.item(name)
    if item.options:
        labels = {option.name: option.label or option.name for option in instrument.options_of(item)}
        codes = value if isinstance(value, list) else [to_text(value)]
        return ", ".join(labels.get(code, code) for code in codes)
    text = to_text(value)
    if isinstance(value, float):
        return text.replace(".", ",")
    day = _DAY.fullmatch(text)
    return f"{day[3]}.{day[2]}.{day[1]}" if day else text


def filled(instrument: Instrument, part: Part, lookup: Lookup) -> Part:
    """A question or a group with the answers in its texts."""
    fields = ITEM_TEXTS if isinstance(part, Item) else GROUP_TEXTS
    texts = {name: fill_in(instrument, getattr(part, name), lookup) for name in fields if "${" in getattr(part, name)}
    return part.model_copy(update=texts) if texts else part


def answer_named(instrument: Instrument, name: str) -> str:
    """What stands for an answer where there is no respondent: «[ответ на вопрос «Сколько вам лет?»]»."""
    item = instrument.item(name)
    words = PIPED.sub(NOTHING, item.label or item.hint) or item.name
    return f"[ответ на вопрос {quote(shorten(words, LONGEST, placeholder=NOTHING))}]"


def readable(instrument: Instrument, named: Callable[[str], str] | None = None) -> Instrument:
    """``instrument`` for tables, exports and paper: its texts name the question in place of ``${name}``.

    ``named``: how a question is named where not by its words; itself where no text repeats an answer.
    """
    say = named or (lambda name: answer_named(instrument, name))

    def said(text: str) -> str:
        return PIPED.sub(lambda found: say(found[1]), text) if "${" in text else text

    def texts(part: Part) -> dict[str, Any]:
        fields = ITEM_TEXTS if isinstance(part, Item) else GROUP_TEXTS
        found: dict[str, Any] = {name: said(getattr(part, name)) for name in fields if "${" in getattr(part, name)}
        if any("${" in text for own in part.translations.values() for text in own.values()):
            found["translations"] = {
                language: {field: said(text) for field, text in own.items()}
                for language, own in part.translations.items()
            }
        return found

    items = [one.model_copy(update=new) if (new := texts(one)) else one for one in instrument.items]
    groups = [one.model_copy(update=new) if (new := texts(one)) else one for one in instrument.groups]
    if items == instrument.items and groups == instrument.groups:
        return instrument
    return Instrument.model_construct(**{**dict(instrument), "items": items, "groups": groups})
