"""What may go wrong between the outbox and the mail server: no letter twice, none lost to a server that is away."""

import datetime as dt
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.extensions import db
from app.jobs import run_pending_jobs
from app.jobs.timetable import begin_due
from app.mail.letter_texts import REMINDER
from app.mail.letters import ask_sending, queue_letters
from app.mail.server import is_address
from app.models import Job, Letter, Participation, Wave
from app.models.columns import utc_now
from tests.app.mail_world import TODAY, Mailbox, asked_wave, letters, participation, person, send, serving
from tests.app.test_questionnaires import text_of


@pytest.fixture
def wave(app: Flask) -> Wave:
    return asked_wave()


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with serving(app, Mailbox()) as box:
        yield box


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


def test_tries_of_a_server_that_was_away_do_not_count_against_the_letter(app, wave, mailbox) -> None:
    queue_letters(wave.id, REMINDER, TODAY)
    db.session.execute(db.update(Letter).values(attempts=9))
    db.session.commit()
    mailbox.refuse = ["451 try later"]
    send(app, wave)
    assert [(one.status, one.attempts) for one in letters()] == [("queued", 10)]


def test_letter_of_a_worker_that_died_while_sending_is_never_sent_again(app, wave, mailbox) -> None:
    queue_letters(wave.id, REMINDER, TODAY)
    db.session.execute(db.update(Letter).values(status="sending"))
    db.session.commit()
    send(app, wave)
    assert mailbox.letters == []
    assert [one.status for one in letters()] == ["sending"]


def test_line_that_breaks_after_the_letter_leaves_it_unsure_and_never_sends_it_again(app, wave, mailbox) -> None:
    mailbox.after = ["drop"]
    send(app, wave)
    send(app, wave)
    assert (len(mailbox.letters), [one.status for one in letters()]) == (1, ["sending"])


def test_worker_killed_while_the_server_takes_a_letter_leaves_no_duplicate(app, wave) -> None:
    """The mail server itself kills the worker, after it has the letter and before it says so."""
    for login in ("darya", "vera"):
        person(login).email = f"{login}@school.example"
    db.session.add(
        Participation(wave_id=wave.id, person_id=person("vera").id, school_id=participation("anna").school_id)
    )
    queue_letters(wave.id, REMINDER, TODAY)
    ask_sending(wave, None)
    db.session.commit()
    worker: list[subprocess.Popen[bytes]] = []

    class Murderous(Mailbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            answer = await super().handle_DATA(server, session, envelope)
            if len(self.letters) == 2 and worker:
                worker.pop().kill()
            return answer

    box = Murderous()
    with serving(app, box):
        code = (
            "from pathlib import Path; from app import create_app; from app.config import TestConfig;"
            "from app.jobs import run_pending_jobs;"
            f"config = TestConfig({app.config['SQLALCHEMY_DATABASE_URI']!r}, Path({str(app.instance_path)!r}));"
            f"app = create_app(config); app.config['SMTP_URL'] = {app.config['SMTP_URL']!r}; run_pending_jobs(app)"
        )
        worker.append(subprocess.Popen([sys.executable, "-c", code]))
        assert worker[0].wait(60) == -signal.SIGKILL
        assert sorted(one.status for one in letters()) == ["queued", "sending", "sent"]
        db.session.execute(db.update(Job).values(status="queued"))  # as when the heartbeat is found stale
        db.session.commit()
        run_pending_jobs(app)
        assert sorted(one.status for one in letters()) == ["sending", "sent", "sent"]
        assert box.addresses() == ["anna@school.example", "darya@school.example", "vera@school.example"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("smtp://127.0.0.1:1", "нет связи"),
        ("smtp://opora:wrong@{address}", "пароль почты не приняты|нет связи"),
        ("smtp+starttls://{address}", "нет связи"),
    ],
    ids=["nobody answers", "no such sign-in", "no encryption"],
)
def test_server_that_cannot_be_used_costs_no_letter(app, wave, mailbox, url: str, why: str) -> None:
    person("darya").email = "darya@school.example"
    db.session.commit()
    good = app.config["SMTP_URL"]
    app.config["SMTP_URL"] = url.format(address=good.removeprefix("smtp://"))
    send(app, wave)
    job = db.session.scalars(db.select(Job)).one()
    assert job.status == "failed"
    assert re.search(why, job.error)
    waiting = letters()
    assert [one.status for one in waiting] == ["queued", "queued"]
    assert all(one.next_utc > utc_now() for one in waiting)  # not one after the other into the same wall
    app.config["SMTP_URL"] = good
    db.session.execute(db.update(Letter).values(next_utc=utc_now()))
    db.session.commit()
    begin_due(utc_now() + dt.timedelta(minutes=10))
    run_pending_jobs(app)
    assert mailbox.addresses() == ["anna@school.example", "darya@school.example"]


def test_sender_that_is_refused_costs_no_letter(app, wave, mailbox, login_as) -> None:
    mailbox.senders = ["550 who are you"]
    send(app, wave)
    assert "550 who are you" in text_of(login_as("maria"), "/waves/wave1/reminders")
    assert "550 who are you" in db.session.scalars(db.select(Job.error)).one()
    assert [one.status for one in letters()] == ["queued"]


def test_address_that_no_header_can_hold_stops_nobody_elses_letter(app, wave, mailbox) -> None:
    person("anna").email = "a@[b.c"
    person("darya").email = "darya@school.example"
    db.session.commit()
    send(app, wave)
    assert mailbox.addresses() == ["darya@school.example"]
    assert sorted(one.status for one in letters()) == ["failed", "sent"]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ivanova.a@school-1.ru", True),
        ("ivanova@школа.рф", True),
        ("a@b", False),
        ("a@b.c,x", False),
        ("a;b@c.d", False),
        ("a@[b.c", False),
        ("<a@b.c>", False),
        ("=?utf-8?q?a?=@b.c", False),
        ("a..b@c.d", False),
        ("иванова@school.ru", False),
        ("a@b.c\nBcc: x@y.z", False),
    ],
)
def test_address_is_one_mailbox(text: str, good: bool) -> None:
    assert is_address(text) is good


@pytest.mark.parametrize("url", ["smtp://host:port", "smtp://[host", "mail.example"])
def test_unreadable_address_of_the_server_is_told_and_stops_no_clock(app, wave, login_as, url: str) -> None:
    app.config["SMTP_URL"] = url
    try:
        wave = db.session.merge(wave)
        wave.reminder_days = list(range(10))
        db.session.commit()
        assert "SMTP_URL" in text_of(login_as("maria"), "/waves/wave1/reminders")
        noon = utc_now().replace(hour=12)
        assert begin_due(noon) == 0
    finally:
        app.config["SMTP_URL"] = ""
