"""Waves and who has answered. ``reach`` is the set of school ids a person may see, None for the municipality."""

from dataclasses import dataclass
from typing import Any

from app.answers.completion import done_count, seems_done, seen_status, shown
from app.extensions import db
from app.models import (
    ConsentText,
    InstrumentVersion,
    Job,
    Letter,
    Municipality,
    PaperSheet,
    Participation,
    Person,
    RoadmapItem,
    RuleVersion,
    School,
    Submission,
    Wave,
    WaveSchool,
)

Reach = frozenset[int] | None


@dataclass(frozen=True)
class Completion:
    """How far one school is: people, never answers. ``done`` holds sent and refused together."""

    school: School | None  # None: all schools together
    asked: int
    started: int
    done: int

    @property
    def percent(self) -> int:
        """Whole percent of people done, rounded down, so that 100 means everybody."""
        return 100 * self.done // self.asked if self.asked else 0


def list_waves(reach: Reach) -> list[Wave]:
    """Waves, newest first; for a school only those that ask it and are no drafts."""
    query = db.select(Wave).order_by(Wave.opens_utc.desc(), Wave.id.desc())
    return list(db.session.scalars(_reached(query, reach)))


def find_wave(code: str, reach: Reach, *, lock: bool = False) -> Wave | None:
    """One wave within reach; ``lock`` holds it until the commit."""
    query = _reached(db.select(Wave).where(Wave.code == code), reach)
    return db.session.scalar(query.with_for_update() if lock else query)


def _reached(query: Any, reach: Reach) -> Any:
    if reach is None:
        return query
    asked = db.select(WaveSchool.wave_id).where(WaveSchool.school_id.in_(reach))
    return query.where(Wave.id.in_(asked), Wave.status != "draft")


def completion(wave: Wave, reach: Reach) -> list[Completion]:
    """Schools of a wave within reach, in the roadmap's order."""
    rows = db.session.execute(
        db.select(Participation.school_id, seen_status().label("seen"), db.func.count())
        .where(Participation.wave_id == wave.id)
        .group_by(Participation.school_id, "seen")
    )
    counts: dict[int, dict[str, int]] = {}
    for school_id, status, number in rows:
        counts.setdefault(school_id, {})[status] = number
    return [
        Completion(
            part.school,
            asked=sum(counts.get(part.school_id, {}).values()),
            started=counts.get(part.school_id, {}).get("started", 0),
            done=counts.get(part.school_id, {}).get("done", 0),
        )
        for part in wave.schools
        if reach is None or part.school_id in reach
    ]


def total_of(rows: list[Completion]) -> Completion:
    """All the schools of ``rows`` together."""
    return Completion(
        None,
        asked=sum(row.asked for row in rows),
        started=sum(row.started for row in rows),
        done=sum(row.done for row in rows),
    )


def totals(waves: list[Wave], reach: Reach) -> dict[int, tuple[int, int]]:
    """Wave id -> (done, asked) over the schools within reach."""
    query = (
        db.select(Participation.wave_id, done_count(), db.func.count())
        .where(Participation.wave_id.in_([wave.id for wave in waves]))
        .group_by(Participation.wave_id)
    )
    if reach is not None:
        query = query.where(Participation.school_id.in_(reach))
    return {wave_id: (int(done), int(asked)) for wave_id, done, asked in db.session.execute(query)}


def unfinished(wave_id: int, school_ids: frozenset[int]) -> list[tuple[str, str]]:
    """(full name, «не начато» or «начато») of those not done in the coordinator's schools."""
    rows = db.session.execute(
        db.select(Person, seen_status())
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.wave_id == wave_id,
            Participation.school_id.in_(school_ids),
            ~seems_done(),
        )
        .order_by(Person.family, Person.given, Person.patronymic)
    )
    return [(person.full_name, status) for person, status in rows]


def late_answers(wave_id: int, counted: int) -> int:
    """Answers that came after the calculation."""
    counting = db.select(db.func.count()).select_from(Submission)
    total = db.session.scalar(counting.where(Submission.wave_id == wave_id, Submission.withdrawn_utc.is_(None)))
    return max(0, (total or 0) - counted)


