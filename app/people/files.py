"""Lists from files on the page: choose a file, see what would change, apply. All errors by row and column at once."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.database import reads_first
from app.extensions import db
from app.importing.tables import read_table
from app.people import applying, kept_lists, lists, queries, school_lists
from app.people.forms import ApplyForm, ListForm
from app.people.rights import schools_changed
from surveys.errors import SurveyError

bp = Blueprint("files", __name__)

KINDS = {"people": lists.COLUMNS, "schools": school_lists.COLUMNS}
MOST_SHOWN = 200


@bp.route("/import", methods=["GET", "POST"])
@reads_first
def upload() -> str | Response:
    """Read a file and show what it would change; nothing is changed yet, so nobody's writing has to wait."""
    form = list_form()
    problems: list[str] = []
    if form.validate_on_submit():
        file = request.files.get("file")
        if file is None or not file.filename:
            form.file.errors = [_("Выберите файл")]
        else:
            try:
                kind, home, source = form.kind.data, form.school.data or "", file.filename
                table = read_table(file.read(), source, KINDS[kind])
                plan = applying.planned(current_user, kind, home, source, table)
                name = kept_lists.keep_list(current_user.id, kind, home, source, table)
                return render_template(
                    "people/dry_run.html", kind=kind, plan=plan, name=name, source=source, form=ApplyForm(formdata=None)
                )
            except SurveyError as error:
                problems = error.lines()
                form.file.errors = [_("В файле есть ошибки: ничего не изменено")]
    shown = problems[:MOST_SHOWN]
    return render_template("people/import.html", form=form, problems=shown, more=len(problems) - len(shown))


def list_form() -> ListForm:
    form = ListForm()
    kinds = [SelectChoice("people", _("люди")), SelectChoice("schools", _("школы"))]
    form.kind.choices = kinds if schools_changed(current_user) is None else kinds[:1]
    schools = queries.list_schools(schools_changed(current_user))
    form.school.choices = [SelectChoice("", _("школа указана в файле"))]
    form.school.choices += [SelectChoice(one.code, one.short_name) for one in schools]
    return form


@bp.post("/import/<name>")
def apply(name: str) -> Response:
    """Queue what the dry run has shown, once."""
    kept = kept_lists.take_list(current_user.id, name)
    if kept is None:
        flash(_("Список уже применён или показан слишком давно. Загрузите файл ещё раз."), "warning")
        return redirect(url_for("people.files.upload"))
    job = applying.ask_applying(current_user.id, name, kept[2], mark_left=bool(ApplyForm().mark_left.data))
    job_id = job.id
    db.session.commit()
    return redirect(url_for("people.files.progress", job_id=job_id))


@bp.get("/import/progress/<int:job_id>")
def progress(job_id: int) -> str:
    """How far the list is, and what came of it."""
    job = applying.find_job(job_id, current_user.id) or abort(404)
    return render_template("people/applying.html", job=job)
