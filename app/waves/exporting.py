"""The completion board as a file: numbers by school, never a name."""

import csv
import io

from flask import Blueprint, abort, send_file
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.frame.interface import in_russian
from app.frame.navigation import day
from app.mail.letter_texts import closing_by_school
from app.models import Wave
from app.reach import school_reach
from app.waves import queries

bp = Blueprint("exporting", __name__)
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines_of(wave: Wave, rows: list[queries.Completion]) -> list[list[str | int]]:
    """Rows of the file: school, invited, begun, done, left, until."""
    closing = closing_by_school(wave)
    return [
        [
            row.school.short_name if row.school else "",
            row.asked,
            row.started,
            row.done,
            row.asked - row.done,
            day(closing.get(row.school.id, wave.closes_utc)) if row.school else "",
        ]
        for row in rows
    ]


@bp.get("/<code>/board.<kind>")
@in_russian
def board(code: str, kind: str) -> Response:
    """Who is asked, has begun, is done, by school."""
    wave = queries.find_wave(code, school_reach(current_user, "head", "coordinator"))
    if wave is None or wave.status != "open" or kind not in TYPES:
        abort(404)
    rows = lines_of(wave, queries.completion(wave, school_reach(current_user, "head", "coordinator")))
    heads = [_("Школа"), _("Приглашены"), _("Начали"), _("Закончили"), _("Осталось"), _("Срок")]
    content = _csv([heads, *rows]) if kind == "csv" else _xlsx([heads, *rows])
    return send_file(
        io.BytesIO(content), mimetype=TYPES[kind], as_attachment=True, download_name=f"{wave.code}-board.{kind}"
    )


def _csv(lines: list[list[str | int]]) -> bytes:
    """As a Russian Excel opens it: semicolons, a byte order mark; a cell that looks like a formula is text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for line in lines:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in line])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(lines: list[list[str | int]]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("Кто закончил"))
    bold = book.add_format({"bold": True})
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line, None if number else bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 5, 16)
    book.close()
    return content.getvalue()
