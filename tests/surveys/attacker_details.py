"""The attacker against details of the municipality, and against two stages or two snapshots together.

Every released number is an equality of a linear program over counts (not negative) or sums of scores (0-100 each).
"""

import math

import numpy as np
from scipy.optimize import linprog

from surveys.statistics.scoring import practice_items
from surveys.statistics.summary import code_moments
from tests.surveys.attacker import ABOVE, BELOW, figures, whole_numbers


class System:
    """Unknowns with bounds, linear equalities and limits."""

    def __init__(self):
        self.places, self.tops = {}, []
        self.rows, self.limits = [], []

    def add(self, name, top):
        self.places[name] = len(self.tops)
        self.tops.append(top)

    def at_most(self, weights, value):
        self.rows.append(weights)
        self.limits.append(value + 1e-7)

    def equal(self, weights, value):
        self.at_most(weights, value)
        self.at_most({name: -weight for name, weight in weights.items()}, -value)

    def bounds(self, weights):
        table = np.zeros((len(self.rows), len(self.tops)))
        for at, row in enumerate(self.rows):
            for name, weight in row.items():
                table[at, self.places[name]] = weight
        found = []
        for sign in (1, -1):
            goal = np.zeros(len(self.tops))
            for name, weight in weights.items():
                goal[self.places[name]] = sign * weight
            limits = {"A_ub": table, "b_ub": np.array(self.limits)} if len(table) else {}
            outcome = linprog(goal, **limits, bounds=[(0, top) for top in self.tops], method="highs")
            assert outcome.status == 0, outcome.message
            found.append(sign * outcome.fun)
        return found

    def share(self, names, share, n):
        """What the words about a share say of the sum of ``names``."""
        ones = dict.fromkeys(names, 1.0)
        less = dict.fromkeys(names, -1.0)
        if share is None or share.kind == "hidden":
            return
        if share.kind == "exact":
            self.equal(ones, share.count)
        elif share.kind == "below":
            self.at_most(ones, share.bound - 1)
        elif share.kind == "at_least":
            self.at_most(less, -share.bound)
        elif share.kind == "band_high":
            self.at_most(less, -math.ceil(0.8 * n - 1e-9))
        elif share.kind == "band_low":
            self.at_most(ones, math.floor(0.2 * n + 1e-9))


def narrow_counts(system, counts, n, k, alone=None):
    """(name, values left, values possible) of small counts that are told too closely.

    ``alone``: what the homogeneity rule itself prints; it may bound a count, other figures must not narrow it further.
    """
    found = []
    for name, count in counts.items():
        if 0 < count < k:
            left = whole_numbers(system.bounds({name: 1.0}))
            possible = n + 1 if alone is None else whole_numbers(alone.bounds({name: 1.0}))
            if left < min(k, possible):
                found.append((name, left, possible))
    return found


def item_leaks(form, total, released):
    """Option counts of statements and of questions about help."""
    leaks = []
    shown = {one.item: one for one in released.municipality.items}
    for scale in form.scales:
        for item in practice_items(form, scale.name):
            one = shown.get(item.name)
            if one is None or one.counts is not None:
                continue
            table = dict(zip([option.name for option in form.options_of(item)], total.counts[item.name], strict=True))
            low = [code for code in table if (4 - int(code) if item.reverse else int(code)) * 25 < 60]
            alone, system = _options(table, one, low, bands=True), _options(table, one, low, bands=False)
            if one.mean_adjusted is not None:
                values = {code: 4.0 - float(code) if item.reverse else float(code) for code in table}
                moments = code_moments(form, item, total, turned=True)
                assert abs(float(moments.mean[0]) - one.mean_adjusted) < 1e-9
                system.equal(values, one.mean_adjusted * one.n)
            leaks += [(item.name, *found) for found in narrow_counts(system, table, one.n, released.k, alone)]
    return leaks


def _options(table, one, low, *, bands):
    """Counts of an item's options with their sum and what is told of low answers; ``bands``: only the bands."""
    system = System()
    for code in table:
        system.add(code, one.n)
    system.equal(dict.fromkeys(table, 1.0), one.n)
    if not bands or (one.low is not None and one.low.kind.startswith("band")):
        system.share(low, one.low, one.n)
    return system


