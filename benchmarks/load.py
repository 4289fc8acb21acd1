"""The densest minutes of a wave: 800 teachers in the last hour, half of them within the last ten minutes. On locust.

Usage: pip install -r requirements-bench.txt
       python -m benchmarks.load [--seconds 120] [--database postgresql://…]   an empty database that may be filled
       [--stop COMMAND --start COMMAND --down 30]   stop and start the database server in the middle
In those ten minutes 400 teachers are at work: each reads 13 pages, gives 70 answers saved one by one, signs in once and
sends once. Each teacher is a user of locust with a timetable of their own, kept whatever the server's answers take
(an open loop): beside the time of each request, locust is told the time since the request was due («due»), so that a
server that stands still is not spared the requests that could not be made meanwhile. A request that fails is repeated
like the page's script does. Then as many sign-ins and autosaves as the server manages, five seconds each, and a census
as after ``fault_kill``.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment
from locust.exception import StopUser
from locust.stats import StatsEntry

from app.config import with_driver
from benchmarks.fault_kill import CONTENT, WEB, Person, crowd, take_census
from benchmarks.harness import ROOT, environment, server

TEACHERS, MINUTES = 400, 10
PAGES, ANSWERS = 13, 70
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
RECEIPT = re.compile(r'<b class="num">([^<]+)</b>')
WAIT = 90.0  # seconds of patience with one request
RUSH_SECONDS, RUSH_USERS = 5.0, 8
SPAWN = 100  # users a second, as fast as locust likes
Timetable = list[tuple[float, str, int]]  # seconds since the beginning, what, number


class BadAnswerError(Exception):
    """The server's last word on a request was not what a browser needs."""


class Browser(FastHttpUser):
    """One person's browser: how each kind of request is made, and repeated until it is answered."""

    abstract = True
    network_timeout = connection_timeout = 30.0
    person: Person

    def ask(self, kind: str, method: str, path: str, form: dict[str, str] | None = None, status: int = 200) -> Any:
        """The answer of this status; a failure of the server is repeated, the same request again."""
        ends = time.monotonic() + WAIT
        own = {} if kind == "sign_in" else {"Cookie": self.person.cookie}
        headers = {**own, **({"Content-Type": "application/x-www-form-urlencoded"} if form else {})}
        body = urlencode(form) if form else None
        while True:
            answer = self.client.request(method, path, kind, body, headers=headers, allow_redirects=False)
            if answer.status_code == status:
                return answer
            if 0 < answer.status_code < 500 or time.monotonic() > ends:
                raise BadAnswerError(f"{kind}: {answer.status_code}")
            self.environment.last_bad = time.monotonic()
            gevent.sleep(0.5)

    def do_sign_in(self, _number: int) -> None:
        self.client.cookiejar.clear()
        token = TOKEN.search(self.ask("sign_in", "GET", "/login").text)[1]
        self.ask("sign_in", "POST", "/login", {"csrf_token": token, "username": "teacher", "password": "demo"}, 302)

    def do_page(self, number: int) -> None:
        self.ask("page", "GET", self.person.path.replace("/check", f"/{1 + number % 9}"))

    def do_save(self, number: int) -> None:
        name, value = f"SUB0{random.choice((1, 3, 5))}", random.choice("01234")
        stamps = {"draft:device": "bench", "draft:stamps": json.dumps({name: [0, number]})}
        form = {"csrf_token": self.person.token, name: value, **stamps}
        self.ask("save", "POST", self.person.path.replace("/check", "/1/save"), form)
        self.person.saved[name] = value

    def do_submit(self, _number: int) -> None:
        """«Отправить»: the check page, its form, the receipt."""
        content = CONTENT.search(self.ask("check", "GET", self.person.path).text)[1]
        form = {"csrf_token": self.person.token, "key": self.person.key, "content": content}
        place = self.ask("submit", "POST", self.person.path, form, 302).headers["Location"]
        self.person.receipt = RECEIPT.search(self.ask("receipt", "GET", urlsplit(place).path).text)[1]


class Teacher(Browser):
    """Does everything when it is due, late or not, and then leaves."""

    wait_time = constant(0)
    waiting: list[tuple[Person, Timetable]] = []
    began = 0.0

    def on_start(self) -> None:
        self.person, self.timetable = self.waiting.pop()

    @task
    def live(self) -> None:
        for at, kind, number in self.timetable:
            gevent.sleep(max(0.0, self.began + at - time.monotonic()))
            problem: Exception | None = None
            try:
                getattr(self, f"do_{kind}")(number)
            except (BadAnswerError, TypeError) as bad:  # TypeError: the page had not what it must have
                problem = bad
            took = (time.monotonic() - self.began - at) * 1000
            self.environment.events.request.fire(
                request_type="due", name=kind, response_time=took, response_length=0, exception=problem, context={}
            )
        raise StopUser


