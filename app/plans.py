"""The roadmap between the engine's value, the tables and the pages: storing a plan, states, «3 из 5», any past day.

An item addressed to schools has one state a school and is done when each that it concerns has done it; any other item
has the one state of the municipality. Changes are events, so that the state on a past date can be told.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.events import record
from app.extensions import db
from app.models import Event, ItemState, Municipality, RoadmapItem, RoadmapPlan, RoadmapSection, School
from app.models.columns import utc_now
from surveys.roadmap import Deadline, Roadmap

MUNICIPALITY = "municipality"
CHANGED = "roadmap.state"
SUBJECT = "roadmap_item"
DATED = ("date", "month")
STALE_AFTER = dt.timedelta(days=60)  # an ongoing item without a mark for longer is «давно без отметки»


def store_plan(roadmap: Roadmap, municipality: Municipality, schools: Sequence[School]) -> RoadmapPlan:
    """Keep ``roadmap`` with a state for each addressee; the caller commits. Duties stand in a section of their own."""
    document = roadmap.document
    plan = RoadmapPlan(
        municipality_id=municipality.id,
        code=plan_code(roadmap),
        title=document.title,
        short_title=document.short_title,
        document={
            **document.model_dump(mode="json"),
            "notes": roadmap.notes,
            "people": [person.model_dump(mode="json") for person in roadmap.people],
            "roles": [role.model_dump(mode="json") for role in roadmap.roles],
            "schools": [school.key for school in roadmap.schools],
        },
    )
    db.session.add(plan)
    db.session.flush()
    place = 0
    for position, section in enumerate(roadmap.sections):
        rows = []
        for item in roadmap.section_items(section.number):
            texts = {"number": item.number, "title": item.title, "planned_result": item.planned_result}
            rows.append(_item_row(plan, place, texts, item.responsible, item, roadmap, schools))
            place += 1
        plan.sections.append(RoadmapSection(number=section.number, title=section.title, position=position, items=rows))
    duties = []
    for duty in roadmap.obligations:
        names = [role.name for key in duty.responsible_keys if (role := roadmap.role(key))]
        texts = {"number": duty.key, "title": duty.text, "planned_result": ""}
        duties.append(_item_row(plan, place, texts, ", ".join(names), duty, roadmap, schools))
        place += 1
    if duties:
        title = "Обязанности руководителей по п. 5 приказа"
        plan.sections.append(
            RoadmapSection(number="п. 5", title=title, position=len(roadmap.sections), duties=True, items=duties)
        )
    db.session.flush()
    return plan


def plan_code(roadmap: Roadmap) -> str:
    """«204-2020»: number and year of the order."""
    return f"{roadmap.document.order_number}-{roadmap.document.order_date.year}"


def _item_row(
    plan: RoadmapPlan,
    position: int,
    texts: Mapping[str, str],
    responsible: str,
    item: Any,
    roadmap: Roadmap,
    schools: Sequence[School],
) -> RoadmapItem:
    per_school = roadmap.is_per_school(item)
    row = RoadmapItem(
        plan_id=plan.id,
        position=position,
        responsible=responsible,
        responsible_keys=list(item.responsible_keys),
        per_school=per_school,
        **texts,
        **deadline_columns(item.deadline),
    )
    scopes = [(school.code, school.id) for school in schools] if per_school else [(MUNICIPALITY, None)]
    now = utc_now()
    row.states = [ItemState(scope=scope, school_id=school_id, updated_utc=now) for scope, school_id in scopes]
    return row


def deadline_columns(deadline: Deadline) -> dict[str, Any]:
    """The typed deadline as columns; for months the first day of the first and the last day of the last."""
    return {
        "deadline_text": deadline.text,
        "deadline_kind": deadline.kind,
        "due_date": deadline.last_day(),
        "starts_on": dt.date.fromisoformat(f"{deadline.month}-01") if deadline.month else None,
        "schedule_owner": deadline.schedule_owner,
        "condition": deadline.condition,
    }


@dataclass(frozen=True)
class Mark:
    """How far one addressee is: ``state`` of STATES, its evidence and note, when it was marked (None: never)."""

    scope: str
    state: str = "not_started"
    evidence: str = ""
    note: str = ""
    marked_utc: dt.datetime | None = None
    version: int = 0
    since_utc: dt.datetime | None = None  # when the addressee was given the item


@dataclass(frozen=True)
class Progress:
    """An item's state over its addressees: done ``done`` of ``of`` (those it does not concern are left out)."""

    status: str
    done: int
    of: int


def progress(marks: Iterable[Mark]) -> Progress:
    """Done when everybody concerned has done it; in work as soon as anybody has begun."""
    marks = list(marks)
    concerned = [mark for mark in marks if mark.state != "na"]
    done = sum(mark.state == "done" for mark in concerned)
    if marks and not concerned:
        return Progress("na", 0, 0)
    if concerned and done == len(concerned):
        return Progress("done", done, len(concerned))
    if len(concerned) == 1:
        return Progress(concerned[0].state, 0, 1)
    begun = any(mark.state != "not_started" for mark in concerned)
    return Progress("in_work" if begun else "not_started", done, len(concerned))


def days_late(kind: str, due: dt.date | None, status: str, today: dt.date) -> int:
    """Days since the last day of a dated item not yet done; 0 otherwise. Other kinds are never late."""
    if kind not in DATED or due is None or status in ("done", "na"):
        return 0
    return max(0, (today - due).days)


def is_stale(kind: str, status: str, marked: dt.datetime | None, since: dt.datetime, now: dt.datetime) -> bool:
    """«Давно без отметки»: an ongoing item that nobody has marked for long."""
    return kind == "ongoing" and status not in ("done", "na") and now - (marked or since) > STALE_AFTER


