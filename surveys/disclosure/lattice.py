"""Which scores of a block are possible, and where the line of a level falls between them."""

from math import ceil

from surveys.definition.instrument import Instrument, Scale
from surveys.disclosure.groups import Mark
from surveys.statistics.scoring import DEFICIT, DUST, code_spacing, enough, na_limit, ordered_levels, practice_items


def low_mark(instrument: Instrument) -> float:
    """Percent of maximum under which an answer is low: where a deficit begins; 60 without levels."""
    return min((level.at_least for level in instrument.levels if level.code not in DEFICIT), default=60.0)


def parts_deficits(instrument: Instrument) -> bool:
    """Whether one line parts the levels that are a deficit from those that are none."""
    deficits = [level.code in DEFICIT for level in ordered_levels(instrument)]
    return len(set(deficits)) == 2 and deficits == sorted(deficits, reverse=True)


def mark_of(instrument: Instrument, scale: Scale, complete: bool, line: float | None = None) -> Mark:
    """Scores of a block on both sides of ``line``, by default of where a deficit begins.

    All scores that its items allow, or those of ``complete`` answers only.
    """
    line = low_mark(instrument) if line is None else line
    steps = _steps(instrument, scale, complete)
    lows = [(one, ceil((line - DUST) * one / 100) - 1) for one in steps]
    if not lows:
        return Mark(line, line)
    below, above = max(100 * low / one for one, low in lows), min(100 * (low + 1) / one for one, low in lows)
    # Even steps reach every sum. Uneven ones leave gaps near its ends: two of the widest are clear of them.
    return Mark(below, above, 2 * 100 / min(steps) if len(set(steps)) > 1 else 0.0)


def possible_scores(instrument: Instrument, scale: Scale, complete: bool) -> tuple[float, ...]:
    """Scores of a block, 0-100 in order; a thousand of them where its items do not say which there are."""
    steps = _steps(instrument, scale, complete) or [1000]
    return tuple(sorted({100 * at / one for one in steps for at in range(one + 1)}))


def _steps(instrument: Instrument, scale: Scale, complete: bool) -> list[int]:
    """Into how many steps the score is divided, for each number of answered items; none where that is not known."""
    items = practice_items(instrument, scale.name)
    spacings = {code_spacing(instrument, item) for item in items}
    lasts = {spacing[0] for spacing in spacings if spacing is not None}
    if None in spacings or len(lasts) != 1 or (not complete and any(item.relevant for item in items)):
        return []
    m, limit = len(items), na_limit(instrument)
    answered = [
        count
        for count in range(1, m + 1)
        if any(enough(count, m, marked, scale.min_answered, limit) for marked in range(m - count + 1))
    ]
    return [int(lasts.copy().pop()) * count for count in ([m] if complete else answered)]
