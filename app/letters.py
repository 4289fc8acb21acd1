"""Reminders and digests by e-mail: an outbox with one row a person, kind and day, and the job that empties it.

A letter is marked «sending» before the mail server gets it and «sent» after. Whose worker died in between stays
«sending» and is never sent again: better one letter too few than two.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.dialects import postgresql, sqlite

from app.database import writing
from app.extensions import db
from app.interface import in_russian
from app.jobs import JobFailed, JobRun, enqueue, job_kind
from app.mail import BadMailUrlError, compose, deliver, mail_server
from app.models import Assignment, Job, Letter, Municipality, Participation, Person, Wave
from app.models.columns import utc_now
from app.models.waves import DONE
from app.navigation import day
from app.timetable import Due, by_clock

REMINDER, DIGEST = "reminder", "digest"
MOST_ATTEMPTS = 5
HOUR = 9  # of the municipality's clock: letters do not go out at night
RETRY_MINUTES = 5


def closing_by_school(wave: Wave) -> dict[int, dt.datetime]:
    """School id -> when its people must be done."""
    return {part.school_id: max(wave.closes_utc, part.extended_until_utc or wave.closes_utc) for part in wave.schools}


def recipients(wave_id: int, kind: str, school_ids: Collection[int] | None) -> list[int]:
    """Ids of people with an address: of a reminder those not done, of a digest the coordinators."""
    if kind == REMINDER:
        wanted = (
            db.select(Person.id)
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.wave_id == wave_id, Participation.status.not_in(DONE))
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
    if school_ids is not None:
        wanted = wanted.where(column.in_(school_ids))
    return sorted(set(db.session.scalars(wanted.where(Person.active, Person.email != ""))))


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
    counts = {"sent": 0, "later": 0, "failed": 0, "skipped": 0}
    for place, letter_id in enumerate(waiting):
        job.progress(
            place, len(waiting), _("Отправлено %(sent)d из %(total)d", sent=counts["sent"], total=len(waiting))
        )
        result = send_one(letter_id)
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
    """Send one letter: «sent», «later», «failed» or «skipped»; None where another worker has it."""
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
    made = _text_of(letter)
    attempts, address = letter.attempts, made[0] if made else ""
    db.session.rollback()  # nobody waits for us while the mail server thinks
    if made is None:
        return _close(letter_id, "skipped")
    result, error = deliver(compose(address, made[1], made[2], letter_id))
    if result == "later" and attempts < MOST_ATTEMPTS:
        after = utc_now() + dt.timedelta(minutes=2**attempts)
        _close(letter_id, "queued", error, next_utc=after)
        return "later"
    return _close(letter_id, "sent" if result == "sent" else "failed", error)


def _close(letter_id: int, status: str, error: str = "", **values: Any) -> str:
    with writing():
        values["sent_utc"] = utc_now() if status == "sent" else None
        db.session.execute(db.update(Letter).where(Letter.id == letter_id).values(status=status, error=error, **values))
        db.session.commit()
    return status


def _text_of(letter: Letter) -> tuple[str, str, str] | None:
    """(address, subject, text); None where the letter is not wanted any more."""
    wave, person = db.session.get_one(Wave, letter.wave_id), db.session.get_one(Person, letter.person_id)
    if wave.status != "open" or not person.active or not person.email:
        return None
    if letter.kind == DIGEST:
        return digest_text(wave, person)
    asked = db.session.scalar(
        db.select(Participation).where(Participation.wave_id == wave.id, Participation.person_id == person.id)
    )
    if asked is None or asked.status in DONE:
        return None
    until = day(closing_by_school(wave).get(asked.school_id, wave.closes_utc), year=False)
    return person.email, _("Анкета ждёт вас до %(day)s", day=until), _greeting(person) + chat_text(wave, until)


def _greeting(person: Person) -> str:
    name = " ".join(part for part in (person.given, person.patronymic) if part)
    return _("Здравствуйте, %(name)s!", name=name) + "\n\n" if name else ""


@in_russian
def chat_text(wave: Wave, until: str) -> str:
    """Words for a chat of teachers or a letter: what, where, until when; nothing about who has answered."""
    link = f"{current_app.config['PUBLIC_URL']}/questionnaires/{wave.code}/"
    lines = [
        _(
            "Коллеги, идёт анкета «%(title)s». Она займёт 10–15 минут, до %(until)s включительно.",
            title=wave.title,
            until=until,
        ),
        _("Ссылка: %(link)s", link=link),
        _("Можно остановиться в любом месте и продолжить с другого устройства. Ответы видите только вы."),
        _("Участие добровольное: вместо ответов можно нажать «Не участвую». Кто уже закончил, спасибо!"),
        _("Нет талона или забыт пароль — обратитесь к школьному координатору."),
    ]
    return "\n".join(lines)


@in_russian
def digest_text(wave: Wave, person: Person) -> tuple[str, str, str] | None:
    """The coordinator's schools in numbers; names are on the site only."""
    own = person.school_ids("coordinator")
    rows = db.session.execute(
        db.select(
            Participation.school_id,
            db.func.count(),
            db.func.coalesce(db.func.sum(db.case((Participation.status.in_(DONE), 1), else_=0)), 0),
        )
        .where(Participation.wave_id == wave.id, Participation.school_id.in_(own))
        .group_by(Participation.school_id)
    )
    closing = closing_by_school(wave)
    names = {part.school_id: part.school.short_name for part in wave.schools}
    lines = []
    for school_id, asked, done in rows:
        left = asked - int(done)
        if left:
            until = day(closing.get(school_id, wave.closes_utc), year=False)
            words = ngettext("ещё %(num)d педагог", "ещё %(num)d педагогов", left)
            school = names.get(school_id, "")
            lines.append(
                _(
                    "%(school)s: закончили %(done)d из %(asked)d, %(left)s, до %(until)s.",
                    school=school,
                    done=int(done),
                    asked=asked,
                    left=words,
                    until=until,
                )
            )
    if not lines:
        return None
    link = f"{current_app.config['PUBLIC_URL']}/waves/{wave.code}/school"
    text = [_greeting(person) + wave.title, *lines, _("Кому напомнить: %(link)s", link=link)]
    return person.email, _("Анкета: кто ещё не закончил"), "\n".join(text)


@by_clock
def reminders_due(now: dt.datetime) -> Due:
    """On the days before closing that the wave names, from nine in the morning: reminders and digests."""
    for wave in db.session.scalars(db.select(Wave).where(Wave.status == "open")):
        zone = ZoneInfo(db.session.get_one(Municipality, wave.municipality_id).timezone)
        local = now.astimezone(zone)
        if not wave.reminder_days or local.hour < HOUR or now < wave.opens_utc or mail_server() is None:
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
    """Letters put off are tried again every few minutes."""
    slot = now.replace(minute=now.minute - now.minute % RETRY_MINUTES, second=0, microsecond=0)
    wanted = db.select(Letter.wave_id).where(Letter.status == "queued", Letter.next_utc <= now, Letter.attempts > 0)
    for wave_id in set(db.session.scalars(wanted)):
        yield (
            f"letters:{wave_id}:{slot:%Y-%m-%dT%H:%M}",
            lambda one=wave_id: ask_sending(db.session.get_one(Wave, one), None),
        )
