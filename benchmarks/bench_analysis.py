"""The analysis page of a closed wave and the completion board of an open one: 5 and 25 schools, 800 teachers.

Usage: python -m benchmarks.bench_analysis [--requests 100]
The whole request inside the process: routing, queries, gate's figures, template; no network. «cold» forgets before
every request what a process keeps of a snapshot. p50 and p95 in milliseconds by the clock, and p95 of this process's
own time: other programs of the machine are in the first two only.
"""

import argparse
import datetime as dt
import gc
import json
import random
import tempfile
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.answers.population import invite_teachers
from app.answers.respondents import ensure_respondent_key
from app.answers.submissions import add_submission, mark_sent
from app.config import TestConfig
from app.content.starting import load_packaged, store_definitions
from app.demo.answers import invent_answers
from app.extensions import db
from app.models import (
    Assignment,
    ConsentText,
    InstrumentVersion,
    Municipality,
    Participation,
    Person,
    RuleVersion,
    School,
    Wave,
    WaveSchool,
)
from app.models.columns import utc_now
from app.plan.plans import store_plan
from app.results.snapshots import _released, build_snapshot
from app.waves import analysis
from benchmarks.bench_roadmap import measure
from surveys.answers.checking import check_answers

TEACHERS, ANSWERED = 800, 0.9


def fill(number: int) -> int:
    """``number`` schools with all teachers, a closed and an open wave; id of the methodologist."""
    packaged = load_packaged()
    municipality = Municipality(name="Район", department="Управление образования")
    db.session.add(municipality)
    db.session.flush()
    schools = [
        School(municipality_id=municipality.id, code=f"s{at}", name=f"Школа № {at}", short_name=f"Школа № {at}")
        for at in range(number)
    ]
    db.session.add_all(schools)
    db.session.flush()
    store_definitions(packaged, municipality.department)
    store_plan(packaged.roadmap, municipality, schools)
    for at in range(TEACHERS):
        school = schools[at % number]
        person = Person(family=f"Учителев{at}", given="Ольга", number=f"t{at}")
        person.assignments.append(Assignment(role="teacher", scope=school.code, school_id=school.id))
        db.session.add(person)
    methodist = Person(login="methodist", family="Методист", given="", active=True)
    methodist.assignments.append(Assignment(role="methodist", scope="municipality"))
    db.session.add(methodist)
    db.session.flush()
    for code, status in (("closed", "closed"), ("open", "open")):
        wave = add_wave(code, status, municipality, schools)
        answer(wave, packaged.questionnaire)
        if status == "closed":
            wave.closed_utc = utc_now()
            db.session.add(build_snapshot(wave))
    db.session.commit()
    return methodist.id


def add_wave(code: str, status: str, municipality: Municipality, schools: list[School]) -> Wave:
    instrument = db.select(InstrumentVersion.id).where(InstrumentVersion.kind == "questionnaire")
    wave = Wave(
        code=code,
        title="Входная диагностика",
        stage="baseline",
        status=status,
        instrument_version_id=db.session.scalars(instrument).one(),
        rule_version_id=db.session.scalars(db.select(RuleVersion.id)).one(),
        consent_text_id=db.session.scalars(db.select(ConsentText.id)).one(),
        municipality_id=municipality.id,
        opens_utc=utc_now() - dt.timedelta(days=1 if status == "open" else 30),
        closes_utc=utc_now() + dt.timedelta(days=7),
        schools=[WaveSchool(school_id=school.id, position=at) for at, school in enumerate(schools)],
    )
    db.session.add(wave)
    db.session.flush()
    invite_teachers(wave)
    return wave


def answer(wave: Wave, instrument) -> None:
    """Nine of ten teachers answer, through the door that the web uses."""
    generator = random.Random(7)
    for participation in db.session.scalars(db.select(Participation).where(Participation.wave_id == wave.id)):
        if generator.random() > ANSWERED:
            continue
        values, marked = invent_answers(instrument, generator, {}, generator.gauss(-0.6, 1))
        key = ensure_respondent_key(participation.person_id)
        add_submission(
            wave_id=wave.id,
            school_id=participation.school_id,
            respondent_key=key,
            instrument=instrument,
            checked=check_answers(instrument, values, marked, final=True),
            client_key=f"{wave.code}:{key}",
            active_seconds=generator.randint(300, 1500),
        )
        mark_sent(participation, dt.date(2026, 11, 20))


def forget() -> None:
    """What a process keeps of snapshots."""
    analysis._kept.clear()
    _released.cache_clear()


def pages(app: Flask, person: int, requests: int) -> dict[str, dict[str, float]]:
    whole, school = "/waves/closed/analysis", "/waves/closed/analysis?scope=school:s1"
    return {
        "analysis of the municipality": measure(app, person, whole, requests),
        "the same, cold": measure(app, person, whole, requests, before=forget),
        "analysis of a school": measure(app, person, school, requests),
        "the same of a school, cold": measure(app, person, school, requests, before=forget),
        "completion board": measure(app, person, "/waves/open/", requests),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    options = parser.parse_args()
    figures = {}
    for number in (5, 25):
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(TestConfig(f"sqlite:///{folder}/bench.db", Path(folder)))
            with app.app_context():
                upgrade()
                person = fill(number)
                db.session.remove()
            gc.collect()
            gc.freeze()  # as the server does before it forks
            figures[f"{number} schools, {TEACHERS} teachers"] = pages(app, person, options.requests)
            with app.app_context():
                db.engine.dispose()
    print(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
