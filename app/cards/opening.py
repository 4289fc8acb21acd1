"""Opening a cycle: a card for every school, prefilled from the register, the last card and the staff base."""

import datetime as dt
from typing import Any

from app.extensions import db
from app.forms.fields import default_of, value_of
from app.models import Card, CardCycle, CardFile, School
from app.models.cards import LOCKED
from app.results.card_values import instrument_for, last_sent, last_signed_version, signed_entries
from app.results.staff_counts import staff_fields
from surveys.answers.checking import read_value, value_in_expressions
from surveys.definition.instrument import Instrument, Item
from surveys.expressions.evaluation import Value

REGISTER = {"name_full": "name", "name_short": "short_name"}  # field -> column of the register of schools

SAID = ("note", "calculate")  # no fields
UNTYPED = ("sign", "file")


def open_cards(cycle: CardCycle, day: dt.date) -> list[Card]:
    """Add a card for each school of the municipality that has none in this cycle; the caller commits."""
    having = set(db.session.scalars(db.select(Card.school_id).where(Card.cycle_id == cycle.id)))
    schools = db.session.scalars(
        db.select(School).where(School.municipality_id == cycle.municipality_id).order_by(School.position, School.id)
    )
    return [open_card(cycle, school, day) for school in schools if school.id not in having]


def open_card(cycle: CardCycle, school: School, day: dt.date) -> Card:
    """The card of one school with what is known already, each value waiting to be confirmed."""
    previous = last_sent(school.id)
    card = Card(cycle=cycle, school=school, previous=previous)
    card.fields = prefilled(instrument_for(cycle), school, previous, staff_fields(school.id, day), day)
    db.session.add(card)
    db.session.flush()
    if previous:
        carry_files(previous, card)
    return card


def prefilled(
    instrument: Instrument, school: School, previous: Card | None, staff: dict[str, Any], day: dt.date
) -> dict[str, Any]:
    """Entries to begin with: field -> value, its source and the day it was taken."""
    entries: dict[str, Any] = {}
    last = signed_entries(previous) if previous else {}
    for item in instrument.items:
        value, source = None, item.prefill
        if item.prefill == "register":
            value = getattr(school, REGISTER[item.name]) if item.name in REGISTER else None
        elif item.prefill == "staff":
            value = staff.get(item.name)
        if not value and item.prefill in ("register", "previous"):
            old = last.get(item.name)
            value = old["value"] if old and old["state"] != "no_data" else None
            source = "previous"
        if not value and item.default and item.type not in SAID and item.appearance not in UNTYPED:
            value, source = _default(instrument, item, entries), "form"
        if value:
            entries[item.name] = {"value": value, "state": "prefilled", "source": source, "on": day.isoformat()}
    return entries


def _default(instrument: Instrument, item: Item, entries: dict[str, Any]) -> Any:
    """What the form itself proposes; a formula reads the fields above."""

    def known(name: str) -> Value:
        entry = entries.get(name)
        return value_in_expressions(instrument.item(name), entry["value"]) if entry else ""

    raw = default_of(item, known)
    value, _problem = read_value(instrument, item, value_of(item, raw))
    return value


def carry_files(previous: Card, card: Card) -> None:
    """Evidence of the last card, as it was signed, goes on with the field it proves."""
    query = db.select(CardFile).where(CardFile.card_id == previous.id).order_by(CardFile.id)
    version = None if previous.status in LOCKED else last_signed_version(previous)
    if version is None:
        query = query.where(CardFile.removed_utc.is_(None))
    else:
        there = db.or_(CardFile.removed_utc.is_(None), CardFile.removed_utc > version.at_utc)
        query = query.where(CardFile.at_utc <= version.at_utc, there)
    for one in db.session.scalars(query):
        if one.name in card.fields:
            copied = ("name", "filename", "mime", "size", "sha256", "path", "by_id")
            db.session.add(CardFile(card_id=card.id, **{key: getattr(one, key) for key in copied}))


def refresh_from_staff(card: Card, day: dt.date) -> dict[str, Any]:
    """What the staff base says otherwise now: field -> new entry; typed values are left alone."""
    fresh = staff_fields(card.school_id, day)
    changed = {}
    for item in instrument_for(card.cycle).items:
        kept = card.fields.get(item.name)
        if item.prefill != "staff" or item.name not in fresh:
            continue
        counted = kept is None or kept.get("source") == "staff"
        if counted and (kept is None or kept["value"] != fresh[item.name]):
            entry = {"value": fresh[item.name], "state": "prefilled", "source": "staff", "on": day.isoformat()}
            changed[item.name] = entry
    return changed
