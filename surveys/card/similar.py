"""Schools of similar conditions, from the risk levels of their cards: whose results may be set side by side.

Conditions are the card's indicators that a school does not govern. Nothing is added up: two schools are similar where
most levels are equal and none is two steps apart. A level that is not known says nothing either way.
"""

from collections.abc import Mapping, Sequence

from surveys.findings.facts import Reading
from surveys.report.card import in_list
from surveys.report.document import Column, Row, Table
from surveys.report.tables import words_cell
from surveys.russian import join

EQUAL = 0.75  # share of equal levels among the conditions known of both schools
FEWEST = 4  # conditions known of both, under which nothing is said
STEPS = {"низкий": 0, "средний": 1, "высокий": 2}
RULE = (
    "Условия — показатели карты, которыми школа не управляет. Сходными названы школы, у которых уровни совпадают не "
    "менее чем по трём четвертям условий, известных по обеим картам, и нигде не расходятся на две ступени. "
    "Единая оценка школы не рассчитывается."
)
NONE = "в районе не найдены"

Cards = Sequence[tuple[str, Sequence[tuple[str, Reading]]]]  # school's label, readings of its signed card


def conditions(readings: Sequence[tuple[str, Reading]]) -> dict[str, str]:
    """Indicator's code -> its level, where it is known."""
    return {one.code: one.level for _title, one in readings if one.context and one.level}


def are_similar(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two schools work under similar conditions."""
    both = one.keys() & other.keys()
    apart = [abs(STEPS[one[code]] - STEPS[other[code]]) for code in both]
    return len(both) >= FEWEST and max(apart) < 2 and apart.count(0) >= EQUAL * len(both)


def similar_schools(cards: Cards) -> dict[str, list[str]]:
    """School -> schools of similar conditions, in the order of the list; schools without a signed card are left out."""
    known = {label: levels for label, readings in cards if (levels := conditions(readings))}
    return {
        label: [name for name, levels in known.items() if name != label and are_similar(own, levels)]
        for label, own in known.items()
    }


def conditions_table(cards: Cards) -> Table | None:
    """School - schools of similar conditions - conditions of a high risk; None where fewer than two cards are known."""
    found = similar_schools(cards)
    if len(found) < 2:
        return None
    rows = []
    for label, readings in cards:
        if label not in found:
            continue
        hard = [title for title, one in readings if one.context and one.level == "высокий"]
        words = [label, join(found[label]) or NONE, "; ".join(in_list(title) for title in hard) or "нет"]
        rows.append(Row(key=label, cells=[words_cell(text) for text in words]))
    columns = [
        Column(title="Школа", width=1.6),
        Column(title="Школы со сходными условиями", width=3.2),
        Column(title="Условия с высоким риском", width=4),
    ]
    title = "Школы со сходными условиями работы"
    source = "подписанные карты школ"
    return Table(id="conditions", title=title, columns=columns, rows=rows, source=source, notes=[RULE], wide=True)
