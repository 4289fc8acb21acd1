"""Findings of a snapshot and the decisions on them. ``reach`` is the set of school codes, None for the municipality."""

import datetime as dt
from typing import Any

from app.extensions import db
from app.findings.deadlines import due_date
from app.models import Finding, Measure, MeasureItem, Person, RoadmapItem, Wave
from app.models.columns import utc_now
from app.plan.plans import plans_in_force
from app.plan.working_days import moved_days_off

Reach = frozenset[str] | None
TAKEN = ("accepted", "edited")
TEXTS = ("text", "responsible", "deadline_text", "planned_result", "measure_of_success")


def find_wave(code: str) -> Wave | None:
    """A closed wave."""
    return db.session.scalar(db.select(Wave).where(Wave.code == code, Wave.status == "closed"))


def list_findings(snapshot_id: int, scope: str, reach: Reach) -> list[Finding]:
    """Findings of one group, the most pressing first; a school sees only what was accepted."""
    query = db.select(Finding).where(Finding.snapshot_id == snapshot_id, Finding.scope == scope)
    if reach is not None:
        query = query.where(Finding.scope.in_(reach), Finding.decision.in_(TAKEN))
    query = query.options(db.selectinload(Finding.measure).selectinload(Measure.items))
    return list(db.session.scalars(query.order_by(Finding.priority.desc(), Finding.id)))


def undecided(snapshot_id: int) -> dict[str, tuple[int, int]]:
    """Group code -> (findings not decided, all findings)."""
    rows = db.session.execute(
        db.select(Finding.scope, db.func.sum(db.case((Finding.decision == "proposed", 1), else_=0)), db.func.count())
        .where(Finding.snapshot_id == snapshot_id)
        .group_by(Finding.scope)
    )
    return {scope: (int(left), int(number)) for scope, left, number in rows}


def find_finding(snapshot_id: int, finding_id: int) -> Finding | None:
    """One finding of a snapshot."""
    return db.session.scalar(db.select(Finding).where(Finding.id == finding_id, Finding.snapshot_id == snapshot_id))


def names_of(findings: list[Finding]) -> dict[int, str]:
    """Person id -> short name of those who decided."""
    ids = {finding.decided_by for finding in findings if finding.decided_by}
    return {person.id: person.short_name for person in db.session.scalars(db.select(Person).where(Person.id.in_(ids)))}


def decide(finding: Finding, version: int, decision: str, person_id: int, reason: str = "") -> bool:
    """Write the decision if ``version`` is still the one kept; False where somebody was first."""
    changed = db.session.execute(
        db.update(Finding)
        .where(Finding.id == finding.id, Finding.version == version)
        .values(
            decision=decision,
            reason=reason,
            decided_by=person_id,
            decided_utc=utc_now(),
            version=version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    db.session.expire(finding)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def computed_texts(finding: Finding) -> dict[str, str]:
    """The computed words of a finding under the names of a measure."""
    body = finding.body
    return {
        "text": body["recommendation"],
        "responsible": body["responsible"],
        "deadline_text": body["deadline"],
        "planned_result": body["planned_result"],
        "measure_of_success": body["measure_of_success"],
    }


def put_measure(finding: Finding, start: dt.date, texts: dict[str, Any]) -> Measure:
    """The measure of a finding with its places in the roadmap; a measure that is there already is changed."""
    measure = finding.measure
    if measure is None:
        measure = Measure(finding_id=finding.id, scope=finding.scope, items=items_of(finding))
        db.session.add(measure)
    for name in TEXTS:
        setattr(measure, name, texts[name])
    measure.due_date = texts.get("due_date") or due_date(texts["deadline_text"], start, moved_days_off())
    db.session.flush()
    return measure


def items_of(finding: Finding) -> list[MeasureItem]:
    """Rows that tie a measure to the roadmap items its rule names, each in the newest plan in force that has it."""
    plans = [plan.id for plan in plans_in_force()]
    wanted = (
        db.select(RoadmapItem)
        .where(RoadmapItem.plan_id.in_(plans), RoadmapItem.number.in_(finding.body["roadmap_items"]))
        .order_by(RoadmapItem.position)
    )
    found: dict[str, RoadmapItem] = {}
    for item in sorted(db.session.scalars(wanted), key=lambda one: plans.index(one.plan_id)):
        found.setdefault(item.number, item)
    return [MeasureItem(roadmap_item_id=item.id) for item in found.values()]


def drop_measure(finding: Finding) -> None:
    """Take the measure of a finding out of the roadmap."""
    if finding.measure is not None:
        db.session.delete(finding.measure)
        db.session.flush()


def measures_of(snapshot_id: int) -> list[Measure]:
    """All measures of a snapshot."""
    return list(
        db.session.scalars(
            db.select(Measure).join(Finding, Finding.id == Measure.finding_id).where(Finding.snapshot_id == snapshot_id)
        )
    )
