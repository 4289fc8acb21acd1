"""The report on how a plan is carried out on a day, in the order's own table with a column of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from surveys.report.document import Cell, Column, Letterhead, Paragraph, Report, Row, Section, Table

COLUMNS = (
    ("№ п/п", 0.6),
    ("Наименование мероприятия", 3.0),
    ("Ответственные исполнители", 1.9),
    ("Сроки реализации", 1.6),
    ("Планируемый результат", 2.4),
    ("Исполнение", 2.6),
)


@dataclass(frozen=True)
class Line:
    """One item as the order prints it. ``fact``: «3 из 5 школ; в работе»; ``marks``: a line for each who reported."""

    number: str
    title: str
    responsible: str
    deadline: str
    planned_result: str
    fact: str
    marks: list[str] = field(default_factory=list)


def build_execution(
    title: str, day: str, summary: str, parts: Sequence[tuple[str, Sequence[Line]]], letterhead: Letterhead, demo: bool
) -> Report:
    """The document. ``day`` in words; ``parts``: heading of each section of the plan with its items."""
    rows = [row for heading, lines in parts if lines for row in (_heading(heading), *map(_row, lines))]
    columns = [Column(title=words, width=width) for words, width in COLUMNS]
    table = Table(
        id="items", title="Исполнение пунктов плана", columns=columns, rows=rows, source="дорожная карта", wide=True
    )
    section = Section(
        id="execution",
        title="Исполнение плана мероприятий",
        paragraphs=[Paragraph(text=title), Paragraph(text=summary)],
        tables=[table.id],
    )
    return Report(
        title=f"Отчёт об исполнении плана мероприятий на {day}",
        wave="",
        scope="municipality",
        snapshot=0,
        sections=[section],
        tables=[table],
        letterhead=letterhead.model_copy(update={"approval": []}),
        demo=demo,
        status="approved",  # what was recorded by then does not change any more
        author=letterhead.names[0] if letterhead.names else "",
        kind="execution",
        signed_after="execution",
    )


def _row(one: Line) -> Row:
    done = "\n".join([one.fact, *one.marks])
    return _texts(one.number, (one.number, one.title, one.responsible, one.deadline, one.planned_result, done))


def _heading(words: str) -> Row:
    """A section of the plan, as the order sets it: a row of its own."""
    return _texts(words, ("", words, "", "", "", ""), total=True)


def _texts(key: str, texts: Sequence[str], *, total: bool = False) -> Row:
    return Row(key=key, cells=[Cell(value=text, printed=text) for text in texts], total=total)
