"""Doing long work: claim a row, keep its heartbeat, store its result once, take over from the dead."""

import contextlib
import datetime as dt
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_app_context
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.exc import OperationalError

from app.database import writing
from app.extensions import db
from app.jobs.kinds import KINDS
from app.models import Document, Job
from app.models.columns import utc_now
from app.storage import store_file

logger = logging.getLogger(__name__)
ATTEMPTS = 3


class JobFailed(Exception):  # noqa: N818 - reads as what happened
    """The work cannot be done; the text, in Russian, is shown to the person who asked. Not tried again."""


class Cancelled(Exception):  # noqa: N818
    """The row was cancelled or taken over by another worker: stop, the result is not wanted."""


class Interrupted(Exception):  # noqa: N818
    """This worker is being stopped: give the job back."""


@dataclass
class JobRun:
    """One attempt at a job by one worker."""

    id: int
    kind: str
    title: str
    params: dict[str, Any]
    created_by: int | None
    attempt: int
    owner: str
    stopping: Callable[[], bool] = lambda: False
    finished: bool = False
    lost: threading.Event = field(default_factory=threading.Event)

    def progress(self, step: int, steps: int, note: str) -> None:
        """Show how far the work is. Ends the read transaction of the session, so that long jobs hold nobody up.

        Raises:
            Cancelled: the row is no longer this worker's.
        """
        end_reading()
        if self.stopping():
            raise Interrupted
        if self.lost.is_set() or not self._update(step=step, steps=steps, note=note[:300], heartbeat_utc=utc_now()):
            raise Cancelled

    def deliver(
        self,
        content: bytes | Path,
        *,
        filename: str,
        title: str,
        format: str,
        report: Any = None,
        scope: str = "municipality",
        snapshot_id: int | None = None,
    ) -> int:
        """Keep the finished file, its row in «Мои документы» and the end of the job in one transaction.

        Whatever else the job added to the session is committed with it. Returns the document's id.

        Raises:
            Cancelled: the row is no longer this worker's; nothing was added.
        """
        stored = store_file(content, filename)
        document = Document(
            owner_id=self.created_by,
            job_id=self.id,
            snapshot_id=snapshot_id,
            scope=scope,
            title=title,
            filename=filename,
            format=format,
            report=report,
            **stored._asdict(),
        )
        self.finish(document)
        return document.id

    def finish(self, *rows: Any) -> None:
        """Commit what is in the session, ``rows`` and the end of the job together."""
        end_reading()
        with writing():
            done = db.session.execute(
                db.update(Job)
                .where(*self._mine())
                .values(status="done", step=Job.steps, error="", finished_utc=utc_now(), heartbeat_utc=utc_now())
            )
            if not done.rowcount:  # type: ignore[attr-defined]
                db.session.rollback()
                raise Cancelled
            db.session.add_all(rows)
            db.session.commit()
        self.finished = True

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (Job.id == self.id, Job.status == "running", Job.owner == self.owner, Job.attempt == self.attempt)

    def _update(self, **values: Any) -> bool:
        """Change the row in a short transaction of its own, only while it is this worker's."""
        with writing(), db.engine.begin() as connection:
            return bool(connection.execute(db.update(Job).where(*self._mine()).values(**values)).rowcount)

    def beat(self) -> None:
        """Say «alive»; where the row is gone, remember it for the next step."""
        if not self._update(heartbeat_utc=utc_now()):
            self.lost.set()


def end_reading() -> None:
    """End a transaction that only read: on SQLite an open reader stops every writer."""
    if not (db.session.new or db.session.dirty or db.session.deleted):
        db.session.rollback()


