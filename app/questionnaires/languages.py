"""The respondent's choice of a language, where the form has several. Answers are codes: they stay as they are."""

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.questionnaires import queries
from app.questionnaires.steps import choose_language

bp = Blueprint("languages", __name__)


@bp.post("/<code>/language")
def choose(code: str) -> Response:
    """Show the form in this language from now on."""
    asked = queries.find_asked(current_user.id, code) or abort(404)
    if not choose_language(asked.instrument_sha256, request.form.get("language", "")):
        abort(400)
    return redirect(url_for("questionnaires.start", code=code))
