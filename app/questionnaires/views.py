"""What a teacher does: consents, answers step by step, checks, sends, reads the own profile."""

import datetime as dt

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.answers.consents import consent_live
from app.answers.profiles import earlier_scores, profile_page
from app.answers.submissions import (
    SubmissionConflictError,
    checked_of,
    drop_draft,
    find_kept,
    same_or_refuse,
)
from app.content.store import rules_of
from app.database import ChangedMeanwhileError, reads_first, writing_apart
from app.extensions import db
from app.frame.navigation import saved_words
from app.models import Draft
from app.models.columns import utc_now
from app.questionnaires import languages, merging, own, pages, queries, saving
from app.questionnaires.merging import Merged
from app.questionnaires.queries import Asked
from app.questionnaires.steps import Plan, Step, plan_by_hash
from app.questionnaires.work import Work
from surveys.answers.checking import check_answers

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")
bp.register_blueprint(languages.bp)
bp.register_blueprint(own.bp)


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


def go_on_address(asked: Asked, draft: Draft) -> str:
    """The first page that was not passed yet, on any device."""
    plan = plan_by_hash(asked.instrument_sha256)
    checked = check_answers(plan.instrument, draft.values, draft.not_applicable, final=False)
    return address(asked.wave.code, plan.first_unfinished(draft.visited, checked))


@bp.get("/")
def index() -> str:
    """Waves that ask this person, with one next action each."""
    now = utc_now()
    lines = []
    for asked in queries.list_asked(current_user.id):
        draft = queries.load_draft(asked.wave.id, asked.respondent_key) if asked.accepts(now) else None
        opens = draft is not None and not sealed(draft.updated_utc)
        target = go_on_address(asked, draft) if opens else url_for("questionnaires.start", code=asked.wave.code)
        closed = closed_by_slip(asked)
        lines.append({"asked": asked, "state": asked.state(now), "draft": draft, "target": target, "closed": closed})
    return render_template("questionnaires/index.html", lines=lines)


@bp.get("/<code>/")
def start(code: str) -> str | Response:
    """What it is, until when, who sees the answers, the consent."""
    asked = asked_or_404(code)
    now = utc_now()
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    state = asked.state(now)
    if closed_by_slip(asked):
        return render_template("questionnaires/sealed.html", asked=asked)
    if asked.participation.status == "sent":
        kept = queries.load_receipt(asked.wave.id, asked.respondent_key)
        state = "sent" if kept else "paper" if asked.participation.on_paper else "erased"
    return render_template(
        "questionnaires/start.html",
        asked=asked,
        state=state,
        draft=draft,
        refused=asked.participation.status == "refused" and draft is None,
        sealed=draft is not None and sealed(draft.updated_utc),
        target=go_on_address(asked, draft) if draft else None,
        consent=queries.load_consent_text(asked),
        instrument=plan_by_hash(asked.instrument_sha256).instrument,
    )


def may_decide(asked: Asked) -> bool:
    """Whether the person may consent or refuse now: not after sending, nor anew with a second slip."""
    return asked.participation.status != "sent" and asked.accepts(utc_now()) and not closed_by_slip(asked)


def asked_to_decide(code: str) -> tuple[Asked, Draft | None]:
    """The same with the draft, both held: a sending or a decision in another window is over first. Or led away."""
    asked = asked_or_404(code)
    draft = queries.load_draft(asked.wave.id, asked.respondent_key, lock=True)
    asked = queries.find_asked(current_user.id, code, lock=True) or abort(404)
    if not may_decide(asked):
        abort(redirect(url_for("questionnaires.start", code=code)))
    return asked, draft


@bp.post("/<code>/")
def begin(code: str) -> Response:
    """«Согласен(на), начать»."""
    asked, draft = asked_to_decide(code)
    if draft is not None and sealed(draft.updated_utc):
        drop_draft(asked.wave.id, draft.respondent_key)  # «начать заново»: the sealed draft is not shown, only replaced
    target = go_on_address(asked, saving.agree(asked))
    db.session.commit()
    return redirect(target)


@bp.get("/<code>/refuse")
def refusal(code: str) -> str | Response:
    """Ask once more before «не участвую»."""
    asked = asked_or_404(code)
    if not may_decide(asked):
        return redirect(url_for("questionnaires.start", code=code))
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    return render_template("questionnaires/refuse.html", asked=asked, draft=draft)


