"""From a snapshot, accepted measures and settings to the report: the same for a page, a document and a command."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from app.content.store import instrument_of, rules_of
from app.extensions import db
from app.models import (
    Finding,
    Measure,
    MeasureItem,
    Municipality,
    RoadmapItem,
    RoadmapPlan,
    School,
    Setting,
    Snapshot,
    Wave,
)
from app.models.columns import utc_now
from app.models.waves import STAGES
from app.plan.marks import marks_now
from app.plan.plans import describe_plan, items_of, plans_in_force, signed_on
from app.reach import scope_code
from app.results.card_values import card_for_rules, instrument_for
from app.results.report_cards import borders_of, card_of, cards_of, findings_of, named, readings_of
from app.results.snapshots import MUNICIPALITY, released_of
from surveys.disclosure.released import Released
from surveys.findings.finding import Finding as Found
from surveys.findings.perception import Perception, perceptions
from surveys.kinds import DEFAULT, KINDS, kinds_for
from surveys.report.build import ReportContext, ReportSettings, WaveFacts, measure_text
from surveys.report.document import Letterhead, MeasureText, Report, Signature
from surveys.russian import NBSP, date_long, in_order

LETTERHEAD = "letterhead"
TAKEN = ("accepted", "edited")


def report_of(
    wave: Wave, snapshot: Snapshot, scope: str, kind: str = DEFAULT, edits: Mapping[str, Sequence[str]] | None = None
) -> Report:
    """A document of ``kind`` about ``scope`` («municipality» or «school:CODE»). Reads only.

    Args:
        edits: section -> paragraphs that a person put in place of the computed ones.

    Raises:
        KeyError: the snapshot has no such school, or there is no such kind for it.
    """
    chosen = KINDS[kind]
    if chosen not in kinds_for(scope):
        raise KeyError(kind)
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
    dated = snapshot.approved_on or snapshot.taken_utc.astimezone(zone).date()
    today = utc_now().astimezone(zone).date()
    findings = _found(wave, snapshot.id, scope, with_card="card" in chosen.needs)
    return chosen.build(
        ReportContext(
            released=released,
            scope=scope,
            instrument=instrument_of(wave.instrument_version),
            wave=facts,
            settings=_settings(municipality, snapshot, dated),
            measures=_measures(snapshot.id, scope, plans_in_force(dated)),
            proposals=_proposals(snapshot.id, scope, findings),
            findings=findings,
            rules_sha256=wave.rule_version.sha256,
            readings=readings_of(card_of(scope), beside=True),
            card_named=named(card_of(scope), zone),
            card_borders=borders_of(wave, scope),
            cards=cards_of(wave) if "cards" in chosen.needs and scope == MUNICIPALITY else (),
            perceptions=_perceptions(wave, released, scope) if "card" in chosen.needs and scope != MUNICIPALITY else (),
            plan=_plan_items(today) if "plan" in chosen.needs else (),
            plan_on=today,
            edits=edits or {},
            full_name=_full_name(scope),
            marks=rules.marks,
            high_share=rules.high_share,
            marks_approved=rules.thresholds,
            previous_title=_title_of(released.previous),
            plural=rules.plural,
        )
    )


def _findings(snapshot_id: int, scope: str) -> list[Finding]:
    """Findings of the scope, the most pressing first; the municipality's report lists those of its schools too."""
    query = db.select(Finding).where(Finding.snapshot_id == snapshot_id)
    if scope != MUNICIPALITY:
        query = query.where(Finding.scope == scope_code(scope))
    return list(db.session.scalars(query.order_by(Finding.priority.desc(), Finding.id)))


def _found(wave: Wave, snapshot_id: int, scope: str, *, with_card: bool) -> list[Found]:
    """Findings of the snapshot; ``with_card``: also those of cards signed since, which it could not have."""
    found = [Found.model_validate(finding.body) for finding in _findings(snapshot_id, scope)]
    if not with_card:
        return found
    known = {(one.scope, one.rule) for one in found}
    added = [one for one in findings_of(wave, scope) if (one.scope, one.rule) not in known]
    return sorted([*found, *added], key=lambda one: -one.priority)


def _proposals(snapshot_id: int, scope: str, found: Sequence[Found]) -> list[MeasureText]:
    """Recommendations that nobody has decided on yet."""
    decided = {one.body["id"] for one in _findings(snapshot_id, scope) if one.decision != "proposed"}
    return [measure_text(one, with_scope=scope == MUNICIPALITY) for one in found if one.id not in decided]


def _measures(snapshot_id: int, scope: str, plans: Sequence[RoadmapPlan]) -> list[MeasureText]:
    """Accepted measures in the words that a person left in them; of several ``plans`` items say whose they are."""
    texts, places = [], _places(snapshot_id, plans) if len(plans) > 1 else {}
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
            "items_words": places.get(measure.id, ""),
        }
        texts.append(computed.model_copy(update=words))
    return texts


