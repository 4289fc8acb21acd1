"""What each person is told of the plan on a day: own items, documents to study, and to the coordinator what is late.

Every line says where its item stands; ``fresh`` ones are today's reminders, and only they are worth a letter.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from app.extensions import db
from app.models import (
    Assignment,
    Measure,
    MonitoringRound,
    Notice,
    NoticeReader,
    Person,
    PlanMember,
    RoadmapItem,
    RoadmapPlan,
)
from app.plan.marks import MUNICIPALITY, Mark, marks_now, progress
from app.plan.measures import is_of
from app.plan.people import SCHOOL_KEYS, keys_of, members_of
from app.plan.plans import items_of, own_order, plans_in_force
from app.plan.restrictions import restricted_on
from app.plan.working_days import moved_days_off
from surveys.roadmap.deadlines import (
    Moves,
    Standing,
    Terms,
    is_told,
    is_working,
    stand,
    working_on_or_after,
    working_on_or_before,
)


@dataclass(frozen=True)
class Told:
    """One line. ``kind``: own (an item), document, returned, measure, monitoring; to the coordinator late and review.

    ``ref`` is the id of the document, measure or round; ``late_scopes`` are those who owe what is late.
    """

    kind: str
    number: str
    title: str
    standing: Standing
    due: dt.date | None
    fresh: bool
    scope: str = MUNICIPALITY
    late_scopes: tuple[str, ...] = ()
    ref: int | None = None
    number_of_marks: int = 0
    plan: str = ""  # code of the plan of the item
    year: int | None = None  # of that plan, where several are in force
    order: str = ""  # of that plan, where another is of the same year


@dataclass(frozen=True)
class Today:
    """The plan on one day, read once for everybody."""

    plan: RoadmapPlan
    day: dt.date
    zone: str
    items: list[RoadmapItem]
    marks: Mapping[int, list[Mark]]
    restricted: bool
    received: frozenset[int]
    unread: dict[int, list[Notice]]  # by person
    members: list[PlanMember]
    measures: list[Measure]  # with a date, neither done nor cancelled
    rounds: list[tuple[MonitoringRound, list[str]]]  # open ones, with the schools that have not sent their sheet
    moved: Moves  # days off, by decree
    year: int | None = None  # of the plan, where several are in force
    order: str = ""  # of the plan, where another is of the same year


def read_day(plan: RoadmapPlan, day: dt.date, zone: str, plans: Sequence[RoadmapPlan] = ()) -> Today:
    """Read what the digests of ``day`` rest on; ``plans``: those in force, the newest first, if several."""
    items = [item for item in items_of(plan) if item.withdrawn_on is None or item.withdrawn_on > day]
    notices = db.session.execute(
        db.select(Notice, NoticeReader.person_id, NoticeReader.read_utc)
        .join(NoticeReader, NoticeReader.notice_id == Notice.id)
        .where(Notice.item_id.in_([item.id for item in items]), Notice.received_on <= day)
        .order_by(Notice.received_on, Notice.id)
    ).all()
    ending = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    unread: dict[int, list[Notice]] = {}
    for notice, person_id, read in notices:
        if read is None or read >= ending:
            unread.setdefault(person_id, []).append(notice)
    return Today(
        plan,
        day,
        zone,
        items,
        marks_now(plan),
        restricted_on(day),
        frozenset(notice.item_id for notice, _person, _read in notices),
        unread,
        members_of(plan),
        _open_measures(plan, plans or [plan]),
        _open_rounds(plan, day),
        moved_days_off(),
        plan.year if len(plans) > 1 else None,
        own_order(plan, plans),
    )


def read_days(day: dt.date, zone: str) -> list[Today]:
    """Every plan in force, the newest first, each with its own measures."""
    plans = plans_in_force()
    return [read_day(plan, day, zone, plans) for plan in plans]


def told_of_all(days: Iterable[Today], people: Collection[Person] | None = None) -> dict[int, list[Told]]:
    """Person id -> what this person is told of all these plans, late first."""
    found: dict[int, list[Told]] = {}
    for today in days:
        plan = today.plan.code
        for person_id, lines in digests(today, people).items():
            found.setdefault(person_id, []).extend(
                replace(line, plan=plan, year=today.year, order=today.order) for line in lines
            )
    return {person_id: sorted(lines, key=_urgency) for person_id, lines in found.items()}


def _open_measures(plan: RoadmapPlan, plans: Sequence[RoadmapPlan]) -> list[Measure]:
    wanted = db.select(Measure).where(Measure.due_date.is_not(None), Measure.status.in_(("planned", "in_work")))
    wanted = wanted.where(is_of(plan, plans))
    return list(db.session.scalars(wanted.order_by(Measure.due_date, Measure.id)))


def _open_rounds(plan: RoadmapPlan, day: dt.date) -> list[tuple[MonitoringRound, list[str]]]:
    wanted = db.select(MonitoringRound).where(
        MonitoringRound.plan_id == plan.id, MonitoringRound.closed_utc.is_(None), MonitoringRound.opens_on <= day
    )
    return [
        (one, [answer.school.code for answer in one.answers if answer.sent_utc is None])
        for one in db.session.scalars(wanted.order_by(MonitoringRound.id))
    ]


def digests(today: Today, people: Collection[Person] | None = None) -> dict[int, list[Told]]:
    """Person id -> what this person is told, late first; people without a word are left out."""
    if people is None:
        roles = (*SCHOOL_KEYS, "municipal", "methodist")
        named = [member.person_id for member in today.members if member.person_id]
        with_role = db.select(Assignment.person_id).where(Assignment.role.in_(roles))
        wanted = db.select(Person).where(Person.active, db.or_(Person.id.in_(with_role), Person.id.in_(named)))
        people = list(db.session.scalars(wanted.order_by(Person.id)))
    found = {}
    for person in people:
        lines = [*own_lines(today, person), *document_lines(today, person)]
        lines += [*measure_lines(today, person), *monitoring_lines(today, person)]
        if "municipal" in person.roles:
            lines += coordinator_lines(today, {(line.number, line.scope) for line in lines})
        if lines:
            found[person.id] = sorted(lines, key=_urgency)
    return found


def _urgency(line: Told) -> tuple[int, dt.date, str]:
    order = {"late": 0, "due": 1, "soon": 2, "received": 3, "stale": 4}
    return (order.get(line.standing.word, 5), line.due or dt.date.max, line.number)


def own_lines(today: Today, person: Person) -> list[Told]:
    """Items this person answers for and that are not done: a school's by its own mark, others by the whole."""
    keys = keys_of(person, today.members, today.day)
    schools = [(SCHOOL_KEYS[a.role], a.scope) for a in person.assignments if a.role in SCHOOL_KEYS]
    others = keys - set(SCHOOL_KEYS.values())
    lines: list[Told] = []
    for item in today.items:
        marks = today.marks.get(item.id, [])
        told = {scope for key, scope in schools if key in item.responsible_keys}
        for mark in marks:
            if mark.scope in told:
                lines += _line(today, item, [mark], mark.scope)
        if others & set(item.responsible_keys):
            lines += _line(today, item, marks, MUNICIPALITY)
    return lines


