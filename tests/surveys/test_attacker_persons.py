"""The second attacker, by persons, against standard deviations, levels and shares of the matched."""

import numpy as np

from surveys.answers.answer_set import AnswerSet
from surveys.disclosure import release, release_changes
from tests.surveys.attacker_persons import told_by_matched, told_counts
from tests.surveys.made import by_school, questionnaire
from tests.surveys.test_attacker import FORM as SHORT
from tests.surveys.test_attacker import closed_in, two_stages

FORM = questionnaire({"SUB": 6})
STEPS = 24  # six statements of 0-4


def some_municipality(rng):
    """2-5 schools, often of 5 and 6; in some all teachers are in deficit, none, or one."""
    sizes = [int(rng.choice([5, 6])) if rng.random() < 0.3 else int(rng.integers(1, 31)) for _ in range(5)]
    people = dict(zip("abcde"[: rng.integers(2, 6)], sizes, strict=False))
    rows = []
    for school, count in people.items():
        kind, strength = rng.choice(["any", "any", "all", "none", "one"]), rng.choice([0.15, 0.5, 0.6, 0.7, 0.85])
        for place in range(count):
            codes = rng.binomial(4, strength, 6) if kind == "any" else rng.integers(3, 5, 6)
            if kind == "all" or (kind == "one" and place == 0):
                codes = rng.integers(0, 3, 6)
            rows.append((row_of(codes, rng), school))
    answers = AnswerSet.from_submissions(FORM, [(*row, {"school": school}) for row, school in rows])
    return people, by_school(FORM, answers, people)


def row_of(codes, rng):
    values, skipped = {}, []
    for place, code in enumerate(codes, 1):
        name = f"SUB{place:02}"
        values[name] = str(4 - code if FORM.item(name).reverse else code)
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