class Rush(Browser):
    """Does one thing over and over, as fast as it is answered."""

    wait_time = constant(0)
    waiting: list[Person] = []
    kind, ends, number = "", 0.0, 1_000_000

    def on_start(self) -> None:
        self.person = self.waiting.pop()

    @task
    def again(self) -> None:
        if time.monotonic() > self.ends:
            raise StopUser  # between two requests: what is not acknowledged, no census can look for
        self.number += 1
        getattr(self, f"do_{self.kind}")(self.number)


def timetables(people: list[Person], seconds: float) -> list[tuple[Person, Timetable]]:
    """When which request is due, at the rate of the densest ten minutes. A person reads and saves, then sends."""
    share = seconds / (MINUTES * 60)
    planned = []
    for place, person in enumerate(people):
        sends = place < round(TEACHERS * share)
        last = random.uniform(2, seconds) if sends else seconds
        due: list[tuple[float, str]] = [(last, "submit"), (random.uniform(0, last), "sign_in")] if sends else []
        for kind, number in (("save", ANSWERS), ("page", PAGES)):
            for _one in range(round(number * share * random.uniform(0.5, 1.5))):
                due.append((random.uniform(0, max(0.1, last - 2)), kind))
        planned.append((person, [(at, kind, number) for number, (at, kind) in enumerate(sorted(due), 1)]))
    return planned


def run_users(users: type[Browser], number: int) -> Environment:
    """Let ``number`` users at the server until all have left; the statistics are in the environment."""
    found = Environment(user_classes=[users], catch_exceptions=False)
    found.last_bad = 0.0
    runner = found.create_local_runner()
    runner.start(number, spawn_rate=SPAWN)
    runner.spawning_greenlet.join()
    while runner.user_count:
        gevent.sleep(0.1)
    runner.quit()
    return found


def rush(kind: str, people: list[Person]) -> float:
    """Requests of one kind a second, as many as the server manages."""
    began = time.monotonic()
    Rush.kind, Rush.ends, Rush.waiting = kind, began + RUSH_SECONDS, people[:RUSH_USERS]
    found = run_users(Rush, RUSH_USERS)
    return round(found.stats.get(kind, "POST").num_requests / (time.monotonic() - began), 1)


def break_database(options: argparse.Namespace) -> float:
    """Stop the database in the middle, start it again; when that was."""
    gevent.sleep(options.seconds / 3)
    subprocess.run(options.stop, shell=True, check=True)
    gevent.sleep(options.down)
    subprocess.run(options.start, shell=True, check=True)
    return time.monotonic()


def told(entry: StatsEntry) -> dict[str, float]:
    """Locust keeps two figures of a time: 147 ms is told as 150."""
    p50, p95 = (entry.get_response_time_percentile(one) for one in (0.5, 0.95))
    return {"n": entry.num_requests, "failed": entry.num_failures, "p50_ms": p50, "p95_ms": p95}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--database")
    parser.add_argument("--stop")
    parser.add_argument("--start")
    parser.add_argument("--down", type=float, default=30)
    options = parser.parse_args()
    random.seed(5)
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as name:
        env = {**environment(Path(name), options.database), "WEB_WORKERS": "2"}
        people = crowd(TEACHERS, env)
        with server(WEB, env):
            Browser.host = f"http://127.0.0.1:{env['PORT']}"
            Teacher.waiting = timetables(people, options.seconds)
            Teacher.began = time.monotonic() + len(people) / SPAWN + 1
            breaking = gevent.spawn(break_database, options) if options.stop and options.start else None
            load = run_users(Teacher, len(people))
            open_people = [person for person in people if not person.receipt]
            rates = {kind: rush(kind, open_people) for kind in ("sign_in", "save")}
        url = with_driver(options.database or f"sqlite:///{Path(name) / 'opora.db'}")
        census = take_census(url, people, 0)
    due = {name: told(one) for (name, method), one in sorted(load.stats.entries.items()) if method == "due"}
    errors = sum(one["failed"] for one in due.values())
    result = {
        "database": "postgresql" if options.database else "sqlite",
        "seconds": options.seconds,
        "since_due": due,
        "of_requests": {
            f"{method} {name}": told(one)
            for (name, method), one in sorted(load.stats.entries.items())
            if method != "due"
        },
        "errors": errors,
        "problems": [f"{one.method} {one.name}: {one.error}" for one in load.stats.errors.values()][:20],
        "recovered_after_start_s": round(load.last_bad - breaking.get(), 1) if breaking else None,
        "per_second": rates,
        "sent": census.sent,
        "lost_answers": census.lost_answers,
        "lost_receipts": census.lost_receipts,
        "duplicates": census.duplicates,
    }
    print(json.dumps(result, indent=1))
    if errors or census.lost_answers or census.lost_receipts or census.duplicates:
        sys.exit(1)


if __name__ == "__main__":
    main()
