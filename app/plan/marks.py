"""How far each addressee of an item is: states, «3 из 5», the coordinator's word, any past day.

An item addressed to schools has one state a school and is done when each that it concerns has done it; any other item
has the one state of the municipality. States of an addressee that an amendment took away sleep, and are told of past
days only. Changes are events, so that the state on a past date can be told.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from app.events import record
from app.extensions import db
from app.models import Event, ItemState, RoadmapItem, RoadmapPlan, School
from app.models.columns import UtcTime, utc_now
from surveys.roadmap.deadlines import suspended

MUNICIPALITY = "municipality"
CHANGED, AMENDED = "roadmap.state", "roadmap.amended"
SUBJECT = "roadmap_item"
DATED = ("date", "month", "by_schedule")  # the last once its schedule has come


@dataclass(frozen=True)
class Mark:
    """How far one addressee is: ``state`` of STATES, what proves it, when it was marked (None: never).

    ``review`` is the coordinator's word on «выполнено»: confirmed, returned (then ``remark`` says why), or none yet.
    """

    scope: str
    state: str = "not_started"
    evidence: str = ""
    note: str = ""
    marked_utc: dt.datetime | None = None
    version: int = 0
    since_utc: dt.datetime | None = None  # when the addressee was given the item
    link: str = ""
    without_document: bool = False
    review: str = ""
    remark: str = ""
    state_id: int = 0


@dataclass(frozen=True)
class Progress:
    """An item's state over its addressees: done ``done`` of ``of`` (those it does not concern are left out)."""

    status: str
    done: int
    of: int


def progress(marks: Iterable[Mark]) -> Progress:
    """Done when everybody concerned has done it; in work as soon as anybody has begun."""
    return counted_progress(Counter(mark.state for mark in marks))


def counted_progress(states: Mapping[str, int]) -> Progress:
    """The same of the number of addressees in each state."""
    everybody = sum(states.values())
    concerned = everybody - states.get("na", 0)
    done = states.get("done", 0)
    if everybody and not concerned:
        return Progress("na", 0, 0)
    if concerned and done == concerned:
        return Progress("done", done, concerned)
    begun = [state for state in ("in_work", "partly") if states.get(state)]
    if concerned == 1:
        return Progress(begun[0] if begun else "not_started", 0, 1)
    return Progress("in_work" if begun or done else "not_started", done, concerned)


@dataclass(frozen=True)
class Tally:
    """An item's states counted; when it was last marked, when first given, how many marks await the coordinator."""

    states: Mapping[str, int]
    marked_utc: dt.datetime | None = None
    since_utc: dt.datetime | None = None
    unreviewed: int = 0


def tally(marks: Iterable[Mark]) -> Tally:
    """The tally of marks that are at hand."""
    marks = list(marks)
    return Tally(
        Counter(mark.state for mark in marks),
        max((mark.marked_utc for mark in marks if mark.marked_utc), default=None),
        min((mark.since_utc for mark in marks if mark.since_utc), default=None),
        sum(mark.state == "done" and not mark.review and mark.scope != MUNICIPALITY for mark in marks),
    )


def _awake() -> Any:
    """States of those whom the item is addressed to now."""
    return RoadmapItem.per_school == ItemState.school_id.is_not(None)


def tallies(plan: RoadmapPlan, scope: str | None = None) -> dict[int, Tally]:
    """Tallies by item id, counted by the database: of the whole plan, or of one addressee."""
    marked = db.case((ItemState.version > 0, ItemState.updated_utc))
    waiting = db.case(
        (db.and_(ItemState.state == "done", ItemState.review == "", ItemState.scope != MUNICIPALITY), 1), else_=0
    )
    wanted = (
        db.select(
            ItemState.item_id,
            ItemState.state,
            db.func.count(),
            db.func.max(marked, type_=UtcTime),
            db.func.min(ItemState.created_utc, type_=UtcTime),
            db.func.sum(waiting),
        )
        .join(RoadmapItem, RoadmapItem.id == ItemState.item_id)
        .where(RoadmapItem.plan_id == plan.id, _awake())
        .group_by(ItemState.item_id, ItemState.state)
    )
    if scope is not None:
        wanted = wanted.where(ItemState.scope == scope)
    found: dict[int, Tally] = {}
    for item_id, state, number, last, first, waits in db.session.execute(wanted):
        known = found.get(item_id, Tally({}))
        found[item_id] = Tally(
            {**known.states, state: number},
            max((one for one in (known.marked_utc, last) if one), default=None),
            min((one for one in (known.since_utc, first) if one), default=None),
            known.unreviewed + int(waits),
        )
    return found


