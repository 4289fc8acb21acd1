"""Consents of a person after the questionnaire is sent: to be counted, and to be seen by the coordinator.

Each decision is a row; taking it back adds a time. What is live is read anew at each request.
"""

import datetime as dt

from app.extensions import db
from app.models import Consent, Participation, Person, Respondent, Submission, Wave
from app.models.columns import utc_now

SHOW = "show_coordinator"
PROCESSING = "processing"


def consent_live(wave_id: int, respondent_key: str, kind: str = SHOW) -> bool:
    """Whether this consent stands now."""
    wanted = db.select(Consent.id).where(*_live(kind), Consent.wave_id == wave_id)
    return db.session.scalar(wanted.where(Consent.respondent_key == respondent_key).limit(1)) is not None


def give_consent(wave: Wave, respondent_key: str, kind: str = SHOW) -> None:
    """Agree; the caller commits. A second time changes nothing."""
    if not consent_live(wave.id, respondent_key, kind):
        text = wave.consent_text_id
        row = Consent(wave_id=wave.id, respondent_key=respondent_key, consent_text_id=text, kind=kind, agreed=True)
        db.session.add(row)
        db.session.flush()


def end_consent(wave_id: int, respondent_key: str, kind: str) -> None:
    """Take back; the caller commits. In force at the next request, of whoever it may be."""
    db.session.execute(
        db.update(Consent)
        .where(*_live(kind), Consent.wave_id == wave_id, Consent.respondent_key == respondent_key)
        .values(withdrawn_utc=utc_now())
    )


def withdraw_answers(wave_id: int, respondent_key: str, now: dt.datetime) -> None:
    """No later calculation counts the answers and nobody else sees them; published totals stay as they are."""
    for kind in (PROCESSING, SHOW):
        end_consent(wave_id, respondent_key, kind)
    db.session.execute(
        db.update(Submission)
        .where(
            Submission.wave_id == wave_id,
            Submission.respondent_key == respondent_key,
            Submission.withdrawn_utc.is_(None),
        )
        .values(withdrawn_utc=now)
    )


def list_shown(school_ids: frozenset[int]) -> list[tuple[Participation, Wave]]:
    """Teachers of these schools who show their profile to the coordinator now, newest wave first, by name."""
    rows = db.session.execute(
        _shown(school_ids).order_by(Wave.opens_utc.desc(), Person.family, Person.given, Participation.id)
    )
    return [(participation, wave) for participation, wave in rows]


def find_shown(participation_id: int, school_ids: frozenset[int]) -> tuple[Participation, Wave, Submission] | None:
    """The answers behind one line of that list; None where the consent does not stand at this moment."""
    row = db.session.execute(
        _shown(school_ids).add_columns(Submission).where(Participation.id == participation_id)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def _shown(school_ids: frozenset[int]) -> "db.Select":  # type: ignore[name-defined]
    return (
        db.select(Participation, Wave)
        .join(Wave, Wave.id == Participation.wave_id)
        .join(Person, Person.id == Participation.person_id)
        .join(Respondent, Respondent.person_id == Participation.person_id)
        .join(Submission, (Submission.wave_id == Wave.id) & (Submission.respondent_key == Respondent.key))
        .where(
            Participation.school_id.in_(school_ids),
            Person.active,
            Submission.withdrawn_utc.is_(None),
            db.select(Consent.id)
            .where(*_live(SHOW), Consent.wave_id == Wave.id, Consent.respondent_key == Respondent.key)
            .exists(),
        )
    )


def _live(kind: str) -> tuple["db.ColumnElement[bool]", ...]:  # type: ignore[name-defined]
    return (Consent.kind == kind, Consent.agreed, Consent.withdrawn_utc.is_(None))
