"""Facts that rule conditions and texts may name: released figures of a group, fields and indicators of a card.

A fact that is only a bound («не менее 21 из 25») is known by its two ends; a hidden figure is no fact at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import GroupFigures, Released, ScaleFigures
from surveys.expressions.syntax import Value
from surveys.printing import reported_words, share_bounds, share_of_words
from surveys.russian import NBSP, integer, number_text, percent, quote

WORSE = -10.0  # change of M, percentage points, from which a block is named as worse
WEAK_ITEMS = 3


class Kept(BaseModel):
    """A frozen value that is kept with a measure."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(Kept):
    """One figure a finding rests on. ``table`` and ``row`` lead to it; ``value`` is None where only words may show."""

    name: str
    printed: str
    value: float | None = None
    n: int | None = None
    table: str = ""
    row: str = ""


class Reading(Kept):
    """One indicator of a school's card. ``level`` is None for «н/д»; ``printed`` has the value with its unit.

    ``median``: of the district's cards; ``change``: since the last card; ``context``: what the school does not govern.
    ``of`` is what a share was reckoned from: «10 из 30»; empty where ``printed`` says it itself or it is no share.
    """

    code: str
    level: Literal["низкий", "средний", "высокий"] | None
    printed: str
    value: float | None = None
    median: str = ""
    change: str = ""
    context: bool = False
    of: str = ""
    few: bool = False  # a share of so few persons that only «k из n» may stand for it

    @property
    def words(self) -> str:
        """The figure with its n: «33,3 % (10 из 30)»."""
        return f"{self.printed} ({self.of})" if self.of else self.printed

    @property
    def cell(self) -> float | str:
        """What a table keeps: the unrounded figure, or the words where no figure may stand alone."""
        return self.printed if self.value is None or self.few else self.value


@dataclass(frozen=True)
class Fact:
    """A value as conditions read it (bounds of a number, equal where it is exact, or a text) and as texts print it."""

    low: Value
    high: Value
    printed: str
    number: Number


def group_facts(released: Released, group: GroupFigures, instrument: Instrument) -> dict[str, Fact]:
    """Names of the questionnaire that are known for ``group``."""
    known: dict[str, Fact] = {}
    if group.rate is not None:
        rate = 100.0 * group.rate
        words = f"{percent(rate)} ({of_words(group.n, group.population)})"
        known["resp.rate"] = exact("resp.rate", rate, words, group.population, "coverage", group.code)
    for scale in instrument.scales:
        known[f"blk.{scale.name}.title"] = text_fact("title", quote(scale.label))
    if group.hidden:
        return known
    weak = _weak_items(group, instrument)
    for figures in group.scales:
        known.update(_block_facts(figures, weak.get(figures.scale, "")))
    for item in group.items:
        if item.mean_adjusted is not None:
            name = f"item.{item.item}.mean_adj"
            known[name] = exact(
                name, item.mean_adjusted, number_text(item.mean_adjusted, 1), item.n, "items", item.item
            )
    for code, value in group.aggregates.items():
        n = group.aggregate_n.get(code)
        printed = _aggregate_words(code, value, n)
        known[f"agg.{code}"] = exact(f"agg.{code}", value, printed, n or group.n, "help", code)
    known.update(_change_facts(released, group, instrument))
    return known


