"""The second attacker, by persons, against standard deviations, levels and shares of the matched."""

from itertools import combinations_with_replacement

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.disclosure import release, release_changes
from surveys.disclosure.ladder import squares_between
from surveys.disclosure.released import Share
from surveys.statistics.scoring import practice_items
from surveys.statistics.summary import merge_all
from tests.surveys.attacker_persons import lattice, told_by_matched, told_counts
from tests.surveys.made import by_school, questionnaire, random_answers
from tests.surveys.test_attacker import FORM as SHORT
from tests.surveys.test_attacker import closed_in, two_stages

FORM = questionnaire({"SUB": 6})
STEPS = 24  # six statements of 0-4


def some_municipality(rng, form=FORM):
    """2-5 schools, often of 5 and 6; in some all teachers are in deficit, none, or one."""
    items = len(practice_items(form, "SUB"))
    sizes = [int(rng.choice([5, 6])) if rng.random() < 0.3 else int(rng.integers(1, 31)) for _ in range(5)]
    people = dict(zip("abcde"[: rng.integers(2, 6)], sizes, strict=False))
    rows = []
    for school, count in people.items():
        kind, strength = rng.choice(["any", "any", "all", "none", "one"]), rng.choice([0.15, 0.5, 0.6, 0.7, 0.85])
        for place in range(count):
            codes = rng.binomial(4, strength, items) if kind == "any" else rng.integers(3, 5, items)
            if kind == "all" or (kind == "one" and place == 0):
                codes = rng.integers(0, 3, items)
            rows.append((row_of(codes, rng, form), school))
    answers = AnswerSet.from_submissions(form, [(*row, {"school": school}) for row, school in rows])
    return people, by_school(form, answers, people)


def row_of(codes, rng, form):
    values, skipped = {}, []
    for place, code in enumerate(codes, 1):
        name = f"SUB{place:02}"
        values[name] = str(4 - code if form.item(name).reverse else code)
        if code < 4:
            values[f"{name}_need"] = str(rng.integers(4))
        else:
            skipped.append(f"{name}_need")
    return values, [], skipped


def test_attacker_by_persons_learns_no_count_of_a_school():
    rng, spread = np.random.default_rng(1), 0
    for trial in range(32):
        people, summaries = some_municipality(rng)
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        spread += released.municipality.scales[:1] != [] and released.municipality.scales[0].sd is not None
        assert told_counts(released, people, "SUB", STEPS) == [], (trial, people)
    assert spread >= 3  # not bought by hiding every standard deviation


def test_attack_by_persons_succeeds_where_the_spread_is_printed_always():
    """The twin: the standard deviation of the municipality beside the schools' means."""
    rng, caught = np.random.default_rng(1), 0
    for _trial in range(6):
        people, summaries = some_municipality(rng)
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        open_value = release(FORM, summaries, people, wave="w", snapshot=1, complementary=False)
        whole = released.municipality
        if not whole.scales or whole.scales[0].hidden:
            continue
        block = whole.scales[0].model_copy(update={"sd": open_value.municipality.scales[0].sd})
        told = released.model_copy(update={"municipality": whole.model_copy(update={"scales": [block]})})
        caught += bool(told_counts(told, people, "SUB", STEPS))
    assert caught >= 2


def narrowed_together():
    """Municipalities in which levels and standard deviation of all narrow a count together, and neither does alone."""
    rng = np.random.default_rng(1)
    for trial in range(97):
        people, summaries = some_municipality(rng)
        if trial in (80, 96):
            yield people, summaries


def test_levels_and_spread_together_tell_no_count_of_a_school():
    printed = 0
    for people, summaries in narrowed_together():
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        block = released.municipality.scales[0]
        printed += bool(block.levels) or block.sd is not None
        assert told_counts(released, people, "SUB", STEPS) == [], people
    assert printed == 2  # not bought by hiding both


def test_attack_by_persons_succeeds_where_levels_and_spread_are_both_printed():
    """The twin: both as they are."""
    for people, summaries in narrowed_together():
        released = release(FORM, summaries, people, wave="w", snapshot=1)
        open_value = release(FORM, summaries, people, wave="w", snapshot=1, complementary=False)
        whole, block = released.municipality, open_value.municipality.scales[0]
        block = whole.scales[0].model_copy(update={"levels": block.levels, "sd": block.sd})
        whole = whole.model_copy(update={"scales": [block]})
        assert told_counts(released.model_copy(update={"municipality": whole}), people, "SUB", STEPS)


