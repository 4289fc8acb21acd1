"""An instrument as an XLSForm that other tools accept; our own columns and sheets carry what XLSForm lacks."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveys.definition.instrument import Group, Instrument, Item
from surveys.errors import DefinitionError, Problem
from surveys.xlsform.rows import EXPRESSIONS, GROUP_TEXTS, ITEM_TEXTS, PLAIN, YES_NO
from surveys.xlsform.tables import from_field, write_parameters

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Line = dict[str, str]
STANDARD = ("start", "end", "step", "seed", "randomize")  # parameters that XLSForm knows
ORDER = (
    "type",
    "name",
    "label",
    "hint",
    "ask",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
)
ROWS_TO_EDIT = 5_000
WIDE = {"label": 60, "hint": 40, "ask": 40, "text": 60, "expression": 60, "description": 40}


def write_xlsform(instrument: Instrument, path: Path) -> None:
    """Write ``instrument`` to an .xlsx that ``read_xlsform`` reads back as the same instrument.

    Raises:
        DefinitionError: a text that a spreadsheet cannot hold, or a group whose items do not stand together.
    """
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook()
    book.remove(book.active or book.worksheets[0])
    try:
        for name, lines in _sheets(instrument):
            _fill(book.create_sheet(name), lines)
    except IllegalCharacterError:
        raise DefinitionError("в тексте есть управляющий знак, которого не бывает в книге Excel", path.name) from None
    book.save(path)


def _sheets(instrument: Instrument) -> Iterable[tuple[str, list[Line]]]:
    yield "survey", _survey(instrument)
    yield "choices", _choices(instrument)
    yield "settings", [_settings(instrument)]
    for name in ("scales", "levels", "quality", "checks", "indicators"):
        parts = getattr(instrument, name)
        if parts:
            yield name, [_part(part) for part in parts]


def _fill(page: "Worksheet", lines: Sequence[Line]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    top = Alignment(wrap_text=True, vertical="top")

    headings = sorted({heading for line in lines for heading in line}, key=_rank(lines))
    for column, heading in enumerate(headings, start=1):
        page.cell(1, column, heading).font = Font(bold=True)
        wide = WIDE.get(heading.split("::")[0], 14)
        letter = get_column_letter(column)
        page.column_dimensions[letter].width = wide
        page.column_dimensions[letter].number_format = "@"  # a code 1.10 typed by hand stays 1.10
        if heading in (*YES_NO, "required"):  # a condition may stand here too: offered, not enforced
            choice = DataValidation(type="list", formula1='"yes,no"', allow_blank=True, showErrorMessage=False)
            choice.add(f"{letter}2:{letter}{ROWS_TO_EDIT}")
            page.add_data_validation(choice)
        for row, line in enumerate(lines, start=2):
            text = line.get(heading, "")
            if text:
                cell = page.cell(row, column, text)
                cell.data_type = "s"  # a text that begins with «=» must not become a formula
                cell.number_format, cell.alignment = "@", top
    page.freeze_panes = "C2" if page.title == "survey" else "A2"


def _rank(lines: Sequence[Line]) -> Any:
    met = list(dict.fromkeys(heading for line in lines for heading in line))

    def rank(heading: str) -> tuple[int, int]:
        base = heading.split("::")[0]
        return (ORDER.index(base) if base in ORDER else len(ORDER), met.index(heading))

    return rank


def _heading(instrument: Instrument, name: str) -> str:
    """``label``, or ``label::Русский (ru)`` where the instrument names the language of its texts."""
    return f"{name}::{instrument.language}" if instrument.language in instrument.languages else name


def _texts(instrument: Instrument, part: Item | Group, fields: Sequence[str]) -> Line:
    line = {_heading(instrument, name): getattr(part, name) for name in fields if getattr(part, name)}
    for language, texts in part.translations.items():
        line.update({f"{name}::{language}": text for name, text in texts.items()})
    return line


def _survey(instrument: Instrument) -> list[Line]:
    groups = {group.name: group for group in instrument.groups}
    lines: list[Line] = []
    inside: list[str] = []
    met: set[str] = set()
    for item in instrument.items:
        wanted = _path(item.group, groups)
        common = len(list(_shared(inside, wanted)))
        lines += [{"type": "end group"} for _ in inside[common:]]
        for name in wanted[common:]:
            if name in met:
                raise DefinitionError([Problem(f"группа «{name}»", "её пункты стоят не подряд; в XLSForm так нельзя")])
            met.add(name)
            lines.append(_begin(instrument, groups[name]))
        inside = wanted
        lines.append(_question(instrument, item))
    return lines + [{"type": "end group"} for _ in inside]


def _shared(inside: list[str], wanted: list[str]) -> Iterable[str]:
    for here, there in zip(inside, wanted, strict=False):
        if here != there:
            return
        yield here


def _path(name: str | None, groups: dict[str, Group]) -> list[str]:
    path: list[str] = []
    while name is not None:
        path.insert(0, name)
        name = groups[name].parent
    return path


def _begin(instrument: Instrument, group: Group) -> Line:
    line = {"type": "begin group", "name": group.name, **_texts(instrument, group, GROUP_TEXTS)}
    line.update({name: getattr(group, name) for name in ("relevant", "appearance") if getattr(group, name)})
    return line


def _question(instrument: Instrument, item: Item) -> Line:
    kind = item.spelled or item.type
    if item.options and not item.spelled:
        kind += f" {item.options}" + (" or_other" if item.or_other else "")
    line = {"type": kind, "name": item.name, **_texts(instrument, item, ITEM_TEXTS)}
    line.update({name: getattr(item, name) for name in (*EXPRESSIONS, *PLAIN) if getattr(item, name)})
    if item.required:
        line["required"] = "yes"
    elif item.required_when:
        line["required"] = line.pop("required_when")
    defaults = {name: Item.model_fields[name].default for name in YES_NO}
    line.update({name: from_field(getattr(item, name)) for name in YES_NO if getattr(item, name) != defaults[name]})
    line.update(_parameters(item))
    return line


def _parameters(item: Item) -> Line:
    """XLSForm's own parameters in their column, ``max`` and the rest in ours."""
    line: Line = {}
    known = {key: value for key, value in item.parameters.items() if key in STANDARD}
    if known:
        line["parameters"] = write_parameters(known)
    if "max" in item.parameters:
        line["max"] = item.parameters["max"]
    rest = {key: value for key, value in item.parameters.items() if key not in STANDARD and key != "max"}
    if rest:
        line["extra"] = "\n".join(f"{key}={value}" for key, value in rest.items())
    return line


def _choices(instrument: Instrument) -> list[Line]:
    lines: list[Line] = []
    for name, options in instrument.option_lists.items():
        for option in options:
            line = {"list_name": name, "name": option.name}
            if option.label:
                line[_heading(instrument, "label")] = option.label
            line.update({f"label::{language}": text for language, text in option.translations.items()})
            lines.append({**line, **option.columns})
    return lines or [{"list_name": "", "name": "", "label": ""}]


def _settings(instrument: Instrument) -> Line:
    line = {"form_title": instrument.title, "form_id": instrument.code, "version": instrument.version}
    if instrument.language in instrument.languages or instrument.language != "ru":
        line["default_language"] = instrument.language
    if instrument.kind != "questionnaire":
        line["kind"] = instrument.kind
    if instrument.minutes:
        line["minutes"] = str(instrument.minutes)
    if instrument.thresholds.by:
        line["approved_by"] = instrument.thresholds.by
    if instrument.thresholds.on:
        line["approved_on"] = instrument.thresholds.on
    return line


def _part(part: Any) -> Line:
    return {name: from_field(value) for name, value in part.model_dump(exclude_defaults=True).items()}
