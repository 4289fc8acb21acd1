"""Two stages of the same survey: the same persons, paired; drop-out is normal and counted."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Instrument
from surveys.statistics.measures import FEW, NO_ANSWERS, Notes, ci95
from surveys.statistics.scoring import check_scales, score_all

Floats = NDArray[np.float64]
# Two scores closer than this are the same: rounding of averages, not a change.
SAME = 1e-9


def match_rows(before: list[str], after: list[str]) -> tuple[list[int], list[int]]:
    """Row numbers of the persons in both, in the order of the first stage."""
    place = {name: row for row, name in enumerate(after)}
    pairs = [(row, place[name]) for row, name in enumerate(before) if name in place]
    return [first for first, _ in pairs], [second for _, second in pairs]


def compare(
    instrument: Instrument, before: AnswerSet, after: AnswerSet, ids_before: list[str], ids_after: list[str]
) -> dict[str, Any]:
    """The document that ``compare`` prints; identifiers are unique within each stage."""
    check_scales(instrument)
    first, second = match_rows(ids_before, ids_after)
    scores_before, scores_after = score_all(before, instrument).score, score_all(after, instrument).score
    notes = Notes()
    return {
        "n_before": len(before),
        "n_after": len(after),
        "matched": len(first),
        "scales": {
            scale.name: _paired(scores_before[:, at], scores_after[:, at], first, second, f"scales.{scale.name}", notes)
            for at, scale in enumerate(instrument.scales)
        },
        "notes": notes.found,
    }


def _paired(
    before: Floats, after: Floats, first: list[int], second: list[int], path: str, notes: Notes
) -> dict[str, Any]:
    x, y = before[first], after[second]
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    steps = y - x
    n = len(steps)
    sd = float(steps.std(ddof=1)) if n > 1 else None
    change = float(steps.mean()) if n else None
    figures: dict[str, Any] = {
        "matched": n,
        "before": _mean(x),
        "after": _mean(y),
        "change": change,
        "sd_change": sd,
        "ci95": list(ci95(change, sd, n)) if sd is not None and change is not None else None,
        "improved": int((steps > SAME).sum()),
        "same": int((np.abs(steps) <= SAME).sum()),
        "worse": int((steps < -SAME).sum()),
        "all_before": _mean(before[~np.isnan(before)]),
        "all_after": _mean(after[~np.isnan(after)]),
    }
    for name, value in figures.items():
        if value is None:
            notes.none(f"{path}.{name}", FEW if name in ("sd_change", "ci95") else NO_ANSWERS)
    return figures


def _mean(values: Floats) -> float | None:
    mean = float(values.mean()) if len(values) else None
    return mean if mean is None or math.isfinite(mean) else None
