"""The process that does long work: ``flask --app wsgi worker``."""

import threading

from flask import Flask

from app.database import UnsafeDatabaseError
from app.extensions import db
from app.jobs.queue import logger, queue_of
from app.jobs.running import requeue_stale
from app.jobs.timetable import begin_due
from app.models import Job
from app.models.columns import utc_now
from app.storage import sweep_parts
from surveys.writers import warm_up

STOP_SECONDS = 20  # given to a running job to reach its next step


def run_worker(app: Flask) -> None:
    """Do jobs until SIGTERM or SIGINT; a job under way goes back to the queue at its next step."""
    wake = queue_of(app)
    consumer = wake.huey.create_consumer(  # type: ignore[attr-defined]
        workers=1,
        periodic=False,
        initial_delay=0.1,
        max_delay=1.0,
        graceful_signal="TERM",
        shutdown_timeout=STOP_SECONDS,
    )
    app.extensions["opora_stopping"] = consumer.stop_flag.is_set
    with app.app_context():
        sweep_parts()
    threading.Thread(target=_sweep, args=(app, consumer.stop_flag), name="sweep", daemon=True).start()
    consumer.run()


def _sweep(app: Flask, stop: threading.Event) -> None:
    """Find jobs left by dead workers and jobs whose wake-up call was lost; be ready for the first document."""
    wake = queue_of(app)
    while True:
        with app.app_context():
            try:
                requeue_stale()
                begin_due(utc_now())
                waiting = db.session.execute(db.select(Job.id).where(Job.status == "queued").limit(1)).first()
                if waiting and not wake.huey.pending_count():  # type: ignore[attr-defined]
                    wake()
                warm_up()  # long only the first time
            except UnsafeDatabaseError as unsafe:
                logger.critical("%s", unsafe)
            except Exception:
                logger.warning("sweep failed", exc_info=True)
        if stop.wait(app.config["JOB_SWEEP_SECONDS"]):
            return
