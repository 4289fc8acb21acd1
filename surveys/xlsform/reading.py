"""An XLSForm becomes an instrument; everything wrong is reported at once, by sheet and row, in Russian."""

import re
from pathlib import Path
from typing import Any

from surveys.answers.checking import iso_day
from surveys.definition.checks import Finding
from surveys.definition.instrument import (
    Check,
    Indicator,
    Instrument,
    Level,
    Part,
    QualityFlag,
    Scale,
    check_definition,
)
from surveys.errors import DefinitionError, Problem
from surveys.xlsform.arbiter import check_with_pyxform
from surveys.xlsform.headings import check_headings
from surveys.xlsform.rows import Draft, read_survey
from surveys.xlsform.sheets import KNOWN, Book, read_book
from surveys.xlsform.tables import Table, read_parts, read_table

OUR_SHEETS: dict[str, type[Part]] = {
    "scales": Scale,
    "levels": Level,
    "checks": Check,
    "indicators": Indicator,
    "quality": QualityFlag,
}
SPELLED = {"options": "type", "required_when": "required"}  # a field -> the column it is written in
APPROVED = {"by": "approved_by", "on": "approved_on"}
OPTION_FIELDS = ("list_name", "name", "label")


def read_xlsform(path: Path, remarks: list[Problem] | None = None) -> Instrument:
    """Read a form from .xlsx, .xls or .csv; ``remarks`` collects what stands in it without effect.

    Supported: text, numbers, dates, select_one, select_multiple, rank, range, notes, calculations, groups, languages
    and our own columns (``scale``, ``reverse`` ...) and sheets (``scales`` ...). Metadata rows (start, deviceid ...)
    are left out: the product does not collect them. Repeats, places, media, outside lists and encryption are refused.

    Raises:
        DefinitionError: every problem found, with sheet and row. No other exception leaves this function.
    """
    try:
        return _read(Path(path), [] if remarks is None else remarks)
    except DefinitionError as error:
        raise DefinitionError(error.problems, error.source or Path(path).name) from None
    except Exception:  # whatever a library makes of a broken or hostile file
        raise DefinitionError("файл не удаётся прочитать: он повреждён или устроен необычно", Path(path).name) from None


def _read(path: Path, remarks: list[Problem]) -> Instrument:
    book = read_book(path)
    problems = book.problems
    if "survey" not in book.sheets:
        raise DefinitionError("в книге нет листа survey: это не XLSForm", path.name)
    tables = {name: read_table(book.sheets.get(name), name, book) for name in ("survey", "choices", "settings")}
    for name, table in tables.items():
        check_headings(name, table, problems, book.remarks)
    draft = Draft(problems=problems)
    _read_settings(tables["settings"], draft, path)
    draft.set_languages([*tables["survey"].languages(), *tables["choices"].languages()], tables["survey"])
    _read_choices(tables["choices"], draft)
    read_survey(tables["survey"], draft)
    for name in {str(item.get("options", "")).removesuffix("_or_other") for item in draft.items}:
        problems += [Problem(place, "картинки и звук не поддерживаются") for place in draft.pictures.get(name, [])]
    _read_our_sheets(book, draft)
    instrument, findings = check_definition(draft.body(), draft.unread)
    known = set(map(str, problems))
    problems += [problem for finding in findings if str(problem := _located(finding, draft)) not in known]
    if problems or instrument is None:
        raise DefinitionError(_ordered(problems), path.name)
    refusals = check_with_pyxform(tables, draft.main)
    if refusals:
        raise DefinitionError(refusals, path.name)
    remarks += book.remarks
    return instrument


def _ordered(problems: list[Problem]) -> list[Problem]:
    """Each once, by sheet and row; what is told of a whole row may only follow from a cell of it that was lost."""

    def place(problem: Problem) -> tuple[int, int]:
        sheet = next((number for number, name in enumerate(KNOWN) if f"лист {name}" in problem.place), len(KNOWN))
        row = re.search(r"строк[аи] ([0-9]+)", problem.place)
        return sheet, int(row[1]) if row else 0

    lost = {problem.place.partition(", ячейка")[0] for problem in problems if ", ячейка" in problem.place}
    unique = {str(problem): problem for problem in problems if problem.place not in lost}
    return sorted(unique.values(), key=place)


