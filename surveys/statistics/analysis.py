"""The document that ``analyze`` prints: items, blocks and gated groups, every missing figure with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import NO_ANSWER
from surveys.definition.instrument import Instrument, Item, Scale
from surveys.disclosure.groups import hide_groups
from surveys.statistics.measures import (
    FEW,
    FLAT,
    NO_ANSWERS,
    ONE_ITEM,
    Moments,
    Notes,
    ci95,
    item_rest_r,
    reliability,
)
from surveys.statistics.scoring import bounds_of, check_scales, practice_items
from surveys.statistics.summary import Summary, code_moments, summarise

NO_CODES = "коды вариантов не числа"
NO_NUMBERS = "для вопроса этого типа не вычисляется"
NO_SCALE = "пункт не входит в шкалу"
NO_BOUNDS = "у пунктов шкалы не заданы наименьшее и наибольшее значения"
NOT_SCORED = "ни у кого не отвечена достаточная часть пунктов"
NO_POPULATION = "численность не указана"
HIDDEN_GROUP = "группа скрыта: в ней или в соседней группе мало ответов"
HIDDEN_BLOCK = "скрыто: мало ответов по шкале в этой или соседней группе"
SMALL_GROUP = 20  # under this a group's spread, interval and reliability are not printed


@dataclass(frozen=True)
class Request:
    """What is asked of an analysis. ``population``: number of persons; ``people``: persons by group."""

    population: int | None = None
    by: str | None = None
    people: Mapping[str, int] | None = None
    k: int = 5


def analyze(instrument: Instrument, answers: AnswerSet, request: Request) -> dict[str, Any]:
    """The whole document, ready for JSON.

    Raises:
        DefinitionError: a block with an item whose codes are no numbers.
    """
    check_scales(instrument)
    notes = Notes()
    whole = summarise(answers, instrument)
    for path in ("population", "response_rate"):
        if request.population is None:
            notes.none(path, NO_POPULATION)
    document: dict[str, Any] = {
        "instrument": {"code": instrument.code, "version": instrument.version},
        "n": whole.rows,
        "population": request.population,
        "response_rate": whole.rows / request.population if request.population else None,
        "items": {
            item.name: _item(instrument, item, whole, request.population, notes)
            for item in instrument.items
            if item.type not in NO_ANSWER
        },
        "scales": {
            scale.name: _scale(instrument, at, scale, whole, request.population, notes)
            for at, scale in enumerate(instrument.scales)
        },
        "groups": _groups(instrument, answers, request, notes) if request.by else [],
        "notes": notes.found,
    }
    return document


def _item(instrument: Instrument, item: Item, summary: Summary, population: int | None, notes: Notes) -> dict[str, Any]:
    path = f"items.{item.name}"
    answered, blank, not_applicable, not_asked = (int(count) for count in summary.states[item.name])
    figures: dict[str, Any] = {
        "n": answered,
        "missing": blank,
        "not_applicable": not_applicable,
        "not_asked": not_asked,
        "counts": {},
        "mean": None,
        "sd": None,
        "ci95": None,
        "item_rest_r": None,
    }
    if item.name in summary.counts and item.type != "rank":
        names = [option.name for option in instrument.options_of(item)]
        names += ["other"] if len(names) < len(summary.counts[item.name]) else []
        figures["counts"] = {name: int(count) for name, count in zip(names, summary.counts[item.name], strict=True)}
    moments = code_moments(instrument, item, summary)
    if moments is None:
        reason = NO_CODES if item.type == "select_one" else NO_NUMBERS
        for figure in ("mean", "sd", "ci95", "item_rest_r"):
            notes.none(f"{path}.{figure}", reason)
        return figures
    figures |= _spread(moments, population, path, notes)
    figures["item_rest_r"] = _rest(instrument, item, summary, path, notes)
    return figures


def _spread(moments: Moments, population: int | None, path: str, notes: Notes) -> dict[str, Any]:
    """mean, sd, ci95 with notes for what there is not."""
    if moments.n == 0:
        for figure in ("mean", "sd", "ci95"):
            notes.none(f"{path}.{figure}", NO_ANSWERS)
        return {"mean": None, "sd": None, "ci95": None}
    mean, sd = float(moments.mean[0]), moments.sd()
    if sd is None:
        for figure in ("sd", "ci95"):
            notes.none(f"{path}.{figure}", FEW)
        return {"mean": mean, "sd": None, "ci95": None}
    return {"mean": mean, "sd": sd, "ci95": list(ci95(mean, sd, moments.n, population))}


def _rest(instrument: Instrument, item: Item, summary: Summary, path: str, notes: Notes) -> float | None:
    reason = NO_SCALE
    if item.scale is not None and item.need_of is None:
        items = [one.name for one in practice_items(instrument, item.scale)]
        products = summary.products[item.scale]
        value = item_rest_r(products.products, items.index(item.name)) if products.n > 1 else None
        if value is not None:
            return value
        reason = ONE_ITEM if len(items) < 2 else FEW if products.n < 2 else FLAT
    notes.none(f"{path}.item_rest_r", reason)
    return None


def scale_moments(summary: Summary, at: int) -> Moments:
    """Moments of one block's scores."""
    scales = summary.scales
    return Moments(int(scales.n[0, at]), scales.mean[0, at : at + 1], scales.m2[0, at].reshape(1, 1))


