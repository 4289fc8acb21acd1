"""The home page by role, and the pages open to everybody."""

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.auth.views import safe_target
from app.extensions import db

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> str:
    """«Что от меня ждут»."""
    return render_template("home/index.html")


@bp.get("/healthz")
def health() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> tuple[Response, int] | Response:
    """The database answers too."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("database unavailable\n", mimetype="text/plain"), 503
    return Response("ready\n", mimetype="text/plain")


@bp.get("/look")
def look() -> Response:
    """Turn the version for weak eyesight: black on white, white on black, off. A taste of the browser, not data."""
    following = {None: "day", "day": "night"}.get(request.cookies.get("vision"))
    response = redirect(safe_target(request.args.get("next")))
    if following:
        response.set_cookie("vision", following, max_age=31536000, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("vision")
    return response  # type: ignore[return-value]


@bp.get("/privacy")
def privacy() -> str:
    """«Кто что видит»."""
    return render_template("home/privacy.html", title=_("Кто что видит"))


@bp.get("/help")
def help_page() -> str:
    """«Помощь»."""
    return render_template("home/help.html", title=_("Помощь"))