def choice_leaks(form, total, released):
    """Options of context questions."""
    leaks = []
    for one in released.municipality.choices:
        item = form.item(one.item)
        table = dict(zip([option.name for option in form.options_of(item)], total.counts[item.name], strict=True))
        system = System()
        for code in table:
            system.add(code, one.n)
        if item.type == "select_one":
            system.equal(dict.fromkeys(table, 1.0), one.n)
        for code, share in one.options.items():
            system.share([code], share, one.n)
            if share.kind == "exact" and 0 < table[code] < released.k:
                leaks.append((one.item, code, 1, one.n))
        banded = {code for code, share in one.options.items() if share.kind.startswith("band")}
        hidden = {code: count for code, count in table.items() if code not in banded}
        leaks += [(one.item, *found) for found in narrow_counts(system, hidden, one.n, released.k)]
    return leaks


CASES = ("with_request", "hidden_deficit", "development", "resource")


def quadrant_leaks(form, total, released):
    """The four cases by block: printed blocks, printed sum of all, printed two-class shares."""
    shown = dict(released.municipality.quadrants)
    truth = {
        (scale.name, case): int(count)
        for scale, counts in zip(form.scales, total.quadrants, strict=True)
        for case, count in zip(CASES, counts, strict=True)
    }
    system = _cases(form, released, shown, truth)
    leaks = [(*name, 1) for name, count in truth.items() if 0 < count < released.k and name[0] in shown]
    small = [name for name, count in truth.items() if 0 < count < released.k and name[0] not in shown]
    left = {name: whole_numbers(system.bounds({name: 1.0})) for name in small}
    return leaks + [(*name, values) for name, values in left.items() if values < 2]


def _cases(form, released, shown, truth):
    system = System()
    for scale in form.scales:
        names = [(scale.name, case) for case in CASES]
        n = sum(truth[name] for name in names)
        for name in names:
            system.add(name, n)
        system.equal(dict.fromkeys(names, 1.0), n)
        if scale.name in shown:
            for name in names:
                system.equal({name: 1.0}, getattr(shown[scale.name], name[1]).count)
        block = figures(released.municipality, scale.name)
        if block is not None and block.n == n:
            system.share(names[:2], block.deficit, n)
    if "all" in shown:
        for case in CASES:
            system.equal({(scale.name, case): 1.0 for scale in form.scales}, getattr(shown["all"], case).count)
    return system


def stage_leaks(before, after, changes, pairs):
    """Two stages: sums of the matched, of those who left and of those who came, by school and block.

    A hidden mean, and the sum of one to k-1 who left or came, must not be a point, unless the group's own printed mean
    makes it one: where everybody answered alike.
    """
    leaks = []
    for scale in next(iter(pairs.values())).matched:
        linked = _stages(before, after, changes, pairs, scale, ["municipality", *pairs])
        for name, part in pairs.items():
            alone = _stages(before, after, [], pairs, scale, [name])
            for weights in _secrets(before, after, name, part, scale):
                low, high = linked.bounds(weights)
                if high - low < POINT and np.ptp(alone.bounds(weights)) > POINT:
                    leaks.append((scale, sorted(weights), low, high))
    return leaks


POINT = 1e-3


def _stages(before, after, changes, pairs, scale, groups):
    """What is printed of ``groups`` in both stages, and of the changes."""
    system = System()
    for name, part in pairs.items():
        n = part.matched[scale].n
        for kind, count in (("m", n), ("a", n), ("o", part.only_before[scale]), ("c", part.only_after[scale])):
            system.add((name, kind), 100.0 * count)
    known = {(group, change.scale): change for group, change in changes}
    for group in groups:
        members = list(pairs) if group == "municipality" else [group]
        for stage, kinds in ((before, "mo"), (after, "ac")):
            one = figures(stage.group(group), scale)
            if one is not None and one.hidden is None and one.mean is not None:
                system.equal({(name, kind): 1.0 for name in members for kind in kinds}, one.mean * one.n)
        change = known.get((group, scale))
        if change is not None and change.hidden is None and change.matched:
            for kind, mean in (("m", change.before), ("a", change.after)):
                system.equal({(name, kind): 1.0 for name in members}, mean * change.matched)
    return system


