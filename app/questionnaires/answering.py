"""Answering step by step: every page is kept, by the browser too, and clarifications are asked."""

from flask import flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from app.database import reads_first, writing_apart
from app.extensions import db
from app.frame.navigation import saved_words
from app.models.columns import utc_now
from app.questionnaires import merging, pages, saving
from app.questionnaires.merging import Merged
from app.questionnaires.room import address, bp, hold, step_or_404, work_or_leave
from app.questionnaires.steps import Step
from app.questionnaires.work import Work


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
