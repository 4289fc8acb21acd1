"""Reading the plan for a page, and the state of one addressee. ``reach``: codes of schools, None for all."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.extensions import db
from app.models import (
    Event,
    Finding,
    ItemState,
    Measure,
    MeasureItem,
    Person,
    RoadmapItem,
    RoadmapPlan,
    School,
    Snapshot,
    Wave,
)
from app.plans import CHANGED, MUNICIPALITY, SUBJECT, Mark, Progress, days_late, is_stale, marks_now, progress

Reach = Collection[str] | None


@dataclass(frozen=True)
class MeasureLine:
    """A measure at an item, with the way back to its finding."""

    text: str
    scope: str
    responsible: str
    deadline_text: str
    due_date: dt.date | None
    status: str
    wave_code: str | None
    finding_id: int | None


@dataclass(frozen=True)
class ItemLine:
    """An item as the table shows it. ``late`` in days; ``stale``: ongoing and long without a mark."""

    item: RoadmapItem
    now: Progress
    late: int
    stale: bool
    mine: bool
    measures: list[MeasureLine] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """Class of the state's tag."""
        if self.late:
            return "late"
        return {"done": "done", "in_work": "run", "partly": "run", "na": "idle"}.get(self.now.status, "idle")


def plan_lines(
    plan: RoadmapPlan, today: dt.date, now: dt.datetime, keys: Collection[str], reach: Reach
) -> dict[int, list[ItemLine]]:
    """Lines of the plan by section id. ``keys``: addressees in the order's words that the reader answers for."""
    marks, measures = marks_now(plan), plan_measures(plan, reach)
    lines: dict[int, list[ItemLine]] = {}
    for section in plan.sections:
        lines[section.id] = [
            item_line(item, marks.get(item.id, []), measures.get(item.id, []), today, now, keys)
            for item in section.items
        ]
    return lines


def item_line(
    item: RoadmapItem,
    marks: list[Mark],
    measures: list[MeasureLine],
    today: dt.date,
    now: dt.datetime,
    keys: Collection[str],
) -> ItemLine:
    """One item with everything the page says of it."""
    reached = progress(marks)
    marked = max((mark.marked_utc for mark in marks if mark.marked_utc), default=None)
    since = min((mark.since_utc for mark in marks if mark.since_utc), default=now)
    return ItemLine(
        item,
        reached,
        days_late(item.deadline_kind, item.due_date, reached.status, today),
        is_stale(item.deadline_kind, reached.status, marked, since, now),
        bool(set(item.responsible_keys) & set(keys)),
        measures,
    )


def plan_measures(plan: RoadmapPlan, reach: Reach, item_id: int | None = None) -> dict[int, list[MeasureLine]]:
    """Measures by item id: the municipality's, and those of schools within reach."""
    wanted = (
        db.select(MeasureItem.roadmap_item_id, Measure, Finding.id, Wave.code)
        .join(Measure, Measure.id == MeasureItem.measure_id)
        .join(RoadmapItem, RoadmapItem.id == MeasureItem.roadmap_item_id)
        .outerjoin(Finding, Finding.id == Measure.finding_id)
        .outerjoin(Snapshot, Snapshot.id == Finding.snapshot_id)
        .outerjoin(Wave, Wave.id == Snapshot.wave_id)
        .where(RoadmapItem.plan_id == plan.id, Measure.status != "cancelled")
        .order_by(Measure.id)
    )
    if reach is not None:
        wanted = wanted.where(Measure.scope.in_([MUNICIPALITY, *reach]))
    if item_id is not None:
        wanted = wanted.where(RoadmapItem.id == item_id)
    found: dict[int, list[MeasureLine]] = {}
    for place, measure, finding_id, code in db.session.execute(wanted):
        line = MeasureLine(
            measure.text,
            measure.scope,
            measure.responsible,
            measure.deadline_text,
            measure.due_date,
            measure.status,
            code,
            finding_id,
        )
        found.setdefault(place, []).append(line)
    return found


def months_of(lines: Mapping[int, list[ItemLine]]) -> list[tuple[dt.date, int, bool]]:
    """(first day, number of deadlines, whether one is late) for each month from the first to the last deadline."""
    dated = [line for part in lines.values() for line in part if line.item.due_date]
    if not dated:
        return []
    months: dict[dt.date, list[ItemLine]] = {}
    for line in dated:
        months.setdefault(line.item.due_date.replace(day=1), []).append(line)  # type: ignore[union-attr]
    first, last = min(months), max(months)
    found = []
    while first <= last:
        there = months.get(first, [])
        found.append((first, len(there), any(line.late for line in there)))
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return found


def find_state(item: RoadmapItem, scope: str, reach: Reach) -> ItemState | None:
    """The state of one addressee within reach, held until the transaction ends."""
    if reach is not None and scope not in reach:
        return None
    return db.session.scalar(
        db.select(ItemState).where(ItemState.item_id == item.id, ItemState.scope == scope).with_for_update()
    )


def school_names() -> dict[str, str]:
    """Short names of schools by code."""
    return {row[0]: row[1] for row in db.session.execute(db.select(School.code, School.short_name))}


def history(item: RoadmapItem, reach: Reach) -> list[tuple[Event, str]]:
    """Changes of the item's states within reach, newest first, with the short name of who made each."""
    wanted = (
        db.select(Event, Person)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.action == CHANGED, Event.subject_type == SUBJECT, Event.subject_id == str(item.id))
        .order_by(Event.at_utc.desc(), Event.id.desc())
        .limit(100)
    )
    rows = [(event, person.short_name if person else "") for event, person in db.session.execute(wanted)]
    return [row for row in rows if reach is None or row[0].new["scope"] in {MUNICIPALITY, *reach}]
