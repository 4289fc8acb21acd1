"""Mergeable summaries: everything that group figures need, such that summary(a + b) = summary(a).merge(summary(b)).

The same code serves a school, a district and a nation in parts computed by several processes.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import BLANK, FIRST_STATE, MULTIPLE, NO_ANSWER, NOT_APPLICABLE, NOT_ASKED, codes_of
from surveys.definition.instrument import Instrument, Item
from surveys.statistics.measures import Moments
from surveys.statistics.quality import find_flags, soft_rows
from surveys.statistics.scoring import (
    DEFICIT,
    DUST,
    REQUEST,
    Scores,
    bounds_of,
    item_percent,
    numeric_codes,
    ordered_levels,
    practice_items,
    score_all,
)
from surveys.statistics.steps import all_steps

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
QUADRANTS = ("with_request", "hidden_deficit", "development", "resource")
STATES = ("answered", "blank", "not_applicable", "not_asked")
MENTOR_WORD = "наставник"


@dataclass
class ScaleTotals:
    """Block figures of g groups and s blocks: counts, means and squared deviations of scores, needs, levels.

    ``n``, ``mean``, ``m2``, ``need_n``, ``need_mean``: (g, s); ``levels``: (g, s, levels from the lowest score up);
    ``deficit``: (g, s) respondents with a medium or high deficit.
    """

    n: Counts
    mean: Floats
    m2: Floats
    need_n: Counts
    need_mean: Floats
    levels: Counts
    deficit: Counts

    def merge(self, other: "ScaleTotals") -> "ScaleTotals":
        """Totals of both, group by group."""
        n, mean, m2 = _join(self.n, self.mean, self.m2, other.n, other.mean, other.m2)
        need_n, need_mean, _ = _join(self.need_n, self.need_mean, self.m2, other.need_n, other.need_mean, other.m2)
        return ScaleTotals(n, mean, m2, need_n, need_mean, self.levels + other.levels, self.deficit + other.deficit)

    def together(self) -> "ScaleTotals":
        """All groups as one."""
        n, mean, m2 = _gather(self.n, self.mean, self.m2)
        need_n, need_mean, _ = _gather(self.need_n, self.need_mean, self.m2)
        levels, deficit = self.levels.sum(axis=0, keepdims=True), self.deficit.sum(axis=0, keepdims=True)
        return ScaleTotals(n, mean, m2, need_n, need_mean, levels, deficit)


def _gather(n: Counts, mean: Floats, m2: Floats) -> tuple[Counts, Floats, Floats]:
    total = n.sum(axis=0, keepdims=True)
    middle = np.divide((n * mean).sum(axis=0, keepdims=True), total, out=np.zeros(total.shape), where=total > 0)
    return total, middle, (m2 + n * (mean - middle) ** 2).sum(axis=0, keepdims=True)


def _join(n: Counts, mean: Floats, m2: Floats, n2: Counts, mean2: Floats, m22: Floats) -> tuple[Counts, Floats, Floats]:
    total = n + n2
    share = np.divide(n2, total, out=np.zeros(total.shape), where=total > 0)
    step = mean2 - mean
    return total, mean + step * share, m2 + m22 + step * step * n * share


@dataclass
class Summary:
    """What is kept of a group. Arrays of options follow the form's order; blocks follow the instrument's."""

    rows: int
    states: dict[str, Counts]  # item -> answered, blank, not applicable, not asked
    counts: dict[str, Counts]  # item with options -> respondents by option
    numbers: dict[str, Moments]  # item with a number -> moments of raw values
    scales: ScaleTotals  # one group
    unflagged: ScaleTotals  # the same without respondents who show a sign of careless filling
    products: dict[str, Moments]  # block -> raw codes, reversed items turned, complete cases
    quadrants: Counts  # (blocks, 4)
    flags: dict[str, int] = field(default_factory=dict)
    flagged: int = 0
    soft: int = 0  # a soft sign and no other
    people: dict[str, int] = field(default_factory=dict)  # named counts of persons that rules read

    def merge(self, other: "Summary") -> "Summary":
        """The summary of both groups together."""
        return Summary(
            **{part.name: _add(getattr(self, part.name), getattr(other, part.name)) for part in fields(self)}
        )


def _add(first: Any, second: Any) -> Any:
    if isinstance(first, dict):
        return {key: _add(first[key], second[key]) for key in first}
    return first.merge(second) if isinstance(first, Moments | ScaleTotals) else first + second


def summarise(
    answers: AnswerSet,
    instrument: Instrument,
    rows: NDArray[Any] | None = None,
    scores: Scores | None = None,
    totals: ScaleTotals | None = None,
) -> Summary:
    """Summarise all respondents, or those chosen by a mask or an index array.

    ``scores`` of all, and ``totals`` of groups that hold them all, where these are known already.
    """
    chosen = answers if rows is None else answers.take(np.asarray(rows))
    if scores is None or rows is not None:
        scores = score_all(chosen, instrument)
    marks = find_flags(chosen, instrument)
    flagged = np.logical_or.reduce(list(marks.values())) if marks else np.zeros(len(chosen), bool)
    counts, states, numbers = {}, {}, {}
    for item in instrument.items:
        if item.type in NO_ANSWER:
            continue
        states[item.name], found = _count(chosen, instrument, item)
        if found is not None:
            counts[item.name] = found
        if item.name in chosen.number_names:
            column = chosen.numbers[:, chosen.number_names.index(item.name)]
            numbers[item.name] = Moments.of(column[~np.isnan(column)].reshape(-1, 1))
    cases = quadrant_places(scores, instrument)
    totals = scale_totals(scores, instrument) if totals is None else totals.together()
    return Summary(
        len(chosen),
        states,
        counts,
        numbers,
        totals,
        scale_totals(scores, instrument, keep=~flagged) if flagged.any() else totals,
        {scale.name: _products(chosen, instrument, scale.name) for scale in instrument.scales},
        np.stack([np.bincount(cases[:, at] + 1, minlength=5)[1:5] for at in range(cases.shape[1])])
        if cases.shape[1]
        else np.zeros((0, 4), np.int64),
        {code: int(found.sum()) for code, found in marks.items()},
        int(flagged.sum()),
        int(soft_rows(chosen, instrument, flagged).sum()),
        _people(chosen, instrument, cases),
    )


def summarise_by(answers: AnswerSet, instrument: Instrument, column: str) -> dict[str, Summary]:
    """Summaries by the values of a context column, sorted by value."""
    labels = answers.groups[column]
    return {str(value): summarise(answers, instrument, labels == value) for value in np.unique(labels)}


def merge_all(summaries: list[Summary]) -> Summary:
    """One summary of several groups; there must be at least one."""
    whole = summaries[0]
    for part in summaries[1:]:
        whole = whole.merge(part)
    return whole


def _count(answers: AnswerSet, instrument: Instrument, item: Item) -> tuple[Counts, Counts | None]:
    """(states, respondents by option or None where the item has no options)."""
    if item.name in answers.closed_names:
        column = answers.closed[:, answers.closed_names.index(item.name)]
        codes = len(codes_of(instrument, item))
        tally = np.bincount(column, minlength=max(256, codes + 3)).astype(np.int64)
        options = np.concatenate([tally[:FIRST_STATE], tally[256:]])[:codes]
        special = [tally[BLANK], tally[NOT_APPLICABLE], tally[NOT_ASKED]]
        return np.asarray([options.sum(), *special], np.int64), options
    given = np.bincount(answers.states(item.name), minlength=256)
    states = np.asarray([given[0], given[BLANK], given[NOT_APPLICABLE], given[NOT_ASKED]], np.int64)
    if item.type not in MULTIPLE or item.name not in answers.several:
        return states, None
    table = answers.several[item.name]
    return states, ((table > 0) & (table < FIRST_STATE)).sum(axis=0, dtype=np.int64)


def scale_totals(
    scores: Scores,
    instrument: Instrument,
    keep: NDArray[np.bool_] | None = None,
    group: NDArray[Any] | None = None,
    groups: int = 1,
) -> ScaleTotals:
    """Block totals of each of ``groups`` groups; ``group`` is the (n,) group number, all in one where it is None."""
    levels = scores.level_places(instrument)
    names = [level.code for level in ordered_levels(instrument)]
    size, blocks = len(names), len(scores.scales)
    shape = (groups, blocks)
    totals = ScaleTotals(
        np.zeros(shape, np.int64),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        np.zeros(shape),
        np.zeros((*shape, size), np.int64),
        np.zeros(shape, np.int64),
    )
    for at in range(blocks):
        used = ~np.isnan(scores.score[:, at]) if keep is None else keep & ~np.isnan(scores.score[:, at])
        totals.n[:, at], totals.mean[:, at], totals.m2[:, at] = _moments(scores.score[:, at], used, group, groups)
        wanted = ~np.isnan(scores.need[:, at]) if keep is None else keep & ~np.isnan(scores.need[:, at])
        totals.need_n[:, at], totals.need_mean[:, at], _ = _moments(scores.need[:, at], wanted, group, groups)
        if size:
            known = used & (levels[:, at] >= 0)
            place = levels[known, at].astype(np.int64)
            if group is not None:
                place += group[known] * size
            totals.levels[:, at] = np.bincount(place, minlength=groups * size).reshape(groups, size)
    deficit = [at for at, code in enumerate(names) if code in DEFICIT]
    totals.deficit[:] = totals.levels[:, :, deficit].sum(axis=2)
    return totals


def _moments(
    values: Floats, used: NDArray[np.bool_], group: NDArray[Any] | None, groups: int
) -> tuple[Counts, Floats, Floats]:
    x = values[used]
    if group is None:
        mean = float(x.mean()) if len(x) else 0.0
        # Not a dot product: BLAS threads cost more than they give at this size.
        return np.asarray([len(x)]), np.asarray([mean]), np.asarray([float(np.square(x - mean).sum())])
    g = group[used]
    n = np.bincount(g, minlength=groups).astype(np.int64)
    mean_by = np.divide(np.bincount(g, x, groups), n, out=np.zeros(groups), where=n > 0)
    return n, mean_by, np.bincount(g, (x - mean_by[g]) ** 2, groups).astype(float)


def quadrant_places(scores: Scores, instrument: Instrument) -> NDArray[np.int8]:
    """(n, blocks) place in QUADRANTS, -1 without both scores or without levels."""
    mark = min((level.at_least for level in instrument.levels if level.code == "low"), default=None)
    if mark is None:
        return np.full(scores.score.shape, -1, np.int8)
    known = ~np.isnan(scores.score) & ~np.isnan(scores.need)
    with np.errstate(invalid="ignore"):
        place = 2 * (scores.score >= mark - DUST) + (scores.need < REQUEST - DUST)
    return np.where(known, place, -1).astype(np.int8)


def turned_codes(answers: AnswerSet, instrument: Instrument, item: Item) -> tuple[Floats, NDArray[np.bool_]]:
    """Raw codes with reversed items turned, and where they were answered; numbers without bounds change their sign."""
    bounds = bounds_of(instrument, item)
    if bounds is None and item.name in answers.number_names:
        valid = answers.states(item.name) == 0
        raw = np.where(valid, answers.numbers[:, answers.number_names.index(item.name)], 0.0)
        return (-raw if item.reverse else raw), valid
    percent, valid, _ = item_percent(answers, instrument, item)
    if bounds is None:  # one option only: a constant
        return np.zeros(len(answers)), valid
    return bounds[0] + percent * ((bounds[1] - bounds[0]) / 100), valid


def _products(answers: AnswerSet, instrument: Instrument, scale: str) -> Moments:
    items = practice_items(instrument, scale)
    if not items:
        return Moments.empty(0)
    if (exact := _whole_products(answers, instrument, items)) is not None:
        return exact
    table = np.empty((len(answers), len(items)), order="F")
    complete = np.ones(len(answers), bool)
    for at, item in enumerate(items):
        table[:, at], valid = turned_codes(answers, instrument, item)
        complete &= valid
    return Moments.of(table if complete.all() else table[complete])


# Sums of products of whole numbers are exact in single precision up to here: half the memory to move, no rounding.
EXACT = 2**24


def _whole_products(answers: AnswerSet, instrument: Instrument, items: list[Item]) -> Moments | None:
    """Moments of a block of choices with equal steps, from positions; None where the block is anything else."""
    steps = all_steps(answers, instrument, items)
    if steps is None:
        return None
    whole, size = Moments.empty(len(items)), int(EXACT / max(one.last for one in steps) ** 2)
    for start in range(0, len(answers), size):
        rows = np.empty((min(size, len(answers) - start), len(items)), np.float32, order="F")
        complete = np.ones(len(rows), bool)
        for at, one in enumerate(steps):
            column = one.column[start : start + size]
            complete &= column < FIRST_STATE
            if one.turned:
                np.subtract(one.last, column, out=rows[:, at], dtype=np.float32)
            else:
                rows[:, at] = column
        kept = rows if complete.all() else rows[complete]
        if n := len(kept):
            mean = kept.sum(axis=0, dtype=np.float64) / n
            products = (kept.T @ kept).astype(np.float64) - n * np.outer(mean, mean)
            whole = whole.merge(Moments(n, mean, products))
    low, step = np.asarray([one.low for one in steps]), np.asarray([one.step for one in steps])
    return Moments(whole.n, low + step * whole.mean if whole.n else whole.mean, whole.products * np.outer(step, step))


def _people(answers: AnswerSet, instrument: Instrument, cases: NDArray[np.int8]) -> dict[str, int]:
    """Counts of persons that rules read.

    ``scored``: with both scores in some block; ``hidden``: of them, a deficit somewhere and help wanted in none of the
    deficits; ``mentor_ready``: offer help with a block that is a resource of theirs; ``form_mentor`` of
    ``form_answered``: name a mentor among the forms of help.
    """
    hidden = (cases == 1).any(axis=1) & ~(cases == 0).any(axis=1)
    found = {"scored": int((cases >= 0).any(axis=1).sum()), "hidden": int(hidden.sum())}
    names = [scale.name for scale in instrument.scales]
    ready, form, answered = np.zeros(len(answers), bool), np.zeros(len(answers), bool), np.zeros(len(answers), bool)
    for item in instrument.items:
        if item.name not in answers.several:
            continue
        codes = codes_of(instrument, item)
        table = answers.several[item.name]
        named = (table > 0) & (table < FIRST_STATE)
        if codes and set(codes) <= set(names):
            ready |= (named & (cases[:, [names.index(code) for code in codes]] == 3)).any(axis=1)
        mentors = [at for at, option in enumerate(instrument.options_of(item)) if MENTOR_WORD in option.label.lower()]
        if mentors:
            form |= named[:, mentors].any(axis=1)
            answered |= table[:, 0] < FIRST_STATE
    return found | {
        "mentor_ready": int(ready.sum()),
        "form_mentor": int(form.sum()),
        "form_answered": int(answered.sum()),
    }


def code_moments(instrument: Instrument, item: Item, summary: Summary, turned: bool = False) -> Moments | None:
    """Moments of the raw codes of one item, from its counts or its numbers; None where its codes are no numbers."""
    if item.name in summary.numbers:
        return summary.numbers[item.name]
    codes = numeric_codes(instrument, item) if item.type == "select_one" else None
    if codes is None:
        return None
    values, weights = np.asarray(codes), summary.counts[item.name].astype(float)
    if turned and item.reverse:
        values = values.min() + values.max() - values
    n = int(weights.sum())
    mean = float(values @ weights) / n if n else 0.0
    return Moments(n, np.asarray([mean]), np.asarray([[float(weights @ (values - mean) ** 2)]]))
