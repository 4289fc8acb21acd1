"""Cards as engine values: what the card room fills, and what findings and reports read."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from app.content.store import instrument_of
from app.extensions import db
from app.frame.navigation import day
from app.models import Card, CardCycle, CardVersion
from app.models.cards import LOCKED
from surveys.card.filling import CardState, Field, Note, asked_names, review_card, values_of
from surveys.card.reading import Reading, readings, rule_values
from surveys.definition.instrument import Instrument
from surveys.expressions.piping import readable
from surveys.expressions.syntax import Value


def instrument_for(cycle: CardCycle) -> Instrument:
    """The cycle's card with the thresholds that were set for it, its texts as pages and documents print them."""
    version = cycle.instrument_version
    if not cycle.thresholds:
        return readable(instrument_of(version))
    return _with_thresholds(version.sha256, version.body, json.dumps(cycle.thresholds, sort_keys=True))


@lru_cache(maxsize=32)
def _with_thresholds(_sha256: str, body: str, thresholds: str) -> Instrument:
    instrument = Instrument.model_validate_json(body)
    changed = json.loads(thresholds)
    indicators = [
        one.model_copy(update=dict(zip(("low", "medium"), changed[one.name], strict=True)))
        if one.name in changed
        else one
        for one in instrument.indicators
    ]
    return readable(instrument.model_copy(update={"indicators": indicators}))


def approval_words(cycle: CardCycle) -> str:
    """«Утверждено кем, когда» of the borders of risk levels; says so where nobody has."""
    if not cycle.approved_by:
        return _("границы уровней риска не утверждены, предложены разработчиком")
    on = f", {day(cycle.approved_on)}" if cycle.approved_on else ""
    return _("границы уровней риска утверждены: %(by)s", by=cycle.approved_by) + on


def fields_of(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Field]:
    """Stored entries of a card -> engine fields."""
    return {
        name: Field(
            value=entry.get("value", ""),
            state=entry["state"],
            explanation=entry.get("explanation", ""),
            source=entry.get("source", ""),
        )
        for name, entry in entries.items()
    }


def notes_of(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Note]:
    """Stored notes of a card -> engine notes."""
    return {code: Note(entry.get("text", ""), entry.get("seen", {})) for code, entry in entries.items()}


def state_of(card: Card) -> CardState:
    """The card as it stands, checked whole."""
    previous = fields_of(signed_entries(card.previous)) if card.previous else {}
    return review_card(instrument_for(card.cycle), fields_of(card.fields), notes_of(card.notes), previous)


def values_for(card: Card, entries: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Value]:
    """The card's values as expressions read them, without checking it; ``entries`` instead of those it has now."""
    instrument, fields = instrument_for(card.cycle), fields_of(card.fields if entries is None else entries)
    return values_of(instrument, fields, frozenset(fields) - asked_names(instrument, fields))


def signed_cards(cycle: CardCycle) -> list[Card]:
    """Cards of a cycle that their schools have signed: sent or accepted."""
    query = db.select(Card).where(Card.cycle_id == cycle.id, Card.status.in_(LOCKED)).order_by(Card.id)
    return list(db.session.scalars(query))


def last_signed(school_id: int) -> Card | None:
    """The school's newest card that is sent or accepted: the one that documents, findings and snapshots tell of.

    A card that was returned or opened again has no signature, and no document prints what nobody answers for.
    """
    return _newest(school_id, Card.status.in_(LOCKED))


def last_sent(school_id: int) -> Card | None:
    """The school's newest card that was ever signed: what a new one begins with and is compared with.

    One that is returned just now counts too: what the school signed last year is nearer than a card of two years ago.
    """
    signed = db.select(CardVersion.id).where(CardVersion.card_id == Card.id, CardVersion.step == "signed").exists()
    return _newest(school_id, db.or_(Card.status.in_(LOCKED), signed))


def _newest(school_id: int, condition: ColumnElement[bool]) -> Card | None:
    return db.session.scalar(
        db.select(Card)
        .join(CardCycle, CardCycle.id == Card.cycle_id)
        .where(Card.school_id == school_id, condition)
        .order_by(CardCycle.opens_on.desc(), Card.id.desc())
        .limit(1)
    )


def last_signed_version(card: Card) -> CardVersion | None:
    """What the school sent last."""
    return db.session.scalar(
        db.select(CardVersion)
        .where(CardVersion.card_id == card.id, CardVersion.step == "signed")
        .order_by(CardVersion.number.desc())
        .limit(1)
    )


def signed_entries(card: Card) -> dict[str, Any]:
    """Entries of a card as its school signed them last, whatever is being mended in it since."""
    version = None if card.status in LOCKED else last_signed_version(card)
    return card.fields if version is None else json.loads(version.body)["fields"]


def card_for_rules(card: Card, *, masked: bool = True) -> tuple[dict[str, str | float], dict[str, Reading]]:
    """Card values and indicator readings, as ``surveys.findings.finding.find`` takes them.

    Args:
        masked: for a document that leaves the school and the department: figures that would give away a group of 1-4
            children are said in words.
    """
    state = state_of(card)
    values = rule_values(state.instrument, state.values, len(state.unexplained))
    return values, readings(state.instrument, state.values, masked=masked)
