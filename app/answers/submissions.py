"""Storing what was answered, exactly once. Used by the web, by imports and by the demonstration.

The UNIQUE keys of the table decide, not a look beforehand: a row is inserted inside a savepoint, and where one is
already there, that one is read. So fifty identical requests at once leave one row and equal receipts on both databases.
"""

import datetime as dt
import hashlib
import json
import secrets
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Draft, Participation, Submission
from app.models.columns import utc_now
from surveys.answers.checking import Checked, pack_codes
from surveys.definition.instrument import Instrument

RECEIPT_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L: read aloud over the telephone
ATTEMPTS = 5  # a receipt number of 31**6 met twice is drawn again


class SubmissionConflictError(Exception):
    """The place is taken by other content; the first answers stand. ``kept`` is None where the key is another's."""

    def __init__(self, kept: Submission | None) -> None:
        self.kept = kept
        super().__init__("the first answers are kept")


def content_hash(checked: Checked) -> str:
    """SHA-256 of the canonical JSON of the answers with their states; equal answers give equal text."""
    body = {
        "values": checked.values,
        "not_applicable": sorted(checked.not_applicable),
        "not_asked": sorted(checked.not_asked),
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def make_receipt(wave_id: int) -> str:
    """A number that can be dictated: «В1-7K2M-9Q»."""
    signs = "".join(secrets.choice(RECEIPT_SIGNS) for _ in range(6))
    return f"В{wave_id}-{signs[:4]}-{signs[4:]}"


def make_submission_key() -> str:
    """The key that a draft carries to its submission."""
    return secrets.token_urlsafe(24)


def make_submission(
    *,
    wave_id: int,
    school_id: int,
    respondent_key: str,
    instrument: Instrument,
    checked: Checked,
    client_key: str,
    source: str = "web",
    active_seconds: int | None = None,
    received_utc: dt.datetime | None = None,
) -> Submission:
    """The row of one respondent's answers, not in the database yet."""
    return Submission(
        wave_id=wave_id,
        school_id=school_id,
        respondent_key=respondent_key,
        client_key=client_key,
        content_sha256=content_hash(checked),
        receipt=make_receipt(wave_id),
        values=dict(checked.values),
        not_applicable=sorted(checked.not_applicable),
        not_asked=sorted(checked.not_asked),
        codes=pack_codes(instrument, checked),
        source=source,
        active_seconds=active_seconds,
        received_utc=received_utc or utc_now(),
    )


def keep_submission(row: Submission) -> tuple[Submission, bool]:
    """Keep one respondent's answers; the caller commits and, on the web, sends the receipt after that.

    Returns:
        The row, and whether it is new: a repeat with the same content gives the row kept first.

    Raises:
        SubmissionConflictError: other content under the same key, or a second answer of the same respondent.
    """
    for attempt in range(ATTEMPTS):
        try:
            with db.session.begin_nested():
                db.session.add(row)
                db.session.flush()
            return row, True
        except IntegrityError:
            kept = find_kept(row.wave_id, row.respondent_key)
            if kept is not None:
                return same_or_refuse(kept, row.content_sha256), False
            if client_key_taken(row.client_key):
                raise SubmissionConflictError(None) from None
            if attempt == ATTEMPTS - 1:
                raise
            row.receipt = make_receipt(row.wave_id)
    raise AssertionError("unreachable")


def add_submission(**answered: Any) -> tuple[Submission, bool]:
    """Make the row and keep it."""
    return keep_submission(make_submission(**answered))


def same_or_refuse(kept: Submission, content: str) -> Submission:
    """``kept`` where its content is ``content``; otherwise the first answers stand and the new ones are refused."""
    if kept.content_sha256 != content:
        raise SubmissionConflictError(kept)
    return kept


def find_kept(wave_id: int, respondent_key: str) -> Submission | None:
    """What this respondent has sent in this wave."""
    return db.session.scalar(
        db.select(Submission).where(Submission.wave_id == wave_id, Submission.respondent_key == respondent_key)
    )


def client_key_taken(client_key: str) -> bool:
    """Whether a submission came under this key, whoever's it is."""
    return db.session.scalar(db.select(Submission.id).where(Submission.client_key == client_key)) is not None


def mark_sent(participation: Participation, on: dt.date) -> None:
    """The person is done; the day only, since a minute would tie the person to the answers."""
    participation.status = "sent"
    participation.started_on = participation.started_on or on
    participation.finished_on = participation.finished_on or on


def mark_sent_unchanged(read: Participation, on: dt.date) -> bool:
    """The same where the row is still as it was read; False where somebody has changed it meanwhile."""
    changed = db.session.execute(
        db.update(Participation)
        .where(
            Participation.id == read.id, Participation.status == read.status, Participation.on_paper == read.on_paper
        )
        .values(status="sent", started_on=read.started_on or on, finished_on=read.finished_on or on),
        execution_options={"synchronize_session": False},
    )
    return bool(changed.rowcount)


def drop_draft(wave_id: int, respondent_key: str) -> None:
    """Remove the draft of what has been sent, or of who refused."""
    db.session.execute(db.delete(Draft).where(Draft.wave_id == wave_id, Draft.respondent_key == respondent_key))


def checked_of(submission: Submission) -> Checked:
    """A kept submission as the engine reads it."""
    return Checked(dict(submission.values), frozenset(submission.not_applicable), frozenset(submission.not_asked))
