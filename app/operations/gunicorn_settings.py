"""Settings of the web server, read by gunicorn."""

import gc
import os
from typing import Any

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_WORKERS") or "2")
worker_class = "gthread"
threads = 4
preload_app = True  # the application is loaded once and its memory shared by the workers
keepalive = 15  # a teacher's phone goes from step to step on one connection
timeout = 60
graceful_timeout = 15
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # the workers' heartbeat must not wait for a disk
accesslog = os.environ.get("ACCESS_LOG") or None
loglevel = "warning"
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """Before the workers are forked: what is loaded stays loaded, so that collections of garbage need not walk it."""
    gc.collect()
    gc.freeze()
