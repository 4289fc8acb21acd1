"""From the rows of a table to a draft with our reading, and from the corrected draft to a plan or to amendments."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from app.content.starting import add_plan
from app.events import record
from app.extensions import db
from app.models import PlanDraft, PlanMember, RoadmapItem, RoadmapPlan, RoadmapSection, School
from app.plan.changes import ADDED, amend_item
from app.plan.marks import SUBJECT
from app.plan.plans import addressed, all_plans, complete_states, items_of
from surveys.roadmap.plan import Deadline, Roadmap
from surveys.roadmap.plan_table import PlanRow, read_addressees, read_deadline


def make_draft(rows: list[PlanRow], head: dict[str, Any], filename: str, owner_id: int) -> PlanDraft:
    """Keep the rows with our reading of each."""
    people = [(one["key"], one["name"]) for one in known_of(head)["people"]]
    kept, section = [], ""
    for row in rows:
        if row.is_section:
            section = row.number or row.title[:20]
            kept.append({"section": section, "title": row.title})
            continue
        deadline = read_deadline(row.deadline, head["year"])
        who = read_addressees(row.responsible, people)
        own = section or row.number.partition(".")[0]
        kept.append(
            {
                "line": row.line,
                "number": row.number,
                "in": own,
                "title": row.title,
                "responsible": row.responsible,
                "deadline": row.deadline,
                "planned_result": row.planned_result,
                "kind": deadline.kind,
                "due": (day := deadline.last_day()) and day.isoformat(),
                "starts": f"{deadline.month}-01" if deadline.month else None,
                "applies": deadline.applies,
                "owner": deadline.schedule_owner,
                "condition": deadline.condition,
                "keys": who.keys,
                "persons": [list(one) for one in who.persons],
                "unknown": who.unknown,
            }
        )
    draft = PlanDraft(owner_id=owner_id, filename=filename[:200], head=head, rows=kept)
    db.session.add(draft)
    db.session.flush()
    return draft


def known_of(head: Mapping[str, Any]) -> dict[str, Any]:
    """People, roles and schools that earlier plans name."""
    for plan in all_plans():
        if plan.code == head.get("amends") or not head.get("amends"):
            return plan.document
    return {"people": [], "roles": [], "schools": []}


def correct(draft: PlanDraft, form: Mapping[str, Any], chosen: Mapping[int, list[str]]) -> list[tuple[int, str]]:
    """Put a person's corrections into the draft; (row, problem) of those that do not fit together."""
    rows, problems = [], []
    for at, row in enumerate(draft.rows):
        if "section" in row:
            rows.append(row)
            continue
        fresh = {name: (form.get(f"{name}-{at}") or None) for name in ("kind", "due", "starts")}
        row = {**row, **fresh, "applies": form.get(f"applies-{at}") or "", "keys": chosen.get(at, row["keys"])}
        try:
            due = dt.date.fromisoformat(row["due"]) if row["due"] else None
            starts = dt.date.fromisoformat(row["starts"]) if row["starts"] else None
        except ValueError:
            problems.append((at, "дата не читается"))
            continue
        if row["kind"] in ("date", "month") and due is None:
            problems.append((at, "для этого вида срока нужен последний день"))
        if starts and due and starts > due:
            problems.append((at, "начало позже последнего дня"))
        if row["kind"] not in ("date", "month"):
            row["due"] = row["starts"] = None
        rows.append(row)
    if not problems:
        draft.rows = rows
    return problems


def columns_of(row: Mapping[str, Any], plan: RoadmapPlan) -> dict[str, Any]:
    """The typed deadline, the addressees and the texts of a draft's row as columns of an item."""
    return {
        "per_school": addressed(plan, row["keys"]),
        "title": row["title"],
        "responsible": row["responsible"],
        "responsible_keys": list(row["keys"]),
        "planned_result": row["planned_result"],
        "deadline_text": row["deadline"],
        "deadline_kind": row["kind"],
        "due_date": dt.date.fromisoformat(row["due"]) if row["due"] else None,
        "starts_on": dt.date.fromisoformat(row["starts"]) if row["starts"] and row["kind"] == "month" else None,
        "schedule_owner": row["owner"][:300],
        "condition": row["condition"][:300],
        "applies": row["applies"],
    }


def accept(draft: PlanDraft, actor: int, today: dt.date, *, drop_missing: bool) -> RoadmapPlan:
    """Make a plan of the draft, or amend the plan it names. The draft goes; the caller commits.

    Raises:
        DefinitionError: a plan of this number and year is here already.
    """
    head = draft.head
    plan = next((one for one in all_plans() if one.code == head.get("amends")), None)
    if plan is not None:
        amend_plan(plan, draft, actor, today, drop_missing=drop_missing)
    else:
        plan = new_plan(draft)
    db.session.delete(draft)
    return plan


