"""Editions of a document: what a person put in place of computed paragraphs, and the approved document whole."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Created, Key, UtcTime, refers


class ReportEdition(db.Model):
    """One edition of one kind of document about one group of a snapshot.

    A draft holds only the edits; the approved one also the report whole, which is never computed again. A new edition
    begins as a copy of the edits, and takes the place of the approved one when it is approved itself.
    """

    __table_args__ = (UniqueConstraint("snapshot_id", "kind", "scope", "number"),)
    id: Mapped[Key]
    snapshot_id: Mapped[int] = refers("snapshot.id")
    kind: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(80))  # «municipality» or «school:CODE»
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(20), default="draft")  # draft, approved, superseded
    edits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # section -> its paragraphs
    version: Mapped[int] = mapped_column(default=0)
    instrument_version_id: Mapped[int] = refers("instrument_version.id", index=False)
    report: Mapped[str] = mapped_column(Text, default="", deferred=True)  # the Report as JSON, once approved
    sha256: Mapped[str] = mapped_column(String(64), default="")  # of ``report``
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    approved_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    approved_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