@bp.post("/<code>/refuse")
def refuse(code: str) -> Response:
    """«Не участвую», confirmed."""
    asked, _draft = asked_to_decide(code)
    saving.refuse(asked)
    db.session.commit()
    return redirect(url_for("questionnaires.start", code=code))


@bp.get("/<code>/<int:number>")
def step(code: str, number: int) -> str:
    """One block of statements."""
    work = work_or_leave(code)
    page = step_or_404(work.plan, number)
    return pages.render_step(work, page, mark_gaps="gaps" in request.args)


@bp.post("/<code>/<int:number>")
@reads_first
def save_step(code: str, number: int) -> str | Response:
    """Keep the page and go where the button says; what does not fit is shown on the same page."""
    work = work_or_leave(code)
    page = step_or_404(work.plan, number)
    before = work.checked
    with writing_apart():
        tell(store(work, page))
        merging.remember(work.draft, [page.name])
        db.session.commit()
    if request.form.get("draft:go") == "back":
        previous = work.plan.previous_step(number, work.checked)
        return redirect(address(code, previous) if previous else url_for("questionnaires.start", code=code))
    if page.names() & set(work.checked.problems):
        return pages.render_step(work, page)
    if pages.open_questions(work.plan, page, work.checked, work.draft.visited, before):
        return redirect(url_for("questionnaires.more", code=code, number=number))
    return redirect(address(code, work.plan.next_step(number, work.checked)))


@bp.post("/<code>/<int:number>/save")
@reads_first
def save(code: str, number: int) -> tuple[Response, int] | Response:
    """Autosave: answers of one page, answered in a line of JSON. A repeat of a message changes nothing."""
    work = work_or_leave(code)
    if request.form.get(merging.DRAFT, merging.draft_id(work.draft)) != merging.draft_id(work.draft):
        return jsonify(error="another draft"), 409  # answers of another person who used this browser
    page = step_or_404(work.plan, number)
    with writing_apart():
        merged = store(work, page)
        saved_utc = work.draft.updated_utc
        db.session.commit()
    answered, total = work.plan.progress(work.checked)
    saved = saved_words(saved_utc)
    return jsonify(saved=saved, answered=answered, total=total, kept=merged.kept, said=merged.said)


def store(work: Work, page: Step) -> Merged:
    """Merge what the page sent into the draft, and hold it."""
    now = utc_now()
    merged = merging.take(work.draft, work.plan, page, request.form, now)
    work.checked = merged.checked
    hold(work)
    saving.touch(work.draft, now)
    return merged


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


def tell(merged: Merged) -> None:
    """Say on the next page what another device had changed."""
    for words in merged.said:
        flash(words, "warning")


@bp.get("/<code>/<int:number>/more")
def more(code: str, number: int) -> str | Response:
    """«Уточнение»: only the questions that the answers of the page have opened and the browser did not ask."""
    work = work_or_leave(code)
    page = step_or_404(work.plan, number)
    names = pages.open_questions(work.plan, page, work.checked, work.draft.visited)
    if not names:
        return redirect(address(code, work.plan.next_step(number, work.checked)))
    return pages.render_more(work, page, names)


@bp.post("/<code>/<int:number>/more")
@reads_first
def save_more(code: str, number: int) -> str | Response:
    """Keep the clarifications; what was left blank may be answered later."""
    work = work_or_leave(code)
    page = step_or_404(work.plan, number)
    shown = pages.open_questions(work.plan, page, work.checked, work.draft.visited)
    with writing_apart():
        tell(store(work, page))
        merging.remember(work.draft, [f"?{name}" for name in sorted(shown)])
        db.session.commit()
    checked = work.checked
    if request.form.get("draft:go") == "back":
        return redirect(address(code, page))
    wrong = page.names() & set(checked.problems)
    if wrong:
        return pages.render_more(work, page, wrong)
    if pages.open_questions(work.plan, page, checked, work.draft.visited):  # what these answers opened in their turn
        return redirect(url_for("questionnaires.more", code=code, number=number))
    return redirect(address(code, work.plan.next_step(number, checked)))


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
