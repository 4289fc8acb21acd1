"""Risk bands of a card's indicators and levels of a questionnaire as a workbook, and back into a new version.

Only the bounds and the approval can be changed here; what the figures are is changed in the form itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveys.answers.checking import iso_day
from surveys.definition.checks import Path as Place
from surveys.definition.difference import printed
from surveys.definition.instrument import Approval, Instrument, check_definition
from surveys.errors import DefinitionError, Problem
from surveys.findings.rules_table import write_tables
from surveys.xlsform.sheets import Sheet, read_book

INDICATORS, LEVELS, APPROVAL = "Показатели", "Уровни", "Утверждение"
BETTER = {"high": "больше", "low": "меньше"}
BOUNDS = {
    INDICATORS: {"low": "Низкий риск: граница", "medium": "Средний риск: граница"},
    LEVELS: {"at_least": "От (включительно)"},
}
CODE = "Код"
APPROVED = {"by": "Кем утверждено", "on": "Когда утверждено"}


def write_bands(instrument: Instrument, path: Path) -> None:
    """Write the bounds of ``instrument`` to an .xlsx that ``read_bands`` takes back."""
    low, medium = BOUNDS[INDICATORS].values()
    indicators = [[CODE, "Показатель", "Единица", "Что лучше", low, medium]]
    for one in instrument.indicators:
        indicators.append([one.code, one.label, one.unit, BETTER[one.better], printed(one.low), printed(one.medium)])
    levels = [[CODE, "Уровень", BOUNDS[LEVELS]["at_least"]]]
    levels += [[level.code, level.label, printed(level.at_least)] for level in instrument.levels]
    approval = [["Параметр", "Значение"]]
    approval += [[title, getattr(instrument.thresholds, name)] for name, title in APPROVED.items()]
    sheets: dict[str, Any] = {APPROVAL: (approval, [30, 60])}
    if instrument.levels:
        sheets = {LEVELS: (levels, [14, 30, 20]), **sheets}
    if instrument.indicators:
        sheets = {INDICATORS: (indicators, [12, 60, 12, 14, 20, 20]), **sheets}
    write_tables(path, sheets)


def read_bands(path: Path, instrument: Instrument) -> Instrument:
    """``instrument`` with the bounds and the approval of the workbook; rows left out stay as they were.

    Raises:
        DefinitionError: every problem found, with sheet, row and column. No other exception leaves this function.
    """
    try:
        return _read(path, instrument)
    except DefinitionError as error:
        raise DefinitionError(error.problems, error.source or path.name) from None
    except Exception:  # whatever a library makes of a broken or hostile file
        raise DefinitionError("файл не удаётся прочитать: он повреждён или устроен необычно", path.name) from None


def _read(path: Path, instrument: Instrument) -> Instrument:
    book = read_book(path, tuple(name.lower() for name in (INDICATORS, LEVELS, APPROVAL)))
    problems = list(book.problems)
    body = instrument.model_dump(mode="json", exclude_defaults=True)
    rows: dict[tuple[str, int], str] = {}
    unread: list[Place] = []
    for title, part in ((INDICATORS, "indicators"), (LEVELS, "levels")):
        sheet = book.sheets.get(title.lower())
        if sheet is not None and sheet.row_numbers():
            unread += _read_bounds(sheet, title, part, body, rows, problems)
    if not rows and not problems:
        raise DefinitionError(f"в книге нет листов «{INDICATORS}» и «{LEVELS}» с порогами этой формы", path.name)
    body["thresholds"] = _approval(book.sheets.get(APPROVAL.lower()), instrument)
    changed, findings = check_definition(body, unread)
    for place, text in findings:
        at = rows.get((str(place[0]), int(place[1]))) if len(place) > 1 and isinstance(place[1], int) else None
        sheet_name = APPROVAL if place[0] == "thresholds" else INDICATORS
        problems.append(Problem(at or f"лист {sheet_name}", text))
    if problems or changed is None:
        raise DefinitionError(problems, path.name)
    return changed


def _read_bounds(
    sheet: Sheet, title: str, part: str, body: dict[str, Any], rows: dict[tuple[str, int], str], problems: list[Problem]
) -> Iterator[Place]:
    """Put the bounds of a sheet into ``body``; yields the places of those that are no numbers."""
    numbers = sheet.row_numbers()
    heads = {text: place for place, text in sheet.row(numbers[0]).items()}
    places = {name: heads.get(words) for name, words in BOUNDS[title].items()}
    code_place = heads.get(CODE)
    missing = [f"«{words}»" for words in (CODE, *BOUNDS[title].values()) if words not in heads]
    if missing or code_place is None:
        problems.append(Problem(f"лист {title}, строка {numbers[0]}", f"нет столбцов: {', '.join(missing)}"))
        return
    known = {str(one["code"]): place for place, one in enumerate(body.get(part, []))}
    for number in numbers[1:]:
        row = sheet.row(number)
        at, code = f"лист {title}, строка {number}", row.get(code_place, "")
        if code not in known:
            problems.append(Problem(at, f"в форме нет «{code}»" if code else "не указан код"))
            continue
        if (part, known[code]) in rows:
            problems.append(Problem(at, f"код «{code}» уже есть выше"))
            continue
        rows[part, known[code]] = at
        for name, words in BOUNDS[title].items():
            text = row.get(places[name] or 0, "").replace(",", ".").replace("−", "-")
            if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", text):
                body[part][known[code]][name] = float(text)
            else:
                problems.append(Problem(f"{at}, столбец «{words}»", "здесь должно быть число"))
                yield part, known[code], name


def _approval(sheet: Sheet | None, instrument: Instrument) -> dict[str, str]:
    """The sheet's words; without a sheet those of the form."""
    if sheet is None:
        return instrument.thresholds.model_dump(exclude_defaults=True)
    rows = [sheet.row(number) for number in sheet.row_numbers()[1:]]
    told = {row.get(1, ""): row.get(2, "") for row in rows}
    found = {name: told.get(title, "") for name, title in APPROVED.items()}
    found["on"] = iso_day(found["on"])
    return Approval(**found).model_dump(exclude_defaults=True)