def claim(owner: str, stopping: Callable[[], bool] = lambda: False) -> JobRun | None:
    """Take the oldest queued job; None when there is none. Of two workers one gets the row."""
    oldest = (
        db.select(Job.id).where(Job.status == "queued").order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    ).scalar_subquery()
    taken = (
        db.update(Job)
        .where(Job.id == oldest, Job.status == "queued")
        .values(status="running", owner=owner, attempt=Job.attempt + 1, heartbeat_utc=utc_now(), error="")
        .returning(Job.id, Job.kind, Job.title, Job.params, Job.created_by, Job.attempt)
    )
    with writing(), db.engine.begin() as connection:
        row = connection.execute(taken).first()
    return JobRun(*row, owner=owner, stopping=stopping) if row else None


def run_queued(app: Flask, stopping: Callable[[], bool] = lambda: False) -> int:
    """Do queued jobs until none is left or the worker is stopped; the number of attempts made."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    attempts = 0
    stopping = app.extensions.get("opora_stopping", stopping)
    while not stopping():
        with app.app_context():
            job = claim(owner, stopping)
            if job is None:
                break
            attempts += 1
            run(job)
    return attempts


def run(job: JobRun) -> None:
    """Do one claimed job and write down how it ended."""
    try:
        with _heartbeat(job):
            function = KINDS.get(job.kind)
            if function is None:
                raise JobFailed(_("Неизвестный вид задания: %(kind)s.", kind=job.kind))
            function(job)
            if not job.finished:
                job.finish()
    except Cancelled:
        db.session.rollback()
    except Interrupted:
        db.session.rollback()
        job._update(status="queued", attempt=job.attempt - 1, owner="", note="")
    except JobFailed as failure:
        db.session.rollback()
        job._update(status="failed", error=str(failure), finished_utc=utc_now())
    except OperationalError:  # the database is away: the row stays ours until the heartbeat is stale, then is queued
        logger.exception("job %s: database unavailable", job.id)
        db.session.rollback()
    except Exception:
        logger.exception("job %s (%s), attempt %s", job.id, job.kind, job.attempt)
        db.session.rollback()
        _retry_or_fail(job)


def _retry_or_fail(job: JobRun) -> None:
    if job.attempt < ATTEMPTS:
        job._update(status="queued", owner="")
        return
    reason = _("Не получилось за %(num)d попытки: ошибка в программе. Она записана в журнал сервера.", num=ATTEMPTS)
    job._update(status="failed", error=reason, finished_utc=utc_now())


def requeue_stale() -> int:
    """Queue again the jobs whose worker fell silent; give up on those that silenced three. Returns the rows changed."""
    silent = (
        Job.status == "running",
        Job.heartbeat_utc < utc_now() - dt.timedelta(seconds=current_app.config["JOB_STALE_SECONDS"]),
    )
    reason = _("Работа прервалась %(num)d раза подряд: не хватило памяти или сервер выключали.", num=ATTEMPTS)
    give_up = (
        db.update(Job)
        .where(*silent, Job.attempt >= ATTEMPTS)
        .values(status="failed", error=reason, finished_utc=utc_now())
    )
    again = db.update(Job).where(*silent, Job.attempt < ATTEMPTS).values(status="queued", owner="")
    with db.engine.connect() as connection:  # looking first: the sweep must not take the write lock for nothing
        if connection.execute(db.select(Job.id).where(*silent).limit(1)).first() is None:
            return 0
    with writing(), db.engine.begin() as connection:
        return sum(connection.execute(statement).rowcount for statement in (give_up, again))


@contextlib.contextmanager
def _heartbeat(job: JobRun) -> Iterator[None]:
    """Keep the row's heartbeat fresh from a thread, however long one step takes."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    over = threading.Event()

    def beat() -> None:
        while not over.wait(app.config["JOB_HEARTBEAT_SECONDS"]):
            with app.app_context():
                try:
                    job.beat()
                except OperationalError:
                    logger.warning("job %s: heartbeat not written", job.id)

    thread = threading.Thread(target=beat, name=f"heartbeat of job {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run_pending_jobs(app: Flask) -> int:
    """Do every queued job here and now, through the same claim and run as a worker: for tests and commands."""
    if has_app_context():
        db.session.rollback()  # a read transaction left open here would stop the job's writes
    return run_queued(app)
