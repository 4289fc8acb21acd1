"""Diagnostic cards: a cycle, a card of each school in it, what was filled, remarks, versions, files.

A card's fields are kept whole in one JSON: field -> ``{"value", "state", "explanation", "source", "on"}``; blank fields
are absent. ``CardEdit`` tells who changed what, and gives a second editor the value that the first one began with.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.frame.interface import N_
from app.models.columns import Code, Created, Key, Sha256, Title, UtcTime, refers
from app.models.definitions import InstrumentVersion
from app.models.people import Person, School

CARD_STATES = {
    "draft": N_("заполняется"),
    "sent": N_("отправлена"),
    "returned": N_("возвращена на уточнение"),
    "accepted": N_("принята"),
}
LOCKED = ("sent", "accepted")


class CardCycle(db.Model):
    """One collection of cards. Its dates come from an outside schedule, so they may be set and moved later."""

    id: Mapped[Key]
    municipality_id: Mapped[int] = refers("municipality.id")
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Title]
    year: Mapped[int]  # the year that rules and staff counts reckon from
    instrument_version_id: Mapped[int] = refers("instrument_version.id")
    opens_on: Mapped[dt.date] = mapped_column(Date)
    closes_on: Mapped[dt.date] = mapped_column(Date)
    schedule: Mapped[str] = mapped_column(String(300), default="")  # the outside schedule the dates come from
    roadmap_item_number: Mapped[str] = mapped_column(String(20), default="2.1")
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # indicator -> [low, medium] where changed
    approved_by: Mapped[str] = mapped_column(String(300), default="")
    approved_on: Mapped[dt.date | None] = mapped_column(Date)
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    instrument_version: Mapped[InstrumentVersion] = relationship()


class Card(db.Model):
    """The card of one school in one cycle. ``version`` grows with every change: no editor overwrites another unseen."""

    __table_args__ = (UniqueConstraint("cycle_id", "school_id"),)
    id: Mapped[Key]
    cycle_id: Mapped[int] = refers("card_cycle.id")
    school_id: Mapped[int] = refers("school.id")
    previous_id: Mapped[int | None] = refers("card.id", nullable=True, index=False)  # the last card, to compare with
    status: Mapped[str] = mapped_column(String(20), default="draft", index=True)  # draft, sent, returned, accepted
    version: Mapped[int] = mapped_column(default=0)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # check or «change:FIELD» -> {"text", "seen"}
    signed_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    signed_name: Mapped[str] = mapped_column(String(300), default="")  # as the head signed
    signed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    updated_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    updated_utc: Mapped[Created]
    cycle: Mapped[CardCycle] = relationship()
    school: Mapped[School] = relationship()
    previous: Mapped["Card | None"] = relationship(remote_side="Card.id")


class CardEdit(db.Model):
    """One field changed once, by whom and when; ``old`` and ``new`` are whole field entries (None for a blank)."""

    id: Mapped[Key]
    card_id: Mapped[int] = refers("card.id", ondelete="CASCADE")
    version: Mapped[int]
    name: Mapped[Code]
    old: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    new: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    at_utc: Mapped[Created]
    by: Mapped[Person | None] = relationship()


class CardRemark(db.Model):
    """What the methodologist asks to mend: at a field, or at the whole card where ``name`` is empty."""

    id: Mapped[Key]
    card_id: Mapped[int] = refers("card.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = refers("person.id", index=False)
    created_utc: Mapped[Created]
    answered: Mapped[bool] = mapped_column(Boolean, default=False)  # the school says «исправлено или проверено»
    answer: Mapped[str] = mapped_column(Text, default="")
    closed: Mapped[bool] = mapped_column(Boolean, default=False)  # of an earlier round
    author: Mapped[Person] = relationship()


class CardDelegation(db.Model):
    """A section given to a deputy with a deadline; the head still sees and signs the whole."""

    __table_args__ = (UniqueConstraint("card_id", "section"),)
    id: Mapped[Key]
    card_id: Mapped[int] = refers("card.id", ondelete="CASCADE")
    section: Mapped[Code]
    person_id: Mapped[int] = refers("person.id")
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    created_utc: Mapped[Created]
    person: Mapped[Person] = relationship()


class CardVersion(db.Model):
    """The card whole at a step of its way: signed, returned, accepted, unlocked. Never changed."""

    __table_args__ = (UniqueConstraint("card_id", "number"),)
    id: Mapped[Key]
    card_id: Mapped[int] = refers("card.id", ondelete="CASCADE")
    number: Mapped[int]
    step: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)  # canonical JSON of fields and notes
    sha256: Mapped[Sha256]
    signed_name: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    at_utc: Mapped[Created]
    by: Mapped[Person | None] = relationship()


class CardFile(db.Model):
    """Evidence in the file store: an order, a programme. ``mime`` was found from the content, not from the name."""

    id: Mapped[Key]
    card_id: Mapped[int] = refers("card.id", ondelete="CASCADE")
    name: Mapped[Code]  # the field it belongs to
    filename: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[Sha256]
    path: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    at_utc: Mapped[Created]
    removed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
