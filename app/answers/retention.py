"""Terms of keeping, and keeping them: drafts, answers, letters. Snapshots stay: they hold nobody's key."""

import datetime as dt
from dataclasses import asdict, dataclass, fields

from flask_babel import gettext as _

from app.database import writing
from app.events import record
from app.extensions import db
from app.jobs import JobRun, enqueue, job_kind
from app.jobs.timetable import Due, by_clock
from app.models import (
    Consent,
    Draft,
    IndividualRoute,
    Letter,
    PaperSheet,
    PlanLetter,
    Respondent,
    Setting,
    Submission,
    Timetable,
    Wave,
)
from app.models.columns import utc_now

SETTING = "retention"
DAYS_OF_TIMETABLE = 60
MONTH = 30.44  # days


@dataclass(frozen=True)
class Terms:
    """How long what is kept after a wave is closed; 0 keeps without end."""

    draft_days: int = 30
    answer_months: int = 36
    letter_days: int = 180


def load_terms() -> Terms:
    """The terms in force; what is not set has the default."""
    kept = db.session.get(Setting, SETTING)
    values = kept.value if kept and isinstance(kept.value, dict) else {}
    return Terms(**{one.name: int(values[one.name]) for one in fields(Terms) if one.name in values})


def save_terms(terms: Terms) -> None:
    """Change the terms; the caller commits."""
    kept = db.session.get(Setting, SETTING)
    old = asdict(load_terms())
    if kept is None:
        db.session.add(Setting(key=SETTING, value=asdict(terms)))
    else:
        kept.value = asdict(terms)
    record("retention.changed", "setting", SETTING, old=old, new=asdict(terms))


def overdue(terms: Terms, now: dt.datetime) -> dict[str, int]:
    """How many rows of each kind are past their term now."""
    return {
        name: db.session.scalar(db.select(db.func.count()).select_from(table).where(where)) or 0
        for name, table, where in _past(terms, now)
    }


def keep_terms(terms: Terms, now: dt.datetime) -> dict[str, int]:
    """Remove what is past its term; the caller commits. Returns how many rows of each kind went."""
    gone = {}
    for name, table, where in _past(terms, now):
        removed = db.session.execute(db.delete(table).where(where), execution_options={"synchronize_session": False})
        gone[name] = removed.rowcount
    if terms.answer_months:  # a sheet keyed in once and never compared holds answers too
        half = db.update(PaperSheet).where(
            PaperSheet.first.is_not(None), PaperSheet.wave_id.in_(_closed(now, terms.answer_months * MONTH))
        )
        db.session.execute(half.values(first=db.null()), execution_options={"synchronize_session": False})
    used = [db.select(table.respondent_key) for table in (Submission, Draft, Consent)]
    idle = db.delete(Respondent).where(*(Respondent.key.not_in(keys) for keys in used))
    db.session.execute(idle, execution_options={"synchronize_session": False})
    db.session.execute(
        db.delete(Timetable).where(Timetable.begun_utc < now - dt.timedelta(days=DAYS_OF_TIMETABLE)),
        execution_options={"synchronize_session": False},
    )
    if any(gone.values()):
        record("retention.kept", "setting", SETTING, new=gone)
    return gone


def _past(terms: Terms, now: dt.datetime) -> list[tuple[str, type, "db.ColumnElement[bool]"]]:  # type: ignore[name-defined]
    """(name, table, which rows are past their term)."""
    found = []
    if terms.draft_days:
        found.append(("drafts", Draft, Draft.wave_id.in_(_closed(now, terms.draft_days))))
    if terms.answer_months:
        waves = _closed(now, terms.answer_months * MONTH)
        found += [
            (name, table, table.wave_id.in_(waves))
            for name, table in (("answers", Submission), ("consents", Consent), ("routes", IndividualRoute))
        ]
    if terms.letter_days:
        since = now - dt.timedelta(days=terms.letter_days)
        found.append(("letters", Letter, Letter.next_utc < since))
        found.append(("plan_letters", PlanLetter, PlanLetter.day < since.date()))
    return found


def _closed(now: dt.datetime, days: float) -> "db.Select":  # type: ignore[name-defined]
    """Waves closed so many days ago or earlier."""
    return db.select(Wave.id).where(Wave.status == "closed", Wave.closed_utc < now - dt.timedelta(days=days))


@job_kind("retention")
def keep_terms_job(job: JobRun) -> None:
    """Once a day: remove what is past its term."""
    job.progress(0, 1, _("Удаляем то, чей срок хранения вышел"))
    with writing():
        keep_terms(load_terms(), utc_now())
        job.finish()


@by_clock
def retention_due(now: dt.datetime) -> Due:
    """Every day once, where something is past its term."""
    if any(overdue(load_terms(), now).values()):
        yield f"retention:{now.date()}", lambda: enqueue("retention", _("Сроки хранения"), {}, None)
