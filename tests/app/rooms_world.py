"""What the tests of several rooms need beside the small world: the plan, definitions, a wave, cards."""

import datetime as dt

from app.content.starting import Definitions, load_packaged, store_definitions
from app.extensions import db
from app.models import (
    Assignment,
    InstrumentVersion,
    Municipality,
    Participation,
    Person,
    RoadmapPlan,
    School,
    Wave,
    WaveSchool,
)
from app.models.columns import utc_now
from app.plan.plans import store_plan


def school(code: str) -> School:
    return db.session.scalars(db.select(School).where(School.code == code)).one()


def person(login: str) -> Person:
    return db.session.scalars(db.select(Person).where(Person.login == login)).one()


def add_plan() -> RoadmapPlan:
    """The order's plan with the two schools of the small world."""
    municipality = db.session.scalars(db.select(Municipality)).one()
    schools = db.session.scalars(db.select(School).order_by(School.position)).all()
    plan = store_plan(load_packaged().roadmap, municipality, schools)
    db.session.commit()
    return plan


def add_next_plan(plan: RoadmapPlan) -> RoadmapPlan:
    """A plan of 2021, code «7-2021», beside the order's: its only item 3.99 is 3.6 of the order."""
    order = load_packaged().roadmap
    kept = [order.item("3.6").model_copy(update={"number": "3.99"})]
    document = order.document.model_copy(update={"order_number": "7", "order_date": dt.date(2021, 1, 15)})
    later = order.model_copy(update={"items": kept, "obligations": [], "document": document})
    schools = db.session.scalars(db.select(School).order_by(School.position)).all()
    made = store_plan(later, db.session.get_one(Municipality, plan.municipality_id), schools)
    db.session.commit()
    return made


def add_definitions() -> Definitions:
    """The packaged instruments, rules and consent text."""
    definitions = store_definitions(load_packaged(), "Управление образования")
    db.session.commit()
    return definitions


def add_teacher(number: int, code: str = "school1") -> Person:
    """One more teacher of a school."""
    at = school(code)
    teacher = Person(
        login=f"t{number}", number=f"t{number}", family=f"Учительская{'абвгдежзик'[number % 10]}", given="Инна"
    )
    teacher.assignments = [Assignment(role="teacher", scope=code, school_id=at.id, municipality_id=at.municipality_id)]
    db.session.add(teacher)
    db.session.flush()
    return teacher


def add_wave(
    definitions: Definitions, code: str = "first", *, status: str = "open", instrument: InstrumentVersion | None = None
) -> Wave:
    """A wave of both schools that asks their teachers and closes in five days."""
    from app.answers.population import invite_teachers

    now = utc_now()
    wave = Wave(
        code=code,
        title="Входная диагностика",
        stage="baseline",
        status=status,
        instrument_version_id=(instrument or definitions.questionnaire).id,
        rule_version_id=definitions.rules.id,
        consent_text_id=definitions.consent.id,
        municipality_id=db.session.scalars(db.select(Municipality.id)).one(),
        roadmap_item_number="3.9",
        opens_utc=now - dt.timedelta(days=1),
        closes_utc=now + dt.timedelta(days=5),
    )
    wave.schools = [WaveSchool(school_id=school(one).id, position=at) for at, one in enumerate(("school1", "school2"))]
    db.session.add(wave)
    db.session.flush()
    invite_teachers(wave)
    db.session.commit()
    return wave


def finish(wave: Wave, who: Person, status: str = "sent") -> None:
    """Mark somebody's part in a wave."""
    part = db.session.scalars(
        db.select(Participation).where(Participation.wave_id == wave.id, Participation.person_id == who.id)
    ).one()
    part.status = status
    db.session.commit()