def coarse_municipalities(items, count):
    """A block of few statements: few scores are possible. Municipalities of both kinds, the ordinary first."""
    rng, form = np.random.default_rng(1), questionnaire({"SUB": items})
    for place in range(count):
        people = {name: int(rng.integers(1, 31)) for name in "abcde"}
        if place % 2:
            people, summaries = some_municipality(rng, form)
        else:
            summaries = by_school(form, random_answers(form, people, rng), people)
        scored = {name: int(one.scales.n[0, 0]) for name, one in summaries.items()}
        yield form, people, summaries, scored


@pytest.mark.parametrize("items", [1, 2, 3])
def test_blocks_of_few_statements_tell_no_count_of_a_school(items):
    spread = 0
    for form, people, summaries, scored in coarse_municipalities(items, 14):
        released = release(form, summaries, people, wave="w", snapshot=1)
        spread += released.municipality.scales[0].sd is not None
        assert told_counts(released, scored, "SUB", 4 * items) == [], scored
    assert spread >= (3 if items > 1 else 0)


@pytest.mark.parametrize("items", [2, 3])
def test_attack_succeeds_where_levels_of_few_statements_are_printed(items):
    """The twin: the municipality's levels beside all else that is printed."""
    caught = 0
    for form, people, summaries, scored in coarse_municipalities(items, 14):
        released = release(form, summaries, people, wave="w", snapshot=1)
        open_value = release(form, summaries, people, wave="w", snapshot=1, complementary=False)
        block = released.municipality.scales[0]
        if block.deficit is None or block.deficit.kind != "exact":
            continue
        block = block.model_copy(update={"levels": open_value.municipality.scales[0].levels})
        whole = released.municipality.model_copy(update={"scales": [block]})
        caught += bool(told_counts(released.model_copy(update={"municipality": whole}), scored, "SUB", 4 * items))
    assert caught >= 2


def with_blanks(items, seeds):
    """Ordinary municipalities whose teachers left statements blank; what is printed by the gate and without it."""
    form = questionnaire({"SUB": items})
    for seed in seeds:
        rng = np.random.default_rng(seed)
        people = {name: int(rng.integers(1, 31)) for name in "abcde"[: rng.integers(2, 6)]}
        summaries = by_school(form, random_answers(form, people, rng, blank=0.12), people)
        scored = {name: int(one.scales.n[0, 0]) for name, one in summaries.items() if one.scales.n[0, 0]}
        every = [release(form, summaries, people, wave="w", snapshot=1, complementary=keep) for keep in (True, False)]
        yield scored, *every, lattice(form, "SUB")


# Seeds where the cases of help, printed beside masked deficits, give a school's count away.
CASES_TELL = (47, 63, 76)
# Where few scores are possible near an end of the scale, so that the squares tell more than even steps would.
SQUARES_TELL = (203, 327)
# Where eight at the mark and three more cannot add up to what the hidden schools have, though real numbers could.
SUM_TELLS = 402


@pytest.mark.parametrize(
    ("items", "seeds"), [(2, (*range(8), *CASES_TELL)), (4, (*range(4), *SQUARES_TELL)), (5, [SUM_TELLS])]
)
def test_blocks_with_blank_statements_tell_no_count_of_a_school(items, seeds):
    for scored, released, _open, steps in with_blanks(items, seeds):
        assert told_counts(released, scored, "SUB", *steps) == [], scored


def test_attack_succeeds_where_blocks_with_blanks_are_open_to_subtraction():
    """The twin: no neighbour is protected."""
    caught = 0
    for scored, _released, whole, steps in with_blanks(4, range(4)):
        caught += bool(told_counts(whole, scored, "SUB", *steps))
    assert caught >= 2


def test_attack_succeeds_where_cases_of_help_stand_beside_masked_deficits():
    """The twin: the cases of the municipality printed whatever is said of its deficits."""
    for scored, released, whole, steps in with_blanks(2, CASES_TELL):
        cases = {"quadrants": whole.municipality.quadrants}
        told = released.model_copy(update={"municipality": released.municipality.model_copy(update=cases)})
        assert told_counts(told, scored, "SUB", *steps), scored


