"""The attacker against details and against releases linked in time; each attack has a twin that succeeds."""

from dataclasses import replace

import numpy as np
import pytest

from surveys.definition.instrument import QualityFlag
from surveys.disclosure import carry_over, may_enter, pair_members, release, release_changes, summarise_pairs
from surveys.disclosure.late import DETAILS
from surveys.disclosure.released import Change, GroupFigures
from surveys.disclosure.shares import Part, print_of, share_of
from surveys.statistics.scoring import score_all
from surveys.statistics.summary import merge_all, summarise
from tests.surveys.attacker_details import (
    chain_leaks,
    choice_leaks,
    item_leaks,
    kept_leaks,
    late_leaks,
    quadrant_leaks,
    sign_leaks,
    stage_leaks,
)
from tests.surveys.made import SCHOOLS_DIFFER, by_school, questionnaire, random_answers

FORM = questionnaire({"SUB": 2, "MET": 2})


def let_out(summaries, people, **options):
    return release(FORM, summaries, people, wave="w", snapshot=1, **options)


def random_people(rng, most=31):
    return {name: int(rng.integers(1, most)) for name in "abcde"[: rng.integers(2, 6)]}


def test_details_of_the_municipality_tell_no_small_count():
    rng = np.random.default_rng(41)
    for trial in range(100):
        people = random_people(rng)
        summaries = by_school(FORM, random_answers(FORM, people, rng), people)
        total, released = merge_all(list(summaries.values())), let_out(summaries, people)
        if released.municipality.hidden:
            continue
        leaks = [*item_leaks(FORM, total, released), *choice_leaks(FORM, total, released)]
        assert leaks + quadrant_leaks(FORM, total, released) == [], (trial, people)


def test_attack_on_details_succeeds_where_counts_are_taken_away_alone():
    """The twin: the mean and the exact share of low answers beside hidden counts give small counts away."""
    rng, caught = np.random.default_rng(42), 0
    for _ in range(40):
        people = random_people(rng)
        summaries = by_school(FORM, random_answers(FORM, people, rng), people)
        total, released = merge_all(list(summaries.values())), let_out(summaries, people)
        items = []
        for one in released.municipality.items:
            item = FORM.item(one.item)
            codes = [4 - int(o.name) if item.reverse else int(o.name) for o in FORM.options_of(item)]
            counts = total.counts[item.name]
            mean = float(np.asarray(codes) @ counts) / max(one.n, 1)
            low = int(counts[[code * 25 < 60 for code in codes]].sum())
            share = {"kind": "exact", "n": one.n, "count": low, "percent": 100 * low / max(one.n, 1)}
            items.append(one.model_copy(update={"counts": None, "mean_adjusted": mean, "low": _share(share)}))
        open_value = released.model_copy(
            update={"municipality": released.municipality.model_copy(update={"items": items})}
        )
        caught += bool(item_leaks(FORM, total, open_value))
    assert caught >= 5


def _share(values):
    from surveys.disclosure.released import Share

    return Share(**values)


SIGNS = FORM.model_copy(update={"quality": [QualityFlag(code="Q06", kind="time", threshold=1, soft=2)]})


def with_signs(rng, made):
    """Summaries of schools whose submissions show a sign, a soft one only, or none; small numbers are frequent."""
    people = {name: int(rng.choice(list(made))) for name in "abc"[: rng.integers(1, 4)]}
    summaries = {}
    for name, size in people.items():
        one = made[size]
        few = [int(rng.choice([0, 0, 2, 5, 6, 20])) for _ in range(2)]
        flagged = min(few[0], one.rows)
        rest = min(few[1], one.rows - flagged)
        soft = rest if rng.random() < 0.5 else one.rows - flagged - rest  # few soft, or few without any sign
        summaries[name] = replace(one, flagged=flagged, soft=soft)
    return summaries, release(SIGNS, summaries, people, wave="w", snapshot=1)


def test_signs_of_careless_filling_tell_no_small_count_and_the_twin_does():
    """The twin prints the soft ones by the two-class rule alone, with no look at those who show no sign."""
    rng, shown, caught = np.random.default_rng(45), 0, 0
    made = {size: summarise(random_answers(SIGNS, {"": size}, rng), SIGNS) for size in (6, 9, 14, 22, 55, 70)}
    for trial in range(100):
        summaries, released = with_signs(rng, made)
        shown += released.municipality.soft is not None and released.municipality.soft.kind == "exact"
        assert sign_leaks(summaries, released) == [], trial
        whole = merge_all(list(summaries.values()))
        part = Part.free(whole.rows, whole.soft)
        alone = released.municipality.model_copy(update={"soft": share_of(part, print_of(part, 5), 5)})
        caught += bool(sign_leaks(summaries, released.model_copy(update={"municipality": alone})))
    assert shown >= 20
    assert caught >= 5


