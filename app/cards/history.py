"""Kept versions of a card and what changed between them, in words."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.extensions import db
from app.frame.interface import N_
from app.models import Card, CardVersion, Person
from app.results.card_values import last_signed_version
from surveys.card.filling import Field
from surveys.card.reading import print_field
from surveys.definition.instrument import Instrument

STEPS = {
    "signed": N_("подписана и отправлена"),
    "returned": N_("возвращена на уточнение"),
    "accepted": N_("принята"),
    "unlocked": N_("подпись снята, открыта для правки"),
}


@dataclass(frozen=True)
class Difference:
    """One field, or one explanation without a code, that differs: before and after in words."""

    code: str
    label: str
    before: str
    after: str


def keep_version(card: Card, step: str, person: Person | None, now: dt.datetime, reason: str = "") -> CardVersion:
    """Keep the card whole as it is now; the caller commits."""
    number = db.session.scalar(db.select(db.func.max(CardVersion.number)).where(CardVersion.card_id == card.id)) or 0
    body = json.dumps({"fields": card.fields, "notes": card.notes}, ensure_ascii=False, sort_keys=True)
    version = CardVersion(
        card_id=card.id,
        number=number + 1,
        step=step,
        body=body,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        signed_name=card.signed_name,
        reason=reason,
        by_id=person.id if person else None,
        at_utc=now,
    )
    db.session.add(version)
    return version


def contents(version: CardVersion) -> dict[str, Any]:
    """Fields and notes of a kept version."""
    return json.loads(version.body)


def differences(instrument: Instrument, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two states ``{"fields", "notes"}`` of a card, in its order; the signature aside."""

    def words(state: Mapping[str, Any], name: str) -> str:
        entry = state.get("fields", {}).get(name)
        if entry is None:
            return _("пусто")
        one = Field(entry.get("value", ""), entry["state"], entry.get("explanation", ""))
        return print_field(instrument, instrument.item(name), one)

    def said(state: Mapping[str, Any], code: str) -> str:
        return state.get("notes", {}).get(code, {}).get("text", "") or _("пусто")

    found = []
    for item in instrument.items:
        if item.appearance == "sign":
            continue
        old, new = words(before, item.name), words(after, item.name)
        if old != new:
            found.append(Difference(item.code, item.label, old, new))
    for check in instrument.checks:
        old, new = said(before, check.code), said(after, check.code)
        if old != new:
            found.append(Difference("", _("Пояснение: %(check)s", check=check.text), old, new))
    return found


def changed_since_sent(card: Card, instrument: Instrument) -> list[Difference] | None:
    """What the school changed since it sent the card last; None where it has not been sent before."""
    last = last_signed_version(card)
    now = {"fields": card.fields, "notes": card.notes}
    return None if last is None else differences(instrument, contents(last), now)
