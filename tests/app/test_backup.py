"""The drill: what was stored before a backup is there after the restore, on either kind of database."""

import datetime as dt
import hashlib
import threading
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import MetaData
from sqlalchemy.exc import OperationalError

from app import create_app
from app.config import TestConfig
from app.database import writing
from app.events import record
from app.extensions import db
from app.jobs import enqueue, run_pending_jobs
from app.models import Event, Job, Person
from app.operations.archive import data_tables
from app.operations.backup import frozen_database, table_lines
from app.storage import PART, store_file
from tests.app import job_kinds  # noqa: F401 - registers the kinds


def command(app: Flask, *args: str) -> Result:
    """A command of ``app`` itself: the context of the fixture's application must not be taken for its own."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=args)


def contents(app: Flask) -> dict[str, tuple[int, str]]:
    """Rows and sha256 of every table, size and sha256 of every file; what a killed writer left half-written is none."""
    found = {}
    with app.app_context(), frozen_database() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        for table in data_tables(metadata.sorted_tables):
            lines = list(table_lines(connection, table))
            found[table.name] = (len(lines), hashlib.sha256(b"".join(lines)).hexdigest())
        root = Path(app.config["FILES"])
        for path in root.rglob("*"):
            if path.is_file() and path.suffix != PART:
                content = path.read_bytes()
                found[str(path.relative_to(root))] = (len(content), hashlib.sha256(content).hexdigest())
    return found


@pytest.fixture
def filled(app: Flask) -> Flask:
    """The small world with a finished document, absent and null values, and an event."""
    enqueue("test_document", "Справка «Ё»", {"списком": [1, None]}, None)
    record("test.null", "wave", 1, old=None, new={"было": None, "доля": 0.1})
    db.session.commit()
    run_pending_jobs(app)
    store_file(b"\x00\xff" * 1000, "beside.bin")
    (Path(app.config["FILES"]) / f"half{PART}").write_bytes(b"of a document")  # a worker was killed while writing
    (Path(app.config["INSTANCE"]) / "secret_key").write_text("the key of the old place")
    return app


def test_restored_installation_equals_the_old_one(filled: Flask, other_app: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "copy.zip"
    made = command(filled, "backup", str(archive))
    assert made.exit_code == 0, made.output
    assert archive.stat().st_mode & 0o077 == 0
    before = contents(filled)
    restored = command(other_app, "restore", str(archive))
    assert restored.exit_code == 0, restored.output
    assert contents(other_app) == before
    assert not list(Path(other_app.config["FILES"]).glob(f"*{PART}"))
    assert before["person"][0] == 7  # the seven of the small world
    assert (Path(other_app.config["INSTANCE"]) / "secret_key").read_text() == "the key of the old place"


def test_new_rows_follow_the_restored_ones(filled: Flask, other_app: Flask, tmp_path: Path) -> None:
    command(filled, "backup", str(tmp_path / "copy.zip"))
    command(other_app, "restore", str(tmp_path / "copy.zip"))
    with other_app.app_context(), writing():
        last = db.session.scalar(db.select(db.func.max(Person.id)))
        db.session.add(person := Person(family="Новая"))
        db.session.commit()
        assert person.id > last


def test_archive_moves_to_sqlite_from_any_database(filled: Flask, tmp_path: Path) -> None:
    command(filled, "backup", str(tmp_path / "copy.zip"))
    target = create_app(TestConfig(f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "moved"))
    result = command(target, "restore", str(tmp_path / "copy.zip"))
    assert result.exit_code == 0, result.output
    assert contents(target) == contents(filled)
    with target.app_context():
        db.engine.dispose()


def test_backup_under_writes_is_of_one_moment(filled: Flask, other_app: Flask, tmp_path: Path) -> None:
    """A writer adds an event and a job together; in every copy there are equally many of both."""
    stop, errors, written = threading.Event(), [], []

    def write() -> None:
        while not stop.is_set():
            with filled.app_context(), writing():
                try:
                    db.session.add(Job(kind="pair", title="пара", params={}, status="done"))
                    record("pair", "job", 1)
                    db.session.commit()
                    written.append(1)
                except OperationalError as error:
                    errors.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not written:
            pass
        result = command(filled, "backup", str(tmp_path / "copy.zip"))
        during = len(written)
        assert result.exit_code == 0, result.output
    finally:
        stop.set()
        thread.join()
    assert errors == []
    assert during > 1
    command(other_app, "restore", str(tmp_path / "copy.zip"))
    with other_app.app_context():
        jobs = db.session.scalar(db.select(db.func.count(Job.id)).where(Job.kind == "pair"))
        events = db.session.scalar(db.select(db.func.count(Event.id)).where(Event.action == "pair"))
    assert jobs == events > 0


@pytest.mark.parametrize("place", [0.01, 0.3, 0.6, 0.9, 0.999], ids=str)
def test_archive_with_a_flipped_byte_is_refused_and_changes_nothing(
    filled: Flask, other_app: Flask, tmp_path: Path, place: float
) -> None:
    archive = tmp_path / "copy.zip"
    command(filled, "backup", str(archive))
    content = bytearray(archive.read_bytes())
    content[int(len(content) * place)] ^= 1
    archive.write_bytes(content)
    with other_app.app_context():
        upgrade()
    before = contents(other_app)
    result = command(other_app, "restore", str(archive))
    assert result.exit_code == 2
    assert "повреждена" in result.stderr or "обрезан" in result.stderr
    assert contents(other_app) == before


@pytest.mark.parametrize(
    ("content", "words"), [(None, "такого файла нет"), (b"", "обрезан"), (b"PK no zip" * 20, "обрезан")], ids=str
)
def test_what_is_no_archive_is_refused(app: Flask, tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "copy.zip").write_bytes(content)
    result = command(app, "restore", str(tmp_path / "copy.zip"))
    assert result.exit_code == 2
    assert words in result.stderr


def test_filled_database_is_kept_unless_forced(filled: Flask, tmp_path: Path) -> None:
    archive = str(tmp_path / "copy.zip")
    command(filled, "backup", archive)
    old = contents(filled)
    db.session.add(Person(family="Лишняя", created_utc=dt.datetime.now(dt.UTC)))
    db.session.commit()
    refused = command(filled, "restore", archive)
    assert refused.exit_code == 2
    assert "не пуста" in refused.stderr
    assert contents(filled)["person"][0] == old["person"][0] + 1
    assert command(filled, "restore", archive, "--force").exit_code == 0
    assert contents(filled) == old
