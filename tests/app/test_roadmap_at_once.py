"""Two equal forms of the roadmap at one moment: the database keeps one row, and both clicks are answered alike."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import (
    Event,
    MonitoringRound,
    Notice,
    NoticeReader,
    PlanMember,
    ScheduleDate,
    SchoolPlan,
    SchoolPlanLine,
)
from app.plan.once import once_key
from tests.app.rooms_world import add_plan
from tests.pages import post_form, token_of

SignIn = Callable[[str], FlaskClient]
DATE = {"starts_on": "2020-09-14", "ends_on": "2020-09-18", "title": "ВПР"}
ROUND = {"number": "4.1", "title": "Осенний сбор", "opens_on": "2020-10-01", "closes_on": "2020-11-30"}
LINE = {"text": "Открыть кружок", "responsible": "Завуч", "deadline_text": "май", "numbers": ["3.8"]}
FORMS: dict[str, tuple[str, str, dict[str, Any], type[db.Model], str]] = {
    "schedule": ("maria", "/roadmap/3.19/schedule", DATE, ScheduleDate, "roadmap.scheduled"),
    "document": (
        "maria",
        "/roadmap/3.4/documents",
        {"title": "Рекомендации", "received_on": "2020-06-03"},
        Notice,
        "roadmap.received",
    ),
    "line": ("darya", "/roadmap/schools/school1", LINE, SchoolPlanLine, "school_plan.line_added"),
    "member": (
        "maria",
        "/roadmap/people",
        {"key": "working_group", "name": "Негрей Н.В."},
        PlanMember,
        "plan.member_added",
    ),
    "round": ("maria", "/roadmap/monitoring", ROUND, MonitoringRound, "monitoring.opened"),
}


@contextlib.contextmanager
def meeting(model: type[db.Model]) -> Iterator[None]:
    """Both requests come as far as writing their row before either writes; SQLite lets only one come so far."""
    both = threading.Barrier(2)

    def wait(session: Any, _context: Any, _instances: Any) -> None:
        if any(isinstance(one, model) for one in session.new):
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)

    event.listen(db.session, "before_flush", wait)
    try:
        yield
    finally:
        event.remove(db.session, "before_flush", wait)


def press_at_once(
    login_as: SignIn,
    login: str,
    url: str,
    data: dict[str, Any],
    page: str = "",
    *,
    second: dict[str, Any] | None = None,
) -> list[TestResponse | Exception]:
    """The answers to the same form sent by two windows of one person; ``second``: what the other window differs in."""
    windows = [login_as(login) for _window in range(2)]
    tokens = [token_of(window, page or url) for window in windows]
    answers: list[TestResponse | Exception] = [RuntimeError("no answer")] * 2

    def press(number: int) -> None:
        try:
            own = second if number and second else {}
            answers[number] = windows[number].post(url, data={"csrf_token": tokens[number], **data, **own})
        except Exception as error:  # a thread cannot fail the test by itself
            answers[number] = error

    threads = [threading.Thread(target=press, args=(number,)) for number in range(2)]
    db.session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    db.session.expire_all()
    return answers


def rows(model: type[db.Model]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


@pytest.mark.parametrize("form", list(FORMS))
def test_two_equal_forms_at_one_moment_make_one_row_and_one_event(app: Flask, login_as: SignIn, form: str) -> None:
    login, url, data, model, action = FORMS[form]
    add_plan()
    with meeting(model):
        answers = press_at_once(login_as, login, url, data)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302, 302]
    assert len({answer.location for answer in answers}) == 1
    assert rows(model) == 1
    assert len(db.session.scalars(db.select(Event).where(Event.action == action)).all()) == 1
    assert rows(SchoolPlan) == (form == "line")


def test_without_its_key_the_same_form_makes_two_rows(app: Flask, login_as: SignIn) -> None:
    """The twin: what the test above sees is the key's work."""
    login, url, data, model, _action = FORMS["schedule"]
    add_plan()
    db.session.execute(text("DROP INDEX ix_schedule_date_once"))
    db.session.commit()
    try:
        press_at_once(login_as, login, url, data)
        assert rows(model) == 2
    finally:
        db.session.rollback()
        db.session.execute(db.delete(model))
        db.session.execute(text("CREATE UNIQUE INDEX ix_schedule_date_once ON schedule_date (once)"))
        db.session.commit()


def test_date_taken_back_and_round_closed_may_be_entered_again(app: Flask, login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    for _time in range(2):
        post_form(maria, "/roadmap/3.19/schedule", **DATE)
        last = db.session.scalars(db.select(db.func.max(ScheduleDate.id))).one()
        post_form(maria, f"/roadmap/3.19/schedule/{last}/drop", page="/roadmap/3.19")
        url = post_form(maria, "/roadmap/monitoring", **ROUND).location
        post_form(maria, f"{url}/close", page=url)
    assert (rows(ScheduleDate), rows(MonitoringRound)) == (2, 2)


def test_member_cannot_become_the_same_as_another(app: Flask, login_as: SignIn) -> None:
    add_plan()
    maria, (_login, url, data, _model, _action) = login_as("maria"), FORMS["member"]
    post_form(maria, url, **data)
    post_form(maria, url, **data | {"name": "Адамокова М.С."})
    second = db.session.scalars(db.select(PlanMember).where(PlanMember.name == "Адамокова М.С.")).one()
    same = post_form(maria, f"{url}/{second.id}", **data).get_data(as_text=True)
    assert "Такая запись уже есть" in same
    db.session.expire_all()
    assert {one.name for one in db.session.scalars(db.select(PlanMember))} == {"Негрей Н.В.", "Адамокова М.С."}
    assert post_form(maria, f"{url}/{second.id}", **data | {"position": "специалист"}).status_code == 302


@contextlib.contextmanager
def both_read(model: type[db.Model]) -> Iterator[None]:
    """Both requests have read their row before either goes on; SQLite lets only one come so far."""
    both = threading.Barrier(2)

    def wait(_row: Any, _context: Any) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=3)

    event.listen(model, "load", wait)
    try:
        yield
    finally:
        event.remove(model, "load", wait)


def test_document_studied_in_two_windows_at_one_moment_is_one_event(app: Flask, login_as: SignIn) -> None:
    add_plan()
    post_form(login_as("maria"), "/roadmap/3.4/documents", title="Рекомендации", received_on="2020-06-03")
    notice = db.session.scalars(db.select(Notice.id)).one()
    with both_read(NoticeReader):
        answers = press_at_once(login_as, "boris", f"/roadmap/documents/{notice}/read", {}, page="/roadmap/3.4")
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302, 302]
    assert len(db.session.scalars(db.select(Event).where(Event.action == "notice.read")).all()) == 1
    page = login_as("boris").get("/roadmap/3.4").get_data(as_text=True)
    assert "вы ознакомлены" in page


def test_key_is_of_the_content() -> None:
    assert once_key("round", 1, "4.1") == once_key("round", 1, "4.1")
    assert len({once_key("round", 1, "4.1"), once_key("round", 1, "4.2"), once_key("line", 1, "4.1")}) == 3
