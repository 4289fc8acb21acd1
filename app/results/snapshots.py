"""Closing a wave: answers -> summaries -> the gate -> findings, kept whole as a snapshot.

The snapshot holds no ids of people: rows are shuffled, and only the school stands beside the answers.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.answers.completion import release_all
from app.answers.population import asked_by_school
from app.content.store import instrument_of, rules_of
from app.events import record
from app.extensions import db
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.models import Finding, Job, Municipality, Snapshot, Wave
from app.models.columns import utc_now
from app.models.waves import STAGES
from app.results.card_values import card_for_rules, last_signed
from app.results.stages import link, load_answers, pairs_since_previous
from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Released

if TYPE_CHECKING:
    from surveys.answers.answer_set import AnswerSet

STEPS = 4
FIRST = 1  # number of the snapshot taken at closing
MUNICIPALITY = "municipality"
Progress = Callable[[int, int, str], None]


def close_wave(wave: Wave, *, actor: int | None = None, at: dt.datetime | None = None) -> None:
    """Close ``wave`` and queue its calculation, unless it is queued or done already; the caller commits."""
    if wave.status == "open":
        wave.status, wave.closed_utc = "closed", at or utc_now()
        release_all(wave.id)
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
    wave: Wave,
    progress: Progress = lambda _step, _steps, _note: None,
    *,
    at: dt.datetime | None = None,
    number: int = FIRST,
    guard: Callable[[Released], Released] = lambda released: released,
) -> Snapshot:
    """Compute the snapshot of ``wave`` with its findings. Reads only: the caller adds it to the session and commits.

    ``guard``: what is still withheld beside an earlier snapshot. ``progress`` may end the read transaction; nothing of
    the session is used after its first call.
    """
    instrument, rules = instrument_of(wave.instrument_version), rules_of(wave.rule_version)
    municipality = db.session.get_one(Municipality, wave.municipality_id)
    wave_id, code, k, stage, name = wave.id, wave.code, wave.k, STAGES[wave.stage], municipality.name
    taken = at or utc_now()
    year = (wave.closed_utc or taken).astimezone(ZoneInfo(municipality.timezone)).year
    labels = {part.school.code: part.school.short_name for part in wave.schools}
    units = {part.school.code: part.unit for part in wave.schools if part.unit}
    labels |= unit_labels(wave)
    asked = asked_by_school(wave_id)
    population = {part.school.code: asked.get(part.school.code, 0) for part in wave.schools}
    answers, _keys = load_answers(wave_id, instrument)
    n, line = len(answers), {school: units.get(school, school) for school in population}
    pairs = pairs_since_previous(wave, instrument, line)
    cards = {part.school.code: card_for_rules(card) for part in wave.schools if (card := last_signed(part.school_id))}

    progress(1, STEPS, _("Считаем блоки по школам"))
    released = compute(instrument, answers, population, labels, units, name, code, k, taken, number)
    released = guard(link(pairs, instrument, released))
    progress(2, STEPS, _("Ищем выводы по правилам"))
    from surveys.findings.finding import find

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
    dataset = answers.to_bytes()
    text = released.model_dump_json()
    return Snapshot(
        wave_id=wave_id,
        number=number,
        taken_utc=taken,
        n=n,
        population=population,
        dataset=dataset,
        released=text,
        sha256=hashlib.sha256(dataset + text.encode()).hexdigest(),
        findings=findings,
    )


def unit_labels(wave: Wave) -> dict[str, str]:
    """Printed name of each reporting unit: the schools that are shown together."""
    members: dict[str, list[str]] = {}
    for part in wave.schools:
        if part.unit:
            members.setdefault(part.unit, []).append(part.school.short_name)
    return {unit: ", ".join(names) for unit, names in members.items()}


def compute(
    instrument: Instrument,
    answers: "AnswerSet",
    population: dict[str, int],
    labels: dict[str, str],
    units: dict[str, str],
    municipality: str,
    wave: str,
    k: int,
    taken: dt.datetime,
    number: int = FIRST,
) -> Released:
    """What may be shown of the answers."""
    from surveys.disclosure.gate import release
    from surveys.statistics.summary import summarise_by

    summaries = summarise_by(answers, instrument, "school") if len(answers) else {}
    return release(
        instrument,
        summaries,
        population,
        wave=wave,
        snapshot=number,
        taken_utc=taken.isoformat(timespec="seconds"),
        labels=labels,
        municipality=municipality,
        k=k,
        units=units,
    )
