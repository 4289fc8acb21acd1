"""Commands of ``flask --app wsgi``: each module registers its own."""

from importlib import import_module

from flask import Flask

PARTS = ("operations", "content", "reports", "demo")


def init_app(app: Flask) -> None:
    """Register every command."""
    for part in PARTS:
        import_module(f"app.cli.{part}").register(app)
