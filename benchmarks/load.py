"""The densest minutes of a wave: 800 teachers in the last hour, half of them within the last ten minutes.

Usage: python -m benchmarks.load [--seconds 120] [--database postgresql://…]   an empty database that may be filled
       [--stop COMMAND --start COMMAND --down 30]   stop and start the database server in the middle
In those ten minutes 400 teachers are at work: each reads 13 pages, gives 70 answers saved one by one, signs in once and
sends once. The requests come at that rate, whatever the server's answers take (an open loop): times count from when a
request was due. A request that fails is repeated like the page's script does. Then as many sign-ins and autosaves as
the server manages, five seconds each, and a census as after ``fault_kill``.
"""

import argparse
import heapq
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from app.config import with_driver
from benchmarks.fault_kill import CONTENT, Person, crowd, take_census
from benchmarks.harness import ROOT, SETTINGS, environment, server

WEB = [sys.executable, "-m", "gunicorn", "-c", str(SETTINGS), "wsgi:app"]
TEACHERS, MINUTES = 400, 10
PAGES, ANSWERS = 13, 70
POOL = 48
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WAIT = 90.0


@dataclass
class Times:
    """Seconds by kind of request, repeats, and requests that were never answered well."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    repeats: int = 0
    errors: list[str] = field(default_factory=list)
    last_bad: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self) -> dict[str, dict[str, float]]:
        """Count, p50 and p95 in milliseconds by kind."""
        return {
            kind: {
                "n": len(times),
                "p50_ms": round(statistics.median(times) * 1000, 1),
                "p95_ms": round(statistics.quantiles(times, n=20)[-1] * 1000, 1) if len(times) > 1 else 0.0,
            }
            for kind, times in sorted(self.seconds.items())
        }


class Line(threading.local):
    """One kept connection a thread."""

    connection: http.client.HTTPConnection | None = None


LINE = Line()


def once(port: int, cookie: str, method: str, path: str, form: dict[str, str] | None) -> http.client.HTTPResponse:
    """One request; raises OSError or HTTPException where the connection breaks. ``body`` holds the page."""
    if LINE.connection is None:
        LINE.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        LINE.connection.request(method, path, urlencode(form) if form else None, headers)
        answer = LINE.connection.getresponse()
        answer.page = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        LINE.connection.close()
        LINE.connection = None
        raise
    return answer


def until_good(times: Times, port: int, cookie: str, method: str, path: str, form: dict[str, str] | None = None):
    """The answer of a request, repeated until it is no server error; None when patience ends."""
    ends = time.monotonic() + WAIT
    while True:
        try:
            answer = once(port, cookie, method, path, form)
            if answer.status < 500:
                return answer
            problem = f"{answer.status} {method} {path}"
        except (OSError, http.client.HTTPException) as broken:
            problem = repr(broken)
        with times.lock:
            times.repeats += 1
            times.last_bad = time.monotonic()
        if time.monotonic() > ends:
            with times.lock:
                times.errors.append(problem)
            return None
        time.sleep(0.5)


def sign_in(times: Times, port: int) -> None:
    page = until_good(times, port, "", "GET", "/login")
    if page is None:
        return
    cookie = (page.headers.get("Set-Cookie") or "").partition(";")[0]
    form = {"csrf_token": TOKEN.search(page.page)[1], "username": "teacher", "password": "demo"}
    answer = until_good(times, port, cookie, "POST", "/login", form)
    if answer is not None and answer.status != 302:
        with times.lock:
            times.errors.append(f"sign-in {answer.status}")


def save(times: Times, port: int, person: Person, number: int, chance: random.Random, item: str = "") -> None:
    """One autosave; of two answers to one item the later number stands, whichever arrives first."""
    name, value = item or f"SUB0{chance.choice((1, 3, 5))}", chance.choice("01234")
    stamps = {"draft:device": "bench", "draft:stamps": json.dumps({name: [0, number]})}
    path = person.path.replace("/check", "/1/save")
    form = {"csrf_token": person.token, name: value, **stamps}
    answer = until_good(times, port, person.cookie, "POST", path, form)
    if answer is not None and answer.status == 200:
        with times.lock:
            if number > person.numbers.get(name, 0):
                person.saved[name], person.numbers[name] = value, number
    elif answer is not None:
        with times.lock:
            times.errors.append(f"save {answer.status}")


def read(times: Times, port: int, person: Person, number: int) -> None:
    answer = until_good(times, port, person.cookie, "GET", person.path.replace("/check", f"/{number}"))
    if answer is not None and answer.status != 200:
        with times.lock:
            times.errors.append(f"page {answer.status}")


def submit(times: Times, port: int, person: Person) -> float:
    """Send; the seconds of the POST itself."""
    page = until_good(times, port, person.cookie, "GET", person.path)
    found = CONTENT.search(page.page) if page is not None else None
    if not found:
        with times.lock:
            times.errors.append("check page without content")
        return 0.0
    began = time.monotonic()
    form = {"csrf_token": person.token, "key": person.key, "content": found[1]}
    answer = until_good(times, port, person.cookie, "POST", person.path, form)
    took = time.monotonic() - began
    if answer is None or answer.status != 302:
        with times.lock:
            times.errors.append(f"submit {answer.status if answer else 'none'}")
        return took
    receipt = until_good(times, port, person.cookie, "GET", answer.headers["Location"])
    person.receipt = re.search(r'<b class="num">([^<]+)</b>', receipt.page)[1]
    return took


def plan(people: list[Person], seconds: float, chance: random.Random) -> list[tuple[float, int, str, Person | None]]:
    """When which request is due, at the rate of the densest ten minutes. A person reads and saves, then sends."""
    due: list[tuple[float, int, str, Person | None]] = []
    count = 0

    def add(at: float, kind: str, person: Person | None) -> None:
        nonlocal count
        count += 1
        heapq.heappush(due, (at, count, kind, person))

    share = seconds / (MINUTES * 60)
    for place, person in enumerate(people):
        sends = place < round(TEACHERS * share)
        last = chance.uniform(2, seconds) if sends else seconds
        for kind, number in (("save", ANSWERS), ("page", PAGES)):
            for _one in range(round(number * share * chance.uniform(0.5, 1.5))):
                add(chance.uniform(0, max(0.1, last - 2)), kind, person)
        if sends:
            add(last, "submit", person)
            add(chance.uniform(0, seconds), "sign_in", None)
    return [heapq.heappop(due) for _one in range(len(due))]


def run_load(port: int, due: list, times: Times, chance: random.Random) -> None:
    """Do every request when it is due; one person's saves go one after the other, as a browser sends them."""
    queue, lock, began = iter(due), threading.Lock(), time.monotonic() + 0.5
    own: dict[int, threading.Lock] = defaultdict(threading.Lock)

    def work() -> None:
        while True:
            with lock:
                task = next(queue, None)
            if task is None:
                return
            at, number, kind, person = task
            time.sleep(max(0.0, began + at - time.monotonic()))
            if kind == "sign_in":
                sign_in(times, port)
            elif person is not None:
                with own[person.number]:
                    if kind == "save":
                        save(times, port, person, number, chance)
                    elif kind == "page":
                        read(times, port, person, 1 + number % 9)
                    else:
                        times.seconds["submit_post"].append(submit(times, port, person))
            with times.lock:
                times.seconds[kind].append(time.monotonic() - began - at)

    threads = [threading.Thread(target=work) for _one in range(POOL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def as_many(port: int, what: str, people: list[Person], seconds: float = 5.0, clients: int = 8) -> float:
    """Requests of one kind a second, as many as the server manages."""
    times, ends, done = Times(), time.monotonic() + seconds, [0] * clients
    open_people = [person for person in people if not person.receipt]

    def work(place: int) -> None:
        chance, number = random.Random(place), 1_000_000
        mine = open_people[place::clients]
        while time.monotonic() < ends:
            number += 1
            if what == "sign_in":
                sign_in(times, port)
            else:
                save(times, port, mine[number % len(mine)], number, chance, "SUB02")
            done[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(sum(done) / (time.monotonic() - began), 1)


def break_database(options: argparse.Namespace, times: Times, told: dict[str, float]) -> None:
    """Stop the database in the middle, start it again; how long after the start the last failure came."""
    time.sleep(options.seconds / 3)
    subprocess.run(options.stop, shell=True, check=True)
    time.sleep(options.down)
    subprocess.run(options.start, shell=True, check=True)
    told["started"] = time.monotonic()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--database")
    parser.add_argument("--stop")
    parser.add_argument("--start")
    parser.add_argument("--down", type=float, default=30)
    options = parser.parse_args()
    chance, times, outage = random.Random(5), Times(), {}
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as name:
        env = {**environment(Path(name), options.database), "WEB_WORKERS": "2"}
        people = crowd(TEACHERS, env)
        with server(WEB, env):
            port = int(env["PORT"])
            breaker = threading.Thread(target=break_database, args=(options, times, outage))
            if options.stop and options.start:
                breaker.start()
            run_load(port, plan(people, options.seconds, chance), times, chance)
            if options.stop and options.start:
                breaker.join()
            told = times.told()
            rates = {what: as_many(port, what, people) for what in ("sign_in", "autosave")}
        url = with_driver(options.database or f"sqlite:///{Path(name) / 'opora.db'}")
        census = take_census(url, people, 0)
    result = {
        "database": "postgresql" if options.database else "sqlite",
        "seconds": options.seconds,
        "requests": told,
        "errors": times.errors[:20],
        "errors_total": len(times.errors),
        "repeats": times.repeats,
        "recovered_after_start_s": round(times.last_bad - outage["started"], 1) if outage else None,
        "per_second": rates,
        "sent": census.sent,
        "lost_answers": census.lost_answers,
        "lost_receipts": census.lost_receipts,
        "duplicates": census.duplicates,
    }
    print(json.dumps(result, indent=1))
    if times.errors or census.lost_answers or census.lost_receipts or census.duplicates:
        sys.exit(1)


if __name__ == "__main__":
    main()
