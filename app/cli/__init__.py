"""Commands of ``flask --app wsgi``: each module registers its own."""

from importlib import import_module

from flask import Flask
from flask_migrate.cli import db as migrations

from app.cli.refusals import guard, guard_names

PARTS = ("operations", "content", "reports", "demo", "privacy")


def init_app(app: Flask) -> None:
    """Register every command; none of them, nor ``db upgrade``, answers with a traceback or in English."""
    for part in PARTS:
        import_module(f"app.cli.{part}").register(app)
    for command in (*app.cli.commands.values(), migrations):
        guard(command)
    guard_names(app.cli, (migrations.name or "",))