def test_every_figure_that_is_not_a_block_waits_for_many_late_answers():
    always = {"code", "label", "population", "n", "rate", "hidden", "scales"}
    assert set(DETAILS) == set(GroupFigures.model_fields) - always


def two_stages(rng, stay, most=31, strengths=SCHOOLS_DIFFER, come=(0, 0, 1, 3, 6)):
    """Summaries of both stages and the pairs; every person of the first stage stays with chance ``stay``."""
    people = random_people(rng, most)
    grown = {name: count + int(rng.choice(come)) for name, count in people.items()}
    stages = [random_answers(FORM, one, rng, strengths) for one in (people, grown)]
    keys = [[f"{name}{place}" for name, count in one.items() for place in range(count)] for one in (people, grown)]
    kept = np.asarray([rng.random() < stay or int(key[1:]) >= people[key[0]] for key in keys[1]], bool)
    stages[1], keys[1] = stages[1].take(kept), [key for key, keep in zip(keys[1], kept, strict=True) if keep]
    released = []
    for answers in stages:
        summaries = by_school(FORM, answers, people)
        released.append(let_out(summaries, grown))
    groups = tuple(answers.groups["school"] for answers in stages)
    return released, summarise_pairs(FORM, stages[0], stages[1], (keys[0], keys[1]), groups)


def closed_in(stages):
    found = {}
    for stage in stages:
        for group in [stage.municipality, *stage.schools]:
            for one in group.scales:
                if group.hidden or one.hidden:
                    found.setdefault(one.scale, set()).add(group.code)
    return found


@pytest.mark.parametrize("stay", [1.0, 0.9, 0.6], ids=["nobody leaves", "few leave", "many leave"])
def test_two_stages_together_tell_nothing_hidden(stay):
    # Of this seed, trials 10 and 16 with few leaving give a person away where a hidden neighbour covers nothing.
    rng, shown = np.random.default_rng(102), 0
    for trial in range(18):
        stages, pairs = two_stages(rng, stay)
        changes = release_changes(FORM, pairs, closed=closed_in(stages))
        shown += sum(change.hidden is None for _, change in changes)
        assert stage_leaks(*stages, changes, pairs) == [], trial
    assert shown > 5  # not bought by hiding everything


@pytest.mark.parametrize(
    ("stay", "most", "strengths", "least"),
    [(0.8, 60, (0.5, 0.6), 5), (0.6, 31, (0.5, 0.55, 0.6), 1), (0.6, 50, SCHOOLS_DIFFER, 0)],
    ids=["schools alike", "small schools", "schools differ"],
)
def test_share_of_the_matched_tells_no_school(stay, most, strengths, least):
    rng, shown = np.random.default_rng(7), 0
    for trial in range(30):
        stages, pairs = two_stages(rng, stay, most, strengths, come=(0, 12, 20))
        changes = release_changes(FORM, pairs, closed=closed_in(stages), stages=tuple(stages))
        shares = [(name, one) for name, one in changes if one.deficit_before is not None]
        assert {name for name, _one in shares} <= {"municipality"}
        for _name, one in shares:
            counts = [sum(part.deficit[one.scale][at] for part in pairs.values()) for at in (0, 1)]
            assert [one.deficit_before.count, one.deficit_after.count] == counts
            assert one.deficit_before.n == one.deficit_after.n == one.matched
        shown += len(shares)
        assert kept_leaks(*stages, changes, pairs) == [], trial
    assert shown >= least  # not bought by hiding everything


def test_attack_on_shares_of_the_matched_succeeds_where_each_is_shown():
    """The twin: the share of the matched put out without a look at what is printed beside it."""
    rng, caught = np.random.default_rng(7), 0
    for _trial in range(20):
        stages, pairs = two_stages(rng, 0.9)
        changes = []
        for name, one in release_changes(FORM, pairs, closed=closed_in(stages)):
            if name == "municipality" and one.matched:
                counts = [sum(part.deficit[one.scale][at] for part in pairs.values()) for at in (0, 1)]
                shares = [_share({"kind": "exact", "n": one.matched, "count": count}) for count in counts]
                one = one.model_copy(update={"deficit_before": shares[0], "deficit_after": shares[1]})
            changes.append((name, one))
        caught += bool(kept_leaks(*stages, changes, pairs))
    assert caught >= 2


def test_attack_on_stages_succeeds_where_every_change_is_shown():
    rng, caught = np.random.default_rng(43), 0
    for _ in range(20):
        stages, pairs = two_stages(rng, 0.9)
        changes = []
        for name, part in pairs.items():
            for scale, moments in part.matched.items():
                if moments.n:
                    x, y, step = (float(value) for value in moments.mean)
                    changes.append((name, Change(scale=scale, matched=moments.n, before=x, after=y, change=step)))
        caught += bool(stage_leaks(*stages, changes, pairs))
    assert caught >= 10


