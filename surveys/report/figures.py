"""Charts of a report as data: categories, values, printed words, alt text; drawn later by ``surveys.report.charts``."""

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import GroupFigures, Quadrants
from surveys.printing import LEVEL_WORDS, hidden_words, share_of_words, share_percent
from surveys.report.details import QUADRANT_TITLES, quadrant_shares
from surveys.report.document import Figure, Table
from surveys.russian import NBSP, integer, number_text


def bars_figure(group: GroupFigures, instrument: Instrument, k: int) -> Figure:
    """Mean practice of every block with its level."""
    labels = {scale.name: scale.label for scale in instrument.scales}
    categories, values, printed = [], [], []
    for figures in group.scales:
        categories.append(labels.get(figures.scale, figures.scale))
        shown = None if figures.hidden else figures.mean
        values.append(shown)
        level = f", {LEVEL_WORDS[figures.level]}" if figures.level else ""
        printed.append(
            hidden_words(figures.hidden, k) if figures.hidden or shown is None else number_text(shown) + level
        )
    alt = "Горизонтальные столбцы: средняя освоенность M по блокам, от 0 до 100, и уровень дефицита. "
    alt += "; ".join(f"{name}: {words}" for name, words in zip(categories, printed, strict=True)) + "."
    return Figure(
        id="blocks-bars",
        title="Средняя освоенность M по блокам и уровень дефицита",
        kind="bars",
        categories=categories,
        values=values,
        printed=printed,
        tones=[None if figures.hidden else figures.level for figures in group.scales],
        axis="Средняя освоенность M, от 0 до 100",
        n=f"n = {integer(group.n)}",
        alt=alt,
        table="blocks",
    )


def quadrants_figure(figures: Quadrants, k: int) -> Figure:
    """Four quarters with their shares."""
    shares = quadrant_shares(figures)
    categories = [title for _, title in QUADRANT_TITLES]
    printed = [share_of_words(share, k) for share in shares]
    values = [share_percent(share) if share.kind == "exact" else None for share in shares]
    alt = "Четыре четверти: затруднения и запрос помощи. "
    alt += "; ".join(f"{name}: {words}" for name, words in zip(categories, printed, strict=True)) + "."
    return Figure(
        id="need-quadrants",
        title="Затруднения и запрос помощи, все блоки",
        kind="quadrants",
        categories=categories,
        values=values,
        printed=printed,
        n=f"n = {integer(figures.n)}",
        alt=alt,
        table="need",
    )


def choice_figure(table: Table, total: int) -> Figure:
    """Bars of one choice question, from its table; ``total`` answered it."""
    categories = [str(row.cells[0].value) for row in table.rows]
    shares = [row.cells[2] for row in table.rows]
    values = [float(cell.value) if isinstance(cell.value, int | float) else None for cell in shares]
    printed = [
        f"{cell.printed}{NBSP}%" if not cell.hidden else row.cells[1].printed
        for cell, row in zip(shares, table.rows, strict=True)
    ]
    alt = f"Горизонтальные столбцы: {table.title}. "
    alt += "; ".join(f"{name}: {words}" for name, words in zip(categories, printed, strict=True)) + "."
    return Figure(
        id=f"{table.id}-bars",
        title=table.title,
        kind="bars",
        categories=categories,
        values=values,
        printed=printed,
        axis="Доля ответивших, %",
        n=f"n = {integer(total)}",
        alt=alt,
        table=table.id,
    )
