"""A report as a Word document laid out by ГОСТ Р 7.0.97-2016: real headings, native tables, charts with alt text.

A4, margins 30/10/20/20 mm, 14 pt serif (tables 11 and 10), 1.15 spacing, indent 1.25 cm, page number at the top centre
from the second page. A section with a wide table stands on landscape pages.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from surveys.report.document import Figure, Paragraph, Report, Section, Table
from surveys.writers.docx_parts import (
    add_contents,
    add_page_number,
    add_table,
    bookmark,
    describe_picture,
    lay_out,
    set_fonts,
    set_properties,
    turn_page,
)

MANY_COLUMNS = 10
TEXT_WIDTH_MM = {False: 170, True: 257}  # portrait, landscape


def write(report: Report, target: str | Path | IO[bytes]) -> None:
    """Write the document to a path or a binary stream."""
    from surveys.writers import write_report

    write_report(report, "docx", target)


def render(report: Report) -> bytes:
    """The document's bytes."""
    from docx import Document

    document = Document()
    set_fonts(document, report.language)
    set_properties(document, report)
    landscape = bool(report.sections) and report.is_wide(report.sections[0])
    lay_out(document.sections[0], landscape=landscape)
    document.sections[0].different_first_page_header_footer = True
    _headers(document.sections[0], report.marks)
    _letterhead(document, report, landscape)
    if report.contents and report.contents_after is None:
        _contents(document, report)
    for section in report.sections:
        wide = report.is_wide(section)
        if wide != landscape:
            turn_page(document, landscape=wide)
        new_page = section.turns and wide == landscape  # a turned page is new already
        landscape = wide
        _section(document, report, section, landscape, new_page=new_page)
        if section.id == report.signed_after:
            _signatures(document, report, landscape)
        if section.id == report.contents_after:
            _contents(document, report, new_page=True)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _contents(document: Any, report: Report, *, new_page: bool = False) -> None:
    title = document.add_paragraph("Содержание", style="Contents Title")
    title.paragraph_format.page_break_before = new_page
    add_contents(document, [report.heading(section) for section in report.sections])


def _headers(section: Any, marks: Sequence[str]) -> None:
    """Page number from the second page; the marks («Демонстрационные данные», «Проект») on every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    line = section.header.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_page_number(line)
    for header, first in ((section.header, None), (section.first_page_header, section.first_page_header.paragraphs[0])):
        if not marks:
            continue
        mark = first if first is not None else header.add_paragraph()
        mark.style = section.header.paragraphs[0].style
        mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        mark.add_run(" · ".join(marks)).italic = True


def _letterhead(document: Any, report: Report, landscape: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    head = report.letterhead
    for name in head.names:  # one a language, of a line or several: the gap stands between languages
        _line(document, name, WD_ALIGN_PARAGRAPH.CENTER, bold=True).paragraph_format.space_after = Pt(6)
    if head.address:
        _line(document, head.address, WD_ALIGN_PARAGRAPH.CENTER)
    if head.number or head.date or head.place:
        parts = [f"от {head.date}" if head.date else "", f"№\u00a0{head.number}" if head.number else ""]
        _line(document, " ".join(part for part in parts if part), WD_ALIGN_PARAGRAPH.LEFT)
        _line(document, head.place, WD_ALIGN_PARAGRAPH.LEFT)
    for text in head.approval:
        _line(document, text, WD_ALIGN_PARAGRAPH.LEFT).paragraph_format.left_indent = Mm(TEXT_WIDTH_MM[landscape] - 75)
    document.add_paragraph(report.title, style="Title")
    if report.subtitle:
        document.add_paragraph(report.subtitle, style="Subtitle")


def _line(document: Any, text: str, alignment: Any, *, bold: bool = False) -> Any:
    from docx.shared import Mm

    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.first_line_indent = Mm(0)
    paragraph.add_run(text).bold = bold
    return paragraph


def _section(document: Any, report: Report, section: Section, landscape: bool, *, new_page: bool) -> None:
    heading = document.add_heading(report.heading(section), level=section.level)
    heading.paragraph_format.page_break_before = new_page
    if report.contents:
        bookmark(heading, report.sections.index(section))
    parts = report.parts(section)
    first = parts[0] if parts and isinstance(parts[0], Table) else None
    form = first is not None and not first.source  # how to answer stands by the questions
    for paragraph in section.body:
        _paragraph(document, paragraph)
        alone = len(section.body) == 1 and first is not None and first.wide
        if form or alone:  # the words are not left on the page before
            document.paragraphs[-1].paragraph_format.keep_with_next = True
    for part in parts:
        if isinstance(part, Table):
            _table(document, report, part, landscape)
        else:
            _figure(document, report, part)
    for place, paragraph in enumerate(section.afterwords, start=1):
        _paragraph(document, paragraph)
        document.paragraphs[-1].paragraph_format.keep_with_next = place < len(section.afterwords)


def _paragraph(document: Any, paragraph: Paragraph) -> None:
    if paragraph.style == "subhead":
        document.add_heading(paragraph.text, level=2)
        return
    styles = {"item": "List Bullet", "note": "Table Note"}
    document.add_paragraph(paragraph.text, style=styles.get(paragraph.style, "Normal"))


def _table(document: Any, report: Report, table: Table, landscape: bool) -> None:
    document.add_paragraph(f"Таблица {report.table_number(table.id)} — {table.title}", style="Table Title")
    add_table(document, table, TEXT_WIDTH_MM[landscape], size=_size(table))
    notes = table.afterwords
    for place, note in enumerate(notes, start=1):
        line = document.add_paragraph(note, style="Table Note")
        line.paragraph_format.keep_with_next = place < len(notes)


def _size(table: Table) -> int:
    """Points of the letters: smaller where there are many columns."""
    return (9 if len(table.columns) > MANY_COLUMNS else 10) if table.wide else 11


def _figure(document: Any, report: Report, figure: Figure) -> None:
    from docx.shared import Mm

    from surveys.report.charts import chart_bytes

    picture = document.add_paragraph(style="Figure")
    shape = picture.add_run().add_picture(io.BytesIO(chart_bytes(figure)), width=Mm(160))
    describe_picture(shape, figure.title, figure.alt)
    document.add_paragraph(f"Рисунок {report.figure_number(figure.id)} — {figure.title}", style="Figure Title")


def _signatures(document: Any, report: Report, landscape: bool) -> None:
    """«должность — подпись — расшифровка», then who made the document."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    signature, lines = report.letterhead.signature, document.paragraphs[-1:]
    if signature is not None:
        lines.append(_line(document, "", WD_ALIGN_PARAGRAPH.LEFT))
        line = _line(document, f"{signature.position}\t____________\t{signature.name}", WD_ALIGN_PARAGRAPH.LEFT)
        width = TEXT_WIDTH_MM[landscape]
        line.paragraph_format.tab_stops.add_tab_stop(Mm(width - 75))
        line.paragraph_format.tab_stops.add_tab_stop(Mm(width - 40))
        line.paragraph_format.keep_together = True
        lines.append(line)
    if report.letterhead.executor:
        line = _line(document, "", WD_ALIGN_PARAGRAPH.LEFT)
        run = line.add_run(f"Исполнитель: {report.letterhead.executor}")
        run.font.size = Pt(10)
        lines.append(line)
    for above in lines[:-1]:  # a signature does not stand on a page without the end of the text
        above.paragraph_format.keep_with_next = True
