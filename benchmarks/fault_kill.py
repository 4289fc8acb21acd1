"""kill -9 of a web worker at a random moment of saving and sending, then a census: nothing acknowledged may be missing.

Usage: python -m benchmarks.fault_kill [--rounds 1000] [--clients 4] [--seed 1]
       [--database postgresql://postgres@127.0.0.1:5432/NAME]   an empty database that may be filled; SQLite otherwise
Each round is one person: a few autosaves, each repeated with the same stamp until answered, as the page's script does;
in most rounds then «Отправить», repeated with the same key. Meanwhile one of the two workers is killed. The census
reads the database: every acknowledged answer is in the draft or the submission, every acknowledged receipt is stored
with that person's answers, nobody has two submissions.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from sqlalchemy import create_engine, text

from app.config import engine_options, with_driver
from benchmarks.bench_submissions import run
from benchmarks.harness import ROOT, SETTINGS, environment, family, server

WEB = [sys.executable, "-m", "gunicorn", "-c", str(SETTINGS), "wsgi:app"]
SAVES = 4
SENDING = 0.8  # share of rounds that end in «Отправить»
PATIENCE = 60.0  # seconds in which a request must be answered at last
CONTENT = re.compile(r'name="content" value="([0-9a-f]{64})"')


@dataclass
class Person:
    """One round: what was acknowledged."""

    number: int
    cookie: str
    path: str  # of the check page
    token: str
    key: str
    saved: dict[str, str] = field(default_factory=dict)
    receipt: str = ""
    repeats: int = 0


@dataclass
class Census:
    """What the database says. Every figure but ``rounds`` and ``kills`` must be 0 or explained."""

    rounds: int = 0
    sent: int = 0
    kills: int = 0
    repeats: int = 0
    lost_answers: int = 0
    lost_receipts: int = 0
    duplicates: int = 0


def crowd(rounds: int, env: dict[str, str]) -> list[Person]:
    """People with a finished draft each, in a demonstration."""
    run("flask", "--app", "wsgi", "db", "upgrade", env=env)
    run("flask", "--app", "wsgi", "demo", env=env)
    lines = [line for line in run("benchmarks.crowd", str(rounds), env=env).splitlines() if line.startswith("{")]
    people = []
    for number, line in enumerate(lines):
        ticket = json.loads(line)
        form = parse_qs(ticket["body"])
        people.append(Person(number, ticket["cookie"], ticket["path"], form["csrf_token"][0], form["key"][0]))
    return people


def call(port: int, person: Person, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, Location and body of a request, repeated unchanged until it is answered."""
    body = urlencode(form) if form else None
    headers = {"Cookie": person.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            if answer.status < 500:
                return answer.status, answer.headers.get("Location", ""), page
        except (OSError, http.client.HTTPException):
            person.repeats += 1
            time.sleep(0.02)
        finally:
            connection.close()
    raise SystemExit(f"no answer to {method} {path} in {PATIENCE:.0f} s")


def live(port: int, person: Person, chance: random.Random) -> None:
    """One person's round."""
    for number in range(1, SAVES + 1):
        name, value = f"SUB0{chance.choice((1, 3, 5))}", chance.choice("01234")
        stamps = {"draft:device": "bench", "draft:stamps": json.dumps({name: [0, number]})}
        path = person.path.replace("/check", "/1/save")
        status, _place, _page = call(port, person, "POST", path, {"csrf_token": person.token, name: value, **stamps})
        if status == 200:
            person.saved[name] = value
    if chance.random() > SENDING:
        return
    for _attempt in range(3):  # a draft changed after the page was read is asked about once more
        _status, place, page = call(port, person, "GET", person.path)
        found = CONTENT.search(page)
        if not found:
            return
        form = {"csrf_token": person.token, "key": person.key, "content": found[1]}
        status, place, _page = call(port, person, "POST", person.path, form)
        if status == 302 and place.endswith("/receipt"):
            person.receipt = receipt_of(port, person, place)
            return


def receipt_of(port: int, person: Person, place: str) -> str:
    """The number on the receipt page."""
    _status, _place, page = call(port, person, "GET", place)
    found = re.search(r'<b class="num">([^<]+)</b>', page)
    return found[1] if found else "?"


def kill_one(master: int, chance: random.Random) -> bool:
    """SIGKILL to one worker of this server."""
    workers = [pid for pid, _command in family(master) if pid != master]
    if not workers:
        return False
    try:
        os.kill(chance.choice(workers), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def storm(port: int, master: int, people: list[Person], clients: int, seed: int) -> int:
    """All rounds; the number of workers killed."""
    chance, queue, lock = random.Random(seed), iter(people), threading.Lock()
    done: list[bool] = []

    def work(own: random.Random) -> None:
        while True:
            with lock:
                person = next(queue, None)
            if person is None:
                return
            killer = threading.Timer(own.uniform(0, 0.15), lambda: done.append(kill_one(master, own)))
            killer.start()
            live(port, person, own)
            killer.join()

    threads = [threading.Thread(target=work, args=(random.Random(chance.random()),)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


def rows_of(url: str) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """(table, respondent key, answers, receipt) of the crowd's drafts and submissions."""
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        for table, receipt in (("draft", "''"), ("submission", "receipt")):
            columns = f'respondent_key, CAST("values" AS TEXT), {receipt}'
            query = text(f"SELECT {columns} FROM {table} WHERE respondent_key LIKE 'crowd-%'")
            for key, values, number in connection.execute(query):
                yield table, key, json.loads(values), number
    engine.dispose()


def take_census(url: str, people: list[Person], kills: int) -> Census:
    """Compare what was acknowledged with what is stored."""
    drafts: dict[str, dict[str, object]] = {}
    sent: dict[str, list[tuple[dict[str, object], str]]] = {}
    for table, key, values, receipt in rows_of(url):
        if table == "draft":
            drafts[key] = values
        else:
            sent.setdefault(key, []).append((values, receipt))
    census = Census(rounds=len(people), kills=kills, repeats=sum(one.repeats for one in people))
    for person in people:
        kept = sent.get(f"crowd-{person.number}", [])
        census.sent += bool(person.receipt)
        census.duplicates += max(0, len(kept) - 1)
        census.lost_receipts += bool(person.receipt) and person.receipt not in [number for _values, number in kept]
        values = kept[0][0] if kept else drafts.get(f"crowd-{person.number}", {})
        census.lost_answers += sum(values.get(name) != value for name, value in person.saved.items())
    return census


def trial(folder: Path, database: str | None, rounds: int, clients: int, seed: int) -> tuple[Census, str, list[Person]]:
    """Set up, storm, take the census; also the address of the database and the people, to look further."""
    env = {**environment(folder, database), "WEB_WORKERS": "2"}
    people = crowd(rounds, env)
    with server(WEB, env) as process:
        kills = storm(int(env["PORT"]), process.pid, people, clients, seed)
    url = with_driver(database or f"sqlite:///{folder / 'opora.db'}")
    return take_census(url, people, kills), url, people


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as name:
        census, _url, _people = trial(Path(name), options.database, options.rounds, options.clients, options.seed)
    print(json.dumps({"database": "postgresql" if options.database else "sqlite", **vars(census)}, indent=1))
    if census.lost_answers or census.lost_receipts or census.duplicates:
        sys.exit(1)


if __name__ == "__main__":
    main()
