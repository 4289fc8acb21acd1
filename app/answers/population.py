"""The population of a wave: every active teacher of its schools, once."""

from app.extensions import db
from app.models import Assignment, Participation, Person, School, Wave


def invite_teachers(wave: Wave) -> int:
    """Add the teachers of the wave's schools who are not in it yet; the caller commits.

    A person who teaches in two of the schools is counted in the one assigned first.

    Returns:
        How many people were added.
    """
    school_ids = [part.school_id for part in wave.schools]
    invited = set(db.session.scalars(db.select(Participation.person_id).where(Participation.wave_id == wave.id)))
    teachers = db.session.execute(
        db.select(Assignment.person_id, Assignment.school_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.role == "teacher", Assignment.school_id.in_(school_ids), Person.active)
        .order_by(Assignment.id)
    )
    added = 0
    for person_id, school_id in teachers:
        if person_id not in invited:
            invited.add(person_id)
            added += 1
            db.session.add(Participation(wave_id=wave.id, person_id=person_id, school_id=school_id))
    db.session.flush()
    return added


def asked_by_school(wave_id: int) -> dict[str, int]:
    """Code of a school -> teachers asked there; schools of the wave without teachers have 0."""
    rows = db.session.execute(
        db.select(School.code, db.func.count(Participation.id))
        .join(Participation, Participation.school_id == School.id)
        .where(Participation.wave_id == wave_id)
        .group_by(School.code)
    )
    return {code: count for code, count in rows}  # noqa: C416 - a result is no mapping, dict() takes it for one
