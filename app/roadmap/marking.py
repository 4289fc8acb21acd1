"""Marking how far one addressee is, with evidence, and the coordinator's word on it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.extensions import db
from app.frame.interface import translated
from app.models import Evidence, ItemState, RoadmapItem
from app.models.roadmap import STATES
from app.plan.evidence import (
    Taken,
    allow_large_files,
    attach,
    files_of,
    quota_problem,
    remove,
    send,
    take_files,
)
from app.plan.marks import MUNICIPALITY, change_state, review_state
from app.roadmap import queries
from app.roadmap.forms import MarkForm, ReviewForm
from app.roadmap.room import bp, item_or_404, reach_marked, reach_read

PROVES = queries.STATE
bp.url_value_preprocessor(allow_large_files)


@bp.route("/<number>/<scope>", methods=["GET", "POST"])
def mark(number: str, scope: str) -> str | Response | tuple[str, int]:
    """Mark how far one addressee is. What somebody else marked meanwhile is shown, never overwritten unseen."""
    _plan, row = item_or_404(number)
    state = queries.find_state(row, scope, reach_marked()) or abort(404)
    files = files_of(PROVES, [state.id]).get(state.id, [])
    if request.method == "GET":
        return _page(row, state, files, MarkForm(data=known(state)))
    form, removed = MarkForm(), chosen_files()
    form.kept_files = sum(one.id not in removed for one in files)
    if not form.validate():
        return _page(row, state, files, form)
    taken, state = stored_files(form), queries.find_state(row, scope, reach_marked()) or abort(404)
    if form.version.data != str(state.version):
        form.state.errors = [_("Пока вы писали, отметку изменил кто-то ещё. Сравните и сохраните ещё раз")]
        form.version.data = str(state.version)
        return _page(row, state, files_of(PROVES, [state.id]).get(state.id, []), form), 409
    if problem := quota_problem(state.school_id, taken):
        form.files.errors = [problem]
    if form.files.errors:
        return _page(row, state, files, form)
    attach(PROVES, state.id, taken, current_user.id, state.school_id)
    remove(files, removed)
    save(state, form)
    db.session.commit()
    flash(_("Сохранено: п. %(number)s, %(state)s.", number=number, state=_(STATES[state.state])))
    return redirect(url_for("roadmap.item", number=number))


def stored_files(form: MarkForm) -> list[Taken]:
    """Put the files of a good form into the store while no row is locked; problems become errors of the field."""
    db.session.rollback()
    taken, problems = take_files(form.files.data or [])
    form.files.errors = [*form.files.errors, *problems]
    return taken


def chosen_files() -> set[int]:
    """Ids of the files ticked to be taken away."""
    return {int(text) for text in request.form.getlist("remove") if text.isdigit()}


def _page(row: RoadmapItem, state: ItemState, files: list[Evidence], form: MarkForm) -> str:
    name = queries.school_names().get(state.scope, _("муниципалитет"))
    return render_template(
        "roadmap/mark.html", item=row, state=state, files=files, form=form, name=name, states=translated(STATES)
    )


def known(state: ItemState) -> dict[str, str | bool]:
    """The form as the state has it."""
    return {
        "state": state.state,
        "evidence": state.evidence,
        "link": state.link,
        "note": state.note,
        "without_document": state.without_document,
        "version": str(state.version),
    }


def save(state: ItemState, form: MarkForm) -> None:
    """Keep the form; a mark of the coordinator needs nobody's word."""
    review = "confirmed" if form.state.data == "done" and "municipal" in current_user.roles else ""
    change_state(
        state,
        form.state.data,
        evidence=(form.evidence.data or "").strip(),
        note=(form.note.data or "").strip(),
        link=(form.link.data or "").strip(),
        without_document=bool(form.without_document.data),
        review=review if state.scope != MUNICIPALITY else "",
        actor=current_user.id,
    )


@bp.post("/<number>/<scope>/review")
def review(number: str, scope: str) -> Response:
    """Confirm «выполнено», or give it back to work with a remark."""
    _plan, row = item_or_404(number)
    state = queries.find_state(row, scope, None) or abort(404)
    form = ReviewForm()
    here = url_for("roadmap.item", number=number, _anchor=f"of-{scope}")
    confirmed, remark = form.do.data == "confirm", (form.remark.data or "").strip()
    if not form.validate() or form.do.data not in ("confirm", "return") or state.state != "done":
        flash(_("Не сохранено: отметка уже изменилась. Посмотрите её ещё раз."), "error")
    elif form.version.data != str(state.version):
        flash(_("Не сохранено: пока вы смотрели, отметку изменили. Посмотрите её ещё раз."), "error")
    elif not confirmed and not remark:
        flash(_("Не возвращено: напишите замечание, чтобы школа знала, что исправить."), "error")
    else:
        review_state(state, confirmed, "" if confirmed else remark, current_user.id)
        db.session.commit()
        flash(_("Подтверждено.") if confirmed else _("Возвращено с замечанием."))
    return redirect(here)


@bp.get("/files/<int:file_id>")
def file(file_id: int) -> Response:
    """Evidence of an item, to those who see that addressee; always an attachment."""
    kept, reach = db.session.get(Evidence, file_id), reach_read()
    state = db.session.get(ItemState, kept.subject_id) if kept and kept.subject_type == PROVES else None
    if kept is None or state is None or (reach is not None and state.scope not in {MUNICIPALITY, *reach}):
        abort(404)
    return send(kept.path, kept.mime, kept.filename)
