"""The table of a plan in an Excel book: five columns found by their headings, texts as they stand."""

import datetime as dt
import io
import zipfile
from typing import Any

from app.importing.files import MOST_UNPACKED
from app.importing.tables import ImportRefusedError, heading_key
from surveys.errors import Problem
from surveys.roadmap.plan_table import PlanRow, tidy_rows

HEADINGS = {
    "number": {"№", "номер", "пп", "п", "nпп"},
    "title": {"наименованиемероприятия", "мероприятие", "мероприятия", "наименование", "наименованиемероприятий"},
    "responsible": {"ответственныеисполнители", "ответственные", "ответственный", "исполнители", "ответственныелица"},
    "deadline": {"срокиреализации", "сроки", "срок", "срокисполнения", "срокивыполнения", "срокиисполнения"},
    "planned_result": {
        "планируемыйрезультат",
        "результат",
        "ожидаемыйрезультат",
        "результаты",
        "планируемыерезультаты",
    },
}
MOST_ITEMS = 1000


def read_workbook(data: bytes, filename: str) -> tuple[list[PlanRow], list[str]]:
    """Rows of the first visible sheet, texts as they stand; notes for a person to look at.

    Raises:
        ImportRefusedError: not a workbook, no headings, or rows without what they need; every problem at once.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MOST_UNPACKED:
                raise ImportRefusedError("книга Excel слишком велика", filename)
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        lines = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True, max_row=MOST_ITEMS * 2)]
    except ImportRefusedError:
        raise
    except Exception as error:  # a damaged book fails in many ways inside the reader; each means the same to a person
        raise ImportRefusedError("файл повреждён или это не книга Excel .xlsx", filename) from error
    head, places, problems = _find_columns(lines, filename)
    cells = [
        (at + 1, [line[places[key]] if 0 <= places[key] < len(line) else "" for key in HEADINGS])
        for at, line in enumerate(lines)
        if at > head and any(line)
    ]
    rows, notes = tidy_rows(cells)
    problems += _check_rows(rows)
    if problems:
        raise ImportRefusedError(problems, filename)
    return rows, notes


def _text(value: Any) -> str:
    """A cell as it stands: only blanks at the ends go."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _find_columns(lines: list[list[str]], filename: str) -> tuple[int, dict[str, int], list[Problem]]:
    """Row of the headings, the place of each column (-1 where it is not there), what is wrong with them."""
    for at, line in enumerate(lines[:15]):
        keys = ["№" if "№" in text else heading_key(text) for text in line]
        places = {
            name: next((place for place, key in enumerate(keys) if key in words), -1)
            for name, words in HEADINGS.items()
        }
        if sum(place >= 0 for place in places.values()) >= 3:
            titles = zip(HEADINGS, ("№", "Мероприятие", "Ответственные", "Сроки", "Результат"), strict=True)
            missing = {name: f"«{title}»" for name, title in titles if places[name] < 0}
            problems = [Problem(f"строка {at + 1}", f"нет столбца {', '.join(missing.values())}")] if missing else []
            if "number" in missing or "title" in missing:  # without these no row can be told from a section
                raise ImportRefusedError(problems, filename)
            return at, places, problems
    raise ImportRefusedError("не найдены заголовки: №, Мероприятие, Ответственные, Сроки, Результат", filename)


def _check_rows(rows: list[PlanRow]) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row in rows:
        place = f"строка {row.line}"
        if row.is_section:
            continue
        if not row.number:
            problems.append(Problem(place, "нет номера пункта"))
        elif row.number in seen:
            problems.append(Problem(place, f"номер {row.number} уже стоит в строке {seen[row.number]}"))
        elif len(row.number) > 20:
            problems.append(Problem(place, "номер длиннее 20 знаков"))
        if not row.title:
            problems.append(Problem(place, "нет названия мероприятия"))
        seen.setdefault(row.number, row.line)
    if not [row for row in rows if not row.is_section]:
        problems.append(Problem("", "под заголовками нет ни одного пункта"))
    return problems