def new_plan(draft: PlanDraft) -> RoadmapPlan:
    """A plan beside those of other years, with the same people, roles and schools and those named anew."""
    head, known = draft.head, known_of(draft.head)
    items = [row for row in draft.rows if "section" not in row]
    persons = {key: name for row in items for key, name in row["persons"]}
    keys = {one["key"] for one in known["people"]}
    sections = {row["section"]: row["title"] for row in draft.rows if "section" in row}
    for row in items:
        sections.setdefault(row["in"], f"Раздел {row['in']}")
    order = {one.code: one for one in db.session.scalars(db.select(School).order_by(School.position))}
    roadmap = Roadmap.model_validate(
        {
            "document": {
                "title": head["title"],
                "short_title": head["title"][:500],
                "order_number": head["order_number"],
                "order_date": head["order_date"],
                "place": "",
                "issuer": head["issuer"],
                "signed_by": "",
                "basis": [],
            },
            "people": [
                *known["people"],
                *({"key": key, "name": name, "position": ""} for key, name in persons.items() if key not in keys),
            ],
            "roles": known["roles"],
            "schools": [
                {"key": one.code, "name": one.name, "head": one.head_name}
                for one in order.values()
                if not known["schools"] or one.code in known["schools"]
            ],
            "sections": [{"number": number, "title": title} for number, title in sections.items()],
            "items": [
                {
                    "number": row["number"],
                    "section": row["in"],
                    "title": row["title"],
                    "responsible": row["responsible"],
                    "responsible_keys": row["keys"],
                    "deadline": Deadline(kind="none", text=row["deadline"]).model_dump(mode="json"),
                    "planned_result": row["planned_result"],
                }
                for row in items
            ],
            "obligations": [],
            "notes": [],
        }
    )
    plan = add_plan(roadmap, draft.filename)
    plan.year = head["year"]
    kept = {item.number: item for item in items_of(plan)}
    for row in items:
        for name, value in columns_of(row, plan).items():
            setattr(kept[row["number"]], name, value)
    return plan


def amend_plan(plan: RoadmapPlan, draft: PlanDraft, actor: int, today: dt.date, *, drop_missing: bool) -> None:
    """Change, add and, where asked, withdraw items; what each of them was stays in the history."""
    reason = draft.head["basis"]
    kept = {item.number: item for item in items_of(plan, duties=False)}
    rows = [row for row in draft.rows if "section" not in row]
    for row in rows:
        item = kept.get(row["number"])
        if item is not None:
            fresh = {**columns_of(row, plan), "withdrawn_on": None}
            if fresh["deadline_kind"] == item.deadline_kind == "by_schedule":
                del fresh["due_date"], fresh["starts_on"]  # the outside schedule that came gives them
            amend_item(item, fresh, reason=reason, actor=actor)
            complete_states(plan, item)
        else:
            add_item(plan, row, reason, actor)
    if drop_missing:
        named = {row["number"] for row in rows}
        for number, item in kept.items():
            if number not in named:
                amend_item(item, {"withdrawn_on": today}, reason=reason, actor=actor)


def add_item(plan: RoadmapPlan, row: Mapping[str, Any], reason: str, actor: int) -> RoadmapItem:
    """An item that the plan did not have, at the end of its section."""
    section = next((one for one in plan.sections if one.number == row["in"]), None)
    if section is None:
        section = RoadmapSection(number=row["in"], title=f"Раздел {row['in']}", position=len(plan.sections))
        plan.sections.append(section)
        db.session.flush()
    item = RoadmapItem(
        plan_id=plan.id,
        section_id=section.id,
        number=row["number"],
        position=max((one.position for one in section.items), default=0) + 1,
        **columns_of(row, plan),
    )
    complete_states(plan, item)
    db.session.add(item)
    db.session.flush()
    record(ADDED, SUBJECT, item.id, new={"number": item.number}, reason=reason, actor=actor)
    return item


def known_addressees(document: Mapping[str, Any], rows: Iterable[Mapping[str, Any]] = ()) -> list[tuple[str, str]]:
    """(key, words) of everybody that an item may be addressed to: by the plan, by ``rows`` of a draft, by name."""
    found = {one["key"]: one["name"] for one in (*document["roles"], *document["people"])}
    for row in rows:
        found.update(row.get("persons", []))
    for member in db.session.scalars(db.select(PlanMember)):
        found.setdefault(member.key, member.name)
    return list(found.items())