def _line(today: Today, item: RoadmapItem, marks: list[Mark], scope: str) -> list[Told]:
    standing, terms = standing_of(today, item, marks), terms_of(item)
    returned = scope != MUNICIPALITY and any(mark.review == "returned" for mark in marks)
    if returned:
        fresh = any(mark.marked_utc and _morning_after(today, mark.marked_utc) == today.day for mark in marks)
        return [Told("returned", item.number, item.title, standing, terms.due, fresh, scope)]
    fresh = is_told(terms, standing, today.day, today.moved)
    if not fresh and standing.word not in ("late", "due", "soon", "stale", "running"):
        return []
    return [Told("own", item.number, item.title, standing, terms.due, fresh, scope)]


def _day(today: Today, moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZoneInfo(today.zone)).date()


def _morning_after(today: Today, moment: dt.datetime) -> dt.date:
    """The first working day after the day of ``moment``: reminders go out in the morning."""
    return working_on_or_after(_day(today, moment) + dt.timedelta(days=1), today.moved)


def _first_of_week(today: Today) -> bool:
    """Whether it is Monday or, where that is a day off, the first working day after it."""
    monday = today.day - dt.timedelta(days=today.day.weekday())
    return today.day == working_on_or_after(monday, today.moved)


def terms_of(item: RoadmapItem) -> Terms:
    """The typed deadline of a stored item."""
    return Terms(item.deadline_kind, item.due_date, item.starts_on, item.applies)  # type: ignore[arg-type]


