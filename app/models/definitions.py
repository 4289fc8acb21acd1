"""Versions of what is data: instruments, rule catalogues, consent texts; and settings of the installation."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Code, Created, Key, Sha256, Title, UtcTime, refers


class Edition:
    """What versions of instruments and rules share: a draft has no ``published_utc``, a published one never changes.

    ``marks`` are the author's words on each change against the previous version: key -> «typo» or «meaning».
    """

    published_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime, active_history=True)
    marks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class InstrumentVersion(Edition, db.Model):
    """A questionnaire or card version: canonical JSON and its hash. Immutable once published."""

    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))  # questionnaire, card
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[Sha256] = mapped_column(unique=True)
    previous_id: Mapped[int | None] = refers("instrument_version.id", nullable=True, index=False)
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]


class RuleVersion(Edition, db.Model):
    """A catalogue of rules, kept as instruments are."""

    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[Key]
    code: Mapped[Code]
    version: Mapped[str] = mapped_column(String(40))
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[Sha256] = mapped_column(unique=True)
    previous_id: Mapped[int | None] = refers("rule_version.id", nullable=True, index=False)
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
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
    version: Mapped[int] = mapped_column(default=0, server_default="0")


FROZEN = ("code", "version", "title", "body", "sha256", "previous_id", "marks", "published_utc")


class PublishedChangedError(Exception):
    """Somebody tried to change what is published: a mistake in the program, never shown to people."""


@event.listens_for(InstrumentVersion, "before_update")
@event.listens_for(RuleVersion, "before_update")
def refuse_to_change_published(_mapper: Any, _connection: Any, version: Any) -> None:
    """Content, number and marks of a published version stay as they are, whatever the code above does."""
    attributes = inspect(version).attrs
    published = attributes.published_utc.load_history()
    if not any(value is not None for value in (*published.unchanged, *published.deleted)):
        return
    changed = [name for name in FROZEN if attributes[name].history.has_changes()]
    if changed:
        raise PublishedChangedError(f"{version.code} {version.version}: {', '.join(changed)}")
