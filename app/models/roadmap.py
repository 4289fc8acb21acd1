"""The roadmap as the order has it, and the state of each item at each addressee."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.frame.interface import N_
from app.models.columns import Code, Created, Key, Title, UtcTime, refers

DEADLINE_KINDS = ("date", "month", "ongoing", "by_schedule", "on_receipt", "none")
STATES = {
    "not_started": N_("не начато"),
    "in_work": N_("в работе"),
    "partly": N_("выполнено частично"),
    "done": N_("выполнено"),
    "na": N_("не относится"),
}


class RoadmapPlan(db.Model):
    """One plan with its order. ``document`` keeps number, date, issuer, basis and people as the order prints them."""

    id: Mapped[Key]
    municipality_id: Mapped[int] = refers("municipality.id")
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(Text)
    short_title: Mapped[Title]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    year: Mapped[int] = mapped_column(default=2020)  # that the plan is of; an item may end in the next one
    sections: Mapped[list["RoadmapSection"]] = relationship(
        order_by="RoadmapSection.position", cascade="all, delete-orphan"
    )


class RoadmapSection(db.Model):
    """A numbered section of the plan; duties outside the table stand in a section with ``duties``."""

    id: Mapped[Key]
    plan_id: Mapped[int] = refers("roadmap_plan.id", ondelete="CASCADE")
    number: Mapped[str] = mapped_column(String(20))
    title: Mapped[Title]
    position: Mapped[int]
    duties: Mapped[bool] = mapped_column(Boolean, default=False)
    items: Mapped[list["RoadmapItem"]] = relationship(order_by="RoadmapItem.position", cascade="all, delete-orphan")


class RoadmapItem(db.Model):
    """An item with its verbatim text beside the typed deadline. Five kinds; a duty may have none."""

    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    id: Mapped[Key]
    plan_id: Mapped[int] = refers("roadmap_plan.id", ondelete="CASCADE")
    section_id: Mapped[int] = refers("roadmap_section.id", ondelete="CASCADE")
    number: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(Text)
    responsible_keys: Mapped[list[str]] = mapped_column(JSON, default=list)
    per_school: Mapped[bool] = mapped_column(Boolean, default=False)  # done when every school has reported
    deadline_text: Mapped[str] = mapped_column(Text, default="")
    deadline_kind: Mapped[str] = mapped_column(String(20))
    due_date: Mapped[dt.date | None] = mapped_column(Date)  # last day, included; for a month, its last day
    starts_on: Mapped[dt.date | None] = mapped_column(Date)  # first day of a month or range
    schedule_owner: Mapped[str] = mapped_column(String(300), default="")
    condition: Mapped[str] = mapped_column(String(300), default="")
    applies: Mapped[str] = mapped_column(String(20), default="")  # «during», «after» restrictions; empty: always
    withdrawn_on: Mapped[dt.date | None] = mapped_column(Date)  # an amendment took the item out of the plan
    planned_result: Mapped[str] = mapped_column(Text, default="")
    states: Mapped[list["ItemState"]] = relationship(cascade="all, delete-orphan")


class ItemState(db.Model):
    """How far one addressee is with an item: a school, or the municipality where ``school_id`` is empty."""

    __table_args__ = (UniqueConstraint("item_id", "scope"),)
    id: Mapped[Key]
    item_id: Mapped[int] = refers("roadmap_item.id", ondelete="CASCADE")
    scope: Mapped[str] = mapped_column(String(64))  # code of the school, or «municipality»
    school_id: Mapped[int | None] = refers("school.id", nullable=True)
    state: Mapped[str] = mapped_column(String(20), default="not_started")
    evidence: Mapped[str] = mapped_column(Text, default="")  # name, number and date of the document
    link: Mapped[str] = mapped_column(String(500), default="")
    without_document: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    review: Mapped[str] = mapped_column(String(20), default="")  # of «выполнено»: confirmed, returned; empty: not yet
    remark: Mapped[str] = mapped_column(Text, default="")  # why it was returned
    updated_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    updated_utc: Mapped[dt.datetime] = mapped_column(UtcTime)
    created_utc: Mapped[Created]
    version: Mapped[int] = mapped_column(default=0)
