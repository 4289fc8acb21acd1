"""A report as an HTML fragment for the page: native tables, bars as plain SVG rectangles, no inline style or script.

Every figure has its table beside it, and every table says where its numbers come from.
"""

from html import escape
from itertools import groupby
from pathlib import Path
from typing import IO

from surveys.report.document import Cell, Column, Figure, Ground, Origin, Paragraph, Report, Row, Section, Table

MANY_COLUMNS = 9
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
    if report.contents:
        lines = [f'<li><a href="#s-{escape(one.id)}">{escape(report.heading(one))}</a></li>' for one in report.sections]
        parts += ['<nav aria-label="Содержание"><h2>Содержание</h2><ul>', *lines, "</ul></nav>"]
    for section in report.sections:
        parts += _section(section, report)
    parts.append("</article>")
    return "\n".join(parts).encode()


def _places(report: Report) -> set[str]:
    """Anchors of the page that a figure may lead to."""
    rows = {f"r-{table.id}-{row.key}" for table in report.tables for row in table.rows}
    return rows | {f"t-{table.id}" for table in report.tables} | {f"s-{section.id}" for section in report.sections}


def _section(section: Section, report: Report) -> list[str]:
    places = _places(report)
    parts = [f'<section id="s-{escape(section.id)}">', f"<h2>{escape(report.heading(section))}</h2>"]
    for style, run in groupby(section.body, key=lambda paragraph: paragraph.style == "item"):
        lines = [_paragraph(paragraph, places) for paragraph in run]
        parts += ["<ul>", *lines, "</ul>"] if style else lines
    for part in report.parts(section):
        parts.append(
            _table(part, report.table_number(part.id), places)
            if isinstance(part, Table)
            else _figure(part, report.figure_number(part.id))
        )
    parts += [_paragraph(paragraph, places) for paragraph in section.afterwords]
    return [*parts, "</section>"]


def _paragraph(paragraph: Paragraph, places: set[str]) -> str:
    text = escape(paragraph.text)
    if paragraph.see in places:
        text += f' <a class="small" href="#{escape(paragraph.see)}">Откуда эта цифра?</a>'
    if paragraph.edited:
        text += ' <small class="small">(изменено методистом)</small>'
    if paragraph.style == "subhead":
        return f"<h3>{text}</h3>"
    if paragraph.style == "item":
        return f"<li>{text}</li>"
    return f'<p class="small">{text}</p>' if paragraph.style == "note" else f"<p>{text}</p>"


def _table(table: Table, number: int, places: set[str]) -> str:
    notes = "".join(f'<span class="small">{escape(note)}</span>' for note in table.notes)
    head = "".join(f'<th scope="col"{_number_class(column)}>{escape(column.title)}</th>' for column in table.columns)
    rows = [_row(row, table, places) for row in table.rows]
    caption = f"<b>Таблица {number}. {escape(table.title)}</b>{notes}"
    many = " many" if len(table.columns) > MANY_COLUMNS else ""
    return (
        f'<table class="tb rows{many}" id="t-{escape(table.id)}"><caption>{caption}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>\n"
        f'<p class="small">Источник: {escape(table.source)}.</p>'
    )


def _row(row: Row, table: Table, places: set[str]) -> str:
    first = f'<th scope="row">{escape(row.cells[0].printed)}{_grounds(row.grounds, places)}</th>'
    rest = "".join(_cell(cell, column) for cell, column in zip(row.cells[1:], table.columns[1:], strict=True))
    kind = ' class="tot"' if row.total else ""
    return f'<tr{kind} id="r-{escape(table.id)}-{escape(row.key)}">{first}{rest}</tr>'


def _grounds(grounds: list[Ground], places: set[str]) -> str:
    """«Откуда эта цифра?»: figures with n and their table, the rule's condition, the snapshot."""
    if not grounds:
        return ""
    lines = []
    for ground in grounds:
        figures = [_origin(origin, places) for origin in ground.origins]
        parts = [*figures, f"правило {escape(ground.rule)}: {escape(ground.condition)}", escape(ground.snapshot)]
        lines.append(f"<li>{'; '.join(parts)}</li>")
    return f'<details class="small"><summary>Откуда эта цифра?</summary><ul>{"".join(lines)}</ul></details>'


def _origin(origin: Origin, places: set[str]) -> str:
    place = next((one for one in origin.places if one in places), None)
    printed = escape(origin.printed)
    figure = f'<a href="#{escape(place)}">{printed}</a>' if place else printed
    many = f", n = {origin.n}" if origin.n is not None else ""
    return f"{escape(origin.words)}: {figure}{many}"


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
