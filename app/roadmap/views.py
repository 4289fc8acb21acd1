"""The roadmap: the order's table with its state, and an item by school."""

import datetime as dt
from collections.abc import Iterable

from flask import abort, render_template, request

from app.frame.interface import translated
from app.frame.pages import timezone_name
from app.models import RoadmapPlan
from app.models.roadmap import STATES
from app.plan.changes import as_of
from app.plan.evidence import files_at, files_of
from app.plan.marks import MUNICIPALITY, Mark, marks_at, marks_now, tallies, tally
from app.plan.plans import all_plans, count_by_status, titles_of
from app.reach import scope_name
from app.roadmap import (  # noqa: F401  (their routes)
    amending,
    dates,
    days_off,
    execution,
    marking,
    measures,
    members,
    monitoring,
    monthly,
    queries,
    reminding,
    report_file,
    school_plans,
)
from app.roadmap.room import bp, chosen_plan, day_end, item_or_404, my_keys, reach_marked, reach_read, today_here
from app.roadmap.tables import known_addressees

__all__ = ["bp"]
FILTERS = ("plan", "school", "at", "show", "month", "order")  # a saved filter is an address
SHOWN = ("late", "mine", "measures", "review")


@bp.get("/")
def index() -> str:
    """The order's table, as it stands or as it stood on a past day."""
    plan = chosen_plan()
    if plan is None:
        return render_template("roadmap/empty.html")
    today, reach = today_here(), reach_read()
    past = past_day(today)
    day = queries.reckoned(plan, past or today, timezone_name())
    scope = own_scope(reach)
    if past:
        marks = {key: [m for m in part if not scope or m.scope == scope] for key, part in _past(plan, past).items()}
        counted = {key: tally(part) for key, part in marks.items() if part}
    else:
        counted = tallies(plan, scope or None)
    sections = queries.sections_of(plan)
    found = {} if past else queries.plan_measures(plan, reach)
    items = queries.items_by_section(sections, day_end(past) if past else None)
    lines = queries.plan_lines(items, counted, found, day, my_keys(plan))
    shown, month = request.args.get("show", ""), request.args.get("month", "")
    return render_template(
        "roadmap/index.html",
        plan=plan,
        plans=(known := all_plans()),
        titles=titles_of(known),
        sections=sections,
        order_date=dt.date.fromisoformat(plan.document["order_date"]),
        today=today,
        past=past,
        restricted=day.restricted,
        lines={key: ordered(line for line in part if is_shown(line, shown, month)) for key, part in lines.items()},
        counts=count_by_status(line for one in sections if not one.duties for line in lines[one.id]),
        months=queries.months_of(lines),
        shown=shown if shown in SHOWN else "",
        month=month,
        scope=scope,
        reach=reach,
        schools=queries.school_names(),
        states=translated(STATES),
        scope_name=scope_name,
        kept={key: value for key, value in request.args.items() if key in FILTERS},
    )


def own_scope(reach: frozenset[str] | None) -> str:
    """The school that the address narrows the table to; empty for the whole.

    Raises:
        NotFound: a school out of reach.
    """
    code = request.args.get("school", "")
    if code and (code not in queries.school_names() or (reach is not None and code not in reach)):
        abort(404)
    return code


def past_day(today: dt.date) -> dt.date | None:
    """The past day that the address asks for; None for the state now."""
    try:
        day = dt.date.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return None
    return day if day < today else None


def _past(plan: RoadmapPlan, day: dt.date) -> dict[int, list[Mark]]:
    return marks_at(plan, day, timezone_name())


def ordered(lines: Iterable[queries.ItemLine]) -> list[queries.ItemLine]:
    """The order of the plan, or overdue first."""
    found = list(lines)
    return sorted(found, key=lambda line: -line.late) if request.args.get("order") == "late" else found


def is_shown(line: queries.ItemLine, shown: str, month: str) -> bool:
    """Whether the filters of the address leave this line."""
    if month and (line.item.due_date is None or line.item.due_date.strftime("%Y-%m") != month):
        return False
    found = {"late": line.late > 0, "mine": line.mine, "measures": bool(line.measures), "review": line.unreviewed > 0}
    return found.get(shown, True)


@bp.get("/<number>")
def item(number: str) -> str:
    """One item: states by school, evidence, measures, history. A school sees its own."""
    plan, row = item_or_404(number)
    today, reach = today_here(), reach_read()
    past = past_day(today)
    history = queries.history(row, reach)
    if past:
        row = next(iter(as_of([row], day_end(past))), None) or abort(404)
    marks = (_past(plan, past) if past else marks_now(plan, row.id)).get(row.id, [])
    shown = queries.shown_marks(marks, reach)
    ids = [mark.state_id for mark in shown]
    found = [] if past else queries.plan_measures(plan, reach, row.id).get(row.id, [])
    marked = reach_marked()
    return render_template(
        "roadmap/item.html",
        plan=plan,
        item=row,
        past=past,
        line=queries.item_line(row, tally(marks), found, queries.reckoned(plan, past or today, timezone_name()), ()),
        marks=shown,
        files=files_at(marking.PROVES, ids, day_end(past)) if past else files_of(marking.PROVES, ids),
        history=history,
        addressees=dict(known_addressees(plan.document)),
        **dates.of_item(row),
        may_mark=lambda scope: not past and (marked is None or scope in marked),
        may_review=marked is None and not past,
        municipality=MUNICIPALITY,
        schools=queries.school_names(),
        states=translated(STATES),
        scope_name=scope_name,
    )
