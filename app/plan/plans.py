"""The roadmap between the engine's value, the tables and the pages: storing a plan, finding it, telling its state."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.extensions import db
from app.models import ItemState, Municipality, RoadmapItem, RoadmapPlan, RoadmapSection, School
from app.models.columns import utc_now
from app.plan.marks import DATED, MUNICIPALITY, Mark, Progress, counted_progress, item_delay, progress, tallies
from app.plan.restrictions import restricted_on
from surveys.roadmap.plan import Deadline, Roadmap


def store_plan(
    roadmap: Roadmap, municipality: Municipality, schools: Sequence[School], at: dt.datetime | None = None
) -> RoadmapPlan:
    """Keep ``roadmap`` with a state for each addressee; the caller commits. Duties stand in a section of their own."""
    document = roadmap.document
    plan = RoadmapPlan(
        municipality_id=municipality.id,
        code=plan_code(roadmap),
        title=document.title,
        short_title=document.short_title,
        year=document.order_date.year,
        document={
            **document.model_dump(mode="json"),
            "notes": roadmap.notes,
            "people": [person.model_dump(mode="json") for person in roadmap.people],
            "roles": [role.model_dump(mode="json") for role in roadmap.roles],
            "schools": [school.code for school in schools],
        },
    )
    db.session.add(plan)
    db.session.flush()
    place = 0
    for position, section in enumerate(roadmap.sections):
        rows = []
        for item in roadmap.section_items(section.number):
            texts = {"number": item.number, "title": item.title, "planned_result": item.planned_result}
            rows.append(_item_row(plan, place, texts, item.responsible, item, roadmap, schools, at))
            place += 1
        plan.sections.append(RoadmapSection(number=section.number, title=section.title, position=position, items=rows))
    duties = []
    for duty in roadmap.obligations:
        names = [role.name for key in duty.responsible_keys if (role := roadmap.role(key))]
        texts = {"number": duty.key, "title": duty.text, "planned_result": ""}
        duties.append(_item_row(plan, place, texts, ", ".join(names), duty, roadmap, schools, at))
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
    at: dt.datetime | None,
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
    row.states = new_states(schools if per_school else None, at)
    return row


def new_states(schools: Sequence[School] | None, at: dt.datetime | None = None) -> list[ItemState]:
    """A state for each of ``schools``, or the one of the municipality."""
    now = at or utc_now()
    scopes = [(MUNICIPALITY, None)] if schools is None else [(school.code, school.id) for school in schools]
    return [
        ItemState(scope=scope, school_id=school_id, updated_utc=now, created_utc=now) for scope, school_id in scopes
    ]


def addressed(plan: RoadmapPlan, keys: Iterable[str]) -> bool:
    """Whether an item with these addressees is done school by school."""
    return bool({role["key"] for role in plan.document.get("roles", []) if role.get("per_school")} & set(keys))


def complete_states(plan: RoadmapPlan, item: RoadmapItem) -> None:
    """Give the item a state for each addressee that has none yet: of a new item all, after an amendment the new."""
    wanted = db.select(School).where(School.code.in_(plan.document["schools"])).order_by(School.position)
    there = {state.scope for state in item.states}
    fresh = new_states(list(db.session.scalars(wanted)) if item.per_school else None)
    item.states.extend(state for state in fresh if state.scope not in there)


def deadline_columns(deadline: Deadline) -> dict[str, Any]:
    """The typed deadline as columns; for months the first day of the first and the last day of the last."""
    return {
        "deadline_text": deadline.text,
        "deadline_kind": deadline.kind,
        "due_date": deadline.last_day(),
        "starts_on": dt.date.fromisoformat(f"{deadline.month}-01") if deadline.month else None,
        "schedule_owner": deadline.schedule_owner,
        "condition": deadline.condition,
        "applies": deadline.applies,
    }


def shown_number(number: str) -> str:
    """«5.3» for the duty with the key «O5.3»; an item's number as it is."""
    return number.removeprefix("O")


def current_plan() -> RoadmapPlan | None:
    """The plan of the latest year; of one year, the one stored last."""
    return db.session.scalar(db.select(RoadmapPlan).order_by(RoadmapPlan.year.desc(), RoadmapPlan.id.desc()).limit(1))


