"""The execution report of a day as a file: DOCX to edit and sign, XLSX to sort, PDF to send."""

import datetime as dt
import io
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.extensions import db
from app.frame.interface import in_russian, translated
from app.frame.navigation import day as day_words
from app.frame.pages import is_demo
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.models import Evidence, Municipality, RoadmapPlan
from app.models.roadmap import STATES
from app.plan.evidence import files_at
from app.plan.marks import MUNICIPALITY, Mark
from app.plan.plans import all_plans, count_by_status, shown_number
from app.reach import scope_name
from app.results.report_context import letterhead_setting
from app.roadmap import queries
from app.roadmap.execution import asked_day, state_of_day
from app.roadmap.room import bp, day_end, plan_or_404, reach_read
from surveys.report.document import Letterhead, Report, Signature
from surveys.roadmap.execution import Line, build_execution

FORMATS = ("docx", "xlsx", "pdf")


@bp.post("/report/file")
def report_file() -> Response:
    """Ask for the file; it appears in «Мои документы»."""
    plan, day, reach = plan_or_404(), asked_day(), reach_read()
    kind = request.form.get("format", "")
    kind = kind if kind in FORMATS else FORMATS[0]
    title = _("Отчёт об исполнении на %(day)s", day=day_words(day))
    seen = None if reach is None else sorted(reach)
    wanted = {"plan": plan.code, "day": day.isoformat(), "format": kind, "reach": seen}
    enqueue("execution", title, wanted, current_user.id)
    db.session.commit()
    flash(_("Документ готовится."))
    return redirect(url_for("reports.index"))


@job_kind("execution")
def write_report_file(job: JobRun) -> None:
    """Build the report and write it as one format."""
    from surveys.writers import write_report

    plan = next((one for one in all_plans() if one.code == job.params["plan"]), None)
    if plan is None:
        raise JobFailed(_("Такого плана больше нет."))
    day, kind, reach = dt.date.fromisoformat(job.params["day"]), job.params["format"], job.params["reach"]
    report = report_of(plan, day, None if reach is None else frozenset(reach))
    job.progress(1, 2, _("Пишем документ"))
    stream = io.BytesIO()
    write_report(report, kind, stream)
    job.deliver(
        stream.getvalue(),
        filename=f"Отчёт об исполнении, {day:%Y-%m-%d}.{kind}",
        title=job.title,
        format=kind,
        report=report.model_dump(mode="json"),
        scope=scope_name(reach[0]) if reach else MUNICIPALITY,
    )


@in_russian
def report_of(plan: RoadmapPlan, day: dt.date, reach: frozenset[str] | None) -> Report:
    """The report of ``plan`` on ``day`` with the marks of schools within reach."""
    sections, lines, marks = state_of_day(plan, day, reach)
    ids = [mark.state_id for part in marks.values() for mark in part]
    files, names = files_at(queries.STATE, ids, day_end(day)), queries.school_names()
    parts = [
        (
            f"{section.number}. {section.title}" if not section.duties else section.title,
            [line_of(line, marks.get(line.item.id, []), files, names) for line in lines[section.id]],
        )
        for section in sections
    ]
    counts = count_by_status(line for one in sections if not one.duties for line in lines[one.id])
    summary = _(
        "На %(day)s из пунктов плана выполнено %(done)d, в работе %(in_work)d, не начато %(not_started)d, "
        "просрочено %(late)d.",
        day=day_words(day),
        **counts,
    )
    return build_execution(plan.title, day_words(day), summary, parts, letterhead_of(plan), is_demo())


def line_of(line: queries.ItemLine, marks: list[Mark], files: dict[int, list[Evidence]], names: dict[str, str]) -> Line:
    """One item: the order's words, how far it is, and who has reported what."""
    item, states = line.item, translated(STATES)
    words = [states[line.now.status]]
    if line.late:
        words.append(ngettext("просрочено на %(num)d день", "просрочено на %(num)d дней", line.late))
    if item.per_school and line.now.of:
        count = ngettext("%(done)d из %(num)d школы", "%(done)d из %(num)d школ", line.now.of, done=line.now.done)
        words.insert(0, count)
    told = []
    for mark in marks:
        if mark.state == "not_started":
            continue
        proof = [mark.evidence, mark.link, *(one.filename for one in files.get(mark.state_id, []))]
        if mark.without_document and mark.state == "done":
            proof.append(_("документ не приложен"))
        whose = [f"{names[mark.scope]}: {states[mark.state]}"] if mark.scope in names else []
        told.append("; ".join(part for part in (*whose, *proof, mark.note) if part))
    texts = (shown_number(item.number), item.title, item.responsible, item.deadline_text, item.planned_result)
    return Line(*texts, "; ".join(words), [part for part in told if part])


def letterhead_of(plan: RoadmapPlan) -> Letterhead:
    """The department's letterhead; number and date are put in by hand when the report is signed."""
    typed = {key: str(value).strip() for key, value in letterhead_setting().items()}
    names = [typed[key] for key in ("name_ru", "name_kbd", "name_krc") if typed.get(key)]
    position, name = typed.get("signatory_position", ""), typed.get("signatory_name", "")
    known: dict[str, Any] = {"signature": Signature(position=position, name=name)} if position and name else {}
    return Letterhead(
        names=names or [db.session.get_one(Municipality, plan.municipality_id).department],
        address=typed.get("address", ""),
        place=typed.get("place", ""),
        executor=", ".join(part for part in (typed.get("executor", ""), typed.get("phone", "")) if part),
        **known,
    )
