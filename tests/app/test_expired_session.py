"""A session that ended while a form was being filled: what was typed comes back and can be sent after signing in."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Finding
from tests.app import wave_world
from tests.app.questionnaire_world import open_wave
from tests.pages import post_form, token_of
from tests.world import PASSWORD

WAVE = "/questionnaires/wave1"
ROOM = f"/findings/{wave_world.CODE}/"
OURS = {"Origin": "http://localhost", "Referer": f"http://localhost{ROOM}?scope=municipality"}
REASON = "Не нужно: «наставник» уже есть & работает"


@pytest.fixture
def finding(app) -> Finding:
    wave_world.build_open_wave()
    wave_world.close(app)
    db.session.remove()
    return db.session.scalars(db.select(Finding).where(Finding.scope == "municipality").order_by(Finding.id)).first()


def send_late(client: FlaskClient, url: str, page: str, headers: dict[str, str], **data: Any) -> str:
    """Fill the form of ``page``, lose the session, press the button; gives the page that answers."""
    token = token_of(client, page)
    client.delete_cookie("session")
    response = client.post(url, data={"csrf_token": token, **data}, headers=headers)
    assert response.status_code == 401
    return response.get_data(as_text=True)


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def test_typed_reason_is_sent_again_after_signing_in(finding: Finding, login_as) -> None:
    galina, url = login_as("galina"), f"{ROOM}{finding.id}"
    page = send_late(galina, url, ROOM, OURS, do="reject", version="0", reason=REASON)
    fields = hidden(page)
    assert fields["reason"] == REASON
    assert f'href="/login?next={ROOM}"' in page  # the decision itself has no page to come back to
    post_form(galina, "/login", username="galina", password=PASSWORD)
    assert galina.post(url, data=fields).status_code == 302
    db.session.expire_all()
    assert db.session.get(Finding, finding.id).reason == REASON


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {}], ids=["another site", "nobody knows"])
def test_another_site_cannot_put_words_into_a_form(finding: Finding, login_as, headers: dict[str, str]) -> None:
    page = send_late(login_as("galina"), f"{ROOM}{finding.id}", ROOM, headers, do="reject", version="0", reason=REASON)
    assert "наставник" not in page
    assert "csrf_token" not in page


def test_passwords_are_never_written_into_a_page(app, login_as) -> None:
    data = {"current": PASSWORD, "password": "новый-пароль-77", "repeat": "новый-пароль-77"}
    page = send_late(login_as("galina"), "/account", "/account", OURS, **data)
    assert "новый-пароль-77" not in page
    assert PASSWORD not in page


def test_answers_wait_in_the_draft_and_not_in_a_page_that_the_next_person_finds(app, login_as) -> None:
    open_wave("anna")
    anna = login_as("anna")
    post_form(anna, f"{WAVE}/begin", page=f"{WAVE}/")
    page = send_late(anna, f"{WAVE}/1", f"{WAVE}/1", OURS, SUB01="2")
    assert "SUB01" not in page
    assert "черновик откроется на том же месте" in page
