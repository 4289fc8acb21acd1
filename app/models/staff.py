"""The staff base: people's posts, subjects, load, category, courses; and vacancies. No birth dates: an age band."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import JSON, Boolean, Date, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.frame.interface import N_
from app.models.columns import Created, Key, refers
from app.models.people import School

POSTS = {
    "teacher": N_("учитель"),
    "psychologist": N_("педагог-психолог"),
    "defectologist": N_("логопед, дефектолог"),
    "social": N_("социальный педагог"),
    "other": N_("другая должность"),
}
CATEGORIES = {"high": N_("высшая"), "first": N_("первая"), "szd": N_("СЗД"), "none": N_("нет")}
EXPERIENCE = {"3": N_("до 3 лет"), "4_20": N_("4–20 лет"), "21": N_("более 20 лет")}
AGES = {"35": N_("моложе 35"), "36_54": "35–54", "55": N_("55 и старше")}


class StaffMember(db.Model):
    """One person's post in one school. ``number`` joins repeated imports."""

    __table_args__ = (UniqueConstraint("school_id", "number"),)
    id: Mapped[Key]
    school_id: Mapped[int] = refers("school.id")
    number: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(20), default="teacher")
    subjects: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of the card's list of subjects
    hours: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))  # load, hours a week
    rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))  # part of a full post
    external: Mapped[bool] = mapped_column(Boolean, default=False)  # main work elsewhere
    category: Mapped[str] = mapped_column(String(10), default="none")
    category_until: Mapped[dt.date | None] = mapped_column(Date)
    higher_education: Mapped[bool] = mapped_column(Boolean, default=False)  # higher pedagogical
    experience: Mapped[str] = mapped_column(String(10), default="")
    age: Mapped[str] = mapped_column(String(10), default="")
    course_subject_on: Mapped[dt.date | None] = mapped_column(Date)  # end of the last course, by topic
    course_ovz_on: Mapped[dt.date | None] = mapped_column(Date)
    course_ict_on: Mapped[dt.date | None] = mapped_column(Date)
    left_on: Mapped[dt.date | None] = mapped_column(Date)
    created_utc: Mapped[Created]
    school: Mapped[School] = relationship()


class Vacancy(db.Model):
    """A vacant post of a teacher."""

    id: Mapped[Key]
    school_id: Mapped[int] = refers("school.id")
    subject: Mapped[str] = mapped_column(String(20))  # code of the card's list of subjects
    rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    since: Mapped[dt.date | None] = mapped_column(Date)
    closed_on: Mapped[dt.date | None] = mapped_column(Date)
    created_utc: Mapped[Created]
    school: Mapped[School] = relationship()
