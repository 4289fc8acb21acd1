"""Tables of statements, of needs and of choices: what is printed of the municipality and of large groups only."""

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import ChoiceFigures, GroupFigures, Quadrants, ScaleFigures, Share
from surveys.printing import NO_FIGURE, share_percent
from surveys.report.document import Cell, Column, Row, Table
from surveys.report.tables import (
    BOUNDS,
    base_note,
    base_words,
    bounds_cell,
    bounds_words,
    count_cell,
    decimal,
    percent_cell,
    whole,
    words_cell,
)
from surveys.russian import NBSP, integer, number_text, quote

WEAKEST = 10
LONG_LIST = 12  # options, from which those that nobody named are left out
QUADRANT_TITLES = (
    ("with_request", "Затруднения, помощь запрошена"),
    ("hidden_deficit", "Затруднения, помощь не запрошена"),
    ("development", "Затруднений нет, запрос на развитие"),
    ("resource", "Затруднений нет, запроса нет (ресурс)"),
)


def items_table(group: GroupFigures, instrument: Instrument, k: int, source: str) -> Table | None:
    """The weakest statements; None where item figures are not released."""
    labels = {scale.name: scale.label for scale in instrument.scales}
    items = {item.name: item for item in instrument.items}
    shown = [
        one for one in group.items if one.mean_adjusted is not None and one.item in items and items[one.item].scale
    ]
    if not shown:
        return None
    shown.sort(key=lambda one: (one.mean_adjusted or 0.0, one.item))
    rows, bounded = [], any(one.low and one.low.worst_case for one in shown[:WEAKEST])
    for one in shown[:WEAKEST]:
        item = items[one.item]
        text = quote(item.label) + (" (обратное)" if item.reverse else "")
        cells = [
            words_cell(text),
            words_cell(labels.get(item.scale or "", item.scale or "")),
            words_cell(base_words(one.n, one.seen, one.total)),
            decimal(one.mean_adjusted),
            percent_cell(one.low, k),
        ]
        cells += [bounds_cell(one.low)] if bounded else []
        rows.append(Row(key=one.item, cells=cells))
    columns = [
        Column(title="Утверждение", width=4.4),
        Column(title="Блок", width=2.2),
        Column(title="Ответили / видели / всего", width=2.1),
        Column(title="Среднее (от 0 до 4)", kind="decimal", width=1.25),
        Column(title=f"Доля ниже 60,{NBSP}%", kind="percent", width=1.1),
    ]
    columns += [Column(title=BOUNDS, width=1.5)] if bounded else []
    notes = [
        "Среднее — приведённое: у обратных утверждений оценка обращена. «Доля ниже 60» — доля ответивших, чья "
        f"приведённая оценка ниже 60{NBSP}% наибольшей.",
    ]
    title = "Утверждения, оценённые ниже других"
    return Table(id="items", title=title, columns=columns, rows=rows, source=source, notes=notes)


def quadrants_table(group: GroupFigures, instrument: Instrument, k: int, source: str) -> Table | None:
    """Practice against wanted help, over all blocks and in each."""
    if not group.quadrants:
        return None
    labels = {scale.name: scale.label for scale in instrument.scales}
    columns = [Column(title="Блок", width=2), Column(title="n", kind="integer", width=0.8)]
    columns += [Column(title=f"{title},{NBSP}%", kind="percent", width=2) for _, title in QUADRANT_TITLES]
    bounded = any(share.worst_case for _, figures in group.quadrants for share in quadrant_shares(figures))
    columns += [Column(title=f"{BOUNDS}, по столбцам", width=2)] if bounded else []
    rows = []
    for code, figures in group.quadrants:
        cells = [words_cell("Все блоки" if code == "all" else labels.get(code, code)), whole(figures.n)]
        cells += [percent_cell(share, k) for share in quadrant_shares(figures)]
        if bounded:
            ends = [bounds_words(share.worst_case) for share in quadrant_shares(figures) if share.worst_case]
            cells.append(words_cell("; ".join(ends) or "—"))
        rows.append(Row(key=code, cells=cells, total=code == "all"))
    notes = ["Затруднения — M ниже 60; запрос помощи — N не ниже 50. По всем блокам n — число пар «учитель — блок»."]
    notes.append(base_note(group))
    title = "Затруднения и запрос помощи"
    return Table(id="need", title=title, columns=columns, rows=rows, source=source, notes=notes)


