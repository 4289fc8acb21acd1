"""Between reading and writing a questionnaire the database is free to others: what they do then is not written over.

A form reads and reckons before it asks for the write lock. Each test lets somebody act in that gap; its twin goes
without the look that is taken again under the lock.
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.answers.paper_sheets import mark_on_paper
from app.answers.submissions import keep_submission, make_submission
from app.database import writing
from app.extensions import db
from app.models import Draft, Event, Participation, Person, Submission, Wave
from app.models.columns import utc_now
from app.plan.plans import today_in
from app.questionnaires import queries, saving
from app.results.snapshots import close_wave
from surveys.answers.checking import check_answers
from surveys.definition.instrument import load_instrument
from tests.app.questionnaire_world import filling_time_passed, open_wave
from tests.app.test_questionnaires import WAVE, fill
from tests.pages import post_form, token_of

Windows = tuple[FlaskClient, FlaskClient]
Press = Callable[[], TestResponse]
LOOKS = ("draft.version = ", "FOR SHARE")  # the second looks: at the draft, at wave and person


@pytest.fixture
def windows(app: Flask, login_as: Callable[[str], FlaskClient]) -> Windows:
    """Two windows of Anna, who has filled her questionnaire."""
    open_wave("anna")
    first, second = login_as("anna"), login_as("anna")
    post_form(first, f"{WAVE}/")
    fill(first)
    filling_time_passed()
    return first, second


@contextlib.contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[list[object]]:
    """Do ``action`` when the next form of this thread has read and holds no lock yet; gives its result."""
    mine, own, results = threading.get_ident(), db.session(), list[object]()

    def act() -> None:
        if not results:
            results.append("no answer")
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(timeout=60)

    def work() -> None:
        try:
            results[0] = action()
        except Exception as error:  # a thread cannot fail the test by itself
            results[0] = error

    def read(session: Session) -> None:
        if threading.get_ident() == mine and session is not own and not session.expire_on_commit:
            act()

    def execute(_connection: object, _cursor: object, statement: str, *_details: object) -> None:
        if threading.get_ident() == mine and any(look in statement for look in LOOKS):
            act()

    sqlite = db.engine.dialect.name == "sqlite"
    hook = (db.session, "after_commit", read) if sqlite else (db.engine, "before_cursor_execute", execute)
    db.session.commit()
    event.listen(*hook)
    try:
        yield results
    finally:
        event.remove(*hook)
    assert results, "the form asked for the lock before it had read"
    db.session.rollback()


def in_the_database(app: Flask, change: Callable[[], object]) -> Callable[[], str]:
    """``change`` as another request makes it."""

    def act() -> str:
        with app.app_context(), writing():
            change()
            db.session.commit()
        return "done"

    return act


def pressing(window: FlaskClient, page: str, to: str = "", **answers: str) -> Press:
    """A form of ``page`` ready to be sent to ``to``."""
    data = {"csrf_token": token_of(window, f"{WAVE}/{page}"), **answers}
    return lambda: window.post(f"{WAVE}/{to or page}", data=data)


def sending(window: FlaskClient) -> Press:
    """The button «Отправить» of the check page as it stands now."""
    page = window.get(f"{WAVE}/check").get_data(as_text=True)
    hidden = dict(re.findall(r'name="(key|content|csrf_token)" value="([^"]+)"', page))
    return lambda: window.post(f"{WAVE}/check", data=hidden)


def submissions() -> list[Submission]:
    return list(db.session.scalars(db.select(Submission)))


def place() -> Participation:
    return db.session.scalars(db.select(Participation)).one()


def kept(*names: str) -> list[object]:
    values = db.session.scalars(db.select(Draft)).one().values
    return [values[name] for name in names]


def without(monkeypatch: pytest.MonkeyPatch, *looks: str) -> None:
    """Take second looks away."""
    for look in looks:
        monkeypatch.setattr(saving if hasattr(saving, look) else queries, look, lambda *_read: True)


def close() -> None:
    close_wave(db.session.scalars(db.select(Wave)).one())


def give_second_slip() -> None:
    person = db.session.scalars(db.select(Person).where(Person.login == "anna")).one()
    person.sealed_utc = utc_now()
    person.session_epoch += 1


def hand_in_on_paper() -> None:
    assert mark_on_paper(place(), today_in("Europe/Moscow", utc_now()))


# --- saving


@pytest.mark.parametrize("to", ["1/save", "1", "1/more"])
def test_answers_saved_by_two_windows_at_once_are_both_kept(windows: Windows, to: str) -> None:
    first, second = windows
    save, other = pressing(first, "1", to, SUB01="1"), pressing(second, "1", "1/save", SUB03="2")
    with meanwhile(other) as results:
        assert save().status_code in (200, 302)
    assert results[0].status_code == 200
    assert kept("SUB01", "SUB03") == ["1", "2"]


def test_without_the_second_look_the_earlier_saving_is_lost(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "hold_draft")
    first, second = windows
    save, other = pressing(first, "1", "1/save", SUB01="1"), pressing(second, "1", "1/save", SUB03="2")
    with meanwhile(other) as results:
        assert save().status_code == 200
    assert results[0].status_code == 200
    assert kept("SUB01", "SUB03") == ["1", "0"]  # as it was before


def test_answer_saved_while_a_second_slip_is_used_stays_closed(app: Flask, windows: Windows) -> None:
    save = pressing(windows[0], "1", "1/save", SUB01="1")
    with meanwhile(in_the_database(app, give_second_slip)) as results:
        assert save().location == f"{WAVE}/"
    assert results == ["done"]
    assert kept("SUB01") == ["4"]
    sealed = db.session.scalars(db.select(Person.sealed_utc).where(Person.login == "anna")).one()
    assert db.session.scalars(db.select(Draft.updated_utc)).one() < sealed


def test_without_the_second_look_the_draft_opens_to_the_new_slip(
    app: Flask, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "hold_asking")
    save = pressing(windows[0], "1", "1/save", SUB01="1")
    with meanwhile(in_the_database(app, give_second_slip)):
        assert save().status_code == 200
    assert kept("SUB01") == ["1"]


def test_save_tells_the_same_answers_after_beginning_anew(windows: Windows) -> None:
    """What was read first counts for nothing: the answer on the page is that of both."""
    first, second = windows
    save, other = pressing(first, "1", "1/save", SUB01=""), pressing(second, "1", "1/save", SUB03="")
    before = save().get_json()["answered"]
    with meanwhile(other):
        again = save().get_json()["answered"]
    assert again == before - 1


# --- sending


def test_answer_saved_while_the_questionnaire_is_sent_asks_to_look_again(windows: Windows) -> None:
    first, second = windows
    send, other = sending(first), pressing(second, "1", "1/save", SUB03="2", SUB03_need="0")
    with meanwhile(other) as results:
        response = send()
    assert (response.status_code, results[0].status_code) == (409, 200)
    assert "Ответы изменились после этой проверки" in response.get_data(as_text=True)
    assert (submissions(), kept("SUB03")) == ([], ["2"])


def test_without_the_second_look_the_saved_answer_is_not_sent(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "hold_draft")
    first, second = windows
    send, other = sending(first), pressing(second, "1", "1/save", SUB03="2", SUB03_need="0")
    with meanwhile(other) as results:
        assert send().location == f"{WAVE}/receipt"
    assert results[0].status_code == 200
    assert submissions()[0].values["SUB03"] == "0"


def test_two_windows_sending_at_once_get_the_same_receipt(windows: Windows) -> None:
    first, second = windows
    send, other = sending(first), sending(second)
    with meanwhile(other) as results:
        response = send()
    assert results[0].location == response.location == f"{WAVE}/receipt"
    assert len(submissions()) == 1
    assert len(db.session.scalars(db.select(Event).where(Event.action == "submission_sent")).all()) == 1


def test_questionnaire_sent_while_the_wave_is_closed_is_not_taken(app: Flask, windows: Windows) -> None:
    send = sending(windows[0])
    with meanwhile(in_the_database(app, close)) as results:
        assert send().location == f"{WAVE}/"
    assert results == ["done"]
    assert (submissions(), place().status) == ([], "started")
    assert "Приём ответов закончен" in windows[0].get(f"{WAVE}/").get_data(as_text=True)


def test_without_the_second_look_a_closed_wave_takes_it(
    app: Flask, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "hold_asking")
    send = sending(windows[0])
    with meanwhile(in_the_database(app, close)) as results:
        assert send().location == f"{WAVE}/receipt"
    assert results == ["done"]
    assert len(submissions()) == 1


WAYS_OUT = {"refuse": "refused", "-/erase": "invited"}


@pytest.mark.parametrize("way", list(WAYS_OUT))
def test_questionnaire_sent_while_it_is_refused_or_erased_is_not_taken(windows: Windows, way: str) -> None:
    first, second = windows
    out, send = leaving(second, way), sending(first)
    with meanwhile(out) as results:
        assert send().location == f"{WAVE}/"
    assert results[0].status_code == 302
    assert (submissions(), place().status) == ([], WAYS_OUT[way])


@pytest.mark.filterwarnings("ignore:DELETE statement on table 'draft'")
@pytest.mark.parametrize("way", list(WAYS_OUT))
def test_without_second_looks_a_refused_questionnaire_is_taken(
    windows: Windows, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    without(monkeypatch, "hold_draft", "mark_sent_unchanged")
    first, second = windows
    out, send = leaving(second, way), sending(first)
    with meanwhile(out):
        assert send().location == f"{WAVE}/receipt"
    assert len(submissions()) == 1


def leaving(window: FlaskClient, way: str) -> Press:
    """«Не участвую» or «Удалить мои ответы», confirmed."""
    url = f"{WAVE}/{way}" if way == "refuse" else f"/questionnaires/{way}"
    data = {"csrf_token": token_of(window, url)}
    return lambda: window.post(url, data=data)


def test_questionnaire_sent_while_the_person_is_marked_on_paper_is_not_counted_twice(
    app: Flask, windows: Windows
) -> None:
    send = sending(windows[0])
    with meanwhile(in_the_database(app, hand_in_on_paper)) as results:
        assert send().location == f"{WAVE}/receipt"
    assert results == ["done"]
    assert (submissions(), place().on_paper) == ([], True)


def test_without_the_second_look_it_is_counted_twice(
    app: Flask, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "mark_sent_unchanged")
    send = sending(windows[0])
    with meanwhile(in_the_database(app, hand_in_on_paper)):
        send()
    assert (len(submissions()), place().on_paper) == (1, True)


def test_refusal_while_the_questionnaire_is_sent_leaves_it_sent(windows: Windows) -> None:
    """On PostgreSQL a refusal has read the participation before the other window's sending is over."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite a refusal holds the lock before it reads")
    first, second = windows
    refuse, send = leaving(first, "refuse"), sending(second)
    mine, sent = threading.get_ident(), list[object]()

    def execute(_connection: object, _cursor: object, statement: str, *_details: object) -> None:
        if threading.get_ident() == mine and "FROM draft" in statement and not sent:
            sent.append("begun")
            thread = threading.Thread(target=lambda: sent.append(send()))
            thread.start()
            thread.join(timeout=60)

    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", execute)
    try:
        assert refuse().location == f"{WAVE}/"
    finally:
        event.remove(db.engine, "before_cursor_execute", execute)
    db.session.rollback()
    assert sent[1].location == f"{WAVE}/receipt"
    assert (len(submissions()), place().status) == (1, "sent")


# --- the lock


def test_form_that_writes_nothing_does_not_wait_for_a_writer(
    windows: Windows, give_up_soon: Callable[[], None]
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no lock of the whole database")
    stale = sending(windows[0])
    pressing(windows[0], "1", "1/save", SUB01="1", SUB01_need="0")()
    save = pressing(windows[0], "1", "1/save", SUB01="2")
    give_up_soon()
    with writing(), db.engine.begin():  # somebody writes all the time
        assert stale().status_code == 409  # «Ответы изменились»
        assert save().status_code == 503  # this one writes
    assert save().status_code == 200


def test_receipt_number_met_twice_is_drawn_again(app: Flask) -> None:
    instrument, wave = load_instrument("teacher_deficits"), open_wave()
    rows = [
        make_submission(
            wave_id=wave.id,
            school_id=wave.schools[0].school_id,
            respondent_key=name,
            instrument=instrument,
            checked=check_answers(instrument, {"SUB02": "4"}, final=False),
            client_key=name,
        )
        for name in ("r1", "r2")
    ]
    rows[1].receipt = rows[0].receipt
    assert [keep_submission(row)[1] for row in rows] == [True, True]
    assert rows[1].receipt != rows[0].receipt
