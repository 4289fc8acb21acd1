"""Findings of a school's card, joined with those of the last closed wave of the questionnaire."""

from app.content.store import instrument_of, rules_of
from app.extensions import db
from app.models import Card, RuleVersion, Snapshot, Wave, WaveSchool
from app.models.waves import STAGES
from app.results.card_values import card_for_rules, instrument_for
from app.results.snapshots import released_of
from surveys.definition.instrument import Instrument, load_instrument
from surveys.disclosure.released import GroupFigures, Released
from surveys.findings.finding import Finding, find
from surveys.findings.perception import Perception, perceptions
from surveys.findings.rules import Catalogue, load_rules


def last_snapshot(school_id: int) -> Snapshot | None:
    """The newest snapshot of a closed wave that asked this school."""
    return db.session.scalar(
        db.select(Snapshot)
        .join(Wave, Wave.id == Snapshot.wave_id)
        .join(WaveSchool, WaveSchool.wave_id == Wave.id)
        .where(WaveSchool.school_id == school_id, Wave.status == "closed")
        .order_by(Wave.opens_utc.desc(), Snapshot.number.desc())
        .limit(1)
    )


def _figures(card: Card) -> tuple[Released, Instrument, Catalogue, str]:
    """Released figures with their instrument, rules and stage; without a wave figures of nobody."""
    school = card.school
    snapshot = last_snapshot(school.id)
    released = released_of(snapshot) if snapshot else None
    if snapshot and released and school.code in {group.code for group in released.schools}:
        wave = snapshot.wave
        return released, instrument_of(wave.instrument_version), rules_of(wave.rule_version), STAGES[wave.stage]
    kept = db.session.scalar(db.select(RuleVersion).order_by(RuleVersion.id.desc()).limit(1))
    rules = rules_of(kept) if kept else load_rules()
    instrument = load_instrument("teacher_deficits")
    nobody = GroupFigures(code=school.code, label=school.name, population=0, n=0, rate=None, hidden="primary")
    district = nobody.model_copy(update={"code": "municipality"})
    released = Released(
        wave="",
        instrument=instrument.code,
        instrument_sha256="",
        k=5,
        snapshot=0,
        taken_utc="",
        municipality=district,
        schools=[nobody],
    )
    return released, instrument, rules, STAGES["baseline"]


def card_findings(card: Card, *, masked: bool = False) -> list[Finding]:
    """What the rules say about the school as its card stands, two-source findings ranked higher.

    Args:
        masked: for a document that leaves the school: small counts of children in words.
    """
    released, instrument, rules, stage = _figures(card)
    values, levels = card_for_rules(card, masked=masked)
    return find(
        released,
        card.school.code,
        rules,
        instrument,
        card_values=values,
        indicator_levels=levels,
        stage=stage,
        year=card.cycle.year,
    )


def card_perceptions(card: Card) -> list[Perception]:
    """Where the card says yes and more than half of the teachers say no."""
    released, instrument, rules, _stage = _figures(card)
    values, levels = card_for_rules(card, masked=False)
    return perceptions(
        released,
        card.school.code,
        rules,
        instrument,
        instrument_for(card.cycle),
        card_values=values,
        indicator_levels=levels,
    )
