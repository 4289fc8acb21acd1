"""All cards of a cycle as one workbook: by codes for machines, by labels for people, the fields, the indicators."""

import io
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.frame.interface import in_russian
from app.models import Card
from app.models.cards import CARD_STATES
from app.results.card_values import approval_words
from surveys.card.filling import CardState
from surveys.card.reading import is_small, print_field, read_card
from surveys.definition.instrument import Instrument, Item

Pair = tuple[Card, CardState]


@in_russian
def cards_workbook(cards: Sequence[Pair], *, masked: bool = False) -> bytes:
    """The workbook. Numbers are numbers; «нет данных» stands as words; texts never become formulas.

    Args:
        masked: for a reader outside the department: groups of 1-4 children and what would give them away are in words.
    """
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    instrument = cards[0][1].instrument
    _values(book.add_worksheet(_("Коды")), instrument, cards, bold, coded=True, masked=masked)
    _values(book.add_worksheet(_("Подписи")), instrument, cards, bold, coded=False, masked=masked)
    _indicators(book.add_worksheet(_("Показатели")), instrument, cards, bold, masked=masked)
    _fields(book.add_worksheet(_("Поля")), instrument, bold)
    book.close()
    return file.getvalue()


def _values(sheet: Any, instrument: Instrument, cards: Sequence[Pair], bold: Any, *, coded: bool, masked: bool) -> None:
    heads = [item.name if coded else f"{item.code} {item.label}" for item in instrument.items]
    first = ["school", "status"] if coded else [_("Школа"), _("Состояние карты")]
    sheet.write_row(0, 0, [*first, *heads], bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 14 if coded else 40)
    for line, (card, state) in enumerate(cards, 1):
        names = [card.school.code, card.status] if coded else [card.school.name, CARD_STATES[card.status]]
        sheet.write_row(line, 0, names)
        for place, item in enumerate(instrument.items, 2):
            _write(sheet, line, place, item, state, coded=coded, masked=masked)


def _write(sheet: Any, line: int, place: int, item: Item, state: CardState, *, coded: bool, masked: bool) -> None:
    one, value = state.fields.get(item.name), state.values.get(item.name)
    if one is None or item.name in state.not_asked:
        return
    if isinstance(value, int | float) and not (masked and item.sensitive and is_small(value)):
        sheet.write_number(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_string(line, place, print_field(state.instrument, item, one, masked=True))
    elif coded and one.state == "no_data":
        sheet.write_string(line, place, "no_data")
    elif coded:
        sheet.write_string(line, place, " ".join(one.value) if isinstance(one.value, list) else one.value)
    else:
        sheet.write_string(line, place, print_field(state.instrument, item, one))


def _indicators(sheet: Any, instrument: Instrument, cards: Sequence[Pair], bold: Any, *, masked: bool) -> None:
    sheet.write_row(0, 0, [_("Код"), _("Показатель"), _("Единица")], bold)
    sheet.set_column(1, 1, 50)
    sheet.freeze_panes(1, 2)
    lines = [read_card(instrument, state.values, masked=masked) for _card, state in cards]
    for place, (card, _state) in enumerate(cards):
        sheet.write_row(0, 3 + 3 * place, [card.school.name, _("Из чего"), _("Риск")], bold)
    for row, indicator in enumerate(instrument.indicators, 1):
        sheet.write_row(row, 0, [indicator.code, indicator.label, indicator.unit])
        for place, school in enumerate(lines):
            line, column = school[row - 1], 3 + 3 * place
            if isinstance(line.reading.cell, str):
                sheet.write_string(row, column, line.reading.cell)
            else:
                sheet.write_number(row, column, line.reading.cell)
            sheet.write_string(row, column + 1, line.reading.of)
            sheet.write_string(row, column + 2, line.risk)
    below = len(instrument.indicators) + 2
    said = approval_words(cards[0][0].cycle)
    sheet.write_string(below, 1, said[:1].upper() + said[1:])


def _fields(sheet: Any, instrument: Instrument, bold: Any) -> None:
    heads = [_("Код"), _("Имя"), _("Раздел"), _("Поле"), _("Тип"), _("Единица"), _("Обязательное"), _("Варианты")]
    sheet.write_row(0, 0, heads, bold)
    sheet.set_column(3, 3, 60)
    labels = {group.name: group.label for group in instrument.groups}
    for row, item in enumerate(instrument.items, 1):
        options = "; ".join(f"{one.name} = {one.label}" for one in instrument.options_of(item))
        required = _("да") if item.required else (_("при условии") if item.required_when else _("нет"))
        cells = [item.code, item.name, labels.get(item.group or "", ""), item.label, item.type, item.unit]
        sheet.write_row(row, 0, [*cells, required, options])
