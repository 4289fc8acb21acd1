"""Building the demonstration in one transaction: order, schools, people, a finished wave, an open one."""

import datetime as dt
import random

from app.answers.population import invite_teachers
from app.answers.submissions import add_submission, make_submission_key, mark_sent
from app.content.starting import Definitions, load_packaged, store_definitions
from app.demo.answers import BLOCK_MEAN, invent_answers, school_lean
from app.demo.cards import load_demo_cards
from app.demo.life import decide_findings, move_roadmap
from app.demo.people import SCHOOLS, add_municipality, add_people, add_schools
from app.events import record
from app.extensions import db
from app.models import (
    Consent,
    Draft,
    InstrumentVersion,
    Municipality,
    Participation,
    Person,
    Respondent,
    School,
    Setting,
    Wave,
    WaveSchool,
)
from app.models.columns import utc_now
from app.plan.plans import store_plan
from app.results.snapshots import build_snapshot
from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument

SEED = 20200520
BASELINE, MIDLINE = "demo-baseline", "demo-midline"
LETTERHEAD = {
    "place": "с. Озёрное",
    "signatory_position": "Начальник Управления образования",
    "signatory": "И. О. Фамилия",
}


class NotEmptyError(Exception):
    """The database already holds something."""


def database_is_empty() -> bool:
    """Whether nothing was loaded yet."""
    tables = (Municipality, School, Person, Wave, InstrumentVersion)
    return all(
        db.session.execute(db.select(db.literal(1)).select_from(table).limit(1)).first() is None for table in tables
    )


def build_demo(now: dt.datetime | None = None) -> dict[str, int]:
    """Fill an empty database; the caller commits. ``now`` dates the waves; all else comes of a fixed seed."""
    if not database_is_empty():
        raise NotEmptyError
    now = now or utc_now()
    generator = random.Random(SEED)
    packaged = load_packaged()
    municipality = add_municipality()
    schools = add_schools(municipality)
    definitions = store_definitions(packaged, municipality.department)
    plan = store_plan(packaged.roadmap, municipality, list(schools.values()))
    accounts = add_people(municipality, schools, generator)
    db.session.add(Setting(key="demo", value=True))
    leans = {code: school_lean(generator) for code in schools}
    abilities: dict[int, float] = {}
    makers = (generator, packaged.questionnaire, leans, abilities)

    baseline = _wave(
        BASELINE, "Входная диагностика", "baseline", municipality, definitions, schools, accounts, now, -45, -24
    )
    sent = _answer(baseline, *makers, counts={one.code: one.baseline for one in SCHOOLS}, first=accounts["teacher"].id)
    _refuse(baseline, generator)
    baseline.status, baseline.closed_utc = "closed", baseline.closes_utc
    db.session.flush()
    snapshot = build_snapshot(baseline, at=baseline.closes_utc + dt.timedelta(hours=1))
    db.session.add(snapshot)
    db.session.flush()
    decide_findings(snapshot, accounts["methodist"], baseline.closes_utc.date())
    move_roadmap(plan, accounts["municipal"])

    midline = _wave(
        MIDLINE, "Промежуточная диагностика", "midline", municipality, definitions, schools, accounts, now, -6, 8
    )
    shift = {block: generator.uniform(0.0, 0.35) for block in BLOCK_MEAN}
    sent += _answer(
        midline, *makers, counts={one.code: one.midline for one in SCHOOLS}, skip=accounts["teacher"].id, shift=shift
    )
    _leave_drafts(midline, *makers)
    load_demo_cards(schools, accounts, now)
    record("demo.loaded", "municipality", municipality.id, new={"submissions": sent})
    db.session.flush()
    return {"schools": len(schools), "teachers": sum(one.teachers for one in SCHOOLS), "submissions": sent}


def _wave(
    code: str,
    title: str,
    stage: str,
    municipality: Municipality,
    definitions: Definitions,
    schools: dict[str, School],
    accounts: dict[str, Person],
    now: dt.datetime,
    opens: int,
    closes: int,
) -> Wave:
    morning = now.replace(hour=5, minute=0, second=0, microsecond=0)
    wave = Wave(
        code=code,
        title=title,
        stage=stage,
        status="open",
        instrument_version_id=definitions.questionnaire.id,
        rule_version_id=definitions.rules.id,
        consent_text_id=definitions.consent.id,
        municipality_id=municipality.id,
        roadmap_item_number="3.9",
        opens_utc=morning + dt.timedelta(days=opens),
        closes_utc=morning + dt.timedelta(days=closes, hours=10),
        created_by=accounts["methodist"].id,
    )
    wave.schools = [WaveSchool(school_id=school.id, position=at) for at, school in enumerate(schools.values())]
    db.session.add(wave)
    db.session.flush()
    invite_teachers(wave)
    record("wave.opened", "wave", wave.id, actor=accounts["methodist"].id)
    return wave


