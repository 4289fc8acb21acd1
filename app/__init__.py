"""The web application."""

import sys
from importlib import import_module
from typing import NoReturn

from flask import Flask, current_app, request

from app.access import guard_request
from app.config import BadSettingError, Config
from app.database import UnsafeDatabaseError, check_durability, mark_writing
from app.extensions import compress, csrf, db, login_manager, migrate

ROOMS = (
    "auth",
    "home",
    "people",
    "waves",
    "questionnaires",
    "individual",
    "instruments",
    "cards",
    "staff",
    "findings",
    "reports",
    "exports",
    "roadmap",
)


def create_app(config: Config | None = None) -> Flask:
    """Build the application; refuse to start on a database that could lose acknowledged answers."""
    try:
        config = config or Config()
    except BadSettingError as bad:
        refuse_start(bad)
    app = Flask(__name__, instance_path=str(config.INSTANCE))
    app.config.from_object(config)
    for extension in (db, login_manager, csrf, compress):
        extension.init_app(app)
    migrate.init_app(app, db)
    try:
        check_durability(app)
    except UnsafeDatabaseError as unsafe:
        refuse_start(unsafe)
    app.before_request(mark_request)
    app.before_request(guard_request)
    for room in ROOMS:
        app.register_blueprint(import_module(f"app.{room}.views").bp)
    for part in ("app.frame.pages", "app.frame.unavailable", "app.cli"):
        import_module(part).init_app(app)
    return app


def mark_request() -> None:
    """A form writes from its first statement on, unless its view reads first."""
    view = current_app.view_functions.get(request.endpoint or "")
    mark_writing(request.method not in ("GET", "HEAD", "OPTIONS") and not hasattr(view, "reads_first"))


def refuse_start(problem: Exception) -> NoReturn:
    """One line on standard error and status 2, the same for the server and for every command."""
    print(f"Опора не запущена: {problem}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
