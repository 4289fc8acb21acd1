"""What happens to the plan after it was approved: amendments, dates of outside schedules, documents received.

Each is an event of its item, so that the plan of a past day can be told. The caller commits.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from app.events import record
from app.extensions import db
from app.models import Assignment, Event, Notice, NoticeReader, Person, RoadmapItem, ScheduleDate
from app.models.columns import utc_now
from app.plan.marks import AMENDED, SUBJECT
from app.plan.once import enter, once_key
from app.plan.working_days import moved_days_off
from surveys.roadmap.deadlines import add_working_days

ADDED = "roadmap.added"
STUDY_DAYS = 10  # working days to study a document, unless the person who enters it says otherwise
DATES = ("due_date", "starts_on", "withdrawn_on")
READERS = {  # addressee of the order -> roles that study what comes
    "school_heads": ("head",),
    "school_coordinators": ("coordinator",),
    "uo_specialists": ("methodist", "municipal"),
    "working_group": ("methodist", "municipal"),
    "municipal_coordinator": ("municipal",),
}


def amend_item(
    item: RoadmapItem,
    fresh: Mapping[str, Any],
    *,
    reason: str = "",
    actor: int | None = None,
    at: dt.datetime | None = None,
) -> Event | None:
    """Change columns of an item, keeping what they were; None where nothing differs."""
    changed = {name: value for name, value in fresh.items() if getattr(item, name) != value}
    if not changed:
        return None
    old = {name: plain(getattr(item, name)) for name in changed}
    for name, value in changed.items():
        setattr(item, name, value)
    new = {name: plain(value) for name, value in changed.items()}
    return record(AMENDED, SUBJECT, item.id, old=old, new=new, reason=reason, actor=actor, at=at)


def last_amended(item: RoadmapItem) -> int:
    """Number of the last amendment of an item; 0 where there was none."""
    wanted = db.select(db.func.max(Event.id)).where(
        Event.action == AMENDED, Event.subject_type == SUBJECT, Event.subject_id == str(item.id)
    )
    return db.session.scalar(wanted) or 0


def plain(value: Any) -> Any:
    """A value as an event keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def as_of(items: Iterable[RoadmapItem], moment: dt.datetime) -> list[RoadmapItem]:
    """Items as they were before ``moment``, taken out of the session; those added later are left out."""
    items = list(items)
    later: dict[str, list[Event]] = {}
    for event in db.session.scalars(
        db.select(Event)
        .where(Event.subject_type == SUBJECT, Event.action.in_((AMENDED, ADDED)), Event.at_utc >= moment)
        .order_by(Event.at_utc.desc(), Event.id.desc())
    ):
        later.setdefault(event.subject_id, []).append(event)
    found = []
    for item in items:
        events = later.get(str(item.id), [])
        if any(event.action == ADDED for event in events):
            continue
        if events:
            db.session.expunge(item)  # what follows is the past and is never written
        for event in events:
            for name, value in (event.old or {}).items():
                setattr(item, name, dt.date.fromisoformat(value) if name in DATES and value else value)
        found.append(item)
    return found


def schedule_dates(item_id: int) -> list[ScheduleDate]:
    """Dates that the outside schedule gave, in their order."""
    wanted = db.select(ScheduleDate).where(ScheduleDate.item_id == item_id, ScheduleDate.removed_utc.is_(None))
    return list(db.session.scalars(wanted.order_by(ScheduleDate.starts_on, ScheduleDate.id)))


def add_schedule_date(
    item: RoadmapItem, starts: dt.date, ends: dt.date, title: str, actor: int | None, at: dt.datetime | None = None
) -> None:
    """Enter a date of the outside schedule, unless it is there: from now on the item is dated by its last one."""
    row = ScheduleDate(
        item_id=item.id, starts_on=starts, ends_on=ends, title=title, by_id=actor, created_utc=at or utc_now()
    )
    if not enter(row, once=once_key("schedule", item.id, starts, ends, title)):
        return
    new = {"starts_on": starts.isoformat(), "ends_on": ends.isoformat()}
    record("roadmap.scheduled", SUBJECT, item.id, new=new, actor=actor, at=at)
    _follow_schedule(item, actor, at)


def drop_schedule_date(row: ScheduleDate, item: RoadmapItem, actor: int | None) -> None:
    """The schedule has changed."""
    row.removed_utc, row.once = utc_now(), None
    old = {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}
    record("roadmap.unscheduled", SUBJECT, item.id, old=old, actor=actor)
    _follow_schedule(item, actor, None)


def _follow_schedule(item: RoadmapItem, actor: int | None, at: dt.datetime | None) -> None:
    db.session.flush()
    dates = schedule_dates(item.id)
    bounds = {
        "starts_on": min((one.starts_on for one in dates), default=None),
        "due_date": max((one.ends_on for one in dates), default=None),
    }
    amend_item(item, bounds, actor=actor, at=at)


def receive(
    item: RoadmapItem,
    title: str,
    received_on: dt.date,
    *,
    requisites: str = "",
    link: str = "",
    study_until: dt.date | None = None,
    actor: int | None = None,
    at: dt.datetime | None = None,
) -> Notice | None:
    """A document came: its clock starts, and everybody the item names has it to study. None where it is there."""
    notice = Notice(
        item_id=item.id,
        title=title,
        requisites=requisites,
        link=link,
        received_on=received_on,
        study_until=study_until or add_working_days(received_on, STUDY_DAYS, moved_days_off()),
        by_id=actor,
        created_utc=at or utc_now(),
    )
    notice.readers = [NoticeReader(person_id=person_id) for person_id in audience(item)]
    if not enter(notice, once=once_key("notice", item.id, title, received_on)):
        return None
    new = {"notice": notice.id, "received_on": received_on.isoformat()}
    record("roadmap.received", SUBJECT, item.id, new=new, actor=actor, at=at)
    return notice


def audience(item: RoadmapItem) -> list[int]:
    """Ids of the people who study what comes under ``item``: heads of its schools, the department's specialists."""
    roles = {role for key in item.responsible_keys for role in READERS.get(key, ())}
    schools = {state.school_id for state in item.states if state.school_id}
    wanted = (
        db.select(Assignment.person_id, Assignment.school_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.role.in_(roles), Person.active)
        .order_by(Assignment.person_id)
    )
    return list(
        dict.fromkeys(person for person, school in db.session.execute(wanted) if school is None or school in schools)
    )


def acquaint(reader: NoticeReader, at: dt.datetime | None = None) -> bool:
    """«Ознакомлен»; False where it was said already."""
    unsaid = db.update(NoticeReader).where(NoticeReader.id == reader.id, NoticeReader.read_utc.is_(None))
    said = db.session.execute(unsaid.values(read_utc=at or utc_now()).returning(NoticeReader.id))
    if said.first() is None:  # in another window, perhaps at this moment
        return False
    record("notice.read", "notice", reader.notice_id, new={"person": reader.person_id}, actor=reader.person_id, at=at)
    return True


def notices_of(item_ids: Iterable[int]) -> list[Notice]:
    """Documents received under these items, the newest first, with who has studied them."""
    wanted = db.select(Notice).where(Notice.item_id.in_(list(item_ids)))
    wanted = wanted.options(db.selectinload(Notice.readers).joinedload(NoticeReader.person))
    return list(db.session.scalars(wanted.order_by(Notice.received_on.desc(), Notice.id.desc())))
