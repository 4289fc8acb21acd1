"""From a snapshot, accepted measures and settings to the report: the same for a page, a document and a command."""

from typing import Any
from zoneinfo import ZoneInfo

from app.card_values import card_for_rules, last_signed
from app.content import instrument_of, rules_of
from app.extensions import db
from app.models import Finding, Measure, Municipality, RoadmapPlan, School, Setting, Snapshot, Wave
from app.models.waves import STAGES
from app.reach import scope_code
from app.snapshots import MUNICIPALITY, released_of
from surveys.document import Letterhead, MeasureText, Report, Signature
from surveys.findings import Finding as Found
from surveys.report import ReportContext, ReportSettings, WaveFacts, build_report, measure_text
from surveys.russian import date_long

LETTERHEAD = "letterhead"
TAKEN = ("accepted", "edited")


def report_of(wave: Wave, snapshot: Snapshot, scope: str) -> Report:
    """The справка of ``scope`` («municipality» or «school:CODE»). Reads only.

    Raises:
        KeyError: the snapshot has no such school.
    """
    released = released_of(snapshot)
    released.group(scope_code(scope))
    municipality = db.session.get_one(Municipality, wave.municipality_id)
    zone = ZoneInfo(municipality.timezone)
    rules = rules_of(wave.rule_version)
    facts = WaveFacts(
        code=wave.code,
        title=wave.title,
        stage=STAGES[wave.stage],
        opened=wave.opens_utc.astimezone(zone).date(),
        closed=(wave.closed_utc or wave.closes_utc).astimezone(zone).date(),
    )
    taken_on = snapshot.taken_utc.astimezone(zone).date()
    return build_report(
        ReportContext(
            released=released,
            scope=scope,
            instrument=instrument_of(wave.instrument_version),
            wave=facts,
            settings=_settings(municipality, snapshot, (snapshot.approved_on or taken_on).isoformat()),
            measures=_measures(snapshot.id, scope),
            findings=[Found.model_validate(finding.body) for finding in _findings(snapshot.id, scope)],
            rules_sha256=wave.rule_version.sha256,
            readings=_readings(wave, scope),
            marks=rules.marks,
            marks_approved=rules.thresholds,
            plural=rules.plural,
        )
    )


def _findings(snapshot_id: int, scope: str) -> list[Finding]:
    """Findings of the scope, the most pressing first; the municipality's report lists those of its schools too."""
    query = db.select(Finding).where(Finding.snapshot_id == snapshot_id)
    if scope != MUNICIPALITY:
        query = query.where(Finding.scope == scope_code(scope))
    return list(db.session.scalars(query.order_by(Finding.priority.desc(), Finding.id)))


def _measures(snapshot_id: int, scope: str) -> list[MeasureText]:
    """Accepted measures in the words that a person left in them."""
    texts = []
    for finding in _findings(snapshot_id, scope):
        if finding.decision not in TAKEN or finding.measure is None:
            continue
        measure: Measure = finding.measure
        computed = measure_text(Found.model_validate(finding.body), with_scope=scope == MUNICIPALITY)
        words = {
            "recommendation": measure.text,
            "responsible": measure.responsible,
            "deadline": measure.deadline_text,
            "planned_result": measure.planned_result,
            "measure_of_success": measure.measure_of_success,
            "edited": finding.decision == "edited",
        }
        texts.append(computed.model_copy(update=words))
    return texts


def _readings(wave: Wave, scope: str) -> list[tuple[str, Any]]:
    """Indicators of the school's signed card, with small counts of children in words; none for the municipality."""
    school = db.session.scalar(db.select(School).where(School.code == scope_code(scope)))
    card = last_signed(school.id) if school and scope != MUNICIPALITY else None
    if card is None:
        return []
    labels = {one.code: one.label for one in instrument_of(card.cycle.instrument_version).indicators}
    _values, readings = card_for_rules(card, masked=True)
    return [(labels.get(code, code), reading) for code, reading in readings.items()]


def letterhead_setting() -> dict[str, str]:
    """What the department typed on the settings page; empty strings where nothing."""
    row = db.session.get(Setting, LETTERHEAD)
    return dict(row.value) if row else {}


def _settings(municipality: Municipality, snapshot: Snapshot, made_on: str) -> ReportSettings:
    typed = letterhead_setting()
    text = {key: str(value).strip() for key, value in typed.items()}.get
    names = [line for key in ("name_ru", "name_kbd", "name_krc") if (line := text(key, ""))]
    signatory = text("signatory_position", ""), text("signatory_name", "")
    executor = ", ".join(part for part in (text("executor", ""), text("phone", "")) if part)
    date = date_long(snapshot.approved_on) if snapshot.approved_on else text("date", "")
    demo = db.session.get(Setting, "demo")
    return ReportSettings(
        letterhead=Letterhead(
            names=names or [municipality.department],
            address=text("address", ""),
            place=text("place", ""),
            number=snapshot.approved_number or text("number", ""),
            date=date,
            signature=Signature(position=signatory[0], name=signatory[1]) if all(signatory) else None,
            executor=executor,
        ),
        basis=[line.strip() for line in text("basis", "").splitlines() if line.strip()] or _order_basis(municipality),
        author=municipality.department,
        made_on=made_on,
        demo=bool(demo and demo.value),
        zone=municipality.timezone,
        status="approved" if snapshot.approved_on else "draft",
    )


def _order_basis(municipality: Municipality) -> list[str]:
    """The order that the roadmap stands on, where nothing else was typed."""
    plan = db.session.scalar(
        db.select(RoadmapPlan)
        .where(RoadmapPlan.municipality_id == municipality.id)
        .order_by(RoadmapPlan.id.desc())
        .limit(1)
    )
    if plan is None or not plan.document.get("order_number"):
        return []
    day = plan.document.get("order_date", "")
    return [f"приказ Управления образования от {_day(day)} № {plan.document['order_number']}"]


def _day(text: str) -> str:
    import datetime as dt

    try:
        return date_long(dt.date.fromisoformat(text))
    except ValueError:
        return text