def all_plans() -> list[RoadmapPlan]:
    """Plans of all years, the newest first."""
    return list(db.session.scalars(db.select(RoadmapPlan).order_by(RoadmapPlan.year.desc(), RoadmapPlan.id.desc())))


def plans_in_force(day: dt.date | None = None) -> list[RoadmapPlan]:
    """Plans of the latest year and of the one before, the newest first: an item may end in the year after its plan.

    ``day``: of the plans whose order was signed by then; before every order, the first plan alone.
    """
    plans = all_plans()
    if day is not None:
        plans = [plan for plan in plans if signed_on(plan) <= day] or plans[-1:]
    return [plan for plan in plans if plan.year >= plans[0].year - 1]


def order_of(plan: RoadmapPlan) -> str:
    """«№ 7 от 15.01.2021»: no two plans have it alike."""
    day = f"{signed_on(plan):%d.%m.%Y}"
    return _("№\u00a0%(number)s от\u00a0%(day)s", number=plan.document["order_number"], day=day)


def own_order(plan: RoadmapPlan, plans: Iterable[RoadmapPlan]) -> str:
    """The plan's order where another of ``plans`` is of the same year; else empty."""
    return order_of(plan) if any(one.year == plan.year and one.id != plan.id for one in plans) else ""


def of_year(year: int, order: str = "") -> str:
    """«2021 года» or, where its order tells the plan from another, «2021 года (приказ № 7 от 15.01.2021)»."""
    if order:
        return _("%(year)s года (приказ %(order)s)", year=year, order=order)
    return _("%(year)s года", year=year)


def years_of(plans: Sequence[RoadmapPlan]) -> dict[int, str]:
    """Plan id -> its year in words, no two alike."""
    return {plan.id: of_year(plan.year, own_order(plan, plans)) for plan in plans}


def titles_of(plans: Sequence[RoadmapPlan]) -> dict[int, str]:
    """Plan id -> its short title; where several share one, with the order."""
    shared = Counter(plan.short_title for plan in plans)
    return {
        plan.id: f"{plan.short_title} ({order_of(plan)})" if shared[plan.short_title] > 1 else plan.short_title
        for plan in plans
    }


def signed_on(plan: RoadmapPlan) -> dt.date:
    """The day of the plan's order."""
    return dt.date.fromisoformat(plan.document["order_date"])


def find_item(plan: RoadmapPlan, number: str) -> RoadmapItem | None:
    """The item «3.9» or the duty «O5.1» of ``plan``."""
    return db.session.scalar(db.select(RoadmapItem).where(RoadmapItem.plan_id == plan.id, RoadmapItem.number == number))


def describe_plan(
    plan: RoadmapPlan, marks: Mapping[int, list[Mark]], then: Sequence[RoadmapItem] | None = None
) -> dict[str, Any]:
    """The plan for ``roadmap show --json``: items of the table, each with its status and n of N.

    ``then``: the items as they were on a past day.
    """
    items = []
    kept = items_of(plan, duties=False) if then is None else then
    for section in plan.sections:
        for item in (item for item in kept if item.section_id == section.id):
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
    counted, restricted = tallies(plan, scope), restricted_on(today)
    lines = []
    for item in items_of(plan, duties=duties):
        if item.id in counted and (item.withdrawn_on is None or item.withdrawn_on > today):
            now = counted_progress(counted[item.id].states)
            lines.append(ItemProgress(item, now, item_delay(item, now.status, today, restricted)))
    return lines


def items_of(plan: RoadmapPlan, *, duties: bool = True) -> list[RoadmapItem]:
    """Items of the plan in its order, read at once; ``duties``: those of п. 5 too."""
    wanted = (
        db.select(RoadmapItem)
        .join(RoadmapSection, RoadmapSection.id == RoadmapItem.section_id)
        .where(RoadmapItem.plan_id == plan.id)
        .order_by(RoadmapSection.position, RoadmapItem.position)
    )
    return list(db.session.scalars(wanted if duties else wanted.where(RoadmapSection.duties.is_(False))))


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