def _block_facts(figures: ScaleFigures, weak: str) -> dict[str, Fact]:
    prefix, share = f"blk.{figures.scale}", figures.deficit
    known: dict[str, Fact] = {}
    bounds = share_bounds(share)
    if figures.hidden or share is None or bounds is None:
        return known
    row = figures.scale
    whole = share.kind == "exact"
    number = Number(
        name=f"{prefix}.share",
        printed=share_of_words(share),
        value=bounds[0] if whole else None,
        n=share.n,
        table="blocks",
        row=row,
    )
    known[f"{prefix}.share"] = Fact(bounds[0], bounds[1], share_of_words(share), number)
    if words := reported_words(share):
        known[f"{prefix}.reported"] = Fact(words, words, words, number)
    if share.n is not None:
        known[f"{prefix}.n"] = exact(f"{prefix}.n", share.n, integer(share.n), share.n, "blocks", row)
    if whole and share.count is not None:
        name = f"{prefix}.n_def"
        known[name] = exact(name, share.count, integer(share.count), share.n, "blocks", row)
    if weak:
        number = Number(name=f"{prefix}.weak_items", printed=weak, n=figures.n, table="items", row=row)
        known[f"{prefix}.weak_items"] = Fact(weak, weak, weak, number)
    return known


def _weak_items(group: GroupFigures, instrument: Instrument) -> dict[str, str]:
    """Scale -> its weakest statements, quoted, where item figures are released for the group."""
    scored: dict[str, list[tuple[float, str]]] = {}
    items = {item.name: item for item in instrument.items}
    for figures in group.items:
        item = items.get(figures.item)
        if item is None or item.scale is None or figures.mean_adjusted is None:
            continue
        text = quote(item.label) + (" (обратное)" if item.reverse else "")
        scored.setdefault(item.scale, []).append((figures.mean_adjusted, text))
    return {scale: "; ".join(text for _, text in sorted(found)[:WEAK_ITEMS]) for scale, found in scored.items()}


def _change_facts(released: Released, group: GroupFigures, instrument: Instrument) -> dict[str, Fact]:
    shown = [
        change
        for code, change in released.changes
        if code == group.code and change.change is not None and not change.hidden
    ]
    if not shown:
        return {}
    worst = min(shown, key=lambda change: change.change or 0.0)
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    worse = [titles.get(one.scale, one.scale) for one in shown if one.change is not None and one.change <= WORSE]
    change = worst.change or 0.0
    known = {
        "delta.any_block": exact(
            "delta.any_block", change, number_text(change, 1), worst.matched, "changes", worst.scale
        )
    }
    if worse:
        known["delta.titles"] = text_fact("delta.titles", ", ".join(worse))
    return known


def card_facts(values: Mapping[str, str | float], readings: Mapping[str, Reading]) -> dict[str, Fact]:
    known: dict[str, Fact] = {}
    for field, value in values.items():
        name = f"card.{field}"
        if isinstance(value, str):
            if value.strip():
                known[name] = Fact(value, value, value, Number(name=name, printed=value, table="card", row=field))
        else:
            # a year keeps its four digits together, a count has no decimals
            printed = str(int(value)) if float(value).is_integer() else number_text(value, 1)
            known[name] = exact(name, float(value), printed, None, "card", field)
    for code, reading in readings.items():
        if reading.level is None:
            continue
        number = Number(name=f"ind.{code}", printed=reading.printed, value=reading.value, table="indicators", row=code)
        known[f"ind.{code}"] = Fact(reading.level, reading.level, reading.printed, number)
        if reading.value is not None:
            known[f"value.{code}"] = Fact(reading.value, reading.value, reading.printed, number)
    return known


def _aggregate_words(code: str, value: float, n: int | None) -> str:
    """«51 % (51 из 100)»; a snapshot made before the n was kept gives the figure alone."""
    if code == "mentor_ready":
        return of_words(round(value), n) if n else integer(round(value))
    return f"{percent(value)} ({of_words(round(value * n / 100), n)})" if n else percent(value)


def of_words(part: int, whole: int) -> str:
    """«51 из 100», unbroken before the whole."""
    return f"{integer(part)} из{NBSP}{integer(whole)}"


def exact(name: str, value: float, printed: str, n: int | None = None, table: str = "", row: str = "") -> Fact:
    number = Number(name=name, printed=printed, value=value, n=n, table=table, row=row)
    return Fact(value, value, printed, number)


def text_fact(name: str, text: str) -> Fact:
    return Fact(text, text, text, Number(name=name, printed=text))
