"""Saving a section: what a person typed is laid over what others saved meanwhile.

Every slot (a field, a note at a check, an answer to a remark) has three states: what this person's page began with,
what is kept now, what was typed. Where both changed it differently, nothing is overwritten: the person sees both and
chooses.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.cards.queries import edits_since
from app.extensions import db
from app.models import Card, CardEdit, CardRemark, Person
from surveys.answers.checking import is_blank, read_value
from surveys.definition.instrument import Instrument, Item

NOTE = "note:"  # how notes are named among the edits
REMARK = "remark:"  # and answers to remarks
Entry = dict[str, Any] | None


@dataclass(frozen=True)
class Conflict:
    """Two people changed one slot: what is kept, who kept it and when, and what was typed now."""

    name: str
    kept: Entry
    typed: Entry
    by: Person | None
    at_utc: dt.datetime

    @property
    def who(self) -> str:
        return self.by.short_name if self.by else _("другой сотрудник")


def save_section(
    card: Card,
    instrument: Instrument,
    items: list[Item],
    remarks: list[CardRemark],
    form: MultiDict[str, str],
    person: Person,
    now: dt.datetime,
) -> dict[str, Conflict]:
    """Lay the form over the locked ``card``; the caller commits. What conflicts is left as it was kept.

    Args:
        items: fields of the section that the form showed.
        remarks: those of the present round; only what the form showed of them is read.
    """
    work = _Laying(card, form, now)
    for item in items:
        of_file = item.appearance == "file"  # tells the names of its files, which are not typed
        work.lay_field(item, card.fields.get(item.name) if of_file else typed_entry(instrument, item, form))
    for check in instrument.checks:
        if f"note-{check.code}" in form:
            work.lay_note(check.code, form[f"note-{check.code}"].strip())
    work.lay_answers(remarks)
    store(card, work.fields, work.notes, work.changes, person, now)
    return work.conflicts


def save_answers(
    card: Card, remarks: list[CardRemark], form: MultiDict[str, str], person: Person, now: dt.datetime
) -> dict[str, Conflict]:
    """Lay only answers to remarks over the locked ``card``; see ``save_section``."""
    work = _Laying(card, form, now)
    work.lay_answers(remarks)
    store(card, work.fields, work.notes, work.changes, person, now)
    return work.conflicts


class _Laying:
    """One form laid over one card: new contents, the changes made and the conflicts met."""

    def __init__(self, card: Card, form: MultiDict[str, str], now: dt.datetime) -> None:
        self.form, self.now = form, now
        self.fields, self.notes = dict(card.fields), dict(card.notes)
        self.changes: list[tuple[str, Entry, Entry]] = []
        self.conflicts: dict[str, Conflict] = {}
        self.later: dict[str, list[CardEdit]] = {}
        for edit in edits_since(card, form.get("seen", 0, type=int)):
            self.later.setdefault(edit.name, []).append(edit)

    def lay_field(self, item: Item, typed: Entry) -> None:
        name, kept = item.name, self.fields.get(item.name)
        result = self.result(name, kept, typed)
        clear = name not in self.conflicts
        confirming = f"ok-{name}" in self.form or "all" in self.form
        seen = same(typed, kept)  # a value put in anew since the page was opened is not confirmed unread
        if result and clear and confirming and seen and result["state"] == "prefilled":
            result = {**result, "state": "confirmed"}
        self.put(self.fields, name, name, kept, result)
        if f"change-{name}" in self.form and result and clear:
            self.notes[f"change:{name}"] = {"text": "подтверждено", "seen": {name: result["value"]}}

    def lay_note(self, code: str, text: str) -> None:
        kept = self.notes.get(code)
        result = self.result(NOTE + code, kept, {"text": text} if text else None)
        self.put(self.notes, code, NOTE + code, kept, result)

    def lay_answers(self, remarks: list[CardRemark]) -> None:
        """Boxes «исправлено или проверено» and the words beside them; only of remarks that the form showed."""
        for remark in remarks:
            if f"remark-shown-{remark.id}" not in self.form:
                continue
            name, kept = f"{REMARK}{remark.id}", {"text": remark.answer, "answered": remark.answered}
            answered = f"remark-{remark.id}" in self.form
            typed = {"text": self.form.get(f"answer-{remark.id}", "").strip(), "answered": answered}
            result = self.result(name, kept, typed)
            if result and result != kept:
                self.changes.append((name, kept, result))
                remark.answer, remark.answered = result["text"], result["answered"]

    def put(self, entries: dict[str, Any], key: str, name: str, kept: Entry, result: Entry) -> None:
        if result == kept:
            return
        self.changes.append((name, kept, result))
        put(entries, key, result)

    def result(self, name: str, kept: Entry, typed: Entry) -> Entry:
        """The entry to keep now; a conflict is noted and leaves what was kept."""
        edits = self.later.get(name, [])
        began = edits[0].old if edits else kept
        pick = self.form.get(f"pick-{name}")
        if same(typed, began) or same(typed, kept) or pick == "kept":
            return kept
        unanswered = name in self.form.getlist("conflict") and pick != "typed"
        if unanswered or not same(kept, began):
            last = edits[-1] if edits else None
            self.conflicts[name] = Conflict(
                name, kept, typed, last.by if last else None, last.at_utc if last else self.now
            )
            return kept
        return typed


def store(
    card: Card,
    fields: dict[str, Any],
    notes: dict[str, Any],
    changes: list[tuple[str, Entry, Entry]],
    person: Person | None,
    now: dt.datetime,
) -> None:
    """Put new contents into ``card`` with an edit for each change; nothing where nothing changed."""
    if not changes and notes == card.notes:
        return
    card.version += 1
    card.fields, card.notes = fields, notes
    card.updated_by, card.updated_utc = (person.id if person else None), now
    for name, old, new in changes:
        db.session.add(
            CardEdit(
                card_id=card.id,
                version=card.version,
                name=name,
                old=old,
                new=new,
                by_id=person.id if person else None,
                at_utc=now,
            )
        )


def put(entries: dict[str, Any], name: str, entry: Entry) -> None:
    """Set an entry, or take it out where it became blank."""
    if entry is None:
        entries.pop(name, None)
    else:
        entries[name] = entry


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same; who said it and whether it was confirmed aside."""
    return content(one) == content(other)


def content(entry: Entry) -> tuple[Any, ...] | None:
    if entry is None:
        return None
    if "state" not in entry:
        return entry.get("text", ""), entry.get("answered", False)
    if entry["state"] == "no_data":
        return "no_data", entry.get("explanation", "")
    return ("value", entry["value"])


def typed_entry(instrument: Instrument, item: Item, form: Mapping[str, str]) -> Entry:
    """What the form has for one field; text that is no number is kept as it was typed."""
    if f"nd-{item.name}" in form and item.no_data:
        return {"state": "no_data", "value": "", "explanation": str(form.get(f"why-{item.name}", "")).strip()}
    raw: Any = form.getlist(item.name) if isinstance(form, MultiDict) else form.get(item.name, "")
    if item.type != "select_multiple":
        raw = raw[0] if isinstance(raw, list) and raw else ("" if isinstance(raw, list) else raw)
        if f"special-{item.name}" in form:
            raw = item.parameters["special"]
    if is_blank(raw):
        return None
    value, _problem = read_value(instrument, item, raw)
    return {"state": "entered", "value": value}
