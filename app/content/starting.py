"""What an installation starts with: instruments, rules, the consent text; the order's schools and roadmap.

The demonstration takes the same definitions and the same plan with schools of its own.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.content.store import store_instrument, store_rules
from app.events import record
from app.extensions import db
from app.models import ConsentText, InstrumentVersion, Municipality, Person, RoadmapPlan, RuleVersion, School
from app.plan.plans import plan_code, store_plan
from surveys.definition.instrument import Instrument, load_instrument
from surveys.errors import DefinitionError
from surveys.findings.rules import Catalogue, load_rules
from surveys.roadmap.plan import Roadmap, load_roadmap

QUESTIONNAIRE, CARD = "teacher_deficits", "school_card"
CONSENT_FILE = Path(__file__).with_name("consent_v2.toml")
ORDER_MUNICIPALITY = "Прохладненский муниципальный район Кабардино-Балкарской Республики"


class AlreadyStartedError(Exception):
    """The database is not empty."""


@dataclass(frozen=True)
class Packaged:
    """The packaged content, read and checked whole before anything is stored."""

    questionnaire: Instrument
    card: Instrument
    rules: Catalogue
    roadmap: Roadmap
    consent: dict[str, Any]


@dataclass(frozen=True)
class Definitions:
    """Rows of the stored versions."""

    questionnaire: InstrumentVersion
    card: InstrumentVersion
    rules: RuleVersion
    consent: ConsentText


def load_packaged() -> Packaged:
    """Read every packaged file; a damaged one refuses with all its problems (DefinitionError)."""
    questionnaire, card, roadmap = load_instrument(QUESTIONNAIRE), load_instrument(CARD), load_roadmap()
    numbers = {item.number for item in roadmap.items} | {duty.key for duty in roadmap.obligations}
    rules = load_rules(instrument=questionnaire, card=card, roadmap_numbers=numbers)
    return Packaged(questionnaire, card, rules, roadmap, tomllib.loads(CONSENT_FILE.read_text(encoding="utf-8")))


def store_definitions(packaged: Packaged, department: str) -> Definitions:
    """Keep instruments, rules and consent text; the caller commits."""
    return Definitions(
        store_instrument(packaged.questionnaire),
        store_instrument(packaged.card),
        store_rules(packaged.rules),
        store_consent(packaged.consent, department),
    )


def store_consent(consent: dict[str, Any], department: str) -> ConsentText:
    """Keep one version of the consent text, with the operator's name in it."""
    texts = {key: str(value).strip().format(department=department) for key, value in consent.items()}
    kept = db.session.scalar(
        db.select(ConsentText).where(ConsentText.code == texts["code"], ConsentText.version == texts["version"])
    )
    if kept is None:
        kept = ConsentText(**texts, sha256=hashlib.sha256(texts["body"].encode()).hexdigest())
        db.session.add(kept)
        db.session.flush()
    return kept


def start_order() -> RoadmapPlan:
    """Load the order into an empty database: schools, roadmap, definitions; no people. The caller commits."""
    packaged = load_packaged()
    for table in (Municipality, School, Person, RoadmapPlan):
        if db.session.scalar(db.select(table.id).limit(1)) is not None:
            raise AlreadyStartedError
    department = packaged.roadmap.document.issuer
    municipality = Municipality(name=ORDER_MUNICIPALITY, department=department)
    db.session.add(municipality)
    db.session.flush()
    schools = add_order_schools(packaged.roadmap, municipality)
    store_definitions(packaged, department)
    plan = store_plan(packaged.roadmap, municipality, schools)
    record("order.started", "roadmap_plan", plan.id, new={"code": plan.code})
    return plan


def add_plan(roadmap: Roadmap, source: str) -> RoadmapPlan:
    """Add a plan beside those kept; schools it names and that are missing are added. The caller commits.

    Raises:
        DefinitionError: this plan is here already.
    """
    code = plan_code(roadmap)
    if db.session.scalar(db.select(RoadmapPlan.id).where(RoadmapPlan.code == code)) is not None:
        raise DefinitionError(f"план «{code}» уже загружен", source)
    municipality = db.session.scalar(db.select(Municipality).order_by(Municipality.id).limit(1))
    if municipality is None:
        municipality = Municipality(name=roadmap.document.issuer, department=roadmap.document.issuer)
        db.session.add(municipality)
        db.session.flush()
    kept = {school.code: school for school in db.session.scalars(db.select(School))}
    fresh = [school for school in roadmap.schools if school.key not in kept]
    added = add_order_schools(roadmap.model_copy(update={"schools": fresh}), municipality, start=len(kept))
    kept |= {school.code: school for school in added}
    plan = store_plan(roadmap, municipality, [kept[school.key] for school in roadmap.schools])
    record("roadmap.imported", "roadmap_plan", plan.id, new={"code": code})
    return plan


def add_instrument(instrument: Instrument, source: str) -> InstrumentVersion:
    """Keep an instrument from a file; the caller commits.

    Raises:
        DefinitionError: other content under the same code and version is kept: a published version never changes.
    """
    kept = db.session.scalar(
        db.select(InstrumentVersion).where(
            InstrumentVersion.code == instrument.code, InstrumentVersion.version == instrument.version
        )
    )
    if kept is not None and kept.sha256 != instrument.sha256():
        text = f"версия {instrument.version} анкеты «{instrument.code}» уже есть с другим содержанием: смените номер"
        raise DefinitionError(text, source)
    return store_instrument(instrument)


def add_order_schools(roadmap: Roadmap, municipality: Municipality, start: int = 0) -> list[School]:
    """The schools that the order names, by its keys."""
    schools = [
        School(
            municipality_id=municipality.id,
            code=school.key,
            name=school.name,
            short_name=short_school_name(school.name),
            head_name=school.head,
            position=position,
        )
        for position, school in enumerate(roadmap.schools, start=start)
    ]
    db.session.add_all(schools)
    db.session.flush()
    return schools


def short_school_name(name: str) -> str:
    """«МКОУ «СОШ №1 с.Алтуд»» -> «СОШ № 1 с. Алтуд»: for lists and slips."""
    inside = name.partition("«")[2].rstrip("»") or name
    spaced = inside.replace("№", "№\u00a0").replace("с.", "с.\u00a0")
    return " ".join(part for part in spaced.split(" ") if part).replace("\u00a0\u00a0", "\u00a0")
