"""Sheets of a workbook as trimmed text with row numbers, from .xlsx, .xls or .csv; what a cell lost is a problem."""

import csv
import datetime
import io
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveys.definition.checks import MAX_OPTIONS
from surveys.errors import DefinitionError, Problem
from surveys.xlsform.limits import (
    BOOK,
    MAX_CELL,
    MAX_CHOICE_ROWS,
    MAX_COLUMNS,
    MAX_ROWS,
    OLD_BOOK,
    TOO_MANY_OPTIONS,
    check_archive,
    check_file,
    check_old_book,
)

NONSENSE = re.compile(r"[а-яё][А-ЯЁ]{2}|[\u0400-\u040f\u0450-\u045f\u0490\u0491–—‘’“”†‡•…‰‹›€™¤-¿]{2}|[А-я][†-›]")
SENSE = re.compile(r"[а-яё]{3}")
KNOWN = ("survey", "choices", "settings", "scales", "levels", "quality", "checks", "indicators")


@dataclass
class Sheet:
    """``cells[(row, column)]`` is text, never blank; rows and columns count from 1."""

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    plain: bool = False  # from a text file, where a stray comma moves every value to the next column
    numbers: set[tuple[int, int]] = field(default_factory=set)  # places of cells that are numbers, not text
    last: int = 0  # the row being filled
    filled: int = 0  # rows that hold anything

    def row_numbers(self) -> list[int]:
        """Numbers of the rows that hold anything, in order."""
        return sorted({row for row, _ in self.cells})

    def row(self, number: int) -> dict[int, str]:
        """Column -> text of one row."""
        return self._rows().get(number, {})

    def _rows(self) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] | None = self.__dict__.get("_by_row")
        if found is None:
            found = {}
            for (row, column), text in sorted(self.cells.items()):
                found.setdefault(row, {})[column] = text
            self.__dict__["_by_row"] = found
        return found


@dataclass
class Book:
    """Sheets by lower-case name, what is wrong with their cells, and what is read but has no effect."""

    sheets: dict[str, Sheet]
    problems: list[Problem]
    remarks: list[Problem] = field(default_factory=list)


def read_book(path: Path, known: Sequence[str] = KNOWN) -> Book:
    """The sheets of ``path`` called as ``known`` says (by default those of an XLSForm and our extras).

    Raises:
        DefinitionError: the file is not what its name says, is broken, too big or hostile.
    """
    content = check_file(path)
    extension = path.suffix.lower()
    if extension == ".csv":
        return _read_csv(content, path.name, known)
    if extension not in (".xlsx", ".xls", ".xlsm"):
        raise DefinitionError("форма читается из файлов .xlsx, .xls и .csv", path.name)
    if content.startswith(BOOK):
        check_archive(path)
        return _read_xlsx(content, known)
    if content.startswith(OLD_BOOK):
        check_old_book(content, path.name)
        return _read_xls(content, path.name, known)
    raise DefinitionError(f"файл назван {extension}, но это не книга Excel, или она повреждена", path.name)


def _chosen(names: Iterable[str], known: Sequence[str]) -> dict[str, str]:
    """Sheet title -> our name. A single sheet of any name is the first one, the survey."""
    titles = list(names)
    chosen = {title: title.strip().lower() for title in titles if title.strip().lower() in known}
    if known[0] not in chosen.values() and len(titles) == 1:
        return {titles[0]: known[0]}
    return chosen


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"  # as pyxform writes them
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()  # a day typed into Excel
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()


def _put(book: Book, sheet: Sheet, row: int, column: int, value: Any) -> None:
    text = _to_text(value)
    if not text:
        return
    choices = sheet.name.strip().lower() == "choices"
    most = MAX_CHOICE_ROWS if choices else MAX_ROWS
    if row > most or column > MAX_COLUMNS:
        raise DefinitionError(f"лист {sheet.name}: больше {most} строк или {MAX_COLUMNS} столбцов")
    if len(text) > MAX_CELL:
        book.problems.append(Problem(_where(sheet.name, row, column), "слишком длинный текст"))
        return
    if row != sheet.last:
        sheet.last, sheet.filled = row, sheet.filled + 1
        if choices and sheet.filled > MAX_OPTIONS + 1:  # the headings are one
            raise DefinitionError(f"лист {sheet.name}: {TOO_MANY_OPTIONS}")
    sheet.cells[row, column] = text
    if isinstance(value, int | float):
        sheet.numbers.add((row, column))


def _where(sheet: str, row: int, column: int) -> str:
    return f"лист {sheet}, строка {row}, ячейка {_letters(column)}{row}"


