"""Reading tables that people send: CSV in any usual encoding, XLSX with titles and merged headers above the table.

``read_table`` gives rows of clean text with the row numbers seen in the file; ``pick_columns`` finds columns by their
Russian names. Every problem is collected and told at once, with row and column.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.errors import Problem, SurveyError

MOST_ROWS = 200_000
MOST_UNPACKED = 300 * 1024 * 1024  # bytes of an unpacked workbook
HEADER_WITHIN = 15  # rows from the top in which the header is looked for
# Columns that are never kept: birth dates, СНИЛС, sex, phones, passports, addresses, tax numbers, health.
SENSITIVE = re.compile(
    r"рожд|возраст|снилс|страховойномер|^пол$|телефон|моб(ильный)?$|паспорт|^инн$|адрес(прож|рег|$)|инвалид|birth|phone|^sex$"
)


class ImportRefusedError(SurveyError):
    """A file that cannot be taken in; nothing was changed."""


@dataclass(frozen=True)
class Column:
    """A column we read: ``names`` are its headings as people write them, letters and digits only."""

    key: str
    title: str
    names: frozenset[str]
    required: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its number in the file and its cells by column key; absent columns give an empty string."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(frozen=True)
class Table:
    """A read table: kept rows, and what became of columns that are not read."""

    rows: list[Row]
    titles: dict[str, str]  # column key -> heading in the file
    dropped: list[str] = field(default_factory=list)  # sensitive: not even read
    unused: list[str] = field(default_factory=list)

    def problem(self, row: Row, key: str, text: str) -> Problem:
        return Problem(f"строка {row.number}, столбец «{self.titles.get(key, key)}»", text)


def column(key: str, title: str, *names: str, required: bool = False) -> Column:
    return Column(key, title, frozenset(heading_key(name) for name in (key, title, *names)), required)


def heading_key(text: str) -> str:
    """«Дата_рождения» and «дата рождения» are one heading."""
    return re.sub(r"[\W_]", "", text.lower().replace("ё", "е"))


def read_table(data: bytes, filename: str, columns: Sequence[Column]) -> Table:
    """Read ``data``; refuse with every problem found. Sensitive columns are dropped here and go nowhere."""
    if filename.lower().endswith((".xlsx", ".xlsm")):
        lines = list(_xlsx_lines(data, filename))
    elif filename.lower().endswith((".csv", ".txt", ".tsv")):
        lines = list(_csv_lines(data, filename))
    else:
        raise ImportRefusedError("нужен файл .xlsx или .csv", filename)
    return pick_columns(lines, filename, columns)


def pick_columns(lines: list[tuple[int, list[str]]], filename: str, columns: Sequence[Column]) -> Table:
    """Find the header and keep the columns asked for."""
    at, places = _find_header(lines, columns)
    if at is None:
        expected = ", ".join(f"«{wanted.title}»" for wanted in columns)
        raise ImportRefusedError(f"не найдена строка заголовков. Ожидаются столбцы: {expected}", filename)
    header_row, header = lines[at]
    problems = [
        Problem(f"строка {header_row}", f"нет столбца «{wanted.title}»")
        for wanted in columns
        if wanted.required and wanted.key not in places
    ]
    problems += _repeated(header_row, header, columns)
    taken = {places[key] for key in places}
    others = [text for place, text in enumerate(header) if text and place not in taken]
    dropped = [text for text in others if SENSITIVE.search(heading_key(text))]
    rows = []
    for number, cells in lines[at + 1 :]:
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            problems.append(
                Problem(f"строка {number}", f"ячеек {len(cells)}, а заголовков {len(header)}: проверьте разделители")
            )
            continue
        rows.append(Row(number, {key: cells[place] if place < len(cells) else "" for key, place in places.items()}))
    if not rows and not problems:
        problems.append(Problem("", "под заголовками нет ни одной строки"))
    if problems:
        raise ImportRefusedError(problems, filename)
    titles = {key: header[place] for key, place in places.items()}
    return Table(rows, titles, dropped, [text for text in others if text not in dropped])


def _find_header(lines: list[tuple[int, list[str]]], columns: Sequence[Column]) -> tuple[int | None, dict[str, int]]:
    """Index of the line with most known headings, and the place of each column in it."""
    best: tuple[int | None, dict[str, int]] = (None, {})
    for at, (_number, cells) in enumerate(lines[:HEADER_WITHIN]):
        places: dict[str, int] = {}
        for place, text in enumerate(cells):
            for wanted in columns:
                if text and heading_key(text) in wanted.names:
                    places.setdefault(wanted.key, place)
        if len(places) > len(best[1]):
            best = (at, places)
    return best


def _repeated(header_row: int, header: list[str], columns: Sequence[Column]) -> list[Problem]:
    problems = []
    for wanted in columns:
        texts = [text for text in header if text and heading_key(text) in wanted.names]
        if len(texts) > 1:
            problems.append(
                Problem(f"строка {header_row}", f"столбец «{wanted.title}» стоит дважды: {', '.join(texts)}")
            )
    return problems


def clean(value: Any) -> str:
    """A cell as text: no double or non-breaking spaces, whole numbers without «.0», dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", str(value))  # invisible marks
    return re.sub(r"\s+", " ", text).strip()


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


def _csv_lines(data: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    text = decode(data, filename)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";\t,", key=lambda mark: re.sub(r'"[^"]*"', "", first).count(mark))
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MOST_ROWS:
                raise ImportRefusedError(f"больше {MOST_ROWS} строк: разделите файл", filename)
            yield number, [clean(cell) for cell in cells]
    except csv.Error as error:
        raise ImportRefusedError(f"таблица повреждена ({error})", filename) from error


def _xlsx_lines(data: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    sheet, values = _open_sheets(data, filename)
    problems = []
    merged_data = [area for area in sheet.merged_cells.ranges if area.min_row > HEADER_WITHIN]
    for area in merged_data:
        problems.append(Problem(f"ячейки {area.coord}", "объединены: снимите объединение и заполните каждую"))
    lines = []
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


def duplicates(keys: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """For each key met before: its row, the key, and the row where it stood first."""
    seen: dict[str, int] = {}
    for number, key in keys:
        if key in seen:
            yield number, key, seen[key]
        else:
            seen[key] = number
