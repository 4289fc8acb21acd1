"""Answers become block scores: percent of maximum possible (POMP), 0-100.

Source: Cohen, Cohen, Aiken & West (1999), Multivariate Behavioral Research 34(3). One respondent is scored without
numpy (``score_one``), many in columns (``score_all``); both give the same figures.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from surveys.answers.checking import NUMBERS, Checked, codes_of, parse_number
from surveys.definition.instrument import Instrument, Item, Scale
from surveys.errors import DefinitionError, Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from surveys.answers.answer_set import AnswerSet
    from surveys.statistics.steps import Sums

    Floats = NDArray[np.float64]

# Help is wanted in a block from this need score, percent of maximum.
REQUEST = 50.0
DEFICIT = ("medium", "high")
# 0.1 + 0.2 style dust must not move a score across a boundary that it meets exactly.
DUST = 1e-9

_LOW = re.compile(r"\.\s*>=\s*(-?\d+(?:\.\d+)?)")
_HIGH = re.compile(r"\.\s*<=\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class ScaleScore:
    """One block of one respondent. ``score`` and ``need`` are 0-100 or None where too little was answered."""

    scale: str
    score: float | None
    need: float | None
    level: str | None
    answered: int
    applicable: int  # items that were asked and concern this person


class _Known:
    """What is looked up thousands of times about one frozen instrument, found once."""

    def __init__(self, instrument: Instrument) -> None:
        self.items, self.lists = instrument.items, instrument.option_lists
        self.practice: dict[str, list[Item]] = {}
        for item in instrument.items:
            if item.scale is not None and item.need_of is None:
                self.practice.setdefault(item.scale, []).append(item)
        self.need = {item.need_of: item for item in instrument.items if item.need_of is not None}
        self.bounds: dict[str, tuple[float, float] | None] = {}
        self.tables: dict[tuple[str, int], Floats] = {}
        self.spacing: dict[str, tuple[int, float, float, bool] | None] = {}


def _known(instrument: Instrument) -> _Known:
    found: _Known | None = instrument.__dict__.get("_scoring")
    # A changed copy of an instrument carries the notes of the first one along: they are told apart by the lists.
    if found is None or found.items is not instrument.items or found.lists is not instrument.option_lists:
        found = _Known(instrument)
        instrument.__dict__["_scoring"] = found
    return found


def practice_items(instrument: Instrument, scale: str) -> list[Item]:
    """Items that are averaged into ``scale``; questions about wanted help are not."""
    return _known(instrument).practice.get(scale, [])


def need_item(instrument: Instrument, practice: str) -> Item | None:
    """The item that asks what help is wanted about ``practice``."""
    return _known(instrument).need.get(practice)


def numeric_codes(instrument: Instrument, item: Item) -> list[float] | None:
    """Numbers of the options in form order; None where a code is no number."""
    numbers = [parse_number(code) for code in codes_of(instrument, item)]
    return None if not numbers or None in numbers else [float(one) for one in numbers if one is not None]


def bounds_of(instrument: Instrument, item: Item) -> tuple[float, float] | None:
    """Lowest and highest possible raw value of an item, from its options, its range or its constraint."""
    known = _known(instrument).bounds
    if item.name not in known:
        known[item.name] = _find_bounds(instrument, item)
    return known[item.name]


def _find_bounds(instrument: Instrument, item: Item) -> tuple[float, float] | None:
    if item.type == "range":
        return item.span[:2]
    if item.type in NUMBERS:
        low, high = (parse_number(item.parameters.get(key, "")) for key in ("start", "end"))
        if low is None or high is None:
            lows, highs = _LOW.findall(item.constraint), _HIGH.findall(item.constraint)
            if len(lows) != 1 or len(highs) != 1:
                return None
            low, high = float(lows[0]), float(highs[0])
        return (low, high) if high > low else None
    codes = numeric_codes(instrument, item)
    return (min(codes), max(codes)) if codes and max(codes) > min(codes) else None


def code_spacing(instrument: Instrument, item: Item) -> tuple[int, float, float, bool] | None:
    """(last position, lowest code, step, whether the score falls with the position); None unless steps are equal."""
    known = _known(instrument).spacing
    if item.name not in known:
        codes = numeric_codes(instrument, item) if item.type == "select_one" else None
        known[item.name] = None
        if codes is not None and len(codes) > 1 and (step := codes[1] - codes[0]):
            if all(abs(high - low - step) <= 1e-12 * abs(step) for low, high in pairwise(codes)):
                known[item.name] = len(codes) - 1, min(codes), abs(step), item.reverse != (step < 0)
    return known[item.name]


def check_scales(instrument: Instrument) -> None:
    """Refuse an instrument whose blocks cannot be scored.

    Raises:
        DefinitionError: every item of a block whose options are not numbers, or that has no options at all.
    """
    problems = []
    for item in instrument.items:
        if item.scale is None:
            continue
        fits = item.type in NUMBERS or (item.type == "select_one" and numeric_codes(instrument, item) is not None)
        if not fits:
            problems.append(Problem(f"пункт {item.name}", "входит в шкалу, но коды его вариантов не числа"))
        if item.scale not in {scale.name for scale in instrument.scales}:
            problems.append(Problem(f"пункт {item.name}", f"шкалы «{item.scale}» в анкете нет"))
    if problems:
        raise DefinitionError(problems, instrument.code)


def na_limit(instrument: Instrument) -> float:
    """Largest share of «не относится» with which a block is still scored; 1 where the instrument sets no limit."""
    for flag in instrument.quality:
        if flag.kind == "na":
            return flag.threshold / 100 if flag.threshold > 1 else flag.threshold
    return 1.0


def score_one(instrument: Instrument, checked: Checked) -> dict[str, ScaleScore]:
    """Score every block of one respondent, without numpy."""
    return {scale.name: _score_scale(instrument, scale, checked) for scale in instrument.scales}


def percent_of(instrument: Instrument, item: Item, value: object) -> float | None:
    """An answer as percent of maximum, reversed items turned; None where the item has no bounds."""
    bounds, number = bounds_of(instrument, item), parse_number(str(value))
    if bounds is None or number is None:
        return None
    share = (number - bounds[0]) / (bounds[1] - bounds[0])
    return 100 * (1 - share if item.reverse else share)


def _score_scale(instrument: Instrument, scale: Scale, checked: Checked) -> ScaleScore:
    items = practice_items(instrument, scale.name)
    marked = sum(item.name in checked.not_applicable for item in items)
    asked = sum(item.name not in checked.not_asked for item in items)
    answered = [item for item in items if item.name in checked.values]
    parts = [percent_of(instrument, item, checked.values[item.name]) for item in answered]
    scores = [part for part in parts if part is not None]
    if not enough(len(scores), asked, marked, scale.min_answered, na_limit(instrument)):
        return ScaleScore(scale.name, None, None, None, len(answered), asked - marked)
    score = sum(scores) / len(scores)
    needs = [_need_of(instrument, item, checked) for item in answered]
    known = [need for need in needs if need is not None]
    need = None
    has_need = any(need_item(instrument, item.name) for item in items)
    if has_need and known and len(known) >= scale.min_answered * len(answered) - DUST:
        need = sum(known) / len(known)
    level = instrument.level_of(score + DUST)
    return ScaleScore(scale.name, score, need, level.code if level else None, len(answered), asked - marked)


def enough(answered: int, asked: int, marked: int, min_answered: float, limit: float) -> bool:
    """Whether a block may be scored: enough of what concerns the person, and not too much «не относится»."""
    applicable = asked - marked
    if answered == 0 or applicable <= 0:
        return False
    return answered >= min_answered * applicable - DUST and marked <= limit * asked + DUST


def _need_of(instrument: Instrument, item: Item, checked: Checked) -> float | None:
    """Wanted help on one practised item, percent: 0 where the question was not shown, None where it was left blank."""
    asking = need_item(instrument, item.name)
    if asking is None or asking.name in checked.not_asked:
        return 0.0
    value = checked.values.get(asking.name)
    return None if value is None else percent_of(instrument, asking, value)


@dataclass(frozen=True)
class Scores:
    """Block scores of many: ``score`` and ``need`` are (n, scales), percent, NaN where not scored."""

    scales: list[str]
    score: "Floats"
    need: "Floats"

    def level_places(self, instrument: Instrument) -> "NDArray[np.int8]":
        """(n, scales) place of the level in ``ordered_levels``, -1 where there is no score."""
        import numpy as np

        places = np.full(self.score.shape, -1, np.int8, order="F")
        for level in ordered_levels(instrument):
            places += self.score >= level.at_least - DUST  # false for NaN
        return places


def ordered_levels(instrument: Instrument) -> list[Any]:
    """Levels from the lowest score up."""
    return sorted(instrument.levels, key=lambda level: level.at_least)


def score_all(answers: "AnswerSet", instrument: Instrument) -> Scores:
    """Score every block of every respondent, column by column."""
    import numpy as np

    rows = len(answers)
    names = [scale.name for scale in instrument.scales]
    score = np.full((rows, len(names)), np.nan, order="F")
    need = np.full((rows, len(names)), np.nan, order="F")
    for place, scale in enumerate(instrument.scales):
        score[:, place], need[:, place] = _score_column(answers, instrument, scale)
    return Scores(names, score, need)


def _score_column(answers: "AnswerSet", instrument: Instrument, scale: Scale) -> "tuple[Floats, Floats]":
    import numpy as np

    from surveys.statistics.steps import sum_steps

    items = practice_items(instrument, scale.name)
    sums = sum_steps(answers, instrument, items) or _sum_percents(answers, instrument, items)
    applicable = sums.asked - sums.marked
    scored = (sums.answered > 0) & (applicable > 0) & (sums.answered >= scale.min_answered * applicable - DUST)
    scored &= sums.marked <= na_limit(instrument) * sums.asked + DUST
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(scored, sums.total / sums.answered, np.nan)
        if not any(need_item(instrument, item.name) for item in items):
            return score, np.full(len(answers), np.nan)
        wanted = scored & (sums.known > 0) & (sums.known >= scale.min_answered * sums.answered - DUST)
        return score, np.where(wanted, sums.need / sums.known, np.nan)


def _sum_percents(answers: "AnswerSet", instrument: Instrument, items: list[Item]) -> "Sums":
    """Sums of a block of any items."""
    import numpy as np

    from surveys.answers.checking import NOT_APPLICABLE, NOT_ASKED
    from surveys.statistics.steps import Sums

    rows = len(answers)
    total, need = np.zeros(rows), np.zeros(rows)
    answered, marked, asked, known = (np.zeros(rows, np.int32) for _ in range(4))
    for item in items:
        percent, valid, states = item_percent(answers, instrument, item)
        total += percent
        answered += valid
        marked += states == NOT_APPLICABLE
        asked += states != NOT_ASKED
        value, counts = _need_column(answers, instrument, item, valid)
        need += value
        known += counts
    return Sums(total, answered, marked, asked, need, known)


def item_percent(
    answers: "AnswerSet", instrument: Instrument, item: Item
) -> "tuple[Floats, NDArray[np.bool_], NDArray[Any]]":
    """(percent of maximum with 0 where not answered, answered, states or packed codes) of one item."""
    import numpy as np

    from surveys.answers.checking import FIRST_STATE

    if item.name in answers.closed_names and item.type == "select_one":
        column = answers.closed[:, answers.closed_names.index(item.name)]
        valid = column < FIRST_STATE if column.dtype == np.uint8 else (column < FIRST_STATE) | (column > 255)
        table = percent_table(instrument, item, 256 if column.dtype == np.uint8 else 65536)
        # The table holds every value of the type; «clip» only spares numpy its check.
        return np.take(table, column, mode="clip"), valid, column
    states = answers.states(item.name)
    valid = states == 0
    bounds = bounds_of(instrument, item)
    if item.name not in answers.number_names or bounds is None:
        return np.zeros(len(answers)), np.zeros(len(answers), bool), states
    share = (answers.numbers[:, answers.number_names.index(item.name)] - bounds[0]) / (bounds[1] - bounds[0])
    percent = 100 * (1 - share if item.reverse else share)
    return np.where(valid, percent, 0.0), valid, states


def percent_table(instrument: Instrument, item: Item, size: int) -> "Floats":
    """Lookup from a packed code to percent of maximum; 0 for states and unknown codes."""
    known = _known(instrument).tables
    if (item.name, size) not in known:
        known[item.name, size] = _make_table(instrument, item, size)
    return known[item.name, size]


def _make_table(instrument: Instrument, item: Item, size: int) -> "Floats":
    import numpy as np

    from surveys.answers.checking import stored_position

    table, bounds = np.zeros(size), bounds_of(instrument, item)
    for place, number in enumerate(numeric_codes(instrument, item) or []):
        if bounds is not None:
            share = (number - bounds[0]) / (bounds[1] - bounds[0])
            table[stored_position(place)] = 100 * (1 - share if item.reverse else share)
    return table


def _need_column(
    answers: "AnswerSet", instrument: Instrument, item: Item, practised: "NDArray[np.bool_]"
) -> "tuple[Floats, NDArray[np.bool_]]":
    import numpy as np

    from surveys.answers.checking import NOT_ASKED

    asking = need_item(instrument, item.name)
    if asking is None:
        return np.zeros(len(answers)), practised
    percent, valid, states = item_percent(answers, instrument, asking)
    known = practised & (valid | (states == NOT_ASKED))
    return np.where(known, percent, 0.0), known


def quadrant_of(score: float | None, need: float | None, instrument: Instrument) -> str | None:
    """Which of the four cases a block of one person is; None without both scores."""
    if score is None or need is None:
        return None
    level = instrument.level_of(score + DUST)
    deficit = level is not None and level.code in DEFICIT
    wanted = need >= REQUEST - DUST
    if deficit:
        return "with_request" if wanted else "hidden_deficit"
    return "development" if wanted else "resource"
