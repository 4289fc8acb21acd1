"""The gate against an attacker: nothing hidden may follow from anything shown."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from surveys.answers.answer_set import AnswerSet
from surveys.disclosure import (
    TOTAL,
    carry_over,
    comparable_scales,
    may_enter,
    release,
    release_changes,
    summarise_pairs,
    suppress_table,
)
from surveys.disclosure.groups import Pool, Range, hide_groups, narrow
from surveys.disclosure.shares import Part, print_linked, print_of, share_of
from surveys.disclosure.tables import cell_bounds
from surveys.statistics.summary import summarise
from tests.surveys.attacker import find_leaks
from tests.surveys.made import by_school, questionnaire, random_answers

FORM = questionnaire({"SUB": 2, "MET": 2})


def municipality(people, rng):
    answers = random_answers(FORM, people, rng)
    summaries = by_school(FORM, answers, people)
    sizes = {
        scale.name: {name: int(one.scales.n[0, at]) for name, one in summaries.items()}
        for at, scale in enumerate(FORM.scales)
    }
    return summaries, sizes


def let_out(summaries, people, **options):
    return release(FORM, summaries, people, wave="w", snapshot=1, **options)


def random_people(rng):
    return {name: int(rng.integers(1, 31)) for name in "abcde"[: rng.integers(1, 6)]}


def test_attacker_learns_nothing_hidden_in_a_hundred_municipalities():
    rng = np.random.default_rng(2020)
    for trial in range(100):
        people = random_people(rng)
        summaries, sizes = municipality(people, rng)
        assert find_leaks(let_out(summaries, people), sizes) == [], (trial, people)


def test_attacker_finds_leaks_when_neighbours_are_not_protected():
    """The twin: the same attacker must succeed against primary suppression alone."""
    rng = np.random.default_rng(2020)
    caught = 0
    for _ in range(20):
        people = {name: int(rng.integers(1, 31)) for name in "abcde"}
        summaries, sizes = municipality(people, rng)
        caught += bool(find_leaks(let_out(summaries, people, complementary=False), sizes))
    assert caught >= 8


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 4, "b": 20, "c": 9}, {"a": "primary", "c": "complementary"}),
        ({"a": 2, "b": 2, "c": 9}, {"a": "primary", "b": "primary", "c": "complementary"}),
        ({"a": 3, "b": 4, "c": 9}, {"a": "primary", "b": "primary"}),
        ({"a": 0, "b": 20, "c": 9}, {"a": "primary"}),
        ({"a": 5, "b": 20}, {}),
    ],
    ids=["one small", "two under k together", "two of k together", "empty is no secret", "none small"],
)
def test_hidden_groups_are_never_alone_and_together_at_least_k(sizes, hidden):
    assert hide_groups(sizes, 5) == hidden


def test_group_of_four_shows_no_figure_at_all():
    rng = np.random.default_rng(1)
    people = {"a": 4, "b": 30, "c": 12}
    summaries, _ = municipality(people, rng)
    school = let_out(summaries, people).group("a")
    assert school.hidden == "primary"
    assert all(one.mean is None and one.need is None and one.deficit is None for one in school.scales)
    assert not (school.items)
    assert not (school.choices)
    assert not (school.quadrants)
    assert not (school.aggregates)
    assert school.sensitivity is None  # «the same» would say that no form of a small school is flagged


def test_municipality_under_k_shows_nothing():
    rng = np.random.default_rng(1)
    people = {"a": 2, "b": 2}
    summaries, _ = municipality(people, rng)
    released = let_out(summaries, people)
    assert {group.hidden for group in [released.municipality, *released.schools]} == {"primary"}
    assert not released.municipality.scales


def test_school_of_twenty_five_shows_two_classes_and_no_detail():
    rng = np.random.default_rng(4)
    people = {"a": 25, "b": 28, "c": 30}
    summaries, _ = municipality(people, rng)
    school = let_out(summaries, people).group("a")
    assert all(one.levels is None and one.alpha is None for one in school.scales)
    assert not (school.items)
    assert not (school.choices)
    assert not (school.quadrants)
    assert not (school.aggregates)


@pytest.mark.parametrize(
    ("n", "count", "kind"),
    [
        (25, 11, "exact"),
        (25, 4, "below"),
        (25, 22, "at_least"),
        (25, 0, "below"),
        (12, 10, "band_high"),
        (12, 2, "band_low"),
        (12, 12, "band_high"),
        (20, 20, "at_least"),
        (9, 4, "below"),
        (0, 0, "hidden"),
    ],
)
def test_words_of_a_two_class_share(n, count, kind):
    part = Part.free(n, count)
    share = share_of(part, print_of(part, 5), 5)
    assert share.kind == kind
    assert (share.count is not None) == (kind == "exact")
    assert (share.percent is not None) == (kind == "exact")


def test_one_masked_school_masks_a_second_when_the_total_is_exact():
    parts = {"a": Part.free(25, 3), "b": Part.free(20, 9), "c": Part.free(30, 12)}
    prints, total = print_linked(parts, Part.free(75, 24), 5)
    assert [prints[name].kind for name in "abc"] == ["below", "hidden", "exact"]
    assert total is not None
    assert total.kind == "exact"


def test_narrowing_agrees_with_trying_every_combination():
    rng = np.random.default_rng(3)
    for _ in range(40):
        parts = {name: Range(low := int(rng.integers(0, 3)), low + int(rng.integers(0, 5))) for name in "abcd"}
        pool = Pool(frozenset("cd"), Range(2, 9), Range(2, 9))
        choices = [
            chosen
            for chosen in itertools.product(*(range(one.low, one.high + 1) for one in parts.values()))
            if pool.sum.low <= chosen[2] + chosen[3] <= pool.sum.high
        ]
        if not choices:
            continue
        total = sum(choices[int(rng.integers(len(choices)))])
        fitting = [chosen for chosen in choices if sum(chosen) == total]
        known = narrow(parts, Range(total, total), pool)
        for place, name in enumerate("abcd"):
            values = [chosen[place] for chosen in fitting]
            assert (known[name].low, known[name].high) == (min(values), max(values))


def test_exact_share_carries_its_worst_case_when_few_answered():
    part = Part.free(25, 11)
    # By hand: 40 were asked, 15 did not answer: from 11 to 26 of 40.
    assert share_of(part, print_of(part, 5), 5, population=40).worst_case == (27.5, 65.0)
    assert share_of(part, print_of(part, 5), 5, population=30).worst_case is None


def test_pooled_schools_are_one_reporting_unit():
    rng = np.random.default_rng(9)
    people = {"a": 3, "b": 4, "c": 30}
    summaries, _ = municipality(people, rng)
    released = let_out(summaries, people, units={"a": "u", "b": "u"}, labels={"u": "Малые школы"})
    assert [(group.code, group.n, group.hidden) for group in released.schools] == [("u", 7, None), ("c", 30, None)]
    assert released.group("u").label == "Малые школы"


def test_k_is_never_under_five_and_population_never_under_the_answers():
    with pytest.raises(ValueError, match="never under 5"):
        let_out({}, {}, k=4)
    summaries, _ = municipality({"a": 6}, np.random.default_rng(1))
    with pytest.raises(ValueError, match="6 respondents of 5"):
        let_out(summaries, {"a": 5})


@pytest.mark.parametrize("alike", [True, False], ids=["hidden teachers all alike", "hidden teachers differ"])
def test_spread_is_not_printed_where_it_gives_hidden_means_away(alike):
    """Two schools of four are hidden; were all eight alike, the spread left to them would be nought and tell how."""
    people = {"a": 4, "b": 4, "c": 40}
    rows = []
    for school, count in people.items():
        for place in range(count):
            code = 2 if alike and school != "c" else place % 5
            values = {"SUB01": str(code), "SUB02": str(4 - code), "MET01": str(code), "MET02": str(4 - code)}
            rows.append((values, [], [], {"school": school}))
    released = let_out(by_school(FORM, AnswerSet.from_submissions(FORM, rows), people), people)
    assert released.group("a").hidden == "primary"
    assert released.municipality.scales[0].mean is not None
    shown = [group.scales[0].sd is not None for group in (released.municipality, released.group("c"))]
    assert shown == ([False, False] if alike else [True, False])  # the rest of c, eight, is under twenty


def test_wanted_help_carries_its_own_n():
    """Eight teachers; one leaves both questions about help of a block blank."""
    rows = []
    for place in range(8):
        help_wanted = {"SUB01_need": "3", "SUB02_need": "0"} if place else {}
        rows.append(({"SUB01": "2", "SUB02": "2", "MET01": "4", "MET02": "0"} | help_wanted, [], [], {"school": "a"}))
    released = let_out(by_school(FORM, AnswerSet.from_submissions(FORM, rows), {"a": 8}), {"a": 8})
    asked, unasked = released.group("a").scales
    assert (asked.n, asked.need_n, asked.need) == (8, 7, pytest.approx(50))
    assert unasked.n == 8


@pytest.mark.parametrize("alike", [True, False], ids=["hidden teachers change alike", "hidden teachers differ"])
def test_spread_of_changes_is_not_printed_where_it_gives_hidden_changes_away(alike):
    """Five schools of four are hidden beside one of forty. The attacker takes its spread off that of all."""
    people = {"a": 4, "b": 4, "c": 40, "d": 4, "e": 4, "f": 4}
    stages, keys = [[], []], []
    for school, count in people.items():
        for place in range(count):
            keys.append(f"{school}{place}")
            step = 2 if alike and school != "c" else place % 4
            for stage, code in enumerate((place % 3, place % 3 + min(step, 2))):
                values = {"SUB01": str(code), "SUB02": str(4 - code), "MET01": str(code), "MET02": str(4 - code)}
                stages[stage].append((values, [], [], {"school": school}))
    before, after = (AnswerSet.from_submissions(FORM, rows) for rows in stages)
    pairs = summarise_pairs(FORM, before, after, (keys, keys), tuple(one.groups["school"] for one in (before, after)))
    changes = {name: one for name, one in release_changes(FORM, pairs) if one.scale == "SUB"}
    assert changes["a"].hidden == "primary"
    assert changes["municipality"].change is not None

    def squares(n, mean, sd):  # sum and sum of squares of n changes
        return np.asarray([n * mean, sd**2 * (n - 1) + n * mean**2])

    points = {key: 50 if alike and key[0] != "c" else 25 * min(int(key[1:]) % 4, 2) for key in keys}
    whole = np.asarray(list(points.values()), float)
    own = np.asarray([one for key, one in points.items() if key[0] == "c"], float)
    left = squares(60, whole.mean(), whole.std(ddof=1)) - squares(40, own.mean(), own.std(ddof=1))
    told = left[1] - left[0] ** 2 / 20 < 1e-6  # no spread is left: each hidden school changed by left[0] / 20
    assert told == alike
    shown = [changes[name].sd_change for name in ("municipality", "c")]
    if alike:
        assert shown == [None, None]
    else:
        assert shown == pytest.approx([whole.std(ddof=1), own.std(ddof=1)])


def test_large_school_shows_options_only_where_the_rest_is_large_and_holds_no_small_count():
    rng = np.random.default_rng(12)
    people = {"a": 120, "b": 30}
    summaries, _ = municipality(people, rng)
    assert let_out(summaries, people).group("a").items == []  # the rest would be school b, of 30
    people = {"a": 200, "b": 150, "c": 160}
    summaries, _ = municipality(people, rng)
    released = let_out(summaries, people)
    counts = {}
    for group in [released.municipality, *released.schools]:
        for item in group.items:
            assert item.counts is None or all(count == 0 or count >= 5 for count in item.counts.values())
            counts.setdefault(item.item, []).append((group.code, item.counts))
    for found in counts.values():
        whole = dict(found)["municipality"]
        shown = [own for code, own in found if code != "municipality" and own is not None]
        if whole is not None and shown:
            rest = [whole[code] - sum(own[code] for own in shown) for code in whole]
            assert all(count == 0 or count >= 5 for count in rest)


def test_released_value_goes_to_json_and_back():
    people = {"a": 60, "b": 30, "c": 3}
    summaries, _ = municipality(people, np.random.default_rng(5))
    released = let_out(summaries, people)
    assert type(released).model_validate_json(released.model_dump_json()) == released
    assert "NaN" not in released.model_dump_json()


CROSS = {
    "one small in 2x2": (
        {("А", "да"): 20, ("А", "нет"): 3, ("Б", "да"): 30, ("Б", "нет"): 40},
        {
            ("А", "нет"): "primary",
            ("А", "да"): "complementary",
            ("Б", "да"): "complementary",
            ("Б", "нет"): "complementary",
        },
    ),
    "nothing to hide": ({("А", "да"): 20, ("А", "нет"): 15, ("Б", "да"): 30, ("Б", "нет"): 40}, {}),
    "zeros are no secret": ({("А", "да"): 0, ("А", "нет"): 15, ("Б", "да"): 30, ("Б", "нет"): 0}, {}),
}


@pytest.mark.parametrize("case", CROSS)
def test_cross_table_hides_the_least_that_protects(case):
    cells, hidden = CROSS[case]
    assert suppress_table(cells, ["А", "Б"], ["да", "нет"], 5) == hidden


def test_only_person_of_a_cell_does_not_learn_the_other_single_cell():
    """Counts 1, 2, 1, 0 with a printed total: hiding both ones leaves their sum, so a third cell goes (sdcTable)."""
    cells = {(name, "n"): count for name, count in {"a": 1, "b": 2, "c": 1, "d": 0}.items()}
    hidden = suppress_table(cells, list("abcd"), ["n"], 2)
    assert [cell[0] for cell, why in hidden.items() if why == "primary"][:2] == ["a", "c"]
    assert sum(why == "complementary" for why in hidden.values()) == 1


def test_small_row_is_hidden_whole_with_a_second():
    cells = {("А", "да"): 1, ("А", "нет"): 2, ("Б", "да"): 9, ("Б", "нет"): 8, ("В", "да"): 20, ("В", "нет"): 30}
    hidden = suppress_table(cells, ["А", "Б", "В"], ["да", "нет"], 5)
    assert hidden["А", TOTAL] == "primary"
    assert hidden["Б", TOTAL] == "complementary"


def table_by_linear_program(cells, hidden, cell):
    """Bounds of a hidden cell by scipy, margins printed."""
    unknown = [one for one in cells if one in hidden]
    lines = [[one[axis] == name for one in unknown] for axis in (0, 1) for name in sorted({c[axis] for c in cells})]
    rows = np.asarray([line for line in lines if any(line)], float)
    values = rows @ np.asarray([cells[one] for one in unknown], float)
    goal = np.asarray([one == cell for one in unknown], float)
    ends = [linprog(sign * goal, A_eq=rows, b_eq=values, bounds=(0, None)) for sign in (1, -1)]
    return round(ends[0].fun), round(-ends[1].fun)


def test_table_bounds_agree_with_a_linear_program_and_leave_k_values():
    rng = np.random.default_rng(21)
    for _ in range(25):
        rows, cols = list("ABCD")[: rng.integers(2, 5)], list("xyz")[: rng.integers(2, 4)]
        cells = {(row, col): int(rng.choice([0, 2, 4, 7, 12, 30])) for row in rows for col in cols}
        hidden = suppress_table(cells, rows, cols, 5)
        if any(TOTAL in cell for cell in hidden):
            continue
        unknown = [cell for cell in cells if cell in hidden]
        for cell in unknown:
            bounds = cell_bounds(cells, unknown, cell, (True, True, set()))
            assert bounds == table_by_linear_program(cells, hidden, cell)
            if 0 < cells[cell] < 5:
                possible = cell_bounds(cells, list(cells), cell, (True, True, set()))[1] + 1
                assert bounds[1] - bounds[0] + 1 >= min(5, possible)


def stage(rng, people, keep):
    """Answers of persons ``a0``, ``a1`` … of every school; ``keep`` says who took part."""
    answers = random_answers(questionnaire({"SUB": 2, "MET": 2}, min_answered=0.1), people, rng)
    keys = [f"{name}{place}" for name, count in people.items() for place in range(count)]
    rows = np.asarray([place for place, key in enumerate(keys) if keep(key)])
    return answers.take(rows), [keys[row] for row in rows]


@pytest.mark.parametrize(
    ("left", "shown"), [(0, True), (3, False), (6, True)], ids=["the same persons", "three left", "six left"]
)
def test_change_is_shown_only_where_each_remainder_is_nobody_or_k(left, shown):
    form = questionnaire({"SUB": 2, "MET": 2}, min_answered=0.1)
    form = form.model_copy(update={"quality": []})
    rng, people = np.random.default_rng(6), {"a": 30}
    gone = {f"a{place}" for place in range(left)}
    before, keys_before = stage(rng, people, lambda key: True)
    after, keys_after = stage(rng, people, lambda key: key not in gone)
    complete = [answers.closed.copy() for answers in (before, after)]
    for answers, closed in zip((before, after), complete, strict=True):
        closed[closed >= 254] = 2  # everybody answered, so that the remainder is exactly who left
        answers.closed = closed
    pairs = summarise_pairs(
        form, before, after, (keys_before, keys_after), (before.groups["school"], after.groups["school"])
    )
    changes = release_changes(form, pairs)
    assert all((change.change is not None) == shown for _, change in changes)
    if shown:
        assert {change.matched for _, change in changes} == {30 - left}
        for _, change in changes:
            assert change.change == pytest.approx(change.after - change.before)
    alone = release_changes(form, pairs, all_shown=False)
    assert all(change.change is not None for _, change in alone)


def test_block_whose_items_changed_is_not_compared():
    other = questionnaire({"SUB": 2, "MET": 3})
    assert comparable_scales(FORM, other) == ["SUB"]


def test_late_answers_enter_only_by_none_or_k():
    rng = np.random.default_rng(2)
    answers = random_answers(questionnaire({"SUB": 2}, min_answered=0), {"a": 20}, rng)
    form = questionnaire({"SUB": 2}, min_answered=0)
    answers.closed[answers.closed >= 254] = 1

    def first(count):
        return {"a": summarise(answers, form, np.arange(count))}

    assert may_enter(first(10), first(10))
    assert not may_enter(first(10), first(12))
    assert may_enter(first(10), first(15))


def test_nobody_at_all_is_released_as_hidden():
    empty = summarise(AnswerSet.from_checked(FORM, []), FORM)
    released = let_out({"a": empty}, {"a": 10})
    assert released.municipality.hidden == "primary"
    assert released.municipality.rate == 0


def test_homogeneous_small_municipality_prints_neither_options_nor_cases():
    """Twelve teachers who all gave the highest answers: «100 %» may stand nowhere."""
    values = {"SUB01": "4", "SUB02": "0", "MET01": "4", "MET02": "0", "C04": "high"}
    skipped = [f"{name}_need" for name in ("SUB01", "SUB02", "MET01", "MET02")]
    rows = [(values, [], skipped, {"school": "ab"[place % 2]}) for place in range(12)]
    answers = AnswerSet.from_submissions(FORM, rows)
    people = {"a": 6, "b": 6}
    whole = let_out(by_school(FORM, answers, people), people).municipality
    assert all(item.counts is None for item in whole.items)
    assert not whole.quadrants
    assert {share.kind for choice in whole.choices for share in choice.options.values()} <= {
        "band_high",
        "band_low",
        "hidden",
    }
    assert all(scale.deficit.percent is None for scale in whole.scales)


def test_school_without_newcomers_does_not_print_what_waited_in_the_snapshot_before():
    """A gains 8 in the second snapshot and nobody in the third: its spread and options then would tell of those 8."""
    rng, people = np.random.default_rng(3), {"a": 70, "b": 70, "c": 70}
    answers = random_answers(FORM, people, rng, (0.6,))
    school, place = answers.groups["school"], np.tile(np.arange(70), 3)
    taken = []
    for sizes in ((60, 60, 60), (68, 60, 60), (68, 68, 60)):
        kept = np.logical_or.reduce([(school == name) & (place < n) for name, n in zip("abc", sizes, strict=True)])
        new = let_out(by_school(FORM, answers.take(kept), people), people)
        taken.append(carry_over(taken[-1], new) if taken else new)
    first, second, third = (one.group("a") for one in taken)
    assert first.scales[0].sd is not None
    assert [one.aggregates for one in (second, third)] == [first.aggregates] * 2
    assert second.scales[0].sd is None
    assert third.scales[0].sd is None

    assert third.scales[0].levels is None


@pytest.mark.parametrize(("blank", "shown"), [(0, True), (1, False), (4, False), (20, True)])
def test_cases_of_a_block_do_not_tell_of_the_few_who_said_nothing_of_help(blank, shown):
    """40 teachers, half in deficit; ``blank`` of them gave no word on help, so the cases of the others leave them."""
    form, rows = questionnaire({"SUB": 1}), []
    for place in range(40):
        values = {"SUB01": "1" if place % 2 else "3"}
        if place >= blank:
            values["SUB01_need"] = "3" if place % 4 < 2 else "0"
        rows.append((values, [], [], {"school": "a"}))
    summaries = by_school(form, AnswerSet.from_submissions(form, rows), {"a": 40})
    released = release(form, summaries, {"a": 40}, wave="w", snapshot=1)
    assert released.municipality.scales[0].deficit.count == 20
    assert ("SUB" in dict(released.municipality.quadrants)) == shown


@pytest.mark.parametrize(("low", "shown"), [(2, False), (15, True)], ids=["four of one block", "thirty of it"])
def test_cases_of_all_blocks_do_not_tell_the_masked_deficits_of_one(low, shown):
    """30 of 80 are in deficit in SUB, as is printed, and twice ``low`` in MET; 3 and 2 of them want help."""
    form, rows = questionnaire({"SUB": 1, "MET": 1}), []
    for place in range(80):
        sub, met = place < 30, place % 40 < low
        wanted = {"SUB": place < 3 or (place > 40 and place % 2), "MET": place < 1 or place == 40 or 30 < place < 40}
        values = {f"{name}01": "1" if under else "3" for name, under in (("SUB", sub), ("MET", met))}
        values |= {f"{name}01_need": "3" if wish else "0" for name, wish in wanted.items()}
        rows.append((values, [], [], {"school": "a" if place < 40 else "b"}))
    people = {"a": 40, "b": 40}
    summaries = by_school(form, AnswerSet.from_submissions(form, rows), people)
    whole = release(form, summaries, people, wave="w", snapshot=1).municipality
    assert whole.scales[0].deficit.count == 30
    assert (whole.scales[1].deficit.kind == "exact") == shown
    assert [code for code, _cases in whole.quadrants] == ["all"] * shown


@pytest.mark.parametrize(("told", "shown"), [(1, False), (2, True)], ids=["four in all", "five in all"])
def test_wanted_help_of_hidden_schools_is_of_nobody_or_five_together(told, shown):
    """A of three and B of six are hidden; A's three and ``told`` of B said what help they want."""
    form, rows = questionnaire({"SUB": 1}), []
    people = {"a": 3, "b": 6, "c": 30}
    for school, count in people.items():
        for place in range(count):
            values = {"SUB01": "3" if place % 2 else "1"}
            if school != "b" or place < told:
                values["SUB01_need"] = str((place + 1) % 4)
            rows.append((values, [], [], {"school": school}))
    summaries = by_school(form, AnswerSet.from_submissions(form, rows), people)
    released = release(form, summaries, people, wave="w", snapshot=1)
    assert [one.hidden for one in released.schools] == ["primary", "complementary", None]
    assert released.group("c").scales[0].hidden is None
    assert (released.municipality.scales[0].need is not None) == shown


