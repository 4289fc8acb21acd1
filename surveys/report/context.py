"""What a report is made of: the wave, the department's settings, released figures, findings and accepted measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from surveys.definition.instrument import Approval, Instrument
from surveys.disclosure.released import GroupFigures, Released
from surveys.expressions.piping import readable
from surveys.findings.facts import Reading
from surveys.findings.finding import Finding
from surveys.findings.perception import Perception
from surveys.findings.thresholds import Thresholds
from surveys.report.document import Letterhead, MeasureText
from surveys.report.texts import snapshot_time
from surveys.russian import NBSP, quote


@dataclass(frozen=True)
class WaveFacts:
    """What a document says of a wave. ``stage`` is «входная», «промежуточная» or «выходная»."""

    code: str
    title: str
    stage: str
    opened: date
    closed: date


@dataclass(frozen=True)
class ReportSettings:
    """What the department edits: letterhead, basis, purpose; and the state of the document."""

    letterhead: Letterhead = field(default_factory=Letterhead)
    basis: Sequence[str] = ()  # documents, each as it is to be printed
    purpose: str = (
        "выявление профессиональных затруднений учителей для адресной помощи в рамках дорожной карты (п. 3.9)"
    )
    author: str = ""
    made_on: str = ""  # ISO date
    demo: bool = False
    zone: str = "UTC"  # of the municipality, for printed times
    status: Literal["draft", "approved"] = "draft"


@dataclass(frozen=True)
class ReportContext:
    """Everything a report is made of. ``edits`` puts a person's paragraphs in place of a section's computed ones."""

    released: Released
    scope: str  # «municipality» or «school:CODE»
    instrument: Instrument
    wave: WaveFacts
    settings: ReportSettings = field(default_factory=ReportSettings)
    measures: Sequence[MeasureText] = ()
    proposals: Sequence[MeasureText] = ()  # what the rules recommend and nobody has decided on yet
    findings: Sequence[Finding] = ()
    rules_sha256: str = ""
    readings: Sequence[tuple[str, Reading]] = ()  # indicator's title, reading: the school's own card
    cards: Sequence[tuple[str, Sequence[tuple[str, Reading]]]] = ()  # school's label, readings of its signed card
    perceptions: Sequence[Perception] = ()  # where the school's card and its teachers disagree
    plan: Sequence[Mapping[str, Any]] = ()  # items of the roadmap as ``roadmap show`` tells them
    plan_on: date | None = None  # the day of which ``plan`` tells
    edits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    marks: Thresholds = field(default_factory=Thresholds)
    marks_approved: Approval = field(default_factory=Approval)
    high_share: float = 50.0  # percent of teachers with a deficit, from which a finding counts as a weighty one
    full_name: str = ""  # of the group under the title, where its label is short
    card_named: str = ""  # «цикл «…», подписана 12.10.2026»
    card_borders: str = ""  # who approved the borders of the card's risk levels, or that nobody has
    based_on: str = ""  # the words under tables of a document that tells of cards, not of answers
    previous_title: str = ""  # of the stage that changes are counted from
    plural: Mapping[str, str] = field(default_factory=dict)  # «Руководитель ОУ» -> «Руководители ОУ»

    def __post_init__(self) -> None:
        object.__setattr__(self, "instrument", readable(self.instrument))  # no text of a document repeats an answer

    @property
    def group(self) -> GroupFigures:
        """The group that the scope names; KeyError where there is none."""
        if self.scope == "municipality":
            return self.released.municipality
        return self.released.group(self.scope.removeprefix("school:"))

    @property
    def municipal(self) -> bool:
        """Is the report about the whole municipality?"""
        return self.scope == "municipality"

    @property
    def school_labels(self) -> list[str]:
        """Labels of the wave's schools in the order of the list; none in a document about one school."""
        return [one.label for one in self.released.schools] if self.municipal else []

    @property
    def taken(self) -> str:
        """When the snapshot was made, in the municipality's zone."""
        return snapshot_time(self.released.taken_utc, self.settings.zone)

    @property
    def card_source(self) -> str:
        """The words under a table of the school's card."""
        return ", ".join(part for part in ("диагностическая карта", self.card_named, self.group.label) if part)

    @property
    def snapshot_words(self) -> str:
        """«снимок данных № 1 от 22.06.2020, 09:40 (МСК)»."""
        return f"снимок данных №{NBSP}{self.released.snapshot} от {self.taken}"

    @property
    def source(self) -> str:
        """The words under a table: where its figures come from."""
        if self.based_on:
            return self.based_on
        return f"этап {quote(self.wave.title)}, {self.snapshot_words}, группа: {self.group.label}"
