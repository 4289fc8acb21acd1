"""The monitoring table in the order's own form: its columns and words, with the state of every item added."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from surveys.kinds.parts import Draft, finished
from surveys.report.context import ReportContext
from surveys.report.document import Column, Report, Row, Table
from surveys.report.tables import words_cell
from surveys.report.texts import plain
from surveys.russian import NBSP, count, date_long, integer

STATES = {
    "not_started": "не начато",
    "in_work": "в работе",
    "partly": "выполнено частично",
    "done": "выполнено",
    "na": "не относится",
}


def build_monitoring(context: ReportContext) -> Report:
    """Items of every plan in force as ``roadmap show`` tells them, a table for every section of each."""
    draft = Draft()
    plans = {order: list(part) for order, part in groupby(context.plan, lambda one: one.get("order", ""))}
    texts = [plain(_state_of(items, order, context.plan_on)) for order, items in plans.items()]
    tables = [
        _table(number, title, [one for one in items if one["section"] == number], order, place)
        for place, (order, items) in enumerate(plans.items())
        for number, title in dict.fromkeys((one["section"], one.get("section_title", "")) for one in items)
    ]
    texts = texts or [plain("План не загружен: состояние пунктов не приводится")]
    draft.add("monitoring", "Исполнение плана мероприятий", texts, tables)
    return finished(draft, context, "monitoring", "Мониторинг исполнения плана мероприятий", signed_after="monitoring")


def _state_of(items: Sequence[Mapping[str, Any]], order: str, day: date | None) -> str:
    """«По состоянию на 20 июня 2020 г. выполнено 7 из 26 пунктов плана; в работе — 9, не начато — 10».

    ``order``: of one of several plans.
    """
    number = Counter(one["status"] for one in items)
    on = f"по состоянию на {date_long(day)} " if day else ""
    plan = f"плана по приказу {order}" if order else "плана"
    text = f"{on}выполнено {integer(number['done'])} из{NBSP}{count(len(items), 'пункт', 'gen')} {plan}"
    others = [
        f"{word} — {integer(number[state])}" for state, word in STATES.items() if state != "done" and number[state]
    ]
    return f"{text}; {', '.join(others)}" if others else text


def _table(number: str, title: str, items: Sequence[Mapping[str, Any]], order: str, place: int) -> Table:
    columns = [
        Column(title="№ п/п", width=0.6),
        Column(title="Наименование мероприятия", width=3.2),
        Column(title="Ответственные исполнители", width=2.0),
        Column(title="Сроки реализации", width=1.5),
        Column(title="Планируемый результат", width=2.4),
        Column(title="Исполнение", width=1.4),
    ]
    rows = []
    for one in items:
        state = STATES.get(one["status"], one["status"])
        if one["of"] > 1:
            state += f", {integer(one['done'])} из{NBSP}{count(one['of'], 'школа', 'gen')}"
        texts = [one["number"], one["title"], one["responsible"], one["deadline_text"], one["planned_result"], state]
        rows.append(Row(key=one["number"], cells=[words_cell(str(text)) for text in texts]))
    name = f"Раздел {number.rstrip('.')}. {title}".rstrip(". ")
    name = f"План по приказу {order}. {name}" if order else name
    id = f"section-{number}-{place}" if place else f"section-{number}"
    return Table(id=id, title=name, columns=columns, rows=rows, source="дорожная карта", wide=True)
