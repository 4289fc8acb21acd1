"""Durability and locking of the database: a receipt means that the answer is on disk.

SQLite runs as WAL with synchronous FULL where its library has no WAL-reset bug (3.51.3 and newer), as DELETE with
synchronous EXTRA otherwise; PostgreSQL with fsync and synchronous_commit on. Every new connection is set and checked.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.exc import DatabaseError

from app.extensions import db
from app.sqlite_library import sqlite3

WAL_SAFE_SINCE = (3, 51, 3)
SYNCHRONOUS = {"FULL": 2, "EXTRA": 3}  # as PRAGMA synchronous tells them
POSTGRESQL_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")
NETWORK_FILESYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs"}
BUSY_MS = 30_000  # writers poll and nobody is next in turn: on a busy machine 10 s lost one sending in two hundred
POLL_SECONDS = 0.003  # SQLite's own waiting sleeps up to 100 ms, while others come and go before
_writing: ContextVar[bool] = ContextVar("writing", default=False)
P = ParamSpec("P")
R = TypeVar("R")


class UnsafeDatabaseError(Exception):
    """The database may lose what it has acknowledged; one clear line says why."""


class ChangedMeanwhileError(Exception):
    """What was read before the write lock was taken has changed since: the view begins anew."""


def sqlite_pragmas(version: tuple[int, int, int]) -> tuple[str, str]:
    """Journal mode and synchronous setting that lose nothing at power loss with this library version."""
    return ("wal", "FULL") if version >= WAL_SAFE_SINCE else ("delete", "EXTRA")


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take the write lock at once (SQLite: BEGIN IMMEDIATE), so that none fails half-way."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def mark_writing(value: bool) -> None:
    """Say for the current request whether its transactions will write."""
    _writing.set(value)


def reads_first(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view of a form that reads and reckons before it asks for the write lock, and writes in ``writing_apart``.

    Nobody waits for its reading. What it has read may have changed by then: it looks again under the lock.
    """

    @wraps(view)
    def until_unchanged(*args: P.args, **kwargs: P.kwargs) -> R:
        while True:
            try:
                return view(*args, **kwargs)
            except ChangedMeanwhileError:
                db.session.rollback()

    until_unchanged.reads_first = True  # type: ignore[attr-defined]
    return until_unchanged


@contextlib.contextmanager
def writing_apart() -> Iterator[None]:
    """What is written inside has a transaction apart from what was read before; what was read is kept as it was.

    SQLite lets nobody turn an old reading into writing. PostgreSQL goes on in the same transaction: each of its
    statements sees what is committed by then.
    """
    session = db.session()
    if session.get_bind().dialect.name == "sqlite":
        session.expire_on_commit = False
        try:
            session.commit()
        finally:
            session.expire_on_commit = True
    with writing():
        yield


def guard_engine(engine: Engine) -> None:
    """Set and check durable settings on each new connection of ``engine``."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _check_postgresql)


def _set_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    journal, synchronous = sqlite_pragmas(sqlite3.sqlite_version_info)
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] != journal:
            cursor.execute(f"PRAGMA journal_mode={journal}")
            got = cursor.fetchone()[0]
            if got not in (journal, "memory"):
                raise UnsafeDatabaseError(
                    f"SQLite не перешла в режим журнала {journal} (сейчас {got}); ответы могли бы пропасть."
                )
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != SYNCHRONOUS[synchronous]:
            raise UnsafeDatabaseError(f"SQLite не приняла synchronous = {synchronous}; ответы могли бы пропасть.")
    finally:
        cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if not _writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        if not _take_write_lock(cursor):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what a locked or broken database raises everywhere
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.close()


def _take_write_lock(cursor: Any) -> bool:
    """Ask for it every few milliseconds until ``BUSY_MS`` are over; whether it was given."""
    ends = time.monotonic() + BUSY_MS / 1000
    while time.monotonic() < ends:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            return True
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem):
                return False
        time.sleep(POLL_SECONDS)
    return False


def _check_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for name in POSTGRESQL_SETTINGS:
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
            if value == "off":
                raise UnsafeDatabaseError(
                    f"PostgreSQL работает с {name} = off: принятые ответы могут пропасть. Включите {name}."
                )
    connection.commit()


def check_durability(app: Flask) -> None:
    """Connect once at start. An unreachable database is no reason to refuse: /readyz tells of it."""
    with app.app_context():
        guard_engine(db.engine)
        file = sqlite_file(db.engine)
        network = network_filesystem(file) if file else None
        if network:
            raise UnsafeDatabaseError(
                f"файл базы {file} лежит на сетевом диске ({network}): замки SQLite там ненадёжны. "
                "Перенесите его на местный диск или возьмите PostgreSQL."
            )
        if file:
            _make_private(file)
        with contextlib.suppress(DatabaseError), db.engine.connect():
            pass
        db.engine.dispose()  # the server forks after this: no connection may be shared by two processes


def _make_private(file: Path) -> None:
    """A new database file is for its owner only: answers are in it. SQLite gives its journal the same mode."""
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def sqlite_file(engine: Engine) -> Path | None:
    """The database file; None for PostgreSQL and for a database in memory."""
    name = engine.url.database
    return Path(name).absolute() if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


def network_filesystem(path: Path, mounts: str | None = None) -> str | None:
    """Name of the network filesystem that holds ``path``; None on a local disk or where the system does not tell.

    ``mounts`` is a table as in /proc/mounts: device, place, type and options in each line.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(errors="replace")
        except OSError:
            return None
    kind, longest = None, -1
    for line in mounts.splitlines():
        _device, place, filesystem, *_options = line.split()
        place = place.replace("\\040", " ")
        if path.is_relative_to(place) and len(place) >= longest:
            kind, longest = filesystem, len(place)
    return kind if kind in NETWORK_FILESYSTEMS else None