def _scale(
    instrument: Instrument, at: int, scale: Scale, summary: Summary, population: int | None, notes: Notes
) -> dict[str, Any]:
    path = f"scales.{scale.name}"
    items = practice_items(instrument, scale.name)
    moments = scale_moments(summary, at)
    figures: dict[str, Any] = {"items": [item.name for item in items], "n": moments.n}
    if moments.n:
        figures |= _spread(moments, population, path, notes)
    else:
        reason = NOT_SCORED if summary.rows else NO_ANSWERS
        if any(bounds_of(instrument, item) is None for item in items):
            reason = NO_BOUNDS
        for figure in ("mean", "sd", "ci95"):
            figures[figure] = None
            notes.none(f"{path}.{figure}", reason)
    products = summary.products[scale.name]
    figures["alpha"] = _noted(reliability(products), f"{path}.alpha", notes)
    dropped = {}
    for place, item in enumerate(items):
        dropped[item.name] = _noted(reliability(products, place), f"{path}.alpha_if_dropped.{item.name}", notes)
    figures["alpha_if_dropped"] = dropped
    return figures


def _noted(figure: tuple[float | None, str], path: str, notes: Notes) -> float | None:
    """The figure, its reason noted where there is none."""
    value, reason = figure
    if value is None:
        notes.none(path, reason)
    return value


def _groups(instrument: Instrument, answers: AnswerSet, request: Request, notes: Notes) -> list[dict[str, Any]]:
    labels = answers.groups[str(request.by)]
    names = sorted({str(label) for label in labels} | set(request.people or {}))
    parts = {name: summarise(answers, instrument, labels == name) for name in names}
    hidden = hide_groups({name: part.rows for name, part in parts.items()}, request.k)
    if len(labels) < request.k:
        hidden = dict.fromkeys(names, "primary")
    blocks = {}
    for at, scale in enumerate(instrument.scales):
        sizes = {name: int(part.scales.n[0, at]) for name, part in parts.items()}
        blocks[scale.name] = hide_groups(sizes, request.k, already=hidden)
    found: list[dict[str, Any]] = []
    for name in names:
        scales = None
        if name in hidden:
            notes.none(f"groups[{len(found)}].scales", HIDDEN_GROUP)
        else:
            people = None if request.people is None else request.people.get(name, 0)
            path = f"groups[{len(found)}].scales"
            scales = {
                scale.name: _group_scale(parts[name], at, scale, name in blocks[scale.name], people, path, notes)
                for at, scale in enumerate(instrument.scales)
            }
        found.append(
            {
                "by": request.by,
                "value": name,
                "n": parts[name].rows,
                "suppressed": hidden.get(name),
                "scales": scales,
            }
        )
    return found


def _group_scale(
    part: Summary, at: int, scale: Scale, hidden: bool, people: int | None, path: str, notes: Notes
) -> dict[str, Any]:
    """A block of a shown group; sd, ci95 and alpha are null without a note in a group under 20."""
    moments = scale_moments(part, at)
    place = f"{path}.{scale.name}"
    if hidden:
        silent = part.rows < SMALL_GROUP or moments.n < SMALL_GROUP
        for figure in ("mean",) if silent else ("mean", "sd", "ci95", "alpha"):
            notes.none(f"{place}.{figure}", HIDDEN_BLOCK)
        return {"n": moments.n, "mean": None, "sd": None, "ci95": None, "alpha": None}
    if part.rows < SMALL_GROUP or moments.n < SMALL_GROUP:
        return {"n": moments.n, "mean": float(moments.mean[0]), "sd": None, "ci95": None, "alpha": None}
    spread = _spread(moments, people, place, notes)
    return {"n": moments.n, **spread, "alpha": _noted(reliability(part.products[scale.name]), f"{place}.alpha", notes)}
