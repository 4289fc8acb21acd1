"""A person's words in a document, its approval, a new edition: for the department only."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.extensions import db
from app.reports import editions
from app.reports.forms import EditionForm, SectionForm
from app.reports.room import bp, kind_or_404, reach_or_404
from app.results.report_context import report_of
from surveys.kinds.parts import as_lines


@bp.route("/<code>/<scope>/sections/<section>", methods=["GET", "POST"])
def edit_section(code: str, scope: str, section: str) -> str | Response | tuple[str, int]:
    """Words of one section, beside the computed ones."""
    wave, snapshot, _known = reach_or_404(code, scope)
    kind = kind_or_404(scope)
    shown = editions.show(wave, snapshot, scope, kind)
    own = next((one for one in editions.editable(shown.report) if one.id == section), None)
    if own is None:
        abort(404)
    if shown.edition is not None and shown.edition.status == "approved":
        flash(_("Документ утверждён: чтобы изменить его, начните новую редакцию."), "error")
        return redirect(url_for("reports.preview", code=code, scope=scope, kind=kind))
    form, status = SectionForm(), 200
    version = shown.edition.version if shown.edition else 0
    if request.method == "GET":
        form.text.data, form.version.data = "\n".join(as_lines(own)), str(version)
    elif form.validate_on_submit():
        lines = [line.strip() for line in (form.text.data or "").splitlines() if line.strip()]
        read = int(form.version.data) if (form.version.data or "").isdecimal() else -1
        if editions.change_section(wave, snapshot, scope, kind, section, lines, read, current_user.id):
            db.session.commit()
            flash(_("Сохранено. Изменённые абзацы отмечены."))
            return redirect(url_for("reports.preview", code=code, scope=scope, kind=kind, _anchor=f"s-{section}"))
        db.session.rollback()
        form.text.errors = [
            _("Тем временем документ изменил другой человек. Ваш текст ниже: сверьте и сохраните снова")
        ]
        form.version.raw_data, form.version.data = None, str(version)
        status = 409
    computed = next(one for one in report_of(wave, snapshot, scope, kind).sections if one.id == section)
    page = render_template(
        "reports/section.html", wave=wave, scope=scope, kind=kind, section=own, computed=computed, form=form
    )
    return page, status


@bp.post("/<code>/<scope>/approve")
def approve(code: str, scope: str) -> Response:
    """Freeze the document with its figures, words, author and time."""
    wave, snapshot, _known = reach_or_404(code, scope)
    kind, form = kind_or_404(scope), EditionForm()
    read = int(form.version.data) if (form.version.data or "").isdecimal() else -1
    done = form.validate_on_submit() and editions.approve(wave, snapshot, scope, kind, read, current_user.id)
    if done:
        db.session.commit()
        flash(_("Документ утверждён: его числа и слова больше не меняются."))
    else:
        db.session.rollback()
        flash(_("Не утверждено: тем временем документ изменился. Прочитайте его снова."), "error")
    return redirect(url_for("reports.preview", code=code, scope=scope, kind=kind))


@bp.post("/<code>/<scope>/renew")
def renew(code: str, scope: str) -> Response:
    """Begin a new edition; the approved one stays in force until the new one is approved."""
    wave, snapshot, _known = reach_or_404(code, scope)
    kind = kind_or_404(scope)
    if editions.renew(wave, snapshot, scope, kind, current_user.id) is None:
        db.session.rollback()
        flash(_("Новая редакция уже начата."), "error")
    else:
        db.session.commit()
        flash(_("Начата новая редакция. Утверждённая действует, пока не утверждена новая."))
    return redirect(url_for("reports.preview", code=code, scope=scope, kind=kind))
