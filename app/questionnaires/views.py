"""What a teacher does: consents, answers step by step, checks, sends, reads the own profile."""

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.content import rules_of
from app.extensions import db
from app.models import Draft
from app.models.columns import utc_now
from app.navigation import clock
from app.questionnaires import pages, queries, saving
from app.questionnaires.queries import Asked
from app.questionnaires.steps import Plan, Step, plan_by_hash
from app.submissions import SubmissionConflictError, checked_of, content_hash, drop_draft, find_kept, same_or_refuse
from surveys.answers import Checked, check_answers

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")


@dataclass
class Work:
    """A questionnaire in work: the wave, the draft, the plan of its instrument and the answers so far."""

    asked: Asked
    draft: Draft
    plan: Plan
    checked: Checked

    @property
    def code(self) -> str:
        return self.asked.wave.code


def asked_or_404(code: str) -> Asked:
    """The wave ``code`` of the person signed in; of other waves not even the name is told."""
    return queries.find_asked(current_user.id, code) or abort(404)


def sealed(given_utc: dt.datetime) -> bool:
    """Whether answers of that time are closed to the holder of a second slip."""
    return current_user.sealed_utc is not None and given_utc < current_user.sealed_utc


def work_or_leave(code: str, *, lock: bool = False) -> Work:
    """The draft in work; who has none, has sent it or comes too late is led to the page that says so."""
    asked = asked_or_404(code)
    draft = queries.load_draft(asked.wave.id, asked.respondent_key, lock=lock)
    if draft is None or sealed(draft.updated_utc) or not asked.accepts(utc_now()):
        page = "receipt" if asked.participation.status == "sent" else "start"
        abort(redirect(url_for(f"questionnaires.{page}", code=code)))
    plan = plan_by_hash(asked.instrument_sha256)
    return Work(asked, draft, plan, check_answers(plan.instrument, draft.values, draft.not_applicable, final=False))


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
        lines.append({"asked": asked, "state": asked.state(now), "draft": draft, "target": target})
    return render_template("questionnaires/index.html", lines=lines)


@bp.get("/<code>/")
def start(code: str) -> str | Response:
    """What it is, until when, who sees the answers, the consent."""
    asked = asked_or_404(code)
    now = utc_now()
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    sent = asked.participation.status == "sent"
    return render_template(
        "questionnaires/start.html",
        asked=asked,
        state="sent" if sent else asked.state(now),
        draft=draft,
        refused=asked.participation.status == "refused" and draft is None,
        sealed=draft is not None and sealed(draft.updated_utc),
        target=go_on_address(asked, draft) if draft else None,
        consent=queries.load_consent_text(asked),
        instrument=plan_by_hash(asked.instrument_sha256).instrument,
    )


@bp.post("/<code>/")
def begin(code: str) -> Response:
    """«Согласен(на), начать»."""
    asked = asked_or_404(code)
    if asked.participation.status == "sent" or not asked.accepts(utc_now()):
        return redirect(url_for("questionnaires.start", code=code))
    draft = queries.load_draft(asked.wave.id, asked.respondent_key, lock=True)
    if draft is not None and sealed(draft.updated_utc):
        drop_draft(asked.wave.id, draft.respondent_key)  # «начать заново»: the sealed draft is not shown, only replaced
    target = go_on_address(asked, saving.agree(asked))
    db.session.commit()
    return redirect(target)


@bp.get("/<code>/refuse")
def refusal(code: str) -> str | Response:
    """Ask once more before «не участвую»."""
    asked = asked_or_404(code)
    if asked.participation.status == "sent" or not asked.accepts(utc_now()):
        return redirect(url_for("questionnaires.start", code=code))
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    return render_template("questionnaires/refuse.html", asked=asked, draft=draft)


@bp.post("/<code>/refuse")
def refuse(code: str) -> Response:
    """«Не участвую», confirmed."""
    asked = asked_or_404(code)
    if asked.participation.status != "sent" and asked.accepts(utc_now()):
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
def save_step(code: str, number: int) -> str | Response:
    """Keep the page and go where the button says; what does not fit is shown on the same page."""
    work = work_or_leave(code, lock=True)
    page = step_or_404(work.plan, number)
    before = work.checked
    work.checked = store(work, page)
    if page.name not in work.draft.visited:
        work.draft.visited = [*work.draft.visited, page.name]
    db.session.commit()
    if request.form.get("draft:go") == "back":
        previous = work.plan.previous_step(number, work.checked)
        return redirect(address(code, previous) if previous else url_for("questionnaires.start", code=code))
    if page.names() & set(work.checked.problems):
        return pages.render_step(work, page)
    if pages.open_questions(work.plan, page, work.checked, before):
        return redirect(url_for("questionnaires.more", code=code, number=number))
    return redirect(address(code, work.plan.next_step(number, work.checked)))


