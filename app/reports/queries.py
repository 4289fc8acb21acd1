"""Documents and the jobs that make them. ``person_id`` is whose they are; ``reach`` the school codes, None for all."""

from app.extensions import db
from app.models import Document, Job, Setting, Snapshot, Wave
from app.report_context import LETTERHEAD

Reach = frozenset[str] | None
SHOWN_JOBS = ("queued", "running", "failed")
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
    """The person's document jobs that are not finished, and the last failures."""
    return list(
        db.session.scalars(
            db.select(Job)
            .where(Job.created_by == person_id, Job.kind == "report", Job.status.in_(SHOWN_JOBS))
            .order_by(Job.id.desc())
            .limit(10)
        )
    )


def find_document(document_id: int, person_id: int) -> Document | None:
    """A document of its owner."""
    return db.session.scalar(db.select(Document).where(Document.id == document_id, Document.owner_id == person_id))


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
