"""Reading people within a reach (ids of schools, None for all), and changing them. Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.auth.codes import hash_code, new_code
from app.events import record
from app.extensions import db
from app.models import Assignment, Event, Municipality, Person, School, Slip
from app.models.columns import utc_now
from app.models.people import SCHOOL_ROLES
from app.people.names import Logins

PAGE = 50
Reach = Collection[int] | None


def is_taken(column: str, value: str, but: int | None) -> bool:
    """Whether another person has ``value`` in ``column``."""
    if not value:
        return False
    wanted = db.select(Person.id).where(getattr(Person, column) == value)
    if but is not None:
        wanted = wanted.where(Person.id != but)
    return db.session.scalar(wanted.limit(1)) is not None


def list_schools(reach: Reach) -> list[School]:
    """Schools within reach, in the plan's order."""
    wanted = db.select(School).order_by(School.position, School.id)
    if reach is not None:
        wanted = wanted.where(School.id.in_(reach))
    return list(db.session.scalars(wanted))


def list_people(
    reach: Reach, *, words: str = "", school: str = "", role: str = "", page: int = 1
) -> tuple[list[Person], int]:
    """One page of people and how many there are in all; accounts without a role are left out."""
    wanted = db.select(Person).where(Person.id.in_(_assigned(reach, school, role)))
    for word in words.split():
        like = f"%{word.replace('%', '').replace('_', '')}%"
        fields = (Person.family, Person.given, Person.patronymic, Person.number)
        # SQLite's LIKE knows the case of Latin letters only: names are also tried with a capital.
        wanted = wanted.where(
            db.or_(*(field.ilike(text) for field in fields for text in (like, f"%{word.capitalize()}%")))
        )
    total = db.session.scalar(db.select(db.func.count()).select_from(wanted.subquery())) or 0
    order = (Person.family, Person.given, Person.patronymic, Person.id)
    found = db.session.scalars(wanted.order_by(*order).limit(PAGE).offset((page - 1) * PAGE))
    return list(found), total


def _assigned(reach: Reach, school: str, role: str) -> Any:
    wanted = db.select(Assignment.person_id)
    if reach is not None:
        wanted = wanted.where(Assignment.school_id.in_(reach))
    if school:
        wanted = wanted.where(Assignment.scope == school)
    if role:
        wanted = wanted.where(Assignment.role == role)
    return wanted


def find_person(person_id: int, reach: Reach) -> Person | None:
    """The person, within reach."""
    return db.session.scalar(db.select(Person).where(Person.id == person_id, Person.id.in_(_assigned(reach, "", ""))))


def person_slips(person: Person) -> list[Slip]:
    """Slips of a person, newest first."""
    return list(db.session.scalars(db.select(Slip).where(Slip.person_id == person.id).order_by(Slip.id.desc())))


def person_events(person: Person) -> list[Event]:
    """What happened to the account; never what was answered."""
    actions = ("person.added", "person.changed", "role.given", "role.taken", "person.closed", "person.opened")
    wanted = db.select(Event).where(
        Event.subject_type == "person", Event.subject_id == str(person.id), Event.action.in_(actions)
    )
    return list(db.session.scalars(wanted.order_by(Event.id.desc()).limit(20)))


FIELDS = ("family", "given", "patronymic", "position", "email")


def add_person(values: dict[str, str], role: str, school: School | None) -> Person:
    """A new person with one role."""
    person = Person(number=values.get("number") or None, **{key: values.get(key) or "" for key in FIELDS})
    person.login = values.get("login") or free_login(person)
    db.session.add(person)
    person.assignments.append(new_assignment(role, school))
    db.session.flush()
    record("person.added", "person", person.id, new={"role": role, "scope": person.assignments[0].scope})
    return person


def free_login(person: Person) -> str:
    logins = Logins(set(db.session.scalars(db.select(Person.login).where(Person.login.is_not(None)))))
    return logins.make(person.family, person.given, person.patronymic)


def new_assignment(role: str, school: School | None) -> Assignment:
    municipality = db.session.scalar(db.select(Municipality.id).order_by(Municipality.id).limit(1))
    inside = school if role in SCHOOL_ROLES else None
    return Assignment(
        role=role,
        scope=inside.code if inside else "municipality",
        school_id=inside.id if inside else None,
        municipality_id=inside.municipality_id if inside else municipality,
    )


def change_person(person: Person, values: dict[str, str]) -> list[str]:
    """Set the fields that differ; returns their names. The event names fields, never their content."""
    changed = []
    for key in (*FIELDS, "number", "login"):
        value = (values.get(key) or "").strip() or (None if key in ("number", "login") else "")
        if key == "login" and value is None:
            value = person.login or free_login(person)
        if getattr(person, key) != value:
            setattr(person, key, value)
            changed.append(key)
    if changed:
        record("person.changed", "person", person.id, new={"fields": changed})
    return changed


def give_role(person: Person, role: str, school: School | None) -> bool:
    """Add a role; False when the person has it."""
    fresh = new_assignment(role, school)
    if any((a.role, a.scope) == (fresh.role, fresh.scope) for a in person.assignments):
        return False
    person.assignments.append(fresh)
    record("role.given", "person", person.id, new={"role": role, "scope": fresh.scope})
    return True


def take_role(person: Person, assignment_id: int) -> bool:
    """Remove a role; False when there is none such."""
    found = next((a for a in person.assignments if a.id == assignment_id), None)
    if found is None:
        return False
    person.assignments.remove(found)
    person.session_epoch += 1
    record("role.taken", "person", person.id, old={"role": found.role, "scope": found.scope})
    return True


def set_active(person: Person, active: bool) -> None:
    """Close or open the account."""
    person.active = active
    person.session_epoch += 1
    record("person.opened" if active else "person.closed", "person", person.id)


@dataclass(frozen=True)
class FreshSlip:
    """A new code, to be shown once."""

    person: Person
    code: str


def people_for_slips(school: School, roles: set[str]) -> list[Person]:
    """Active people of a school all of whose roles are among ``roles``, by name."""
    wanted = (
        db.select(Person)
        .where(Person.active, Person.id.in_(_assigned(None, school.code, "")))
        .order_by(Person.family, Person.given, Person.id)
    )
    return [person for person in db.session.scalars(wanted) if person.roles <= roles]


def issue_slips(people: list[Person], issued_by: int) -> list[FreshSlip]:
    """New codes; unused earlier slips of the same people are void. Codes are returned once and never kept."""
    now, secret = utc_now(), str(current_app.config["SECRET_KEY"])
    db.session.execute(
        db.update(Slip)
        .where(Slip.person_id.in_([one.id for one in people]), Slip.used_utc.is_(None), Slip.voided_utc.is_(None))
        .values(voided_utc=now, void_reason="replaced")
    )
    fresh = []
    for person in people:
        code = new_code()
        if not person.login:
            person.login = free_login(person)
        db.session.add(Slip(person_id=person.id, code_hash=hash_code(code, secret), issued_by=issued_by))
        record("slip.issued", "person", person.id)
        fresh.append(FreshSlip(person, code))
    return fresh


def void_slip(slip: Slip, reason: str) -> None:
    """An unused slip stops working."""
    slip.voided_utc, slip.void_reason = utc_now(), reason
    record("slip.voided", "slip", slip.id, new={"person": slip.person_id}, reason=reason)
