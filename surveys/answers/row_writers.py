"""Rows of answers as files: CSV for programs, CSV that a Russian Excel opens, XLSX with its codes, SPSS."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from surveys.answers.row_export import RowColumn, Rows

Kind = Literal["csv", "csv_excel", "xlsx", "sav"]
SUFFIX: dict[Kind, str] = {"csv": "csv", "csv_excel": "csv", "xlsx": "xlsx", "sav": "sav"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]")


def kinds() -> list[Kind]:
    """What can be written here: SPSS only where its library is installed (requirements-spss.txt)."""
    found: list[Kind] = ["csv", "csv_excel", "xlsx"]
    return [*found, "sav"] if importlib.util.find_spec("pyreadstat") else found


def code_cell(kind: Kind) -> Callable[[str], Any]:
    """How an option's code stands in a cell: ready text in a CSV, a number where it is one elsewhere."""
    from surveys.answers.row_export import number_or_text

    if kind == "csv":
        return lambda code: _escaped(code, ",")
    if kind == "csv_excel":
        return lambda code: _escaped(excel_text(code), ";")
    return number_or_text


def write_rows(rows: Rows, kind: Kind, path: Path, about: list[tuple[str, str]]) -> None:
    """Write ``rows``, made with ``code_cell(kind)``, to ``path``. ``about``: lines of the sheet «Сведения»."""
    if kind == "csv":
        _write_csv(rows, path, ",", "utf-8", "\n", lambda text: text)
    elif kind == "csv_excel":
        _write_csv(rows, path, ";", "utf-8-sig", "\r\n", excel_text)
    elif kind == "xlsx":
        _write_xlsx(rows, path, about)
    else:
        _write_sav(rows, path, about)


def excel_text(text: str) -> str:
    """Text that a spreadsheet must not take for a formula; numbers stay as they are, with a decimal comma."""
    if re.fullmatch(r"-?\d+([.,]\d+)?", text):
        return text.replace(".", ",")
    return f"'{text}" if text.startswith(FORMULA) else text


def _escaped(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _write_csv(rows: Rows, path: Path, delimiter: str, encoding: str, end: str, shown: Callable[[str], str]) -> None:
    ready = [column.item is not None and column.item.type == "select_one" for column in rows.columns]

    def text(value: Any) -> str:
        if value is None:
            return ""
        words = f"{value:.15g}" if isinstance(value, float) else str(value)
        return _escaped(shown(words), delimiter)

    with path.open("w", encoding=encoding, newline="") as file:
        file.write(delimiter.join(text(column.name) for column in rows.columns) + end)
        for columns in rows.chunks():
            cells = [
                [cell or "" for cell in column] if done else [text(cell) for cell in column]
                for column, done in zip(columns, ready, strict=True)
            ]
            file.write(end.join(map(delimiter.join, zip(*cells, strict=True))) + end)


def _write_xlsx(rows: Rows, path: Path, about: list[tuple[str, str]]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, "strings_to_numbers": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Ответы")
        for at, column in enumerate(rows.columns):
            sheet.write_string(0, at, column.name, bold)
        sheet.freeze_panes(1, 0)
        line = 1
        for columns in rows.chunks():
            for cells in zip(*columns, strict=True):
                for at, cell in enumerate(cells):
                    if isinstance(cell, float):
                        sheet.write_number(line, at, cell)
                    elif cell is not None:
                        sheet.write_string(line, at, cell)
                line += 1
        codes = book.add_worksheet("Коды")
        lines = [("столбец", "вопрос", "код", "вариант"), *_code_lines(rows.columns)]
        for row, words in enumerate(lines):
            for at, word in enumerate(words):
                codes.write_string(row, at, word, bold if row == 0 else None)
        notes = book.add_worksheet("Сведения")
        for row, (name, value) in enumerate(about):
            notes.write_string(row, 0, name, bold)
            notes.write_string(row, 1, value)


def _code_lines(columns: list[RowColumn]) -> list[tuple[str, str, str, str]]:
    lines = []
    for column in columns:
        lines += [(column.name, column.label, code, label) for code, label in column.codes or (("", ""),)]
    return [*lines, ("", "во всех столбцах", "NA", "не относится"), ("", "", "(пусто)", "пропущен или не показан")]


def _write_sav(rows: Rows, path: Path, about: list[tuple[str, str]]) -> None:
    """SPSS: numeric codes with value labels; «не относится» and blanks are system-missing."""
    import pandas as pd
    import pyreadstat

    parts: list[list[Any]] = [[] for _ in rows.columns]
    for columns in rows.chunks():
        for part, cells in zip(parts, columns, strict=True):
            part += cells
    frame: dict[str, Any] = {}
    labels: dict[str, str | None] = {}
    values: dict[str, Any] = {}
    for column, cells in zip(rows.columns, parts, strict=True):
        name = _spss_name(column.name, frame)
        numeric = all(cell is None or cell == "NA" or isinstance(cell, float) for cell in cells)
        if numeric:
            frame[name] = pd.array([cell if isinstance(cell, float) else None for cell in cells], dtype="Float64")
        else:
            frame[name] = pd.array(["" if cell is None else str(cell) for cell in cells], dtype="object")
        labels[name] = column.label[:250]
        known = {_number(code): label[:120] for code, label in column.codes}
        if numeric and None not in known:
            values[name] = known
    table = pd.DataFrame(frame)
    note = "; ".join(f"{name}: {value}" for name, value in about)
    pyreadstat.write_sav(table, str(path), column_labels=labels, variable_value_labels=values, note=note)


def _number(code: str) -> float | None:
    from surveys.answers.checking import parse_number

    return parse_number(code)


def _spss_name(name: str, taken: dict[str, Any]) -> str:
    made = NOT_A_NAME.sub("_", name)[:60]
    made = made if made[:1].isalpha() else f"v_{made}"
    number, free = 1, made
    while free.lower() in {one.lower() for one in taken}:
        number += 1
        free = f"{made}_{number}"
    return free
