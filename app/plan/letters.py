"""The digest of the plan by e-mail: at most one letter a person and working day, with today's reminders only.

A row is written before anything is sent, «sending» before the mail server gets the letter: whose worker died in
between is never sent again. A server that is away, or an address refused for now, is tried again, more and more
seldom, until the day of the letter ends; what did not go out that day is told by the next letter, each line once.
Without a mail server nothing is queued; the page of the day and its sheets print.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.database import writing
from app.extensions import db
from app.frame.interface import in_russian
from app.frame.navigation import weekday
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.jobs.timetable import Due, by_clock
from app.mail.letters import HOUR, RETRY_MINUTES, after
from app.mail.server import RefusedError, ServerAwayError, UnsureError, compose, hand_over, is_address, mail_is_set
from app.models import Municipality, Person, PlanLetter, School
from app.models.columns import utc_now
from app.plan.digest import Told, read_days, told_of_all
from app.plan.digest_words import note_of, standing_words, title_of
from app.plan.plans import plans_in_force
from app.plan.working_days import moved_days_off
from surveys.roadmap.deadlines import is_working

KIND = "plan_letters"
LATE = dt.timedelta(hours=12)
MISSED = dt.timedelta(days=31)  # how long a letter that did not go out is made up for


@by_clock
def digest_due(now: dt.datetime) -> Due:
    """From nine in the morning of each working day."""
    plans = plans_in_force()
    if not plans or not mail_is_set():
        return
    plan = plans[0]
    local = now.astimezone(ZoneInfo(db.session.get_one(Municipality, plan.municipality_id).timezone))
    if local.hour >= HOUR and is_working(local.date(), moved_days_off()):
        yield f"{KIND}:{plan.id}:{local.date()}", lambda: ask_letters(local.date())
    put_off = db.select(PlanLetter.id).where(*_waiting(local.date()), PlanLetter.next_utc <= now)
    if db.session.scalar(put_off.limit(1)) is not None:
        slot = now.replace(minute=now.minute - now.minute % RETRY_MINUTES, second=0, microsecond=0)
        yield f"{KIND}:{plan.id}:{slot:%Y-%m-%dT%H:%M}", lambda: ask_letters(local.date())


def ask_letters(day: dt.date) -> None:
    """Queue the job; the caller commits."""
    asked = {"day": day.isoformat(), "asked_utc": utc_now().isoformat()}
    enqueue(KIND, _("Напоминания по дорожной карте"), asked, None)


def _waiting(day: dt.date) -> tuple[Any, ...]:
    return PlanLetter.day == day, PlanLetter.status == "queued"


@job_kind(KIND)
def send_plan_letters(job: JobRun) -> None:
    """Send the letters of one day; what a worker finds only the next day is left to the letters of that day."""
    plans, day = plans_in_force(), dt.date.fromisoformat(job.params["day"])
    if not plans:
        return
    zone = db.session.get_one(Municipality, plans[0].municipality_id).timezone
    made = make_letters(day, zone)
    queue_letters(made, day)
    if utc_now() - dt.datetime.fromisoformat(job.params["asked_utc"]) > LATE:
        job.progress(1, 1, _("День прошёл: об этом скажут следующие письма."))
        return
    sent = 0
    for place, (person_id, (address, text)) in enumerate(made.items()):
        job.progress(place, len(made), _("Отправлено %(sent)d из %(total)d", sent=sent, total=len(made)))
        try:
            sent += send_one(person_id, day, address, text)
        except ServerAwayError as away:
            _put_off(day)
            raise JobFailed(
                _("Почтовый сервер не принимает письма: %(why)s. Письма ждут, попробуем ещё раз.", why=str(away))
            ) from away
    words = _("Отправлено %(sent)d из %(total)d", sent=sent, total=len(made))
    job.progress(max(1, len(made)), max(1, len(made)), words)


def make_letters(day: dt.date, zone: str) -> dict[int, tuple[str, str]]:
    """Person id -> (address, text): the day's reminders, with those of earlier days whose letter did not go out.

    Of an earlier day only what still stands is told, and as it stands now.
    """
    told, missed = told_of_all(read_days(day, zone)), missed_days(day)
    then = {one: told_of_all(read_days(one, zone)) for one in set().union(*missed.values())}
    names = {row[0]: row[1] for row in db.session.execute(db.select(School.code, School.short_name))}
    made = {}
    for person in db.session.scalars(db.select(Person).where(Person.id.in_(told), Person.active, Person.email != "")):
        days = missed.get(person.id, [])
        due = {_what(line) for one in days for line in then[one].get(person.id, []) if line.fresh}
        lines = [line for line in told[person.id] if line.fresh or _what(line) in due]
        if lines:
            made[person.id] = (person.email, letter_text(day, lines, names, days))
    return made


def missed_days(day: dt.date) -> dict[int, list[dt.date]]:
    """Person id -> days before ``day`` whose letter still waits, and after which no letter went out or was given up."""
    settled = (
        db.select(PlanLetter.person_id, db.func.max(PlanLetter.day).label("day"))
        .where(PlanLetter.status.in_(("sending", "sent", "failed")), PlanLetter.day < day)
        .group_by(PlanLetter.person_id)
        .subquery()
    )
    waiting = (
        db.select(PlanLetter.person_id, PlanLetter.day)
        .outerjoin(settled, settled.c.person_id == PlanLetter.person_id)
        .where(PlanLetter.status == "queued", PlanLetter.day < day, PlanLetter.day >= day - MISSED)
        .where(db.or_(settled.c.day.is_(None), PlanLetter.day > settled.c.day))
        .order_by(PlanLetter.day)
    )
    found: dict[int, list[dt.date]] = {}
    for person_id, missed in db.session.execute(waiting):
        found.setdefault(person_id, []).append(missed)
    return found


def _what(line: Told) -> tuple[Any, ...]:
    """What a line is of, however it stands."""
    return line.kind, line.plan, line.number, line.scope, line.ref


def queue_letters(people: Iterable[int], day: dt.date) -> None:
    """A row for each of these people and the day, unless it is there."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    with writing():
        db.session.rollback()
        for person_id in people:
            db.session.execute(insert(PlanLetter).values(person_id=person_id, day=day).on_conflict_do_nothing())
        db.session.commit()


