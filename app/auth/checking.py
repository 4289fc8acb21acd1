"""Checking a password at the door and at the own account, with the delay that failures bring."""

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.auth import throttle
from app.auth.passwords import HASHER, hash_password, password_fits
from app.auth.queries import find_by_login
from app.extensions import db
from app.models import Person
from app.models.columns import utc_now


def check_password(login: str, password: str) -> tuple[Person | None, str]:
    """The person who signs in, or why not. An unknown name is answered as a wrong password is, after the same work."""
    key = throttle.account_key(login)
    wait = throttle.seconds_to_wait(key, utc_now())
    if wait:
        return None, wait_message(wait)
    person = find_by_login(login)
    person_id, stored = (person.id, person.password_hash) if person else (None, None)
    db.session.rollback()  # hashing is slow: nobody waits for our lock meanwhile
    if not password_fits(stored, password):
        wait = throttle.note_failure(key, utc_now())
        db.session.commit()
        problem = _("Имя или пароль не подходят. Проверьте раскладку клавиатуры и Caps Lock.")
        return None, f"{problem} {wait_message(wait)}" if wait else problem
    renewed = hash_password(password) if stored and HASHER.check_needs_rehash(stored) else None
    throttle.forget_failures(key)
    person = db.session.get(Person, person_id)
    if person and renewed:
        person.password_hash = renewed
    return person, ""


def wait_message(seconds: int) -> str:
    return ngettext(
        "Было несколько неудачных попыток. Подождите %(num)d секунду и попробуйте снова.",
        "Было несколько неудачных попыток. Подождите %(num)d секунд и попробуйте снова.",
        seconds,
    )


def own_password_problem(stored: str | None, typed: str, which: str = "account") -> str | None:
    """Why ``typed`` is not accepted as ``stored``; guesses at an open session are delayed as those at the door.

    Each kind of password has a count of its own: who knows the new one does not thereby get more guesses at the old.
    """
    key = throttle.account_key(f"{which} {current_user.id}")
    wait = throttle.seconds_to_wait(key, utc_now())
    if wait:
        return wait_message(wait)
    db.session.rollback()
    if password_fits(stored, typed):
        throttle.forget_failures(key)
        db.session.commit()
        return None
    wait = throttle.note_failure(key, utc_now())
    db.session.commit()
    return f"{_('Пароль не подходит.')} {wait_message(wait) if wait else ''}".strip()
