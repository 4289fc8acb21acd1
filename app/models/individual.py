"""Individual routes (ИОМ): agreed by the teacher and the coordinator; until then nobody else knows of them."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Created, Key, UtcTime, refers
from app.models.people import Person, School
from app.models.waves import Wave


class IndividualRoute(db.Model):
    """A teacher's route after one wave: at most three deficits with steps.

    ``deficits`` is a list of {"scale", "label", "steps": [{"text", "form", "due", "done"}]}. Every change of it takes
    both agreements back.
    """

    __table_args__ = (UniqueConstraint("person_id", "wave_id"),)
    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    deficits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=0)
    teacher_agreed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    coordinator_agreed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    coordinator_id: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    self_assessment: Mapped[str] = mapped_column(String(20), default="")  # worked, partly, not_yet
    self_words: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")  # done, continue, stopped
    outcome_words: Mapped[str] = mapped_column(Text, default="")
    finished_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_utc: Mapped[Created]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    wave: Mapped[Wave] = relationship()
    school: Mapped[School] = relationship()

    @property
    def agreed(self) -> bool:
        """Whether both have agreed; only then do the head and the department see it."""
        return self.teacher_agreed_utc is not None and self.coordinator_agreed_utc is not None
