"""A card on paper: a ``Report`` of tables by section, filled or blank; indicators and signature at the end."""

from collections.abc import Mapping, Sequence

from surveys.card_filling import Field, asked_names
from surveys.card_reading import Line, print_field
from surveys.definition import Instrument, Item
from surveys.document import Cell, Column, Letterhead, Paragraph, Report, Row, Section, Signature, Table
from surveys.released import LevelCode

COLUMNS = [Column(title="№", width=0.7), Column(title="Показатель", width=5), Column(title="Значение", width=2.4)]
MARKED = 6  # options of a blank that are printed to be ticked; a longer list is written by hand
TONES: dict[str, LevelCode] = {"low": "low", "medium": "medium", "high": "high"}


def card_report(
    instrument: Instrument,
    fields: Mapping[str, Field],
    *,
    school: str,
    cycle: str,
    number: int,
    lines: Sequence[Line] = (),
    notes: Mapping[str, str] | None = None,
    files: Mapping[str, Sequence[str]] | None = None,
    signed: str = "",
    department: str = "",
    thresholds: str = "",
    masked: bool = False,
    blank: bool = False,
    demo: bool = False,
) -> Report:
    """The card as a document.

    Args:
        number: the card's version, by which a figure on paper is found again.
        lines: indicators read already, masked where the document leaves the school and the department.
        files: field -> names of the files kept beside it.
    """
    asked = frozenset(item.name for item in instrument.items) if blank else asked_names(instrument, fields)
    source = "бланк" if blank else f"диагностическая карта, {school}, редакция {number}"
    sections, tables = [], []
    for place, group in enumerate(instrument.groups, 1):
        rows = []
        for item in instrument.items:
            if item.group != group.name or item.name not in asked:
                continue
            words = _blank_words(instrument, item) if blank else _words(instrument, item, fields, files or {}, masked)
            rows.append(_row(item, words))
        table = Table(id=f"section-{group.name}", title=group.label, columns=COLUMNS, rows=rows, source=source)
        tables.append(table)
        said = _explanations(instrument, group.name, notes or {})
        sections.append(Section(id=group.name, title=f"{place}. {group.label}", tables=[table.id], paragraphs=said))
    if lines:
        tables.append(_indicator_table(lines, source))
        note = Paragraph(text=thresholds[:1].upper() + thresholds[1:], style="note")
        sections.append(Section(id="indicators", title="Показатели", tables=["indicators"], paragraphs=[note]))
    sure = Paragraph(text="Сведения проверены и достоверны." if not signed else f"Подписано: {signed}.")
    sections.append(Section(id="conclusions", title="Подтверждение", paragraphs=[sure]))
    return Report(
        title="Диагностическая карта общеобразовательной организации" + (" (бланк)" if blank else ""),
        subtitle="Наименование организации: ______________________________" if blank else school,
        wave=cycle,
        scope="school",
        snapshot=number,
        sections=sections,
        tables=tables,
        letterhead=Letterhead(
            names=[department] if department else [],
            signature=Signature(position="Руководитель организации", name=signed.rpartition(",")[0]),
        ),
        demo=demo,
        status="approved" if signed or blank else "draft",
    )


def _row(item: Item, words: str) -> Row:
    label = item.label + (f", {item.unit}" if item.unit else "")
    return Row(key=item.name, cells=[_cell(item.code), _cell(label), _cell(words)])


def _cell(text: str) -> Cell:
    return Cell(value=text, printed=text)


def _words(
    instrument: Instrument, item: Item, fields: Mapping[str, Field], files: Mapping[str, Sequence[str]], masked: bool
) -> str:
    if item.name in files:
        return "; ".join(files[item.name])
    return print_field(instrument, item, fields.get(item.name), masked=masked)


def _blank_words(instrument: Instrument, item: Item) -> str:
    """Options to mark by hand, or an empty line."""
    options = instrument.options_of(item)
    return "\n".join(f"☐ {one.label}" for one in options) if 0 < len(options) <= MARKED else ""


def _explanations(instrument: Instrument, group: str, notes: Mapping[str, str]) -> list[Paragraph]:
    """Explanations of warnings whose first field stands in this section."""
    return [
        Paragraph(text=f"{check.text}. Пояснение: {notes[check.code]}", style="note")
        for check in instrument.checks
        if notes.get(check.code) and check.fields and instrument.item(check.fields[0]).group == group
    ]


def _indicator_table(lines: Sequence[Line], source: str) -> Table:
    columns = [Column(title="Показатель", width=5), Column(title="Значение", width=2), Column(title="Риск", width=1.2)]
    rows = [
        Row(
            key=line.indicator.code,
            cells=[
                _cell(line.indicator.label),
                Cell(value=line.printed if line.value is None else line.value, printed=line.printed),
                Cell(value=line.risk, printed=line.risk, tone=TONES[line.level] if line.level else None),
            ],
        )
        for line in lines
    ]
    return Table(id="indicators", title="Показатели с уровнями риска", columns=columns, rows=rows, source=source)