def test_small_school_says_nothing_of_its_careless_forms():
    """«Уровень не меняется» of a school of 20 would say that none of its forms, or five and more, show a sign."""
    rng, people = np.random.default_rng(5), {"a": 20, "b": 60, "c": 60}
    summaries = {
        name: replace(one, flagged=0, unflagged=one.scales) for name, one in municipality(people, rng)[0].items()
    }
    released = let_out(summaries, people)
    assert [group.hidden for group in released.schools] == [None, None, None]
    assert released.group("a").sensitivity is None
    assert released.group("b").sensitivity is not None


@pytest.mark.parametrize(("both", "shown"), [(0, True), (2, False), (6, True)])
def test_who_names_a_mentor_does_not_tell_of_the_few_who_name_two(both, shown):
    """Of 60 teachers 20 name a mentor of their school and 10 one of another; ``both`` of them are the same."""
    rows = []
    for place in range(60):
        forms = ["own"] * (place < 20) + ["other"] * (20 - both <= place < 30 - both)
        rows.append(({"C13": forms or ["course"]}, [], [], {"school": "a"}))
    whole = let_out(by_school(FORM, AnswerSet.from_submissions(FORM, rows), {"a": 60}), {"a": 60}).municipality
    told = next(one for one in whole.choices if one.item == "C13")
    assert (told.options["own"].count, told.options["other"].count) == (20, 10)
    assert ("form_mentor" in whole.aggregates) == shown
    assert not shown or round(60 * whole.aggregates["form_mentor"] / 100) == 30 - both
