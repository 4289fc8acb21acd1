"""«Мои документы», the page of a report, and the department's letterhead."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.events import record
from app.extensions import db
from app.jobs import cancel, enqueue
from app.models import Document, Wave
from app.reach import scope_code, scope_reach, within
from app.reports import building, edition_views, queries  # noqa: F401  (their routes)
from app.reports.editions import editable, show
from app.reports.forms import FORMATS, EditionForm, LetterheadForm, ReportForm
from app.reports.room import ALL_SCHOOLS, SOME_SCHOOL, WATCHERS, bp, choices, kind_or_404, kinds_now, reach_or_404
from app.results.report_context import letterhead_setting
from app.results.snapshots import latest_snapshot, released_of
from app.storage import stored_path
from surveys.kinds import DEFAULT, KINDS, kinds_for
from surveys.writers import MEDIA_TYPES

NOTHING_TO_COMPARE = _l(
    "Справки о динамике нет: этому этапу не с чем сравниться. "
    "Её можно создать, когда закроется следующий этап с той же анкетой"
)
write_document = building.write_document  # registers the job with the room


def report_form(known: dict[str, tuple[Wave, list[tuple[str, str]]]]) -> ReportForm:
    """The form with what the person may choose."""
    form = ReportForm()
    form.wave.choices = [SelectChoice(code, wave.title) for code, (wave, _scopes) in known.items()]
    labels = {scope: label for _wave, scopes in known.values() for scope, label in scopes}
    if scope_reach(current_user, *WATCHERS) is None and labels:
        labels[ALL_SCHOOLS] = _("Все школы, одним архивом")
    form.scope.choices = [SelectChoice(scope, label) for scope, label in labels.items()]
    form.kind.data = form.kind.data or DEFAULT
    snapshots = [snapshot for wave, _scopes in known.values() if (snapshot := latest_snapshot(wave.id))]
    if not any(released_of(snapshot).changes for snapshot in snapshots):
        form.kind.choices = [one for one in form.kind.choices if "previous" not in KINDS[one.value].needs]
        form.kind.description = NOTHING_TO_COMPARE
    return form


@bp.get("/")
def index() -> str:
    """«Мои документы»."""
    return _index(choices())


def _index(known: dict[str, tuple[Wave, list[tuple[str, str]]]], form: ReportForm | None = None) -> str:
    return render_template(
        "reports/index.html",
        documents=queries.list_documents(current_user.id),
        jobs=queries.list_jobs(current_user.id),
        form=form or report_form(known),
        known=known,
        formats=FORMATS,
    )


@bp.post("/")
def create() -> str | Response | tuple[str, int]:
    """«Создать справку»: a job; the file appears in «Мои документы»."""
    known = choices()
    form = report_form(known)
    if not form.validate_on_submit():
        return _index(known, form)
    wave, scopes = known[form.wave.data]
    scope, kind = form.scope.data, KINDS[form.kind.data]
    label = _("все школы") if scope == ALL_SCHOOLS else dict(scopes).get(scope)
    if label is None:
        form.scope.errors = [_("Эта школа не участвовала в выбранном этапе")]
        return _index(known, form)
    if kind not in kinds_for(SOME_SCHOOL if scope == ALL_SCHOOLS else scope):
        whole = scope == "municipality"
        form.kind.errors = [
            _("Этот документ составляется по школе") if whole else _("Этот документ составляется по муниципалитету")
        ]
        return _index(known, form)
    if kind not in kinds_now(latest_snapshot(wave.id) or abort(404), scope):
        form.kind.errors = [NOTHING_TO_COMPARE]
        return _index(known, form)
    params = {"wave_id": wave.id, "scope": scope, "format": form.format.data, "kind": kind.code}
    what = building.short_title(kind.code)
    title = _("%(what)s: %(label)s, %(wave)s", what=what, label=label, wave=wave.title)
    enqueue("report_archive" if scope == ALL_SCHOOLS else "report", title, params, current_user.id)
    record("report.asked", "wave", wave.id, new={key: params[key] for key in ("scope", "format", "kind")})
    db.session.commit()
    return redirect(url_for("reports.index"))


@bp.post("/jobs/<int:job_id>/cancel")
def cancel_job(job_id: int) -> Response:
    """Stop a document that is being made; nothing of it is kept."""
    job = queries.find_own_job(job_id, current_user.id) or abort(404)
    if cancel(job.id):
        record("report.cancelled", "job", job.id)
        flash(_("Подготовка документа отменена."))
    db.session.commit()
    return redirect(url_for("reports.index"))


@bp.get("/<int:document_id>/file")
def download(document_id: int) -> Response:
    """The file, for its owner, while what it tells of is still within the owner's reach."""
    document = queries.find_document(document_id, current_user.id)
    if document is None or not still_allowed(document):
        abort(404)
    try:
        path = stored_path(document.path)
    except FileNotFoundError:
        abort(404)
    kind: Any = document.format
    mimetype = MEDIA_TYPES.get(kind, "application/octet-stream").partition(";")[0]
    return send_file(path, mimetype=mimetype, as_attachment=True, download_name=document.filename)


def still_allowed(document: Document) -> bool:
    """Whether the document's group is still within the reach of the person signed in."""
    return within(scope_code(document.scope), scope_reach(current_user, *WATCHERS))


@bp.get("/<code>/<scope>/")
def preview(code: str, scope: str) -> str:
    """The report as a page: the same value that the documents are written from."""
    wave, snapshot, known = reach_or_404(code, scope)
    kind = kind_or_404(scope)
    shown = show(wave, snapshot, scope, kind)
    form = report_form(known)
    form.scope.data, form.kind.data = scope, kind
    return render_template(
        "reports/preview.html",
        wave=wave,
        scope=scope,
        kind=kind,
        kinds=(kinds := kinds_now(snapshot, scope)),
        why_fewer=NOTHING_TO_COMPARE if len(kinds) < len(kinds_for(scope)) else "",
        edition=shown.edition,
        editable=editable(shown.report),
        approver=queries.name_of(shown.edition.approved_by) if shown.edition else "",
        body=Markup(rendered(shown.report)),  # the writer escapes every text
        form=form,
        edition_form=EditionForm(formdata=None),
        formats=FORMATS,
    )


def rendered(report: Any) -> str:
    """The report's HTML fragment."""
    from surveys.writers.html import render

    return render(report).decode()


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> str | Response:
    """Letterhead, basis and signature of every document."""
    form = LetterheadForm(data=letterhead_setting() if request.method == "GET" else None)
    if form.validate_on_submit():
        values = {name: value or "" for name, value in form.data.items() if name != "csrf_token"}
        queries.store_letterhead(values)
        record("letterhead.changed", "setting", "letterhead")
        db.session.commit()
        flash(_("Сохранено. Новые документы выйдут с этими реквизитами."))
        return redirect(url_for("reports.settings"))
    return render_template("reports/settings.html", form=form)
