"""Reminders and digests by e-mail: an outbox with one row a person, kind and day, and the job that empties it.

A letter is marked «sending» before the mail server gets it and «sent» after. Whose worker died in between, or whose
line broke while the server was taking it, stays «sending» and is never sent again: better one letter too few than two.
A server that cannot be used costs no letter: all wait, and the job says why. What may pass, of the server or of one
address, is tried again, more and more seldom, as long as the letter is of use; only a lasting refusal ends it.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.answers.completion import seems_done
from app.database import writing
from app.extensions import db
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.jobs.timetable import Due, by_clock
from app.mail.letter_texts import DIGEST, REMINDER, closing_by_school, still_asked, text_of
from app.mail.server import (
    BadMailUrlError,
    RefusedError,
    ServerAwayError,
    UnsureError,
    compose,
    hand_over,
    is_address,
    mail_is_set,
    mail_server,
)
from app.models import Assignment, Job, Letter, Municipality, Participation, Person, Wave
from app.models.columns import utc_now

HOUR = 9  # of the municipality's clock: letters do not go out at night
RETRY_MINUTES = 5


def recipients(wave_id: int, kind: str, school_ids: Collection[int] | None) -> list[int]:
    """Ids of people with an address: of a reminder those not done and still asked, of a digest the coordinators."""
    open_ids = still_asked(db.session.get_one(Wave, wave_id))
    school_ids = open_ids if school_ids is None else open_ids & set(school_ids)
    if kind == REMINDER:
        wanted = (
            db.select(Person.id)
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.wave_id == wave_id, ~seems_done())
        )
        column = Participation.school_id
    else:
        asked = db.select(Participation.school_id).where(Participation.wave_id == wave_id)
        wanted = (
            db.select(Person.id)
            .join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.role == "coordinator", Assignment.school_id.in_(asked))
        )
        column = Assignment.school_id
    wanted = wanted.where(column.in_(school_ids), Person.active, Person.email != "")
    return sorted(set(db.session.scalars(wanted)))


def queue_letters(wave_id: int, kind: str, on: dt.date, school_ids: Collection[int] | None = None) -> int:
    """Add the letters of one day that are not there yet; the caller commits. Returns how many were added."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    added = 0
    for person_id in recipients(wave_id, kind, school_ids):
        row = {"wave_id": wave_id, "person_id": person_id, "kind": kind, "day": on}
        done = db.session.execute(insert(Letter).values(**row, next_utc=utc_now()).on_conflict_do_nothing())
        added += done.rowcount  # type: ignore[attr-defined]
    return added


def ask_sending(wave: Wave, actor: int | None) -> Job:
    """Queue the job that sends what waits; the caller commits."""
    return enqueue("letters", _("Письма: %(title)s", title=wave.title), {"wave_id": wave.id}, actor)


@job_kind("letters")
def send_letters(job: JobRun) -> None:
    """Send the waiting letters of a wave, one by one."""
    wave_id = job.params["wave_id"]
    try:
        if mail_server() is None:
            raise JobFailed(_("Почта не настроена: задайте SMTP_URL. Текст для чата и объявление работают и так."))
    except BadMailUrlError as bad:
        raise JobFailed(str(bad)) from bad
    waiting = _waiting(wave_id)
    counts = dict.fromkeys(("sent", "later", "failed", "skipped", "unsure"), 0)
    for place, letter_id in enumerate(waiting):
        job.progress(
            place, len(waiting), _("Отправлено %(sent)d из %(total)d", sent=counts["sent"], total=len(waiting))
        )
        try:
            result = send_one(letter_id)
        except ServerAwayError as away:
            _put_off(wave_id)
            raise JobFailed(
                _("Почтовый сервер не принимает письма: %(why)s. Письма ждут, попробуем ещё раз.", why=str(away))
            ) from away
        if result:
            counts[result] += 1
    words = _("Отправлено: %(sent)d, отложено: %(later)d, не доставлено: %(failed)d.", **counts)
    job.progress(len(waiting), max(1, len(waiting)), words)


def _waiting(wave_id: int) -> list[int]:
    wanted = db.select(Letter.id).where(
        Letter.wave_id == wave_id, Letter.status == "queued", Letter.next_utc <= utc_now()
    )
    return list(db.session.scalars(wanted.order_by(Letter.id)))


