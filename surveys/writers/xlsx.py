"""A report as a workbook: one sheet per table with typed numbers and a frozen header, native charts, «Справочник».

Texts from data are written as strings, so nothing typed by a person can become a formula or a link.
"""

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from surveys.report.document import Cell, Column, Figure, Report, Table

NUMBER_FORMATS = {"integer": "0", "decimal": "0.0", "ratio": "0.00", "percent": "0.0"}
LINE = 13.5  # points of a line of text
SUMMARY_WIDTH = 72  # units of width: what A4 holds between its margins
PER_LINE = 86  # letters of a text in it
HEAD_ROW = 3  # zero-based row of the table head: title, notes and source stand above
TOP_FORMATS = ("title", "small", "small")  # of the rows above the head: title, notes, source
PATTERNS = {"none": "percent_5", "low": "percent_20", "medium": "wide_upward_diagonal", "high": "dark_upward_diagonal"}


def write(report: Report, target: str | Path | IO[bytes]) -> None:
    """Write the workbook to a path or a binary stream."""
    from surveys.writers import write_report

    write_report(report, "xlsx", target)


def render(report: Report) -> bytes:
    """The workbook's bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": report.title, "author": report.author, "subject": report.subtitle})
    formats = _formats(book)
    _summary(book, report, formats)
    for table in report.tables:
        figure = next((one for one in report.figures if one.table == table.id and one.kind == "bars"), None)
        _sheet(book, report, table, figure, formats)
    _reference(book, report, formats)
    book.close()
    return stream.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Liberation Sans", "font_size": 10, "valign": "top", "text_wrap": True}
    formats = {
        "title": book.add_format({**base, "bold": True, "font_size": 13}),
        "heading": book.add_format({**base, "bold": True, "font_size": 13}),
        "head": book.add_format({**base, "bold": True, "border": 1, "bg_color": "#e3e9ee"}),
        "text": book.add_format({**base, "border": 1}),
        "plain": book.add_format(base),
        "bold": book.add_format({**base, "bold": True}),
        "small": book.add_format({**base, "font_size": 9, "italic": True}),
    }
    for kind, number_format in NUMBER_FORMATS.items():
        formats[kind] = book.add_format({**base, "border": 1, "num_format": number_format, "align": "right"})
    return formats


def _summary(book: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Справка")
    _page(sheet, report)
    sheet.set_column(0, 0, SUMMARY_WIDTH)
    lines = [(mark, "bold") for mark in report.marks]
    lines += [(text, "heading") for text in (*report.letterhead.names, report.title, report.subtitle) if text]
    for section in report.sections:
        lines.append((section.title, "bold"))
        for paragraph in section.paragraphs:
            text = f"• {paragraph.text}" if paragraph.style == "item" else paragraph.text
            lines.append((text, "bold" if paragraph.style == "subhead" else "plain"))
    for row, (text, kind) in enumerate(lines):
        sheet.write_string(row, 0, text, formats[kind])
        sheet.set_row(row, _height([(text, PER_LINE)], 18 if kind == "heading" else LINE))


def _sheet(book: Any, report: Report, table: Table, figure: Figure | None, formats: dict[str, Any]) -> None:
    name = sheet_name(table, report.table_number(table.id))
    sheet = book.add_worksheet(name)
    _page(sheet, report, landscape=table.wide)
    mark = f" ({', '.join(report.marks)})" if report.marks else ""
    widths = [max(12.0, column.width * 11) for column in table.columns]
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        sheet.write_string(HEAD_ROW, place, column.title, formats["head"])
        sheet.set_column(place, place, width)
    tops = [f"Таблица {report.table_number(table.id)}. {table.title}{mark}", " ".join(table.notes)]
    for row, (text, kind) in enumerate(zip([*tops, f"Источник: {table.source}."], TOP_FORMATS, strict=True)):
        # over the whole table: a long line in one cell would make the printed sheet as wide as itself
        sheet.merge_range(row, 0, row, len(widths) - 1, text, formats[kind])
        sheet.set_row(row, _height([(text, sum(widths))], 17 if kind == "title" else LINE))
    sheet.set_row(HEAD_ROW, _height(zip([column.title for column in table.columns], widths, strict=True)))
    for row, line in enumerate(table.rows, start=HEAD_ROW + 1):
        sheet.set_row(row, _height(zip([cell.printed for cell in line.cells], widths, strict=True)))
        for place, (cell, column) in enumerate(zip(line.cells, table.columns, strict=True)):
            _write_cell(sheet, row, place, cell, column, formats)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(HEAD_ROW)
    if figure is not None:
        _chart(book, sheet, name, table, figure)


def _height(cells: Iterable[tuple[str, float]], line: float = LINE) -> float:
    """Points for the tallest of wrapped texts, each with its column's width in letters; a line is not filled whole."""
    return line * max(1, *(math.ceil(1.15 * len(text) / width) for text, width in cells)) + 2


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, column: Column, formats: dict[str, Any]) -> None:
    if isinstance(cell.value, int | float):
        kind = column.kind if column.kind != "text" else "decimal"
        sheet.write_number(row, place, cell.value, formats[kind])
    else:
        sheet.write_string(row, place, cell.printed, formats["text"])


def _chart(book: Any, sheet: Any, name: str, table: Table, figure: Figure) -> None:
    """A native bar chart over the column that holds the figure's numbers; words in that column leave no bar."""
    place = next(
        (
            at
            for at in range(1, len(table.columns))
            if [row.cells[at].value if not row.cells[at].hidden else None for row in table.rows] == figure.values
        ),
        None,
    )
    if place is None:
        return
    last = HEAD_ROW + len(table.rows)
    tones = figure.tones or [None] * len(figure.values)
    points = [{"pattern": {"pattern": PATTERNS[tone or "medium"], "fg_color": "#3b4a57"}} for tone in tones]
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": figure.title,
            "categories": [name, HEAD_ROW + 1, 0, last, 0],
            "values": [name, HEAD_ROW + 1, place, last, place],
            "points": points,
            "data_labels": {"value": True, "num_format": "0.0"},
            "gap": 60,
        }
    )
    chart.set_title({"name": figure.title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"min": 0, "max": figure.limit, "name": figure.axis})
    chart.set_size({"width": 760, "height": 90 + 34 * len(table.rows)})
    sheet.insert_chart(last + 2, 0, chart, {"description": figure.alt})


def _reference(book: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Справочник")
    _page(sheet, report)
    for place, (title, width) in enumerate((("Лист", 24), ("Столбец", 34), ("Вид данных", 16), ("Источник", 70))):
        sheet.write_string(0, place, title, formats["head"])
        sheet.set_column(place, place, width)
    kinds = {
        "text": "текст",
        "integer": "число",
        "decimal": "дробное число",
        "ratio": "доля единицы",
        "percent": "проценты",
    }
    row = 1
    for table in report.tables:
        for column in table.columns:
            texts = [sheet_name(table, report.table_number(table.id)), column.title, kinds[column.kind], table.source]
            for place, text in enumerate(texts):
                sheet.write_string(row, place, text, formats["text"])
            row += 1
    sheet.freeze_panes(1, 0)


def _page(sheet: Any, report: Report, *, landscape: bool = False) -> None:
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    marks = ". ".join(report.marks)
    sheet.set_header(f"&C{marks}")
    sheet.set_footer("&C&P")


def sheet_name(table: Table, number: int) -> str:
    """«3. Профессиональные дефициты…»: at most 31 characters, without the signs Excel refuses."""
    title = "".join(" " if sign in "[]:*?/\\'" else sign for sign in table.title)
    return f"{number}. {title}"[:31].rstrip()
