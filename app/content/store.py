"""The one door by which instruments and rules enter the database, and the way back to engine values."""

from functools import lru_cache

from app.extensions import db
from app.models import InstrumentVersion, RuleVersion
from app.models.columns import utc_now
from surveys.definition.instrument import Instrument
from surveys.findings.rules import Catalogue as Rules


def store_instrument(instrument: Instrument) -> InstrumentVersion:
    """Keep ``instrument`` published, as canonical JSON; the same content is kept once, by its hash.

    The caller commits. A different content under a code and version already kept is refused by the UNIQUE constraint.
    """
    sha256 = instrument.sha256()
    kept = db.session.scalar(db.select(InstrumentVersion).where(InstrumentVersion.sha256 == sha256))
    if kept is None:
        kept = InstrumentVersion(
            code=instrument.code,
            version=instrument.version,
            kind=instrument.kind,
            title=instrument.title,
            body=instrument.to_json(),
            sha256=sha256,
        )
        db.session.add(kept)
    if kept.published_utc is None:
        kept.published_utc = utc_now()
    db.session.flush()
    return kept


def store_rules(rules: Rules) -> RuleVersion:
    """Keep a rule catalogue the same way."""
    sha256 = rules.sha256()
    kept = db.session.scalar(db.select(RuleVersion).where(RuleVersion.sha256 == sha256))
    if kept is None:
        kept = RuleVersion(
            code=rules.code, version=rules.version, title=rules.title, body=rules.to_json(), sha256=sha256
        )
        db.session.add(kept)
    if kept.published_utc is None:
        kept.published_utc = utc_now()
    db.session.flush()
    return kept


def instrument_of(version: InstrumentVersion) -> Instrument:
    """The engine's instrument of a kept version; parsed once per process, since a version never changes."""
    return _instrument(version.sha256, version.body)


@lru_cache(maxsize=32)
def instrument_by_hash(sha256: str) -> Instrument:
    """The same by hash alone: the long JSON is read only where this process has not parsed it yet."""
    body = db.session.scalars(db.select(InstrumentVersion.body).where(InstrumentVersion.sha256 == sha256)).one()
    return Instrument.model_validate_json(body)


def rules_of(version: RuleVersion) -> Rules:
    """The engine's rules of a kept version."""
    return _rules(version.sha256, version.body)


@lru_cache(maxsize=32)
def _instrument(_sha256: str, body: str) -> Instrument:
    return Instrument.model_validate_json(body)


@lru_cache(maxsize=32)
def _rules(_sha256: str, body: str) -> Rules:
    return Rules.model_validate_json(body)