def send_one(letter_id: int) -> str | None:
    """Send one letter: «sent», «later», «failed», «skipped» or «unsure»; None where another worker has it.

    Raises:
        ServerAwayError: the letter waits again, and so should all the others.
    """
    with writing():
        db.session.rollback()
        taken = db.session.execute(
            db.update(Letter)
            .where(Letter.id == letter_id, Letter.status == "queued")
            .values(status="sending", attempts=Letter.attempts + 1)
        )
        db.session.commit()
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    letter = db.session.get_one(Letter, letter_id)
    made, attempts = text_of(letter), letter.attempts
    db.session.rollback()  # nobody waits for us while the mail server thinks
    if made is None:
        return _close(letter_id, "skipped")
    if not is_address(made[0]):
        return _close(letter_id, "failed", _("адрес не читается"))
    try:
        hand_over(compose(*made, letter_id))
    except RefusedError as refused:
        if refused.code >= 500:
            return _close(letter_id, "failed", str(refused)[:300])
        _close(letter_id, "queued", str(refused)[:300], next_utc=after(attempts))
        return "later"
    except ServerAwayError as away:
        _close(letter_id, "queued", str(away)[:300], next_utc=after(attempts))
        raise
    except UnsureError:
        return "unsure"  # stays «sending»: better one letter too few than two
    return _close(letter_id, "sent")


def after(attempts: int) -> dt.datetime:
    """When to try again: after 2, 4, 8 … 64 minutes."""
    return utc_now() + dt.timedelta(minutes=2 ** min(attempts, 6))


def _put_off(wave_id: int) -> None:
    """The server is away: nobody's letter is due before the one that found it out."""
    with writing():
        db.session.rollback()
        waiting = (Letter.wave_id == wave_id, Letter.status == "queued")
        until = db.session.scalar(db.select(db.func.max(Letter.next_utc)).where(*waiting))
        db.session.execute(db.update(Letter).where(*waiting).values(next_utc=until))
        db.session.commit()


def _close(letter_id: int, status: str, error: str = "", **values: Any) -> str:
    with writing():
        values["sent_utc"] = utc_now() if status == "sent" else None
        db.session.execute(db.update(Letter).where(Letter.id == letter_id).values(status=status, error=error, **values))
        db.session.commit()
    return status


@by_clock
def reminders_due(now: dt.datetime) -> Due:
    """On the days before closing that the wave names, from nine in the morning: reminders and digests."""
    for wave in db.session.scalars(db.select(Wave).where(Wave.status == "open")):
        zone = ZoneInfo(db.session.get_one(Municipality, wave.municipality_id).timezone)
        local = now.astimezone(zone)
        if not wave.reminder_days or local.hour < HOUR or now < wave.opens_utc or not mail_is_set():
            continue
        today = local.date()
        schools = [
            school_id
            for school_id, closes in closing_by_school(wave).items()
            if (closes.astimezone(zone).date() - today).days in wave.reminder_days
        ]
        if schools:
            yield f"reminders:{wave.id}:{today}", _starter(wave.id, today, schools)


def _starter(wave_id: int, today: dt.date, schools: list[int]) -> Any:
    def start() -> None:
        queue_letters(wave_id, REMINDER, today, schools)
        queue_letters(wave_id, DIGEST, today, schools)
        ask_sending(db.session.get_one(Wave, wave_id), None)

    return start


@by_clock
def letters_waiting(now: dt.datetime) -> Due:
    """Letters put off, and those whose job ended before them, are tried again every few minutes."""
    slot = now.replace(minute=now.minute - now.minute % RETRY_MINUTES, second=0, microsecond=0)
    left = now - dt.timedelta(minutes=RETRY_MINUTES)
    wanted = db.select(Letter.wave_id).where(
        Letter.status == "queued", Letter.next_utc <= now, (Letter.attempts > 0) | (Letter.next_utc <= left)
    )
    if not mail_is_set():
        return
    for wave_id in set(db.session.scalars(wanted)):
        yield (
            f"letters:{wave_id}:{slot:%Y-%m-%dT%H:%M}",
            lambda one=wave_id: ask_sending(db.session.get_one(Wave, one), None),
        )
