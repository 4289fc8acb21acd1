"""Shapes of what a section's page shows: finished values, nothing left to work out in a template."""

import datetime as dt
from dataclasses import dataclass, field

from app.models import CardFile, CardRemark
from surveys.card.filling import Jump
from surveys.definition.instrument import Item


@dataclass(frozen=True)
class Choice:
    code: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class CheckBox:
    """A rule across fields: shown where it does not hold, kept hidden for the script where it does."""

    code: str
    severity: str
    text: str
    broken: bool
    figures: str
    asks_note: bool  # a warning, in the section where it is mended
    note: str = ""
    conflict: "ConflictBox | None" = None


@dataclass(frozen=True)
class SumLine:
    """The arithmetic of a total: «7 + 11 + 12 + 5 = 35»."""

    code: str
    text: str
    broken: bool
    arithmetic: str
    parts: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class ConflictBox:
    """What was kept by another person while this one typed."""

    kept: str
    typed: str
    by: str
    at_utc: dt.datetime


@dataclass(frozen=True)
class RemarkBox:
    """What the methodologist asks at a field, and the school's answer as it stands or was typed now."""

    remark: CardRemark
    answer: str
    answered: bool
    conflict: ConflictBox | None = None


@dataclass
class Row:
    """One field on the page."""

    item: Item
    kind: str
    css: str
    value: str
    choices: list[Choice]
    special: bool = False
    state: str = ""
    explanation: str = ""
    source: str = ""
    problem: str = ""
    before: str = ""  # the last card's number, for the script
    jump: Jump | None = None
    jump_words: str = ""
    conflict: ConflictBox | None = None
    remarks: list[RemarkBox] = field(default_factory=list)
    files: list[CardFile] = field(default_factory=list)
    checks: list[CheckBox] = field(default_factory=list)
    sum: SumLine | None = None
    described: str = ""  # ids for aria-describedby
    invalid: bool = False


@dataclass
class Block:
    """Rows under one sub-heading; ``folded`` ones stand apart."""

    legend: str
    rows: list[Row] = field(default_factory=list)
