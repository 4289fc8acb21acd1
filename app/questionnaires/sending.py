"""Checking, sending once, and what stays after it: the receipt and the own profile."""

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.answers.consents import consent_live
from app.answers.profiles import earlier_scores, profile_page
from app.answers.submissions import SubmissionConflictError, checked_of, find_kept, same_or_refuse
from app.content.store import rules_of
from app.database import reads_first, writing_apart
from app.extensions import db
from app.questionnaires import pages, queries, saving
from app.questionnaires.queries import Asked
from app.questionnaires.room import asked_or_404, bp, closed_by_slip, hold, work_on, work_or_leave
from app.questionnaires.steps import plan_by_hash
from surveys.answers.checking import check_answers


@bp.get("/<code>/check")
def check(code: str) -> str:
    """What is answered, what is missing, and the one button «Отправить»."""
    return pages.render_check(work_or_leave(code))


@bp.post("/<code>/check")
@reads_first
def send(code: str) -> str | Response | tuple[str, int]:
    """Send once. A repeat gets the same receipt, other content under the same key is refused."""
    asked = asked_or_404(code)
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    key, content = request.form.get("key", ""), request.form.get("content", "")
    if draft is None:
        return repeat(asked, content)
    work = work_on(asked, draft)
    final = check_answers(work.plan.instrument, draft.values, draft.not_applicable, final=True)
    row, day = saving.submission_of(work, final), saving.local_day()
    if key != draft.submission_key or content != row.content_sha256:
        return pages.render_check(work, changed=True), 409
    if pages.blocking(work.plan, final):
        return pages.render_check(work, refused=True)
    try:
        with writing_apart():
            hold(work)
            saving.send(work, row, day)
            db.session.commit()
    except SubmissionConflictError:
        db.session.rollback()
        return repeat(asked_or_404(code), content)
    return redirect(url_for("questionnaires.receipt", code=code))


def repeat(asked: Asked, content: str) -> Response | tuple[str, int]:
    """A second sending: the same receipt for the same content, a plain refusal otherwise."""
    code = asked.wave.code
    if closed_by_slip(asked):
        return redirect(url_for("questionnaires.start", code=code))
    kept = find_kept(asked.wave.id, asked.respondent_key) if asked.respondent_key else None
    if kept is None:
        return redirect(url_for("questionnaires.start", code=code))
    try:
        same_or_refuse(kept, content)
    except SubmissionConflictError:
        return render_template("questionnaires/conflict.html", asked=asked, kept=kept), 409
    return redirect(url_for("questionnaires.receipt", code=code))


@bp.get("/<code>/receipt")
def receipt(code: str) -> str | Response:
    """The number and time of what was sent."""
    asked = asked_or_404(code)
    kept = queries.load_receipt(asked.wave.id, asked.respondent_key)
    if kept is None or closed_by_slip(asked):
        return redirect(url_for("questionnaires.start", code=code))
    return render_template("questionnaires/receipt.html", asked=asked, kept=kept)


@bp.get("/<code>/profile")
def profile(code: str) -> str | Response:
    """The own profile; nobody else can open it."""
    asked = asked_or_404(code)
    if closed_by_slip(asked):
        return render_template("questionnaires/sealed.html", asked=asked)
    kept = queries.load_submission(asked.wave.id, asked.respondent_key)
    if kept is None:
        return redirect(url_for("questionnaires.start", code=code))
    plan = plan_by_hash(asked.instrument_sha256)
    rules = rules_of(queries.load_rule_version(asked))
    earlier = earlier_scores(asked.wave, kept.respondent_key, plan.instrument, current_user.sealed_utc)
    shown = profile_page(plan.instrument, checked_of(kept), rules, earlier)
    answered, total = plan.progress(checked_of(kept))
    return render_template(
        "questionnaires/profile.html",
        asked=asked,
        kept=kept,
        answered=answered,
        total=total,
        seen_by_coordinator=consent_live(asked.wave.id, kept.respondent_key),
        route=queries.find_route(current_user.id, asked.wave.id),
        **shown,
    )
