"""Words of reminders and digests, and whether a letter is still wanted at the moment it is sent."""

import datetime as dt

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from app.answers.completion import done_count, seems_done
from app.extensions import db
from app.frame.interface import in_russian
from app.frame.navigation import day
from app.models import Letter, Participation, Person, Wave
from app.models.columns import utc_now

REMINDER, DIGEST = "reminder", "digest"


def closing_by_school(wave: Wave) -> dict[int, dt.datetime]:
    """School id -> when its people must be done."""
    return {part.school_id: max(wave.closes_utc, part.extended_until_utc or wave.closes_utc) for part in wave.schools}


def still_asked(wave: Wave) -> set[int]:
    """Ids of schools whose time has not run out."""
    return {school_id for school_id, closes in closing_by_school(wave).items() if closes > utc_now()}


def text_of(letter: Letter) -> tuple[str, str, str] | None:
    """(address, subject, text); None where the letter is not wanted any more: done, too late, a newer one waits."""
    wave, person = db.session.get_one(Wave, letter.wave_id), db.session.get_one(Person, letter.person_id)
    if wave.status != "open" or not person.active or not person.email or _overtaken(letter):
        return None
    if letter.kind == DIGEST:
        return digest_text(wave, person)
    asked = db.session.scalar(
        db.select(Participation)
        .where(Participation.wave_id == wave.id, Participation.person_id == person.id)
        .where(~seems_done())  # a letter left out would tell the coordinator that the person is done already
    )
    if asked is None or asked.school_id not in still_asked(wave):
        return None
    until = day(closing_by_school(wave)[asked.school_id], year=False)
    return person.email, _("Анкета ждёт вас до %(day)s", day=until), _greeting(person) + chat_text(wave, until)


def _overtaken(letter: Letter) -> bool:
    """Whether this person has a letter of a later day: after a long silence of the mail server one is enough."""
    later = db.select(Letter.id).where(
        Letter.wave_id == letter.wave_id,
        Letter.person_id == letter.person_id,
        Letter.kind == letter.kind,
        Letter.day > letter.day,
    )
    return db.session.scalar(later.limit(1)) is not None


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
    own = person.school_ids("coordinator") & still_asked(wave)
    rows = db.session.execute(
        db.select(
            Participation.school_id,
            db.func.count(),
            done_count(),
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
            until = day(closing[school_id], year=False)
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
