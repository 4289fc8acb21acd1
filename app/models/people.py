"""Municipality, schools, people, their roles and the ways in."""

import datetime as dt
import secrets

from flask_login import UserMixin
from sqlalchemy import JSON, Boolean, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.frame.interface import N_
from app.models.columns import Code, Created, Key, Time, Title, UtcTime, refers

ROLES = {
    "teacher": N_("педагог"),
    "head": N_("руководитель ОУ"),
    "coordinator": N_("школьный координатор"),
    "methodist": N_("методист"),
    "municipal": N_("муниципальный координатор"),
    "admin": N_("администратор"),
}
SCHOOL_ROLES = frozenset({"teacher", "head", "coordinator"})


class Municipality(db.Model):
    """The department's territory. Days and deadlines are reckoned in its zone."""

    id: Mapped[Key]
    name: Mapped[Title]
    department: Mapped[Title]  # «Управление образования …», as the header of every page
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/Moscow")


class School(db.Model):
    """A school. ``code`` is its key in the roadmap file and in import files."""

    id: Mapped[Key]
    municipality_id: Mapped[int] = refers("municipality.id")
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Title]
    short_name: Mapped[str] = mapped_column(String(120))
    head_name: Mapped[str] = mapped_column(String(200), default="")  # as the order prints it
    position: Mapped[int] = mapped_column(default=0)  # order in which the roadmap lists schools
    municipality: Mapped[Municipality] = relationship()


class Person(UserMixin, db.Model):
    """Somebody who signs in. No birth date, sex, phone or СНИЛС: there is no column for them."""

    id: Mapped[Key]
    login: Mapped[str | None] = mapped_column(String(120), unique=True)
    number: Mapped[str | None] = mapped_column(String(64), unique=True)  # staff number, joins repeated imports
    family: Mapped[str] = mapped_column(String(120))
    given: Mapped[str] = mapped_column(String(120), default="")
    patronymic: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to sign out everywhere
    # After a second slip: answers given before this time stay closed until the earlier password is proved.
    sealed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    sealed_password_hash: Mapped[str | None] = mapped_column(String(200))
    first_sign_in_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    last_sign_in_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_utc: Mapped[Created]
    assignments: Mapped[list["Assignment"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def full_name(self) -> str:
        """«Иванова Анна Петровна»."""
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        """«Иванова А. П.», initials held by non-breaking spaces."""
        return "\u00a0".join([self.family, *(f"{part[0]}." for part in (self.given, self.patronymic) if part)])

    @property
    def roles(self) -> set[str]:
        return {assignment.role for assignment in self.assignments}

    def school_ids(self, *roles: str) -> set[int]:
        """Schools where this person has one of ``roles`` (any school role when none is named)."""
        wanted = set(roles) or SCHOOL_ROLES
        return {a.school_id for a in self.assignments if a.role in wanted and a.school_id is not None}

    def get_id(self) -> str:
        """What the session keeps: the epoch makes «выйти везде» work at the next request."""
        return f"{self.id}.{self.session_epoch}"


class Assignment(db.Model):
    """A role of a person: at a school for school roles, in the municipality otherwise."""

    __table_args__ = (UniqueConstraint("person_id", "role", "scope"),)
    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(64))  # code of the school, or «municipality»: never NULL, so UNIQUE holds
    school_id: Mapped[int | None] = refers("school.id", nullable=True)
    municipality_id: Mapped[int | None] = refers("municipality.id", nullable=True)
    school: Mapped[School | None] = relationship()


class Respondent(db.Model):
    """The key under which a person's answers are kept, stable across waves.

    Read only by the person's own pages, by the coordinator's view under a live consent, and by the stage matching.
    """

    person_id: Mapped[int] = refers("person.id", index=False, ondelete="CASCADE")
    key: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: secrets.token_hex(16))
    __table_args__ = (UniqueConstraint("person_id"),)


class Slip(db.Model):
    """A one-time code on paper. Only its hash is kept."""

    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_utc: Mapped[Created]
    issued_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    used_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    voided_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    void_reason: Mapped[str] = mapped_column(String(300), default="")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Unsealing(db.Model):
    """A request to open earlier answers without the earlier password: two people of the department, and a reason."""

    id: Mapped[Key]
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    asked_by: Mapped[int] = refers("person.id", index=False)
    asked_utc: Mapped[Created]
    reason: Mapped[str] = mapped_column(String(300))
    confirmed_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    closed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)  # confirmed, refused, or the password was proved
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])


class Throttle(db.Model):
    """Failed sign-ins by account: the delay grows with each. Never by address: a school shares one."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # sha256 of the name typed
    failures: Mapped[int] = mapped_column(default=0)
    last_utc: Mapped[Time]
    state: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
