"""The database is away, full or busy: a Russian page with status 503, never a traceback, and nothing half stored."""

from flask import Flask, Response, current_app, g, make_response, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest

from app.database import UnsafeDatabaseError
from app.extensions import db, login_manager
from app.frame.pages import error_page

RETRY_SECONDS = 30


def init_app(app: Flask) -> None:
    """Answer every failure of the database itself with one page."""
    for failure in (OperationalError, PoolTimeoutError, UnsafeDatabaseError):
        app.register_error_handler(failure, unavailable)
    for failure in (DataError, OverflowError):  # PostgreSQL and SQLite name it differently
        app.register_error_handler(failure, unstorable)
    app.teardown_appcontext(let_go)


def let_go(_error: BaseException | None) -> None:
    """Give the connection back. Where the database went away since the answer was made, the answer still stands."""
    try:
        db.session.close()
    except OperationalError:
        db.session().invalidate()


def unstorable(error: Exception) -> tuple[str, int]:
    """A value that no column holds, such as a number of twenty digits sent past a form: refused, nothing stored."""
    db.session.rollback()
    return error_page(BadRequest())


def unavailable(error: Exception) -> Response:
    """The 503 page, drawn without asking the database who is signed in or what the department is called."""
    current_app.logger.error("database unavailable: %s", str(error).splitlines()[0])
    db.session.rollback()
    g._login_user = login_manager.anonymous_user()
    g.installation = (_("Управление образования"), "Europe/Moscow", False)
    page = render_template(
        "errors/error.html",
        code=503,
        title=_("Опора временно недоступна"),
        advice=_("Сохранённые ответы целы. Попробуйте через минуту."),
    )
    response = make_response(page, 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
