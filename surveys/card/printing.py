"""A card on paper: a ``Report`` of tables by section, filled or blank; indicators and signature at the end."""

from collections.abc import Mapping, Sequence

from surveys.card.filling import Field, asked_names
from surveys.card.reading import Line, print_field
from surveys.definition.instrument import Instrument, Item
from surveys.disclosure.released import LevelCode
from surveys.expressions.piping import readable
from surveys.report.document import Cell, Column, Letterhead, Paragraph, Report, Row, Section, Signature, Table
from surveys.russian import NBSP, sentence

COLUMNS = [Column(title="№", width=0.7), Column(title="Показатель", width=5), Column(title="Значение", width=2.4)]
MARKED = 6  # options of a blank that are printed to be ticked; a longer list is written by hand
TONES: dict[str, LevelCode] = {"low": "low", "medium": "medium", "high": "high"}


def card_report(
    instrument: Instrument,
    fields: Mapping[str, Field],
    *,
    school: str,
    cycle: str,
    year: int,
    number: int,
    lines: Sequence[Line] = (),
    notes: Mapping[str, str] | None = None,
    files: Mapping[str, Sequence[str]] | None = None,
    signed_name: str = "",
    signed_on: str = "",
    department: str = "",
    thresholds: str = "",
    masked: bool = False,
    blank: bool = False,
    demo: bool = False,
) -> Report:
    """The card as a document.

    Args:
        number: the card's version, by which a figure on paper is found again.
        signed_name: name and position as the head signed, joined by a comma; empty for a card that is not signed.
        lines: indicators read already, masked where the document leaves the school and the department.
        files: field -> names of the files kept beside it.
    """
    instrument = readable(instrument)
    asked = frozenset(item.name for item in instrument.items) if blank else asked_names(instrument, fields)
    source = "" if blank else f"диагностическая карта, {school}, редакция {number}"
    sections, tables = [], []
    for place, group in enumerate(instrument.groups, 1):
        rows = []
        for item in instrument.items:
            if item.group != group.name or item.name not in asked:
                continue
            words = _blank_words(instrument, item) if blank else _words(instrument, item, fields, files or {}, masked)
            rows.append(_row(item, words))
        last = source if not lines and place == len(instrument.groups) else ""  # said once, under the last table
        table = Table(id=f"section-{group.name}", title=group.label, columns=COLUMNS, rows=rows, source=last)
        tables.append(table)
        said = _explanations(instrument, group.name, notes or {})
        sections.append(Section(id=group.name, title=f"{place}. {group.label}", tables=[table.id], paragraphs=said))
    if lines:
        own = _indicator_tables(lines, source)
        tables += own
        note = Paragraph(text=sentence(thresholds), style="note")
        names = [table.id for table in own]
        sections.append(Section(id="indicators", title="Показатели", tables=names, paragraphs=[note]))
    sure = f"Подписано: {signed_name}, {signed_on}" if signed_name else "Сведения проверены и достоверны"
    stated = [Paragraph(text=sure.rstrip(".") + ".")]
    sections.append(Section(id="conclusions", title="Подтверждение", paragraphs=stated))
    name, _comma, position = (part.strip() for part in signed_name.partition(","))
    return Report(
        title=f"Диагностическая карта общеобразовательной организации, {year}{NBSP}год" + (" (бланк)" if blank else ""),
        subtitle="Наименование организации: ______________________________" if blank else school,
        wave=cycle,
        scope="school",
        snapshot=number,
        sections=sections,
        tables=tables,
        letterhead=Letterhead(
            names=[department] if department else [],
            signature=Signature(position=position[:1].upper() + position[1:] or "Руководитель организации", name=name),
        ),
        demo=demo,
        status="approved" if signed_name or blank else "draft",
    )


def _row(item: Item, words: str) -> Row:
    label = item.label + (f", {item.unit}" if item.unit and not _names_unit(item) else "")
    return Row(key=item.name, cells=[_cell(item.code), _cell(label), _cell(words)])


def _names_unit(item: Item) -> bool:
    """Whether the words name the unit already: «Год постройки», «ставок учителей»."""
    stem = (item.unit or "").rstrip(".").lower()
    return len(stem) > 2 and stem in item.label.lower()


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


def _indicator_tables(lines: Sequence[Line], source: str) -> list[Table]:
    """What the school governs and the conditions it does not govern, apart."""
    parts = (
        ("indicators", "Показатели, которыми школа управляет", [one for one in lines if not one.indicator.context]),
        ("context", "Условия, которыми школа не управляет", [one for one in lines if one.indicator.context]),
    )
    shown = [part for part in parts if part[2]]
    return [
        _indicator_table(code, title, own, source if place == len(shown) else "")
        for place, (code, title, own) in enumerate(shown, start=1)
    ]


def _indicator_table(code: str, title: str, lines: Sequence[Line], source: str) -> Table:
    columns = [
        Column(title="Показатель", width=5),
        Column(title="Значение", width=2.4),
        Column(title="Риск", width=1.2),
    ]
    rows = [
        Row(
            key=line.indicator.code,
            cells=[
                _cell(line.indicator.label),
                Cell(value=line.reading.cell, printed=line.reading.words),
                Cell(value=line.risk, printed=line.risk, tone=TONES[line.level] if line.level else None),
            ],
        )
        for line in lines
    ]
    return Table(id=code, title=title, columns=columns, rows=rows, source=source)