def three_stages(rng, linked=True):
    """Figures of the middle stage, changes up to it and from it, and who of it answered in which other stage.

    Few answered in the first and the middle stage only, or in the middle and the last only; ``linked``: whether the
    gate is told of the matched that were printed before.
    """
    form = FORM.model_copy(update={"quality": []})
    people = {name: int(rng.integers(15, 40)) for name in "abcd"[: rng.integers(1, 5)]}
    every = [random_answers(form, people, rng, blank=0.0) for _ in range(3)]
    names = [f"{name}{place}" for name, count in people.items() for place in range(count)]
    present = np.ones((3, len(names)), bool)
    for name in people:
        rows = np.flatnonzero([one.startswith(name) for one in names])
        first, last, none = (int(rng.choice(choices)) for choices in ((0, 1, 3, 6), (0, 0, 2, 7), (0, 5, 7)))
        present[2, rows[: first + none]] = False
        present[0, rows[first : first + none + last]] = False
    answers = [one.take(np.flatnonzero(here)) for one, here in zip(every, present, strict=True)]
    keys = [[name for name, here in zip(names, row, strict=True) if here] for row in present]
    groups = [one.groups["school"] for one in answers]
    released = [release(form, by_school(form, one, people), people, wave="w", snapshot=1) for one in answers]
    changes, told = [], None
    for at in (0, 1):
        two = slice(at, at + 2)
        members = pair_members(form, *answers[two], tuple(keys[two]), tuple(groups[two]))
        pairs = summarise_pairs(
            form, *answers[two], tuple(keys[two]), tuple(groups[two]), told=told if linked else None
        )
        changes.append(release_changes(form, pairs, closed=closed_in(released[two]), stages=tuple(released[two])))
        first, told = (told, members) if at else (None, members)
        released[at + 1] = released[at + 1].model_copy(update={"changes": changes[-1]})
    scored, parts = score_all(answers[1], form), {}
    for at, scale in enumerate(scored.scales):
        here = [key for key, value in zip(keys[1], scored.score[:, at], strict=True) if not np.isnan(value)]
        parts[scale] = {name: dict.fromkeys("flbn", 0) for name in people}
        for key in here:
            kind = {(1, 0): "f", (0, 1): "l", (1, 1): "b", (0, 0): "n"}[key in first[scale], key in told[scale]]
            parts[scale][key[0]][kind] += 1
    return released[1], changes, parts


def test_three_stages_together_tell_no_few_persons_and_the_twin_does():
    """The twin: the second change is printed without a look at whom the first one was of."""
    shown, caught = 0, 0
    for seed in range(16):
        middle, changes, parts = three_stages(np.random.default_rng(seed))
        shown += sum(change.hidden is None for _, change in changes[1])
        assert chain_leaks(middle, changes, parts) == [], seed
        caught += bool(chain_leaks(*three_stages(np.random.default_rng(seed), linked=False)))
    assert shown >= 5  # not bought by hiding every second change
    assert caught >= 3


def two_snapshots(rng):
    """(early summaries, all summaries, people): some schools gain late answers."""
    people = random_people(rng)
    answers = random_answers(FORM, people, rng)
    school = answers.groups["school"]
    late = {name: int(rng.choice([0, 0, 5, 7, 9, 2])) for name in people}
    early = np.zeros(len(answers), bool)
    for name in people:
        rows = np.flatnonzero(school == name)
        early[rows[: max(len(rows) - late[name], 0)]] = True
    first = {name: summarise(answers, FORM, early & (school == name)) for name in people}
    return first, by_school(FORM, answers, people), people


def sizes(summaries):
    return {
        scale.name: {name: int(one.scales.n[0, at]) for name, one in summaries.items()}
        for at, scale in enumerate(FORM.scales)
    }


def test_two_snapshots_together_tell_nothing_hidden_and_the_twin_does():
    rng, entered, caught = np.random.default_rng(44), 0, 0
    for trial in range(150):
        first, second, people = two_snapshots(rng)
        old, new = let_out(first, people), let_out(second, people)
        if may_enter(first, second) and sum(one.rows for one in second.values()) > old.municipality.n:
            entered += 1
            assert late_leaks(old, carry_over(old, new), sizes(first), sizes(second)) == [], trial
        elif trial < 40:
            caught += bool(late_leaks(old, new, sizes(first), sizes(second)))
    assert entered >= 5
    assert caught >= 3  # without the rules the second snapshot gives hidden figures away
