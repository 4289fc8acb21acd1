"""The page of days off: days that decrees moved are read, kept once, and overwritten unseen by nobody."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Event, Notice, Setting
from app.plan.working_days import moved_days_off
from surveys.roadmap.deadlines import Moves
from tests.app.rooms_world import add_plan
from tests.app.test_roadmap_at_once import both_read, meeting, press_at_once
from tests.pages import post_form

SignIn = Callable[[str], FlaskClient]
URL = "/roadmap/days-off"
CHANGED = "Пока вы писали, выходные дни изменил кто-то ещё. Сравните и сохраните ещё раз"


def changes() -> int:
    return len(db.session.scalars(db.select(Event).where(Event.action == "days_off.changed")).all())


def test_moved_days_off_are_entered_as_days_and_put_off_the_end_of_study(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    refused = post_form(maria, URL, to="04.05.2020\n31.02.2020, завтра").get_data(as_text=True)
    assert "Не прочитано как день: 31.02.2020, завтра" in refused
    assert "31.02.2020, завтра</textarea>" in refused  # what was typed is there
    assert moved_days_off() == Moves()
    for _click in range(2):
        post_form(maria, URL, to="05.05.2020\r\n04.05.2020", from_="04.01.2020", version="0")
    days = frozenset({dt.date(2020, 5, 4), dt.date(2020, 5, 5)})
    assert moved_days_off() == Moves(days, frozenset({dt.date(2020, 1, 4)}))
    event = db.session.scalars(db.select(Event).where(Event.action == "days_off.changed")).one()
    assert event.old == {"to": [], "from": []}
    assert event.new == {"to": ["2020-05-04", "2020-05-05"], "from": ["2020-01-04"]}
    page = maria.get(URL).get_data(as_text=True)
    assert "04.05.2020\n05.05.2020</textarea>" in page
    assert "04.01.2020</textarea>" in page
    post_form(maria, "/roadmap/3.4/documents", title="Рекомендации", received_on="2020-04-28")
    # ten working days after 28 April: 29 30 | 6 7 8 | (9 May is a Saturday: Monday 11 is off) 12 13 14 15 | 18
    assert db.session.scalars(db.select(Notice)).one().study_until == dt.date(2020, 5, 18)


def test_working_saturday_is_entered_beside_the_day_off_it_gave(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    post_form(maria, URL, to="22.02.2021", from_="20.02.2021", version="0")
    post_form(maria, "/roadmap/3.4/documents", title="Рекомендации", received_on="2021-02-12")
    # ten working days after Friday 12 February: 15-19, Saturday 20 | (22 and 23 are off) 24 25 26 | 1 March
    assert db.session.scalars(db.select(Notice)).one().study_until == dt.date(2021, 3, 1)


@pytest.mark.parametrize(
    ("to", "from_", "words"),
    [
        ("", "19.02.2021", "Это рабочий день и без переноса: 19.02.2021"),
        ("20.02.2021", "20.02.2021", "День и здесь, и среди выходных по переносу: 20.02.2021"),
        ("", "суббота", "Не прочитано как день: суббота"),
        ("", "19.02.2021 суббота", "Не прочитано как день: суббота"),  # both faults are told
        ("", "19.02.2021 суббота", "Это рабочий день и без переноса: 19.02.2021"),
    ],
    ids=["works anyway", "in both", "no day", "first of two", "second of two"],
)
def test_day_that_no_day_off_can_come_from_is_refused(login_as: SignIn, to: str, from_: str, words: str) -> None:
    add_plan()
    page = post_form(login_as("maria"), URL, to=to, from_=from_).get_data(as_text=True)
    assert words in page
    assert moved_days_off() == Moves()


def test_days_off_that_somebody_else_changed_meanwhile_are_shown_not_overwritten(login_as: SignIn) -> None:
    add_plan()
    first, second = login_as("maria"), login_as("maria")
    post_form(first, URL, to="04.05.2020", from_="04.01.2020", version="0")
    answer = post_form(second, URL, to="22.02.2021", from_="20.02.2021", version="0")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert CHANGED in page
    assert "04.05.2020" in page  # what is kept
    assert "22.02.2021</textarea>" in page  # what was typed
    kept = Moves(frozenset({dt.date(2020, 5, 4)}), frozenset({dt.date(2020, 1, 4)}))
    assert moved_days_off() == kept
    assert changes() == 1
    assert 'name="version" value="1"' in page
    both = {"to": "04.05.2020 22.02.2021", "from_": "04.01.2020 20.02.2021"}
    assert post_form(second, URL, **both, version="1").status_code == 302
    assert dt.date(2021, 2, 22) in moved_days_off().to
    assert dt.date(2020, 5, 4) in moved_days_off().to


def test_days_off_without_the_version_of_the_page_are_refused(login_as: SignIn) -> None:
    add_plan()
    assert post_form(login_as("maria"), URL, to="04.05.2020").status_code == 409
    assert moved_days_off() == Moves()


@pytest.mark.parametrize("known", [False, True], ids=["none before", "some before"])
def test_of_two_who_press_at_one_moment_one_is_told(app: Flask, login_as: SignIn, known: bool) -> None:
    add_plan()
    if known:
        post_form(login_as("maria"), URL, to="03.11.2020", version="0")
    one, other = {"to": "04.05.2020", "version": str(int(known))}, {"to": "22.02.2021", "from_": "20.02.2021"}
    with both_read(Setting) if known else meeting(Setting):
        answers = press_at_once(login_as, "maria", URL, one, second=other)
    assert sorted(getattr(answer, "status_code", 0) for answer in answers) == [302, 409]
    assert moved_days_off() in (
        Moves(frozenset({dt.date(2020, 5, 4)})),
        Moves(frozenset({dt.date(2021, 2, 22)}), frozenset({dt.date(2021, 2, 20)})),
    )
    assert changes() == 1 + known