def change_state(
    state: ItemState,
    new: str,
    *,
    evidence: str = "",
    note: str = "",
    actor: int | None = None,
    at: dt.datetime | None = None,
) -> Event:
    """Set the state of one addressee and record it; the caller has checked rights and version, and commits."""
    now = at or utc_now()
    old = {"scope": state.scope, "state": state.state, "evidence": state.evidence, "note": state.note}
    state.state, state.evidence, state.note = new, evidence, note
    state.updated_by, state.updated_utc = actor, now
    state.version += 1
    fresh = {"scope": state.scope, "state": new, "evidence": evidence, "note": note}
    event = record(CHANGED, SUBJECT, state.item_id, old=old, new=fresh, actor=actor)
    event.at_utc = now
    return event


def shown_number(number: str) -> str:
    """«5.3» for the duty with the key «O5.3»; an item's number as it is."""
    return number.removeprefix("O")


def current_plan() -> RoadmapPlan | None:
    """The plan stored last."""
    return db.session.scalar(db.select(RoadmapPlan).order_by(RoadmapPlan.id.desc()).limit(1))


def find_item(plan: RoadmapPlan, number: str) -> RoadmapItem | None:
    """The item «3.9» or the duty «O5.1» of ``plan``."""
    return db.session.scalar(db.select(RoadmapItem).where(RoadmapItem.plan_id == plan.id, RoadmapItem.number == number))


def marks_now(plan: RoadmapPlan, item_id: int | None = None) -> dict[int, list[Mark]]:
    """Marks by item id, schools in the plan's order."""
    wanted = (
        db.select(ItemState)
        .join(RoadmapItem, RoadmapItem.id == ItemState.item_id)
        .outerjoin(School, School.id == ItemState.school_id)
        .where(RoadmapItem.plan_id == plan.id)
        .order_by(School.position, ItemState.id)
    )
    if item_id is not None:
        wanted = wanted.where(ItemState.item_id == item_id)
    marks: dict[int, list[Mark]] = {}
    for row in db.session.scalars(wanted):
        marked = row.updated_utc if row.version else None
        marks.setdefault(row.item_id, []).append(
            Mark(row.scope, row.state, row.evidence, row.note, marked, row.version, row.created_utc)
        )
    return marks


def marks_at(plan: RoadmapPlan, day: dt.date, zone: str) -> dict[int, list[Mark]]:
    """Marks as they stood at the end of ``day`` in the municipality's zone, told by the events."""
    following = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    last: dict[tuple[str, str], Event] = {}
    events = db.session.scalars(
        db.select(Event)
        .where(Event.action == CHANGED, Event.subject_type == SUBJECT, Event.at_utc < following)
        .order_by(Event.at_utc, Event.id)
    )
    for event in events:
        last[event.subject_id, event.new["scope"]] = event
    return {
        item_id: [_mark_then(item_id, mark.scope, last) for mark in marks] for item_id, marks in marks_now(plan).items()
    }


def _mark_then(item_id: int, scope: str, last: Mapping[tuple[str, str], Event]) -> Mark:
    event = last.get((str(item_id), scope))
    if event is None:
        return Mark(scope)
    return Mark(scope, event.new["state"], event.new["evidence"], event.new["note"], event.at_utc)


def describe_plan(plan: RoadmapPlan, marks: Mapping[int, list[Mark]]) -> dict[str, Any]:
    """The plan for ``roadmap show --json``: items of the table, each with its status and n of N."""
    items = []
    for section in plan.sections:
        if section.duties:
            continue
        for item in section.items:
            now = progress(marks.get(item.id, []))
            due = item.due_date if item.deadline_kind in DATED else None
            items.append(
                {
                    "number": item.number,
                    "section": section.number,
                    "title": item.title,
                    "responsible": item.responsible,
                    "deadline_text": item.deadline_text,
                    "deadline_kind": item.deadline_kind,
                    "date": due.isoformat() if due else None,
                    "planned_result": item.planned_result,
                    "status": now.status,
                    "done": now.done,
                    "of": now.of,
                }
            )
    return {"items": items}


@dataclass(frozen=True)
class ItemProgress:
    """An item with its state; ``late`` in days."""

    item: RoadmapItem
    now: Progress
    late: int


def plan_progress(
    plan: RoadmapPlan, today: dt.date, scope: str | None = None, *, duties: bool = True
) -> list[ItemProgress]:
    """Items (and duties) of the plan with their state: of the whole plan, or of one addressee that has the item."""
    marks = marks_now(plan)
    lines = []
    for item in (item for section in plan.sections if duties or not section.duties for item in section.items):
        wanted = [mark for mark in marks.get(item.id, []) if scope is None or mark.scope == scope]
        if wanted:
            now = progress(wanted)
            lines.append(ItemProgress(item, now, days_late(item.deadline_kind, item.due_date, now.status, today)))
    return lines


class HasProgress(Protocol):
    """A line that counts: its state and its days of delay."""

    @property
    def now(self) -> Progress: ...
    @property
    def late(self) -> int: ...


def count_by_status(lines: Iterable[HasProgress]) -> dict[str, int]:
    """How many items are late, in work, done, not started; each is counted once."""
    counts = {"late": 0, "in_work": 0, "done": 0, "not_started": 0}
    words = {"in_work": "in_work", "partly": "in_work", "done": "done", "na": "done"}
    for line in lines:
        counts["late" if line.late else words.get(line.now.status, "not_started")] += 1
    return counts


def today_in(zone: str, now: dt.datetime) -> dt.date:
    """The calendar day of the municipality."""
    return now.astimezone(ZoneInfo(zone)).date()
