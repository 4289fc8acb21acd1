"""Every page of the demonstration as every role: no link or form leads where that role is refused."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from app.access import ACCESS
from app.demo.build import build_demo
from app.demo.people import PASSWORD, SIGN_INS
from app.extensions import db
from tests.conftest import empty_tables
from tests.pages import post_form

LINK = re.compile(r'<a [^>]*href="([^"#]+)')
FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
NAME = re.compile(r'id="([^"]+)')
ACTION, POSTS = re.compile(r'action="([^"#]+)'), re.compile(r'method="post"')
ALIKE = 3  # addresses of one route that are opened: 26 items have one page


@pytest.fixture(scope="module")
def demo(bare_app: Flask) -> Iterator[Flask]:
    """The demonstration; these tests only read."""
    with bare_app.app_context():
        empty_tables()
        build_demo()
        db.session.commit()
        yield bare_app
        db.session.remove()


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str:
    """The route of an address, or why there is none."""
    try:
        return app.url_map.bind("localhost").match(urlsplit(address).path, method=method)[0]
    except HTTPException as problem:
        return f"{problem.code}"


def crawl(app: Flask, client: FlaskClient) -> tuple[list[str], list[tuple[str, str]]]:
    """Open what pages link to, from the first page on: links that are refused, forms as (page, address)."""
    waiting, seen, opened = [("", "/")], {"/"}, Counter()
    refused, forms = [], []
    while waiting:
        page, address = waiting.pop(0)
        opened[endpoint_of(app, address)] += 1
        answer = client.get(address)
        if answer.status_code >= 400:
            refused.append(f"{page} -> {address}: {answer.status_code}")
        if answer.mimetype != "text/html":
            answer.close()
            continue
        text = answer.get_data(as_text=True)
        links = [answer.location] if answer.status_code == 302 else LINK.findall(text)
        for tag, inside in FORM.findall(text):
            name = NAME.search(tag)
            if "<button" not in inside and not (name and f'form="{name[1]}"' in text):
                continue  # shown to be read
            action = ACTION.search(tag)
            target = urljoin(address, html.unescape(action[1])) if action else address
            if POSTS.search(tag):
                forms.append((address, target))
            else:
                links.append(target)
        for link in links:
            target = urljoin(address, html.unescape(link))
            where = endpoint_of(app, target)
            if target in seen or not target.startswith("/") or where in ("static", "auth.logout", "home.language"):
                continue
            if opened[where] + sum(endpoint_of(app, one) == where for _page, one in waiting) < ALIKE:
                seen.add(target)
                waiting.append((address, target))
    return refused, forms


@pytest.mark.parametrize("login", list(SIGN_INS))
def test_whatever_a_page_offers_is_open_to_its_reader(demo: Flask, login: str) -> None:
    client = demo.test_client()
    assert post_form(client, "/login", username=login, password=PASSWORD).status_code == 302
    refused, forms = crawl(demo, client)
    for page, target in forms:
        endpoint = endpoint_of(demo, target, "POST")
        access = ACCESS.get(endpoint)
        if access is None or (access.reach != "public" and SIGN_INS[login][4] not in access.roles):
            refused.append(f"{page} -> {target}: {endpoint}")
    assert refused == []
    assert forms
