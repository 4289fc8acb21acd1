"""An attacker with a linear program: what can be worked out of everything that was printed about a municipality.

Unknowns of a block: every school's deficit count and sum of scores. Knowns: what the released value says, that
respondents' numbers are no secret, that counts are not negative and scores are 0-100.
"""

import math

import numpy as np
from scipy.optimize import linprog

# Of two statements with answers 0-4 scores come in steps of 12.5: the highest under 60, where a deficit begins, and the
# next one. Both statements must be answered for a score.
BELOW, ABOVE = 50.0, 62.5


class Block:
    """Linear constraints of one block."""

    def __init__(self, sizes):
        self.names = list(sizes)
        self.sizes = sizes
        self.columns = 2 * len(self.names)  # deficit counts, then sums of scores
        self.upper, self.limits = [], []

    def place(self, name, sums=False):
        return self.names.index(name) + (len(self.names) if sums else 0)

    def at_most(self, places, limit, sign=1.0):
        row = np.zeros(self.columns)
        row[places] = sign
        self.upper.append(row)
        self.limits.append(sign * limit)

    def exactly(self, places, value):
        row = np.zeros(self.columns)
        row[places] = 1
        self.upper += [row, -row]  # two inequalities: rounding must not make the system contradict itself
        self.limits += [value, -value]

    def share(self, places, share, n):
        """What the words about a share say of the sum of counts at ``places``."""
        if share is None or share.kind == "hidden":
            return
        if share.kind == "exact":
            self.exactly(places, share.count)
        elif share.kind == "below":
            self.at_most(places, share.bound - 1)
        elif share.kind == "at_least":
            self.at_most(places, share.bound, -1)
        elif share.kind == "band_high":
            self.at_most(places, math.ceil(0.8 * n - 1e-9), -1)
        elif share.kind == "band_low":
            self.at_most(places, math.floor(0.2 * n + 1e-9))

    def own(self, name):
        """Scores lie in 0-100, those in deficit at most BELOW: links a school's count with its sum."""
        n, d, s = self.sizes[name], self.place(name), self.place(name, sums=True)
        high, low = np.zeros(self.columns), np.zeros(self.columns)
        high[[s, d]] = 1, 100 - BELOW  # sum <= BELOW d + 100 (n - d)
        low[[s, d]] = -1, -ABOVE  # sum >= ABOVE (n - d)
        self.upper += [high, low]
        self.limits += [100.0 * n, -ABOVE * n]

    def bounds(self, place):
        found = []
        for sign in (1, -1):
            goal = np.zeros(self.columns)
            goal[place] = sign
            outcome = linprog(
                goal,
                A_ub=np.array(self.upper),
                b_ub=np.array(self.limits) + 1e-7,
                bounds=self.ranges,
                method="highs",
            )
            assert outcome.status == 0, outcome.message
            found.append(sign * outcome.fun)
        return found

    @property
    def ranges(self):
        return [(0, self.sizes[name]) for name in self.names] + [(0, 100 * self.sizes[name]) for name in self.names]


def figures(group, scale):
    return next((one for one in group.scales if one.scale == scale), None)


def open_block(released, sizes, scale, *, only=None, with_links=True):
    """Constraints of ``scale`` from everything printed, or from what is printed of the school ``only``."""
    block = Block(sizes)
    for name in sizes:
        block.own(name)
        school = figures(released.group(name), scale)
        if school is None or school.hidden or (only is not None and name != only):
            continue
        block.exactly([block.place(name, sums=True)], school.mean * sizes[name])
        if with_links:
            block.share([block.place(name)], school.deficit, sizes[name])
    whole = figures(released.municipality, scale)
    if with_links and whole is not None and whole.hidden is None:
        n = sum(sizes.values())
        block.exactly([block.place(name, sums=True) for name in sizes], whole.mean * n)
        block.share([block.place(name) for name in sizes], whole.deficit, n)
        for members in ("medium", "high"), ("none", "low"):
            known = [whole.levels.get(one) for one in members] if whole.levels else [None]
            if None not in known:
                count = sum(known) if members[0] == "medium" else n - sum(known)
                block.exactly([block.place(name) for name in sizes], count)
    return block


def whole_numbers(bounds):
    low, high = bounds
    return math.floor(high + 1e-5) - math.ceil(low - 1e-5) + 1


def find_leaks(released, sizes_by_scale):
    """Hidden figures that can be worked out too closely: (scale, school, possible values, allowed)."""
    leaks = []
    k = released.k
    for scale, sizes in sizes_by_scale.items():
        filled = {name: n for name, n in sizes.items() if n}
        if not filled:
            continue
        linked = open_block(released, filled, scale)
        for name, n in filled.items():
            school = figures(released.group(name), scale)
            share = school.deficit if school else None
            place = linked.place(name)
            if school is None or school.hidden:
                possible = n + 1
                low, high = linked.bounds(linked.place(name, sums=True))
                if high - low < 1e-6:
                    leaks.append((scale, name, "mean", (low, high)))
            elif share is not None and share.kind == "exact":
                continue
            else:
                alone = open_block(released, filled, scale, only=name, with_links=False)
                if share is not None and share.kind.startswith("band"):
                    alone.share([place], share, n)  # the homogeneity rule itself prints the band
                possible = whole_numbers(alone.bounds(place))
            values = whole_numbers(linked.bounds(place))
            if values < (k if possible >= k else min(2, possible)):
                leaks.append((scale, name, values, possible))
    return leaks
