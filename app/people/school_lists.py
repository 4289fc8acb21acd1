"""A list of schools: from a file to a plan of changes, from the plan to rows. All or nothing."""

import re
from dataclasses import dataclass, field

from app.events import record
from app.extensions import db
from app.importing.tables import ImportRefusedError, Row, Table, column, duplicates, heading_key
from app.models import Municipality, School
from surveys.errors import Problem

COLUMNS = (
    column("code", "код", "код школы", "code", required=True),
    column("name", "название", "школа", "наименование", "полное наименование", "оо", "name", required=True),
    column("short_name", "краткое название", "сокращённое наименование", "кратко", "short name"),
    column("head_name", "руководитель", "директор", "head"),
)
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
FIELDS = ("name", "short_name", "head_name")


@dataclass
class SchoolChanges:
    """What a list would do. ``missing`` stand in the database and not in the file: they stay."""

    added: list[dict[str, str]] = field(default_factory=list)
    changed: list[tuple[School, dict[str, str]]] = field(default_factory=list)
    same: int = 0
    missing: list[School] = field(default_factory=list)


def plan_schools(table: Table, source: str) -> SchoolChanges:
    """Compare the list with the schools kept; refuse with every problem."""
    problems = [problem for row in table.rows for problem in _row_problems(table, row)]
    for key in ("code", "name"):
        for number, value, first in duplicates((row.number, row[key].lower()) for row in table.rows if row[key]):
            problems.append(
                Problem(f"строка {number}, столбец «{table.titles[key]}»", f"«{value}» уже стоит в строке {first}")
            )
    if problems:
        raise ImportRefusedError(problems, source)
    kept = {school.code: school for school in db.session.scalars(db.select(School).order_by(School.position))}
    changes = SchoolChanges(missing=[school for code, school in kept.items() if code not in _codes(table)])
    for row in table.rows:
        values = {key: row[key] for key in FIELDS if key in table.titles and (row[key] or key == "head_name")}
        school = kept.get(row["code"])
        if school is None:
            changes.added.append({"short_name": row["name"][:120], "head_name": "", **values, "code": row["code"]})
        elif differing := {key: value for key, value in values.items() if getattr(school, key) != value}:
            changes.changed.append((school, differing))
        else:
            changes.same += 1
    return changes


def _codes(table: Table) -> set[str]:
    return {row["code"] for row in table.rows}


def _row_problems(table: Table, row: Row) -> list[Problem]:
    problems = []
    if not CODE.fullmatch(row["code"]):
        text = (
            "пусто: нужен код школы" if not row["code"] else "код — латинские буквы, цифры, точка, дефис, подчёркивание"
        )
        problems.append(table.problem(row, "code", text))
    if not row["name"]:
        problems.append(table.problem(row, "name", "пусто: нужно название"))
    for key, most in (("name", 500), ("short_name", 120), ("head_name", 200)):
        if len(row[key]) > most:
            problems.append(table.problem(row, key, f"длиннее {most} знаков"))
    return problems


def apply_schools(changes: SchoolChanges, *, actor: int | None = None) -> None:
    """Write the planned changes; the caller commits."""
    municipality = db.session.scalar(db.select(Municipality).order_by(Municipality.id).limit(1))
    if municipality is None:
        municipality = Municipality(name="Муниципалитет", department="Управление образования")
        db.session.add(municipality)
        db.session.flush()
    last = db.session.scalar(db.select(db.func.max(School.position)))
    start = 0 if last is None else last + 1
    for position, values in enumerate(changes.added, start=start):
        db.session.add(School(municipality_id=municipality.id, position=position, **values))
    for school, values in changes.changed:
        for key, value in values.items():
            setattr(school, key, value)
    record("schools.imported", "municipality", municipality.id, new=_counts(changes), actor=actor)


def _counts(changes: SchoolChanges) -> dict[str, int]:
    return {"added": len(changes.added), "changed": len(changes.changed), "same": changes.same}


class SchoolFinder:
    """The school meant by a cell: its code, name or short name, quotes and blanks aside."""

    def __init__(self, schools: list[School]) -> None:
        self.known: dict[str, set[int]] = {}
        self.by_id = {school.id: school for school in schools}
        for school in schools:
            for name in (school.code, school.name, school.short_name):
                self.known.setdefault(heading_key(name), set()).add(school.id)

    def find(self, text: str) -> School | None:
        """The one school so called; None where there is none or more than one."""
        found = self.known.get(heading_key(text), set())
        return self.by_id[next(iter(found))] if len(found) == 1 else None
