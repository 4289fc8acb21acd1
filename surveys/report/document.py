"""The ``Report`` value: sections, tables, figures and texts of an official document, each with its source.

Writers only dress it: every number in it was computed before. ``contract`` gives the JSON that outside scripts read;
``model_dump_json`` gives the whole value, kept with an approved document.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from surveys.disclosure.released import LevelCode

Style = Literal["plain", "lead", "subhead", "item", "note"]
FEW_LINES = 3  # paragraphs of a section that goes along with the wide table behind it
DEMO_MARK = "Демонстрационные данные"


class Piece(BaseModel):
    """A frozen part of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(Piece):
    """A table cell: ``value`` unrounded, for machines; ``printed`` for people. A hidden figure is its words in both."""

    value: float | int | str | None
    printed: str
    tone: LevelCode | None = None  # shading by level, never the only sign
    hidden: bool = False


class Column(Piece):
    """``width`` is relative; ``kind`` decides alignment and number format; a «ratio» lies between 0 and 1."""

    title: str
    kind: Literal["text", "integer", "decimal", "ratio", "percent"] = "text"
    width: float = 1.0


class Origin(Piece):
    """One figure that a conclusion rests on. ``places``: anchors of the page where it may stand, the best first."""

    words: str
    printed: str
    n: int | None = None
    places: list[str] = []


class Ground(Piece):
    """What a finding rests on: its rule with the condition in words, figures, snapshot."""

    rule: str
    condition: str
    snapshot: str
    origins: list[Origin] = []


class Row(Piece):
    """``key`` is what a source refers to: a block, a school. ``grounds``: what the row's conclusions rest on."""

    key: str
    cells: list[Cell]
    total: bool = False
    grounds: list[Ground] = []


class Table(Piece):
    """``source`` says in words where the figures come from; ``wide`` wants a landscape page."""

    id: str
    title: str
    columns: list[Column]
    rows: list[Row]
    source: str
    notes: list[str] = []
    wide: bool = False

    @property
    def afterwords(self) -> list[str]:
        """Lines under the table: its notes and its source; a printed form has no source."""
        return [*self.notes, f"Источник: {self.source.rstrip('.')}."] if self.source else self.notes


class Figure(Piece):
    """A chart as data. ``table`` names the table that holds the same numbers; a hidden value is None with its words."""

    id: str
    title: str
    kind: Literal["bars", "quadrants"]
    categories: list[str]
    values: list[float | None]
    printed: list[str]
    tones: list[LevelCode | None] = []
    axis: str = ""
    limit: float = 100.0
    n: str = ""
    alt: str
    table: str


class Paragraph(Piece):
    """``edited`` marks words that a person put in place of computed ones; ``see``: the anchor of its figures."""

    text: str
    style: Style = "plain"
    edited: bool = False
    see: str = ""


class Section(Piece):
    """``level`` 1 or 2. An appendix begins on a new page, unless it ``continues`` the one before it; so does the main
    page (``new_page``)."""

    id: str
    title: str
    paragraphs: list[Paragraph] = []
    tables: list[str] = []
    figures: list[str] = []
    level: int = 1
    appendix: bool = False
    continues: bool = False
    new_page: bool = False

    @property
    def turns(self) -> bool:
        """Whether it begins on a new page."""
        return self.new_page or (self.appendix and not self.continues)

    @property
    def body(self) -> list[Paragraph]:
        """Paragraphs before the tables; notes follow them."""
        return [paragraph for paragraph in self.paragraphs if paragraph.style != "note"]

    @property
    def afterwords(self) -> list[Paragraph]:
        """Notes, printed after the tables and figures."""
        return [paragraph for paragraph in self.paragraphs if paragraph.style == "note"]


class MeasureText(Piece):
    """An accepted measure in the words that go into the document."""

    finding: str
    recommendation: str
    roadmap_items: list[str]
    items_words: str = ""  # printed in their place where numbers alone do not say of which plan they are
    responsible: str
    deadline: str
    planned_result: str
    measure_of_success: str
    order_obligations: list[str] = []
    scope_label: str = ""
    rule: str = ""
    priority: float = 0.0
    edited: bool = False


class Signature(Piece):
    """«должность — подпись — расшифровка»."""

    position: str
    name: str


class Letterhead(Piece):
    """Settings of the department: printed as they are."""

    names: list[str] = []  # the organisation in each language
    address: str = ""
    place: str = ""
    number: str = ""
    date: str = ""
    approval: list[str] = []  # «УТВЕРЖДАЮ», position, line for the signature
    signature: Signature | None = None
    executor: str = ""  # name and telephone