def _read_settings(table: Table, draft: Draft, path: Path) -> None:
    row = table.rows[0] if table.rows else None
    texts = {name: text for (name, _), text in row.cells.items()} if row else {}
    if row:
        draft.rows["settings",] = table.where(row.number)
        for secret in ("public_key", "submission_url"):
            if texts.get(secret):
                place = table.where(row.number, secret)
                draft.problems.append(
                    Problem(place, "шифрование и отправка на чужой сервер не поддерживаются; уберите столбец")
                )
    code = texts.get("id") or path.stem
    draft.main = {"code": code, "title": texts.get("title") or code, "version": texts.get("version") or "1"}
    draft.default_language = texts.get("default_language", "")
    for name in ("kind", "minutes"):
        if name in texts:
            draft.main[name] = int(texts[name]) if name == "minutes" and texts[name].isdecimal() else texts[name]
    approval = {key: texts[name] for key, name in APPROVED.items() if name in texts}
    if "on" in approval:
        approval["on"] = iso_day(approval["on"])
    if approval:
        draft.main["thresholds"] = approval


def _read_choices(table: Table, draft: Draft) -> None:
    if table.rows and not (table.has("list_name") and table.has("name")):
        draft.problems.append(Problem(f"лист {table.title}", "нет столбцов list_name и name"))
        draft.unread.append(("option_lists",))
        return
    for row in table.rows:
        name, code = row.get("list_name"), row.get("name")
        texts = draft.texts(row, ("label",))
        if not name and not code and not texts:
            continue
        if row.media:
            draft.pictures.setdefault(name, []).append(table.where(row.number, row.media[0]))
        if not name or not code:
            missing = "list_name" if not name else "name"
            draft.problems.append(Problem(table.where(row.number), f"не заполнен столбец {missing}"))
            draft.unread.append(("option_lists", name) if name else ("option_lists",))
            continue
        option: dict[str, Any] = {"name": code, "label": texts.get("label", "")}
        translations = {language: fields["label"] for language, fields in texts.get("translations", {}).items()}
        if translations:
            option["translations"] = translations
        columns = {key: text for (key, _), text in row.cells.items() if key not in OPTION_FIELDS}
        if columns:
            option["columns"] = columns
        draft.option_lists.setdefault(name, []).append(option)
        draft.rows["option_lists", name, len(draft.option_lists[name]) - 1] = table.where(row.number)


def _read_our_sheets(book: Book, draft: Draft) -> None:
    for name, model in OUR_SHEETS.items():
        table = read_table(book.sheets.get(name), name, book)
        parts = read_parts(table, model)
        if parts:
            draft.main[name] = parts
        for place, row in enumerate(row for row in table.rows if row.cells):
            draft.rows[name, place] = table.where(row.number)
    if "scales" not in book.sheets:
        named = dict.fromkeys(item["scale"] for item in draft.items if "scale" in item)
        if named:
            draft.main["scales"] = [{"name": name, "label": name} for name in named]


def _located(finding: Finding, draft: Draft) -> Problem:
    """A path in the definition as sheet, row and column."""
    path, text = finding
    for length in (3, 2):
        if path[:length] in draft.rows:
            rest = [str(step) for step in path[length:] if isinstance(step, str)]
            column = SPELLED.get(rest[0], rest[0]) if rest else ""
            return Problem(draft.rows[path[:length]] + (f", столбец {column}" if column else ""), text)
    sheet = {"option_lists": "choices", "items": "survey", "groups": "survey"}.get(str(path[0]) if path else "")
    if sheet or (path and path[0] in OUR_SHEETS):
        return Problem(f"лист {sheet or path[0]}", text)
    column = f", столбец {APPROVED.get(str(path[-1]), path[0])}" if path else ""
    return Problem(draft.rows.get(("settings",), "лист settings") + column, text)
