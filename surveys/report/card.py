"""Indicators of a school's card in a report: the pressing ones in the text, all of them in an appendix."""

from collections.abc import Sequence

from surveys.findings.facts import Reading
from surveys.report.details import LONG_LIST
from surveys.report.document import Cell, Column, Paragraph, Row, Table
from surveys.report.tables import words_cell
from surveys.report.texts import item, plain
from surveys.russian import count, integer

Titled = tuple[str, Reading]
BEST = 3  # indicators of low risk named on the main page
WORST = 7
CONTEXT_NOTE = "* Условия, которыми школа не управляет."


def pressing(readings: Sequence[Titled]) -> list[Titled]:
    """Indicators for the main text: all of a short list; of a long one those of a high risk, then of a medium one."""
    if len(readings) <= LONG_LIST:
        return list(readings)
    high = [one for one in readings if one[1].level == "высокий"]
    medium = [one for one in readings if one[1].level == "средний"]
    return high or medium[:LONG_LIST] or list(readings)


def risk_counts(readings: Sequence[Titled]) -> str:
    """«Высокий риск — 7 показателей, средний — 17, низкий — 9, нет данных — 0»."""
    levels = [reading.level for _title, reading in readings]
    text = f"Высокий риск — {count(levels.count('высокий'), 'показатель')}, средний — "
    text += f"{integer(levels.count('средний'))}, низкий — {integer(levels.count('низкий'))}"
    return text + (f", нет данных — {integer(levels.count(None))}" if None in levels else "")


def card_main(readings: Sequence[Titled]) -> list[Paragraph]:
    """The main page of a card: what the school governs and does well, where the risk is high, hard conditions apart."""
    texts = [plain(risk_counts(readings), "t-indicators")]
    own = [one for one in readings if not one[1].context]
    for title, found, empty in (
        ("Сильные стороны", [one for one in own if one[1].level == "низкий"][:BEST], "Показателей низкого риска нет"),
        (
            "Высокий риск: чем школа управляет",
            [one for one in own if one[1].level == "высокий"][:WORST],
            "Показателей высокого риска нет",
        ),
        (
            "Высокий риск: условия, которыми школа не управляет",
            [one for one in readings if one[1].context and one[1].level == "высокий"][:WORST],
            "Условий высокого риска нет",
        ),
    ):
        texts.append(Paragraph(text=title, style="subhead"))
        texts += [_line(*one) for one in found] or [plain(empty)]
    return texts


def in_list(title: str) -> str:
    """A title in a list: its remark in brackets stands in the table of indicators."""
    words = title.partition(" (")[0]
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _line(title: str, reading: Reading) -> Paragraph:
    beside = f"; медиана по району — {reading.median}" if reading.median else ""
    return item(f"{title} — {reading.printed}{beside}", f"r-indicators-{reading.code}")


def indicators_table(readings: Sequence[Titled], source: str, *, whole: bool = False, borders: str = "") -> Table:
    """Indicators of the school's card: value with its unit and risk level; «н/д» where there are no data.

    The district's median and the change since the last card stand beside them where any is known; ``borders`` says
    under the table who approved the borders of the levels.
    """
    medians = any(reading.median for _title, reading in readings)
    changes = any(reading.change for _title, reading in readings)
    columns = [
        Column(title="Показатель", width=4),
        Column(title="Значение", width=1.5),
        Column(title="Уровень риска", width=1.2),
    ]
    columns += [Column(title="Медиана района", width=1.3)] * medians
    columns += [Column(title="Изменение с прошлой карты", width=1.4)] * changes
    rows = []
    for title, reading in readings:
        cells = [
            words_cell(f"{title}*" if reading.context else title),
            Cell(value=reading.cell, printed=reading.words),
            words_cell(reading.level or "н/д"),
        ]
        cells += [words_cell(reading.median or "—")] * medians
        cells += [words_cell(reading.change or "—")] * changes
        rows.append(Row(key=reading.code, cells=cells))
    title = "Показатели диагностической карты" + (": полный перечень" if whole else "")
    notes = [CONTEXT_NOTE] if any(reading.context for _title, reading in readings) else []
    notes += [borders] if borders else []
    code = "indicators-all" if whole else "indicators"
    return Table(id=code, title=title, columns=columns, rows=rows, source=source, notes=notes)