class Report(Piece):
    """One document. ``scope`` is «municipality» or «school:CODE»; ``wave`` and ``snapshot`` lead to the figures."""

    title: str
    subtitle: str = ""
    wave: str
    scope: str
    snapshot: int
    sections: list[Section]
    tables: list[Table]
    figures: list[Figure] = []
    measures: list[MeasureText] = []
    letterhead: Letterhead = Letterhead()
    demo: bool = False
    status: Literal["draft", "approved"] = "draft"
    language: str = "ru-RU"
    author: str = ""
    made_on: str = ""  # ISO date
    kind: str = "report"  # which document, a name of ``surveys.kinds``
    signed_after: str = "conclusions"  # section under which the signature stands
    contents: bool = False  # a list of sections: behind the main page, or under the title where there is none

    def table(self, code: str) -> Table:
        """The table called ``code``; KeyError where there is none."""
        for table in self.tables:
            if table.id == code:
                return table
        raise KeyError(code)

    def figure(self, code: str) -> Figure:
        """The figure called ``code``; KeyError where there is none."""
        for figure in self.figures:
            if figure.id == code:
                return figure
        raise KeyError(code)

    def table_number(self, code: str) -> int:
        """«Таблица N»: its place in the document, from 1."""
        return next(place for place, table in enumerate(self.tables, start=1) if table.id == code)

    def figure_number(self, code: str) -> int:
        """«Рисунок N»: its place in the document, from 1."""
        return next(place for place, figure in enumerate(self.figures, start=1) if figure.id == code)

    def parts(self, section: Section) -> "list[Table | Figure]":
        """Tables and figures of a section in their order: a figure follows the table that it draws."""
        found: list[Table | Figure] = []
        drawn = [self.figure(code) for code in section.figures]
        for code in section.tables:
            found.append(self.table(code))
            found += [figure for figure in drawn if figure.table == code]
        return found + [figure for figure in drawn if figure.table not in section.tables]

    def heading(self, section: Section) -> str:
        """The section's title; appendices are numbered."""
        if not section.appendix:
            return section.title
        all_of = [one.id for one in self.sections if one.appendix]
        number = f" {all_of.index(section.id) + 1}" if len(all_of) > 1 else ""
        return f"Приложение{number}. {section.title}"

    def is_wide(self, section: Section) -> bool:
        """Whether it stands on landscape pages: it has a wide table, or is a few lines beside a section that has one.

        Else those lines would have a page of their own, empty under them.
        """
        if self._has_wide(section):
            return True
        place = self.sections.index(section)
        if section.tables or section.figures or place == 0:
            return False
        if section.continues:  # the lines under the last table
            return self._has_wide(self.sections[place - 1])
        if len(section.paragraphs) > FEW_LINES or section.turns:
            return False
        return any(self._has_wide(after) and not after.turns for after in self.sections[place + 1 : place + 2])

    def _has_wide(self, section: Section) -> bool:
        return any(self.table(code).wide for code in section.tables)

    @property
    def contents_after(self) -> str | None:
        """The section that the contents stand behind; None where they stand under the title, or there are none."""
        return next((section.id for section in self.sections if section.new_page), None) if self.contents else None

    @property
    def marks(self) -> list[str]:
        """Words that stand on every page: demo data, a draft."""
        return [DEMO_MARK] * self.demo + ["Проект"] * (self.status == "draft")

    def contract(self) -> dict[str, Any]:
        """The stable JSON shape; numbers unrounded, a hidden cell is its words."""
        return {
            "title": self.title,
            "wave": self.wave,
            "scope": self.scope,
            "snapshot": self.snapshot,
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "paragraphs": [paragraph.text for paragraph in section.paragraphs],
                    "tables": section.tables,
                }
                for section in self.sections
            ],
            "tables": [
                {
                    "id": table.id,
                    "title": table.title,
                    "columns": [column.title for column in table.columns],
                    "rows": [[cell.value for cell in row.cells] for row in table.rows],
                    "source": table.source,
                }
                for table in self.tables
            ],
            "measures": [
                {
                    "finding": measure.finding,
                    "recommendation": measure.recommendation,
                    "roadmap_items": measure.roadmap_items,
                    "responsible": measure.responsible,
                    "deadline": measure.deadline,
                    "planned_result": measure.planned_result,
                    "measure_of_success": measure.measure_of_success,
                }
                for measure in self.measures
            ],
        }
