"""A second attacker, by persons: whole numbers of people at every step of a block's score, and no bounds in between.

Unknowns are how many persons of a school have which score (of the matched: which score before and which after). What is
printed is an equality of whole numbers: a mean is a sum of steps, a standard deviation a sum of squares. A count is
told when fewer of its values can be filled with persons than the rules allow. Nothing is taken from the gate's own
reasoning about ranges: there an interval of reals, here an integer program (branch and bound).
"""

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from surveys.statistics.scoring import practice_items
from tests.surveys.attacker import figures

MARK = 60.0
MATCHED, LEFT, CAME = "matched", "left", "came"


# Of so many statements, answered 0-4, at least so many must be answered: 70 % of what concerns the teacher, where
# at most 30 % may not concern him. By hand.
LEAST_ANSWERED = {1: 1, 2: 2, 3: 3, 4: 3, 5: 3, 6: 4, 7: 4, 8: 5}


def lattice(form, scale):
    """(highest step, steps that are scores) where teachers may leave statements blank.

    Of 4 answered statements a score is a multiple of 1/16, of 6 one of 1/24: all are whole on their common steps.
    """
    items = len(practice_items(form, scale))
    answered = range(LEAST_ANSWERED[items], items + 1)
    steps = math.lcm(*(4 * count for count in answered))
    return steps, sorted({place * steps // (4 * count) for count in answered for place in range(4 * count + 1)})


class Persons:
    """Cells of persons of a kind: (school, part, step before or None, step after or None)."""

    def __init__(self, steps, scores=None):
        self.steps = steps  # the highest step: 100 %
        self.scores = range(steps + 1) if scores is None else scores
        self.cells, self.rows, self.ends, self.table = [], [], [], None

    def add(self, school, part, n, stages):
        first, second = (self.scores if stage in stages else (None,) for stage in (0, 1))
        own = [(school, part, one, two) for one in first for two in second]
        self.cells += own
        self.say(lambda cell: cell[:2] == (school, part), n, n)

    def say(self, weight, low, high):
        """The sum of ``weight`` over all persons lies between ``low`` and ``high``."""
        self.table = None
        self.rows.append(weight)
        self.ends.append((low, high))

    def values(self, weight):
        """(least, most) whole value of a sum over persons."""
        row = np.array([float(weight(cell)) for cell in self.cells])
        if self.table is None:
            self.table = np.array([[float(one(cell)) for cell in self.cells] for one in self.rows])
        low, high = np.array(self.ends, float).T
        found = []
        for sign in (1, -1):
            outcome = milp(
                sign * row,
                integrality=np.ones(len(self.cells)),
                bounds=Bounds(0, np.inf),
                constraints=LinearConstraint(self.table, low, high),
            )
            assert outcome.status == 0, outcome.message
            found.append(round(sign * outcome.fun))
        return found

    def score(self, school, parts, stage, power=1):
        return lambda cell: (cell[0] in school and cell[1] in parts) and cell[2 + stage] ** power

    def deficit(self, school, parts, stage):
        return lambda cell: (
            (cell[0] in school and cell[1] in parts) and 100 * cell[2 + stage] / self.steps < MARK - 1e-9
        )


def said_of_share(persons, weight, share):
    """What the words about a share say."""
    n = share.n if share is not None else None
    if share is None or share.kind == "hidden":
        return
    if share.kind == "exact":
        persons.say(weight, share.count, share.count)
    elif share.kind == "below":
        persons.say(weight, 0, share.bound - 1)
    elif share.kind == "at_least":
        persons.say(weight, share.bound, n)
    elif share.kind == "band_high":
        persons.say(weight, math.ceil(0.8 * n - 1e-9), n)
    else:
        persons.say(weight, 0, math.floor(0.2 * n + 1e-9))


def said_of_stage(persons, one, members, parts, stage):
    """Mean, spread, levels and share of all persons of ``members`` in one stage."""
    if one is None or one.hidden or one.mean is None:
        return
    steps = persons.steps
    total = round(one.mean * one.n * steps / 100)
    assert abs(total - one.mean * one.n * steps / 100) < 1e-6
    persons.say(persons.score(members, parts, stage), total, total)
    if one.sd is not None:
        squares = (one.sd**2 * (one.n - 1) + one.n * one.mean**2) * (steps / 100) ** 2
        persons.say(persons.score(members, parts, stage, 2), round(squares), round(squares))
    said_of_share(persons, persons.deficit(members, parts, stage), one.deficit)
    for level, (low, high) in {"none": (80, 101), "low": (60, 80), "medium": (40, 60), "high": (0, 40)}.items():
        if one.levels and level in one.levels:
            persons.say(
                lambda cell, low=low, high=high: (
                    (cell[0] in members and cell[1] in parts) and low <= 100 * cell[2 + stage] / steps < high
                ),
                one.levels[level],
                one.levels[level],
            )


def told_counts(released, people, scale, steps, scores=None):
    """Counts of deficits told too closely: (school, words, values left, values that its own figures leave)."""
    k, whole = released.k, said(released, people, scale, steps, ["municipality", *people], scores)
    found = []
    for name in people:
        one = figures(released.group(name), scale)
        words = one.hidden or (one.deficit.kind if one.deficit else None)
        if words == "exact":
            continue
        left = _number(whole, whole.deficit((name,), (MATCHED,), 0))
        if left >= k:
            continue
        own = said(released, people, scale, steps, [name], scores)
        had = _number(own, own.deficit((name,), (MATCHED,), 0))
        if left < (k if had >= k else min(2, had)):
            found.append((name, words, left, had))
    return found


def said(released, people, scale, steps, groups, scores=None):
    """All that is printed of ``groups`` in one stage."""
    persons = Persons(steps, scores)
    for name, n in people.items():
        persons.add(name, MATCHED, n, (0,))
    for group in groups:
        members = tuple(people) if group == "municipality" else (group,)
        said_of_stage(persons, figures(released.group(group), scale), members, (MATCHED,), 0)
        said_of_cases(persons, released.group(group), scale, members)
        said_of_items(persons, released.group(group), scale, members, sum(people[name] for name in members))
    return persons


def said_of_items(persons, group, scale, members, n):
    """Statements 0-4 that everybody answered: their means make the block's; the only one of a block is the block."""
    items = [one for one in group.items if one.item.startswith(scale)]
    given = items and all(one.n == n for one in items)
    if given and all(one.mean_adjusted is not None for one in items):
        total = round(sum(one.mean_adjusted * n for one in items) * persons.steps / (4 * len(items)))
        persons.say(persons.score(members, (MATCHED,), 0), total, total)
    if given and persons.steps == 4:
        said_of_share(persons, persons.deficit(members, (MATCHED,), 0), items[0].low)
        for code, count in (items[0].counts or {}).items():
            persons.say(lambda cell, code=int(code): cell[0] in members and cell[2] == code, count, count)


def said_of_cases(persons, group, scale, members):
    """Of the teachers with both scores so many are in deficit and so many are not, with or without a request."""
    cases, deficit = dict(group.quadrants).get(scale), persons.deficit(members, (MATCHED,), 0)
    if cases is not None:
        persons.say(deficit, cases.with_request.count + cases.hidden_deficit.count, math.inf)
        others = cases.development.count + cases.resource.count
        persons.say(lambda cell: cell[0] in members and not deficit(cell), others, math.inf)


def told_by_matched(stages, changes, pairs, steps):
    """Counts that the shares of the matched tell: (block, stage, school, part, values left, values before)."""
    found, known = [], {(group, change.scale): change for group, change in changes}
    for scale in next(iter(pairs.values())).matched:
        change = known.get(("municipality", scale))
        if change is None or change.deficit_before is None:
            continue
        for at, share in enumerate((change.deficit_before, change.deficit_after)):
            linked = said_of_both(stages[at], known, pairs, scale, at, steps)
            before = said_of_both(stages[at], known, pairs, scale, at, steps)
            said_of_share(linked, linked.deficit(tuple(pairs), (MATCHED,), at), share)
            for name in pairs:
                for part in (MATCHED, (LEFT, CAME)[at]):
                    left, had = (_number(one, one.deficit((name,), (part,), at)) for one in (linked, before))
                    if left < min(stages[at].k, had):
                        found.append((scale, at, name, part, left, had))
    return found


def said_of_both(released, known, pairs, scale, at, steps):
    """What is printed in the stage ``at`` of all, and of the matched without their shares."""
    persons, other = Persons(steps), (LEFT, CAME)[at]
    for name, part in pairs.items():
        persons.add(name, MATCHED, part.matched[scale].n, (at,))
        persons.add(name, other, (part.only_before, part.only_after)[at][scale], (at,))
    for group in ("municipality", *pairs):
        members = tuple(pairs) if group == "municipality" else (group,)
        said_of_stage(persons, figures(released.group(group), scale), members, (MATCHED, other), at)
        change = known.get((group, scale))
        if change is not None and change.hidden is None and change.matched:
            total = round((change.before, change.after)[at] * change.matched * steps / 100)
            persons.say(persons.score(members, (MATCHED,), at), total, total)
    return persons


def _number(persons, weight):
    low, high = persons.values(weight)
    return high - low + 1
