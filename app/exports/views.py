"""Rows of answers for the methodologist: de-identified, with a reason that is kept."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.events import record
from app.exports import building, queries
from app.exports.forms import ExportForm
from app.extensions import db
from app.jobs import enqueue
from app.results.snapshots import latest_snapshot

bp = Blueprint("exports", __name__, url_prefix="/rows")
write_file = building.write_file  # registers the job with the room


@bp.route("/<code>", methods=["GET", "POST"])
def ask(code: str) -> str | Response:
    """«Выгрузить строки»: what, as which file and why; the file appears in «Мои документы»."""
    wave = queries.calculated_wave(code) or abort(404)
    snapshot = latest_snapshot(wave.id) or abort(404)
    fixed = queries.content_of(wave.id)
    form = ExportForm(fixed)
    if form.validate_on_submit():
        choice = {"content": form.content.data, "kind": form.kind.data}
        title = _("Строки ответов: %(wave)s", wave=wave.title)
        enqueue("rows", title, {"snapshot_id": snapshot.id, **choice}, current_user.id)
        new = {**choice, "snapshot": snapshot.number}
        record(queries.ASKED, "wave", wave.id, new=new, reason=form.reason.data.strip())
        db.session.commit()
        return redirect(url_for("reports.index"))
    return render_template("exports/ask.html", wave=wave, form=form, fixed=fixed)
