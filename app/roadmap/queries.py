"""Reading the plan for a page, and the state of one addressee. ``reach``: codes of schools, None for all."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.extensions import db
from app.models import (
    Event,
    Evidence,
    Finding,
    ItemState,
    Measure,
    MeasureItem,
    Notice,
    Person,
    RoadmapItem,
    RoadmapPlan,
    RoadmapSection,
    School,
    Snapshot,
    Wave,
)
from app.plan.changes import as_of
from app.plan.marks import MUNICIPALITY, SUBJECT, Mark, Progress, Tally, counted_progress
from app.plan.restrictions import restricted_on
from surveys.roadmap.deadlines import Standing, Terms, stand

Reach = Collection[str] | None
STATE = "item_state"  # subject of what proves a mark


@dataclass(frozen=True)
class MeasureLine:
    """A measure at an item, with the way back to its finding."""

    id: int
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
    """An item as the table shows it: how many have done it, where it stands today, who is asked."""

    item: RoadmapItem
    now: Progress
    standing: Standing
    mine: bool
    unreviewed: int = 0
    measures: list[MeasureLine] = field(default_factory=list)

    @property
    def late(self) -> int:
        """Days of delay."""
        return self.standing.days if self.standing.word == "late" else 0

    @property
    def tag(self) -> str:
        """Class of the state's tag."""
        if self.late:
            return "late"
        return {"done": "done", "in_work": "run", "partly": "run", "na": "idle"}.get(self.now.status, "idle")


@dataclass(frozen=True)
class Day:
    """What lines are reckoned on: the day, its zone, the restrictive measures, items with documents received."""

    today: dt.date
    zone: str
    restricted: bool = False
    received: frozenset[int] = frozenset()

    def of(self, moment: dt.datetime | None) -> dt.date | None:
        return moment.astimezone(ZoneInfo(self.zone)).date() if moment else None


def received_items(plan: RoadmapPlan, day: dt.date) -> frozenset[int]:
    """Items for which a document had come by ``day``."""
    wanted = db.select(Notice.item_id).join(RoadmapItem)
    wanted = wanted.where(RoadmapItem.plan_id == plan.id, Notice.received_on <= day)
    return frozenset(db.session.scalars(wanted))


def reckoned(plan: RoadmapPlan, day: dt.date, zone: str) -> Day:
    """What lines of ``plan`` are reckoned on, on ``day``."""
    return Day(day, zone, restricted_on(day), received_items(plan, day))


def sections_of(plan: RoadmapPlan) -> list[RoadmapSection]:
    """Sections with their items, read at once."""
    wanted = db.select(RoadmapSection).where(RoadmapSection.plan_id == plan.id).order_by(RoadmapSection.position)
    return list(db.session.scalars(wanted.options(db.selectinload(RoadmapSection.items))))


def items_by_section(sections: Iterable[RoadmapSection], before: dt.datetime | None) -> dict[int, list[RoadmapItem]]:
    """Items of each section, as they are or as they were before a past moment."""
    kept = {section.id: list(section.items) for section in sections}
    return {key: as_of(part, before) for key, part in kept.items()} if before else kept


def terms_of(item: RoadmapItem) -> Terms:
    """The typed deadline of a stored item."""
    return Terms(item.deadline_kind, item.due_date, item.starts_on, item.applies)  # type: ignore[arg-type]


def plan_lines(
    items: Mapping[int, Iterable[RoadmapItem]],
    tallies: Mapping[int, Tally],
    measures: Mapping[int, list[MeasureLine]],
    day: Day,
    keys: Collection[str],
) -> dict[int, list[ItemLine]]:
    """Lines by section id, of its ``items``. ``keys``: addressees in the order's words that the reader answers for."""
    return {
        section_id: [
            item_line(item, tallies[item.id], measures.get(item.id, []), day, keys)
            for item in part
            if item.id in tallies and (item.withdrawn_on is None or item.withdrawn_on > day.today)
        ]
        for section_id, part in items.items()
    }


