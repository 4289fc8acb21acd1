"""The plan by months: one row an item; dated ones exact, fuzzy ones hatched over all the months they may take."""

import datetime as dt

from flask import render_template

from app.frame.pages import timezone_name
from app.plan.marks import tallies
from app.roadmap import queries
from app.roadmap.room import bp, my_keys, plan_or_404, today_here


@bp.get("/months")
def months() -> str:
    """A grid of items and months; overdue first."""
    plan, today = plan_or_404(), today_here()
    sections = queries.sections_of(plan)
    lines = queries.plan_lines(
        queries.items_by_section(sections, None),
        tallies(plan),
        {},
        queries.reckoned(plan, today, timezone_name()),
        my_keys(plan),
    )
    every = [line for part in lines.values() for line in part]
    last = max((line.item.due_date for line in every if line.item.due_date), default=dt.date(plan.year, 12, 31))
    first = dt.date.fromisoformat(plan.document["order_date"]).replace(day=1)
    columns = [first]
    while columns[-1] < last.replace(day=1):
        columns.append((columns[-1] + dt.timedelta(days=32)).replace(day=1))
    rows = [(line, [cell(line, month) for month in columns]) for line in sorted(every, key=lambda one: -one.late)]
    return render_template("roadmap/months.html", plan=plan, columns=columns, rows=rows, today=today)


def cell(line: queries.ItemLine, month: dt.date) -> str:
    """«due»: the last day lies in this month; «span»: the item takes the month or runs through it; «fuzzy»: it may."""
    item = line.item
    if item.due_date is None:
        return "fuzzy"
    first, last = item.starts_on or item.due_date, item.due_date
    if not first.replace(day=1) <= month <= last:
        return ""
    return "span" if item.deadline_kind == "month" or month != last.replace(day=1) else "due"
