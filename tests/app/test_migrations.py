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
from app.plan.once import once_key

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


def test_equal_rows_of_the_roadmap_stay_and_the_first_has_the_key_that_the_program_makes(other_app: Flask) -> None:
    with other_app.app_context():
        upgrade(revision="0009")
        tables = reflected()
        with writing():
            fill(tables)
            day = dt.date(2020, 9, 14)
            shared = {"item_id": 1, "starts_on": day, "ends_on": day, "title": "ВПР", "created_utc": NOW}
            dates = [{"id": one, **shared, "removed_utc": NOW if one == 11 else None} for one in (11, 12, 13)]
            db.session.execute(tables.tables["schedule_date"].insert(), dates)
            words = {"text": "Кружок", "responsible": "Завуч", "deadline_text": "май", "planned_result": ""}
            own = {"school_plan_id": 1, "position": 0, "status": "planned", "proof": "", "version": 0, **words}
            lines = [{"id": one, **own, "due_date": day, "numbers": ["3.8"]} for one in (11, 12)]
            db.session.execute(tables.tables["school_plan_line"].insert(), lines)
            db.session.commit()
        upgrade()
        after = reflected().tables

        def keys(name: str) -> dict[int, str | None]:
            table = after[name]
            wanted = select(table.c.id, table.c.once).where(table.c.id > 10).order_by(table.c.id)
            return {row[0]: row[1] for row in db.session.execute(wanted)}

        assert keys("schedule_date") == {11: None, 12: once_key("schedule", 1, day, day, "ВПР"), 13: None}
        assert keys("school_plan_line") == {11: once_key("line", 1, *words.values(), day, ["3.8"]), 12: None}
        db.session.remove()