def taken_codes(except_id: int | None = None) -> set[str]:
    """Codes of all other waves."""
    return set(db.session.scalars(db.select(Wave.code).where(Wave.id != (except_id or 0))))


def published_instruments() -> list[InstrumentVersion]:
    """Published questionnaires, the newest version of each first."""
    query = db.select(InstrumentVersion).where(
        InstrumentVersion.kind == "questionnaire", InstrumentVersion.published_utc.is_not(None)
    )
    return list(db.session.scalars(query.order_by(InstrumentVersion.title, InstrumentVersion.id.desc())))


def consent_texts() -> list[ConsentText]:
    """Versions of the consent, newest first."""
    return list(db.session.scalars(db.select(ConsentText).order_by(ConsentText.id.desc())))


def newest_rules() -> RuleVersion | None:
    """The catalogue of rules that new waves use."""
    query = db.select(RuleVersion).where(RuleVersion.published_utc.is_not(None))
    return db.session.scalar(query.order_by(RuleVersion.published_utc.desc(), RuleVersion.id.desc()).limit(1))


def schools() -> list[School]:
    """All schools in the roadmap's order."""
    return list(db.session.scalars(db.select(School).order_by(School.position, School.id)))


def roadmap_numbers() -> list[tuple[str, str]]:
    """(number, title) of roadmap items; duties have no number in the table and are left out."""
    rows = db.session.execute(db.select(RoadmapItem.number, RoadmapItem.title).order_by(RoadmapItem.position))
    return [(number, title) for number, title in rows]


def municipality() -> Municipality | None:
    """The municipality of this installation."""
    return db.session.scalar(db.select(Municipality).order_by(Municipality.id).limit(1))


@dataclass(frozen=True)
class LetterCounts:
    """Letters of one day and kind by their state; «sending» is unknown: its worker died while handing it over."""

    day: Any
    kind: str
    sent: int
    queued: int
    failed: int
    sending: int


def letter_counts(wave_id: int, reach: Reach) -> list[LetterCounts]:
    """Letters of a wave to people of the schools within reach, newest day first."""
    query = (
        db.select(Letter.day, Letter.kind, Letter.status, db.func.count())
        .where(Letter.wave_id == wave_id)
        .group_by(Letter.day, Letter.kind, Letter.status)
    )
    if reach is not None:
        inside = db.select(Participation.person_id).where(
            Participation.wave_id == wave_id, Participation.school_id.in_(reach)
        )
        query = query.where(Letter.person_id.in_(inside), Letter.kind == "reminder")
    found: dict[tuple[Any, str], dict[str, int]] = {}
    for on, kind, status, number in db.session.execute(query):
        found.setdefault((on, kind), {})[status] = number
    states = ("sent", "queued", "failed", "sending")
    return [LetterCounts(*key, *(found[key].get(one, 0) for one in states)) for key in sorted(found, reverse=True)]


def letters_job(wave_id: int) -> Job | None:
    """The newest job that sends letters of the wave."""
    jobs = db.session.scalars(db.select(Job).where(Job.kind == "letters").order_by(Job.id.desc()).limit(50))
    return next((job for job in jobs if job.params.get("wave_id") == wave_id), None)


def paper_people(wave_id: int, school_ids: frozenset[int]) -> list[Participation]:
    """People of the coordinator's schools who are marked as handed in on paper, or may be: not done otherwise.

    Who has begun on the screen lately may not, done or not: a person missing here would be told from the others.
    """
    wanted = (
        db.select(Participation)
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.wave_id == wave_id, Participation.school_id.in_(school_ids))
        .where(Participation.on_paper | Participation.status.in_(("invited", "started")) & shown())
        .order_by(Person.family, Person.given, Person.patronymic)
    )
    return list(db.session.scalars(wanted))


def find_sheet(wave_id: int, number: int, *, lock: bool = False) -> PaperSheet | None:
    """The paper sheet of this number; ``lock`` holds it until the commit: two people key one after the other."""
    query = db.select(PaperSheet).where(PaperSheet.wave_id == wave_id, PaperSheet.number == number)
    return db.session.scalar(query.with_for_update() if lock else query)
