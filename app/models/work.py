"""Long jobs, the documents they make, and the append-only record of what happened."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Created, Key, Sha256, Title, UtcTime, refers


class Job(db.Model):
    """Long work: queued, running, done, failed or cancelled. This row is the truth; the queue only wakes a worker."""

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[Title]
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(20), default="queued", index=True)
    step: Mapped[int] = mapped_column(Integer, default=0)
    steps: Mapped[int] = mapped_column(Integer, default=1)
    note: Mapped[str] = mapped_column(String(300), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(120), default="")  # worker that holds it
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    heartbeat_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_by: Mapped[int | None] = refers("person.id", nullable=True)
    created_utc: Mapped[Created]
    finished_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    document: Mapped["Document | None"] = relationship(back_populates="job", uselist=False)


class Document(db.Model):
    """A finished file in «Мои документы», with the report it was written from and its snapshot."""

    id: Mapped[Key]
    owner_id: Mapped[int | None] = refers("person.id", nullable=True)
    job_id: Mapped[int | None] = mapped_column(db.ForeignKey("job.id"), unique=True, nullable=True)
    snapshot_id: Mapped[int | None] = refers("snapshot.id", nullable=True)
    scope: Mapped[str] = mapped_column(String(64), default="municipality")
    title: Mapped[Title]
    filename: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[Sha256]
    path: Mapped[str] = mapped_column(String(300))  # inside the file store
    report: Mapped[Any] = mapped_column(JSON)  # the Report value whole
    created_utc: Mapped[Created]
    job: Mapped[Job | None] = relationship(back_populates="document")


class Letter(db.Model):
    """A letter to send, once: the UNIQUE key keeps a second one of the kind and day away. Holds no address, no text.

    «sending» is written before the letter is handed to the mail server: a letter whose worker died in between is never
    sent again, it stays «unsure».
    """

    __table_args__ = (UniqueConstraint("wave_id", "person_id", "kind", "day"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(String(20))  # reminder, digest
    day: Mapped[dt.date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default="queued", index=True)  # sending, sent, failed, skipped
    attempts: Mapped[int] = mapped_column(default=0)
    next_utc: Mapped[Created]  # not before
    error: Mapped[str] = mapped_column(String(300), default="")
    sent_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class Timetable(db.Model):
    """What has been begun by the clock: one row for each task and its time, so that two workers begin it once."""

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    begun_utc: Mapped[Created]


class Event(db.Model):
    """Who did what to what, old and new, when and why. Rows are only added; ids only, no names, no answers.

    Each carries the hash of the one before it (app/event_chain.py); triggers refuse UPDATE and DELETE.
    """

    id: Mapped[Key]
    at_utc: Mapped[Created]
    actor_id: Mapped[int | None] = mapped_column(Integer, index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64), index=True)
    old: Mapped[Any] = mapped_column(JSON, nullable=True)
    new: Mapped[Any] = mapped_column(JSON, nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    prev_hash: Mapped[Sha256] = mapped_column(default="")
    hash: Mapped[Sha256] = mapped_column(default="")
