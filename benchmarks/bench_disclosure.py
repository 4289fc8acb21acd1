"""The attackers against many random municipalities, and how much the gate hides compared with the least possible.

Usage: python benchmarks/bench_disclosure.py [municipalities [processes]]
Five schools of 1 to 30 teachers each: blocks, and items, choices and cases of the municipality. Of every tenth also two
stages, two snapshots, and the negative control: the same attack where only primary suppression is on. Every hundred
has a seed of its own, so the figures do not depend on the number of processes; a line is printed as each is done.
For cross tables the least number of further hidden cells is found by trying all.
"""

import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from surveys.disclosure import TOTAL, carry_over, may_enter, release, release_changes, suppress_table
from surveys.disclosure.released import Released
from surveys.disclosure.tables import cell_bounds
from surveys.statistics.summary import Summary, merge_all
from tests.surveys.attacker import find_leaks
from tests.surveys.attacker_details import (
    choice_leaks,
    item_leaks,
    kept_leaks,
    late_leaks,
    quadrant_leaks,
    stage_leaks,
)
from tests.surveys.made import by_school, questionnaire, random_answers
from tests.surveys.test_attacker import closed_in, sizes, two_snapshots, two_stages

FORM = questionnaire({"SUB": 2, "MET": 2})
PART = 100  # municipalities of one seed


def attack(count: int, processes: int) -> None:
    """Release and attack ``count`` municipalities; print leaks, and what was hidden and why."""
    found, begun = Counter[str](), time.perf_counter()
    parts = [min(PART, count - first) for first in range(0, count, PART)]
    with ProcessPoolExecutor(processes) as pool:
        for done, one in enumerate(pool.map(attack_part, range(len(parts)), parts), 1):
            found.update(one)
            spent = time.perf_counter() - begun
            left = spent / done * (len(parts) - done)
            print(f"{found['attacked']} of {count}, {spent:.0f} s, about {left:.0f} s left; {told(found)}", flush=True)
    for title, kind in (("shown and hidden", "gate"), ("with primary suppression alone", "primary")):
        shares = Counter({name.split()[1]: n for name, n in found.items() if name.split()[0] == kind})
        whole = sum(shares.values())
        print(title + ": " + "; ".join(f"{name} {100 * n / whole:.1f} %" for name, n in shares.most_common()))


def told(found: Mapping[str, int]) -> str:
    """Leaks by kind of attack."""
    words = [f"{name[5:]} {number}" for name, number in found.items() if name.startswith("leak ")]
    words.append(f"control {found['control leaks']} of {found['control']}")
    return "with leaks: " + ", ".join(words)


def attack_part(seed: int, count: int) -> Counter[str]:
    """What attacks on ``count`` municipalities found."""
    rng, found = np.random.default_rng([5, seed]), Counter[str]()
    for number in range(count):
        people = {name: int(rng.integers(1, 31)) for name in "abcde"}
        summaries = by_school(FORM, random_answers(FORM, people, rng), people)
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        alone = release(FORM, summaries, people, wave="w", snapshot=1, complementary=False)
        found["attacked"] += 1
        found["leak blocks"] += bool(find_leaks(released, sizes(summaries)))
        if not released.municipality.hidden:
            total = merge_all(list(summaries.values()))
            for name, look in (("items", item_leaks), ("choices", choice_leaks), ("cases", quadrant_leaks)):
                found["leak " + name] += bool(look(FORM, total, released))
        count_hidden(found, "gate", released)
        count_hidden(found, "primary", alone)
        if number % 10 == 0:
            found["control"] += 1
            found["control leaks"] += bool(find_leaks(alone, sizes(summaries)))
            attack_in_time(found, rng)
    return found


def attack_in_time(found: Counter[str], rng: np.random.Generator) -> None:
    """Two stages, and two snapshots of one."""
    stages, pairs = two_stages(rng, 0.9)
    changes = release_changes(FORM, pairs, closed=closed_in(stages), stages=tuple(stages))
    found["leak stages"] += bool(stage_leaks(*stages, changes, pairs))
    found["leak kept"] += bool(kept_leaks(*stages, changes, pairs))
    first, second, people = two_snapshots(rng)
    old, new = (release(FORM, one, people, wave="w", snapshot=at) for at, one in ((1, first), (2, second)))
    if may_enter(first, second) and rows(second) > rows(first):
        found["leak snapshots"] += bool(late_leaks(old, carry_over(old, new), sizes(first), sizes(second)))


def rows(summaries: Mapping[str, Summary]) -> int:
    """Respondents of all schools."""
    return sum(one.rows for one in summaries.values())


def count_hidden(found: Counter[str], kind: str, released: Released) -> None:
    """Block figures of schools by what is printed of them."""
    for school in released.schools:
        for figures in school.scales:
            found[f"{kind} {figures.hidden or (figures.deficit.kind if figures.deficit else 'none')}"] += 1


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
    attack(number, int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    compare_with_least(max(20, number // 20))
