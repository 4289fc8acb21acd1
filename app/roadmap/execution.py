"""How the plan is carried out on any day, in the form of the order's table; the history as CSV."""

import csv
import datetime as dt
import io
import json

from flask import Response, render_template, request

from app.extensions import db
from app.frame.interface import translated
from app.frame.pages import timezone_name
from app.models import Event, RoadmapPlan, RoadmapSection
from app.models.roadmap import STATES
from app.plan.evidence import files_at
from app.plan.marks import Mark, marks_at, tally
from app.roadmap import queries
from app.roadmap.marking import PROVES
from app.roadmap.room import bp, day_end, plan_or_404, reach_read, today_here

SUBJECTS = ("roadmap_item", "roadmap_plan", "item_state", "measure", "notice", "school_plan", "restriction_period")


def asked_day() -> dt.date:
    """The day that the address or the form asks for, never a future one; today where it names none."""
    try:
        return min(dt.date.fromisoformat(request.values.get("at", "")), today_here())
    except ValueError:
        return today_here()


def state_of_day(
    plan: RoadmapPlan, day: dt.date, reach: queries.Reach
) -> tuple[list[RoadmapSection], dict[int, list[queries.ItemLine]], dict[int, list[Mark]]]:
    """Sections, their lines and the marks within reach, as they stood at the end of ``day``."""
    marks = marks_at(plan, day, timezone_name())
    sections = queries.sections_of(plan)
    lines = queries.plan_lines(
        queries.items_by_section(sections, day_end(day)),
        {key: tally(part) for key, part in marks.items()},
        {},
        queries.reckoned(plan, day, timezone_name()),
        (),
    )
    return sections, lines, {key: queries.shown_marks(part, reach) for key, part in marks.items()}


@bp.get("/report")
def report() -> str:
    """The report on any day: each item with its plan and the fact, school by school."""
    plan, day = plan_or_404(), asked_day()
    sections, lines, marks = state_of_day(plan, day, reach_read())
    ids = [mark.state_id for part in marks.values() for mark in part if mark.state == "done"]
    return render_template(
        "roadmap/report.html",
        plan=plan,
        day=day,
        sections=sections,
        lines=lines,
        marks=marks,
        files=files_at(PROVES, ids, day_end(day)),
        states=translated(STATES),
        schools=queries.school_names(),
    )


@bp.get("/history.csv")
def history_csv() -> Response:
    """Events of the roadmap with their hashes."""
    body = io.StringIO()
    writer = csv.writer(body, delimiter=";")
    columns = ("id", "at_utc", "actor_id", "action", "subject_type", "subject_id", "reason", "old", "new")
    writer.writerow([*columns, "prev_hash", "hash"])
    for event in db.session.scalars(db.select(Event).where(Event.subject_type.in_(SUBJECTS)).order_by(Event.id)):
        plain = [event.id, event.at_utc.isoformat(), event.actor_id, event.action, event.subject_type, event.subject_id]
        reason = f"'{event.reason}" if event.reason[:1] in ("=", "+", "-", "@") else event.reason  # no formula in Excel
        told = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (event.old, event.new)]
        writer.writerow([*plain, reason, *told, event.prev_hash, event.hash])
    headers = {"Content-Disposition": "attachment; filename=roadmap-history.csv"}
    return Response("\ufeff" + body.getvalue(), mimetype="text/csv", headers=headers)
