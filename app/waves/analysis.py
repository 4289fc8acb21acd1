"""The analysis page as finished values: the report's own tables, with bars and heat beside the same figures."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.content.store import instrument_of, rules_of
from app.frame.interface import page_language
from app.models import Person, Snapshot, Wave
from app.reach import scope_code, scope_name, scope_reach, within
from app.results.snapshots import released_of
from surveys.definition.instrument import Instrument
from surveys.disclosure.released import GroupFigures, Released
from surveys.expressions.piping import readable
from surveys.findings.thresholds import Thresholds
from surveys.printing import FOR_REFERENCE, hidden_words
from surveys.report.document import Cell, Table

HEAT = ((50.0, "h3"), (30.0, "h2"), (15.0, "h1"))
MOST_COLUMNS = 8  # schools with their total that fit beside each other
TONES = {"none": 0, "low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True)
class Bar:
    """One rectangle of a bar: where it begins and how wide it is, percent, with the pattern p0-p3 or «fill»."""

    x: str
    width: str
    pattern: str
    gap: bool = False


def page(wave: Wave, snapshot: Snapshot, scope: str | None, person: Person) -> dict[str, Any] | None:
    """Values of the page for one group; None where the person may not see it or there is no such group."""
    released = released_of(snapshot)
    reach = scope_reach(person, "head", "coordinator")
    groups = [released.municipality, *released.schools]
    visible = [group for group in groups if within(group.code, reach)]
    if not visible:
        return None
    code = scope_code(scope) if scope else visible[0].code
    if code not in {group.code for group in visible}:
        return None
    shown = _tables(wave, snapshot, code, released)
    scopes = [(scope_name(group.code), group.label, group.code == code) for group in visible]
    return {"released": released, "scopes": scopes, "scope": scope_name(code), **shown}


_kept: dict[tuple[int, str, str, str], dict[str, Any]] = {}


def _tables(wave: Wave, snapshot: Snapshot, code: str, released: Released) -> dict[str, Any]:
    """Finished values of one group, kept per snapshot and language of the page: a snapshot never changes."""
    key = (snapshot.id, snapshot.sha256, code, page_language())
    if key not in _kept:
        if len(_kept) > 200:
            _kept.clear()
        instrument, marks = readable(instrument_of(wave.instrument_version)), rules_of(wave.rule_version).marks
        _kept[key] = _build(code, released, instrument, marks)
    return _kept[key]


def _build(code: str, released: Released, instrument: Instrument, marks: Thresholds) -> dict[str, Any]:
    from surveys.report import details, tables
    from surveys.report.texts import flagged_words

    group, k = released.group(code), released.k
    whole = group is released.municipality or code == released.municipality.code
    source = _("Снимок № %(number)s", number=released.snapshot)
    schools = released.schools if whole else [group]
    coverage = tables.coverage_table(released, schools, group if whole else None, source, marks)
    blocks = None if group.hidden else tables.blocks_table(group, instrument, k, source)
    levels = None if group.hidden else tables.levels_table(group, instrument, source)
    heat = tables.schools_tables(released, instrument, source)[0] if whole else None
    items = None if group.hidden else details.items_table(group, instrument, k, source)
    return {
        "group": group,
        "whole": whole,
        **_doubtful([group, *schools] if whole else [group], marks),
        "enough": marks.enough,
        "flagged": flagged_words(group),
        "coverage": coverage,
        "coverage_states": {row.key: coverage_state(released.group(row.key), k, marks) for row in coverage.rows},
        "coverage_bars": {row.key: [_bar(0, released.group(row.key).rate, 100, "fill")] for row in coverage.rows},
        "blocks": blocks,
        "block_bars": _mean_bars(group) if blocks else {},
        "levels": levels,
        "level_bars": _level_bars(group) if levels else {},
        "heat": _heat(heat, instrument) if heat else None,
        "items": items,
        "precision": None if group.hidden else details.precision_table(group, instrument, source),
        "quadrants": None if group.hidden else details.quadrants_table(group, instrument, k, source),
        "changes": _changes(code, released, instrument, source),
        **_choices(group, released, instrument, source),
    }


def _changes(code: str, released: Released, instrument: Instrument, source: str) -> Table | None:
    """What became of the same persons since the previous stage; None at a first one."""
    from surveys.report.tables import changes_table

    found = [change for group, change in released.changes if group == code]
    return changes_table(found, instrument, released.k, source) if found else None


def _choices(group: GroupFigures, released: Released, instrument: Instrument, source: str) -> dict[str, list[Table]]:
    """Forms of help and what stands beside them in the form; other facts about the work are folded."""
    from surveys.report.details import choice_table

    groups = {item.group for item in instrument.items if item.type == "rank"}
    help_tables, work = [], []
    for one in [] if group.hidden else group.choices:
        table = choice_table(one, instrument, released.k, source)
        (help_tables if instrument.item(one.item).group in groups else work).append(table)
    return {"choices": help_tables, "work": work}


def coverage_state(group: GroupFigures, k: int, marks: Thresholds) -> tuple[str, str]:
    """(class of the tag, words): whether conclusions are made; a census is named as one."""
    percent = 100 * group.rate if group.rate is not None else None
    if group.hidden:
        return "idle", hidden_words(group.hidden, k)
    if percent is None or percent < FOR_REFERENCE:
        return "late", _("для сведения, выводы не делаются")
    if group.n == group.population:
        return "done", _("по всем %(n)s", n=group.n)
    return ("done", _("охват достаточный")) if percent >= marks.enough else ("wait", _("выводы предварительны"))


def _doubtful(groups: list[GroupFigures], marks: Thresholds) -> dict[str, list[str]]:
    """Labels of groups with conclusions that are preliminary, and with figures for reference only: said first."""
    rates = [(one.label, 100 * one.rate if one.rate is not None else 0.0) for one in groups]
    return {
        "reference": [label for label, percent in rates if percent < FOR_REFERENCE],
        "preliminary": [label for label, percent in rates if FOR_REFERENCE <= percent < marks.enough],
    }


def _bar(x: float, share: float | None, scale: float, pattern: str) -> Bar:
    return Bar(f"{x:.1f}%", f"{scale * (share or 0):.1f}%", pattern)


def _mean_bars(group: GroupFigures) -> dict[str, list[Bar]]:
    return {
        one.scale: [Bar("0.0%", f"{one.mean:.1f}%", f"p{TONES[one.level]}")]
        for one in group.scales
        if one.mean is not None and one.level is not None
    }


def _level_bars(group: GroupFigures) -> dict[str, list[Bar]]:
    bars: dict[str, list[Bar]] = {}
    for one in group.scales:
        if not one.levels:
            continue
        # one of the two classes may be left out by the gate: its place stays empty
        left = one.n - sum(one.levels.values())
        x, parts = 0.0 if "low" in one.levels else 100.0 * left / one.n, []
        for level, place in TONES.items():
            width = 100.0 * one.levels.get(level, 0) / one.n  # type: ignore[call-overload]
            if width:
                parts.append(Bar(f"{x:.1f}%", f"{width:.1f}%", f"p{place}", gap=x > 0))
            x += width
        bars[one.scale] = parts
    return bars


def _heat(table: Table, instrument: Instrument) -> dict[str, Any]:
    """School x block as a methodologist reads it: blocks as rows, unless there are too many schools for a line.

    ``heads``: labels of the columns; ``rows``: (code, label, total, cells with the class of their shade).
    """
    blocks = [(scale.name, scale.short or scale.label) for scale in instrument.scales]
    if len(table.rows) > MOST_COLUMNS:
        heads = [label for _code, label in blocks]
        rows = [
            (row.key, row.cells[0].printed, row.total, [(_shade(cell), cell) for cell in row.cells[1:]])
            for row in table.rows
        ]
    else:
        heads = [row.cells[0].printed for row in table.rows]
        rows = [
            (code, label, False, [(_shade(row.cells[place]), row.cells[place]) for row in table.rows])
            for place, (code, label) in enumerate(blocks, start=1)
        ]
    corner = _("Школа") if len(table.rows) > MOST_COLUMNS else _("Блок")
    return {"id": table.id, "title": table.title, "corner": corner, "heads": heads, "rows": rows}


def _shade(cell: Cell) -> str:
    """Class of a heat cell: darker for a larger share, striped for a hidden one."""
    if cell.hidden or not isinstance(cell.value, int | float):
        return "hid"
    return next((shade for bound, shade in HEAT if cell.value >= bound), "h0")
