"""Long work. The ``job`` table is the truth: status, progress, owner, heartbeat; the queue only wakes a worker.

A room says what it can do and asks for it::

    @job_kind("report")
    def build(job: JobRun) -> None:
        job.progress(0, 2, _("Читаем снимок"))
        ...
        job.deliver(content, filename="spravka.docx", title=..., format="docx", report=value, snapshot_id=7)

    job = enqueue("report", "Справка", {"wave": 1}, current_user.id)
    db.session.commit()

The function may run more than once (a killed worker, a lost connection), its result is kept once. It reads first and
writes last, in the transaction of ``deliver``: an open transaction of a long job would hold up everybody's answers.
"""

from app.jobs.kinds import job_kind
from app.jobs.queue import cancel, enqueue
from app.jobs.running import Cancelled, JobFailed, JobRun, run_pending_jobs

__all__ = ["Cancelled", "JobFailed", "JobRun", "cancel", "enqueue", "job_kind", "run_pending_jobs"]
