"""The room's blueprint, and the questionnaire in work that an address means."""

import datetime as dt

from flask import Blueprint, abort, redirect, session, url_for
from flask_login import current_user

from app.database import ChangedMeanwhileError
from app.extensions import db
from app.models import Draft
from app.models.columns import utc_now
from app.questionnaires import queries
from app.questionnaires.queries import Asked
from app.questionnaires.steps import Plan, Step, plan_by_hash
from app.questionnaires.work import Work

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")


def asked_or_404(code: str) -> Asked:
    """The wave ``code`` of the person signed in; of other waves not even the name is told."""
    return queries.find_asked(current_user.id, code) or abort(404)


def sealed(given_utc: dt.datetime) -> bool:
    """Whether answers of that time are closed to the holder of a second slip."""
    return current_user.sealed_utc is not None and given_utc < current_user.sealed_utc


def closed_by_slip(asked: Asked) -> bool:
    """Whether a second slip closes how this questionnaire ended: sent, refused and erased then look the same."""
    return queries.decided_before(asked, current_user.sealed_utc)


def work_or_leave(code: str) -> Work:
    """The draft in work; who has none, has sent it or comes too late is led to the page that says so."""
    asked = asked_or_404(code)
    return work_on(asked, queries.load_draft(asked.wave.id, asked.respondent_key))


def work_on(asked: Asked, draft: Draft | None) -> Work:
    """The same, where wave and draft have been read."""
    if draft is None or sealed(draft.updated_utc) or asked.participation.on_paper or not asked.accepts(utc_now()):
        page = "receipt" if asked.participation.status == "sent" and not closed_by_slip(asked) else "start"
        abort(redirect(url_for(f"questionnaires.{page}", code=asked.wave.code)))
    return Work(asked, draft, plan_by_hash(asked.instrument_sha256))


def step_or_404(plan: Plan, number: int) -> Step:
    return plan.step(number) or abort(404)


def address(code: str, step: Step | None) -> str:
    """The page of ``step``; after the last one, the check."""
    if step is None:
        return url_for("questionnaires.check", code=code)
    return url_for("questionnaires.step", code=code, number=step.number)


def hold(work: Work) -> None:
    """The write lock, and under it another look at what may have changed since it was read.

    Locks are taken in one order everywhere: draft, wave and person, submission, participation, event.
    """
    code = work.code
    if not queries.hold_draft(work.draft):
        raise ChangedMeanwhileError
    if not queries.hold_asking(work.asked, session["_user_id"]):
        db.session.rollback()
        abort(redirect(url_for("questionnaires.start", code=code)))