def whole_answers(items, seeds):
    """Municipalities where everybody answered everything: (sizes, what is let out, the summary of all)."""
    form = questionnaire({"SUB": items})
    for seed in seeds:
        rng = np.random.default_rng(seed)
        people = {name: int(rng.integers(1, 31)) for name in "abcde"[: rng.integers(2, 6)]}
        # A negative chance of a blank makes up for the 3 % of «не относится».
        summaries = by_school(form, random_answers(form, people, rng, blank=-0.03), people)
        yield people, release(form, summaries, people, wave="w", snapshot=1), merge_all(list(summaries.values()))


def test_figures_of_the_only_statement_of_a_block_tell_no_count_of_a_school_and_the_twin_does():
    """The twin prints how many chose each option, and the low answers, which are the deficits of the block."""
    caught = 0
    for people, released, whole in whole_answers(1, range(12)):
        assert told_counts(released, people, "SUB", 4) == [], people
        count = int(whole.scales.deficit[0, 0])
        if released.municipality.items and 5 <= count <= whole.rows - 5:
            low = Share(kind="exact", n=whole.rows, count=count, percent=100 * count / whole.rows)
            printed = {"low": low, "counts": dict(zip("01234", whole.counts["SUB01"], strict=True))}
            items = {"items": [released.municipality.items[0].model_copy(update=printed)]}
            told = released.model_copy(update={"municipality": released.municipality.model_copy(update=items)})
            caught += bool(told_counts(told, people, "SUB", 4))
    assert caught >= 2


def test_statements_of_a_hidden_block_are_not_printed_either():
    """Of 4 and 24 all but two answer the highest: the mean of all would tell the hidden schools' means."""
    form, rows = questionnaire({"SUB": 4}), []
    for place in range(28):
        values = row_of(np.array([4, 4, 4, 3 if place > 25 else 4]), np.random.default_rng(1), form)
        rows.append((*values, {"school": "a" if place < 4 else "b"}))
    people = {"a": 4, "b": 24}
    whole = release(form, by_school(form, AnswerSet.from_submissions(form, rows), people), people, wave="w", snapshot=1)
    assert whole.municipality.scales[0].hidden == "complementary"
    assert whole.municipality.items == []


@pytest.mark.parametrize(("top", "ends"), [(4, (2,)), (8, (4,)), (6, (3,)), (6, (1, 3)), (7, (1, 3, 5))])
def test_squares_of_persons_on_a_scale_are_bounded_as_trying_all_of_them_finds(top, ends):
    step, low, high = 100 / top, np.array([0, *(end + 1 for end in ends)]), np.array([*ends, top])
    scores = tuple(at * step for at in range(top + 1))
    for n in range(1, 6):
        found = {}
        for way in combinations_with_replacement(range(top + 1), n):
            levels = np.bincount(np.searchsorted(high, way), minlength=len(high))
            found.setdefault((sum(way), tuple(levels)), []).append(sum(score**2 for score in way))
        for (total, levels), squares in found.items():
            ends_found = squares_between(np.array([levels]), np.array([total * step]), low * step, high * step, scores)
            least, most = np.concatenate(ends_found) / step**2
            assert least == pytest.approx(min(squares))
            assert most == pytest.approx(max(squares))


def test_share_of_the_matched_tells_no_count_to_an_attacker_by_persons():
    rng, shown = np.random.default_rng(7), 0
    for trial in range(4):
        stages, pairs = two_stages(rng, 0.8, 40, (0.5, 0.6), come=(0, 12, 20))
        changes = release_changes(SHORT, pairs, closed=closed_in(stages), stages=tuple(stages))
        shown += sum(change.deficit_before is not None for _, change in changes)
        assert told_by_matched(stages, changes, pairs, 8) == [], trial
    assert shown


def test_attack_by_persons_succeeds_where_each_share_of_the_matched_is_shown():
    rng, caught = np.random.default_rng(7), 0
    for _trial in range(2):
        stages, pairs = two_stages(rng, 0.9)
        changes = []
        for name, one in release_changes(SHORT, pairs, closed=closed_in(stages)):
            if name == "municipality" and one.matched:
                counts = [sum(part.deficit[one.scale][at] for part in pairs.values()) for at in (0, 1)]
                before, after = ({"kind": "exact", "n": one.matched, "count": count} for count in counts)
                one = type(one).model_validate(one.model_dump() | {"deficit_before": before, "deficit_after": after})
            changes.append((name, one))
        caught += bool(told_by_matched(stages, changes, pairs, 8))
    assert caught
