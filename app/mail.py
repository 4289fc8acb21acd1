"""Handing a letter to a mail server. ``SMTP_URL``: smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SECONDS = 20


class MailNotSetError(Exception):
    """No mail server is configured: letters are not sent, texts can be copied and printed."""


class BadMailUrlError(ValueError):
    """SMTP_URL cannot be read."""


@dataclass(frozen=True)
class Server:
    """Where letters go."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def mail_server() -> Server | None:
    """The configured server, or None."""
    url = current_app.config.get("SMTP_URL") or ""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadMailUrlError("SMTP_URL: нужен адрес вида smtp://сервер:25, smtp+starttls:// или smtps://")
    port = parts.port or PORTS[parts.scheme]
    return Server(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))


def sender() -> str:
    """The address letters come from."""
    server = mail_server()
    return current_app.config.get("MAIL_FROM") or (server.user if server and "@" in server.user else "opora@localhost")


@contextmanager
def connection() -> Iterator[smtplib.SMTP]:
    """An open session with the mail server.

    Raises:
        MailNotSetError: none is configured.
        OSError, smtplib.SMTPException: it cannot be reached or refuses us.
    """
    server = mail_server()
    if server is None:
        raise MailNotSetError
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    with smtp:
        if server.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp


def compose(to: str, subject: str, text: str, number: int | str) -> EmailMessage:
    """A plain letter. Its Message-ID follows from ``number``, so that a mailbox can tell a repeat."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender(), to, subject
    letter["Message-ID"] = f"<opora-letter-{number}@{sender().rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def deliver(letter: EmailMessage) -> tuple[str, str]:
    """Hand one letter over: («sent», «»), («failed», why) where it is refused for good, («later», why) otherwise."""
    try:
        with connection() as smtp:
            smtp.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return _refusal(code, words)
    except smtplib.SMTPResponseException as answer:
        return _refusal(answer.smtp_code, answer.smtp_error)
    except (OSError, smtplib.SMTPException, MailNotSetError) as problem:
        return "later", type(problem).__name__
    return "sent", ""


def _refusal(code: int, words: bytes | str) -> tuple[str, str]:
    """5xx lasts; any other refusal may pass."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return "failed" if code >= 500 else "later", f"{code} {text}".strip()[:300]
