"""Alembic's environment: the application's own engine and tables."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from app.database import writing
from app.models.columns import UtcTime

logger = logging.getLogger("alembic.env")
database = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Own column types are written as plain ones, so that an old migration needs no code of ours."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


def drop_empty(_context: object, _revision: object, directives: list) -> None:
    """No file for a migration that changes nothing."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


@contextmanager
def rows_kept(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it: with foreign keys on, the drop would delete its children.

    The switch works only outside a transaction, hence on the driver's own connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows without their parent after the migration: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Migrate in one write transaction, one process at a time."""
    with writing(), database.engine.connect() as connection, rows_kept(connection):
        options = dict(current_app.extensions["migrate"].configure_args)
        options.setdefault("process_revision_directives", drop_empty)
        context.configure(connection=connection, target_metadata=database.metadata, render_item=render_item, **options)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":  # two instances starting at once: the second waits
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20200520)")
            context.run_migrations()


run()
