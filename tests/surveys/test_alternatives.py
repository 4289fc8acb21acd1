"""Other people behind the same figures: against trying all people of small groups, and on cases counted by hand."""

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np

from surveys.disclosure.alternatives import Told, Unit, counts_open
from surveys.disclosure.groups import Mark, Range
from surveys.disclosure.ladder import Ladder

# Scores 0-12 as percent of 12: levels 0-3, 4-6, 7-9 and 10-12, the mark between 6 and 7.
STEP = 100 / 12
TOPS = (3, 6, 9, 12)
SCORES = tuple(at * STEP for at in range(13))
LADDER = Ladder(tuple(Mark(top * STEP, (top + 1) * STEP) for top in TOPS[:-1]), 1, SCORES, (0, 1, 2))
K = 3


def levels_of(scores):
    return tuple(int(one) for one in np.bincount(np.searchsorted(TOPS, scores), minlength=4))


def under(scores):
    return sum(score <= 6 for score in scores)


def told_of(groups, words, spread=False):
    """``words``: what is told of each count; ``spread``: whether the standard deviation of all is printed."""
    units = {
        str(at): Unit(len(one), float(np.mean(one)) * STEP, levels_of(one), known, known)
        for at, (one, known) in enumerate(zip(groups, words, strict=True))
    }
    squares = sum(float(np.var(one)) * len(one) for one in groups) * STEP**2
    total = sum(map(under, groups))
    return Told(units, Range(total, total), squares if spread else None)


def counts_of_all_people(groups, words, kept):
    """For each group the counts of all people of whom the same is told; every way to fill the scale is tried."""
    starts, ways = [0, *(at + 1 for at in kept)], []
    for group, known in zip(groups, words, strict=True):
        every = (way for way in combinations_with_replacement(range(13), len(group)) if sum(way) == sum(group))
        found = {levels_of(way) for way in every if known.low <= under(way) <= known.high}
        ways.append(np.array(sorted(found)))
    places = np.indices([len(way) for way in ways]).reshape(len(ways), -1)
    stand = [way[place] for way, place in zip(ways, places, strict=True)]
    told = np.add.reduceat(sum(stand), starts, axis=1)
    fits = (told == np.add.reduceat(sum(np.array(levels_of(group)) for group in groups), starts)).all(axis=1)
    return [one[fits, :2].sum(axis=1) for one in stand]


def test_counts_said_to_be_open_beside_levels_are_open_when_all_people_are_tried():
    rng, found = np.random.default_rng(4), {True: 0, False: 0}
    for trial in range(60):
        sizes = rng.choice([3, 4, 5], rng.integers(2, 4))
        groups = [tuple(sorted(int(one) for one in rng.integers(0, 13, n))) for n in sizes]
        words = [Range(0, len(one)) if rng.random() < 0.8 else Range(under(one), under(one)) for one in groups]
        for below, above in ((False, False), (True, False), (False, True), (True, True)):
            ladder = LADDER.telling(below, above)
            left = counts_of_all_people(groups, words, ladder.kept)
            loose = [one for one, known in zip(left, words, strict=True) if known.values > 1]
            truly = all(max(one) - min(one) + 1 >= K for one in loose)
            said = counts_open(told_of(groups, words), ladder, K)
            assert truly or not said, (trial, groups, words, below, above)
            found[said] += truly
    assert found[False] < 0.2 * found[True]  # and few are withheld without need, even of groups so small


def test_people_all_alike_leave_no_count_open_beside_their_spread():
    groups, words = [(9, 9, 9, 9), (9, 9, 9, 9)], [Range(0, 4)] * 2
    for spread in (False, True):
        told = replace(told_of(groups, words, spread), total=Range(0, 8))
        assert counts_open(told, LADDER.telling(False, False), K - 1) != spread


def test_count_is_open_by_an_exchange_that_a_third_group_makes_up_for():
    groups = [(0, 3, 3, 8, 12), (0, 2, 3, 9, 11), (1, 2, 6, 9, 12)]
    words = [Range(0, 5), Range(0, 5), Range(3, 3)]  # of the third group the count itself is told
    assert counts_open(told_of(groups, words), LADDER, K)
    # Without the third, which lets two change levels on their side of the mark, each count is told.
    assert [set(one) for one in counts_of_all_people(groups[:2], words[:2], LADDER.kept)] == [{3}, {3}]
    assert not counts_open(told_of(groups[:2], words[:2]), LADDER, 2)
