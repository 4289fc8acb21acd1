"""Durable settings, and what people see when the database is away."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from app import create_app
from app.config import TestConfig, with_driver
from app.database import BUSY_MS, network_filesystem, sqlite_pragmas, writing
from app.extensions import db
from app.sqlite_library import sqlite3

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/homes /home nfs4 rw 0 0
/dev/sdb1 /home/local\\040disk ext4 rw 0 0
//server/share /mnt/share cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("version", "settings"),
    [  # fixed in 3.51.3: https://sqlite.org/releaselog/3_51_3.html
        ((3, 40, 1), ("delete", "EXTRA")),
        ((3, 51, 2), ("delete", "EXTRA")),
        ((3, 51, 3), ("wal", "FULL")),
        ((3, 52, 0), ("wal", "FULL")),
        ((4, 0, 0), ("wal", "FULL")),
    ],
)
def test_journal_follows_the_library_version(version: tuple[int, int, int], settings: tuple[str, str]) -> None:
    assert sqlite_pragmas(version) == settings


def test_settings_are_in_force_in_a_session(bare_app: Flask) -> None:
    with bare_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            journal, word = sqlite_pragmas(sqlite3.sqlite_version_info)
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == journal
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == {"FULL": 2, "EXTRA": 3}[word]
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 30_000  # 10 s lost sendings under load
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_writer_gets_the_lock_when_it_is_free_and_is_told_when_it_never_is(
    bare_app: Flask, give_up_soon: Callable[[], None]
) -> None:
    with bare_app.app_context(), writing(), db.engine.connect() as other:
        if other.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has its own queue")
        other.begin()
        free = threading.Timer(0.2, other.rollback)
        free.start()
        with db.engine.begin() as connection:  # waits for it
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_MS
        free.join()
        other.begin()
        give_up_soon()
        with pytest.raises(OperationalError, match="locked"), db.engine.begin():
            pass
        other.rollback()


@pytest.mark.parametrize(("setting", "starts"), [("off", False), ("on", True)])
def test_start_on_postgresql_without_durable_commits_is_refused(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, starts: bool
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("a session of PostgreSQL only")
    url = make_url(database_url).update_query_dict({"options": f"-c synchronous_commit={setting}"})
    config = TestConfig(url.render_as_string(hide_password=False), tmp_path)
    if starts:
        app = create_app(config)
        with app.app_context():
            db.engine.dispose()
        return
    with pytest.raises(SystemExit) as refusal:
        create_app(config)
    told = capsys.readouterr().err
    assert refusal.value.code == 2
    assert "synchronous_commit = off" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/opora.db", None),
        ("/home/anna/opora.db", "nfs4"),
        ("/home/local disk/opora.db", None),
        ("/mnt/share/opora.db", "cifs"),
    ],
)
def test_network_disk_is_recognised(path: str, kind: str | None) -> None:
    assert network_filesystem(Path(path), MOUNTS) == kind


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_address_gets_our_driver(url: str) -> None:
    assert with_driver(url) == "postgresql+psycopg://u@h/d"


def test_page_without_a_database_is_russian_503(tmp_path: Path) -> None:
    app = create_app(TestConfig("postgresql+psycopg://nobody@127.0.0.1:9/nothing", tmp_path))
    client = app.test_client()
    for page in ("/login", "/help"):
        response = client.get(page)
        assert response.status_code == 503
        assert "Опора временно недоступна" in response.text
        assert "Traceback" not in response.text
        assert response.headers["Retry-After"]
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_signed_in_person_sees_503_too(tmp_path: Path) -> None:
    """A session makes the page ask who that is; this question fails as well, and on the error page again."""
    client = create_app(TestConfig("postgresql+psycopg://nobody@127.0.0.1:9/nothing", tmp_path)).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1.0"
    response = client.get("/")
    assert response.status_code == 503
    assert "Сохранённые ответы целы" in response.text


def test_new_database_file_is_private(tmp_path: Path) -> None:
    create_app(TestConfig(f"sqlite:///{tmp_path / 'new.db'}", tmp_path))
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0


def test_answer_stands_when_the_database_goes_away_behind_it(bare_app: Flask) -> None:
    with bare_app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("a file does not go away")
        own = db.session.scalar(text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
    # leaving the context gives the dead connection back: it raised before, and turned the answer into a bare 500
    with bare_app.app_context():
        assert db.session.scalar(text("SELECT 1")) == 1