def send_one(person_id: int, day: dt.date, address: str, text: str) -> bool:
    """Send the letter of one person and day unless it went out, is going, waits or failed for good.

    Raises:
        ServerAwayError: the letter waits again, and so should all the others.
    """
    due = db.or_(PlanLetter.next_utc.is_(None), PlanLetter.next_utc <= utc_now())
    with writing():
        db.session.rollback()
        letter = db.session.execute(
            db.update(PlanLetter)
            .where(PlanLetter.person_id == person_id, *_waiting(day), due)
            .values(status="sending", attempts=PlanLetter.attempts + 1)
            .returning(PlanLetter.id, PlanLetter.attempts)
        ).first()
        db.session.commit()
    if letter is None:
        return False
    number, attempts = letter
    if not is_address(address):
        return _close(number, "failed", _("адрес не читается"))
    try:
        hand_over(compose(address, _subject(day), text, f"plan-{number}"))
    except RefusedError as refused:
        if refused.code >= 500:
            return _close(number, "failed", str(refused))
        return _close(number, "queued", str(refused), next_utc=after(attempts))
    except ServerAwayError as away:
        _close(number, "queued", str(away), next_utc=after(attempts))
        raise
    except UnsureError:  # stays «sending»: better one letter too few than two
        return False
    return _close(number, "sent", sent_utc=utc_now())


def _close(number: int, status: str, error: str = "", **values: Any) -> bool:
    """Write how it went; whether the letter is sent."""
    with writing():
        values |= {"status": status, "error": error[:300]}
        db.session.execute(db.update(PlanLetter).where(PlanLetter.id == number).values(**values))
        if status == "sent":
            letter = db.session.get_one(PlanLetter, number)
            earlier = (PlanLetter.person_id == letter.person_id, PlanLetter.day < letter.day)
            told = db.update(PlanLetter).where(*earlier, PlanLetter.status == "queued")
            db.session.execute(told.values(status="skipped"))
        db.session.commit()
    return status == "sent"


def _put_off(day: dt.date) -> None:
    """The server is away: nobody's letter is due before the one that found it out."""
    with writing():
        db.session.rollback()
        until = db.session.scalar(db.select(db.func.max(PlanLetter.next_utc)).where(*_waiting(day)))
        db.session.execute(db.update(PlanLetter).where(*_waiting(day)).values(next_utc=until))
        db.session.commit()


def letter_counts(day: dt.date) -> dict[str, int]:
    """Letters of a day by status."""
    wanted = db.select(PlanLetter.status, db.func.count()).where(PlanLetter.day == day).group_by(PlanLetter.status)
    return {row[0]: row[1] for row in db.session.execute(wanted)}


@in_russian
def _subject(day: dt.date) -> str:
    return _("Дорожная карта: что нужно сегодня, %(day)s", day=day.strftime("%d.%m.%Y"))


@in_russian
def letter_text(day: dt.date, lines: list[Told], schools: dict[str, str], missed: Sequence[dt.date] = ()) -> str:
    """Today's reminders of one person, the pressing ones first, and where to deal with them.

    ``missed``: days whose letter did not go out; their reminders are among the lines.
    """
    parts = [weekday(day)]
    if missed:
        days = ", ".join(f"{one:%d.%m.%Y}" for one in missed)
        parts.append(
            _("Письмо за %(days)s не ушло. Что из него ещё ждёт вас, тоже здесь.", days=days)
            if len(missed) == 1
            else _("Письма за %(days)s не ушли. Что из них ещё ждёт вас, тоже здесь.", days=days)
        )
    for line in lines:
        note = note_of(line, schools)
        parts.append(f"— {title_of(line)}\n  {note}{' — ' if note else ''}{standing_words(line.standing)[1]}")
    link = current_app.config["PUBLIC_URL"] + "/roadmap/today"
    return "\n\n".join([*parts, _("Всё, что от вас ждут: %(link)s", link=link)])
