"""The walk over every route and method as every role: the access table is the law, and it is whole."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access import ACCESS, EVERYBODY
from app.extensions import db
from tests.app import access_world
from tests.app.access_world import ROLES, parameters
from tests.pages import token_of

SignIn = Callable[[str], FlaskClient]

# Routes of the reach «school» whose address names no thing of one school: there the page itself must keep to the reach.
SHARED = {
    "waves.board",
    "waves.analysis",
    "findings.index",
    "roadmap.item",
    "waves.school",
    "waves.exporting.board",
    "waves.reminders.index",
    "waves.reminders.notice",
    "waves.reminders.send_now",
    "waves.paper.index",
}
OF_SCHOOL1 = ("Аннина", "Учителев1", "Озёрное № 1", "Штатная school1", "school1")
OF_SCHOOL2 = ("Верина", "Учителев2", "Озёрное № 2", "Штатная school2", "school2")


@pytest.fixture
def world(app: Flask) -> Flask:
    access_world.build(app)
    return app


def address(rule: Rule, values: dict[str, Any]) -> str:
    """The address of ``rule``; a parameter that the table does not know fails the test."""
    room = rule.endpoint.partition(".")[0]
    found = {}
    for name in rule.arguments:
        key = f"{rule.endpoint}.{name}" if f"{rule.endpoint}.{name}" in values else f"{room}.{name}"
        assert key in values, f"tests/app/access_world.py: give a value for {key}"
        found[name] = values[key]
    return url_for(rule.endpoint, **found)


def calls(app: Flask, values: dict[str, Any], *methods: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route; reading comes before writing."""
    with app.test_request_context():
        found = [
            (rule.endpoint, method, address(rule, values))
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            if not methods or method in methods
        ]
    return iter(sorted(found, key=lambda call: call[1]))


def call(client: FlaskClient, method: str, url: str, token: str | None = None) -> Any:
    return client.open(url, method=method, data={"csrf_token": token} if token else None, buffered=True)


def to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login")


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(ACCESS) == set(), "routes without a row in app/access.py"
    assert set(ACCESS) - endpoints == set(), "rows in app/access.py without a route"
    assert {role for row in ACCESS.values() for role in row.roles} <= set(EVERYBODY)
    assert {row.reach for row in ACCESS.values()} <= {"public", "own", "school", "municipality"}


def test_route_without_a_row_is_closed(world: Flask, login_as: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the walk: taking a row away closes the route for everybody."""
    client = login_as("maria")
    assert client.get("/roadmap/").status_code == 200
    monkeypatch.delitem(ACCESS, "roadmap.index")
    assert client.get("/roadmap/").status_code == 404


def test_every_route_states_who_may_open_it(world: Flask, login_as: SignIn) -> None:
    values = parameters("school1")
    opened = set()
    for role, login in ROLES.items():
        client = login_as(login)
        token = token_of(client, "/account")
        for endpoint, method, url in calls(world, values):
            access = ACCESS[endpoint]
            answer = call(client, method, url, token)
            said = f"{role}: {method} {url} ({endpoint}) gave {answer.status_code}"
            if access.reach == "public" or role in access.roles:
                assert answer.status_code not in (401, 403, 405, 500), said
                assert not to_sign_in(answer) or endpoint.startswith("auth."), said
                if answer.status_code < 400:
                    opened.add((endpoint, method))
            else:
                assert answer.status_code == 403, said
            if endpoint.startswith("auth.") and method == "POST":
                client = login_as(login)  # signed out by the route itself
                token = token_of(client, "/account")
    never = {key for key in ((e, m) for e, m, _u in calls(world, values, "GET")) if key not in opened}
    assert never == set(), "no role could read these: is the parameter table right?"


def test_nobody_gets_in_without_signing_in(world: Flask) -> None:
    client = world.test_client()
    token = token_of(client, "/login")
    for endpoint, method, url in calls(world, parameters("school1")):
        answer = call(client, method, url, token)
        if ACCESS[endpoint].reach == "public":
            assert answer.status_code not in (401, 403), url
        elif method == "GET":
            assert to_sign_in(answer), url
        else:
            assert answer.status_code == 401, url


@pytest.mark.parametrize(
    ("login", "role", "school", "words"),
    [
        ("vera", "head", "school1", OF_SCHOOL1),
        ("boris", "head", "school2", OF_SCHOOL2),
        ("darya", "coordinator", "school2", OF_SCHOOL2),
    ],
    ids=["head of School 2", "head of School 1", "coordinator of School 1"],
)
def test_things_of_another_school_are_not_there(
    world: Flask, login_as: SignIn, login: str, role: str, school: str, words: tuple[str, ...]
) -> None:
    client = login_as(login)
    token = token_of(client, "/account")
    asked = 0
    for endpoint, method, url in calls(world, parameters(school)):
        access = ACCESS[endpoint]
        if access.reach != "school" or role not in access.roles:
            continue
        answer = call(client, method, url, token)
        page = answer.get_data(as_text=True)
        names_a_thing = any(rule.arguments for rule in world.url_map.iter_rules(endpoint))
        if names_a_thing and endpoint not in SHARED:
            asked += 1
            assert answer.status_code == 404, f"{method} {url} ({endpoint}) gave {answer.status_code}"
        for word in words:
            assert word not in page.replace(url, ""), f"{method} {url} ({endpoint}) tells «{word}»"
    assert asked > 5


def test_document_is_its_owners_only(world: Flask, login_as: SignIn) -> None:
    url = f"/reports/{parameters('school1')['reports.document_id']}/file"
    assert call(login_as("galina"), "GET", url).status_code == 200
    for login in ("boris", "darya", "vera", "maria"):
        assert login_as(login).get(url).status_code == 404


def test_every_writing_route_refuses_a_request_without_its_token(world: Flask, login_as: SignIn) -> None:
    clients = {role: login_as(login) for role, login in ROLES.items()}
    before = rows()
    for endpoint, method, url in calls(world, parameters("school1"), "POST", "PUT", "PATCH", "DELETE"):
        for role in ACCESS[endpoint].roles or ("teacher",):
            assert call(clients[role], method, url).status_code == 400, f"{role}: {method} {url}"
    assert rows() == before


def rows() -> dict[str, list[Any]]:
    """Every row of every table."""
    db.session.rollback()
    found = {
        table.name: sorted(repr(tuple(row)) for row in db.session.execute(table.select()))
        for table in db.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def test_reading_changes_nothing(world: Flask, login_as: SignIn) -> None:
    clients = [world.test_client(), *(login_as(login) for login in ROLES.values())]
    before = rows()
    for _endpoint, method, url in calls(world, parameters("school1"), "GET"):
        for client in clients:
            call(client, method, url)
    after = rows()
    assert {name for name in before if before[name] != after[name]} == set()
