"""Kinds of long work that only the tests ask for. A worker started by a test imports this module."""

import os
import signal
import time
from pathlib import Path

from app.jobs import JobFailed, JobRun, job_kind


@job_kind("test_document")
def write_document(job: JobRun) -> None:
    """Two steps and a document; waits at ``pause`` files, kills its own process at the attempts named."""
    job.progress(1, 2, "Читаем")
    trace = job.params.get("trace")
    if trace:
        with Path(trace).open("a") as file:
            file.write(f"{job.attempt}\n")
    if job.attempt in job.params.get("die_at", []):
        os.kill(os.getpid(), signal.SIGKILL)
    release = job.params.get("wait_for")
    while release and not Path(release).exists():
        time.sleep(0.05)
        job.progress(1, 2, "Ждём")
    job.progress(2, 2, "Пишем")
    job.deliver(b"finished", filename="proba.TXT", title="Проба", format="txt", report={"title": "Проба"})


@job_kind("test_failing")
def fail(job: JobRun) -> None:
    """Fails with a reason for people, or with a bug."""
    if job.params.get("reason"):
        raise JobFailed(job.params["reason"])
    raise ZeroDivisionError("a bug in the job")
