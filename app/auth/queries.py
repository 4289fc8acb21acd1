"""Accounts and slips: reading them, and the changes that signing in makes. Nothing here commits."""

import datetime as dt

from flask import current_app

from app.auth.codes import hash_code
from app.events import record
from app.extensions import db
from app.models import Person, Respondent, Slip, Submission, Unsealing
from app.models.columns import utc_now


def find_by_login(login: str) -> Person | None:
    """The active person with this login, letter case aside."""
    wanted = login.strip().lower()
    return db.session.scalar(db.select(Person).where(Person.login == wanted, Person.active))


def find_slip(code: str) -> Slip | None:
    """The slip of a normalised code, whatever its state."""
    secret = str(current_app.config["SECRET_KEY"])
    return db.session.scalar(db.select(Slip).where(Slip.code_hash == hash_code(code, secret)))


def use_slip(slip: Slip, password_hash: str, now: dt.datetime) -> bool:
    """Spend ``slip`` and set its owner's password; False when somebody spent or voided it in the meantime.

    A second slip may have been printed by somebody else: what was answered before stays closed until the earlier
    password is proved (``Person.sealed_utc``). So with the first slip, where answers were imported before it: no
    password was ever theirs, and two people of the department open them.
    """
    spent = db.session.execute(
        db.update(Slip)
        .where(Slip.id == slip.id, Slip.used_utc.is_(None), Slip.voided_utc.is_(None))
        .values(used_utc=now)
    )
    if spent.rowcount != 1:
        return False
    person = slip.person
    if person.first_sign_in_utc is not None or _has_answers(person):
        person.sealed_utc = now
        person.sealed_password_hash = person.sealed_password_hash or person.password_hash
        _end_requests(person)
    person.password_hash = password_hash
    person.session_epoch += 1
    person.first_sign_in_utc = person.first_sign_in_utc or now
    person.last_sign_in_utc = now
    record("slip.used", "slip", slip.id, new={"person": person.id}, actor=person.id)
    return True


def _has_answers(person: Person) -> bool:
    """Whether anything is kept under the person's key; sheets of paper are under keys of nobody."""
    kept = db.select(Submission.id).join(Respondent, Respondent.key == Submission.respondent_key)
    return db.session.scalar(kept.where(Respondent.person_id == person.id).limit(1)) is not None


def report_slip(slip: Slip, now: dt.datetime) -> None:
    """Somebody else used this slip: void it and shut the account; the coordinator's home page lists such slips."""
    person = slip.person
    slip.voided_utc = slip.voided_utc or now
    slip.void_reason = "reported"
    person.sealed_password_hash = person.sealed_password_hash or person.password_hash
    person.password_hash = None
    person.session_epoch += 1
    record("slip.reported", "slip", slip.id, old={"used": str(slip.used_utc)}, new={"person": person.id})


def set_password(person: Person, password_hash: str) -> None:
    """A password of the person's own choice; other sessions end."""
    person.password_hash = password_hash
    person.session_epoch += 1
    record("password.changed", "person", person.id)


def unseal(person: Person) -> None:
    """The earlier password was proved: earlier answers open again."""
    record("answers.unsealed", "person", person.id, old=str(person.sealed_utc))
    person.sealed_utc = None
    person.sealed_password_hash = None
    _end_requests(person)


def _end_requests(person: Person) -> None:
    """Requests to open earlier answers were made for whoever held the slip before: they count no more."""
    db.session.execute(
        db.update(Unsealing)
        .where(Unsealing.person_id == person.id, Unsealing.closed_utc.is_(None))
        .values(closed_utc=utc_now())
    )
