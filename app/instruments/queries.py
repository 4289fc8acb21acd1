"""Versions of forms and rules, and who uses them. Definitions belong to the whole installation: there is no scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import defer

from app.extensions import db
from app.models import CardCycle, InstrumentVersion, RoadmapItem, RuleVersion, Wave

Kept = TypeVar("Kept", InstrumentVersion, RuleVersion)


@dataclass(frozen=True)
class Line:
    """One form or catalogue with its versions: what is in force, what is in work, what was."""

    title: str
    code: str
    current: InstrumentVersion | RuleVersion | None
    draft: InstrumentVersion | RuleVersion | None
    earlier: tuple[InstrumentVersion | RuleVersion, ...]


def list_lines(model: type[Kept]) -> list[Line]:
    """Forms by kind and title (catalogues by title), without their long bodies."""
    versions: dict[str, list[Kept]] = {}
    for one in db.session.scalars(db.select(model).options(defer(model.body)).order_by(model.title, model.id.desc())):
        versions.setdefault(one.code, []).append(one)
    lines = []
    for code, kept in versions.items():
        published = sorted((one for one in kept if one.published_utc), key=lambda one: one.published_utc, reverse=True)
        draft = next((one for one in kept if one.published_utc is None), None)
        shown = published[0] if published else draft
        lines.append(Line(shown.title, code, published[0] if published else None, draft, tuple(published[1:])))
    return sorted(lines, key=lambda line: (getattr(line.current or line.draft, "kind", "") == "card", line.title))


def find_version(model: type[Kept], version_id: int, *, lock: bool = False) -> Kept | None:
    """One version; ``lock`` keeps others from changing it until the end of the transaction."""
    return db.session.get(model, version_id, with_for_update=lock)


def is_current(version: InstrumentVersion | RuleVersion) -> bool:
    """Whether new waves and cycles take this version."""
    from app.content.editions import newest

    found = newest(type(version), version.code)
    return found is not None and found.id == version.id


def is_open_to_change(version: InstrumentVersion) -> bool:
    """Whether the next version comes from this one: it is the draft, or in force while there is no draft."""
    from app.content.editions import draft_of

    return version.published_utc is None or (is_current(version) and draft_of(InstrumentVersion, version.code) is None)


def users_of(version: InstrumentVersion) -> list[str]:
    """Titles of waves and card cycles that ask with this very version."""
    found: list[str] = []
    for model in (Wave, CardCycle):
        query = db.select(model.title).where(model.instrument_version_id == version.id).order_by(model.id)
        found += db.session.scalars(query)
    return found


def waves_by_rules(version: RuleVersion) -> Sequence[str]:
    """Titles of waves whose findings come from this catalogue."""
    return db.session.scalars(db.select(Wave.title).where(Wave.rule_version_id == version.id).order_by(Wave.id)).all()


def roadmap_numbers() -> set[str]:
    """Numbers that a rule may name; empty where no roadmap is loaded."""
    return set(db.session.scalars(db.select(RoadmapItem.number)))


def newest_of_kind(kind: str) -> InstrumentVersion | None:
    """The form of a kind that was published last."""
    query = db.select(InstrumentVersion).where(
        InstrumentVersion.kind == kind, InstrumentVersion.published_utc.is_not(None)
    )
    order = (InstrumentVersion.published_utc.desc(), InstrumentVersion.id.desc())
    return db.session.scalar(query.order_by(*order).limit(1))
