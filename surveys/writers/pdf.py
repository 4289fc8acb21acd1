"""A report as a tagged PDF/UA-1 by typst: the words go in as JSON, never pasted into the source."""

import json
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from surveys.report.charts import chart_bytes
from surveys.report.document import Figure, Paragraph, Report, Row, Section, Table

TEMPLATE = Path(__file__).with_name("report.typ")


def write(report: Report, target: str | Path | IO[bytes]) -> None:
    """Write the PDF to a path or a binary stream."""
    from surveys.writers import write_report

    write_report(report, "pdf", target)


def render(report: Report) -> bytes:
    """The PDF's bytes; only the fonts that come with typst are used."""
    import typst

    inputs = {"data": json.dumps(_data(report), ensure_ascii=False)}
    data = typst.compile(_template(), sys_inputs=inputs, ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"])
    return bytes(data)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _data(report: Report) -> dict[str, Any]:
    head = report.letterhead
    numbered = [f"от {head.date}" if head.date else "", f"№\u00a0{head.number}" if head.number else ""]
    runs = [
        {"landscape": wide, "sections": [_section(report, section) for section in sections]}
        for wide, sections in groupby(report.sections, key=lambda section: report.is_wide(section))
    ]
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "author": report.author,
        "marks": " · ".join(report.marks),
        "names": head.names,
        "address": head.address,
        "numbered": " ".join(part for part in numbered if part),
        "place": head.place,
        "approval": head.approval,
        "contents": report.contents and report.contents_after is None,
        "made_on": [int(part) for part in report.made_on[:10].split("-")] if report.made_on else None,
        "runs": runs,
    }


def _section(report: Report, section: Section) -> dict[str, Any]:
    last = section.id == report.signed_after
    signature = report.letterhead.signature if last else None
    executor = report.letterhead.executor if last else ""
    shown = report.parts(section)
    return {
        "title": report.heading(section),
        "turns": section.turns,
        "contents": section.id == report.contents_after,
        "body": [_paragraph(paragraph) for paragraph in section.body],
        "parts": [_table(part) if isinstance(part, Table) else _figure(part) for part in shown],
        "held": bool(shown) and isinstance(shown[0], Table) and not shown[0].source,  # a form: words stand by its table
        "afterwords": [_paragraph(paragraph) for paragraph in section.afterwords],
        "signature": signature.model_dump() if signature else None,
        "executor": f"Исполнитель: {executor}" if executor else "",
    }


def _paragraph(paragraph: Paragraph) -> dict[str, str]:
    return {"style": paragraph.style, "text": paragraph.text}


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": table.title,
        "wide": table.wide,
        "columns": [column.title for column in table.columns],
        "widths": [column.width for column in table.columns],
        "rows": [{"total": row.total, "cells": _cells(table, row)} for row in table.rows],
        "notes": table.afterwords,
    }


def _cells(table: Table, row: Row) -> list[dict[str, Any]]:
    """Cells of a row; a run of equal hidden words becomes one."""
    cells: list[dict[str, Any]] = []
    for cell, column in zip(row.cells, table.columns, strict=True):
        last = cells[-1] if cells else None
        if last and cell.hidden and last["hidden"] and last["text"] == cell.printed:
            last["span"] += 1
            continue
        number = column.kind != "text" and not cell.hidden
        tone = None if cell.hidden else cell.tone
        cells.append({"text": cell.printed, "number": number, "tone": tone, "hidden": cell.hidden, "span": 1})
    return cells


def _figure(figure: Figure) -> dict[str, str]:
    drawing = chart_bytes(figure, "svg", outlined=True).decode()
    return {"kind": "figure", "title": figure.title, "alt": figure.alt, "svg": drawing}
