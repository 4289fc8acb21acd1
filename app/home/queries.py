"""What the home page tells: questionnaires, waves with their completion, findings to decide, documents, slips reported.

``school_ids`` narrows to schools; None means the municipality. Nothing here reads an answer.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from app.answers.completion import done_count, seems_done
from app.extensions import db
from app.models import (
    Assignment,
    Card,
    CardCycle,
    CardDelegation,
    Document,
    Finding,
    Participation,
    Person,
    School,
    Setting,
    Slip,
    Snapshot,
    Wave,
    WaveSchool,
)

Schools = Collection[int] | None


@dataclass(frozen=True)
class WaveLine:
    """An open wave with its completion: ``done`` of ``asked``; ``closes_utc`` is the latest of its schools."""

    wave: Wave
    asked: int
    done: int
    closes_utc: dt.datetime


def own_questionnaires(person_id: int) -> list[tuple[Wave, Participation, dt.datetime]]:
    """Open waves that ask this person, with the closing time of the person's school; the nearest first."""
    rows = db.session.execute(
        db.select(Wave, Participation, WaveSchool.extended_until_utc)
        .join(Participation, Participation.wave_id == Wave.id)
        .outerjoin(WaveSchool, (WaveSchool.wave_id == Wave.id) & (WaveSchool.school_id == Participation.school_id))
        .where(Participation.person_id == person_id, Wave.status == "open")
    )
    found = [(wave, part, max(wave.closes_utc, extended or wave.closes_utc)) for wave, part, extended in rows]
    return sorted(found, key=lambda row: row[2])


def open_waves(school_ids: Schools) -> list[WaveLine]:
    """Open waves that ask these schools, with completion there; the nearest closing first."""
    wanted = (
        db.select(
            Wave,
            db.func.count(Participation.id),
            done_count(),
        )
        .outerjoin(Participation, Participation.wave_id == Wave.id)
        .where(Wave.status == "open")
        .group_by(Wave.id)
    )
    ends = db.select(WaveSchool.wave_id, db.func.max(WaveSchool.extended_until_utc)).group_by(WaveSchool.wave_id)
    if school_ids is not None:
        wanted = wanted.where(Participation.school_id.in_(school_ids))
        ends = ends.where(WaveSchool.school_id.in_(school_ids))
    extended = {wave_id: until for wave_id, until in db.session.execute(ends) if until is not None}
    lines = [
        WaveLine(wave, asked, int(done), max(wave.closes_utc, extended.get(wave.id, wave.closes_utc)))
        for wave, asked, done in db.session.execute(wanted)
    ]
    return sorted(lines, key=lambda line: line.closes_utc)


def not_done(wave_id: int, school_ids: Collection[int]) -> list[str]:
    """Names of those who are not done, for their coordinator."""
    people = db.session.scalars(
        db.select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.wave_id == wave_id,
            Participation.school_id.in_(school_ids),
            ~seems_done(),
            Person.active,
        )
        .order_by(Person.family, Person.given)
    )
    return [person.full_name for person in people]


def reported_slips(school_ids: Schools) -> list[Person]:
    """People whose slip somebody else used and who have not got a new one."""
    newest = db.select(db.func.max(Slip.id)).group_by(Slip.person_id)
    wanted = db.select(Person).join(Slip, Slip.person_id == Person.id).where(Slip.id.in_(newest))
    wanted = wanted.where(Slip.void_reason == "reported", Person.active).order_by(Person.family)
    if school_ids is not None:
        inside = db.select(Assignment.person_id).where(Assignment.school_id.in_(school_ids))
        wanted = wanted.where(Person.id.in_(inside))
    return list(db.session.scalars(wanted))


def not_signed_in(school_ids: Schools) -> int:
    """How many people have never signed in."""
    inside = db.select(Assignment.person_id)
    if school_ids is not None:
        inside = inside.where(Assignment.school_id.in_(school_ids))
    wanted = db.select(db.func.count(Person.id)).where(
        Person.active, Person.first_sign_in_utc.is_(None), Person.password_hash.is_(None), Person.id.in_(inside)
    )
    return db.session.scalar(wanted) or 0


def undecided(limit: int = 5) -> list[tuple[Wave, int, int]]:
    """Closed waves with findings to decide: (wave, how many wait, how many in all), newest first."""
    newest = db.select(db.func.max(Snapshot.id)).group_by(Snapshot.wave_id)
    rows = db.session.execute(
        db.select(Wave, db.func.sum(db.case((Finding.decision == "proposed", 1), else_=0)), db.func.count(Finding.id))
        .join(Snapshot, Snapshot.wave_id == Wave.id)
        .join(Finding, Finding.snapshot_id == Snapshot.id)
        .where(Snapshot.id.in_(newest))
        .group_by(Wave.id)
        .order_by(Wave.id.desc())
        .limit(limit)
    )
    return [(wave, int(waiting or 0), total) for wave, waiting, total in rows]


def cards_waiting(school_ids: Schools) -> list[tuple[Card, CardCycle, School]]:
    """Cards that wait: of a school to be filled or mended; of the department, sent ones to be looked at."""
    states = ("sent",) if school_ids is None else ("draft", "returned")
    wanted = (
        db.select(Card, CardCycle, School)
        .join(CardCycle, CardCycle.id == Card.cycle_id)
        .join(School, School.id == Card.school_id)
        .where(Card.status.in_(states))
        .order_by(CardCycle.closes_on, School.position)
    )
    if school_ids is not None:
        wanted = wanted.where(Card.school_id.in_(school_ids))
    return [(card, cycle, school) for card, cycle, school in db.session.execute(wanted)]


def sections_given(person_id: int, school_ids: set[int]) -> list[tuple[CardDelegation, CardCycle]]:
    """Sections of open cards that a head gave to this person, who still works in the school."""
    wanted = (
        db.select(CardDelegation, CardCycle)
        .join(Card, Card.id == CardDelegation.card_id)
        .join(CardCycle, CardCycle.id == Card.cycle_id)
        .where(
            CardDelegation.person_id == person_id,
            Card.school_id.in_(school_ids),
            Card.status.in_(("draft", "returned")),
        )
        .order_by(CardDelegation.id)
    )
    return [(given, cycle) for given, cycle in db.session.execute(wanted)]


def own_documents(person_id: int, limit: int = 5) -> list[Document]:
    """The newest documents made for this person."""
    wanted = db.select(Document).where(Document.owner_id == person_id).order_by(Document.id.desc()).limit(limit)
    return list(db.session.scalars(wanted.options(db.defer(Document.report))))


def contacts() -> tuple[str, list[Person]]:
    """Whom to ask: the text of the setting «contacts», and the municipal coordinators."""
    kept = db.session.get(Setting, "contacts")
    wanted = db.select(Person).where(
        Person.active, Person.id.in_(db.select(Assignment.person_id).where(Assignment.role == "municipal"))
    )
    return str(kept.value) if kept and kept.value else "", list(db.session.scalars(wanted.order_by(Person.family)))
