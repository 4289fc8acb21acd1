"""A real server killed while a card is being saved: what it has acknowledged is there, and nothing is half-saved."""

import http.client
import http.cookiejar
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from app.extensions import db
from app.models import CardEdit
from tests.app.cards_world import card_of, open_cycle
from tests.pages import TOKEN
from tests.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


class Visitor:
    """A browser without scripts that talks to a real server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=60) as answer:
            return answer.read().decode()

    def post(self, path: str, page: str, **data: str) -> str:
        """Send the form of ``page``; gives the address that the answer led to."""
        token = TOKEN.search(page)
        assert token
        body = urllib.parse.urlencode({"csrf_token": token.group(1), **data}).encode()
        with self.opener.open(self.url + path, body, timeout=60) as answer:
            return answer.url

    def sign_in(self, login: str) -> None:
        self.post("/login", self.get("/login"), username=login, password=PASSWORD)


@pytest.fixture
def server(app: Flask) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """gunicorn on the database of the tests, in a process group of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "OPORA_INSTANCE": str(app.config["INSTANCE"])}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}", "wsgi:app"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url)
        yield url, process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(url: str) -> None:
    for _attempt in range(300):
        with suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):  # also refused and timed out
            return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def save_without_end(visitor: Visitor, section: str, acknowledged: list[int]) -> None:
    """Type 1, 2, 3 … into one field until the server dies; remember what it has acknowledged."""
    with suppress(urllib.error.URLError, ConnectionError, OSError, http.client.HTTPException):
        for number in range(1, 10_000):
            page = visitor.get(section)
            seen = page.split('name="seen" value="')[1].split('"')[0]
            typed = {"st_bus": str(number), "st_extra": str(number)}
            led_to = visitor.post(section, page, seen=seen, shown="st_bus st_extra", **typed)
            if "saved=1" in led_to:
                acknowledged.append(number)


def test_acknowledged_saves_survive_the_death_of_the_server(server) -> None:
    url, process = server
    open_cycle()
    section = f"/cards/{card_of('school1').id}/sections/students"
    db.session.remove()
    visitor, acknowledged = Visitor(url), []
    visitor.sign_in("boris")
    saving = threading.Thread(target=save_without_end, args=(visitor, section, acknowledged))
    saving.start()
    while len(acknowledged) < 5 and saving.is_alive():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    saving.join(timeout=30)
    assert len(acknowledged) >= 5
    check_census(acknowledged)
    last = db.session.scalars(db.select(CardEdit).where(CardEdit.name == "st_bus").order_by(CardEdit.id.desc())).first()
    db.session.delete(last)
    db.session.flush()
    with pytest.raises(AssertionError):  # the twin: a lost save would be seen
        check_census(acknowledged)


def check_census(acknowledged: list[int]) -> None:
    """Every acknowledged save is kept, whole and in order."""
    fields = card_of("school1").fields
    kept = int(fields["st_bus"]["value"])
    assert kept in (acknowledged[-1], acknowledged[-1] + 1)  # one more may have been written before the answer was
    assert fields["st_extra"]["value"] == str(kept), "a save is whole or not at all"
    edits = db.session.scalars(db.select(CardEdit.new).where(CardEdit.name == "st_bus").order_by(CardEdit.id)).all()
    assert [int(edit["value"]) for edit in edits] == list(range(1, kept + 1))
