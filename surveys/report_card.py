"""Indicators of a school's card in a report: the pressing ones in the text, all of them in an appendix."""

from collections.abc import Sequence

from surveys.document import Cell, Column, Row, Table
from surveys.facts import Reading
from surveys.report_tables import LONG_LIST, words_cell


def pressing(readings: Sequence[tuple[str, Reading]]) -> list[tuple[str, Reading]]:
    """Indicators for the main text: all of a short list; of a long one those of a high risk, then of a medium one."""
    if len(readings) <= LONG_LIST:
        return list(readings)
    high = [one for one in readings if one[1].level == "высокий"]
    medium = [one for one in readings if one[1].level == "средний"]
    return high or medium[:LONG_LIST] or list(readings)


def indicators_table(readings: Sequence[tuple[str, Reading]], source: str, *, whole: bool = False) -> Table:
    """Indicators of the school's card: value with its unit and risk level; «н/д» where there are no data."""
    columns = [
        Column(title="Показатель", width=4),
        Column(title="Значение", width=1.4),
        Column(title="Уровень риска", width=1.4),
    ]
    rows = [
        Row(
            key=reading.code,
            cells=[
                words_cell(title),
                Cell(value=reading.value if reading.value is not None else reading.printed, printed=reading.printed),
                words_cell(reading.level or "н/д"),
            ],
        )
        for title, reading in readings
    ]
    title = "Показатели диагностической карты" + (": полный перечень" if whole else "")
    return Table(id="indicators-all" if whole else "indicators", title=title, columns=columns, rows=rows, source=source)
