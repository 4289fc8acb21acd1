"""What the clock tells others: who refused in a minute seems at work as long as who answers."""

import datetime as dt

import pytest

from app.extensions import db
from app.mail.letter_texts import REMINDER, text_of
from app.mail.letters import queue_letters, recipients
from app.models import Letter, Participation, Wave
from app.models.columns import utc_now
from app.results.snapshots import close_wave
from tests.app.questionnaire_world import filling_time_passed, open_wave
from tests.app.test_privacy import WAVE, participation_id, press, send, walk
from tests.app.test_questionnaires import fill
from tests.app.test_questionnaires import text_of as text
from tests.pages import post_form

ENDS = ("refuse", "send")


@pytest.fixture
def wave(app) -> Wave:
    return open_wave("anna")


def end(anna, how: str) -> None:
    """Go to the very end of the questionnaire, either way, within the minute."""
    if how == "refuse":
        post_form(anna, f"{WAVE}/refuse")
    else:
        fill(anna, practice="1")
        send(anna)


@pytest.mark.parametrize("login", ["boris", "darya", "galina", "maria"])
@pytest.mark.parametrize("how", ENDS)
def test_who_is_done_within_a_minute_seems_at_work_for_half_an_hour(wave, login_as, login, how) -> None:
    anna, other = login_as("anna"), login_as(login)
    other.get("/")  # what is said once after signing in
    post_form(anna, f"{WAVE}/")
    begun = walk(other)
    end(anna, how)
    assert walk(other) == begun
    filling_time_passed()
    assert walk(other) != begun  # the twin: the same pages do tell who is done


def test_refusal_without_a_beginning_looks_like_a_beginning(wave, login_as) -> None:
    anna, boris = login_as("anna"), login_as("boris")
    post_form(anna, f"{WAVE}/refuse")
    assert "0 из 1" in text(boris, "/waves/wave1")
    assert "начато" in text(login_as("darya"), "/waves/wave1/school")
    filling_time_passed()
    assert "1 из 1" in text(boris, "/waves/wave1")


@pytest.mark.parametrize("first", ["", "refuse"], ids=["begin", "refuse"])
def test_time_kept_is_a_quarter_of_an_hour_30_to_45_minutes_after_the_first_decision(wave, login_as, first) -> None:
    anna, before = login_as("anna"), utc_now()
    post_form(anna, f"{WAVE}/{first}")
    kept = db.session.scalars(db.select(Participation.done_from_utc)).one()
    assert dt.timedelta(minutes=30) <= kept - before <= dt.timedelta(minutes=46)
    assert (kept.minute % 15, kept.second, kept.microsecond) == (0, 0, 0)
    post_form(anna, f"{WAVE}/refuse")
    db.session.rollback()
    assert db.session.scalars(db.select(Participation.done_from_utc)).one() == kept  # counted from the first


def test_nobody_waits_beyond_the_end_of_the_wave(app, login_as) -> None:
    made = open_wave("anna", closes=dt.timedelta(minutes=5))
    ends = made.closes_utc + dt.timedelta(minutes=made.grace_minutes)
    post_form(login_as("anna"), f"{WAVE}/refuse")
    assert db.session.scalars(db.select(Participation.done_from_utc)).one() == ends


def test_closing_tells_at_once_who_is_done(wave, login_as) -> None:
    post_form(login_as("anna"), f"{WAVE}/refuse")
    close_wave(db.session.get_one(Wave, wave.id))
    db.session.commit()
    assert db.session.scalars(db.select(Participation.done_from_utc)).one() is None


@pytest.mark.parametrize("how", ENDS)
def test_reminder_of_these_minutes_goes_to_all_who_began(wave, login_as, how) -> None:
    anna = login_as("anna")
    person = db.session.get_one(Participation, participation_id()).person
    person.email = "anna@school.example"
    db.session.commit()
    post_form(anna, f"{WAVE}/")
    end(anna, how)
    assert recipients(wave.id, REMINDER, None) == [person.id]
    queue_letters(wave.id, REMINDER, dt.date(2026, 11, 20))
    letter = db.session.scalars(db.select(Letter)).one()
    assert text_of(letter) is not None
    filling_time_passed()
    assert text_of(db.session.get_one(Letter, letter.id)) is None
    assert recipients(wave.id, REMINDER, None) == []


@pytest.mark.parametrize("how", ["stay", *ENDS])
def test_mark_of_a_paper_sheet_says_the_same_of_all_who_began(wave, login_as, how) -> None:
    anna, darya = login_as("anna"), login_as("darya")
    post_form(anna, f"{WAVE}/")
    if how != "stay":
        end(anna, how)
    assert "Аннина" not in text(darya, "/waves/wave1/paper")
    press(darya, f"/waves/wave1/paper/mark/{participation_id()}")
    assert "заполняет анкету на экране или уже закончил" in text(darya, "/waves/wave1/paper")
    db.session.rollback()
    assert not db.session.scalars(db.select(Participation.on_paper)).one()
