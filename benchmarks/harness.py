"""Servers to measure and the load put on them: standard library only, so that the client weighs little."""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / "app" / "operations" / "gunicorn_settings.py"
SERVE = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]


def bare_command() -> list[str]:
    """The bare server under the same gunicorn settings."""
    return [sys.executable, "-m", "gunicorn", "-c", str(SETTINGS), "benchmarks.bare:app"]


def environment(folder: Path, database: str | None) -> dict[str, str]:
    """Settings of a throw-away installation in ``folder``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    extra = {"OPORA_INSTANCE": str(folder), "PORT": str(port)}
    return {**os.environ, **extra, **({"DATABASE_URL": database} if database else {})}


@contextlib.contextmanager
def server(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A running server that answers; ended afterwards."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        wait_for(int(env["PORT"]), process)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until /healthz answers."""
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit("the server did not start")


@dataclass(frozen=True)
class Post:
    """One form to send, as one person."""

    path: str
    body: bytes
    cookie: str = ""


@dataclass
class Load:
    """What came of the requests: seconds in all, status and Location of each, seconds of each."""

    seconds: float = 0.0
    answers: list[tuple[int, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times) * 1000


def send_all(port: int, posts: list[Post], clients: int) -> Load:
    """Send ``posts`` by ``clients`` at once, each on a connection of its own that is kept open."""
    load, lock, queue = Load(), threading.Lock(), iter(posts)

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                post = next(queue, None)
            if post is None:
                return
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": post.cookie}
            began = time.perf_counter()
            try:
                connection.request("POST", post.path, post.body, headers)
                response = connection.getresponse()
                response.read()
                answer = response.status, response.headers.get("Location", "")
            except (OSError, http.client.HTTPException) as problem:
                connection.close()
                answer = 0, repr(problem)
            took = time.perf_counter() - began
            with lock:
                load.answers.append(answer)
                load.times.append(took)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    return load


def family(pid: int) -> list[tuple[int, str]]:
    """A process and its descendants: id and command line."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return [(pid, own), *(one for child in children for one in family(int(child)))]


def pss_mb(pid: int) -> float:
    """Proportional set size of a process, in MB: shared pages are counted by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