def days_late(kind: str, due: dt.date | None, status: str, today: dt.date) -> int:
    """Days since the last day of a dated item not yet done; 0 otherwise. Other kinds are never late."""
    if kind not in DATED or due is None or status in ("done", "na"):
        return 0
    return max(0, (today - due).days)


def item_delay(item: RoadmapItem, status: str, today: dt.date, restricted: bool) -> int:
    """Days of delay of a stored item; an item that the restrictive measures put off has none."""
    if suspended(item.applies, restricted):  # type: ignore[arg-type]
        return 0
    return days_late(item.deadline_kind, item.due_date, status, today)


def change_state(
    state: ItemState,
    new: str,
    *,
    evidence: str = "",
    note: str = "",
    link: str = "",
    without_document: bool = False,
    review: str = "",
    remark: str = "",
    actor: int | None = None,
    at: dt.datetime | None = None,
) -> Event:
    """Set the state of one addressee and record it; the caller has checked rights and version, and commits.

    A mark without ``review`` awaits the coordinator's word anew.
    """
    now, old = at or utc_now(), _told(state)
    state.state, state.evidence, state.note, state.link = new, evidence, note, link
    state.without_document, state.review, state.remark = without_document, review, remark
    state.updated_by, state.updated_utc = actor, now
    state.version += 1
    return record(CHANGED, SUBJECT, state.item_id, old=old, new=_told(state), actor=actor, at=now)


def review_state(state: ItemState, confirmed: bool, remark: str, actor: int, at: dt.datetime | None = None) -> Event:
    """The coordinator's word on «выполнено»: confirmed, or given back to work with a remark."""
    return change_state(
        state,
        "done" if confirmed else "in_work",
        evidence=state.evidence,
        note=state.note,
        link=state.link,
        without_document=state.without_document,
        review="confirmed" if confirmed else "returned",
        remark=remark,
        actor=actor,
        at=at,
    )


TOLD = ("scope", "state", "evidence", "note", "link", "without_document", "review", "remark")


def _told(state: ItemState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in TOLD}


def marks_now(plan: RoadmapPlan, item_id: int | None = None) -> dict[int, list[Mark]]:
    """Marks by item id of those whom each item is addressed to, schools in the plan's order."""
    return _marks(plan, db.true() if item_id is None else ItemState.item_id == item_id, _awake())


def _marks(plan: RoadmapPlan, *conditions: Any) -> dict[int, list[Mark]]:
    wanted = (
        db.select(ItemState)
        .join(RoadmapItem, RoadmapItem.id == ItemState.item_id)
        .outerjoin(School, School.id == ItemState.school_id)
        .where(RoadmapItem.plan_id == plan.id, *conditions)
        .order_by(School.position, ItemState.id)
    )
    marks: dict[int, list[Mark]] = {}
    for row in db.session.scalars(wanted):
        marked = row.updated_utc if row.version else None
        marks.setdefault(row.item_id, []).append(
            Mark(
                row.scope,
                row.state,
                row.evidence,
                row.note,
                marked,
                row.version,
                row.created_utc,
                row.link,
                row.without_document,
                row.review,
                row.remark,
                row.id,
            )
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
    addressed = _per_school_then(plan, following)
    found = {}
    for item_id, marks in _marks(plan).items():
        then = [mark for mark in marks if (mark.scope != MUNICIPALITY) == addressed[item_id]]
        found[item_id] = [_mark_then(item_id, mark, last) for mark in then]
    return found


def _per_school_then(plan: RoadmapPlan, moment: dt.datetime) -> dict[int, bool]:
    """Item id -> whether it was addressed to schools before ``moment``."""
    wanted = db.select(RoadmapItem.id, RoadmapItem.per_school).where(RoadmapItem.plan_id == plan.id)
    found = {row[0]: row[1] for row in db.session.execute(wanted)}
    later = db.select(Event).where(Event.action == AMENDED, Event.subject_type == SUBJECT, Event.at_utc >= moment)
    for event in db.session.scalars(later.order_by(Event.at_utc.desc(), Event.id.desc())):
        if int(event.subject_id) in found and "per_school" in (event.old or {}):
            found[int(event.subject_id)] = event.old["per_school"]
    return found


def _mark_then(item_id: int, mark: Mark, last: Mapping[tuple[str, str], Event]) -> Mark:
    event = last.get((str(item_id), mark.scope))
    if event is None:
        return Mark(mark.scope, since_utc=mark.since_utc, state_id=mark.state_id)
    told = {name: event.new[name] for name in TOLD if name in event.new}
    return Mark(**told, marked_utc=event.at_utc, since_utc=mark.since_utc, state_id=mark.state_id)
