"""The attacker against many random municipalities, and how much the gate hides compared with the least possible.

Usage: python benchmarks/bench_disclosure.py [municipalities]
Five schools of 1 to 30 teachers each: blocks, and items, choices and cases of the municipality; of every tenth two
stages together. What is hidden is counted against what primary suppression alone hides. For cross
tables the least number of further hidden cells is found by trying all.
"""

import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from surveys.disclosure import TOTAL, release, release_changes, suppress_table
from surveys.disclosure.released import Released
from surveys.disclosure.tables import cell_bounds
from surveys.statistics.summary import merge_all
from tests.surveys.attacker import find_leaks
from tests.surveys.attacker_details import choice_leaks, item_leaks, quadrant_leaks, stage_leaks
from tests.surveys.made import by_school, questionnaire, random_answers
from tests.surveys.test_attacker import closed_in, two_stages

FORM = questionnaire({"SUB": 2, "MET": 2})


def attack(count: int) -> None:
    """Release and attack ``count`` municipalities; print leaks, and what was hidden and why."""
    rng, leaks, hidden = np.random.default_rng(5), Counter[str](), Counter[str]()
    primary = Counter[str]()
    begun = time.perf_counter()
    for _ in range(count):
        people = {name: int(rng.integers(1, 31)) for name in "abcde"}
        summaries = by_school(FORM, random_answers(FORM, people, rng), people)
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        sizes = {
            scale.name: {name: int(one.scales.n[0, at]) for name, one in summaries.items()}
            for at, scale in enumerate(FORM.scales)
        }
        leaks["blocks"] += bool(find_leaks(released, sizes))
        if not released.municipality.hidden:
            total = merge_all(list(summaries.values()))
            for attack_details in (item_leaks, choice_leaks, quadrant_leaks):
                leaks[attack_details.__name__] += bool(attack_details(FORM, total, released))
        count_hidden(primary, release(FORM, summaries, people, wave="w", snapshot=1, complementary=False))
        count_hidden(hidden, released)
    for _ in range(count // 10):
        stages, pairs = two_stages(rng, 0.9)
        changes = release_changes(FORM, pairs, closed=closed_in(stages))
        leaks["stages"] += bool(stage_leaks(*stages, changes, pairs))
    print(f"{count} municipalities, {time.perf_counter() - begun:.1f} s; with leaks: {dict(leaks)}")
    for title, found in (("shown and hidden", hidden), ("with primary suppression alone", primary)):
        whole = sum(found.values())
        print(title + ": " + "; ".join(f"{name} {100 * number / whole:.1f} %" for name, number in found.most_common()))


def count_hidden(found: Counter[str], released: Released) -> None:
    """Block figures of schools by what is printed of them."""
    for school in released.schools:
        for figures in school.scales:
            found[figures.hidden or (figures.deficit.kind if figures.deficit else "none")] += 1


def compare_with_least(count: int) -> None:
    """Further hidden cells of small cross tables: ours against the least that leaves k values."""
    rng, ours, least = np.random.default_rng(6), 0, 0
    for _ in range(count):
        rows, cols = list("ABC")[: rng.integers(2, 4)], list("xyz")[: rng.integers(2, 4)]
        cells = {(row, col): int(rng.choice([2, 7, 9, 12, 30, 44])) for row in rows for col in cols}
        hidden = suppress_table(cells, rows, cols, 5)
        if any(TOTAL in cell for cell in hidden):
            continue
        ours += sum(why == "complementary" for why in hidden.values())
        least += least_further(cells)
    print(f"cross tables: {ours} further cells hidden, the least possible {least}")


def least_further(cells: dict[tuple[str, str], int]) -> int:
    """The smallest number of further cells that leaves every small one k values, by trying all choices."""
    small = [cell for cell in cells if 0 < cells[cell] < 5]
    others = [cell for cell in cells if cell not in small]
    margins = (True, True, set[tuple[str, str]]())
    wanted = {cell: min(5, cell_bounds(cells, list(cells), cell, margins)[1] + 1) for cell in small}
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            bounds = [cell_bounds(cells, [*small, *chosen], cell, margins) for cell in small]
            if all(high - low + 1 >= wanted[cell] for cell, (low, high) in zip(small, bounds, strict=True)):
                return size
    return len(others)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    attack(number)
    compare_with_least(max(20, number // 20))
