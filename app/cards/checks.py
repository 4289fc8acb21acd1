"""Rules across fields on the page: boxes beside the fields, lines of arithmetic, and the same trees for the browser."""

from typing import Any

from flask_babel import gettext as _

from app.cards.filling import NOTE, Conflict
from app.cards.shapes import CheckBox, ConflictBox, Row, SumLine
from app.models import Card
from surveys.card.filling import CardState, Sum, home_of, sums_of
from surveys.card.reading import decimal_comma, print_field
from surveys.definition.instrument import Check
from surveys.expressions.evaluation import to_number
from surveys.expressions.syntax import parse

ENOUGH = 4  # figures of a check printed all; of more only those that break it


def add_sums(state: CardState, rows: dict[str, Row]) -> None:
    broken = {check.code for check in state.broken}
    for found in sums_of(state.instrument):
        here = [name for name in (*found.parts, found.total) if name in rows]
        if not here or not set(found.parts) & rows.keys():
            continue
        line = SumLine(
            found.check.code,
            found.check.text,
            found.check.code in broken,
            arithmetic(state, found),
            found.parts,
            found.total,
        )
        rows[[name for name in found.parts if name in rows][-1]].sum = line
        for name in found.parts:
            if name in rows:
                rows[name].described = f"sum-{found.check.code}"
                rows[name].invalid = rows[name].invalid or line.broken


def arithmetic(state: CardState, found: Sum) -> str:
    """«7 + 11 + 12 + 5 = 35, в поле 3.01 — 34: больше на 1»; a blank part is «…» and gives no total."""
    numbers = [state.values.get(name) for name in found.parts]
    left = " + ".join(_figure(number) or "…" for number in numbers)
    if not all(isinstance(number, int | float) for number in numbers):
        return left
    whole = sum(float(number) for number in numbers)  # type: ignore[arg-type]
    total, code = state.values.get(found.total), state.instrument.item(found.total).code
    text = f"{left} = {_figure(whole)}"
    if not isinstance(total, int | float) or whole == total:
        return text
    way = _("больше") if whole > total else _("меньше")
    return text + _(
        ", в поле %(code)s — %(total)s: %(way)s на %(by)s",
        code=code,
        total=_figure(float(total)),
        way=way,
        by=_figure(abs(whole - float(total))),
    )


def _figure(value: Any) -> str:
    return decimal_comma(f"{value:.15g}") if isinstance(value, int | float) else ""


def _note_conflict(conflict: Conflict) -> ConflictBox:
    kept, typed = ((entry or {}).get("text") or _("пусто") for entry in (conflict.kept, conflict.typed))
    return ConflictBox(kept, typed, conflict.who, conflict.at_utc)


def add_checks(
    card: Card, state: CardState, section: str, rows: dict[str, Row], conflicts: dict[str, Conflict]
) -> None:
    broken = {check.code for check in state.broken}
    sums = {found.check.code for found in sums_of(state.instrument)}
    for check in state.instrument.checks:
        here = [name for name in check.fields if name in rows]
        if not here or check.code in sums:
            continue
        conflict = conflicts.get(NOTE + check.code)
        note = (conflict.typed if conflict else card.notes.get(check.code)) or {}
        last = [name for name in rows if name in here][-1]
        rows[last].checks.append(
            CheckBox(
                code=check.code,
                severity=check.severity,
                text=check.text,
                broken=check.code in broken,
                figures=figures_of(state, check),
                asks_note=check.severity == "warning" and home_of(state.instrument, check) == section,
                note=note.get("text", ""),
                conflict=_note_conflict(conflict) if conflict else None,
            )
        )
        if check.code in broken and check.severity == "error":
            for name in here:
                rows[name].invalid = True


def figures_of(state: CardState, check: Check) -> str:
    """The figures a check speaks of: «Вакантных ставок учителей — 1,5 (3.03); …»."""
    total = limit_of(check)
    bound = state.values.get(total) if total else None
    parts = []
    for name in check.fields:
        item, value = state.instrument.item(name), state.values.get(name)
        if value is None or value == "" or value == []:
            continue
        number = to_number(value) if isinstance(value, int | float) else None
        exceeds = number is not None and isinstance(bound, int | float) and number > bound
        if total and name != total and not exceeds:
            continue
        shown = (
            _figure(value)
            if isinstance(value, int | float)
            else print_field(state.instrument, item, state.fields.get(name))
        )
        parts.append(f"{item.label} — {shown} ({item.code})")
    return "; ".join(parts)


def limit_of(check: Check) -> str:
    """The total of a check «the largest of many ≤ total»; empty for another check."""
    tree = parse(check.expression).tree
    if len(check.fields) > ENOUGH and tree[0] == "<=" and tree[1][0] == "max" and tree[2][0] == "name":
        return str(tree[2][1])
    return ""


def script_data(state: CardState, section: str, rows: list[Row]) -> dict[str, Any]:
    """What the browser needs to check on the spot: the same trees, and the values of other sections they read."""
    here = {row.item.name for row in rows}
    sums = {found.check.code: found for found in sums_of(state.instrument)}
    checks, others = [], {}
    for check in state.instrument.checks:
        if not here & set(check.fields):
            continue
        found = sums.get(check.code)
        checks.append(
            {
                "code": check.code,
                "tree": parse(check.expression).tree,
                "severity": check.severity,
                "fields": [[n, state.instrument.item(n).label, state.instrument.item(n).code] for n in check.fields],
                "limit": limit_of(check),
                "sum": [list(found.parts), found.total] if found else None,
            }
        )
        others.update({name: state.values.get(name) for name in check.fields if name not in here})
    return {"checks": checks, "values": others}