def chain_leaks(middle, changes, parts):
    """The middle of three stages: sums of one to k-1 persons by block and school that both changes tell as a point.

    A change alone may tell one: of five who all have 100 each has 100. ``changes``: those printed with the middle stage
    and with the last one; ``parts``: block -> school -> how many of the middle stage answered in the first one too (f),
    in the last one too (l), in both (b), in neither (n).
    """
    leaks = []
    for scale, schools in parts.items():
        linked, *alone = (
            _chain(middle, told, schools, scale) for told in (changes, (changes[0], ()), ((), changes[1]))
        )
        for name, counts in schools.items():
            for kinds in ("f", "l", "b", "n", "fl", "fn", "ln", "fb", "lb"):
                weights = {(name, kind): 1.0 for kind in kinds}
                if 0 < sum(counts[kind] for kind in kinds) < middle.k and np.ptp(linked.bounds(weights)) < POINT:
                    if all(np.ptp(one.bounds(weights)) > POINT for one in alone):
                        leaks.append((scale, name, kinds, counts))
    return leaks


def _chain(middle, changes, schools, scale):
    system = System()
    for name, counts in schools.items():
        for kind, count in counts.items():
            system.add((name, kind), 100.0 * count)
    known = [{(group, one.scale): one for group, one in part} for part in changes]
    for group in ("municipality", *schools):
        members = list(schools) if group == "municipality" else [group]
        one = figures(middle.group(group), scale)
        if one is not None and one.hidden is None and one.mean is not None:
            system.equal({(name, kind): 1.0 for name in members for kind in "flbn"}, one.mean * one.n)
        for part, kinds, field in zip(known, ("fb", "lb"), ("after", "before"), strict=True):
            change = part.get((group, scale))
            if change is not None and change.hidden is None and change.matched:
                mean = getattr(change, field) * change.matched
                system.equal({(name, kind): 1.0 for name in members for kind in kinds}, mean)
    return system


def _secrets(before, after, name, part, scale):
    """Sums that nobody may learn."""
    k, n = after.k, part.matched[scale].n
    counts = {"o": part.only_before[scale], "c": part.only_after[scale]}
    found = [{(name, kind): 1.0} for kind, count in counts.items() if 0 < count < k]
    found += [{(name, kind): 1.0} for kind in "ma" if 0 < n < k]
    for stage, kinds in ((before, "mo"), (after, "ac")):
        one = figures(stage.group(name), scale)
        if n + counts[kinds[1] if kinds == "mo" else "c"] and (one is None or one.hidden):
            found.append({(name, kind): 1.0 for kind in kinds})
    return found


def kept_leaks(before, after, changes, pairs):
    """Shares of the matched beside shares and means of all: (block, school, kind, values left, values before).

    A count of deficits among the matched (m) or those who left or came (o) is told when the municipality's share of the
    matched leaves it fewer than k values, or half of those it had without that share.
    """
    leaks, k = [], after.k
    known = {(group, change.scale): change for group, change in changes}
    for scale in next(iter(pairs.values())).matched:
        change = known.get(("municipality", scale))
        if change is None or change.deficit_before is None:
            continue
        for at, (stage, share) in enumerate(((before, change.deficit_before), (after, change.deficit_after))):
            without = _kept(stage, known, pairs, scale, at, None)
            linked = _kept(stage, known, pairs, scale, at, share)
            for name, part in pairs.items():
                rest = (part.only_before, part.only_after)[at][scale]
                for kind, count in (("m", part.matched[scale].n), ("o", rest)):
                    if count:
                        left = whole_numbers(linked.bounds({(name, kind): 1.0}))
                        had = whole_numbers(without.bounds({(name, kind): 1.0}))
                        if left < min(k, had):
                            leaks.append((scale, at, name, kind, left, had))
    return leaks


