"""One application for the suite, on SQLite, or on PostgreSQL where ``OPORA_TEST_DATABASE`` names a server.

Each test starts from the same small world: its tables are emptied and filled anew. Persons known by heart: Anna
teaches in School 1, Boris heads it, Darya coordinates it, Vera heads School 2, Galina is the methodologist, Maria the
municipal coordinator, Adam the administrator. All sign in with the password «пароль-для-проверки».
"""

import contextlib
import importlib.util
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from psycopg.errors import DeadlockDetected
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import create_app
from app.config import TestConfig
from app.database import mark_writing
from app.event_chain import unguarded
from app.extensions import db
from tests.catalogues import compile_catalogues
from tests.world import PASSWORD, build_world

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TOOLS = {
    "browser": ("Chromium", CHROMIUM),
    "office": ("LibreOffice и pdftoppm", shutil.which("soffice") and shutil.which("pdftoppm")),
    "spss": ("pyreadstat (requirements-spss.txt)", importlib.util.find_spec("pyreadstat")),
    "strace": ("strace", shutil.which("strace")),
}


def pytest_configure() -> None:
    """Words agree with numbers only through the compiled catalogue."""
    compile_catalogues()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose tool is not installed; in CI it may not be missing."""
    for mark, (tool, found) in TOOLS.items():
        if found or not item.get_closest_marker(mark):
            continue
        leave_out(tool)


def leave_out(tool: str) -> None:
    """Skip the running test for want of ``tool``; in CI it fails, so that nothing goes unchecked unseen."""
    if os.environ.get("CI"):
        pytest.fail(f"в CI не найдено: {tool}", pytrace=False)
    pytest.skip(f"не найдено: {tool}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each tool that is missing."""
    for tool, found in TOOLS.values():
        if not found:
            line = f"Не найдено: {tool}; тесты, которым это нужно, пропущены (что поставить: .ci/run)."
            terminalreporter.write_line(line)


@contextlib.contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """Address of an empty database, dropped afterwards: a file in ``folder``, or one on the server named."""
    server = os.environ.get("OPORA_TEST_DATABASE")
    if not server:
        yield f"sqlite:///{folder / 'test.db'}"
        return
    name = f"opora_test_{uuid.uuid4().hex[:12]}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of this run's own (under xdist: of each of its processes)."""
    with fresh_database(tmp_path_factory.mktemp("db")) as url:
        yield url


@pytest.fixture
def other_app(tmp_path: Path) -> Iterator[Flask]:
    """A second installation: its own empty database without tables, its own files."""
    with fresh_database(tmp_path) as url:
        other = create_app(TestConfig(url, tmp_path / "instance"))
        yield other
        with other.app_context():
            db.engine.dispose()


class Browser(FlaskClient):
    """Each request in an application context of its own, as in production.

    Without it ``g`` and the session of the test would serve every request: a second client would be signed in as the
    first. What the test itself has read or changed is committed before, so that it holds no lock.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def bare_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a migrated, empty database."""
    app = create_app(TestConfig(database_url, Path(tmp_path_factory.mktemp("instance"))))
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application with the small world in it."""
    mark_writing(False)  # the last test's form was posted in this thread and has said that it writes
    with bare_app.app_context():
        empty_tables()
        build_world()
        db.session.commit()
        db.session.remove()
        yield bare_app
        db.session.remove()


@pytest.fixture
def give_up_soon(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """To be called when writers shall not wait for the lock; connections that have learned it end with the test."""
    yield lambda: monkeypatch.setattr("app.database.BUSY_MS", 50)
    with bare_app.app_context():
        db.session.remove()
        db.engine.dispose()


def empty_tables() -> None:
    """Delete every row of every table, children first."""
    if db.engine.dialect.name == "postgresql":
        truncate_tables()
    else:
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
        with unguarded(db.session.connection()):
            for table in reversed(db.metadata.sorted_tables):
                db.session.execute(table.delete())
    db.session.commit()


def truncate_tables(attempts: int = 10) -> None:
    """TRUNCATE locks table after table; a request that the last test's browser left behind may read them in another
    order, and PostgreSQL ends one of the two. Such a request is soon over: begin anew."""
    names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
    for attempt in range(attempts):
        try:
            db.session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            return
        except OperationalError as failure:
            db.session.rollback()
            if not isinstance(failure.orig, DeadlockDetected) or attempt == attempts - 1:
                raise


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts that is not signed in. Forms are posted with ``post_form``."""
    return app.test_client()


@pytest.fixture
def login_as(app: Flask) -> Callable[[str], FlaskClient]:
    """``login_as("anna")`` gives a client signed in through the sign-in page."""

    def sign_in(login: str) -> FlaskClient:
        from tests.pages import post_form

        client = app.test_client()
        response = post_form(client, "/login", username=login, password=PASSWORD)
        assert response.status_code == 302, response.get_data(as_text=True)
        return client

    return sign_in
