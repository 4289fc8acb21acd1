"""Decisions of a respondent, the time spent on a draft, and its end: sent or thrown away."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.answers.completion import hold_back
from app.answers.respondents import ensure_respondent_key
from app.answers.submissions import (
    drop_draft,
    keep_submission,
    make_submission,
    make_submission_key,
    mark_sent_unchanged,
)
from app.database import ChangedMeanwhileError
from app.events import record
from app.extensions import db
from app.frame.pages import timezone_name
from app.models import Consent, Draft, Submission
from app.models.columns import utc_now
from app.questionnaires.queries import Asked, load_draft
from app.questionnaires.work import Work
from surveys.answers.checking import Checked

LONGEST_PAUSE = 120  # seconds between two savings that still count as work


def local_day() -> dt.date:
    """Today in the municipality's zone."""
    return dt.datetime.now(ZoneInfo(timezone_name())).date()


def touch(draft: Draft, now: dt.datetime) -> None:
    """Note the time of a saving and count the seconds since the last one as work, long pauses aside."""
    draft.active_seconds += min(int((now - draft.updated_utc).total_seconds()), LONGEST_PAUSE)
    draft.updated_utc = now
    draft.version += 1


def working_seconds(draft: Draft) -> int:
    """Time spent, long pauses aside: between savings, or between answers where many waited and came together."""
    times = sorted(when for when, _device, _number in draft.marks.values())
    pauses = (min(later - earlier, 1000 * LONGEST_PAUSE) for earlier, later in pairwise(times))
    return max(draft.active_seconds, sum(pauses) // 1000)


def agree(asked: Asked) -> Draft:
    """The person consents: keep the decision, begin a draft. The caller commits."""
    key = ensure_respondent_key(asked.participation.person_id)
    draft = load_draft(asked.wave.id, key, lock=True)
    if draft is not None:
        return draft
    _decide(asked, key, agreed=True)
    hold_back(asked.participation, asked.last_utc)
    draft = Draft(
        wave_id=asked.wave.id,
        respondent_key=key,
        values={},
        not_applicable=[],
        visited=[],
        marks={},
        submission_key=make_submission_key(),
    )
    db.session.add(draft)
    if asked.participation.status == "invited":
        # Who changes their mind after «не участвую» stays «готово» for others: a step back would tell of the refusal.
        asked.participation.status = "started"
        asked.participation.started_on = local_day()
    record("consent_given", "participation", asked.participation.id, new={"consent_text": asked.wave.consent_text_id})
    return draft


def refuse(asked: Asked) -> None:
    """«Не участвую»: the draft goes, others see the same as of those who sent. The caller commits."""
    key = ensure_respondent_key(asked.participation.person_id)
    drop_draft(asked.wave.id, key)
    _decide(asked, key, agreed=False)
    hold_back(asked.participation, asked.last_utc)
    asked.participation.status = "refused"
    asked.participation.started_on = asked.participation.started_on or local_day()
    asked.participation.finished_on = local_day()
    record("participation_refused", "participation", asked.participation.id)


def _decide(asked: Asked, key: str, *, agreed: bool) -> None:
    """A new decision ends the one before; both stay in the table."""
    now = utc_now()
    db.session.execute(
        db.update(Consent)
        .where(
            Consent.wave_id == asked.wave.id,
            Consent.respondent_key == key,
            Consent.kind == "processing",
            Consent.withdrawn_utc.is_(None),
        )
        .values(withdrawn_utc=now)
    )
    db.session.add(
        Consent(
            wave_id=asked.wave.id,
            respondent_key=key,
            consent_text_id=asked.wave.consent_text_id,
            agreed=agreed,
            given_utc=now,
        )
    )


def submission_of(work: Work, checked: Checked) -> Submission:
    """What is sent, before it is."""
    return make_submission(
        wave_id=work.asked.wave.id,
        school_id=work.asked.participation.school_id,
        respondent_key=work.draft.respondent_key,
        instrument=work.plan.instrument,
        checked=checked,
        client_key=work.draft.submission_key,
        active_seconds=working_seconds(work.draft),
    )


def send(work: Work, row: Submission, day: dt.date) -> None:
    """Submission, participation, event and the end of the draft, in one transaction. The caller holds and commits.

    Raises:
        SubmissionConflictError: something else was sent.
        ChangedMeanwhileError: the participation is no longer as it was read, such as marked on paper.
    """
    asked = work.asked.participation
    _row, new = keep_submission(row)
    if not mark_sent_unchanged(asked, day):
        raise ChangedMeanwhileError
    db.session.delete(work.draft)
    if new:
        record("submission_sent", "participation", asked.id)
