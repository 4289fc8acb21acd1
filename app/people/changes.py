"""What a list of people would change, and changing it. All or nothing; linear in the number of rows.

A person is known again by the staff number, or by name and school where the list has no numbers.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from app.events import record
from app.extensions import db
from app.importing.tables import ImportRefusedError, Table
from app.models import Assignment, Municipality, Person, School
from app.people.lists import FIELDS, Line, read_lines
from app.people.names import Logins
from app.people.school_lists import SchoolFinder
from surveys.errors import Problem

Place = tuple[str, int | None]  # (role, school id)


@dataclass(frozen=True)
class Change:
    """A person who differs from the list: columns that differ, and places (role, school) to be left."""

    person: Person
    line: Line
    differs: list[str]
    leaves: set[Place]


@dataclass
class PeopleChanges:
    """What a list would do. ``missing``: teachers of the listed schools who are not in the file."""

    added: list[Line] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    missing: list[Person] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


class _Known:
    """People kept, found by number, by name and school, by login."""

    def __init__(self) -> None:
        self.people = list(db.session.scalars(db.select(Person)))
        self.by_number = {person.number: person for person in self.people if person.number}
        self.by_login = {person.login: person for person in self.people if person.login}
        self.by_name: dict[object, list[Person]] = {}
        for person in self.people:
            parts = (person.family, person.given, person.patronymic)
            name = tuple(part.lower().replace("ё", "е") for part in parts)
            for assignment in person.assignments:
                self.by_name.setdefault((name, assignment.school_id), []).append(person)

    def find(self, line: Line, seen: set[int]) -> Person | None:
        if line.number in self.by_number:
            return self.by_number[line.number]
        same = self.by_name.get((line.name, line.places[0][1]), [])
        free = [person for person in same if not (line.number and person.number) and person.id not in seen]
        return free[0] if len(free) == 1 else None


def plan_people(
    table: Table,
    source: str,
    *,
    roles: set[str],
    school_ids: Collection[int] | None = None,
    home_school: School | None = None,
) -> PeopleChanges:
    """Compare the list with the people kept; refuse with every problem.

    Args:
        roles: roles that the importer may give.
        school_ids: schools whose people the importer may change; None for all.
        home_school: the school of rows where no school is named.
    """
    schools = db.session.scalars(db.select(School))
    finder = SchoolFinder([school for school in schools if school_ids is None or school.id in school_ids])
    problems: list[Problem] = []
    lines = read_lines(table, source, finder, home_school, roles, problems)
    known, seen = _Known(), set[int]()
    listed = {school_id for line in lines for role, school_id in line.places if role == "teacher"}
    changes = PeopleChanges(dropped=table.dropped, unused=table.unused)
    for line in lines:
        person = known.find(line, seen)
        if known.by_login.get(line.login, person) is not person:
            problems.append(Problem(f"строка {line.row}", f"имя для входа «{line.login}» занято"))
        if person is None:
            changes.added.append(line)
            continue
        seen.add(person.id)
        change = _change(person, line, listed)
        if not change.differs:
            changes.same += 1
        elif _out_of_reach(person, roles, school_ids):
            problems.append(Problem(f"строка {line.row}", "этого человека меняет Управление образования"))
        else:
            changes.changed.append(change)
    if problems:
        raise ImportRefusedError(sorted(problems, key=_row_of), source)
    changes.missing = [person for person in known.people if person.id not in seen and _has_left(person, listed)]
    return changes


def _row_of(problem: Problem) -> int:
    found = re.search(r"строка (\d+)", problem.place)
    return int(found[1]) if found else 0


def _places(person: Person) -> set[Place]:
    return {(assignment.role, assignment.school_id) for assignment in person.assignments}


def _change(person: Person, line: Line, listed: set[int | None]) -> Change:
    """How ``person`` differs; a teacher listed elsewhere leaves a school whose list is in the file too."""
    differs = [key for key in FIELDS if line.values.get(key) and getattr(person, key) != line.values[key]]
    leaves = {place for place in _places(person) - set(line.places) if place[0] == "teacher" and place[1] in listed}
    if leaves or not set(line.places) <= _places(person):
        differs.append("roles")
    differs += [key for key in ("login", "number") if getattr(line, key) and getattr(person, key) != getattr(line, key)]
    if not person.active:
        differs.append("active")
    return Change(person, line, differs, leaves)


def _out_of_reach(person: Person, roles: set[str], school_ids: Collection[int] | None) -> bool:
    return not person.roles <= roles or (
        school_ids is not None and any(place[1] not in school_ids for place in _places(person))
    )


def _has_left(person: Person, listed: set[int | None]) -> bool:
    """A teacher, and nothing else, only of schools whose lists are in the file."""
    places = _places(person)
    return person.active and bool(places) and all(role == "teacher" and place in listed for role, place in places)


def apply_people(changes: PeopleChanges, *, mark_left: bool = False, actor: int | None = None) -> None:
    """Write the planned changes; the caller commits. ``mark_left`` closes the accounts of the missing."""
    municipality_id = db.session.scalar(db.select(Municipality.id).order_by(Municipality.id).limit(1))
    codes = {row[0]: row[1] for row in db.session.execute(db.select(School.id, School.code))}
    taken = set(db.session.scalars(db.select(Person.login).where(Person.login.is_not(None))))
    listed = [*changes.added, *(change.line for change in changes.changed)]
    logins = Logins(taken | {line.login for line in listed if line.login})

    def assignment(place: Place) -> Assignment:
        role, school_id = place
        scope = codes[school_id] if school_id else "municipality"
        return Assignment(role=role, scope=scope, school_id=school_id, municipality_id=municipality_id)

    for line in changes.added:
        login = line.login or logins.make(*(line.values[key] for key in FIELDS[:3]))
        person = Person(login=login, number=line.number or None, **line.values)
        person.assignments = [assignment(place) for place in line.places]
        db.session.add(person)
    for change in changes.changed:
        _apply_change(change, logins)
        kept = [a for a in change.person.assignments if (a.role, a.school_id) not in change.leaves]
        fresh = [assignment(place) for place in change.line.places if place not in _places(change.person)]
        change.person.assignments = kept + fresh
    if mark_left:
        for person in changes.missing:
            person.active = False
            person.session_epoch += 1
    record("people.imported", "municipality", municipality_id or 0, new=counts(changes, mark_left), actor=actor)


def _apply_change(change: Change, logins: Logins) -> None:
    person, line = change.person, change.line
    for key in FIELDS:
        if line.values.get(key):
            setattr(person, key, line.values[key])
    person.login = line.login or person.login or logins.make(person.family, person.given, person.patronymic)
    person.number = line.number or person.number
    person.active = True


def counts(changes: PeopleChanges, mark_left: bool = False) -> dict[str, int]:
    """Sizes of the parts of a plan."""
    return {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "same": changes.same,
        "missing": len(changes.missing),
        "left": len(changes.missing) if mark_left else 0,
    }
