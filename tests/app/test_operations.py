"""The administrator's commands as they are called, and the server with its worker as processes."""

import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from app.config import engine_options
from app.extensions import db
from app.models import Job, Person
from app.models.columns import utc_now
from app.operations.doctor import catalogues, demo_accounts, secret_key
from app.operations.doctor import jobs as jobs_check
from tests.conftest import leave_out

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    done = flask({**kept_environment(), "OPORA_INSTANCE": str(folder)}, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    return folder / "opora.db"


@pytest.fixture
def environment(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """An installation of its own on SQLite in a temporary folder, with a free port."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(migrated, instance / "opora.db")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {**kept_environment(), "OPORA_INSTANCE": str(instance), "PORT": str(port), "WEB_WORKERS": "1"}


def kept_environment() -> dict[str, str]:
    """Nothing of the tester's own settings."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "LC_ALL")}


def flask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A ``flask --app wsgi`` command that ends by itself."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=120)


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process that is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*command: str, **extra: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**environment, **extra},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def until(condition: Callable[[], object], seconds: float = 60) -> object:
    """Wait for ``condition`` to give something true; what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_doctor_finds_a_fresh_installation_healthy(environment: dict[str, str]) -> None:
    result = flask(environment, "doctor", "--json")
    told = json.loads(result.stdout)
    assert result.returncode == 0, told
    assert told["ok"] is True
    names = [check["name"] for check in told["checks"]]
    assert {"база данных", "таблицы", "надёжность записи", "версия базы", "секретный ключ"} <= set(names)
    assert len(names) == len(set(names)) == 14


def open_key(instance: Path) -> None:
    """A good key that everybody on the machine may read."""
    (instance / "secret_key").write_text(string.ascii_letters)
    (instance / "secret_key").chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda env: open_key(Path(env["OPORA_INSTANCE"])), "chmod 600"),
        (lambda env: env.update(SECRET_KEY="secret"), "слабый"),
        (lambda env: env.update(OPORA_FILES=f"{env['OPORA_INSTANCE']}/opora.db/files"), "папка файлов"),
        (lambda env: env.update(DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing"), "не отвечает"),
        (lambda env: env.update(DATABASE_URL=f"sqlite:///{env['OPORA_INSTANCE']}/new.db"), "db upgrade"),
    ],
    ids=["key others read", "weak key", "files nowhere", "database away", "not migrated"],
)
def test_doctor_names_what_is_wrong(environment: dict[str, str], spoil: Callable[[dict], None], line: str) -> None:
    spoil(environment)
    result = flask(environment, "doctor")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("ПЛОХО")
    assert line in result.stderr


@pytest.mark.parametrize(
    ("address", "ok"), [("https://opora.example.ru", False), ("http://127.0.0.1:8000", True)], ids=str
)
def test_demo_account_on_a_public_address_is_bad(app: Flask, address: str, ok: bool) -> None:
    db.session.execute(db.update(Person).where(Person.login == "anna").values(is_demo=True))
    db.session.commit()
    before = app.config["PUBLIC_URL"]
    app.config["PUBLIC_URL"] = address
    try:
        with db.engine.connect() as connection:
            assert demo_accounts(connection).ok is ok
    finally:
        app.config["PUBLIC_URL"] = before


@pytest.mark.parametrize(
    ("compiled", "ok"), [(None, False), (100, False), (300, True)], ids=["not compiled", "stale", "good"]
)
def test_words_of_the_pages_must_be_compiled(
    bare_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: int | None, ok: bool
) -> None:
    folder = tmp_path / "translations" / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for suffix, changed in (("po", 200), ("mo", compiled)):
        if changed is not None:
            (folder / f"messages.{suffix}").touch()
            os.utime(folder / f"messages.{suffix}", (changed, changed))
    monkeypatch.setattr(bare_app, "root_path", str(tmp_path))
    check = catalogues(bare_app)
    assert check.ok is ok
    assert ok or "ru" in check.message


@pytest.mark.parametrize(("minutes", "ok"), [(5, True), (15, False)])
def test_job_that_waits_for_no_worker_is_told(app: Flask, minutes: int, ok: bool) -> None:
    asked = utc_now() - dt.timedelta(minutes=minutes)
    db.session.add(Job(kind="report", title="Справка", params={}, created_utc=asked))
    db.session.commit()
    with db.engine.connect() as connection:
        assert jobs_check(connection).ok is ok


def test_long_varied_secret_is_good(bare_app: Flask) -> None:
    kept = bare_app.config["SECRET_KEY"]
    try:
        bare_app.config["SECRET_KEY"] = "aB3-" * 2 + "xYz7Qw9_kLmN0pRsTuVh45Gd"
        assert secret_key(bare_app).ok
        bare_app.config["SECRET_KEY"] = "a" * 60
        assert not secret_key(bare_app).ok
    finally:
        bare_app.config["SECRET_KEY"] = kept


def test_busy_port_is_told_in_one_line(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["PORT"])))
        other.listen()
        result = flask(environment, "serve")
    assert result.returncode == 2
    assert re.fullmatch(r"Порт \d+ на 127\.0\.0\.1 занят .*\n", result.stderr)


def children_of(pid: int) -> list[int]:
    """Process ids of the children, from /proc."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_server_and_worker_end_together(environment: dict[str, str], start: Callable) -> None:
    server = start("-m", "flask", "--app", "wsgi", "serve")
    assert "Опора работает: http://127.0.0.1:" in server.stdout.readline()
    kept = children_of(server.pid)
    assert len(kept) == 2
    server.send_signal(signal.SIGINT)
    assert server.wait(40) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in kept)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("which", [0, 1], ids=["server", "worker"])
