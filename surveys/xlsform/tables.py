"""A sheet as a table: the first filled row names the columns; rows keep their numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from surveys.errors import Problem
from surveys.xlsform.notation import Column, read_heading, yes_or_no
from surveys.xlsform.sheets import Book, Sheet

SHOWN_ROWS = 10
Cells = dict[tuple[str, str], str]  # (field, language) -> text


@dataclass
class Row:
    """One row of a table: ``cells`` by field and language, ``written`` by the heading as it stands."""

    number: int
    cells: Cells
    written: dict[str, str]
    media: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Text of a column without language."""
        return self.cells.get((name, ""), "")


@dataclass
class Table:
    """A sheet read. ``columns`` keeps the order of the headings."""

    title: str
    columns: list[tuple[str, Column]]
    rows: list[Row]

    def languages(self) -> list[str]:
        """Languages of the headings, in order."""
        found = [column.language for _, column in self.columns if column.language]
        return list(dict.fromkeys(found))

    def has(self, name: str) -> bool:
        """Is there a column ``name``, in whatever language?"""
        return any(column.field == name for _, column in self.columns)

    def where(self, row: int, column: str = "") -> str:
        """«лист survey, строка 6, столбец relevant»."""
        return f"лист {self.title}, строка {row}" + (f", столбец {column}" if column else "")


def read_table(sheet: Sheet | None, name: str, book: Book) -> Table:
    """Table of ``sheet``; an absent one has no rows. What is wrong or without effect in it is told to ``book``."""
    numbers = sheet.row_numbers() if sheet else []
    if sheet is None or not numbers:
        return Table(name, [], [])
    headings = sheet.row(numbers[0])
    columns = {place: read_heading(text) for place, text in headings.items()}
    seen: dict[Column, str] = {}
    for place, column in columns.items():
        if column in seen and not column.media:
            text = f"столбец «{headings[place]}» повторяет столбец «{seen[column]}»"
            book.problems.append(Problem(f"лист {sheet.name}, строка {numbers[0]}", text))
        seen.setdefault(column, headings[place])
    _report_headless(sheet, numbers[1:], set(headings), book)
    rows = [_read_row(number, sheet.row(number), headings, columns) for number in numbers[1:]]
    return Table(sheet.name, [(headings[place], column) for place, column in columns.items()], rows)


def _report_headless(sheet: Sheet, numbers: list[int], known: set[int], book: Book) -> None:
    """Cells under no heading are not read: in a workbook somebody's notes, in a text file a row that has come apart."""
    rows = [number for number in numbers if sheet.row(number).keys() - known]
    if sheet.plain:
        text = "значений больше, чем столбцов в заголовке; возьмите текст с разделителем в кавычки"
        book.problems += [Problem(f"лист {sheet.name}, строка {number}", text) for number in rows]
    elif rows:
        named = ", ".join(map(str, rows[:SHOWN_ROWS])) + (" …" if len(rows) > SHOWN_ROWS else "")
        place = f"лист {sheet.name}, {'строка' if len(rows) == 1 else 'строки'} {named}"
        book.remarks.append(Problem(place, "есть ячейки под пустым заголовком: они не читаются"))


def _read_row(number: int, texts: dict[int, str], headings: dict[int, str], columns: dict[int, Column]) -> Row:
    row = Row(number, {}, {})
    for place, text in texts.items():
        column = columns.get(place)
        if column is None:
            continue
        if column.media:
            row.media.append(headings[place])
        else:
            row.cells[column.field, column.language] = text
            row.written[headings[place]] = text
    return row


def read_parts(table: Table, model: type[BaseModel]) -> list[dict[str, Any]]:
    """Rows of one of our own sheets as the fields of ``model``; what does not convert stays text and is reported."""
    return [
        {name: to_field(model, name, text) for (name, _), text in row.cells.items()} for row in table.rows if row.cells
    ]


def to_field(model: type[BaseModel], name: str, text: str) -> Any:
    """Text of a cell as the type of a field."""
    described = model.model_fields.get(name)
    kind = described.annotation if described else str
    if kind is bool:
        answer = yes_or_no(text)
        return text if answer is None else answer
    if kind in (int, float):
        number = text.replace(",", ".")
        return (float if kind is float else int)(number) if re.fullmatch(_NUMBERS[str(kind)], number) else text
    return text.split() if kind == list[str] else text


_NUMBERS = {str(float): r"-?[0-9]+(\.[0-9]+)?", str(int): r"-?[0-9]+"}


def from_field(value: Any) -> str:
    """The reverse of ``to_field``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value)
    return f"{value:g}" if isinstance(value, float) and f"{value:g}" == repr(value).removesuffix(".0") else str(value)


def read_parameters(text: str) -> dict[str, str] | None:
    """``start=0 end=10`` as a mapping; None where it does not read."""
    pairs = re.findall(r"([\w-]+)\s*=\s*([^\s,;]+)", text)
    rest = re.sub(r"[\w-]+\s*=\s*[^\s,;]+|[\s,;]", "", text)
    return None if rest else dict(pairs)


def write_parameters(parameters: Mapping[str, str]) -> str:
    """A mapping as ``start=0 end=10``."""
    return " ".join(f"{key}={value}" for key, value in parameters.items())
