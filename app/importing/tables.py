"""Reading tables that people send: titles and headers of one or two lines above them, columns under any usual name.

``read_table`` gives rows of clean text with the row numbers seen in the file; ``pick_columns`` finds columns by their
Russian names. Every problem is collected and told at once, with row and column.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from surveys.errors import Problem, SurveyError

HEADER_WITHIN = 15  # rows from the top in which the header is looked for
# Columns that are never kept: birth dates, СНИЛС, sex, phones, passports, addresses, tax numbers, health.
SENSITIVE = re.compile(
    r"рожд|возраст|^др$|снилс|страховойномер|^пол$|телефон|^тел$|(моб|конт|дом|раб|сот)\w*тел|моб(ильный)?$|паспорт"
    r"|^инн$|адрес(прож|рег|$)|прописк|национальн|семейн|инвалид|birth|phone|^sex$"
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
    from app.importing import files as table_files

    if not filename.lower().endswith((".xlsx", ".xlsm", ".xls", ".csv", ".txt", ".tsv")):
        raise ImportRefusedError("нужен файл .xlsx, .xls или .csv", filename)
    if data.startswith(b"PK\x03\x04"):
        lines = list(table_files.xlsx_lines(data, filename, lambda found: _header_end(found, columns)))
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        lines = list(table_files.xls_lines(data, filename))
    elif filename.lower().endswith((".xlsx", ".xlsm")):
        raise ImportRefusedError("файл повреждён или это не книга Excel", filename)
    else:

        def known(mark: str) -> int:
            first = list(islice(table_files.csv_lines(data, filename, mark), HEADER_WITHIN + 1))
            return len(_find_header(first, columns).places)

        lines = list(table_files.csv_lines(data, filename, max(table_files.DELIMITERS, key=known)))
    return pick_columns(lines, filename, columns)


def pick_columns(lines: list[tuple[int, list[str]]], filename: str, columns: Sequence[Column]) -> Table:
    """Find the header and keep the columns asked for."""
    found = _find_header(lines, columns)
    if not found.places:
        expected = ", ".join(f"«{wanted.title}»" for wanted in columns)
        raise ImportRefusedError(f"не найдена строка заголовков. Ожидаются столбцы: {expected}", filename)
    places, header, at = found.places, found.cells, found.end
    header_row = lines[found.last][0]
    problems = [
        Problem(f"строка {header_row}", f"нет столбца «{wanted.title}»")
        for wanted in columns
        if wanted.required and wanted.key not in places
    ]
    problems += _repeated(header_row, header, columns)
    taken = {places[key] for key in places}
    others = [text for place, text in enumerate(header) if text and place not in taken]
    dropped = [text for text in others if SENSITIVE.search(heading_key(text))]
    rows, short = [], []
    for number, cells in lines[at + 1 :]:
        if not any(cells):
            continue
        uneven = Problem(f"строка {number}", f"ячеек {len(cells)}, а заголовков {len(header)}: проверьте разделители")
        if any(cells[len(header) :]):
            problems.append(uneven)
            continue
        if len(cells) < len(header):
            short.append(uneven)  # Excel itself leaves out empty cells at the end: no fault where no row is too long
        rows.append(Row(number, {key: cells[place] if place < len(cells) else "" for key, place in places.items()}))
    if problems:
        problems += short
    if not rows and not problems:
        problems.append(Problem("", "под заголовками нет ни одной строки"))
    if problems:
        raise ImportRefusedError(problems, filename)
    titles = {key: header[place] for key, place in places.items()}
    return Table(rows, titles, dropped, [text for text in others if text not in dropped])


@dataclass(frozen=True)
class _Header:
    """The heading of each place, the place of each known column, the index of the last line of the header."""

    cells: list[str]
    places: dict[str, int]
    last: int
    end: int  # index of the last line before the data: the numbering under the header is none of them


def _find_header(lines: list[tuple[int, list[str]]], columns: Sequence[Column]) -> _Header:
    """The line, or the two lines, with most known headings among the first."""
    known = {name: wanted.key for wanted in columns for name in wanted.names}
    best = _Header([], {}, 0, 0)
    for at, (_number, cells) in enumerate(lines[:HEADER_WITHIN]):
        below = lines[at + 1][1] if at + 1 < len(lines) else []
        for header, last in ((cells, at), (_joined(cells, below, known), at + 1)):
            places: dict[str, int] = {}
            for place, text in enumerate(header):
                if text and heading_key(text) in known:
                    places.setdefault(known[heading_key(text)], place)
            if len(places) > len(best.places):
                numbered = last + 1 < len(lines) and _is_numbering(lines[last + 1][1])
                best = _Header(header, places, last, last + numbered)
    return best


def _header_end(lines: list[tuple[int, list[str]]], columns: Sequence[Column]) -> int:
    """The number of the last row before the data; the last of all where no header is found, which is told then."""
    found = _find_header(lines, columns)
    return lines[found.end if found.places else -1][0] if lines else 0


def _joined(above: list[str], below: list[str], known: Mapping[str, str]) -> list[str]:
    """One header of two lines, «Педагог» over «фамилия», «имя»; [] where the line below is of data.

    Data stand below known headings too; in a header only known headings, or nothing, do.
    """
    width = max(len(above), len(below))
    upper, lower = above + [""] * (width - len(above)), below + [""] * (width - len(below))
    both = list(zip(upper, lower, strict=True))
    if any(one and two and heading_key(one) in known and heading_key(two) not in known for one, two in both):
        return []
    return [two or one for one, two in both]


def _is_numbering(cells: list[str]) -> bool:
    """«1 2 3 4» under the header, as official forms number their columns."""
    numbers = [text for text in cells if text]
    return len(numbers) > 1 and numbers == [str(number) for number in range(1, len(numbers) + 1)]


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
    text = unicodedata.normalize("NFC", str(value))  # macOS writes «й» as two signs
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", text)  # invisible marks
    return re.sub(r"\s+", " ", text).strip()


def duplicates(keys: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """For each key met before: its row, the key, and the row where it stood first."""
    seen: dict[str, int] = {}
    for number, key in keys:
        if key in seen:
            yield number, key, seen[key]
        else:
            seen[key] = number
