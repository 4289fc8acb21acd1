"""The web application."""

import sys
from importlib import import_module

from flask import Flask, request

from app.access import guard_request
from app.config import Config
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
    config = config or Config()
    app = Flask(__name__, instance_path=str(config.INSTANCE))
    app.config.from_object(config)
    for extension in (db, login_manager, csrf, compress):
        extension.init_app(app)
    migrate.init_app(app, db)
    try:
        check_durability(app)
    except UnsafeDatabaseError as unsafe:
        sys.exit(f"Опора не запущена: {unsafe}")
    app.before_request(lambda: mark_writing(request.method not in ("GET", "HEAD", "OPTIONS")))
    app.before_request(guard_request)
    for room in ROOMS:
        app.register_blueprint(import_module(f"app.{room}.views").bp)
    for part in ("app.pages", "app.unavailable", "app.cli"):
        import_module(part).init_app(app)
    return app
