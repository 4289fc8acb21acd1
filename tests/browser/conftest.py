"""A real server in its own process and a real Chromium. Every test begins with the small world and an open wave."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from app import create_app
from app.config import TestConfig
from app.database import writing
from app.extensions import db
from tests.app.questionnaire_world import open_wave
from tests.conftest import CHROMIUM, empty_tables, fresh_database
from tests.world import PASSWORD, build_world

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 740}
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


@dataclass(frozen=True)
class Served:
    """A running server and the same database for the test to look into (``with served.app.app_context()``)."""

    url: str
    app: Flask


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """gunicorn on a free port, on a migrated database of its own."""
    folder = tmp_path_factory.mktemp("served")
    with fresh_database(folder) as database:
        app = create_app(TestConfig(database, folder))
        with app.app_context():
            upgrade()
        port = free_port()
        settings = {"DATABASE_URL": database, "OPORA_INSTANCE": str(folder), "PORT": str(port)}
        log = (folder / "server.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}", "wsgi:app"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process, folder / "server.log")
            yield Served(url, app)
        finally:
            process.terminate()
            process.wait(timeout=60)
            log.close()
            with app.app_context():
                db.engine.dispose()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                break
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture
def server(served: Served) -> str:
    """Address of the server; the small world is new, Anna, Boris and Darya are asked in the open wave «wave1»."""
    with served.app.app_context(), writing():  # the last page of the test before may still be saving
        empty_tables()
        build_world()
        db.session.commit()
        open_wave("anna", "boris", "darya")
        db.session.remove()
    return served.url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def mortal_browser(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """``mortal_browser()`` starts a browser that keeps its profile on the disk; ``kill_browser`` ends it as a flat
    battery does, and the next call starts it again on the same profile."""
    folder, opened = tmp_path / "profile", []

    def start() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, args=["--no-sandbox"], viewport=PHONE, locale="ru-RU"
        )
        context.set_default_timeout(30_000)
        opened.append(context)
        return context

    yield start
    for context in opened:
        with contextlib.suppress(Error):
            context.close()


def kill_browser(profile: Path) -> None:
    """SIGKILL to every process of the browser that keeps its profile in ``profile``."""
    mark = f"--user-data-dir={profile}".encode()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if mark in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """``open_browser()`` is a phone of 360 px with its own cookies; sizes and ``java_script_enabled`` may be given."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**{"viewport": PHONE, "locale": "ru-RU", **options})
        context.set_default_timeout(30_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def sign_in(server: str) -> Callable[[BrowserContext, str], Page]:
    """``sign_in(context, "anna")`` gives a page after signing in by name and password."""

    def enter(context: BrowserContext, login: str) -> Page:
        page = context.new_page()
        page.goto(f"{server}/login")
        page.fill("[name=username]", login)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return enter