def test_death_of_one_ends_the_other_with_status_1(environment: dict[str, str], start: Callable, which: int) -> None:
    server = start("-m", "flask", "--app", "wsgi", "serve")
    server.stdout.readline()
    kept = children_of(server.pid)
    os.kill(kept[which], signal.SIGKILL)
    assert server.wait(40) == 1
    assert "неожиданно завершился" in server.stderr.read()
    assert not any(Path(f"/proc/{pid}").exists() for pid in kept)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_worker_is_ready_for_the_first_document_and_the_server_stays_small(
    environment: dict[str, str], start: Callable
) -> None:
    server = start("-m", "flask", "--app", "wsgi", "serve")
    server.stdout.readline()
    web, worker = children_of(server.pid)

    def holds(pid: int, library: str) -> bool:
        return f"/{library}/" in Path(f"/proc/{pid}/maps").read_text()

    deadline = time.monotonic() + 60
    while not holds(worker, "matplotlib") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert holds(worker, "matplotlib")
    assert holds(worker, "lxml")  # of python-docx
    processes = [web, *children_of(web)]
    assert len(processes) > 1
    assert not any(holds(pid, "matplotlib") for pid in processes)


def test_static_files_are_compressed_and_kept_by_the_browser(environment: dict[str, str], start: Callable) -> None:
    server = start("-m", "flask", "--app", "wsgi", "serve")
    server.stdout.readline()
    address = f"http://127.0.0.1:{environment['PORT']}"

    def get(path: str, **headers: str):
        return urllib.request.urlopen(urllib.request.Request(address + path, headers=headers), timeout=10)

    page = get("/login").read().decode()
    style = re.search(r'href="(/static/opora\.css\?v=\w+)"', page).group(1)
    for coding in ("gzip", "br"):
        assert get("/login", **{"Accept-Encoding": coding}).headers["Content-Encoding"] == coding
        answer = get(style, **{"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert "immutable" in answer.headers["Cache-Control"]
    etag = get(style).headers["ETag"]
    with pytest.raises(urllib.error.HTTPError, match="304"):
        get(style, **{"If-None-Match": etag})
    assert get("/login").headers["Cache-Control"] == "no-store"


# --- long jobs in real worker processes ---------------------------------------------------------------------------

WORKER = "import tests.app.job_kinds, wsgi; from app.jobs.worker import run_worker; c = wsgi.app.config;"
QUICK = (
    "c['JOB_HEARTBEAT_SECONDS'] = 0.2; c['JOB_STALE_SECONDS'] = 3; c['JOB_SWEEP_SECONDS'] = 0.3; run_worker(wsgi.app)"
)


@pytest.fixture
def jobs(environment: dict[str, str]) -> Iterator["Jobs"]:
    """The job table of the installation in ``environment``, seen from outside."""
    table = Jobs(Path(environment["OPORA_INSTANCE"]))
    yield table
    table.engine.dispose()


class Jobs:
    """Asks for jobs without a wake-up call, as a server does that crashed right after its commit."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        url = f"sqlite:///{instance / 'opora.db'}"
        self.engine = create_engine(url, connect_args={"timeout": 60}, **engine_options(url))

    def ask(self, **params: object) -> None:
        columns = "kind, title, params, status, step, steps, note, error, owner, attempt, created_utc"
        values = "'test_document', 'Проба', :params, 'queued', 0, 1, '', '', '', 0, '2026-01-01 00:00:00'"
        with self.engine.begin() as connection:
            query = text(f"INSERT INTO job ({columns}) VALUES ({values})")
            connection.execute(query, {"params": json.dumps(params)})

    def one(self, query: str) -> object:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def ended(self) -> object:
        status = self.one("SELECT status FROM job")
        return status in ("done", "failed") and status

    def files(self) -> list[Path]:
        return [path for path in (self.instance / "files").rglob("*") if path.is_file()]


def test_worker_finds_a_job_nobody_announced(jobs: Jobs, start: Callable) -> None:
    jobs.ask()
    start("-c", WORKER + QUICK)
    assert until(jobs.ended) == "done"
    assert jobs.one("SELECT count(*) FROM document") == 1


def test_killed_worker_leaves_one_document(jobs: Jobs, start: Callable, tmp_path: Path) -> None:
    jobs.ask(die_at=[1], trace=str(tmp_path / "trace"))
    first = start("-c", WORKER + QUICK)
    assert first.wait(60) == -signal.SIGKILL
    assert jobs.one("SELECT status FROM job") == "running"
    start("-c", WORKER + QUICK)
    assert until(jobs.ended) == "done"
    assert (tmp_path / "trace").read_text() == "1\n2\n"
    assert jobs.one("SELECT count(*) FROM document") == 1
    assert len(jobs.files()) == 1


def test_job_that_kills_three_workers_is_given_up(jobs: Jobs, start: Callable) -> None:
    jobs.ask(die_at=[1, 2, 3])
    for _attempt in range(3):
        assert start("-c", WORKER + QUICK).wait(60) == -signal.SIGKILL
    start("-c", WORKER + QUICK)
    assert until(jobs.ended) == "failed"
    assert "прервалась 3 раза" in str(jobs.one("SELECT error FROM job"))
    assert jobs.files() == []


def test_two_workers_make_one_document(jobs: Jobs, start: Callable, tmp_path: Path) -> None:
    jobs.ask(trace=str(tmp_path / "trace"), wait_for=str(tmp_path / "go"))
    start("-c", WORKER + QUICK)
    start("-c", WORKER + QUICK)
    until(lambda: (tmp_path / "trace").exists())
    time.sleep(4)  # longer than a heartbeat may be silent: a living worker keeps its job
    (tmp_path / "go").touch()
    assert until(jobs.ended) == "done"
    assert (tmp_path / "trace").read_text() == "1\n"
    assert jobs.one("SELECT count(*) FROM document") == 1


def test_stopped_worker_gives_its_job_back_at_once(jobs: Jobs, start: Callable, tmp_path: Path) -> None:
    jobs.ask(trace=str(tmp_path / "trace"), wait_for=str(tmp_path / "go"))
    first = start("-c", WORKER + QUICK)
    until(lambda: (tmp_path / "trace").exists())
    first.terminate()
    assert first.wait(60) == 0
    assert jobs.one("SELECT status || attempt FROM job") == "queued0"


def test_workers_are_woken_through_redis(environment: dict[str, str], jobs: Jobs, start: Callable) -> None:
    """With a sweep far too rare to help, only the wake-up call can bring the worker to the job."""
    redis_url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    host, port = redis_url.split("/")[2].split(":")
    with socket.socket() as probe:
        if probe.connect_ex((host, int(port))):
            leave_out("Redis")
    environment["REDIS_URL"] = redis_url
    jobs.ask()
    start("-c", WORKER + QUICK.replace("SWEEP_SECONDS=0.3", "SWEEP_SECONDS=600"))
    assert until(jobs.ended) == "done"  # found by the first sweep; the next would come in ten minutes
    asking = "import tests.app.job_kinds, wsgi; from app.jobs import enqueue; from app.extensions import db\n"
    asking += "with wsgi.app.app_context(): enqueue('test_document', 'Проба', {}, None); db.session.commit()"
    assert start("-c", asking).wait(60) == 0
    assert until(lambda: jobs.one("SELECT count(*) FROM job WHERE status = 'done'") == 2)