def quadrant_shares(figures: Quadrants) -> list[Share]:
    """The four shares in the order of ``QUADRANT_TITLES``."""
    return [figures.with_request, figures.hidden_deficit, figures.development, figures.resource]


def choice_table(figures: ChoiceFigures, instrument: Instrument, k: int, source: str) -> Table:
    """How often each option was named, the most frequent first, those with words last."""
    item = instrument.item(figures.item)
    labels = {option.name: option.label for option in instrument.options_of(item)}
    options = list(figures.options.items())
    if len(options) > LONG_LIST:
        options = [pair for pair in options if pair[1].kind != "exact" or pair[1].count]
    options.sort(key=lambda pair: -(share_percent(pair[1]) if pair[1].kind == "exact" else -1.0))
    bounded = any(share.worst_case for _, share in options)
    rows = [
        Row(
            key=code,
            cells=[
                words_cell(labels.get(code, code)),
                count_cell(share, k),
                percent_cell(share, k),
                *([bounds_cell(share)] if bounded else []),
            ],
        )
        for code, share in options
    ]
    columns = [
        Column(title="Вариант ответа", width=5),
        Column(title="Назвали, чел.", kind="integer", width=1.5),
        Column(title=f"Доля ответивших,{NBSP}%", kind="percent", width=1.5),
    ]
    columns += [Column(title=BOUNDS, width=1.5)] if bounded else []
    base = integer(figures.n) if figures.total is None else base_words(figures.n, figures.seen, figures.total)
    notes = [f"Ответили{' / видели / всего' if figures.total is not None else ' на вопрос'}: {base}."]
    if item.type != "select_one":
        notes.append("Можно было назвать несколько вариантов.")
    return Table(id=f"choice-{figures.item}", title=item.label, columns=columns, rows=rows, source=source, notes=notes)


def precision_table(group: GroupFigures, instrument: Instrument, source: str) -> Table | None:
    """Spread, interval and reliability of the blocks' means; None where the group is too small for them."""
    shown = [one for one in group.scales if one.sd is not None and one.mean is not None]
    if not shown:
        return None
    labels = {scale.name: scale.label for scale in instrument.scales}
    census = any(one.n >= group.population for one in shown)
    alphas = any(one.alpha is not None for one in shown)
    rows = [
        Row(key=one.scale, cells=_precision(one, labels.get(one.scale, one.scale), group, alphas=alphas))
        for one in shown
    ]
    columns = [
        Column(title="Блок", width=3.2),
        Column(title="n", kind="integer", width=0.7),
        Column(title="Освоенность M", kind="decimal", width=1.5),
        Column(title="Стандартное отклонение", kind="decimal", width=1.6),
        Column(title=f"Интервал 95{NBSP}%", width=1.7),
        *([Column(title="Альфа Кронбаха", kind="ratio", width=1.2)] if alphas else []),
    ]
    notes = ["Интервал — по Стьюденту с поправкой на число всех учителей группы."]
    if alphas:
        notes.append(
            "Альфа — согласованность утверждений блока от 0 до 1, по тем, кто ответил на все; она не приводится, где "
            "утверждения противоречат друг другу."
        )
    notes += ["Где ответили все, ошибки выборки нет, и интервала нет."] if census else []
    title = "Точность средних и согласованность блоков" if alphas else "Точность средних по блокам"
    return Table(id="precision", title=title, columns=columns, rows=rows, source=source, notes=notes)


def _precision(one: ScaleFigures, label: str, group: GroupFigures, *, alphas: bool) -> list[Cell]:
    ends = f"{number_text(one.ci95[0])}–{number_text(one.ci95[1])}" if one.ci95 else NO_FIGURE
    alpha = words_cell(NO_FIGURE) if one.alpha is None else Cell(value=one.alpha, printed=number_text(one.alpha, 2))
    return [
        words_cell(label),
        whole(one.n),
        decimal(one.mean),
        decimal(one.sd),
        words_cell(f"по всем {integer(one.n)}" if one.n >= group.population else ends),
        *([alpha] if alphas else []),
    ]
