"""Whether the time of a page tells who refused: the same pages while one teacher has refused, and while sent.

Usage: python -m benchmarks.bench_refusal [--requests 400]   of each page in each of the two states
One teacher of the demonstration's open wave is refused and sent in pairs, a coin says which first; each page is asked
once to warm up, then timed inside the process, nearer than any head or coordinator ever gets. For each page: the
medians, their ratio, and the share of pairs in which the refusal took longer (0.5: the time says nothing; p of the
signed-rank test of Wilcoxon), with the same share and p if refusals took 5 % longer: what this measurement can see.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scipy.stats import wilcoxon

from benchmarks.bench_submissions import run
from benchmarks.harness import ROOT, environment

CODE, REFUSED, SENT = "demo-midline", "refused", "sent"
PAGES = {
    "head": ("/", "/waves/", f"/waves/{CODE}/", f"/waves/{CODE}/board.csv"),
    "coordinator": (
        "/",
        f"/waves/{CODE}/",
        f"/waves/{CODE}/school",
        f"/waves/{CODE}/reminders",
        f"/waves/{CODE}/paper",
    ),
    "methodist": ("/", f"/waves/{CODE}/"),
}


class Teacher:
    """Somebody of the coordinator's school who has sent; ``become`` turns that into a refusal and back."""

    def __init__(self) -> None:
        from app.extensions import db
        from app.models import Participation, Person, Respondent, Submission, Wave

        darya = db.session.scalars(db.select(Person).where(Person.login == "coordinator")).one()
        wanted = (
            db.select(Participation.id, Submission)
            .join(Wave, Wave.id == Participation.wave_id)
            .join(Respondent, Respondent.person_id == Participation.person_id)
            .join(Submission, (Submission.wave_id == Wave.id) & (Submission.respondent_key == Respondent.key))
            .where(Wave.code == CODE, Participation.school_id.in_(darya.school_ids("coordinator")))
        )
        self.participation, kept = db.session.execute(wanted.limit(1)).one()
        self.row: dict[str, Any] = {column.key: getattr(kept, column.key) for column in Submission.__mapper__.columns}

    def become(self, state: str) -> None:
        from app.extensions import db
        from app.models import Participation, Submission

        mine = Participation.id == self.participation
        db.session.execute(db.delete(Submission).where(Submission.id == self.row["id"]))
        if state == SENT:
            db.session.execute(db.insert(Submission).values(self.row))
        db.session.execute(db.update(Participation).where(mine).values(status=state))
        db.session.commit()


def measure(requests: int) -> dict[tuple[str, str], dict[str, list[float]]]:
    """(role, page) -> state -> seconds of each request."""
    from app.database import writing
    from benchmarks.bench_pages import TOKEN
    from wsgi import app

    clients = {role: app.test_client() for role in PAGES}
    for role, client in clients.items():
        token = TOKEN.search(client.get("/login").get_data(as_text=True))
        assert token
        client.post("/login", data={"csrf_token": token[1], "username": role, "password": "demo"})
    with app.app_context():
        teacher = Teacher()
    times = {(role, page): {REFUSED: [], SENT: []} for role, pages in PAGES.items() for page in pages}
    chance = random.Random(4)
    for state in (state for _pair in range(requests) for state in chance.sample((REFUSED, SENT), 2)):
        with app.app_context(), writing():
            teacher.become(state)
        for (role, page), found in times.items():
            for _warm in range(2):
                began = time.perf_counter()
                answer = clients[role].get(page)
                took = time.perf_counter() - began
            if answer.status_code != 200:
                raise SystemExit(f"{page}: {answer.status_code}")
            found[state].append(took)
    return times


def compared(refused: list[float], sent: list[float]) -> tuple[float, float]:
    """The share of pairs in which the refusal took longer, and p of the rank test of their differences."""
    longer = sum(one > other for one, other in zip(refused, sent, strict=True)) / len(sent)
    return longer, wilcoxon(refused, sent).pvalue


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as name:
        env = environment(Path(name), None)
        run("flask", "--app", "wsgi", "db", "upgrade", env=env)
        run("flask", "--app", "wsgi", "demo", env=env)
        os.environ.update(env)
        times = measure(options.requests)
    lines = []
    for (role, page), found in times.items():
        longer, p = compared(found[REFUSED], found[SENT])
        if_longer, if_p = compared([one * 1.05 for one in found[REFUSED]], found[SENT])
        refused, sent = (statistics.median(found[state]) * 1000 for state in (REFUSED, SENT))
        figures = {"refused_ms": refused, "sent_ms": sent, "ratio": refused / sent, "longer": longer, "p": p}
        figures |= {"longer_if_5_%": if_longer, "p_if_5_%": if_p}
        lines.append({"who": role, "page": page} | {k: round(v, 3) for k, v in figures.items()})
    json.dump(lines, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
