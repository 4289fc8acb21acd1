"""Editions of documents: a person's words beside the computed ones, approval, and what is approved never changes."""

import hashlib
from typing import NamedTuple

from app.events import record
from app.extensions import db
from app.models import ReportEdition, Snapshot, Wave
from app.models.columns import utc_now
from app.results.report_context import report_of
from surveys.kinds.parts import as_lines
from surveys.report.document import Report, Section

FIXED = ("basis", "method", "snapshot", "agenda")  # sections that say how it was done: not for editing


class Shown(NamedTuple):
    """A document as it stands: computed and edited, or approved; the edition, None where nobody touched it."""

    report: Report
    edition: ReportEdition | None


def current_edition(snapshot_id: int, kind: str, scope: str) -> ReportEdition | None:
    """The newest edition: a draft, or the approved one."""
    return db.session.scalar(
        db.select(ReportEdition)
        .where(ReportEdition.snapshot_id == snapshot_id, ReportEdition.kind == kind, ReportEdition.scope == scope)
        .order_by(ReportEdition.number.desc())
        .limit(1)
    )


def approved_edition(snapshot_id: int, kind: str, scope: str) -> ReportEdition | None:
    """The edition that is in force."""
    return db.session.scalar(
        db.select(ReportEdition).where(
            ReportEdition.snapshot_id == snapshot_id,
            ReportEdition.kind == kind,
            ReportEdition.scope == scope,
            ReportEdition.status == "approved",
        )
    )


def show(wave: Wave, snapshot: Snapshot, scope: str, kind: str) -> Shown:
    """The document of the newest edition. Reads only.

    Raises:
        KeyError: as ``report_of``.
    """
    edition = current_edition(snapshot.id, kind, scope)
    if edition is not None and edition.status == "approved":
        return Shown(Report.model_validate_json(edition.report), edition)
    return Shown(report_of(wave, snapshot, scope, kind, edition.edits if edition else None), edition)


def editable(report: Report) -> list[Section]:
    """Sections whose words a person may change."""
    return [section for section in report.sections if section.paragraphs and section.id not in FIXED]


def change_section(
    wave: Wave, snapshot: Snapshot, scope: str, kind: str, section: str, lines: list[str], version: int, person_id: int
) -> bool:
    """Keep a person's paragraphs in place of the computed ones; none, or equal ones, bring the computed back.

    False where the edition is approved or was changed meanwhile; the caller commits.
    """
    edition = current_edition(snapshot.id, kind, scope)
    if edition is None:
        if version:
            return False
        edition = _new(wave, snapshot.id, scope, kind, 1, {}, person_id)
    elif edition.status != "draft" or edition.version != version:
        return False
    computed = next(one for one in report_of(wave, snapshot, scope, kind).sections if one.id == section)
    edits = {name: text for name, text in edition.edits.items() if name != section}
    if lines and lines != as_lines(computed):
        edits[section] = lines
    edition.edits, edition.version = edits, edition.version + 1
    record("document.edited", "report_edition", edition.id, new={"section": section, "kind": kind, "scope": scope})
    return True


def approve(
    wave: Wave, snapshot: Snapshot, scope: str, kind: str, version: int, person_id: int
) -> ReportEdition | None:
    """Freeze the document as it stands; the one approved before is superseded. None where somebody was first."""
    edition = current_edition(snapshot.id, kind, scope)
    if (edition.version if edition else 0) != version or (edition and edition.status != "draft"):
        return None
    report = report_of(wave, snapshot, scope, kind, edition.edits if edition else None)
    text = report.model_copy(update={"status": "approved"}).model_dump_json()
    before = approved_edition(snapshot.id, kind, scope)
    if before is not None:
        before.status = "superseded"
    edition = edition or _new(wave, snapshot.id, scope, kind, 1, {}, person_id)
    edition.status, edition.report = "approved", text
    edition.sha256 = hashlib.sha256(text.encode()).hexdigest()
    edition.approved_by, edition.approved_utc = person_id, utc_now()
    edition.version += 1
    record(
        "document.approved", "report_edition", edition.id, new={"kind": kind, "scope": scope, "sha256": edition.sha256}
    )
    return edition


def renew(wave: Wave, snapshot: Snapshot, scope: str, kind: str, person_id: int) -> ReportEdition | None:
    """Begin a new edition from the approved one; None where there is none, or one is begun."""
    last = current_edition(snapshot.id, kind, scope)
    if last is None or last.status != "approved":
        return None
    edition = _new(wave, snapshot.id, scope, kind, last.number + 1, dict(last.edits), person_id)
    record(
        "document.renewed", "report_edition", edition.id, old={"number": last.number}, new={"number": edition.number}
    )
    return edition


def _new(
    wave: Wave, snapshot_id: int, scope: str, kind: str, number: int, edits: dict[str, list[str]], person_id: int
) -> ReportEdition:
    edition = ReportEdition(
        snapshot_id=snapshot_id,
        kind=kind,
        scope=scope,
        number=number,
        edits=edits,
        version=0,
        status="draft",
        instrument_version_id=wave.instrument_version_id,
        created_by=person_id,
    )
    db.session.add(edition)
    db.session.flush()
    return edition
