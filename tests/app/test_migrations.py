"""Migrating a filled database loses no row."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, LargeBinary, MetaData, Table, func, select
from sqlalchemy.types import JSON

from app.database import writing
from app.extensions import db

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def early(other_app: Flask) -> Iterator[Flask]:
    """The application on a database of the second version, one row in every table."""
    with other_app.app_context():
        upgrade(revision="0002")
        with writing():
            fill(reflected())
            db.session.commit()
        yield other_app
        db.session.remove()


def reflected() -> MetaData:
    found = MetaData()
    with db.engine.connect() as connection:
        found.reflect(connection)
    return found


def fill(tables: MetaData) -> None:
    """One row a table, parents first; a foreign key points at row 1 of its parent."""
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            db.session.execute(table.insert().values({column.name: value_for(column) for column in table.columns}))


def value_for(column: Any) -> Any:
    if column.foreign_keys:
        return 1
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 5 if column.name == "k" else 1
    if isinstance(kind, DateTime):
        return NOW
    if isinstance(kind, Date):
        return NOW.date()
    if isinstance(kind, Float):
        return 1.0
    if isinstance(kind, LargeBinary):
        return b"0"
    if isinstance(kind, JSON):
        return {}
    text = uuid.uuid4().hex
    return text[: kind.length] if getattr(kind, "length", None) else text if "NUMERIC" not in str(kind) else 1


def count_rows(tables: MetaData) -> dict[str, int]:
    def size(table: Table) -> int:
        return db.session.scalar(select(func.count()).select_from(table)) or 0

    counts = {table.name: size(table) for table in tables.sorted_tables}
    db.session.rollback()
    return counts


def test_rows_of_an_earlier_version_outlive_the_upgrade(early: Flask) -> None:
    before = reflected()
    counts = count_rows(before)
    assert counts["participation"] == counts["draft"] == counts["assignment"] == 1
    upgrade()
    after = count_rows(reflected())
    assert {name: after[name] for name in counts} == counts
