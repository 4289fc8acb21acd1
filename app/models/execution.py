"""Carrying the plan out: evidence, dates of outside schedules, incoming documents, people, restrictions, calendars."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Date, Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Code, Created, Key, Once, Sha256, Title, UtcTime, refers
from app.models.people import Person, School


class Evidence(db.Model):
    """A file that proves something. ``mime`` was found from the content, not from the name.

    ``subject_type`` and ``subject_id`` name what it proves; ``school_id`` whose quota it takes (None: the department).
    """

    __table_args__ = (Index("ix_evidence_subject", "subject_type", "subject_id"),)
    id: Mapped[Key]
    subject_type: Mapped[str] = mapped_column(String(40))  # item_state, measure, school_line, notice, member
    subject_id: Mapped[int]
    school_id: Mapped[int | None] = refers("school.id", nullable=True)
    filename: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[Sha256]
    path: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    at_utc: Mapped[Created]
    removed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class ScheduleDate(db.Model):
    """A date that an outside schedule gave to an item, entered when the schedule came."""

    id: Mapped[Key]
    item_id: Mapped[int] = refers("roadmap_item.id", ondelete="CASCADE")
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)  # last day, included
    title: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    removed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    once: Mapped[Once]  # item, days and title, until it is taken back


class RestrictionPeriod(db.Model):
    """The switch «ограничительные меры»: on from ``begins_on``, until ``ends_on`` (included; None: still on)."""

    id: Mapped[Key]
    begins_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    basis: Mapped[str] = mapped_column(String(300), default="")  # the act that brought them in


class Notice(db.Model):
    """A document that came and has to be studied (пп. 3.4, 3.7): its receipt starts the clock."""

    id: Mapped[Key]
    item_id: Mapped[int] = refers("roadmap_item.id", ondelete="CASCADE")
    title: Mapped[Title]
    requisites: Mapped[str] = mapped_column(String(300), default="")  # sender, number and date
    link: Mapped[str] = mapped_column(String(500), default="")
    received_on: Mapped[dt.date] = mapped_column(Date)
    study_until: Mapped[dt.date] = mapped_column(Date)
    by_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    once: Mapped[Once]  # item, title and day
    readers: Mapped[list["NoticeReader"]] = relationship(cascade="all, delete-orphan")


class NoticeReader(db.Model):
    """«Ознакомлен»: one person and one document."""

    __table_args__ = (UniqueConstraint("notice_id", "person_id"),)
    id: Mapped[Key]
    notice_id: Mapped[int] = refers("notice.id", ondelete="CASCADE")
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    read_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    person: Mapped[Person] = relationship()


class PlanMember(db.Model):
    """Somebody who answers for the plan: by the order's key of a person or role, with the order that says so."""

    id: Mapped[Key]
    plan_id: Mapped[int] = refers("roadmap_plan.id", ondelete="CASCADE")
    key: Mapped[str] = mapped_column(String(64))  # working_group, municipal_coordinator, school_coordinators, negrey …
    school_id: Mapped[int | None] = refers("school.id", nullable=True)
    person_id: Mapped[int | None] = refers("person.id", nullable=True, ondelete="SET NULL")
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(300), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    order_text: Mapped[str] = mapped_column(String(300), default="")  # «приказ № 17 от 28 мая 2020 г.»
    from_on: Mapped[dt.date | None] = mapped_column(Date)
    until_on: Mapped[dt.date | None] = mapped_column(Date)
    substitutes_id: Mapped[int | None] = refers("plan_member.id", nullable=True, index=False, ondelete="CASCADE")
    created_utc: Mapped[Created]
    once: Mapped[Once]  # everything entered
    school: Mapped[School | None] = relationship()


class PlanDraft(db.Model):
    """A table of a plan between reading and accepting: rows with our reading of each, to be corrected."""

    id: Mapped[Key]
    owner_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    filename: Mapped[str] = mapped_column(String(200))
    head: Mapped[dict[str, Any]] = mapped_column(JSON)  # title, order, year, plan to amend
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_utc: Mapped[Created]