def item_line(
    item: RoadmapItem, counted: Tally, measures: list[MeasureLine], day: Day, keys: Collection[str]
) -> ItemLine:
    """One item with everything the page says of it."""
    reached = counted_progress(counted.states)
    standing = stand(
        terms_of(item),
        reached.status in ("done", "na"),
        day.today,
        restricted=day.restricted,
        marked=day.of(counted.marked_utc or counted.since_utc),
        received=item.id in day.received,
    )
    return ItemLine(item, reached, standing, bool(set(item.responsible_keys) & set(keys)), counted.unreviewed, measures)


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
        found.setdefault(place, []).append(
            MeasureLine(
                measure.id,
                measure.text,
                measure.scope,
                measure.responsible,
                measure.deadline_text,
                measure.due_date,
                measure.status,
                code,
                finding_id,
            )
        )
    return found


def months_of(lines: Mapping[int, list[ItemLine]]) -> list[tuple[dt.date, int, bool]]:
    """(first day, number of deadlines, whether one is late) for each month from the first to the last deadline."""
    months: dict[dt.date, list[ItemLine]] = {}
    for line in (line for part in lines.values() for line in part if line.item.due_date):
        months.setdefault(line.item.due_date.replace(day=1), []).append(line)  # type: ignore[union-attr]
    if not months:
        return []
    first, last = min(months), max(months)
    found = []
    while first <= last:
        there = months.get(first, [])
        found.append((first, len(there), any(line.late for line in there)))
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return found


def find_state(item: RoadmapItem, scope: str, reach: Reach) -> ItemState | None:
    """The state of one addressee within reach, held until the transaction ends."""
    if (reach is not None and scope not in reach) or item.per_school == (scope == MUNICIPALITY):
        return None
    return db.session.scalar(
        db.select(ItemState).where(ItemState.item_id == item.id, ItemState.scope == scope).with_for_update()
    )


def school_names() -> dict[str, str]:
    """Short names of schools by code."""
    wanted = db.select(School.code, School.short_name).order_by(School.position)
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def school_ids() -> dict[str, int]:
    """Ids of schools by code."""
    return {row[0]: row[1] for row in db.session.execute(db.select(School.code, School.id))}


def history(item: RoadmapItem, reach: Reach, most: int = 100) -> list[tuple[Event, str, str]]:
    """What happened to an item and its files within reach, newest first: event, who did it, name of the file."""
    scopes = {
        str(state.id): state.scope
        for state in db.session.scalars(db.select(ItemState).where(ItemState.item_id == item.id))
        if reach is None or state.scope in {MUNICIPALITY, *reach}
    }
    wanted = (
        db.select(Event, Person)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(
            db.or_(
                db.and_(Event.subject_type == SUBJECT, Event.subject_id == str(item.id)),
                db.and_(Event.subject_type == STATE, Event.subject_id.in_(scopes)),
            )
        )
        .order_by(Event.at_utc.desc(), Event.id.desc())
    )
    rows = [
        (event, person.short_name if person else "")
        for event, person in db.session.execute(wanted)
        if reach is None or (event.new or {}).get("scope") in {None, MUNICIPALITY, *reach}
    ][:most]
    files = {event.id: (event.new or event.old)["evidence"] for event, _who in rows if event.subject_type == STATE}
    named = db.select(Evidence.id, Evidence.filename).where(Evidence.id.in_(files.values()))
    names = {row[0]: row[1] for row in db.session.execute(named)}
    return [(event, who, names.get(files.get(event.id, 0), "")) for event, who in rows]


def shown_marks(marks: Iterable[Mark], reach: Reach) -> list[Mark]:
    """Marks within reach: a school sees its own and the municipality's."""
    return [mark for mark in marks if reach is None or mark.scope in {MUNICIPALITY, *reach}]
