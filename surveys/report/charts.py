"""Figures of a report drawn with matplotlib: bars and quadrants that read in black and white, by hatches and numbers.

Only ``matplotlib.figure.Figure`` is used, never pyplot, which keeps every drawing alive in a server. matplotlib is
imported when something is drawn.
"""

import io
import textwrap
from typing import TYPE_CHECKING, Any, Literal

from surveys.disclosure.released import LevelCode
from surveys.report.document import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

FONT = "DejaVu Sans"  # it has the Kabardian Ӏ
DPI = 200
WIDTH = 6.3  # inches: the text width of a portrait page
# level -> fill, hatch: lighter is better, and the hatch tells it without colour
TONES: dict[LevelCode | None, tuple[str, str]] = {
    "none": ("#ffffff", ""),
    "low": ("#e3e9ee", "..."),
    "medium": ("#b9c7d3", "///"),
    "high": ("#6f8496", "xxx"),
    None: ("#d9dfe4", "//"),
}
INK = "#1c2733"


def draw(figure: Figure) -> "Drawing":
    """The matplotlib figure of a chart."""
    return _quadrants(figure) if figure.kind == "quadrants" else _bars(figure)


def chart_bytes(figure: Figure, kind: Literal["png", "svg"] = "png", *, outlined: bool = False) -> bytes:
    """The chart as a PNG of 200 dpi or an SVG (``outlined``: letters as shapes); equal charts give equal bytes."""
    from matplotlib import rc_context

    settings: Any = {"font.family": FONT, "hatch.linewidth": 0.5, "svg.hashsalt": figure.id}
    settings["svg.fonttype"] = "path" if outlined else "none"
    metadata: dict[str, Any] = {"Date": None, "Title": figure.title} if kind == "svg" else {"Software": None}
    stream = io.BytesIO()
    with rc_context(settings):
        draw(figure).savefig(stream, format=kind, dpi=DPI, metadata=metadata)
    return stream.getvalue()


def _bars(figure: Figure) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    names = [textwrap.fill(name, 34) for name in figure.categories]
    height = 0.75 + sum(0.2 + 0.15 * (name.count("\n") + 1) for name in names)
    drawing = Drawing(figsize=(WIDTH, height), layout="constrained")
    axes = drawing.add_subplot()
    tones = figure.tones or [None] * len(figure.categories)
    for place, (value, words, tone) in enumerate(zip(figure.values, figure.printed, tones, strict=True)):
        fill, hatch = TONES[tone]
        if value is not None:
            axes.barh(place, value, height=0.62, color=fill, edgecolor=INK, linewidth=0.7, hatch=hatch)
        axes.text((value or 0) + figure.limit * 0.015, place, words, va="center", fontsize=8, color=INK)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, figure.limit * 1.3)
    axes.set_xticks([figure.limit * step / 5 for step in range(6)])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel(f"{figure.axis}. {figure.n}" if figure.n else figure.axis, fontsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return drawing


def _quadrants(figure: Figure) -> "Drawing":
    from matplotlib.figure import Figure as Drawing
    from matplotlib.patches import Rectangle

    drawing = Drawing(figsize=(WIDTH, 3.0), layout="constrained")
    axes = drawing.add_subplot()
    # order of the categories: with request, hidden deficit, development, resource
    spots = [(1, 0), (0, 0), (1, 1), (0, 1)]
    hatches = ["xxx", "///", "...", ""]
    for (x, y), hatch, name, words in zip(spots, hatches, figure.categories, figure.printed, strict=True):
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor=INK, linewidth=0.9))
        axes.add_patch(Rectangle((x, y), 0.05, 1, facecolor="#d9dfe4", edgecolor=INK, linewidth=0.5, hatch=hatch))
        axes.text(x + 0.53, y + 0.66, textwrap.fill(name, 24), ha="center", va="center", fontsize=8, color=INK)
        axes.text(x + 0.53, y + 0.3, words, ha="center", va="center", fontsize=10, weight="bold", color=INK)
    axes.set_xlim(0, 2)
    axes.set_ylim(0, 2)
    axes.set_xticks([0.5, 1.5], ["помощь не запрошена", "помощь запрошена"], fontsize=8)
    axes.set_yticks([0.5, 1.5], ["M ниже 60", "M 60 и выше"], fontsize=8)
    axes.tick_params(length=0)
    axes.set_xlabel(figure.n, fontsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return drawing