class SchoolPlan(db.Model):
    """The roadmap of one school (п. 5), approved by its head."""

    __table_args__ = (UniqueConstraint("plan_id", "school_id"),)
    id: Mapped[Key]
    plan_id: Mapped[int] = refers("roadmap_plan.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    approved_on: Mapped[dt.date | None] = mapped_column(Date)
    approved_number: Mapped[str] = mapped_column(String(60), default="")
    approved_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    version: Mapped[int] = mapped_column(default=0)
    created_utc: Mapped[Created]
    lines: Mapped[list["SchoolPlanLine"]] = relationship(
        order_by="SchoolPlanLine.position, SchoolPlanLine.id", cascade="all, delete-orphan"
    )
    school: Mapped[School] = relationship()


class SchoolPlanLine(db.Model):
    """A line of a school's roadmap: an accepted measure (then its state is the measure's), or the school's own."""

    __table_args__ = (UniqueConstraint("school_plan_id", "measure_id"),)
    id: Mapped[Key]
    school_plan_id: Mapped[int] = refers("school_plan.id", ondelete="CASCADE")
    measure_id: Mapped[int | None] = refers("measure.id", nullable=True, ondelete="CASCADE")
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(300), default="")
    deadline_text: Mapped[str] = mapped_column(String(300), default="")
    due_date: Mapped[dt.date | None] = mapped_column(Date)
    planned_result: Mapped[str] = mapped_column(Text, default="")
    numbers: Mapped[list[str]] = mapped_column(JSON, default=list)  # municipal items it serves
    status: Mapped[str] = mapped_column(String(20), default="planned")
    proof: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=0)
    once: Mapped[Once]  # of an own line: everything entered


class MonitoringRound(db.Model):
    """A collection from schools under items 4.1-4.4. ``fields`` is what is asked, fixed when the round opens."""

    id: Mapped[Key]
    plan_id: Mapped[int] = refers("roadmap_plan.id", ondelete="CASCADE")
    number: Mapped[str] = mapped_column(String(20))  # of the item: «4.1»
    title: Mapped[Title]
    opens_on: Mapped[dt.date] = mapped_column(Date)
    closes_on: Mapped[dt.date] = mapped_column(Date)
    closed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    once: Mapped[Once]  # item, while the round is open
    answers: Mapped[list["MonitoringAnswer"]] = relationship(cascade="all, delete-orphan")


class MonitoringAnswer(db.Model):
    """What one school reported: field -> {"fact"}; help received in hours and people."""

    __table_args__ = (UniqueConstraint("round_id", "school_id"),)
    id: Mapped[Key]
    round_id: Mapped[int] = refers("monitoring_round.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    help_hours: Mapped[float | None] = mapped_column(Float)
    help_people: Mapped[int | None]
    help_words: Mapped[str] = mapped_column(Text, default="")
    sent_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=0)
    updated_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    school: Mapped[School] = relationship()


class CalendarToken(db.Model):
    """The address of a person's calendar. Only its hash is kept; revoking it closes the address for good."""

    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    token_hash: Mapped[Code] = mapped_column(unique=True)
    created_utc: Mapped[Created]
    revoked_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class PlanLetter(db.Model):
    """The digest of the plan by e-mail: one a person and day. Holds no address and no text.

    «sending» is written before the mail server gets it: whose worker died in between is never sent again. One still
    queued when its day is over is told by a later letter and then «skipped».
    """

    __table_args__ = (UniqueConstraint("person_id", "day"),)
    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    day: Mapped[dt.date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default="queued")  # sending, sent, failed, skipped
    attempts: Mapped[int] = mapped_column(default=0)
    next_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)  # not before
    error: Mapped[str] = mapped_column(String(300), default="")
    sent_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
