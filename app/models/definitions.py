"""Versions of what is data: instruments, rule catalogues, consent texts; and settings of the installation."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Code, Created, Key, Sha256, Title, UtcTime


class InstrumentVersion(db.Model):
    """A questionnaire or card version: canonical JSON and its hash. Immutable once published."""

    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))  # questionnaire, card
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[Sha256] = mapped_column(unique=True)
    published_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_utc: Mapped[Created]


class RuleVersion(db.Model):
    """A catalogue of rules, kept as instruments are."""

    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[Sha256] = mapped_column(unique=True)
    created_utc: Mapped[Created]


class ConsentText(db.Model):
    """One version of the consent: what exactly a respondent agreed to."""

    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    operator: Mapped[Title]
    purpose: Mapped[str] = mapped_column(Text)
    term: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[Sha256]
    created_utc: Mapped[Created]


class Setting(db.Model):
    """A setting edited in the interface: letterhead, signatures, thresholds with «утверждено …»."""

    key: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
