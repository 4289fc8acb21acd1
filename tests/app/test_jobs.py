"""Long work: one result however often a worker is killed, and every job ends with a status people can read."""

import logging

import pytest
from flask import Flask

from app.extensions import db
from app.jobs import Cancelled, cancel, enqueue, run_pending_jobs
from app.jobs.running import claim, run
from app.models import Document, Job
from app.storage import store_file, stored_path
from tests.app import job_kinds  # noqa: F401 - registers the kinds


def ask(kind: str = "test_document", **params: object) -> int:
    """A committed job's id."""
    job_id = enqueue(kind, "Проба", params, None).id
    db.session.commit()
    return job_id


def state(job_id: int) -> Job:
    """The row as it is in the database now."""
    db.session.rollback()
    job = db.session.get(Job, job_id)
    assert job is not None
    return job


def test_job_ends_with_its_document_in_the_store(app: Flask) -> None:
    job_id = ask()
    assert run_pending_jobs(app) == 1
    job = state(job_id)
    assert (job.status, job.step, job.steps, job.attempt) == ("done", 2, 2, 1)
    assert job.document is not None
    assert job.document.size == 8
    assert stored_path(job.document.path).read_bytes() == b"finished"
    assert job.document.path.endswith(".txt")


def test_same_content_is_stored_once(app: Flask) -> None:
    assert store_file(b"twice", "a.docx") == store_file(b"twice", "b.DOCX")


@pytest.mark.parametrize("path", ["../secret_key", "/etc/passwd", "no/such.docx"])
def test_store_gives_nothing_from_outside(app: Flask, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        stored_path(path)


def test_reason_of_a_failed_job_is_kept_and_not_tried_again(app: Flask) -> None:
    job_id = ask("test_failing", reason="Снимок не найден.")
    assert run_pending_jobs(app) == 1
    assert (state(job_id).status, state(job_id).error) == ("failed", "Снимок не найден.")


def test_bug_in_a_job_is_tried_three_times_then_told_in_russian(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    job_id = ask("test_failing")
    with caplog.at_level(logging.CRITICAL):
        assert run_pending_jobs(app) == 3
    job = state(job_id)
    assert (job.status, job.attempt) == ("failed", 3)
    assert "Не получилось" in job.error


def test_cancelled_job_is_not_begun(app: Flask) -> None:
    job_id = ask()
    assert cancel(job_id)
    db.session.commit()
    assert run_pending_jobs(app) == 0
    assert state(job_id).status == "cancelled"


def test_job_cancelled_under_way_leaves_no_document(app: Flask) -> None:
    job_id = ask()
    attempt = claim("worker")
    assert attempt is not None
    cancel(job_id)
    db.session.commit()
    with pytest.raises(Cancelled):
        attempt.progress(1, 2, "")
    run(attempt)
    assert state(job_id).status == "cancelled"
    assert db.session.scalar(db.select(db.func.count(Document.id))) == 0


def test_finished_job_cannot_be_cancelled(app: Flask) -> None:
    job_id = ask()
    run_pending_jobs(app)
    assert not cancel(job_id)


def test_unknown_kind_is_refused_when_asked_for(app: Flask) -> None:
    with pytest.raises(KeyError):
        enqueue("no such work", "Проба", {}, None)
