"""A report as an HTML fragment for the page: native tables, bars as plain SVG rectangles, no inline style or script.

Every figure has its table beside it, and every table says where its numbers come from.
"""

from html import escape
from itertools import groupby
from pathlib import Path
from typing import IO

from surveys.document import Cell, Column, Figure, Paragraph, Report, Section, Table

TONE_CLASS = {"none": "h0", "low": "h1", "medium": "h2", "high": "h3"}


def write(report: Report, target: str | Path | IO[bytes]) -> None:
    """Write the fragment to a path or a binary stream."""
    from surveys.writers import write_report

    write_report(report, "html", target)


def render(report: Report) -> bytes:
    """UTF-8 fragment: an article with sections, tables and figures."""
    parts = ['<article class="report" lang="ru">']
    parts += [f'<p class="demo"><strong>{escape(mark)}</strong></p>' for mark in report.marks]
    parts += [f"<h1>{escape(report.title)}</h1>"]
    if report.subtitle:
        parts.append(f'<p class="lede">{escape(report.subtitle)}</p>')
    for section in report.sections:
        parts += _section(section, report)
    parts.append("</article>")
    return "\n".join(parts).encode()


def _section(section: Section, report: Report) -> list[str]:
    parts = [f'<section id="s-{escape(section.id)}">', f"<h2>{escape(section.title)}</h2>"]
    for style, run in groupby(section.body, key=lambda paragraph: paragraph.style == "item"):
        lines = [_paragraph(paragraph) for paragraph in run]
        parts += ["<ul>", *lines, "</ul>"] if style else lines
    for part in report.parts(section):
        parts.append(
            _table(part, report.table_number(part.id))
            if isinstance(part, Table)
            else _figure(part, report.figure_number(part.id))
        )
    parts += [_paragraph(paragraph) for paragraph in section.afterwords]
    return [*parts, "</section>"]


def _paragraph(paragraph: Paragraph) -> str:
    text = escape(paragraph.text)
    if paragraph.edited:
        text += ' <small class="small">(изменено методистом)</small>'
    if paragraph.style == "subhead":
        return f"<h3>{text}</h3>"
    if paragraph.style == "item":
        return f"<li>{text}</li>"
    return f'<p class="small">{text}</p>' if paragraph.style == "note" else f"<p>{text}</p>"


def _table(table: Table, number: int) -> str:
    notes = "".join(f'<span class="small">{escape(note)}</span>' for note in table.notes)
    head = "".join(f'<th scope="col"{_number_class(column)}>{escape(column.title)}</th>' for column in table.columns)
    rows = [_row(row.cells, table.columns, row.total, f"{table.id}-{row.key}") for row in table.rows]
    caption = f"<b>Таблица {number}. {escape(table.title)}</b>{notes}"
    return (
        f'<table class="tb rows" id="t-{escape(table.id)}"><caption>{caption}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>\n"
        f'<p class="small">Источник: {escape(table.source)}.</p>'
    )


def _row(cells: list[Cell], columns: list[Column], total: bool, code: str) -> str:
    first = f'<th scope="row">{escape(cells[0].printed)}</th>'
    rest = "".join(_cell(cell, column) for cell, column in zip(cells[1:], columns[1:], strict=True))
    kind = ' class="tot"' if total else ""
    return f'<tr{kind} id="r-{escape(code)}">{first}{rest}</tr>'


def _cell(cell: Cell, column: Column) -> str:
    classes = ["hid"] if cell.hidden else [TONE_CLASS[cell.tone]] if cell.tone else []
    if column.kind != "text":
        classes.append("n")
    named = f' class="{" ".join(classes)}"' if classes else ""
    return f'<td{named} data-l="{escape(column.title)}">{escape(cell.printed)}</td>'


def _number_class(column: Column) -> str:
    return ' class="n"' if column.kind != "text" else ""


def _figure(figure: Figure, number: int) -> str:
    """The chart in words and bars: the list is read aloud as it stands, the bars are decoration."""
    lines = []
    for name, value, words in zip(figure.categories, figure.values, figure.printed, strict=True):
        bar = ""
        if value is not None:
            width = max(0.0, min(100.0, 100.0 * value / figure.limit))
            rectangle = f'<rect width="{width:.1f}%" height="100%" class="fill"/>'
            bar = f'<svg class="bar" aria-hidden="true">{rectangle}</svg>'
        lines.append(f"<li>{escape(name)}: <b>{escape(words)}</b>{bar}</li>")
    note = f" {escape(figure.n)}" if figure.n else ""
    return (
        f'<figure id="f-{escape(figure.id)}"><ul>{"".join(lines)}</ul>'
        f"<figcaption>Рисунок {number}. {escape(figure.title)}.{note} "
        f'<a href="#t-{escape(figure.table)}">Таблица с числами</a></figcaption></figure>'
    )
