"""Versions of instruments and rules: a file makes a draft, the author publishes it, and what is published stays.

The caller commits. Comparability of stages is answered here: ``incomparable_between``.
"""

from collections.abc import Mapping
from typing import TypeVar

from app.content.store import instrument_of, rules_of
from app.events import record
from app.extensions import db
from app.models import InstrumentVersion, RuleVersion
from app.models.columns import utc_now
from surveys.definition.comparability import Incomparable, find_incomparable
from surveys.definition.difference import Change, compare_catalogues, compare_instruments
from surveys.definition.instrument import Approval, Instrument
from surveys.errors import DefinitionError
from surveys.findings.rules import Catalogue

Version = InstrumentVersion | RuleVersion
Kept = TypeVar("Kept", InstrumentVersion, RuleVersion)
Definition = TypeVar("Definition", Instrument, Catalogue)
LENGTHS = {"code": 64, "version": 40, "title": 500}


def newest(model: type[Kept], code: str) -> Kept | None:
    """The published version of ``code`` that is in force."""
    query = db.select(model).where(model.code == code, model.published_utc.is_not(None))
    return db.session.scalar(query.order_by(model.published_utc.desc(), model.id.desc()).limit(1))


def draft_of(model: type[Kept], code: str) -> Kept | None:
    """The only draft of ``code``."""
    return db.session.scalar(db.select(model).where(model.code == code, model.published_utc.is_(None)))


def take_instrument(instrument: Instrument, source: str, person_id: int) -> tuple[InstrumentVersion, bool]:
    """Make or replace the draft of the next version; False where the file says what is published already.

    Raises:
        DefinitionError: a questionnaire under the code of a card, or a code, number or title too long to keep.
    """
    published = newest(InstrumentVersion, instrument.code)
    if published is not None and published.kind != instrument.kind:
        raise DefinitionError(
            f"код «{instrument.code}» занят формой другого вида: смените form_id на листе settings", source
        )
    draft, changed = _take(InstrumentVersion, instrument, published, source, person_id)
    if changed:
        draft.kind = instrument.kind
        db.session.flush()
        _keep_marks(draft)
    return draft, changed


def take_rules(rules: Catalogue, source: str, person_id: int) -> tuple[RuleVersion, bool]:
    """The same for a catalogue of rules."""
    draft, changed = _take(RuleVersion, rules, newest(RuleVersion, rules.code), source, person_id)
    db.session.flush()
    return draft, changed


def _take(
    model: type[Kept], content: Definition, published: Kept | None, source: str, person_id: int
) -> tuple[Kept, bool]:
    for name, longest in LENGTHS.items():
        if len(getattr(content, name)) > longest:
            raise DefinitionError(f"{name}: больше {longest} знаков", source)
    if published is not None and renumbered(content, published.version).sha256() == published.sha256:
        return published, False
    draft = draft_of(model, content.code) or model(code=content.code, marks={})
    query = db.select(model.version).where(model.code == content.code, model.published_utc.is_not(None))
    content = renumbered(content, free_version(content.version, set(db.session.scalars(query))))
    old = draft.sha256
    draft.previous_id = published.id if published else None
    draft.version, draft.title, draft.body = content.version, content.title, content.to_json()
    draft.sha256, draft.created_by, draft.created_utc = content.sha256(), person_id, utc_now()
    if model is InstrumentVersion:
        draft.kind = draft.kind or "questionnaire"
    db.session.add(draft)
    db.session.flush()
    record(f"{model.__tablename__}.drafted", model.__tablename__, draft.id, old=old, new=draft.sha256)
    return draft, True


def renumbered(content: Definition, version: str) -> Definition:
    return content.model_copy(update={"version": version})


def free_version(wanted: str, taken: set[str]) -> str:
    """``wanted``, or the next number that no published version has: «1» -> «2», «2020.9» -> «2020.10»."""
    while wanted in taken:
        head = wanted.rstrip("0123456789")
        tail = wanted[len(head) :]
        wanted = f"{head}{int(tail) + 1}" if tail else f"{wanted}.2"
    return wanted


def changes_of(version: Version) -> list[Change]:
    """Against the version before; empty for the first one."""
    previous = db.session.get(type(version), version.previous_id) if version.previous_id else None
    if previous is None:
        return []
    if isinstance(version, RuleVersion):
        return compare_catalogues(rules_of(previous), rules_of(version))
    return compare_instruments(instrument_of(previous), instrument_of(version))


def set_marks(version: InstrumentVersion, marks: Mapping[str, str]) -> None:
    """Keep the author's words on the changes of a draft."""
    version.marks = dict(marks)


def _keep_marks(draft: InstrumentVersion) -> None:
    """After another file, only the marks on changes that are still there."""
    keys = {change.key for change in changes_of(draft)}
    draft.marks = {key: mark for key, mark in draft.marks.items() if key in keys}


def publish(version: Version, approval: Approval) -> None:
    """From now on the version is in force and never changes; the approval of its thresholds is part of it."""
    old = instrument_of(version) if isinstance(version, InstrumentVersion) else rules_of(version)
    content = old.model_copy(update={"thresholds": approval})
    version.body, version.sha256 = content.to_json(), content.sha256()
    version.published_utc = utc_now()
    name = version.__tablename__
    record(f"{name}.published", name, version.id, new={"version": version.version, "sha256": version.sha256})


def discard(version: Version) -> None:
    """Throw a draft away."""
    name = version.__tablename__
    record(f"{name}.discarded", name, version.id, old=version.sha256)
    db.session.delete(version)


def incomparable_between(one: InstrumentVersion, other: InstrumentVersion) -> Incomparable:
    """What two stages may not compare, when they asked with ``one`` and ``other``: the marks of every version between.

    Versions that do not follow from each other are compared directly, every judged change as a changed meaning.
    """
    if one.id == other.id:
        return Incomparable()
    for older, newer in ((one, other), (other, one)):
        found = Incomparable()
        for before, after in _way(older, newer):
            found |= find_incomparable(instrument_of(before), instrument_of(after), after.marks)
        if found or _way(older, newer):
            return found
    return find_incomparable(instrument_of(one), instrument_of(other), {})


def _way(older: InstrumentVersion, newer: InstrumentVersion) -> list[tuple[InstrumentVersion, InstrumentVersion]]:
    """Neighbouring versions from ``older`` to ``newer``; empty where the one does not come from the other."""
    way: list[tuple[InstrumentVersion, InstrumentVersion]] = []
    at: InstrumentVersion | None = newer
    while at is not None and at.previous_id is not None and len(way) < 1000:
        before = db.session.get_one(InstrumentVersion, at.previous_id)
        way.insert(0, (before, at))
        if before.id == older.id:
            return way
        at = before
    return []
