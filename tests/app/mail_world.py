"""A real mail server in the test's own process, and a wave whose people are to be reminded."""

import contextlib
import datetime as dt
import socket
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from app.extensions import db
from app.jobs import run_pending_jobs
from app.mail.letter_texts import REMINDER
from app.mail.letters import ask_sending, queue_letters
from app.models import Letter, Participation, Person, Wave
from tests.app.questionnaire_world import open_wave

TODAY = dt.date(2026, 11, 20)


class Mailbox:
    """What the server received; ``refuse`` holds answers it gives instead, the next one first."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse: list[str] = []
        self.after: list[str] = []  # answers to a whole letter, the next one first; «drop» breaks the line after it
        self.senders: list[str] = []

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.senders:
            return self.senders.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.after.pop(0) if self.after else "250 OK"
        if answer == "drop" or answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content))
        if answer == "drop":
            server.transport.abort()
        return answer

    def addresses(self) -> list[str]:
        return sorted(letter["To"] for letter in self.letters)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(app: Flask, box: Mailbox) -> Iterator[Mailbox]:
    """A mail server on a free port, named in the settings."""
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{controller.port}"
    yield box
    app.config["SMTP_URL"] = ""
    controller.stop()


def asked_wave() -> Wave:
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
