"""Reminders through a real mail server: to whom, once, again after a failure, and what works without a server."""

import csv
import datetime as dt
import io
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from openpyxl import load_workbook

from app.extensions import db
from app.jobs import run_pending_jobs
from app.letters import REMINDER, ask_sending, queue_letters, reminders_due
from app.models import Job, Letter, Participation, Person, Timetable, Wave
from app.models.columns import utc_now
from app.timetable import begin_due
from tests.app.questionnaire_world import open_wave
from tests.app.test_privacy import press
from tests.app.test_questionnaires import text_of

TODAY = dt.date(2026, 11, 20)


class Mailbox:
    """What the server received; ``refuse`` holds answers it gives instead, the next one first."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"

    def addresses(self) -> list[str]:
        return sorted(letter["To"] for letter in self.letters)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """A mail server on a free port, named in the settings."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{controller.port}"
    yield box
    app.config["SMTP_URL"] = ""
    controller.stop()


@pytest.fixture
def wave(app: Flask) -> Wave:
    """Anna, Boris and Darya are asked; Anna and Boris have addresses; Boris is done."""
    made = open_wave("anna", "boris", "darya", closes=dt.timedelta(days=3))
    for login in ("anna", "boris"):
        person(login).email = f"{login}@school.example"
    participation("boris").status = "refused"
    db.session.commit()
    return made


def person(login: str) -> Person:
    return db.session.scalars(db.select(Person).where(Person.login == login)).one()


def participation(login: str) -> Participation:
    return db.session.scalars(db.select(Participation).where(Participation.person_id == person(login).id)).one()


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Letter).order_by(Letter.id)))


def send(app: Flask, wave: Wave, on: dt.date = TODAY) -> None:
    wave = db.session.merge(wave)
    queue_letters(wave.id, REMINDER, on)
    ask_sending(wave, None)
    db.session.commit()
    run_pending_jobs(app)
    db.session.rollback()


def test_only_those_not_done_with_an_address_get_a_letter(app, wave, mailbox, login_as) -> None:
    maria = login_as("maria")
    press(maria, "/waves/wave1/reminders/now")
    run_pending_jobs(app)
    assert mailbox.addresses() == ["anna@school.example"]
    letter = mailbox.letters[0]
    text = letter.get_payload(decode=True).decode()
    assert "http://127.0.0.1:8000/questionnaires/wave1/" in text
    assert "Анна Петровна" in text
    assert str(make_header(decode_header(letter["Subject"]))).startswith("Анкета ждёт вас до")
    assert [job.status for job in db.session.scalars(db.select(Job).where(Job.kind == "letters"))] == ["done"]


def test_second_press_on_the_same_day_sends_nothing(app, wave, mailbox, login_as) -> None:
    maria = login_as("maria")
    for _ in range(2):
        press(maria, "/waves/wave1/reminders/now")
        run_pending_jobs(app)
    assert len(mailbox.letters) == 1
    send(app, wave, TODAY + dt.timedelta(days=400))  # the twin: another day is another letter
    assert len(mailbox.letters) == 2


def test_temporary_refusal_is_tried_again_and_a_lasting_one_is_not(app, wave, mailbox) -> None:
    mailbox.refuse = ["451 try later"]
    send(app, wave)
    (one,) = letters()
    assert (one.status, one.attempts, mailbox.letters) == ("queued", 1, [])
    assert one.next_utc > utc_now()
    begin_due(one.next_utc + dt.timedelta(seconds=1))
    db.session.execute(db.update(Letter).values(next_utc=utc_now()))
    db.session.commit()
    run_pending_jobs(app)
    assert mailbox.addresses() == ["anna@school.example"]

    mailbox.refuse = ["550 no such user"]
    send(app, wave, TODAY + dt.timedelta(days=1))
    last = letters()[-1]
    assert (last.status, last.error[:3]) == ("failed", "550")


