"""Tables of a report, from released figures only. A figure that may not be shown is its words in the cell."""

from collections.abc import Sequence

from surveys.definition import Instrument
from surveys.document import Cell, Column, Row, Table
from surveys.printing import (
    FOR_REFERENCE,
    LEVEL_WORDS,
    NO_FIGURE,
    NOT_COMPARABLE,
    count_words,
    hidden_words,
    percent_words,
    share_of_words,
    share_percent,
)
from surveys.released import Change, ChoiceFigures, GroupFigures, Quadrants, Released, ScaleFigures, Share
from surveys.russian import NBSP, integer, number_text, percent, quote, tie
from surveys.thresholds import PROPOSED, Thresholds

WEAKEST = 10
LONG_LIST = 12  # options, from which those that nobody named are left out
QUADRANT_TITLES = (
    ("with_request", "Затруднения, помощь запрошена"),
    ("hidden_deficit", "Затруднения, помощь не запрошена"),
    ("development", "Затруднений нет, запрос на развитие"),
    ("resource", "Затруднений нет, запроса нет (ресурс)"),
)


def words_cell(words: str, *, hidden: bool = False) -> Cell:
    """A cell of text, printed with its spaces tied: «Озёрное № 1» is not parted."""
    return Cell(value=words, printed=tie(words), hidden=hidden)


def whole(value: int) -> Cell:
    """A count."""
    return Cell(value=value, printed=integer(value))


def decimal(value: float | None, words: str = NO_FIGURE) -> Cell:
    """A figure printed with one decimal and kept unrounded; ``words`` where there is none."""
    return Cell(value=value, printed=number_text(value)) if value is not None else words_cell(words, hidden=True)


def count_cell(share: Share | None, k: int) -> Cell:
    """How many of the group, or its words."""
    if share is not None and share.kind == "exact" and share.count is not None:
        return whole(share.count)
    return words_cell(count_words(share, k), hidden=True)


def percent_cell(share: Share | None, k: int, *, of: bool = False) -> Cell:
    """The percent, or its words; ``of`` prints «k из n» beside it."""
    if share is not None and share.kind == "exact" and share.n:
        value = share_percent(share)
        beside = f" ({integer(share.count)}{NBSP}из{NBSP}{integer(share.n)})" if of and share.count is not None else ""
        return Cell(value=value, printed=f"{percent(value)}{beside}" if of else number_text(value, 0))
    return words_cell(share_of_words(share, k) if of else percent_words(share, k), hidden=True)


def coverage_table(
    released: Released,
    groups: Sequence[GroupFigures],
    total: GroupFigures | None,
    source: str,
    marks: Thresholds = PROPOSED,
) -> Table:
    """«Ответили / всего» by school. Participation is shown even where the answers are not."""
    rows = [_coverage_row(group, released.k, marks) for group in groups]
    if total is not None:
        rows.append(_coverage_row(total, released.k, marks, total=True))
    columns = [
        Column(title="Школа", width=3.2),
        Column(title="Всего учителей", kind="integer", width=1.3),
        Column(title="Ответили", kind="integer", width=1.3),
        Column(title=f"Охват,{NBSP}%", kind="percent", width=1.2),
        Column(title="Примечание", width=3),
    ]
    return Table(id="coverage", title="Участие в анкетировании", columns=columns, rows=rows, source=source)


def _coverage_row(group: GroupFigures, k: int, marks: Thresholds, *, total: bool = False) -> Row:
    rate = None if group.rate is None else 100.0 * group.rate
    note = hidden_words(group.hidden, k) if group.hidden else "охват достаточный"
    if not group.hidden and rate is not None and rate < marks.enough:
        note = "выводы предварительные" if rate >= FOR_REFERENCE else "для сведения: выводы не делаются"
    if not group.hidden and group.n == group.population:
        note = f"по всем {integer(group.n)}"
    cells = [
        words_cell(group.label),
        whole(group.population),
        whole(group.n),
        decimal(rate),
        words_cell(note),
    ]
    return Row(key=group.code, cells=cells, total=total)