@bp.post("/<code>/<int:number>/save")
def save(code: str, number: int) -> tuple[Response, int] | Response:
    """Autosave: the same as the page itself, answered in a line of JSON."""
    work = work_or_leave(code, lock=True)
    store(work, step_or_404(work.plan, number))
    db.session.commit()
    answered, total = work.plan.progress(work.checked)
    return jsonify(saved=clock(work.draft.updated_utc), answered=answered, total=total)


def store(work: Work, page: Step) -> Checked:
    """Merge what the page sent into the draft."""
    work.checked = saving.merge(work.draft, work.plan, page, saving.posted_changes(page, request.form, work.draft))
    saving.touch(work.draft, utc_now())
    return work.checked


@bp.get("/<code>/<int:number>/more")
def more(code: str, number: int) -> str | Response:
    """«Уточнение»: only the questions that the answers of the page have opened and the browser did not ask."""
    work = work_or_leave(code)
    page = step_or_404(work.plan, number)
    names = pages.open_questions(work.plan, page, work.checked)
    if not names:
        return redirect(address(code, work.plan.next_step(number, work.checked)))
    return pages.render_more(work, page, names)


@bp.post("/<code>/<int:number>/more")
def save_more(code: str, number: int) -> str | Response:
    """Keep the clarifications; what was left blank may be answered later."""
    work = work_or_leave(code, lock=True)
    page = step_or_404(work.plan, number)
    checked = store(work, page)
    db.session.commit()
    if request.form.get("draft:go") == "back":
        return redirect(address(code, page))
    wrong = page.names() & set(checked.problems)
    if wrong:
        return pages.render_more(work, page, wrong)
    return redirect(address(code, work.plan.next_step(number, checked)))


@bp.get("/<code>/check")
def check(code: str) -> str:
    """What is answered, what is missing, and the one button «Отправить»."""
    return pages.render_check(work_or_leave(code))


@bp.post("/<code>/check")
def send(code: str) -> str | Response | tuple[str, int]:
    """Send once. A repeat gets the same receipt, other content under the same key is refused."""
    asked = asked_or_404(code)
    draft = queries.load_draft(asked.wave.id, asked.respondent_key, lock=True)
    key, content = request.form.get("key", ""), request.form.get("content", "")
    if draft is None:
        return repeat(asked, content)
    work = work_or_leave(code, lock=True)
    final = check_answers(work.plan.instrument, draft.values, draft.not_applicable, final=True)
    if key != draft.submission_key or content != content_hash(final):
        db.session.rollback()
        return pages.render_check(work_or_leave(code), changed=True), 409
    if pages.blocking(work.plan, final):
        db.session.rollback()
        return pages.render_check(work_or_leave(code), refused=True)
    try:
        saving.send(asked, draft, work.plan.instrument, final)
    except SubmissionConflictError:
        db.session.rollback()
        return repeat(asked_or_404(code), content)
    db.session.commit()
    return redirect(url_for("questionnaires.receipt", code=code))


def repeat(asked: Asked, content: str) -> Response | tuple[str, int]:
    """A second sending: the same receipt for the same content, a plain refusal otherwise."""
    code = asked.wave.code
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
    if kept is None:
        return redirect(url_for("questionnaires.start", code=code))
    return render_template("questionnaires/receipt.html", asked=asked, kept=kept)


@bp.get("/<code>/profile")
def profile(code: str) -> str | Response:
    """The own profile; nobody else can open it."""
    asked = asked_or_404(code)
    kept = queries.load_submission(asked.wave.id, asked.respondent_key)
    if kept is None:
        return redirect(url_for("questionnaires.start", code=code))
    if sealed(kept.received_utc):
        return render_template("questionnaires/sealed.html", asked=asked)
    plan = plan_by_hash(asked.instrument_sha256)
    rules = rules_of(queries.load_rule_version(asked))
    shown = pages.profile_page(plan.instrument, checked_of(kept), rules)
    answered, total = plan.progress(checked_of(kept))
    return render_template(
        "questionnaires/profile.html", asked=asked, kept=kept, answered=answered, total=total, **shown
    )
