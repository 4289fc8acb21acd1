"""A wave in the small world: three schools, teachers with invented answers of a fixed seed.

School 1 has 20 teachers (18 answer, one refuses), School 2 has 16 (15 answer), School 3 has 8 (4 answer: hidden).
"""

import datetime as dt
import random
from functools import lru_cache

from flask import Flask

from app.answers.population import invite_teachers
from app.answers.respondents import ensure_respondent_key
from app.answers.submissions import add_submission, mark_sent
from app.content.starting import Packaged, load_packaged, store_definitions
from app.demo.answers import invent_answers
from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Assignment, Municipality, Participation, Person, School, Snapshot, Wave, WaveSchool
from app.models.columns import utc_now
from app.plan.plans import store_plan
from app.results.snapshots import close_wave, latest_snapshot
from surveys.answers.checking import check_answers

CODE = "baseline-test"
TEACHERS = {"school1": 19, "school2": 16, "school3": 8}  # Anna is the twentieth of School 1
ANSWER = {"school1": 18, "school2": 15, "school3": 4}
ABILITY = -0.6  # most blocks have a deficit, so that rules fire


@lru_cache(maxsize=1)
def packaged() -> Packaged:
    """The packaged definitions, read once for all tests."""
    return load_packaged()


def add_content() -> None:
    """Instruments, rules, consent, roadmap, a third school; the caller commits."""
    municipality = db.session.scalars(db.select(Municipality)).one()
    db.session.add(
        School(
            municipality_id=municipality.id,
            code="school3",
            name="МКОУ «СОШ № 3 с. Озёрное»",
            short_name="Озёрное № 3",
            position=2,
        )
    )
    db.session.flush()
    schools = list(db.session.scalars(db.select(School).order_by(School.position)))
    store_definitions(packaged(), municipality.department)
    store_plan(packaged().roadmap, municipality, schools)


def add_teachers() -> None:
    """Teachers of the three schools, without passwords; the caller commits."""
    schools = {school.code: school for school in db.session.scalars(db.select(School))}
    for code, number in TEACHERS.items():
        for place in range(number):
            person = Person(family=f"Учителев{code[-1]}{place:02}", given="Ольга", number=f"{code}-{place}")
            person.assignments.append(Assignment(role="teacher", scope=code, school_id=schools[code].id))
            db.session.add(person)
    db.session.flush()


def add_wave(code: str = CODE, *, days: int = 7) -> Wave:
    """An open wave of the three schools with its population; the caller commits."""
    from app.models import ConsentText, InstrumentVersion, RuleVersion

    instrument = db.session.scalars(db.select(InstrumentVersion).where(InstrumentVersion.kind == "questionnaire")).one()
    schools = db.session.scalars(db.select(School).order_by(School.position))
    wave = Wave(
        code=code,
        title="Входная диагностика",
        stage="baseline",
        status="open",
        instrument_version_id=instrument.id,
        rule_version_id=db.session.scalars(db.select(RuleVersion.id)).one(),
        consent_text_id=db.session.scalars(db.select(ConsentText.id)).one(),
        municipality_id=db.session.scalars(db.select(Municipality.id)).one(),
        roadmap_item_number="3.9",
        opens_utc=utc_now() - dt.timedelta(days=1),
        closes_utc=utc_now() + dt.timedelta(days=days),
        schools=[WaveSchool(school_id=school.id, position=place) for place, school in enumerate(schools)],
    )
    db.session.add(wave)
    db.session.flush()
    invite_teachers(wave)
    return wave


def answer(wave: Wave, answering: dict[str, int] | None = None, seed: int = 7) -> None:
    """Let teachers answer through the door that the web uses; the caller commits."""
    generator = random.Random(seed)
    instrument = packaged().questionnaire
    for part in wave.schools:
        number = (answering or ANSWER)[part.school.code]
        invited = db.session.scalars(
            db.select(Participation)
            .where(
                Participation.wave_id == wave.id,
                Participation.school_id == part.school_id,
                Participation.status == "invited",
            )
            .order_by(Participation.id.desc())
            .limit(number)
        )
        for participation in invited:
            values, marked = invent_answers(instrument, generator, {}, generator.gauss(ABILITY, 1))
            checked = check_answers(instrument, values, marked, final=True)
            key = ensure_respondent_key(participation.person_id)
            add_submission(
                wave_id=wave.id,
                school_id=part.school_id,
                respondent_key=key,
                instrument=instrument,
                checked=checked,
                client_key=f"{wave.code}:{key}",
                active_seconds=generator.randint(300, 1500),
            )
            mark_sent(participation, dt.date(2026, 11, 20))


def refuse(wave: Wave, school: str) -> None:
    """One invited teacher of ``school`` decides not to take part; the caller commits."""
    participation = db.session.scalars(
        db.select(Participation)
        .join(School, School.id == Participation.school_id)
        .where(Participation.wave_id == wave.id, School.code == school, Participation.status == "invited")
        .order_by(Participation.id)
        .limit(1)
    ).one()
    participation.status, participation.finished_on = "refused", dt.date(2026, 11, 20)


def build_open_wave() -> None:
    """The whole world with an open, answered wave; committed."""
    add_content()
    add_teachers()
    wave = add_wave()
    answer(wave)
    refuse(wave, "school1")
    db.session.commit()
    db.session.remove()


def the_wave() -> Wave:
    """The wave of this world."""
    return db.session.scalars(db.select(Wave).where(Wave.code == CODE)).one()


def close(app: Flask) -> Snapshot:
    """Close the wave as the room does and let the job run."""
    close_wave(the_wave())
    db.session.commit()
    run_pending_jobs(app)
    snapshot = latest_snapshot(the_wave().id)
    assert snapshot is not None
    return snapshot