def standing_of(today: Today, item: RoadmapItem, marks: list[Mark]) -> Standing:
    """Where an item stands at these addressees."""
    moments = [mark.marked_utc or mark.since_utc for mark in marks]
    return stand(
        terms_of(item),
        progress(marks).status in ("done", "na"),
        today.day,
        restricted=today.restricted,
        marked=max((_day(today, moment) for moment in moments if moment), default=None),
        received=item.id in today.received,
    )


def document_lines(today: Today, person: Person) -> list[Told]:
    """Documents that this person has not studied yet. They are never late: «до» is a wish, the item has no date."""
    numbers = {item.id: item.number for item in today.items}
    lines = []
    for notice in today.unread.get(person.id, []):
        told = {_morning_after(today, notice.created_utc), working_on_or_before(notice.study_until, today.moved)}
        weekly = today.day > notice.study_until and _first_of_week(today)
        fresh = is_working(today.day, today.moved) and (today.day in told or weekly)
        standing = Standing("received", (today.day - notice.received_on).days)
        lines.append(
            Told(
                "document",
                numbers[notice.item_id],
                notice.title,
                standing,
                notice.study_until,
                fresh,
                ref=notice.id,
            )
        )
    return lines


def measure_lines(today: Today, person: Person, *, every: bool = False) -> list[Told]:
    """Pressing measures of the person's schools, or of the municipality; to the coordinator also schools' late ones.

    ``every``: all own ones with a date, pressing or not, and nobody else's.
    """
    schools = {a.scope for a in person.assignments if a.role in SCHOOL_KEYS}
    own = schools | ({MUNICIPALITY} if person.roles & {"municipal", "methodist"} else set())
    lines = []
    for one in today.measures:
        terms = Terms("date", one.due_date)
        standing = stand(terms, False, today.day)
        watched = standing.word == "late" and "municipal" in person.roles
        pressing = standing.word in ("late", "due", "soon")
        if one.scope in own if every else pressing and (one.scope in own or watched):
            fresh = is_told(terms, standing, today.day, today.moved)
            lines.append(Told("measure", "", one.text, standing, one.due_date, fresh, one.scope, ref=one.id))
    return lines


def monitoring_lines(today: Today, person: Person) -> list[Told]:
    """Rounds whose sheet the person's school owes; to the coordinator those that schools are late with."""
    schools = [a.scope for a in person.assignments if a.role in SCHOOL_KEYS]
    lines = []
    for one, owing in today.rounds:
        terms = Terms("month", one.closes_on, one.opens_on)
        standing = stand(terms, False, today.day)
        fresh = is_told(terms, standing, today.day, today.moved)
        told = Told("monitoring", one.number, one.title, standing, one.closes_on, fresh, ref=one.id)
        lines += [replace(told, scope=scope) for scope in dict.fromkeys(schools) if scope in owing]
        if owing and standing.word == "late" and "municipal" in person.roles:
            lines.append(replace(told, late_scopes=tuple(owing)))
    return lines


def coordinator_lines(today: Today, own: set[tuple[str, str]]) -> list[Told]:
    """To the coordinator: what is late at whom, and marks that await a word."""
    lines = []
    for item in today.items:
        marks = today.marks.get(item.id, [])
        waiting = sum(mark.state == "done" and not mark.review and mark.scope != MUNICIPALITY for mark in marks)
        standing = standing_of(today, item, marks)
        if waiting:
            fresh = _first_of_week(today)
            lines.append(Told("review", item.number, item.title, standing, None, fresh, number_of_marks=waiting))
        if standing.word == "late" and (item.number, MUNICIPALITY) not in own:
            scopes = tuple(mark.scope for mark in marks if mark.state not in ("done", "na"))
            fresh = is_told(terms_of(item), standing, today.day, today.moved)
            lines.append(Told("late", item.number, item.title, standing, item.due_date, fresh, late_scopes=scopes))
    return lines
