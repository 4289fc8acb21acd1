"""Asking for long work: a row in the job table, and a wake-up call once the row is committed."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.extensions import db
from app.jobs.kinds import KINDS
from app.models import Job
from app.models.columns import utc_now

if TYPE_CHECKING:
    from huey import Huey

logger = logging.getLogger(__name__)
_ASKED = "jobs asked for"


def enqueue(kind: str, title: str, params: dict[str, Any], created_by: int | None) -> Job:
    """Add a job to the current transaction; a worker is woken when the caller commits.

    Raises:
        KeyError: nobody registered ``kind``.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    job = Job(kind=kind, title=title, params=params, created_by=created_by)
    db.session.add(job)
    db.session.flush()
    db.session.info[_ASKED] = True
    return job


def cancel(job_id: int) -> bool:
    """Cancel a job that is not finished, in the current transaction; a worker that holds it stops at its next step."""
    changed = db.session.execute(
        db.update(Job)
        .where(Job.id == job_id, Job.status.in_(("queued", "running")))
        .values(status="cancelled", finished_utc=utc_now())
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def wake_workers() -> None:
    """Send one wake-up call. A failure is no loss: workers look at the table every few seconds anyway."""
    try:
        queue_of(current_app._get_current_object())()  # type: ignore[attr-defined]
    except Exception:
        logger.warning("the queue cannot be reached; the job will be found by the next sweep", exc_info=True)


def queue_of(app: Flask) -> Callable[[], object]:
    """The wake-up task of ``app``; its ``huey`` attribute is the queue. Calling it sends a wake-up call."""
    if "opora_wake" not in app.extensions:
        from app.jobs.running import run_queued

        queue = _make_queue(app)

        @queue.task()
        def wake() -> None:
            run_queued(app)

        app.extensions["opora_wake"] = wake
    return app.extensions["opora_wake"]


def _make_queue(app: Flask) -> "Huey":
    if app.config["REDIS_URL"]:
        from huey import RedisHuey

        return RedisHuey("opora", url=app.config["REDIS_URL"], results=False)
    from huey import SqliteHuey

    file = Path(app.config["INSTANCE"]) / "queue.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("opora", filename=str(file), journal_mode="delete", results=False)


def _announce(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if session.info.pop(_ASKED, False) and not current_app.testing:
        wake_workers()


def _forget(session: Session) -> None:
    session.info.pop(_ASKED, None)


event.listen(db.session, "after_commit", _announce)
event.listen(db.session, "after_rollback", _forget)
