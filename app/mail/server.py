"""Handing a letter to a mail server. ``SMTP_URL``: smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import gettext as _

from app.models.columns import utc_now

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SECONDS = 20
# Latin before the @: mail servers that take other letters there are few. A domain may be «почта.рф».
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/^_{|}~-]+)*@[\w-]{1,63}(\.[\w-]{1,63})+")


class ServerAwayError(Exception):
    """The mail server cannot be used now; the text says why."""


class RefusedError(Exception):
    """The server does not take this letter."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        super().__init__(f"{code} {words}".strip())


class UnsureError(Exception):
    """The line broke after the letter was begun: it may have been delivered."""


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
    try:
        parts = urlsplit(url)
        known, port = parts.scheme in PORTS and bool(parts.hostname), parts.port
    except ValueError:  # a port that is no number, brackets that do not close
        known = False
    if not known:
        raise BadMailUrlError("SMTP_URL: нужен адрес вида smtp://сервер:25, smtp+starttls:// или smtps://")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname or "", port or PORTS[parts.scheme], user, password)


def mail_is_set() -> bool:
    """Whether letters can be tried at all."""
    try:
        return mail_server() is not None
    except BadMailUrlError:
        return False


def sender() -> str:
    """The address letters come from."""
    server = mail_server()
    return current_app.config.get("MAIL_FROM") or (server.user if server and "@" in server.user else "opora@localhost")


def is_address(text: str) -> bool:
    """Whether a letter can be addressed to ``text``: one mailbox, nothing that a header would read otherwise."""
    return ADDRESS.fullmatch(text) is not None


@contextmanager
def connection() -> Iterator[smtplib.SMTP]:
    """An open session with the mail server; how the server says good-bye changes nothing.

    Raises:
        ServerAwayError: it cannot be reached, or refuses us and not a letter.
    """
    server = mail_server()
    if server is None:
        raise ServerAwayError(_("почта не настроена"))
    try:
        smtp = _reached(server)
    except smtplib.SMTPAuthenticationError as refused:
        raise ServerAwayError(_("имя или пароль почты не приняты (%(code)s)", code=refused.smtp_code)) from refused
    except smtplib.SMTPResponseException as refused:
        raise ServerAwayError(f"{refused.smtp_code} {words_of(refused.smtp_error)}") from refused
    except (OSError, smtplib.SMTPException) as problem:
        raise ServerAwayError(_("нет связи (%(problem)s)", problem=type(problem).__name__)) from problem
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _reached(server: Server) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.scheme == "smtps":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=safe)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            smtp.starttls(context=safe)
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def hand_over(letter: EmailMessage) -> None:
    """Give one letter to the server.

    Raises:
        ServerAwayError: nothing was handed over, and the next letter would fare no better.
        RefusedError: the server does not take this letter.
        UnsureError: the line broke while it was taking the letter; whether it has it nobody knows.
    """
    with connection() as smtp:
        try:
            code, words = smtp.mail(sender())
            if code != 250:
                raise ServerAwayError(f"{code} {words_of(words)}")
            code, words = smtp.rcpt(str(letter["To"]))
        except (OSError, smtplib.SMTPException) as problem:
            raise ServerAwayError(_("нет связи (%(problem)s)", problem=type(problem).__name__)) from problem
        if code not in (250, 251):
            raise RefusedError(code, words_of(words))
        try:
            code, words = smtp.data(letter.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as refused:
            raise RefusedError(refused.smtp_code, words_of(refused.smtp_error)) from refused
        except (OSError, smtplib.SMTPException) as problem:
            raise UnsureError from problem
        if code != 250:
            raise RefusedError(code, words_of(words))


def words_of(answer: bytes | str) -> str:
    """What a server answered, as text."""
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def compose(to: str, subject: str, text: str, number: int | str) -> EmailMessage:
    """A plain letter in 7-bit signs. Its Message-ID follows from ``number``, so that a mailbox can tell a repeat."""
    letter = EmailMessage()
    name, _at, domain = to.rpartition("@")
    letter["From"], letter["To"], letter["Subject"] = sender(), f"{name}@{domain.encode('idna').decode()}", subject
    letter["Date"] = format_datetime(utc_now())
    letter["Message-ID"] = f"<opora-letter-{number}@{sender().rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text, cte="base64")
    return letter