def _answer(
    wave: Wave,
    generator: random.Random,
    instrument: Instrument,
    leans: dict[str, dict[str, float]],
    abilities: dict[int, float],
    *,
    counts: dict[str, int],
    first: int | None = None,
    skip: int | None = None,
    shift: dict[str, float] | None = None,
) -> int:
    """Let ``counts`` teachers of each school answer; ``first`` answers surely, ``skip`` never."""
    total = 0
    for part in wave.schools:
        code = db.session.get_one(School, part.school_id).code
        asked = _asked(wave, part.school_id, skip)
        chosen = sorted(asked, key=lambda row: row.person_id != first)[: counts[code]]
        for row in chosen:
            ability = abilities.setdefault(row.person_id, generator.gauss(0, 1))
            values, marked = invent_answers(instrument, generator, leans[code], ability, shift=shift)
            day = wave.opens_utc + dt.timedelta(days=generator.randint(0, 5), minutes=generator.randint(0, 600))
            _send(wave, row, instrument, values, marked, day, generator.randint(420, 1300))
        total += len(chosen)
    return total


def _asked(wave: Wave, school_id: int, skip: int | None) -> list[Participation]:
    rows = db.session.scalars(
        db.select(Participation)
        .where(Participation.wave_id == wave.id, Participation.school_id == school_id)
        .order_by(Participation.id)
    )
    return [row for row in rows if row.person_id != skip]


def _send(
    wave: Wave,
    row: Participation,
    instrument: Instrument,
    values: dict,
    marked: list[str],
    at: dt.datetime,
    seconds: int,
) -> None:
    key = _key(row.person_id)
    db.session.add(
        Consent(wave_id=wave.id, respondent_key=key, consent_text_id=wave.consent_text_id, agreed=True, given_utc=at)
    )
    add_submission(
        wave_id=wave.id,
        school_id=row.school_id,
        respondent_key=key,
        instrument=instrument,
        checked=check_answers(instrument, values, marked, final=True),
        client_key=make_submission_key(),
        active_seconds=seconds,
        received_utc=at,
    )
    mark_sent(row, at.date())


def _refuse(wave: Wave, generator: random.Random) -> None:
    """A few of those who did not answer have said that they will not."""
    for one, part in zip(SCHOOLS, wave.schools, strict=True):
        silent = [row for row in _asked(wave, part.school_id, None) if row.status == "invited"]
        for row in silent[: one.refused]:
            at = wave.opens_utc + dt.timedelta(days=generator.randint(0, 5))
            row.status, row.finished_on = "refused", at.date()
            key = _key(row.person_id)
            db.session.add(
                Consent(
                    wave_id=wave.id,
                    respondent_key=key,
                    consent_text_id=wave.consent_text_id,
                    agreed=False,
                    given_utc=at,
                )
            )


def _leave_drafts(
    wave: Wave,
    generator: random.Random,
    instrument: Instrument,
    leans: dict[str, dict[str, float]],
    abilities: dict[int, float],
) -> None:
    """Two teachers a school are half-way."""
    steps = [group.name for group in instrument.groups][:4]
    for part in wave.schools:
        code = db.session.get_one(School, part.school_id).code
        silent = [row for row in _asked(wave, part.school_id, None) if row.status == "invited"]
        for row in silent[-2:]:
            ability = abilities.setdefault(row.person_id, generator.gauss(0, 1))
            values, _marked = invent_answers(instrument, generator, leans[code], ability)
            key = _key(row.person_id)
            row.status, row.started_on = "started", (wave.opens_utc + dt.timedelta(days=2)).date()
            db.session.add(
                Consent(wave_id=wave.id, respondent_key=key, consent_text_id=wave.consent_text_id, agreed=True)
            )
            db.session.add(
                Draft(
                    wave_id=wave.id,
                    respondent_key=key,
                    values={
                        item.name: values[item.name]
                        for item in instrument.items
                        if item.group in steps and item.name in values
                    },
                    not_applicable=[],
                    visited=steps,
                    submission_key=make_submission_key(),
                    version=4,
                )
            )


def _key(person_id: int) -> str:
    return db.session.scalars(db.select(Respondent.key).where(Respondent.person_id == person_id)).one()
