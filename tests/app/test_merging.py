"""Answers of two devices in one draft, messages that come twice or late, and what the page says of it."""

import datetime as dt
import json
import re

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Submission, Wave
from tests.app.questionnaire_world import open_wave
from tests.app.test_questionnaires import WAVE, answer, draft, fill, send, text_of
from tests.pages import post_form


@pytest.fixture
def anna(app, login_as) -> FlaskClient:
    """Anna, asked in an open wave, has consented."""
    open_wave("anna")
    client = login_as("anna")
    assert post_form(client, f"{WAVE}/").location == f"{WAVE}/1"
    return client


def stamped(answers: dict[str, str], **stamps: list[int]) -> dict[str, str]:
    """What the script sends of answers that waited: item -> [age in ms, number on the device]."""
    return {**answers, "draft:stamps": json.dumps(stamps)}


def autosave(client: FlaskClient, device: str, answers: dict[str, str], **stamps: list[int]) -> dict:
    data = stamped(answers, **stamps) | {"draft:device": device}
    return post_form(client, f"{WAVE}/1/save", page=f"{WAVE}/1", **data).get_json()


def test_messages_of_one_device_may_come_twice_and_in_any_order(anna) -> None:
    autosave(anna, "phone", {"SUB01": "3"}, SUB01=[0, 2])
    told = autosave(anna, "phone", {"SUB01": "1"}, SUB01=[0, 1])  # sent first, arrived second
    assert (told["kept"], told["said"]) == ({}, [])
    autosave(anna, "phone", {"SUB01": "3"}, SUB01=[0, 2])  # the answer to it was lost, so it came again
    assert draft().values == {"SUB01": "3"}
    autosave(anna, "phone", {}, SUB01=[0, 3])  # taken back
    assert draft().values == {}


@pytest.mark.parametrize(
    ("age", "stands", "words"),
    [
        (60_000, "4", ["Утверждение 1: на другом устройстве ответ новее, остался он — полностью верно."]),
        (0, "0", ["Утверждение 1: на другом устройстве было — полностью верно. Записан ваш новый ответ."]),
    ],
    ids=["waited a minute: the older one gives way", "given now: the newer one stands"],
)
def test_of_two_devices_the_newer_answer_stands_and_it_is_said(anna, age, stands, words) -> None:
    autosave(anna, "computer", {"SUB01": "4"}, SUB01=[0, 1])
    told = autosave(anna, "phone", {"SUB01": "0", "draft:base": json.dumps({"SUB01": []})}, SUB01=[age, 1])
    assert draft().values == {"SUB01": stands}
    assert told["said"] == words
    assert told["kept"] == ({"SUB01": ["4"]} if stands == "4" else {})


def test_step_without_scripts_says_too_that_another_device_had_answered(anna) -> None:
    autosave(anna, "phone", {"SUB01": "4"}, SUB01=[0, 1])
    answer(anna, 1, SUB01="0", SUB01_need="1", **{"draft:base": json.dumps({"SUB01": [], "SUB01_need": []})})
    assert "на другом устройстве было — полностью верно" in text_of(anna, f"{WAVE}/2")


def test_answers_of_another_draft_are_not_taken(anna) -> None:
    data = stamped({"SUB01": "4"}, SUB01=[0, 1]) | {"draft:id": "somebody els"}
    assert post_form(anna, f"{WAVE}/1/save", page=f"{WAVE}/1", **data).status_code == 409
    assert draft().values == {}


def test_need_left_blank_is_asked_once_and_not_again(anna) -> None:
    assert answer(anna, 1, SUB01="1").location == f"{WAVE}/1/more"
    assert post_form(anna, f"{WAVE}/1/more").location == f"{WAVE}/2"
    assert answer(anna, 1, SUB01="1").location == f"{WAVE}/2"
    seen = {"draft:seen": "SUB02_need"}  # the script saw it stand open in its card
    assert answer(anna, 1, SUB01="1", SUB02="1", **seen).location == f"{WAVE}/2"
    assert answer(anna, 1, SUB01="1", SUB02="1", SUB04="1").location == f"{WAVE}/1/more"


def test_saved_shows_the_day_when_it_is_not_today(anna) -> None:
    autosave(anna, "phone", {"SUB01": "4"}, SUB01=[0, 1])
    assert re.search(r"Сохранено \d\d:\d\d<", text_of(anna, f"{WAVE}/1"))
    draft().updated_utc = dt.datetime(2020, 6, 20, 11, 32, tzinfo=dt.UTC)
    db.session.commit()
    assert "Сохранено 20\u00a0июня, 14:32" in text_of(anna, f"{WAVE}/1")


def test_grace_is_shown_while_the_time_runs_out(anna) -> None:
    wave = db.session.scalars(db.select(Wave)).one()
    wave.closes_utc = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
    db.session.commit()
    assert "Начатые анкеты принимаются до" in text_of(anna, f"{WAVE}/1")


def test_signing_out_tells_the_browser_to_forget(anna) -> None:
    response = post_form(anna, "/logout", page="/account")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_time_of_answers_that_waited_is_counted_between_them(anna) -> None:
    """Given without a link over a quarter of an hour, come at once; a pause counts for two minutes at most."""
    ages = {"SUB01": 900, "SUB02": 880, "SUB03": 850, "SUB04": 600, "SUB05": 590, "SUB06": 0}
    answers = {name: "0" if name == "SUB03" else "4" for name in ages}
    stamps = {name: [1000 * age, number] for number, (name, age) in enumerate(ages.items(), start=1)}
    autosave(anna, "phone", answers, **stamps)
    assert draft().active_seconds < 60
    fill(anna, skip=1)
    send(anna)
    db.session.rollback()
    seconds = db.session.scalars(db.select(Submission.active_seconds)).one()
    assert 300 <= seconds < 360  # 20 + 30 + 120 + 10 + 120, and what the test takes for the other pages
