"""Files of tables as lines of cells: CSV in any usual encoding, books of Excel new and old.

What a file is its first bytes say, not its name: an old program saves one as another.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from app.importing.tables import ImportRefusedError, clean
from surveys.errors import Problem

MOST_ROWS = 200_000
MOST_UNPACKED = 300 * 1024 * 1024  # bytes of an unpacked workbook
DELIMITERS = ";\t,"
Line = tuple[int, list[str]]
Lines = Iterator[Line]


def decode(data: bytes, filename: str) -> str:
    """UTF-8 and UTF-16 by their marks, then strict UTF-8, then Windows-1251; never a guess that gives nonsense."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", filename)
    if b"\x00" in data[:1000]:
        return _strictly(data, "utf-16-le" if data[1:2] == b"\x00" or data[1:2] == b"\x04" else "utf-16-be", filename)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _strictly(data, "cp1251", filename)
    if not re.search(r"[а-яё]{3}", text):
        raise ImportRefusedError("кодировка не распознана: сохраните файл как «CSV UTF-8»", filename)
    return text


def _strictly(data: bytes, encoding: str, filename: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportRefusedError("кодировка не распознана: сохраните файл как «CSV UTF-8»", filename) from error


def csv_lines(data: bytes, filename: str, delimiter: str) -> Lines:
    """Numbered lines of clean cells."""
    text = decode(data, filename)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MOST_ROWS:
                raise ImportRefusedError(f"больше {MOST_ROWS} строк: разделите файл", filename)
            yield number, [clean(cell) for cell in cells]
    except csv.Error as error:
        raise ImportRefusedError(f"таблица повреждена ({error})", filename) from error


def xlsx_lines(data: bytes, filename: str, header_end: Callable[[list[Line]], int]) -> Lines:
    """Numbered lines of clean cells of the first visible sheet; what stands under the header may not be merged.

    ``header_end`` finds the number of the header's last row in the lines.
    """
    sheet, values = _open_sheets(data, filename)
    problems = []
    lines: list[Line] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        line = []
        for cell in cells:
            value = cell.value
            if isinstance(value, str) and value.startswith("=") and cell.data_type == "f":
                value = values.cell(cell.row, cell.column).value
                if value is None:
                    problems.append(Problem(f"ячейка {cell.coordinate}", "формула без значения: вставьте значение"))
            line.append(clean(value))
        lines.append((number, line))
    last = header_end(lines)
    merged = sorted(
        (area for area in sheet.merged_cells.ranges if area.max_row > last), key=lambda area: area.bounds[1]
    )
    for area in merged:
        problems.append(Problem(f"ячейки {area.coord}", "объединены: снимите объединение и заполните каждую"))
    if problems:
        raise ImportRefusedError(problems, filename)
    yield from lines


def _open_sheets(data: bytes, filename: str) -> tuple[Any, Any]:
    """The first visible sheet, once with formulas and once with their values."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MOST_UNPACKED:
                raise ImportRefusedError("книга Excel слишком велика", filename)
        books = [openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True)]
        visible = [sheet.title for sheet in books[0].worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise ImportRefusedError("в книге Excel нет листов с таблицей", filename)
        sheet = books[0][visible[0]]
    except ImportRefusedError:
        raise
    except Exception as error:  # a damaged book fails in many ways inside the reader; each means the same to a person
        raise ImportRefusedError("файл повреждён или это не книга Excel", filename) from error
    if sheet.max_row > MOST_ROWS:
        raise ImportRefusedError(f"больше {MOST_ROWS} строк: разделите файл", filename)
    return sheet, books[1][visible[0]]


def xls_lines(data: bytes, filename: str) -> Lines:
    """Numbered lines of clean cells of the first sheet of an old book (Excel 97-2003)."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
        sheet = next(sheet for sheet in book.sheets() if sheet.visibility == 0)
        rows = [[_xls_value(cell, book.datemode) for cell in sheet.row(place)] for place in range(sheet.nrows)]
    except Exception as error:  # a damaged book fails in many ways inside the reader
        raise ImportRefusedError("файл повреждён или это не книга Excel", filename) from error
    yield from ((number, [clean(value) for value in row]) for number, row in enumerate(rows, start=1))


def _xls_value(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value
