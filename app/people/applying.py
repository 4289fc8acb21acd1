"""Applying a list as a job: it is read and compared before anything is locked, then written whole or not at all."""

from typing import Any

from flask_babel import gettext as _

from app.database import writing
from app.extensions import db
from app.importing.tables import Table
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.models import Job, Person
from app.people import changes, kept_lists, queries, school_lists
from app.people.rights import grantable, schools_changed
from surveys.errors import SurveyError

KIND = "people_list"
MOST_TOLD = 20  # problems in the words of a failed job


def planned(actor: Person, kind: str, home: str, source: str, table: Table) -> Any:
    """What the list would do within the rights of ``actor``.

    Raises:
        SurveyError: every problem found.
    """
    if kind == "schools":
        return school_lists.plan_schools(table, source)
    reach = schools_changed(actor)
    school = next((one for one in queries.list_schools(reach) if one.code == home), None)
    return changes.plan_people(table, source, roles=grantable(actor), school_ids=reach, home_school=school)


def ask_applying(actor_id: int, name: str, source: str, *, mark_left: bool) -> Job:
    """Queue the list kept as ``name``; the caller commits."""
    return enqueue(KIND, _("Список: %(file)s", file=source), {"name": name, "mark_left": mark_left}, actor_id)


def find_job(job_id: int, actor_id: int) -> Job | None:
    """The person's own job of this kind."""
    job = db.session.get(Job, job_id)
    return job if job and job.kind == KIND and job.created_by == actor_id else None


@job_kind(KIND)
def apply_list(job: JobRun) -> None:
    """Do what the dry run has shown; it is reckoned anew, since the base may have changed meanwhile."""
    job.progress(0, 3, _("Читаем список"))
    kept = kept_lists.take_list(job.created_by or 0, job.params["name"])
    if kept is None:
        raise JobFailed(_("Список показан слишком давно. Загрузите файл ещё раз."))
    kind, home, source, table = kept
    actor = db.session.get_one(Person, job.created_by)
    job.progress(1, 3, _("Сверяем, строк: %(number)d", number=len(table.rows)))
    try:
        planned(actor, kind, home, source, table)
        job.progress(2, 3, _("Записываем, строк: %(number)d", number=len(table.rows)))
        with writing():
            db.session.rollback()
            row = db.session.get_one(Job, job.id)
            plan = planned(db.session.get_one(Person, job.created_by), kind, home, source, table)
            if kind == "schools":
                school_lists.apply_schools(plan, actor=job.created_by)
            else:
                changes.apply_people(plan, mark_left=job.params["mark_left"], actor=job.created_by)
            counts = {"added": len(plan.added), "changed": len(plan.changed)}
            row.note = _("Список применён: добавлено %(added)d, изменено %(changed)d.", **counts)
            job.finish()
    except SurveyError as error:
        lines = error.lines()
        more = [_("… и ещё %(number)d", number=len(lines) - MOST_TOLD)] if len(lines) > MOST_TOLD else []
        told = "\n".join([_("С тех пор база изменилась: ничего не изменено"), *lines[:MOST_TOLD], *more])
        raise JobFailed(told) from error
    kept_lists.drop_list(job.created_by or 0, job.params["name"])