def _kept(stage, known, pairs, scale, at, share):
    """Counts of deficits and sums of scores of the matched and the others of each school in one stage."""
    system = System()
    for name, part in pairs.items():
        rest = (part.only_before, part.only_after)[at][scale]
        for kind, n in (("m", part.matched[scale].n), ("o", rest)):
            system.add((name, kind), n)
            system.add((name, kind, "sum"), 100.0 * n)
            system.at_most({(name, kind, "sum"): 1.0, (name, kind): 100 - BELOW}, 100.0 * n)
            system.at_most({(name, kind, "sum"): -1.0, (name, kind): -ABOVE}, -ABOVE * n)
    for group in ("municipality", *pairs):
        members = list(pairs) if group == "municipality" else [group]
        both = [(name, kind) for name in members for kind in "mo"]
        one, change = figures(stage.group(group), scale), known.get((group, scale))
        if one is not None and one.hidden is None and one.mean is not None:
            system.share(both, one.deficit, one.n)
            system.equal({(*name, "sum"): 1.0 for name in both}, one.mean * one.n)
        if change is not None and change.hidden is None and change.matched:
            mean = (change.before, change.after)[at]
            system.equal({(name, "m", "sum"): 1.0 for name in members}, mean * change.matched)
    if share is not None:
        system.equal({(name, "m"): 1.0 for name in pairs}, share.count)
    return system


def late_leaks(old, new, sizes_old, sizes_new):
    """Two snapshots of one wave: sums of the early and of the late by school and block; none hidden may be a point."""
    leaks = []
    for scale, early in sizes_old.items():
        late = {name: sizes_new[scale][name] - early[name] for name in early}
        counts = {"e": early, "el": sizes_new[scale]}
        system = System()
        for name in early:
            system.add((name, "e"), 100.0 * early[name])
            system.add((name, "l"), 100.0 * late[name])
        shown = set()
        for group, members in {"municipality": list(early), **{name: [name] for name in early}}.items():
            for stage, kinds in ((old, "e"), (new, "el")):
                one = figures(stage.group(group), scale)
                if one is not None and one.hidden is None and one.mean is not None:
                    n = sum(counts[kinds][name] for name in members)
                    system.equal({(name, kind): 1.0 for name in members for kind in kinds}, one.mean * n)
                    shown |= {(group, kinds), *((group, other) for other in counts if not late.get(group, 1))}
        for name in early:
            for kinds in counts:
                if early[name] and (name, kinds) not in shown:
                    low, high = system.bounds({(name, kind): 1.0 for kind in kinds})
                    if high - low < POINT:
                        leaks.append((scale, name, kinds, low, high))
    return leaks


def sign_leaks(summaries, released):
    """Small counts of submissions with a sign, with a soft one only, with none, that both shares tell: (who, values).

    A band in a small group tells what it tells by itself; together they must tell no more.
    """
    k, leaks = released.k, []
    both, *alone = (_signs(summaries, released, told) for told in (("flagged", "soft"), ("flagged",), ("soft",)))
    for names in [[name] for name in summaries] + [list(summaries)]:
        for at in range(3):
            count = sum(_sign_counts(summaries[name])[at] for name in names)
            ones = {(name, at): 1.0 for name in names}
            values = whole_numbers(both.bounds(ones)) if 0 < count < k else k
            if values < k and values < min(whole_numbers(system.bounds(ones)) for system in alone):
                leaks.append((names, at, values))
    return leaks


def _sign_counts(summary):
    return summary.flagged, summary.soft, summary.rows - summary.flagged - summary.soft


def _signs(summaries, released, told):
    system = System()
    for name, one in summaries.items():
        for at in range(3):
            system.add((name, at), one.rows)
        system.equal({(name, at): 1.0 for at in range(3)}, one.rows)
    printed = [([name], released.group(name)) for name in summaries] + [(list(summaries), released.municipality)]
    for names, group in printed:
        for kind in told:
            places = [(name, ("flagged", "soft").index(kind)) for name in names]
            system.share(places, getattr(group, kind), sum(summaries[name].rows for name in names))
    return system