def blocks_table(group: GroupFigures, instrument: Instrument, k: int, source: str) -> Table:
    """Block - n - M - N - deficit count and percent - level, for one group."""
    bounded = any(figures.deficit and figures.deficit.worst_case for figures in group.scales)
    columns = [
        Column(title="Блок", width=3.0),
        Column(title="n", kind="integer", width=0.7),
        Column(title="Освоенность M", kind="decimal", width=1.65),
        Column(title="Запрос помощи N", kind="decimal", width=1.3),
        Column(title="Дефицит, чел.", kind="integer", width=1.35),
        Column(title=f"Дефицит,{NBSP}%", kind="percent", width=1.55),
        Column(title="Уровень дефицита", width=1.45),
    ]
    if bounded:
        columns.append(Column(title=f"Возможно при полном охвате,{NBSP}%", width=1.3))
    labels = {scale.name: scale.label for scale in instrument.scales}
    rows = [_block_row(figures, labels.get(figures.scale, figures.scale), k, bounded) for figures in group.scales]
    notes = [
        "M — средняя освоенность, N — средний запрос помощи, от 0 до 100. Дефицит — учителя со средним и высоким "
        "уровнем. Уровень дефицита — по среднему M.",
    ]
    return Table(
        id="blocks", title="Профессиональные дефициты по блокам", columns=columns, rows=rows, source=source, notes=notes
    )


def _block_row(figures: ScaleFigures, label: str, k: int, bounded: bool) -> Row:
    if figures.hidden:
        words = hidden_words(figures.hidden, k)
        blank = [words_cell(words, hidden=True) for _ in range(7 if bounded else 6)]
        return Row(key=figures.scale, cells=[words_cell(label), *blank])
    level = LEVEL_WORDS[figures.level] if figures.level else NO_FIGURE
    cells = [
        words_cell(label),
        whole(figures.n),
        decimal(figures.mean),
        decimal(figures.need),
        count_cell(figures.deficit, k),
        percent_cell(figures.deficit, k),
        Cell(value=level, printed=level, tone=figures.level),
    ]
    if bounded:
        worst = figures.deficit.worst_case if figures.deficit else None
        cells.append(words_cell(f"{number_text(worst[0], 0)}–{number_text(worst[1], 0)}" if worst else NO_FIGURE))
    return Row(key=figures.scale, cells=cells)


def levels_table(group: GroupFigures, instrument: Instrument, source: str) -> Table | None:
    """Teachers by the four levels of every block; None where the group is too small for it."""
    shown = [figures for figures in group.scales if figures.levels]
    if not shown:
        return None
    labels = {scale.name: scale.label for scale in instrument.scales}
    titles = {level.code: level.label for level in instrument.levels} or LEVEL_WORDS
    codes = [level for level in ("none", "low", "medium", "high") if level in titles]
    columns = [Column(title="Блок", width=3.2)]
    columns += [Column(title=titles[code].capitalize(), kind="integer", width=1.25) for code in codes]
    columns.append(Column(title="Всего", kind="integer", width=1.1))
    rows = []
    for figures in shown:
        counts = {str(code): count for code, count in (figures.levels or {}).items()}
        cells = [words_cell(labels.get(figures.scale, figures.scale))]
        # a class with a count of 1 to k-1 is left out by the gate: it is no zero
        cells += [whole(counts[code]) if code in counts else words_cell(NO_FIGURE, hidden=True) for code in codes]
        rows.append(Row(key=figures.scale, cells=[*cells, whole(figures.n)]))
    return Table(id="levels", title="Учителя по уровням дефицита, чел.", columns=columns, rows=rows, source=source)


def schools_tables(released: Released, instrument: Instrument, source: str) -> list[Table]:
    """School x block: the share of teachers with a deficit, and the mean with its level."""
    scales = instrument.scales
    heads = [Column(title="Школа", width=1.6)]
    heads += [Column(title=scale.label, kind="percent", width=1.0) for scale in scales]
    groups = [*released.schools, released.municipality]
    shares, means = [], []
    for group in groups:
        figures = {one.scale: one for one in group.scales}
        total = group.code == released.municipality.code
        found = [figures.get(scale.name) for scale in scales]
        share_cells = [_school_cell(group, one, released.k, mean=False) for one in found]
        mean_cells = [_school_cell(group, one, released.k, mean=True) for one in found]
        shares.append(Row(key=group.code, cells=[words_cell(group.label), *share_cells], total=total))
        means.append(Row(key=group.code, cells=[words_cell(group.label), *mean_cells], total=total))
    note = ["Школы перечислены в порядке списка; общий балл школы не рассчитывается, и школы по нему не сравниваются."]
    return [
        Table(
            id="schools-share",
            title="Доля учителей со средним и высоким уровнем дефицита, по школам",
            columns=heads,
            rows=shares,
            source=source,
            notes=note,
            wide=True,
        ),
        Table(
            id="schools-means",
            title="Средняя освоенность M и уровень дефицита, по школам",
            columns=[heads[0], *(column.model_copy(update={"kind": "decimal"}) for column in heads[1:])],
            rows=means,
            source=source,
            wide=True,
        ),
    ]


