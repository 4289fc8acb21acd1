"""Tables of a report, from released figures only. A figure that may not be shown is its words in the cell."""

from collections.abc import Sequence

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Change, GroupFigures, Released, ScaleFigures, Share
from surveys.findings.thresholds import PROPOSED, Thresholds
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
from surveys.report.document import Cell, Column, Row, Table
from surveys.russian import NBSP, integer, number_text, percent, tie


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
        beside += f"; возможно {bounds_words(share.worst_case)}{NBSP}%" if of and share.worst_case else ""
        return Cell(value=value, printed=f"{percent(value)}{beside}" if of else number_text(value, 0))
    return words_cell(share_of_words(share, k) if of else percent_words(share, k), hidden=True)


def base_words(n: int, seen: int | None, total: int) -> str:
    """«ответили / видели / всего»: answered, were asked, sent the form in."""
    asked = NO_FIGURE if seen is None else integer(seen)
    return f"{integer(n)}{NBSP}/ {asked}{NBSP}/ {integer(total)}"


def base_note(group: GroupFigures) -> str:
    """The same for a table of whole blocks, where every row has its own n."""
    return (
        f"Ответили / видели / всего: n{NBSP}/ {integer(group.n)}{NBSP}/ {integer(group.population)}, где n — учителя, "
        "рассчитанные по блоку, видели — отправившие анкету, всего — все учителя."
    )


BOUNDS = f"Возможно при полном охвате,{NBSP}%"


def bounds_cell(share: Share | None) -> Cell:
    """What a share could be had everybody answered, where too few did; a dash where enough did."""
    worst = share.worst_case if share else None
    return words_cell(bounds_words(worst) if worst else "—")


def bounds_words(worst: tuple[float, float]) -> str:
    """«27–65»."""
    return f"{number_text(worst[0], 0)}–{number_text(worst[1], 0)}"


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
    """Block - n - M - N with its own n - deficit count and percent - level, for one group."""
    counted = any(figures.need_n is not None for figures in group.scales)
    bounded = any(figures.deficit and figures.deficit.worst_case for figures in group.scales)
    columns = [
        Column(title="Блок", width=3.0),
        Column(title="n", kind="integer", width=0.7),
        Column(title="Освоенность M", kind="decimal", width=1.65),
        Column(title="Запрос помощи N", kind="decimal", width=1.3),
        *([Column(title=f"n для{NBSP}N", kind="integer", width=0.85)] if counted else []),
        Column(title="Дефицит, чел.", kind="integer", width=1.35),
        Column(title=f"Дефицит,{NBSP}%", kind="percent", width=1.55),
        Column(title="Уровень дефицита", width=1.45),
    ]
    if bounded:
        columns.append(Column(title=BOUNDS, width=1.3))
    labels = {scale.name: scale.label for scale in instrument.scales}
    rows = [
        _block_row(figures, labels.get(figures.scale, figures.scale), k, counted, bounded) for figures in group.scales
    ]
    notes = [
        "M — средняя освоенность, N — средний запрос помощи, от 0 до 100. Дефицит — учителя со средним и высоким "
        "уровнем. Уровень дефицита — по среднему M.",
        base_note(group),
    ]
    if counted:
        notes.insert(1, f"n для{NBSP}N — учителя, запрос которых известен: вопросы о помощи можно пропускать.")
    return Table(
        id="blocks", title="Профессиональные дефициты по блокам", columns=columns, rows=rows, source=source, notes=notes
    )


def _block_row(figures: ScaleFigures, label: str, k: int, counted: bool, bounded: bool) -> Row:
    if figures.hidden:
        words = hidden_words(figures.hidden, k)
        blank = [words_cell(words, hidden=True) for _ in range(6 + counted + bounded)]
        return Row(key=figures.scale, cells=[words_cell(label), *blank])
    level = LEVEL_WORDS[figures.level] if figures.level else NO_FIGURE
    cells = [
        words_cell(label),
        whole(figures.n),
        decimal(figures.mean),
        decimal(figures.need),
        *([_need_n(figures)] if counted else []),
        count_cell(figures.deficit, k),
        percent_cell(figures.deficit, k),
        Cell(value=level, printed=level, tone=figures.level),
    ]
    if bounded:
        cells.append(bounds_cell(figures.deficit))
    return Row(key=figures.scale, cells=cells)


def _need_n(figures: ScaleFigures) -> Cell:
    return words_cell(NO_FIGURE, hidden=True) if figures.need_n is None else whole(figures.need_n)


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
    columns.append(Column(title="n", kind="integer", width=1.1))
    rows = []
    for figures in shown:
        counts = {str(code): count for code, count in (figures.levels or {}).items()}
        cells = [words_cell(labels.get(figures.scale, figures.scale))]
        # a class with a count of 1 to k-1 is left out by the gate: it is no zero
        cells += [whole(counts[code]) if code in counts else words_cell(NO_FIGURE, hidden=True) for code in codes]
        rows.append(Row(key=figures.scale, cells=[*cells, whole(figures.n)]))
    title, notes = "Учителя по уровням дефицита, чел.", [base_note(group)]
    return Table(id="levels", title=title, columns=columns, rows=rows, source=source, notes=notes)


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


def _signed(value: float | None, words: str) -> Cell:
    cell = decimal(value, words)
    return cell.model_copy(update={"printed": f"+{cell.printed}"}) if value is not None and value > 0 else cell


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
