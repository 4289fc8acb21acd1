"""A section of the diagnostic card on the server, and a school's second-year card filled by a script in Chromium.

Usage: python -m benchmarks.bench_cards [--requests 60] [--chromium /usr/bin/chromium]
Times of a section are whole requests inside the process (routing, queries, template) on the demonstration, ms: by the
clock, and of this process's own time, in which other programs of the machine are not. Bytes are counted on the socket
of a server with br or gzip, and as text. The second-year card: the methodologist opens a new cycle, the head
confirms what was put in, types the rest (last year's figures, read off the last card), signs and sends. «Minutes» are
reckoned from what was typed, ticked and clicked by the keystroke-level model of Card, Moran & Newell (1980,
Communications of the ACM 23(7)): key 0.28 s, pointing 1.1 s, mental preparation 1.35 s before each act; looking figures
up in papers is not in them.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, sync_playwright

from app import create_app
from app.config import TestConfig
from app.extensions import db
from app.models import Card, Person, School
from benchmarks.bench_pages import Browser
from benchmarks.bench_roadmap import measure
from benchmarks.harness import ROOT, SERVE, environment, server

KEY, POINT, MIND = 0.28, 1.1, 1.35  # seconds
SECTIONS = "school students staff facilities social results management documents".split()
CARD = re.compile(r'href="(/cards/\d+/)"')


def section_bytes(port: int) -> dict[str, dict[str, int]]:
    """Section -> bytes of its page on the wire and as text; the head's card that is being filled."""
    browser, found = Browser(port), {}
    browser.sign_in("head")
    card = CARD.findall(browser.ask("GET", "/cards/")[2])[0]
    for name in SECTIONS:
        path = f"{card}sections/{name}"
        text = browser.ask("GET", path)[2]
        found[name] = {"bytes_wire": browser.wire_bytes(path), "bytes_text": len(text.encode())}
    return found


def section_times(folder: Path, requests: int) -> dict[str, dict[str, float]]:
    """Section -> p50 and p95 of its page by the clock and of own time, ms."""
    app = create_app(TestConfig(f"sqlite:///{folder}/opora.db", folder))
    with app.app_context():
        head = db.session.scalar(db.select(Person.id).where(Person.login == "head"))
        query = db.select(Card.id).join(School).where(School.code == "demo2").order_by(Card.id.desc())
        card = db.session.scalars(query).first()
        db.session.remove()
    found = {}
    for name in SECTIONS:
        one = measure(app, head, f"/cards/{card}/sections/{name}", requests)
        found[name] = {key: one[key] for key in ("p50_ms", "p95_ms", "own_p50_ms", "own_p95_ms")}
    with app.app_context():
        db.engine.dispose()
    return found


class Hand:
    """Types and clicks as a person would, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page, self.done, self.keys = page, Counter(), 0

    def go(self, address: str) -> None:
        self.page.goto(address)

    def click(self, what: Locator, kind: str) -> None:
        self.done[kind] += 1
        what.click()
        self.page.wait_for_load_state()

    def type(self, field: Locator, text: str) -> None:
        self.done["typed"] += 1
        self.keys += len(text)
        field.fill(text)

    @property
    def minutes(self) -> float:
        acts = sum(self.done.values())
        return (acts * (POINT + MIND) + self.keys * KEY) / 60


def sign_in(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/login")
    page.locator("input[name=username]").fill(login)
    page.locator("input[name=password]").fill("demo")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_load_state()


def kept_values(page: Page) -> dict[str, str]:
    """Name -> value of every text and list of the section on the page."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#cf .ctl input[type=text], #cf .ctl select")]
             .map(one => [one.name, one.value]))"""
    )


def fill_section(hand: Hand, last: dict[str, str]) -> None:
    """Confirm what was put in, then put in what is asked and blank."""
    confirm = hand.page.get_by_role("button", name="Подтвердить раздел")
    if confirm.count():
        hand.click(confirm, "sections confirmed")
    for name, value in kept_values(hand.page).items():
        field = hand.page.locator(f"[name='{name}']")
        if value or not last.get(name) or not field.is_visible():
            continue  # put in already, never asked of this school, or folded away
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(last[name])
            hand.done["chosen"] += 1
        else:
            hand.type(field, last[name])
    hand.click(hand.page.locator(".savebar button").last, "saved")


def second_year(base: str, chromium: str) -> dict[str, Any]:
    """Open next year's cycle, fill the head's card and sign it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        methodist, head = (browser.new_context().new_page() for _ in range(2))
        sign_in(methodist, base, "methodist")
        methodist.goto(f"{base}/cards/cycles")
        methodist.get_by_text("Открыть сбор карт").click()
        year = date.today().year + 1
        for label, value in (("Название", f"Карты {year}"), ("Год", str(year)), ("Сдать до", f"{year}-12-31")):
            methodist.get_by_label(label).fill(value)
        methodist.get_by_role("button", name="Открыть сбор").click()
        methodist.wait_for_load_state()
        sign_in(head, base, "head")
        head.goto(f"{base}/cards/")
        newest, *_others, oldest = [one.get_attribute("href") for one in head.locator("main .tasks a").all()]
        hand, began = Hand(head), time.perf_counter()
        for name in SECTIONS:
            head.goto(f"{base}{oldest}sections/{name}")
            last = kept_values(head)
            hand.go(f"{base}{newest}sections/{name}")
            fill_section(hand, last)
        head.goto(f"{base}{newest}sign")
        hand.click(head.get_by_label("Сведения проверены и достоверны"), "ticked")
        hand.click(head.get_by_role("button", name="Подписать и отправить"), "signed")
        head.get_by_text("Карта подписана и отправлена методисту.").wait_for()
        seconds = time.perf_counter() - began
        browser.close()
    return {
        "fields_typed": hand.done["typed"],
        "fields_chosen_from_lists": hand.done["chosen"],
        "other_acts": {kind: number for kind, number in hand.done.items() if kind not in ("typed", "chosen")},
        "keys": hand.keys,
        "minutes_by_keystroke_model": round(hand.minutes, 1),
        "seconds_of_the_script": round(seconds, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as folder:
        env = environment(Path(folder), None)
        for command in (["db", "upgrade"], ["demo"]):
            subprocess.run([*flask, *command], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        times = section_times(Path(folder), options.requests)
        with server(SERVE, env):
            port = int(env["PORT"])
            sizes = section_bytes(port)
            card = second_year(f"http://127.0.0.1:{port}", options.chromium)
    sections = {name: times[name] | sizes[name] for name in SECTIONS}
    report = {"sections": sections, "second_year_card": card}
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