def _school_cell(group: GroupFigures, figures: ScaleFigures | None, k: int, *, mean: bool) -> Cell:
    hidden = group.hidden or (figures.hidden if figures else None)
    if hidden or figures is None:
        return words_cell(hidden_words(hidden, k) if hidden else NO_FIGURE, hidden=True)
    if not mean:
        return percent_cell(figures.deficit, k, of=True)
    if figures.mean is None:
        return words_cell(NO_FIGURE, hidden=True)
    level = f" ({LEVEL_WORDS[figures.level]})".replace("не ", f"не{NBSP}") if figures.level else ""
    return Cell(value=figures.mean, printed=number_text(figures.mean) + level, tone=figures.level)


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
    rows = []
    for one in shown[:WEAKEST]:
        item = items[one.item]
        text = quote(item.label) + (" (обратное)" if item.reverse else "")
        cells = [
            words_cell(text),
            words_cell(labels.get(item.scale or "", item.scale or "")),
            whole(one.n),
            decimal(one.mean_adjusted),
            percent_cell(one.low, k),
        ]
        rows.append(Row(key=one.item, cells=cells))
    columns = [
        Column(title="Утверждение", width=5),
        Column(title="Блок", width=2),
        Column(title="n", kind="integer", width=0.7),
        Column(title="Среднее (от 0 до 4)", kind="decimal", width=1.35),
        Column(title=f"Доля ниже 60,{NBSP}%", kind="percent", width=1.1),
    ]
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
    rows = []
    for code, figures in group.quadrants:
        cells = [words_cell("Все блоки" if code == "all" else labels.get(code, code)), whole(figures.n)]
        cells += [percent_cell(share, k) for share in quadrant_shares(figures)]
        rows.append(Row(key=code, cells=cells, total=code == "all"))
    notes = ["Затруднения — M ниже 60; запрос помощи — N не ниже 50. По всем блокам n — число пар «учитель — блок»."]
    title = "Затруднения и запрос помощи"
    return Table(id="need", title=title, columns=columns, rows=rows, source=source, notes=notes)


def quadrant_shares(figures: Quadrants) -> list[Share]:
    """The four shares in the order of ``QUADRANT_TITLES``."""
    return [figures.with_request, figures.hidden_deficit, figures.development, figures.resource]


def _signed(value: float | None, words: str) -> Cell:
    cell = decimal(value, words)
    return cell.model_copy(update={"printed": f"+{cell.printed}"}) if value is not None and value > 0 else cell


def choice_table(figures: ChoiceFigures, instrument: Instrument, k: int, source: str) -> Table:
    """How often each option was named, the most frequent first, those with words last."""
    item = instrument.item(figures.item)
    labels = {option.name: option.label for option in instrument.options_of(item)}
    options = list(figures.options.items())
    if len(options) > LONG_LIST:
        options = [pair for pair in options if pair[1].kind != "exact" or pair[1].count]
    options.sort(key=lambda pair: -(share_percent(pair[1]) if pair[1].kind == "exact" else -1.0))
    rows = [
        Row(key=code, cells=[words_cell(labels.get(code, code)), count_cell(share, k), percent_cell(share, k)])
        for code, share in options
    ]
    columns = [
        Column(title="Вариант ответа", width=5),
        Column(title="Назвали, чел.", kind="integer", width=1.5),
        Column(title=f"Доля ответивших,{NBSP}%", kind="percent", width=1.5),
    ]
    notes = [f"Ответили на вопрос: {integer(figures.n)}. Можно было назвать несколько вариантов."]
    if item.type == "select_one":
        notes = [f"Ответили на вопрос: {integer(figures.n)}."]
    return Table(id=f"choice-{figures.item}", title=item.label, columns=columns, rows=rows, source=source, notes=notes)


def changes_table(changes: Sequence[Change], instrument: Instrument, k: int, source: str) -> Table:
    """Before and after for the same persons."""
    labels = {scale.name: scale.label for scale in instrument.scales}
    rows = []
    for change in changes:
        words = hidden_words(change.hidden, k) if change.hidden else NO_FIGURE
        words = words if change.comparable else NOT_COMPARABLE
        matched = whole(change.matched) if change.matched is not None else words_cell(words, hidden=True)
        figures = [decimal(value, words) for value in (change.before, change.after)]
        figures.append(_signed(change.change, words))
        rows.append(
            Row(key=change.scale, cells=[words_cell(labels.get(change.scale, change.scale)), matched, *figures])
        )
    columns = [
        Column(title="Блок", width=4),
        Column(title="Сопоставимых участников", kind="integer", width=1.6),
        Column(title="Было, M", kind="decimal", width=1.1),
        Column(title="Стало, M", kind="decimal", width=1.1),
        Column(title="Изменение, п. п.", kind="decimal", width=1.2),
    ]
    title = "Изменение освоенности у одних и тех же участников"
    return Table(id="changes", title=title, columns=columns, rows=rows, source=source)
