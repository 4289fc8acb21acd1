"""The catalogue of rules as a workbook that a methodologist edits, and back through the same checks as the TOML file.

Sheets: «Правила», one row a rule; «Настройки», name and value; «Множественное число», who is addressed for a
municipality. Every problem is told with sheet, row and column.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from surveys.answers.checking import iso_day
from surveys.definition.difference import printed
from surveys.definition.instrument import Approval, Instrument
from surveys.errors import DefinitionError, Problem
from surveys.findings.rules import Catalogue, Rule, rules_from_dict
from surveys.xlsform.sheets import Sheet, read_book

NO_COLUMNS = "нет столбцов"
RULES, SETTINGS, PLURAL = "Правила", "Настройки", "Множественное число"
COLUMNS = {
    "id": ("Код", 14),
    "source": ("Источник", 13),
    "topic": ("Тема", 13),
    "when": ("Условие", 44),
    "finding": ("Вывод", 50),
    "recommendation": ("Рекомендация", 50),
    "roadmap_items": ("Пункты дорожной карты", 16),
    "order_obligations": ("Обязанности по приказу", 16),
    "responsible": ("Ответственный", 22),
    "deadline": ("Срок", 30),
    "planned_result": ("Планируемый результат", 40),
    "measure_of_success": ("Мера успеха", 40),
    "control": ("Кто решает", 13),
    "individual": ("Только в профиле учителя", 14),
    "repeat": ("Повторять", 16),
    "coverage": ("Доля людей", 18),
}
WORDS: dict[str, dict[str, Any]] = {
    "source": {"анкета": "questionnaire", "карта": "card", "динамика": "dynamics"},
    "control": {"школа": "school", "район": "district", "вне района": "outside"},
    "individual": {"да": True, "нет": False},
    "repeat": {"для каждого блока": "block"},
}
LISTS = ("roadmap_items", "order_obligations")
VALUES = {
    "code": "Код каталога",
    "title": "Название",
    "version": "Версия",
    "high_share": "Доля, с которой уровень блока высокий, %",
    "by": "Кем утверждено",
    "on": "Когда утверждено",
}
MARKS = {
    "systemic": "Системный дефицит: от, % учителей",
    "common": "Общий для муниципалитета: от, школ",
    "noticeable": "Заметное изменение M: от, пунктов",
    "enough": "Достаточный охват: от, %",
    "course_group": "Мест в группе курсов",
}
NUMBERS = {
    "high_share": 100.0,
    "systemic": 100.0,
    "common": 1e4,
    "noticeable": 100.0,
    "enough": 100.0,
    "course_group": 1e4,
}


def write_rules(catalogue: Catalogue, path: Path) -> None:
    """Write an .xlsx that ``read_rules_table`` reads back as the same catalogue."""
    rows = [[title for title, _ in COLUMNS.values()]]
    rows += [[_cell(name, getattr(rule, name)) for name in COLUMNS] for rule in catalogue.rules]
    told = {**catalogue.model_dump(), **catalogue.marks.model_dump(), **catalogue.thresholds.model_dump()}
    values = [[title, _plain(told[name])] for name, title in (VALUES | MARKS).items()]
    settings = [["Параметр", "Значение"], *values]
    plural = [["Кто", "Во множественном числе"], *([one, many] for one, many in catalogue.plural.items())]
    widths = [width for _, width in COLUMNS.values()]
    write_tables(path, {RULES: (rows, widths), SETTINGS: (settings, [44, 60]), PLURAL: (plural, [40, 40])})


def write_tables(path: Path, sheets: Mapping[str, tuple[Sequence[Sequence[str]], Sequence[float]]]) -> None:
    """Sheets of text cells with a bold frozen head; no text becomes a formula, a number or a date."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, options)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "border": 1})
    for title, (rows, widths) in sheets.items():
        page = book.add_worksheet(title)
        for place, width in enumerate(widths):
            page.set_column(place, place, width, book.add_format({"num_format": "@"}))
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                page.write_string(number, place, value, text if number else head)
        page.freeze_panes(1, 1)
    book.close()


def _cell(name: str, value: Any) -> str:
    if name in WORDS:
        return next((word for word, code in WORDS[name].items() if code == value), "")
    return ", ".join(value) if name in LISTS else str(value)


def _plain(value: Any) -> str:
    return printed(value) if isinstance(value, float) else str(value)


def read_rules_table(
    path: Path,
    *,
    instrument: Instrument | None = None,
    card: Instrument | None = None,
    roadmap_numbers: Collection[str] | None = None,
) -> Catalogue:
    """Read a workbook of rules.

    Raises:
        DefinitionError: every problem found, with sheet, row and column. No other exception leaves this function.
    """
    try:
        return _read(path, {"instrument": instrument, "card": card, "roadmap_numbers": roadmap_numbers})
    except DefinitionError as error:
        raise DefinitionError(error.problems, error.source or path.name) from None
    except Exception:  # whatever a library makes of a broken or hostile file
        raise DefinitionError("файл не удаётся прочитать: он повреждён или устроен необычно", path.name) from None


