"""Findings of a snapshot, a person's decision on each, and the measures that come of accepted ones."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Float, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Created, Key, UtcTime, refers


class Finding(db.Model):
    """What a rule found in one group, with its proposed recommendation. Computed text is never changed."""

    __table_args__ = (UniqueConstraint("snapshot_id", "scope", "rule"),)
    id: Mapped[Key]
    snapshot_id: Mapped[int] = refers("snapshot.id")
    scope: Mapped[str] = mapped_column(String(64), index=True)  # «municipality» or the code of a school
    rule: Mapped[str] = mapped_column(String(64))
    priority: Mapped[float] = mapped_column(Float)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # the engine's Finding whole: text, numbers, condition, source
    decision: Mapped[str] = mapped_column(String(20), default="proposed")  # proposed, accepted, edited, rejected
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    decided_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=0)
    measure: Mapped["Measure | None"] = relationship(back_populates="finding", uselist=False)


class Measure(db.Model):
    """An accepted recommendation, standing at its roadmap items and leading back to its finding."""

    id: Mapped[Key]
    finding_id: Mapped[int | None] = mapped_column(
        db.ForeignKey("finding.id"), unique=True, nullable=True
    )  # one measure per finding
    scope: Mapped[str] = mapped_column(String(64), index=True)
    text: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(300))
    deadline_text: Mapped[str] = mapped_column(Text)
    due_date: Mapped[dt.date | None] = mapped_column(Date)
    planned_result: Mapped[str] = mapped_column(Text)
    measure_of_success: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default="planned")  # planned, in_work, done, cancelled
    indicator: Mapped[str] = mapped_column(String(120), default="")  # what success is counted by: «mean:MET»
    baseline: Mapped[float | None] = mapped_column(Float)
    baseline_n: Mapped[int | None]
    target: Mapped[float | None] = mapped_column(Float)
    link: Mapped[str] = mapped_column(String(500), default="")
    without_document: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=0)
    created_utc: Mapped[Created]
    finding: Mapped[Finding | None] = relationship(back_populates="measure")
    items: Mapped[list["MeasureItem"]] = relationship(cascade="all, delete-orphan")


class MeasureItem(db.Model):
    """A roadmap item that a measure serves."""

    __table_args__ = (UniqueConstraint("measure_id", "roadmap_item_id"),)
    id: Mapped[Key]
    measure_id: Mapped[int] = refers("measure.id", ondelete="CASCADE")
    roadmap_item_id: Mapped[int] = refers("roadmap_item.id")
