"""Tables of answers as people send them: any usual encoding and delimiter, every problem found at once."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveys.errors import AnswersError, Problem

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = ";,\t"
RESPONDENT = "respondent_id"
# What the standard library says of a broken CSV, by its first words.
CSV_FAULTS = {
    "unexpected end of data": "кавычка открыта и не закрыта",
    "field larger": "слишком длинное значение: возможно, кавычка открыта и не закрыта",
    "new-line character": "перевод строки внутри значения без кавычек",
}


@dataclass(frozen=True)
class Table:
    """A table of texts: ``columns`` by stripped heading, ``lines`` each record's row number in a spreadsheet.

    ``problems``: faults of the table itself. Of a repeated heading the first column stands, records of another length
    are left out; ``records`` counts them too.
    """

    source: str
    columns: "pd.DataFrame"
    lines: list[int]
    records: int = 0
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int, column: str) -> str:
        """Where a cell is, for people."""
        return f"строка {self.lines[row]}, столбец {column}"


def read_table(path: Path) -> Table:
    """Read a CSV file whole as text.

    Raises:
        AnswersError: a file that is no text, without a header, with repeated or empty headings, or with ragged rows.
    """
    table = scan_table(path)
    if table.problems:
        raise AnswersError(list(table.problems), table.source)
    return table


def scan_table(path: Path) -> Table:
    """Read a CSV file with what is wrong with it in ``problems``, so that the rest of it can be checked too.

    Raises:
        AnswersError: a file that cannot be opened, is no text or no CSV, or is empty.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise AnswersError("файл не найден", str(path)) from None
    except OSError:
        raise AnswersError("файл не открывается: проверьте путь и права", str(path)) from None
    text = decode(body, path.name)
    records = list(_records(text, path.name))
    if not records:
        raise AnswersError("файл пуст: нужна строка заголовков", path.name)
    header = [cell.strip() for cell in records[0][1]]
    problems = _header_problems(header)
    kept = [at for at, name in enumerate(header) if name and name not in header[:at]]
    rows, lines = [], []
    for line, cells in records[1:]:
        if len(cells) != len(header):
            problems.append(Problem(f"строка {line}", f"значений {len(cells)}, а столбцов {len(header)}"))
            continue
        rows.append(cells if len(kept) == len(header) else [cells[at] for at in kept])
        lines.append(line)
    import pandas as pd

    names = [header[at] for at in kept]
    frame = pd.DataFrame(rows, columns=names, dtype=object) if rows else pd.DataFrame(columns=names, dtype=object)
    return Table(path.name, frame, lines, len(records) - 1, tuple(problems))


def decode(body: bytes, source: str) -> str:
    """Text of a file in UTF-8 (with or without BOM), UTF-16 or Windows-1251."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif body[1:200:2].count(0) > len(body[:200]) // 4:
        encodings = ["utf-16-le"]
    elif body[0:200:2].count(0) > len(body[:200]) // 4:
        encodings = ["utf-16-be"]
    else:
        _refuse_damaged(body, source)
        encodings = ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise AnswersError("это не текст в кодировке UTF-8, UTF-16 или Windows-1251", source)


def _refuse_damaged(body: bytes, source: str) -> None:
    """UTF-8 with a few spoilt bytes must not be read as Windows-1251: every other letter would be wrong in silence."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        loose = body.decode("utf-8", errors="replace")
        spoilt = loose.count("\ufffd")
        letters = sum(ord(letter) > 127 for letter in loose) - spoilt
        if letters > 4 * spoilt:
            line = body[: error.start].count(b"\n") + 1
            raise AnswersError([Problem(f"строка {line}", "повреждён знак в кодировке UTF-8")], source) from None


def _records(text: str, source: str) -> list[tuple[int, list[str]]]:
    """(row number, cells) of every record; empty lines are left out unless the table has one column."""
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for line, cells in enumerate(reader, 1):
            if cells:
                found.append((line, cells))
            elif found and len(found[0][1]) == 1:
                found.append((line, [""]))
    except csv.Error as error:
        known = (words for begin, words in CSV_FAULTS.items() if str(error).startswith(begin))
        fault = next(known, "лишнее после закрывающей кавычки")
        raise AnswersError([Problem(f"строка {reader.line_num}", f"не читается как CSV: {fault}")], source) from None
    return found


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first line outside quotes; a comma where none does."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for letter in text.lstrip("\r\n"):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    best = max(counts, key=lambda letter: counts[letter])
    return best if counts[best] else ","


def _header_problems(header: Sequence[str]) -> list[Problem]:
    problems, first = [], dict[str, int]()
    for place, name in enumerate(header, 1):
        if not name:
            problems.append(Problem(f"строка 1, столбец {place}", "пустой заголовок"))
        elif name in first:
            problems.append(
                Problem(
                    f"строка 1, столбец {place}", f"заголовок «{name}» повторяется, первый — в столбце {first[name]}"
                )
            )
        first.setdefault(name, place)
    return problems


def unique_values(column: Iterable[Any]) -> tuple[list[int], list[str]]:
    """(position of each value among the distinct ones, distinct values stripped of blanks)."""
    import pandas as pd

    places, distinct = pd.factorize(pd.Series(list(column), dtype=object).map(str.strip))
    return places.tolist(), [str(value) for value in distinct]


def check_ids(table: Table, column: str, *, required: bool) -> list[Problem]:
    """Repeated identifiers, and empty ones where they are ``required``."""
    if column not in table.columns:
        return [Problem("строка 1", f"нет столбца {column}")] if required else []
    problems, first = [], dict[str, int]()
    for row, raw in enumerate(table.columns[column]):
        value = raw.strip()
        if not value:
            if required:
                problems.append(Problem(table.place(row, column), "пусто: нужен номер респондента"))
        elif value in first:
            at = table.lines[first[value]]
            problems.append(Problem(table.place(row, column), f"номер «{value}» уже стоит в строке {at}"))
        else:
            first[value] = row
    return problems
