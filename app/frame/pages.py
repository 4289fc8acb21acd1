"""What every page shares: headers, error pages, template names, sessions."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, g, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Unauthorized

from app.access import ACCESS, allowed
from app.extensions import babel, db, login_manager
from app.frame import interface, navigation
from app.frame.interface import N_
from app.frame.resending import kept_fields, returning_address
from app.models import Municipality, Person, Setting
from app.reach import scope_reach, within

CSP = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
LARGEST_ID = 2**31 - 1  # of an integer column in PostgreSQL


class PageSessions(SecureCookieSessionInterface):
    """Sessions of pages. A static file is kept by browsers and proxies: nobody's cookie may travel with it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Hook the shared parts into ``app``."""
    app.session_interface = PageSessions()
    app.before_request(refuse_unstorable)
    app.after_request(add_headers)
    app.register_error_handler(CSRFError, csrf_failed)
    for code in (400, 401, 403, 404, 405, 409, 413, 500, 503):
        app.register_error_handler(code, error_page)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        allowed=allowed,
        menu=navigation.menu,
        csrf_token=generate_csrf,
        department=department,
        is_demo=is_demo,
        sees_scope=sees_scope,
        page_language=interface.page_language,
        other_language=interface.other_language,
    )
    app.jinja_env.filters.update(navigation.FILTERS)
    babel.init_app(app, locale_selector=interface.chosen_language, timezone_selector=timezone_name)
    login_manager.login_view = "auth.login"
    login_manager.user_loader(load_person)
    login_manager.session_protection = None  # phones change their address; the epoch signs out instead


def load_person(identity: str) -> Person | None:
    """The person of a session, unless signed out everywhere since."""
    number, _dot, epoch = identity.partition(".")
    roles = joinedload(Person.assignments)  # with the person, in one question to the database
    person = db.session.get(Person, int(number), options=[roles]) if number.isdigit() else None
    return person if person and person.active and str(person.session_epoch) == epoch else None


def refuse_unstorable() -> None:
    """What no database can hold: such an address names nothing, a form or a query with a NUL is refused whole."""
    for part in (request.view_args or {}).values():
        if part > LARGEST_ID if isinstance(part, int) else "\x00" in str(part):
            abort(404)
    sent = [*request.args.items(multi=True)]
    if request.method == "POST":
        sent += request.form.items(multi=True)
    if any("\x00" in text for _name, text in sent):
        abort(400)


def add_headers(response: Response) -> Response:
    """Nothing loads from elsewhere, nothing of a person is cached by others."""
    headers = response.headers
    framed = g.get("framed", False)  # a page shown inside another page of ours
    headers["Content-Security-Policy"] = CSP.replace("ancestors 'none'", "ancestors 'self'") if framed else CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "SAMEORIGIN" if framed else "DENY"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint == "static" and request.args.get("v"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
        headers.add("Vary", "Cookie")
    return response


ERRORS = {
    400: (N_("Запрос не понят"), N_("Вернитесь на предыдущую страницу и попробуйте ещё раз.")),
    401: (N_("Нужно войти снова"), N_("Время сеанса истекло. Сохранённое раньше цело.")),
    403: (
        N_("Эта страница не для вашей роли"),
        N_("Если она вам нужна по работе, обратитесь к муниципальному координатору."),
    ),
    404: (N_("Такой страницы нет"), N_("Адрес набран с ошибкой, страница удалена или не относится к вам.")),
    405: (N_("Так эта страница не открывается"), N_("Перейдите к ней по ссылке с главной страницы.")),
    409: (N_("Данные уже изменились"), N_("Откройте страницу заново: её изменил кто-то ещё.")),
    413: (N_("Файл слишком большой"), N_("Наибольший размер файла 20 МБ.")),
    500: (N_("Ошибка в программе"), N_("Она записана в журнал. Сохранённые ответы целы. Попробуйте через минуту.")),
    503: (N_("Опора временно недоступна"), N_("Сохранённые ответы целы. Попробуйте через минуту.")),
}


def error_page(error: Exception) -> tuple[str, int]:
    """One page for every refusal: what happened and where to go."""
    code = getattr(error, "code", None) or 500
    if code >= 500:
        db.session.rollback()
    title, advice = ERRORS.get(code, ERRORS[500])
    resending = {"back": returning_address(), "kept": kept_fields()} if code == 401 else {}
    return render_template("errors/error.html", code=code, title=_(title), advice=_(advice), **resending), code


def csrf_failed(error: CSRFError) -> tuple[str, int]:
    """An expired form: nothing was stored; say how to go on. Where the session has ended too, lead to signing in."""
    access = ACCESS.get(request.endpoint or "")
    if not current_user.is_authenticated and access and access.reach != "public":
        return error_page(Unauthorized())
    advice = _("Форма устарела или открыта в другом сеансе. Обновите страницу и отправьте ещё раз.")
    return render_template("errors/error.html", code=400, title=_("Форма устарела"), advice=advice), 400


@lru_cache(maxsize=64)
def _fingerprint(path: str, _changed: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it for good."""
    path = Path(__file__).parents[1] / "static" / filename
    return url_for("static", filename=filename, v=_fingerprint(str(path), path.stat().st_mtime))


def department() -> str:
    """The department's name in the page header."""
    return str(_installation()[0])


def sees_scope(code: str) -> bool:
    """Whether findings of the group ``code`` are open to the person signed in: a link to a closed door is not drawn."""
    if "seen_scopes" not in g:
        g.seen_scopes = scope_reach(current_user, "head", "coordinator")
    return within(code, g.seen_scopes)


def is_demo() -> bool:
    """Whether the demonstration was loaded: then every page and document says so."""
    return bool(_installation()[2])


def timezone_name() -> str:
    """Zone of the municipality: every day and deadline on the screen is in it."""
    return str(_installation()[1])


def _installation() -> tuple[str, str, bool]:
    """Department, zone and the demonstration mark, read once a request."""
    if "installation" not in g:
        row = db.session.execute(
            db.select(Municipality.department, Municipality.timezone, Setting.value)
            .outerjoin(Setting, Setting.key == "demo")
            .order_by(Municipality.id)
            .limit(1)
        ).first()
        department_name, zone, demo = row if row else (_("Управление образования"), "Europe/Moscow", False)
        g.installation = (department_name, zone, bool(demo))
    return g.installation
