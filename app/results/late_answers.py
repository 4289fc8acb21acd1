"""Answers that came after the calculation: a new snapshot where it tells nothing of few people, else they are counted.

Decisions on findings go over to the new snapshot; an approved справка is never calculated anew.
"""

from flask_babel import gettext as _

from app.content.store import instrument_of
from app.events import record
from app.extensions import db
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.models import Finding, Job, Snapshot, Wave
from app.results.snapshots import STEPS, build_snapshot, latest_snapshot, released_of
from app.results.stages import load_answers

DECIDED = ("decision", "reason", "decided_by", "decided_utc", "version")


def ask_recount(wave: Wave, actor: int) -> Job:
    """Queue the calculation with the late answers; the caller commits."""
    return enqueue("late_answers", _("Пересчёт: %(title)s", title=wave.title), {"wave_id": wave.id}, actor)


@job_kind("late_answers")
def recount(job: JobRun) -> None:
    """Take the next snapshot, or say why the late answers stay outside."""
    from surveys.disclosure import carry_over

    wave = db.session.get(Wave, job.params["wave_id"])
    last = latest_snapshot(wave.id) if wave else None
    if wave is None or last is None:
        raise JobFailed(_("Этап ещё не рассчитан."))
    if last.approved_on is not None:
        raise JobFailed(_("Справка утверждена: её числа больше не меняются."))
    if not late_may_enter(wave, last):
        raise JobFailed(
            _(
                "Числа прежние: новых ответов нет или в какой-то школе их меньше %(k)d. По разнице двух расчётов "
                "стало бы видно, что ответили опоздавшие. Они сосчитаны как поступившие после расчёта.",
                k=wave.k,
            )
        )
    old, wave_id, last_id = released_of(last), wave.id, last.id
    snapshot = build_snapshot(wave, job.progress, number=last.number + 1, guard=lambda new: carry_over(old, new))
    job.progress(STEPS, STEPS, _("Сохраняем снимок"))
    _keep_decisions(last_id, snapshot)
    record("snapshot.taken", "wave", wave_id, new={"n": snapshot.n, "sha256": snapshot.sha256}, actor=job.created_by)
    job.finish(snapshot)


def late_may_enter(wave: Wave, last: Snapshot) -> bool:
    """Whether every group and block of the published snapshot gained nobody or at least k, and some gained.

    Answers withdrawn since are counted by themselves: one who left and one who came would not show in the numbers.
    """
    from surveys.answers.answer_set import AnswerSet
    from surveys.disclosure import may_enter
    from surveys.statistics.summary import Summary, merge_all, summarise_by

    instrument = instrument_of(wave.instrument_version)
    later, _keys = load_answers(wave.id, instrument)
    stayed, _keys = load_answers(wave.id, instrument, until=last.taken_utc)
    if len(later) == last.n:
        return False
    units = {part.school.code: part.unit or part.school.code for part in wave.schools}

    def summaries(answers: AnswerSet) -> dict[str, Summary]:
        found: dict[str, list[Summary]] = {}
        for code, summary in (summarise_by(answers, instrument, "school") if len(answers) else {}).items():
            found.setdefault(units.get(code, code), []).append(summary)
        return {unit: merge_all(parts) for unit, parts in found.items()}

    before, rest, after = (summaries(one) for one in (AnswerSet.from_bytes(last.dataset), stayed, later))
    return all(may_enter(old, new, wave.k) for old, new in ((rest, before), (rest, after), (before, after)))


def _keep_decisions(last_id: int, snapshot: Snapshot) -> None:
    """Decisions and measures of findings that were found again."""
    rows = db.session.scalars(db.select(Finding).where(Finding.snapshot_id == last_id, Finding.decision != "proposed"))
    again = {(finding.scope, finding.rule): finding for finding in snapshot.findings}
    for old in rows:
        new = again.get((old.scope, old.rule))
        if new is None:
            continue
        for name in DECIDED:
            setattr(new, name, getattr(old, name))
        if old.measure is not None:
            new.measure = old.measure
