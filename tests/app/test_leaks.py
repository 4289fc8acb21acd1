"""Every page and every document of every role, searched for figures that the gate did not release."""

import datetime as dt
import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from app.content.store import instrument_of
from app.demo.build import BASELINE, MIDLINE, build_demo
from app.demo.people import PASSWORD, SIGN_INS
from app.extensions import db
from app.models import School, Submission, Wave
from app.results.report_context import report_of
from app.results.snapshots import build_snapshot, latest_snapshot, released_of
from surveys.writers import FORMATS, write_report
from tests.app.leaks import find_secrets, secrets_of
from tests.app.recount import recount
from tests.conftest import empty_tables
from tests.pages import post_form

LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
LEFT_OUT = re.compile(r"^/(static|logout|waves/[^/]+/extend)|/file$")
MOST_PAGES = 60


def wave_of(code):
    return db.session.scalars(db.select(Wave).where(Wave.code == code)).one()


@pytest.fixture
def demo(app):
    """The demonstration with both waves calculated."""
    empty_tables()
    build_demo(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC))
    second = wave_of(MIDLINE)
    second.status, second.closed_utc = "closed", dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    db.session.flush()
    db.session.add(build_snapshot(second))
    db.session.commit()
    return app


def recounted(wave):
    """School code -> block -> figures, from the stored answers and without the engine."""
    instrument = instrument_of(wave.instrument_version)
    names = [item.name for item in instrument.items]
    turned = {item.name for item in instrument.items if item.reverse}
    titles = {scale.name: frozenset({scale.name, scale.short, scale.label}) for scale in instrument.scales}
    found = {}
    for school in db.session.scalars(db.select(School)):
        rows = db.session.scalars(
            db.select(Submission).where(Submission.wave_id == wave.id, Submission.school_id == school.id)
        )
        found[school.code] = recount(rows, names, turned)
    return found, titles


def secrets(code, *, shown=False):
    wave = wave_of(code)
    return secrets_of(released_of(latest_snapshot(wave.id)), *recounted(wave), shown=shown)


def pages(app, login):
    """(address, body, school the page is about) of every page that links lead to."""
    client = app.test_client()
    assert post_form(client, "/login", username=login, password=PASSWORD).status_code == 302
    scopes = ["municipality", *(f"school:demo{number}" for number in range(1, 6))]
    queue, seen = ["/"], set()
    for code in (BASELINE, MIDLINE):
        queue += [f"/waves/{code}/analysis?scope={scope}" for scope in scopes]
        queue += [f"/findings/{code}/?scope={scope}" for scope in scopes]
        queue += [f"/reports/{code}/{scope}/" for scope in scopes]
    while queue and len(seen) < MOST_PAGES:
        address = queue.pop(0)
        if address in seen or LEFT_OUT.search(address):
            continue
        seen.add(address)
        with client.get(address) as response:
            body = response.get_data()
            if response.status_code in (301, 302):
                queue.append(urlsplit(response.headers["Location"])._replace(scheme="", netloc="").geturl())
                continue
            if response.status_code != 200 or response.mimetype != "text/html":
                continue
        queue += [unescape(link) for link in LINK.findall(body.decode())]
        yield address, body, scope_of(address)


def scope_of(address):
    """The school whose figures a page of analysis, findings or a report is about."""
    parts = urlsplit(address)
    named = parse_qs(parts.query).get("scope", []) + re.findall(r"school:(\w+)", parts.path)
    return named[0].removeprefix("school:") if named else ""


def documents(code, formats=FORMATS, groups=None):
    """(name, body, school) of every document of a wave, or of those about ``groups``."""
    wave = wave_of(code)
    snapshot = latest_snapshot(wave.id)
    for group in groups or ["municipality", *(one.code for one in released_of(snapshot).schools)]:
        scope = group if group == "municipality" else f"school:{group}"
        report = report_of(wave, snapshot, scope)
        for kind in formats:
            stream = io.BytesIO()
            write_report(report, kind, stream)
            yield f"{code} {scope} {kind}", stream.getvalue(), "" if group == "municipality" else group


def test_no_page_of_any_role_holds_a_figure_that_was_not_released(demo):
    hidden = [*secrets(BASELINE), *secrets(MIDLINE)]
    assert sum(secret.school == "demo4" and secret.mean is not None for secret in secrets(BASELINE)) >= 5
    leaks, visited = [], set()
    for login in SIGN_INS:
        for address, body, scope in pages(demo, login):
            visited.add(urlsplit(address).path)
            mine = secrets(BASELINE) if BASELINE in address else secrets(MIDLINE) if MIDLINE in address else hidden
            leaks += find_secrets(f"{login} {address}", body, mine, scope)
    assert leaks == []
    for code in (BASELINE, MIDLINE):
        assert {f"/waves/{code}/analysis", f"/findings/{code}/", f"/reports/{code}/school:demo4/"} <= visited


def test_no_document_holds_a_figure_that_was_not_released(demo):
    leaks = []
    for code, formats in ((BASELINE, FORMATS), (MIDLINE, ("docx", "xlsx", "json"))):
        hidden = secrets(code)
        for name, body, school in documents(code, formats):
            leaks += find_secrets(name, body, hidden, school)
    assert leaks == []


def test_search_finds_the_figures_that_are_shown(demo):
    """The twin: the same search over a school's own documents finds every block that the gate did release."""
    shown = [secret for secret in secrets(BASELINE, shown=True) if secret.school == "demo2"]
    assert len(shown) >= 4
    for name, body, school in documents(BASELINE, groups=["demo2"]):
        found = {block for _, _, block, _ in find_secrets(name, body, shown, school)}
        assert found == {secret.block for secret in shown}, name


def test_search_finds_the_figures_that_are_shown_on_pages(demo):
    """The twin for pages: analysis of the school, and the row of the school in the municipality's tables."""
    shown = [secret for secret in secrets(BASELINE, shown=True) if secret.school == "demo2"]
    bodies = {address: (body, scope) for address, body, scope in pages(demo, "methodist")}
    for address in (f"/waves/{BASELINE}/analysis?scope=school:demo2", f"/reports/{BASELINE}/school:demo2/"):
        body, scope = bodies[address]
        found = {block for _, _, block, _ in find_secrets(address, body, shown, scope)}
        assert found == {one.block for one in shown}
