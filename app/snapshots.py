"""Closing a wave: answers -> summaries -> the gate -> findings, kept whole as a snapshot.

The snapshot holds no ids of people: rows are shuffled, and only the school stands beside the answers.
"""

import datetime as dt
import hashlib
import random
from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.card_values import card_for_rules, last_signed
from app.content import instrument_of, rules_of
from app.events import record
from app.extensions import db
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.models import Finding, Job, Municipality, School, Snapshot, Submission, Wave
from app.models.columns import utc_now
from app.models.waves import STAGES
from app.population import asked_by_school
from surveys.definition import Instrument
from surveys.released import Released

STEPS = 4
FIRST = 1  # number of the snapshot taken at closing
MUNICIPALITY = "municipality"
Progress = Callable[[int, int, str], None]
Answers = tuple[dict, list, list, dict, int | None]


def close_wave(wave: Wave, *, actor: int | None = None, at: dt.datetime | None = None) -> None:
    """Close ``wave`` and queue its calculation, unless it is queued or done already; the caller commits."""
    if wave.status == "open":
        wave.status, wave.closed_utc = "closed", at or utc_now()
        record("wave.closed", "wave", wave.id, actor=actor)
    job = last_closing_job(wave.id)
    under_way = job is not None and job.status in ("queued", "running")
    if latest_snapshot(wave.id) is None and not under_way:
        enqueue("close_wave", _("Расчёт: %(title)s", title=wave.title), {"wave_id": wave.id}, actor)


def last_closing_job(wave_id: int) -> Job | None:
    """The latest job that closes this wave."""
    jobs = db.session.scalars(db.select(Job).where(Job.kind == "close_wave").order_by(Job.id.desc()))
    return next((job for job in jobs if job.params.get("wave_id") == wave_id), None)


def latest_snapshot(wave_id: int) -> Snapshot | None:
    """The newest snapshot of a wave, without its long columns."""
    return db.session.scalar(
        db.select(Snapshot).where(Snapshot.wave_id == wave_id).order_by(Snapshot.number.desc()).limit(1)
    )


def released_of(snapshot: Snapshot) -> Released:
    """The released figures of a snapshot, parsed once per process: a snapshot never changes."""
    return _released(snapshot.id, snapshot.sha256)


@lru_cache(maxsize=32)
def _released(snapshot_id: int, sha256: str) -> Released:
    text = db.session.scalar(db.select(Snapshot.released).where(Snapshot.id == snapshot_id, Snapshot.sha256 == sha256))
    if text is None:
        raise LookupError(snapshot_id)
    return Released.model_validate_json(text)


@job_kind("close_wave")
def close_wave_job(job: JobRun) -> None:
    """Take the first snapshot of a closed wave; a repeat finds it taken and ends."""
    wave = db.session.get(Wave, job.params["wave_id"])
    if wave is None or wave.status != "closed":
        raise JobFailed(_("Этап не закрыт: расчёт не делается."))
    if latest_snapshot(wave.id) is not None:
        return
    wave_id = wave.id
    snapshot = build_snapshot(wave, job.progress)
    job.progress(STEPS, STEPS, _("Сохраняем снимок"))
    record("snapshot.taken", "wave", wave_id, new={"n": snapshot.n, "sha256": snapshot.sha256}, actor=job.created_by)
    job.finish(snapshot)


def build_snapshot(
    wave: Wave, progress: Progress = lambda _step, _steps, _note: None, *, at: dt.datetime | None = None
) -> Snapshot:
    """Compute the snapshot of ``wave`` with its findings. Reads only: the caller adds it to the session and commits.

    ``progress`` may end the read transaction; nothing of the session is used after its first call.
    """
    instrument, rules = instrument_of(wave.instrument_version), rules_of(wave.rule_version)
    municipality = db.session.get_one(Municipality, wave.municipality_id)
    wave_id, code, k, stage, name = wave.id, wave.code, wave.k, STAGES[wave.stage], municipality.name
    taken = at or utc_now()
    year = (wave.closed_utc or taken).astimezone(ZoneInfo(municipality.timezone)).year
    labels = {part.school.code: part.school.short_name for part in wave.schools}
    units = {part.school.code: part.unit for part in wave.schools if part.unit}
    asked = asked_by_school(wave_id)
    population = {school: asked.get(school, 0) for school in labels}
    rows = read_answers(wave_id)
    cards = {part.school.code: card_for_rules(card) for part in wave.schools if (card := last_signed(part.school_id))}

    progress(1, STEPS, _("Считаем блоки по школам"))
    dataset, released = compute(instrument, rows, population, labels, units, name, code, k, taken)
    progress(2, STEPS, _("Ищем выводы по правилам"))
    from surveys.findings import find

    findings = []
    for group in [released.municipality, *released.schools]:
        values, readings = cards.get(group.code, ({}, {}))
        for found in find(
            released,
            group.code,
            rules,
            instrument,
            card_values=values,
            indicator_levels=readings,
            stage=stage,
            year=year,
        ):
            findings.append(
                Finding(
                    scope=group.code,
                    rule=found.id.partition(":")[2],
                    priority=found.priority,
                    body=found.model_dump(mode="json"),
                )
            )
    progress(3, STEPS, _("Проверяем и сжимаем данные"))
    text = released.model_dump_json()
    return Snapshot(
        wave_id=wave_id,
        number=FIRST,
        taken_utc=taken,
        n=len(rows),
        population=population,
        dataset=dataset,
        released=text,
        sha256=hashlib.sha256(dataset + text.encode()).hexdigest(),
        findings=findings,
    )


def read_answers(wave_id: int) -> list[Answers]:
    """(values, not applicable, not asked, {"school": code}, seconds) of every submission, shuffled, without keys."""
    query = (
        db.select(
            Submission.values, Submission.not_applicable, Submission.not_asked, School.code, Submission.active_seconds
        )
        .join(School, School.id == Submission.school_id)
        .where(Submission.wave_id == wave_id)
    )
    rows: list[Answers] = [
        (values, marked, skipped, {"school": code}, seconds)
        for values, marked, skipped, code, seconds in db.session.execute(query)
    ]
    random.SystemRandom().shuffle(rows)
    return rows


def compute(
    instrument: Instrument,
    rows: list[Answers],
    population: dict[str, int],
    labels: dict[str, str],
    units: dict[str, str],
    municipality: str,
    wave: str,
    k: int,
    taken: dt.datetime,
) -> tuple[bytes, Released]:
    """The dataset as bytes and what may be shown of it."""
    from surveys.answer_set import AnswerSet
    from surveys.disclosure.gate import release
    from surveys.summary import summarise_by

    answers = AnswerSet.from_submissions(
        instrument, [row[:4] for row in rows], [None if row[4] is None else float(row[4]) for row in rows]
    )
    summaries = summarise_by(answers, instrument, "school") if rows else {}
    released = release(
        instrument,
        summaries,
        population,
        wave=wave,
        snapshot=FIRST,
        taken_utc=taken.isoformat(timespec="seconds"),
        labels=labels,
        municipality=municipality,
        k=k,
        units=units,
    )
    return answers.to_bytes(), released
