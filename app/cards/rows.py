"""Rows of a section's page, built from a card as it stands."""

from typing import Any

from flask_babel import gettext as _

from app.cards.checks import add_checks, add_sums
from app.cards.filling import REMARK, Conflict, Entry
from app.cards.shapes import Block, Choice, ConflictBox, RemarkBox, Row
from app.models import Card, CardFile, CardRemark
from app.results.card_values import signed_entries
from surveys.card.filling import CardState, Field, Jump, compared
from surveys.card.reading import decimal_comma, print_field
from surveys.definition.instrument import Instrument, Item
from surveys.russian import number_text

CLASSES = {"prefilled": "pre", "no_data": "nod", "confirmed": "ok", "entered": "typed"}
KINDS = {"select_one": "one", "select_multiple": "several", "integer": "number", "decimal": "number"}
APPEARANCES = {"file": "file", "multiline": "area", "order": "order"}


def section_items(instrument: Instrument, section: str, state: CardState) -> list[Item]:
    """Fields of a section that are asked, the signature aside."""
    return [
        item
        for item in instrument.items
        if item.group == section and item.appearance != "sign" and item.name not in state.not_asked
    ]


def section_blocks(
    card: Card,
    state: CardState,
    section: str,
    *,
    remarks: list[CardRemark],
    files: dict[str, list[CardFile]],
    conflicts: dict[str, Conflict] | None = None,
) -> list[Block]:
    """Rows of a section under their sub-headings, with boxes of checks and sums at the fields they speak of."""
    conflicts = conflicts or {}
    items = section_items(state.instrument, section, state)
    last = signed_entries(card.previous) if card.previous else {}
    rows = {item.name: _row(card, state, item, last, remarks, files, conflicts) for item in items}
    add_sums(state, rows)
    add_checks(card, state, section, rows, conflicts)
    blocks: list[Block] = []
    label = next(group.label for group in state.instrument.groups if group.name == section)
    for item in items:
        if not blocks or (item.heading and blocks[-1].legend != item.heading):
            blocks.append(Block(item.heading or label))
        blocks[-1].rows.append(rows[item.name])
    return blocks


def _row(
    card: Card,
    state: CardState,
    item: Item,
    last: dict[str, Any],
    remarks: list[CardRemark],
    files: dict[str, list[CardFile]],
    conflicts: dict[str, Conflict],
) -> Row:
    entry: Entry = card.fields.get(item.name)
    conflict = conflicts.get(item.name)
    if conflict:
        entry = conflict.typed
    value = (entry or {}).get("value", "")
    jump = state.jumps.get(item.name)
    previous = last.get(item.name) if compared(item) else None
    row = Row(
        item=item,
        kind=APPEARANCES.get(item.appearance, KINDS.get(item.type, "text")),
        css=CLASSES[entry["state"]] if entry else "new",
        value=decimal_comma(value) if isinstance(value, str) else "",
        choices=_choices(state.instrument, item, value),
        special=bool(item.parameters.get("special")) and value == item.parameters.get("special"),
        state=entry["state"] if entry else "",
        explanation=(entry or {}).get("explanation", ""),
        source=source_words(entry),
        problem=state.problems.get(item.name, ""),
        before=str(previous["value"]) if previous and previous["state"] != "no_data" else "",
        jump=jump,
        jump_words=jump_words(jump) if jump else "",
        conflict=_conflict_box(state.instrument, item, conflict) if conflict else None,
        remarks=[_remark_box(one, conflicts.get(f"{REMARK}{one.id}")) for one in remarks if one.name == item.name],
        files=files.get(item.name, []),
    )
    row.invalid = bool(row.problem)
    return row


def _choices(instrument: Instrument, item: Item, value: Any) -> list[Choice]:
    chosen = value if isinstance(value, list) else [value]
    return [Choice(one.name, one.label, one.name in chosen) for one in instrument.options_of(item)]


def source_words(entry: Entry) -> str:
    """«из базы кадров, 20.06»."""
    if not entry or not entry.get("source"):
        return ""
    words = {
        "register": _("из реестра школ"),
        "previous": _("из прошлой карты"),
        "staff": _("из базы кадров"),
        "form": _("предложено формой"),
    }
    on = entry.get("on", "")
    date = f", {on[8:10]}.{on[5:7]}" if on and entry["source"] == "staff" else ""
    return words[entry["source"]] + date


def jump_words(jump: Jump) -> str:
    """«В прошлой карте 34, сейчас 12: меньше на 65 %»."""
    before, now = (decimal_comma(f"{number:g}") for number in (jump.before, jump.now))
    if jump.percent is None:
        return _("В прошлой карте %(before)s, сейчас %(now)s.", before=before, now=now)
    way = _("больше") if jump.now > jump.before else _("меньше")
    return _(
        "В прошлой карте %(before)s, сейчас %(now)s: %(way)s на %(percent)s %%.",
        before=before,
        now=now,
        way=way,
        percent=number_text(abs(jump.percent), 0),
    )


def _conflict_box(instrument: Instrument, item: Item, conflict: Conflict) -> ConflictBox:
    def words(entry: Entry) -> str:
        if entry is None:
            return _("пусто")
        one = Field(entry.get("value", ""), entry["state"], entry.get("explanation", ""))
        return print_field(instrument, item, one) or _("пусто")

    return ConflictBox(words(conflict.kept), words(conflict.typed), conflict.who, conflict.at_utc)


def _remark_box(remark: CardRemark, conflict: Conflict | None) -> RemarkBox:
    if conflict is None:
        return RemarkBox(remark, remark.answer, remark.answered)

    def words(entry: Entry) -> str:
        said = entry or {}
        mark = _("исправлено или проверено") if said.get("answered") else _("без отметки")
        return f"{mark}; «{said['text']}»" if said.get("text") else mark

    typed = conflict.typed or {}
    box = ConflictBox(words(conflict.kept), words(conflict.typed), conflict.who, conflict.at_utc)
    return RemarkBox(remark, typed.get("text", ""), typed.get("answered", False), box)


def section_summary(blocks: list[Block], homes: frozenset[str]) -> list[tuple[str, str]]:
    """What must be mended on this page: (anchor, words). A broken check is told once, in its home section."""
    found = []
    for row in (row for block in blocks for row in block.rows):
        name, code = row.item.name, row.item.code
        if row.conflict:
            found.append((name, _("%(code)s: выберите одно из двух значений", code=code)))
        if row.problem:
            found.append((name, f"{code}: {row.problem}"))
        found += _remarks_waiting(row)
        if row.state == "no_data" and not row.explanation:
            found.append((f"why-{name}", _("%(code)s: поясните, почему нет данных", code=code)))
        found += _rules_broken(row, homes)
    return found


def _remarks_waiting(row: Row) -> list[tuple[str, str]]:
    found = []
    for one in row.remarks:
        anchor, code = f"remark-{one.remark.id}", row.item.code
        if one.conflict:
            found.append((anchor, _("%(code)s: выберите один из двух ответов", code=code)))
        elif not one.answered:
            found.append((anchor, _("%(code)s: замечание ждёт ответа", code=code)))
    return found


def _rules_broken(row: Row, homes: frozenset[str]) -> list[tuple[str, str]]:
    found = []
    if row.sum and row.sum.broken and row.sum.code in homes:
        found.append((row.item.name, f"{row.sum.text}: {row.sum.arithmetic}"))
    for box in row.checks:
        if box.conflict:
            found.append((f"note-{box.code}", _("Выберите одно из двух пояснений")))
        if box.broken and box.severity == "error" and box.code in homes:
            found.append((row.item.name, f"{row.item.code}: {box.text}"))
    return found