def _letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _read_xlsx(content: bytes, known: Sequence[str]) -> Book:
    import openpyxl

    book = Book({}, [])
    with warnings.catch_warnings():  # about styles and extensions that do not concern a form
        warnings.simplefilter("ignore")
        written = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
        chosen = {
            title: name
            for title, name in _chosen(written.sheetnames, known).items()
            if hasattr(written[title], "_cells")
        }
        formulas = any(cell.data_type == "f" for title in chosen for cell in written[title]._cells.values())
        # the second reading, for the values that formulas gave, only where there are any: it takes as long as the first
        cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False) if formulas else written
    for title, name in chosen.items():
        sheet = book.sheets[name] = Sheet(title)
        source, values = written[title], cached[title]
        for (row, column), cell in source._cells.items():
            kept = values.cell(row, column) if cell.data_type == "f" else cell
            if cell.data_type == "f" and kept.value is None:
                text = "в ячейке формула без сохранённого значения; замените её значением"
                book.problems.append(Problem(_where(title, row, column), text))
            elif "e" in (cell.data_type, kept.data_type):
                words = f"в ячейке ошибка {kept.value}; впишите значение"
                book.problems.append(Problem(_where(title, row, column), words))
            else:
                _put(book, sheet, row, column, kept.value)
        for area in source.merged_cells.ranges:
            _report_merged(book, sheet, area.coord, area.min_row, area.max_row, area.min_col)
    return book


def _report_merged(book: Book, sheet: Sheet, area: str, first: int, last: int, column: int) -> None:
    if (first, column) in sheet.cells:
        rows = f"строка {first}" if first == last else f"строки {first}-{last}"
        text = f"объединённые ячейки {area}: данные остались только в первой; разъедините и заполните каждую"
        book.problems.append(Problem(f"лист {sheet.name}, {rows}", text))


def _read_xls(content: bytes, source: str, known: Sequence[str]) -> Book:
    import xlrd

    book = Book({}, [])
    try:
        workbook = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,  # or merged cells are not told
            ragged_rows=True,  # or a far cell fills the memory
            logfile=io.StringIO(),
        )
    except xlrd.XLRDError as error:
        locked = "encrypted" in str(error).lower()
        text = "файл защищён паролем; снимите защиту" if locked else "файл повреждён или это не книга Excel"
        raise DefinitionError(f"{text} и сохраните заново", source) from None
    for title, name in _chosen(workbook.sheet_names(), known).items():
        sheet, page = Sheet(title), workbook.sheet_by_name(title)
        book.sheets[name] = sheet
        for row in range(page.nrows):
            for column in range(page.row_len(row)):
                _put_old(book, sheet, page.cell(row, column), (row + 1, column + 1), workbook.datemode)
        for first, end, column, last in page.merged_cells:
            area = f"{_letters(column + 1)}{first + 1}:{_letters(last)}{end}"
            _report_merged(book, sheet, area, first + 1, end, column + 1)
    return book


def _put_old(book: Book, sheet: Sheet, cell: Any, place: tuple[int, int], datemode: int) -> None:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_ERROR:
        book.problems.append(Problem(_where(sheet.name, *place), "в ячейке ошибка; впишите значение"))
    elif cell.ctype == xlrd.XL_CELL_DATE:
        _put(book, sheet, *place, xlrd.xldate_as_datetime(cell.value, datemode))
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        _put(book, sheet, *place, bool(cell.value))
    else:
        _put(book, sheet, *place, cell.value)


def _read_csv(content: bytes, source: str, known: Sequence[str]) -> Book:
    """All sheets in one file: a row with a sheet's name, then its rows one column to the right; or the survey alone."""
    text = _decoded(content, source)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    book = Book({}, [])
    sheet: Sheet | None = None
    shift = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            filled = [cell.strip() for cell in row]
            name = filled[0].lower() if filled else ""
            if name in known and not any(filled[1:]):
                shift, sheet = 1, Sheet(name, plain=True)
                book.sheets[name] = sheet
            elif sheet is None and "type" in [cell.lower() for cell in filled]:
                sheet = book.sheets["survey"] = Sheet("survey", plain=True)
            if sheet is not None:
                for column, cell in enumerate(filled[shift:], start=1):
                    _put(book, sheet, number, column, cell)
    except csv.Error:
        raise DefinitionError("файл не читается как CSV: проверьте кавычки", source) from None
    return book


def _decoded(content: bytes, source: str) -> str:
    """UTF-16 by its mark, UTF-8, else Windows-1251; a text that becomes nonsense is refused, never stored."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # KOI8-R and DOS read as Windows-1251 give words like «бНОПНЯ» and rows of signs
        strange = len(NONSENSE.findall(text)) if encoding == "cp1251" else 0
        if "\0" not in text and strange <= len(SENSE.findall(text)):
            return text
    raise DefinitionError("кодировка файла не распознана: сохраните его как «CSV UTF-8»", source)