def _read(path: Path, known: dict[str, Any]) -> Catalogue:
    book = read_book(path, tuple(title.lower() for title in (RULES, SETTINGS, PLURAL)))
    sheet = book.sheets.get(RULES.lower())
    if sheet is None or not sheet.row_numbers():
        raise DefinitionError(f"в книге нет листа «{RULES}»", path.name)
    problems = list(book.problems)
    rows = dict(_rules(sheet, problems))
    body: dict[str, Any] = {"rules": list(rows.values()), **_settings(book.sheets.get(SETTINGS.lower()), problems)}
    body["plural"] = dict(_pairs(book.sheets.get(PLURAL.lower())))
    body.setdefault("code", path.stem)
    body.setdefault("title", path.stem)
    try:
        catalogue = rules_from_dict(body, path.name, **known)
    except DefinitionError as error:
        numbers = list(rows)
        codes = {str(rule.get("id")): number for number, rule in reversed(rows.items())}
        found = [located(problem, numbers, codes) for problem in error.problems]
        problems += [one for one in found if not _told(one, problems)]
        catalogue = None
    if problems or catalogue is None:
        raise DefinitionError(sorted(problems, key=_row_of), path.name)
    return catalogue


def _told(problem: Problem, before: Sequence[Problem]) -> bool:
    """Whether it is a cell told of already, or a cell of a column that is not there."""
    column = problem.place.rpartition("столбец ")[2]
    return any(
        problem.place == one.place or (column and one.text.startswith(NO_COLUMNS) and column in one.text)
        for one in before
    )


def _rules(sheet: Sheet, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row, fields of a rule) of every filled row."""
    numbers = sheet.row_numbers()
    columns = _columns(sheet, numbers[0], problems)
    seen: dict[str, int] = {}
    for number in numbers[1:]:
        fields: dict[str, Any] = {name: [] for name in LISTS}
        for place, text in sheet.row(number).items():
            name = columns.get(place)
            if name is None:
                continue
            if name in LISTS and (number, place) in sheet.numbers:
                words = "здесь число, а нужен текст: 3.1 и 3.10 неотличимы. Поставьте ячейке формат «Текстовый»"
                problems.append(Problem(where(number, name), words))
            fields[name] = _value(name, text)
        code = fields.get("id", "")
        if code in seen:
            problems.append(Problem(where(number, "id"), f"код «{code}» уже есть в строке {seen[code]}"))
            continue
        seen[code] = number
        yield number, fields


def _columns(sheet: Sheet, number: int, problems: list[Problem]) -> dict[int, str]:
    known = {title.lower(): name for name, (title, _) in COLUMNS.items()} | {name: name for name in COLUMNS}
    found: dict[int, str] = {}
    for place, text in sheet.row(number).items():
        name = known.get(" ".join(text.lower().split()))
        if name is None:
            problems.append(Problem(f"лист {RULES}, строка {number}", f"неизвестный столбец «{text}»"))
        elif name in found.values():
            problems.append(Problem(f"лист {RULES}, строка {number}", f"столбец «{text}» стоит дважды"))
        else:
            found[place] = name
    needed = [name for name, field in Rule.model_fields.items() if field.is_required()]
    missing = [f"«{COLUMNS[name][0]}»" for name in needed if name not in found.values()]
    if missing:
        problems.append(Problem(f"лист {RULES}, строка {number}", f"{NO_COLUMNS}: {', '.join(missing)}"))
    return found


def _value(name: str, text: str) -> Any:
    if name in WORDS:
        return WORDS[name].get(text.lower(), text)
    return [part for part in re.split(r"[\s,;]+", text) if part] if name in LISTS else text


def _settings(sheet: Sheet | None, problems: list[Problem]) -> dict[str, Any]:
    names = {title.lower(): name for name, title in (VALUES | MARKS).items()}
    found: dict[str, Any] = {}
    for title, text in _pairs(sheet):
        name = names.get(title.lower())
        if name is None:
            problems.append(Problem(f"лист {SETTINGS}", f"неизвестный параметр «{title}»"))
        elif name in NUMBERS:
            number = text.replace(",", ".")
            if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,12})?", number) or not 0 <= float(number) <= NUMBERS[name]:
                words = f"нужно число от 0 до {NUMBERS[name]:g}, а не «{text}»"
                problems.append(Problem(f"лист {SETTINGS}, «{title}»", words))
            else:
                found[name] = float(number) if "." in number else int(number)
        else:
            found[name] = text
    approval = {name: iso_day(found.pop(name)) for name in Approval.model_fields if name in found}
    marks = {name: found.pop(name) for name in MARKS if name in found}
    return {**found, "thresholds": approval, "marks": marks}


def _pairs(sheet: Sheet | None) -> Iterator[tuple[str, str]]:
    """Rows of a sheet of two columns under its head."""
    for number in sheet.row_numbers()[1:] if sheet else []:
        row = sheet.row(number) if sheet else {}
        if 1 in row and 2 in row:
            yield row[1], row[2]


def where(row: int, name: str = "") -> str:
    """«лист Правила, строка 6, столбец «Условие»»."""
    column = f", столбец «{COLUMNS[name][0]}»" if name in COLUMNS else ""
    return f"лист {RULES}, строка {row}{column}"


def located(problem: Problem, numbers: Sequence[int], codes: Mapping[str, int]) -> Problem:
    """A problem of the catalogue at its row: «rules[3].when» or «правило Q-SUB-S, when»."""
    if found := re.fullmatch(r"rules\[([0-9]+)\](?:\.(\w+))?.*", problem.place):
        return Problem(where(numbers[int(found[1])], found[2] or ""), problem.text)
    if (found := re.fullmatch(r"правило (.*?)(?:, (\w+))?", problem.place)) and found[1] in codes:
        return Problem(where(codes[found[1]], found[2] or ""), problem.text)
    return Problem(f"лист {SETTINGS}", f"{problem.place}: {problem.text}" if problem.place else problem.text)


def _row_of(problem: Problem) -> tuple[bool, int]:
    found = re.search(r"строка ([0-9]+)", problem.place)
    return not problem.place.startswith(f"лист {RULES}"), int(found[1]) if found else 0