def test_letter_of_a_worker_that_died_while_sending_is_never_sent_again(app, wave, mailbox) -> None:
    queue_letters(wave.id, REMINDER, TODAY)
    db.session.execute(db.update(Letter).values(status="sending"))
    db.session.commit()
    send(app, wave)
    assert mailbox.letters == []
    assert [one.status for one in letters()] == ["sending"]


def test_who_finishes_between_queueing_and_sending_gets_nothing(app, wave, mailbox) -> None:
    queue_letters(wave.id, REMINDER, TODAY)
    participation("anna").status = "sent"
    db.session.commit()
    send(app, wave)
    assert mailbox.letters == []
    assert [one.status for one in letters()] == ["skipped"]


def test_letters_go_out_by_the_clock_once_on_the_days_the_wave_names(app, wave, mailbox) -> None:
    person("darya").email = "darya@school.example"
    wave.reminder_days = [3]
    wave.closes_utc = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    wave.opens_utc = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    db.session.commit()
    morning = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)  # 9:30 in Moscow, three days before
    assert list(reminders_due(morning - dt.timedelta(hours=1))) == []  # 8:30: too early
    assert list(reminders_due(morning + dt.timedelta(days=1))) == []
    assert begin_due(morning) == 1
    assert begin_due(morning + dt.timedelta(hours=1)) == 0
    run_pending_jobs(app)
    # Darya is asked herself and coordinates: a reminder and a digest
    assert mailbox.addresses() == ["anna@school.example", "darya@school.example", "darya@school.example"]
    digest = next(one for one in mailbox.letters if "кто ещё" in str(make_header(decode_header(one["Subject"]))))
    text = digest.get_payload(decode=True).decode()
    assert "Озёрное № 1: закончили 1 из 3, ещё 2" in text
    assert "Аннина" not in text
    assert db.session.scalars(db.select(Timetable.key)).all() == [f"reminders:{wave.id}:2026-11-20"]


def test_without_a_mail_server_the_page_says_so_and_the_words_can_be_copied(app, wave, login_as) -> None:
    maria = login_as("maria")
    page = text_of(maria, "/waves/wave1/reminders")
    assert "Почта не настроена" in page
    assert "http://127.0.0.1:8000/questionnaires/wave1/" in page
    press(maria, "/waves/wave1/reminders/now")
    assert letters() == []
    assert "Ответить можно до" in text_of(maria, "/waves/wave1/notice")


def test_schedule_takes_days_and_says_what_it_cannot_read(app, wave, login_as) -> None:
    maria = login_as("maria")
    press(maria, "/waves/wave1/reminders/days", days="1, 5;2")
    assert db.session.scalars(db.select(Wave.reminder_days)).one() == [5, 2, 1]
    page = press(maria, "/waves/wave1/reminders/days", days="завтра")
    assert "Ошибка:" in page
    assert "завтра" in page


def test_coordinator_reminds_the_own_school_only(app, wave, mailbox, login_as) -> None:
    person("vera").email = "vera@school.example"
    db.session.add(
        Participation(wave_id=wave.id, person_id=person("vera").id, school_id=min(person("vera").school_ids()))
    )
    db.session.commit()
    press(login_as("darya"), "/waves/wave1/reminders/now")
    run_pending_jobs(app)
    assert mailbox.addresses() == ["anna@school.example"]


def test_board_says_how_many_are_left_and_until_when_and_comes_as_a_file(app, wave, login_as) -> None:
    maria = login_as("maria")
    assert "ещё 2, к " in text_of(maria, "/waves/wave1/")
    rows = list(csv.reader(io.StringIO(maria.get("/waves/wave1/board.csv").data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][:5] == ["Озёрное № 1", "3", "0", "1", "2"]
    sheet = load_workbook(io.BytesIO(maria.get("/waves/wave1/board.xlsx").data)).active
    assert [cell.value for cell in sheet[2]][:5] == ["Озёрное № 1", 3, 0, 1, 2]
    vera = login_as("vera").get("/waves/wave1/board.csv").data.decode("utf-8-sig")
    assert "Озёрное № 1" not in vera
    assert "Аннина" not in vera
