"""Merging what pages and devices send into one draft, answer by answer: of two answers the one given later stands.

Each answer kept carries a mark [when, device, number]: when it was given, in milliseconds since 1970 by the server's
clock (the browser tells the age, so that a wrong clock there does no harm); the device, a random word of the browser;
the answer's number on that device. A repeat of a message changes nothing, messages of one device may come in any
order, and of two devices the later answer wins and the page says so.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.forms.fields import NA, Raw, clean, raw_of, value_of
from app.models import Draft
from app.questionnaires.steps import Plan, Step
from surveys.answers.checking import Checked, check_answers
from surveys.definition.instrument import Item
from surveys.expressions.piping import readable
from surveys.russian import quote

BASE = "draft:base"  # hidden field: what the page showed, so that only what the person changed is taken
DEVICE = "draft:device"
STAMPS = "draft:stamps"  # JSON: item -> [age in ms, number on the device], for answers that waited in the browser
DRAFT = "draft:id"  # whose answers these are: a browser may serve two people
SEEN = "draft:seen"  # follow-ups that the page had opened when it was left
ID_LENGTH = 12
LONGEST_WAIT_MS = 60 * 24 * 3600 * 1000
Mark = tuple[int, str, int]


@dataclass
class Merged:
    """What came of a message: answers as checked, items whose newer answer elsewhere stayed, and words to say."""

    checked: Checked
    kept: dict[str, Raw] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def draft_id(draft: Draft) -> str:
    """The name of a draft in the browser; says nothing about the person."""
    return draft.submission_key[:ID_LENGTH]


def base_of(draft: Draft, names: Iterable[str]) -> str:
    """JSON of what a page shows of ``names``: item -> the strings its form would send."""
    marked = set(draft.not_applicable)
    return json.dumps({name: raw_of(name, draft.values, marked) for name in names}, ensure_ascii=False)


def posted_changes(step: Step, form: MultiDict[str, str]) -> dict[str, Raw]:
    """Items that the person changed on the page.

    A page names what it showed; an answer sent unchanged is left to what is kept, which another device may have changed
    since. Answers that waited in the browser are named by their stamps. A form without either (a page saved by hand, a
    program) replaces the answers it brings.
    """
    base, stamps = _read(form, BASE), _read(form, STAMPS)
    if base is None and stamps is None:
        return {name: clean(form.getlist(name)) for name in step.names() if name in form}
    base, stamps = base or {}, stamps or {}
    sent = {name: clean(form.getlist(name)) for name in step.names() if name in base or name in stamps}
    return {name: raw for name, raw in sent.items() if name in stamps or raw != base[name]}


def posted_marks(form: MultiDict[str, str], names: Iterable[str], now: dt.datetime) -> dict[str, Mark]:
    """The mark of each item: its stamp, or this moment where the page has none."""
    stamps, device = _read(form, STAMPS) or {}, form.get(DEVICE, "")[:32]
    moment, found = int(now.timestamp() * 1000), {}
    for name in names:
        age, number = _stamp(stamps.get(name))
        found[name] = (moment - age, device if name in stamps else "", number)
    return found


def merge(
    draft: Draft, plan: Plan, step: Step, changes: Mapping[str, Raw], marks: Mapping[str, Mark], base: Mapping[str, Raw]
) -> Merged:
    """Put ``changes`` into the draft. An answer that is no longer asked stays in it, and counts again if it is.

    ``base`` is what the page showed: where something else is kept by now, another device was at work, and it is said.
    """
    values, marked, kept_marks = dict(draft.values), set(draft.not_applicable), dict(draft.marks)
    merged = Merged(Checked({}, frozenset(), frozenset()))
    for item in step.items:
        if item.name not in changes:
            continue
        raw, there = changes[item.name], raw_of(item.name, values, marked)
        before, mark = kept_marks.get(item.name), marks[item.name]
        if before and not _newer(mark, before):
            if there != raw and before[1] != mark[1]:
                merged.kept[item.name] = there
                merged.said.append(_said_kept(plan, item, there))
            continue
        if before and before[1] != mark[1] and there != raw and there != base.get(item.name, there):
            merged.said.append(_said_replaced(plan, item, there))
        kept_marks[item.name] = list(mark)
        _put(item, raw, values, marked)
    merged.checked = check_answers(plan.instrument, values, marked, final=False)
    draft.values, draft.marks, draft.not_applicable = values, kept_marks, sorted(marked)
    return merged


def take(draft: Draft, plan: Plan, step: Step, form: MultiDict[str, str], now: dt.datetime) -> Merged:
    """Merge what a page sent into the draft, and remember which follow-ups it had opened."""
    changes = posted_changes(step, form)
    merged = merge(draft, plan, step, changes, posted_marks(form, changes, now), _read(form, BASE) or {})
    seen = [f"?{name}" for name in form.get(SEEN, "").split() if name in step.names()]
    remember(draft, seen)
    return merged


def remember(draft: Draft, names: Iterable[str]) -> None:
    """Add ``names`` to what was visited, once each."""
    fresh = [name for name in names if name not in draft.visited]
    if fresh:
        draft.visited = [*draft.visited, *fresh]


def _put(item: Item, raw: Raw, values: dict[str, Any], marked: set[str]) -> None:
    values.pop(item.name, None)
    marked.discard(item.name)
    if raw == [NA]:
        marked.add(item.name)
    elif (value := value_of(item, raw)) is not None:
        values[item.name] = value


def _newer(mark: Mark, before: list[Any]) -> bool:
    """Whether ``mark`` stands against the one kept: by number on one device, by time between two."""
    when, device, number = before
    if device and device == mark[1]:
        return mark[2] > number
    return mark[0] >= when


def _read(form: MultiDict[str, str], name: str) -> dict[str, Any] | None:
    try:
        found = json.loads(form.get(name, ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _stamp(pair: Any) -> tuple[int, int]:
    """(age in ms, number) of what a browser sent; nonsense is this moment."""
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, int | float) for one in pair):
        return 0, 0
    return int(min(max(pair[0], 0), LONGEST_WAIT_MS)), int(pair[1])


def _said_kept(plan: Plan, item: Item, there: Raw) -> str:
    words = _words(plan, item, there)
    return _("%(question)s: на другом устройстве ответ новее, остался он — %(answer)s.", **words)


def _said_replaced(plan: Plan, item: Item, there: Raw) -> str:
    words = _words(plan, item, there)
    return _("%(question)s: на другом устройстве было — %(answer)s. Записан ваш новый ответ.", **words)


def _words(plan: Plan, item: Item, raw: Raw) -> dict[str, str]:
    labels = {option.name: option.label for option in plan.instrument.options_of(item)} if item.options else {}
    number = plan.numbers.get(item.need_of or item.name)
    question = quote(readable(plan.instrument).item(item.name).label)
    if number:
        question = _("Утверждение %(number)d", number=number)
        question = _("%(question)s, помощь", question=question) if item.need_of else question
    if raw == [NA]:
        answer = item.not_applicable or _("не относится")
    else:
        answer = ", ".join(labels.get(part, part) for part in raw) or _("без ответа")
    return {"question": question, "answer": answer}