def _places(snapshot_id: int, plans: Sequence[RoadmapPlan]) -> dict[int, str]:
    """Measure id -> «3.99 (приказ от 15 января 2021 г. № 7); 3.8 (приказ …)»: its items by plan."""
    wanted = (
        db.select(Measure.id, RoadmapItem.plan_id, RoadmapItem.number)
        .join(MeasureItem, MeasureItem.measure_id == Measure.id)
        .join(RoadmapItem, RoadmapItem.id == MeasureItem.roadmap_item_id)
        .join(Finding, Finding.id == Measure.finding_id)
        .where(Finding.snapshot_id == snapshot_id)
    )
    found: dict[int, dict[int, list[str]]] = {}
    for measure_id, plan_id, number in db.session.execute(wanted):
        found.setdefault(measure_id, {}).setdefault(plan_id, []).append(number)
    return {
        measure_id: "; ".join(
            f"{', '.join(in_order(numbers[plan.id]))} (приказ {_order(plan)})" for plan in plans if plan.id in numbers
        )
        for measure_id, numbers in found.items()
    }


def _title_of(code: str) -> str:
    """The title of a wave; empty for none."""
    return db.session.scalar(db.select(Wave.title).where(Wave.code == code)) or ""


def _full_name(scope: str) -> str:
    """The school's name as documents write it; empty for the municipality, whose label is its name."""
    return db.session.scalar(db.select(School.name).where(School.code == scope_code(scope))) or ""


def _perceptions(wave: Wave, released: Released, scope: str) -> list[Perception]:
    """Where the school's signed card and the answers of this wave disagree; small counts of children in words."""
    card = card_of(scope)
    if card is None:
        return []
    values, readings = card_for_rules(card, masked=True)
    return perceptions(
        released,
        scope_code(scope),
        rules_of(wave.rule_version),
        instrument_of(wave.instrument_version),
        instrument_for(card.cycle),
        card_values=values,
        indicator_levels=readings,
    )


def _plan_items(today: dt.date) -> list[dict[str, Any]]:
    """Items of the plans in force with their state, each with the title of its section and, of several, its order."""
    plans, found = plans_in_force(today), []
    for plan in reversed(plans):
        titles = {section.number: section.title for section in plan.sections}
        kept = [one for one in items_of(plan, duties=False) if one.withdrawn_on is None or one.withdrawn_on > today]
        order = _order(plan) if len(plans) > 1 else ""
        found += [
            {**item, "section_title": titles.get(item["section"], ""), "order": order}
            for item in describe_plan(plan, marks_now(plan), kept)["items"]
        ]
    return found


def letterhead_setting() -> dict[str, str]:
    """What the department typed on the settings page; empty strings where nothing."""
    row = db.session.get(Setting, LETTERHEAD)
    return dict(row.value) if row else {}


def _settings(municipality: Municipality, snapshot: Snapshot, day: dt.date) -> ReportSettings:
    typed = letterhead_setting()
    text = {key: "\n".join(str(value).split("\r\n")).strip() for key, value in typed.items()}.get
    names = [line for key in ("name_ru", "name_kbd", "name_krc") if (line := text(key, ""))]
    signatory = text("signatory_position", ""), text("signatory_name", "")
    executor = ", ".join(part for part in (text("executor", ""), text("phone", "")) if part)
    date = (
        date_long(snapshot.approved_on) if snapshot.approved_on else text("date", "") or "«___» ____________ 20___ г."
    )
    demo = db.session.get(Setting, "demo")
    return ReportSettings(
        letterhead=Letterhead(
            names=names or [municipality.department],
            address=text("address", ""),
            place=text("place", ""),
            number=snapshot.approved_number or text("number", "") or "_" * 6,
            date=date,
            approval=_approval(*signatory),
            # written by hand where nobody was typed: a document to be signed has a place for it
            signature=Signature(position=signatory[0] or "_" * 24, name=signatory[1] or "_" * 14),
            executor=executor,
        ),
        basis=[line.strip() for line in text("basis", "").splitlines() if line.strip()] or _order_basis(day),
        author=municipality.department,
        made_on=day.isoformat(),
        demo=bool(demo and demo.value),
        zone=municipality.timezone,
        status="approved" if snapshot.approved_on else "draft",
    )


def _approval(position: str, name: str) -> list[str]:
    """The block «УТВЕРЖДАЮ» of documents that are approved: position, line for the signature, line for the date."""
    return ["УТВЕРЖДАЮ", position or "_" * 24, f"{'_' * 16} {name}".rstrip(), "«___» ____________ 20___ г."]


def _order_basis(day: dt.date) -> list[str]:
    """The orders that the plans in force on ``day`` stand on, where nothing else was typed."""
    return [f"приказ Управления образования {_order(plan)}" for plan in reversed(plans_in_force(day))]


def _order(plan: RoadmapPlan) -> str:
    """«от 28 мая 2020 г. № 204»."""
    return f"от {date_long(signed_on(plan))} №{NBSP}{plan.document['order_number']}"
