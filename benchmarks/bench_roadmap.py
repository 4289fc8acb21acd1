"""The roadmap's table of 300 items x 25 schools, as the coordinator and a head see it.

Usage: python -m benchmarks.bench_roadmap [--requests 100]
The whole request inside the process: routing, queries, template; no network. p50 and p95 in milliseconds, by the
clock and of this process's own time: other programs of the machine are in the first only.
"""

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.config import TestConfig
from app.extensions import db
from app.models import Assignment, ItemState, Municipality, Person, School
from app.plan.plans import store_plan
from surveys.roadmap.plan import Roadmap, load_roadmap

ITEMS, SCHOOLS = 300, 25
STATES = ("not_started", "in_work", "done", "partly")
PAGES = {
    "table": "/roadmap/",
    "late": "/roadmap/?show=late",
    "school": "/roadmap/?school=s1",
    "months": "/roadmap/months",
}


def large_plan() -> Roadmap:
    """The order's items over and over, every one asked of the schools."""
    order = load_roadmap()
    items = [
        order.items[at % len(order.items)].model_copy(
            update={"number": f"{at // 100 + 1}.{at % 100 + 1}", "section": "3", "responsible_keys": ["school_heads"]}
        )
        for at in range(ITEMS)
    ]
    return order.model_copy(update={"items": items})


def fill() -> dict[str, int]:
    """The world to measure; ids of the coordinator and of a head."""
    municipality = Municipality(name="Район", department="Управление образования")
    db.session.add(municipality)
    db.session.flush()
    schools = [
        School(
            municipality_id=municipality.id, code=f"s{at}", name=f"Школа {at}", short_name=f"Школа {at}", position=at
        )
        for at in range(SCHOOLS)
    ]
    db.session.add_all(schools)
    db.session.flush()
    store_plan(large_plan(), municipality, schools)
    for at, state in enumerate(db.session.scalars(db.select(ItemState))):
        state.state, state.version = STATES[at % len(STATES)], 1
    people = {}
    for role, school in (("municipal", None), ("head", schools[1])):
        one = Person(login=role, family=role, given="", active=True)
        scope = school.code if school else "municipality"
        one.assignments = [Assignment(role=role, scope=scope, school_id=school.id if school else None)]
        db.session.add(one)
        db.session.flush()
        people[role] = one.id
    db.session.commit()
    return people


def measure(
    app: Flask, person_id: int, url: str, requests: int, before: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Times of one page for one person; ``before`` runs untimed before every request."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{person_id}.0", True
    times, own = [], []
    for at in range(requests + 5):
        before()
        began, spent = time.perf_counter(), time.process_time()
        answer = client.get(url)
        if answer.status_code != 200:
            raise SystemExit(f"{url}: {answer.status_code}")
        if at >= 5:  # the first ones compile templates
            times.append((time.perf_counter() - began) * 1000)
            own.append((time.process_time() - spent) * 1000)
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "own_p50_ms": round(statistics.median(own), 1),
        "own_p95_ms": round(statistics.quantiles(own, n=20)[-1], 1),
        "kb": len(answer.data) // 1024,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(TestConfig(f"sqlite:///{folder}/bench.db", Path(folder)))
        with app.app_context():
            upgrade()
            people = fill()
            db.session.remove()
        gc.collect()
        gc.freeze()  # as the server does before it forks
        figures = {
            f"{role} {name}": measure(app, people[role], url, options.requests)
            for role in people
            for name, url in PAGES.items()
        }
        with app.app_context():
            db.engine.dispose()
    print(json.dumps({"items": ITEMS, "schools": SCHOOLS, **figures}, indent=1))


if __name__ == "__main__":
    main()
