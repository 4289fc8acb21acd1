"""Documents and the jobs that make them. ``person_id`` is whose they are; ``reach`` the school codes, None for all."""

import datetime as dt

from app.extensions import db
from app.models import Document, Job, Person, Setting, Snapshot, Wave
from app.models.columns import utc_now
from app.results.report_context import LETTERHEAD

Reach = frozenset[str] | None
OWN_PAGES = ("close_wave",)  # kinds that show their progress elsewhere
FAILED_SHOWN = dt.timedelta(days=3)
LAST = 100


def list_documents(person_id: int) -> list[Document]:
    """Finished documents of a person, newest first, without the report inside."""
    return list(
        db.session.scalars(
            db.select(Document)
            .where(Document.owner_id == person_id)
            .options(db.defer(Document.report))
            .order_by(Document.id.desc())
            .limit(LAST)
        )
    )


def list_jobs(person_id: int) -> list[Job]:
    """The person's jobs that are not finished, and the failures of the last days."""
    failed = db.and_(Job.status == "failed", Job.created_utc > utc_now() - FAILED_SHOWN)
    return list(
        db.session.scalars(
            db.select(Job)
            .where(
                Job.created_by == person_id,
                Job.kind.not_in(OWN_PAGES),
                db.or_(Job.status.in_(("queued", "running")), failed),
            )
            .order_by(Job.id.desc())
            .limit(10)
        )
    )


def find_own_job(job_id: int, person_id: int) -> Job | None:
    """A job of the person who asked for it, unless it has a page of its own."""
    return db.session.scalar(
        db.select(Job).where(Job.id == job_id, Job.created_by == person_id, Job.kind.not_in(OWN_PAGES))
    )


def find_document(document_id: int, person_id: int) -> Document | None:
    """A document of its owner."""
    return db.session.scalar(db.select(Document).where(Document.id == document_id, Document.owner_id == person_id))


def name_of(person_id: int | None) -> str:
    """Short name of who approved a document."""
    person = db.session.get(Person, person_id) if person_id else None
    return person.short_name if person else ""


def wave_of(snapshot_id: int) -> Wave | None:
    """The wave that a document tells of."""
    return db.session.scalar(
        db.select(Wave).join(Snapshot, Snapshot.wave_id == Wave.id).where(Snapshot.id == snapshot_id)
    )


def calculated_waves() -> list[Wave]:
    """Closed waves with a snapshot, newest first."""
    done = db.select(Snapshot.wave_id)
    return list(db.session.scalars(db.select(Wave).where(Wave.id.in_(done)).order_by(Wave.id.desc())))


def store_letterhead(values: dict[str, str]) -> None:
    """Keep the letterhead; the caller commits."""
    row = db.session.get(Setting, LETTERHEAD)
    if row is None:
        db.session.add(Setting(key=LETTERHEAD, value=values))
    else:
        row.value = values
