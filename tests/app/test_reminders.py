"""Reminders through a real mail server: to whom, once, again after a failure, and what works without a server."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from email.header import decode_header, make_header

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.extensions import db
from app.jobs import run_pending_jobs
from app.jobs.timetable import begin_due
from app.mail.letter_texts import REMINDER
from app.mail.letters import queue_letters, recipients, reminders_due
from app.models import Job, Participation, Timetable, Wave
from app.models.columns import utc_now
from tests.app.mail_world import TODAY, Mailbox, asked_wave, letters, participation, person, send, serving
from tests.app.test_privacy import press
from tests.app.test_questionnaires import text_of


@pytest.fixture
def wave(app: Flask) -> Wave:
    return asked_wave()


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with serving(app, Mailbox()) as box:
        yield box


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


def test_nobody_is_reminded_after_the_schools_time(app, wave, mailbox) -> None:
    queue_letters(wave.id, REMINDER, TODAY)
    wave.closes_utc = utc_now() - dt.timedelta(minutes=1)
    db.session.commit()
    assert recipients(wave.id, REMINDER, None) == []
    send(app, wave)
    assert (mailbox.letters, [one.status for one in letters()]) == ([], ["skipped"])


def test_after_a_long_silence_of_the_server_one_letter_comes_not_one_for_each_day(app, wave, mailbox) -> None:
    for days in range(3):
        queue_letters(wave.id, REMINDER, TODAY + dt.timedelta(days=days))
    db.session.commit()
    send(app, wave, TODAY + dt.timedelta(days=2))
    assert len(mailbox.letters) == 1
    assert [one.status for one in letters()] == ["skipped", "skipped", "sent"]


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
    year = utc_now().year + 1
    wave.closes_utc = dt.datetime(year, 11, 23, 12, tzinfo=dt.UTC)
    wave.opens_utc = dt.datetime(year, 11, 1, tzinfo=dt.UTC)
    db.session.commit()
    morning = dt.datetime(year, 11, 20, 6, 30, tzinfo=dt.UTC)  # 9:30 in Moscow, three days before
    assert list(reminders_due(morning - dt.timedelta(hours=1))) == []  # 8:30: too early
    assert list(reminders_due(morning + dt.timedelta(days=1))) == []
    begin_due(morning)
    begin_due(morning + dt.timedelta(hours=1))
    run_pending_jobs(app)
    # Darya is asked herself and coordinates: a reminder and a digest
    assert mailbox.addresses() == ["anna@school.example", "darya@school.example", "darya@school.example"]
    digest = next(one for one in mailbox.letters if "кто ещё" in str(make_header(decode_header(one["Subject"]))))
    text = digest.get_payload(decode=True).decode()
    assert "Озёрное № 1: закончили 1 из 3, ещё 2" in text
    assert "Аннина" not in text
    keys = db.session.scalars(db.select(Timetable.key).where(Timetable.key.startswith("reminders"))).all()
    assert keys == [f"reminders:{wave.id}:{year}-11-20"]


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


def test_qr_square_of_the_notice_is_whole_at_any_size_and_light_on_a_dark_screen(wave, login_as) -> None:
    page = login_as("maria").get("/waves/wave1/notice").get_data(as_text=True)
    square = page[page.index("<svg", page.index("qr-large")) :].partition("</svg>")[0]
    assert "viewBox=" in square
    assert "fill" in square.partition("</path>")[0]
    assert "width=" not in square.partition(">")[0]
