"""The roadmap (дорожная карта) as data: sections, items with typed deadlines, people, roles, schools, duties.

Texts are those of the order, letter by letter; the typed fields beside them are our reading.
"""

import datetime
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from surveys.definition.checks import Finding, as_problem, repeats
from surveys.definition.instrument import PACKAGED, Part, read_toml
from surveys.definition.partial import read_partly, without_followers
from surveys.errors import DefinitionError

DeadlineKind = Literal["date", "month", "ongoing", "by_schedule", "on_receipt", "none"]
RESTS = (  # texts that rest on a part whose numbers or keys may not have read
    ("sections", ("number",), ("нет раздела «",)),
    ("people", ("key",), ("нет человека ",)),
    ("roles", ("key",), ("нет человека или роли «",)),
)
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class Verbatim(Part):
    """A part whose texts are kept exactly, blanks at the ends included."""

    model_config = ConfigDict(str_strip_whitespace=False)


class Deadline(Verbatim):
    """When. ``text`` is the order's wording; ``date`` is the last day, included; months run from first to last day."""

    kind: DeadlineKind
    text: str = ""
    date: datetime.date | None = None
    month: Month | None = None
    month_end: Month | None = None
    schedule_owner: str = ""  # whose schedule decides
    condition: str = ""  # «в период действия ограничительных мер»
    by_separate_schedule: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Deadline":
        if (self.kind == "date") != (self.date is not None):
            raise ValueError("дата нужна сроку вида date и только ему")
        if (self.kind == "month") != (self.month is not None):
            raise ValueError("месяц нужен сроку вида month и только ему")
        if self.month_end is not None and (self.month is None or self.month_end < self.month):
            raise ValueError("последний месяц раньше первого")
        return self

    @property
    def applies(self) -> Literal["", "during", "after"]:
        """What the restrictive measures mean to it: needed («during»), waited out («after»), nothing."""
        if "ограничительн" not in self.condition.lower():
            return ""
        return "after" if "снят" in self.condition.lower() else "during"

    def last_day(self) -> datetime.date | None:
        """The day after which the item is late; None where the order names none."""
        if self.date is not None:
            return self.date
        if self.month is None:
            return None
        year, month = (int(part) for part in (self.month_end or self.month).split("-"))
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return following - datetime.timedelta(days=1)


class Person(Verbatim):
    """Somebody the order names. ``note`` is ours."""

    key: str
    name: str
    position: str
    control: str = ""
    note: str = ""


class Role(Verbatim):
    """A role that items are addressed to; ``per_school``: done when every school has reported."""

    key: str
    name: str
    per_school: bool
    members: list[str] = []
    note: str = ""


class School(Verbatim):
    """A school of the order."""

    key: str
    name: str
    head: str


class Section(Verbatim):
    """A section of the plan."""

    number: str
    title: str


class RoadmapItem(Verbatim):
    """One item of the plan; ``responsible`` is verbatim, ``responsible_keys`` are people and roles."""

    number: str
    section: str
    title: str
    responsible: str
    responsible_keys: list[str]
    deadline: Deadline
    planned_result: str


class Obligation(Verbatim):
    """A duty of the order's text that is no item of the plan (п. 5)."""

    key: str
    text: str
    responsible_keys: list[str]
    deadline: Deadline


class Document(Verbatim):
    """The order that the plan belongs to."""

    title: str
    short_title: str
    order_number: str
    order_date: datetime.date
    place: str
    issuer: str
    signed_by: str
    basis: list[str]


class Roadmap(Verbatim):
    """One order's plan, whole."""

    document: Document
    notes: list[str] = []
    people: list[Person]
    roles: list[Role]
    schools: list[School]
    sections: list[Section]
    items: list[RoadmapItem]
    obligations: list[Obligation] = []

    @cached_property
    def _items(self) -> dict[str, RoadmapItem]:
        return {item.number: item for item in self.items}

    def item(self, number: str) -> RoadmapItem:
        """The item «3.9»; KeyError where there is none."""
        return self._items[number]

    def section_items(self, section: str) -> list[RoadmapItem]:
        """Items of a section in the order of the plan."""
        return [item for item in self.items if item.section == section]

    def role(self, key: str) -> Role | None:
        """The role called ``key``, None where it is a person."""
        return next((role for role in self.roles if role.key == key), None)

    def is_per_school(self, item: "RoadmapItem | Obligation") -> bool:
        """Is it done only when every school has reported (n of N)?"""
        return any(role.per_school for key in item.responsible_keys if (role := self.role(key)))


def load_roadmap(path: Path | None = None) -> Roadmap:
    """Read a roadmap file; the packaged plan of 2020 by default.

    Raises:
        DefinitionError: every problem found, with its path.
    """
    source = path or PACKAGED / "roadmap_2020.toml"
    roadmap, faults = read_partly(Roadmap, read_toml(source))
    if roadmap is not None:
        faults += without_followers(_problems(roadmap), [place for place, _ in faults], rests=RESTS)
    if faults or roadmap is None:
        raise DefinitionError([as_problem(fault) for fault in faults], source.name)
    return roadmap


def _problems(roadmap: Roadmap) -> Iterator[Finding]:
    sections = {section.number for section in roadmap.sections}
    for place, item in enumerate(roadmap.items):
        if item.section not in sections:
            yield ("items", place, "section"), f"нет раздела «{item.section}»"
    yield from _unknown_keys(roadmap)
    named: list[tuple[str, str, list[str]]] = [
        ("items", "number", [item.number for item in roadmap.items]),
        ("sections", "number", [section.number for section in roadmap.sections]),
        ("schools", "key", [school.key for school in roadmap.schools]),
        ("people", "key", [person.key for person in roadmap.people]),
        ("roles", "key", [role.key for role in roadmap.roles]),
    ]
    for part, field, keys in named:
        for place, key in repeats(keys):
            yield (part, place, field), f"«{key}» встречается не один раз"


def _unknown_keys(roadmap: Roadmap) -> Iterator[Finding]:
    people = {person.key for person in roadmap.people}
    known = people | {role.key for role in roadmap.roles}
    addressed: list[tuple[str, Sequence[RoadmapItem | Obligation]]] = [
        ("items", roadmap.items),
        ("obligations", roadmap.obligations),
    ]
    for part, entries in addressed:
        for place, entry in enumerate(entries):
            for key in entry.responsible_keys:
                if key not in known:
                    yield (part, place, "responsible_keys"), f"нет человека или роли «{key}»"
    for place, role in enumerate(roadmap.roles):
        for key in role.members:
            if key not in people:
                yield ("roles", place, "members"), f"нет человека «{key}»"
