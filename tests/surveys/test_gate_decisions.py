"""Single decisions of the gate, each just under and at its bound."""

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Level
from surveys.disclosure import carry_over, may_enter, release, release_changes, summarise_pairs
from surveys.disclosure.details import open_details, spread_groups
from surveys.disclosure.groups import hide_groups, means_open
from surveys.disclosure.released import ScaleFigures
from surveys.disclosure.shares import Part, free_shares, print_of
from surveys.statistics.summary import summarise
from tests.surveys.made import by_school, questionnaire, random_answers

FORM = questionnaire({"SUB": 2})


def whole_of(rows, form=FORM):
    """What is let out of the municipality when one school of 60 gives these ``rows`` of (values, marked, skipped)."""
    answers = AnswerSet.from_submissions(form, [(*row, {"school": "a"}) for row in rows])
    return release(form, by_school(form, answers, {"a": 60}), {"a": 60}, wave="w", snapshot=1).municipality


def test_school_hidden_for_another_reason_is_not_the_only_hidden_one():
    assert set(hide_groups({"a": 9, "b": 20, "c": 30}, 5, already=["a"])) == {"a", "b"}


@pytest.mark.parametrize(("total", "kept"), [(1031, False), (1030, True)])
def test_mean_of_hidden_schools_stays_open_by_ten_points(total, kept):
    """4 and 7 teachers: the 7 have at most 700 points and at least ``total`` - 400, 70 less for ten points each."""
    assert means_open({"a": 390.0, "b": total - 390.0}, {"a": 4, "b": 7}, 5, None) == kept


@pytest.mark.parametrize(("count", "kind"), [(20, "exact"), (21, "at_least")])
def test_both_classes_must_be_five_for_an_exact_share(count, kind):
    assert print_of(Part.free(25, count), 5).kind == kind


def test_options_of_four_answers_are_hidden():
    assert {share.kind for share in free_shares({"x": 4, "y": 0}, 4, 5).values()} == {"hidden"}


@pytest.mark.parametrize(("rest", "shown"), [(40, False), (50, True), (0, True)])
def test_details_of_a_large_school_wait_for_a_large_rest(rest, shown):
    tables = {"a": np.array([30, 30]), "rest": np.array([rest // 2, rest - rest // 2])}
    large = {"a": tables["a"]}
    assert (open_details(large, lambda table: table, tables["a"] + tables["rest"], 5) == {"a"}) == shown


def test_spread_of_a_school_is_printed_only_beside_twenty_others_or_none():
    assert spread_groups({"a": 30, "b": 10}, {"a", "b"}, 40, 20) == set()
    assert spread_groups({"a": 30, "b": 20}, {"a"}, 50, 20) == {"a"}
    assert spread_groups({"a": 30}, {"a"}, 30, 20) == {"a"}


def rows_with(count, change):
    """40 teachers, ten of each answer 0-3; ``change`` of the first ``count``."""
    rows = []
    for place in range(40):
        row = {"SUB01": str(place % 4), "SUB01_need": "1", "SUB02": "2", "SUB02_need": "2"}, [], []
        rows.append(change(row) if place < count else row)
    return rows


def without(values, name):
    return {key: value for key, value in values.items() if not key.startswith(name)}


@pytest.mark.parametrize(("few", "told"), [(0, 0), (3, None), (8, 8)])
def test_few_whom_a_statement_does_not_concern_are_not_counted(few, told):
    whole = whole_of(rows_with(few, lambda row: (without(row[0], "SUB01"), ["SUB01"], ["SUB01_need"])))
    item = next(one for one in whole.items if one.item == "SUB01")
    assert (item.n, item.not_applicable) == (40 - few, told)


@pytest.mark.parametrize(("few", "told"), [(0, 40), (3, None), (8, 32)])
def test_few_who_are_not_asked_are_not_counted(few, told):
    whole = whole_of(rows_with(few, lambda row: (without(row[0], "SUB01"), [], ["SUB01", "SUB01_need"])))
    item = next(one for one in whole.items if one.item == "SUB01")
    assert item.seen == told


@pytest.mark.parametrize(("few", "shown"), [(0, True), (3, False), (8, True)])
def test_wanted_help_does_not_count_the_few_with_the_highest_answer(few, shown):
    """Who is not asked about help gave the highest answer."""
    whole = whole_of(rows_with(few, lambda row: (without(row[0], "SUB01") | {"SUB01": "4"}, [], ["SUB01_need"])))
    item = next(one for one in whole.items if one.item == "SUB01")
    assert (item.need_counts is not None) == shown


@pytest.mark.parametrize(("left", "shown"), [(4, False), (5, True)])
def test_statement_that_four_answered_is_not_printed(left, shown):
    form, more = questionnaire({"SUB": 4}), {"SUB03": "3", "SUB04": "1"}  # three of four make a score
    rows = rows_with(40 - left, lambda row: (without(row[0], "SUB01"), [], []))
    whole = whole_of([(values | more, marked, skipped) for values, marked, skipped in rows], form)
    assert whole.scales[0].n == 40
    assert ("SUB01" in [one.item for one in whole.items]) == shown


def test_large_school_shows_no_choices_cases_or_signs_beside_a_small_rest():
    """60 of school A beside 12 of B: what is printed of all without A's would be B's."""
    people = {"a": 60, "b": 12}
    answers = random_answers(FORM, people, np.random.default_rng(1), strengths=(0.5,))
    released = release(FORM, by_school(FORM, answers, people), people, wave="w", snapshot=1)
    school, whole = released.group("a"), released.municipality
    assert whole.choices
    assert whole.flagged is not None
    assert (school.items, school.choices, school.quadrants, school.flagged, school.aggregates) == ([], [], [], None, {})


@pytest.mark.parametrize(
    ("early", "late", "enters"), [(10, 14, False), (10, 15, True), (10, 9, False), (15, 10, False)]
)
def test_late_answers_enter_by_five_and_none_may_leave(early, late, enters):
    answers = random_answers(FORM, {"a": 20}, np.random.default_rng(2), blank=-0.03)
    first, second = ({"a": summarise(answers, FORM, np.arange(count))} for count in (early, late))
    assert may_enter(first, second) == enters


def test_school_that_is_gone_keeps_late_answers_out():
    answers = random_answers(FORM, {"a": 20}, np.random.default_rng(2), blank=-0.03)
    one = summarise(answers, FORM, np.arange(10))
    assert not may_enter({"a": one, "b": one}, {"a": one})


@pytest.mark.parametrize("few", [2, 5])
def test_late_answers_of_one_block_or_about_help_alone_wait_too(few):
    """Ten people in both; ``few`` of them have a score, or say what help they want, in the second only."""
    for part, silent in (("SUB01", True), ("SUB01_need", False)):
        sets = []
        for gone in (few, 0):
            rows = rows_with(gone, lambda row, part=part: (without(row[0], part), [], []))[:10]
            form = questionnaire({"SUB": 1})
            rows = [(without(values, "SUB02"), marked, skipped) for values, marked, skipped in rows]
            rows = [(without(values, "SUB01_need") if silent else values, *states) for values, *states in rows]
            answers = AnswerSet.from_submissions(form, [(*row, {"school": "a"}) for row in rows])
            sets.append(by_school(form, answers, {"a": 10}))
        assert may_enter(*sets) == (few == 5)


def snapshots(gain, early=60):
    """Two snapshots of a municipality of three schools; ``gain`` late answers in the first of them."""
    people = {"a": early + gain, "b": 60, "c": 60}
    answers = random_answers(FORM, people, np.random.default_rng(3), strengths=(0.5,), blank=-0.03)
    school = answers.groups["school"]
    late = np.zeros(len(answers), bool)
    late[np.flatnonzero(school == "a")[early:]] = True
    first = {name: summarise(answers, FORM, ~late & (school == name)) for name in people}
    both = [release(FORM, one, people, wave="w", snapshot=1) for one in (first, by_school(FORM, answers, people))]
    return *both, carry_over(*both)


def with_levels(released):
    """The same with some levels of the municipality printed, and its deficits with all the newcomers in them."""
    block = released.municipality.scales[0]
    share = block.deficit.model_copy(update={"kind": "exact", "n": block.n, "count": block.n - 60, "percent": 50.0})
    block = block.model_copy(update={"levels": {"none": 30, "low": 30}, "deficit": share})
    schools = [one.model_copy(update={"scales": []}) for one in released.schools]
    whole = released.municipality.model_copy(update={"scales": [block]})
    return released.model_copy(update={"municipality": whole, "schools": schools})


@pytest.mark.parametrize(("gain", "anew"), [(49, False), (50, True)])
def test_details_wait_for_fifty_late_answers(gain, anew):
    old, new, told = snapshots(gain)
    assert old.municipality.choices != new.municipality.choices
    assert told.municipality.choices == (new if anew else old).municipality.choices
    old, new = (with_levels(one) for one in (old, new))
    assert (carry_over(old, new).municipality.scales[0].levels is not None) == anew


@pytest.mark.parametrize(("gain", "anew"), [(19, False), (20, True)])
def test_spread_waits_for_twenty_late_answers(gain, anew):
    _old, new, told = snapshots(gain)
    assert new.municipality.scales[0].sd is not None
    assert (told.municipality.scales[0].sd is not None) == anew


def test_what_was_hidden_stays_hidden_with_late_answers():
    old, new, told = snapshots(6, early=4)
    assert old.group("a").hidden
    assert new.group("a").hidden is None
    assert told.group("a").hidden == old.group("a").hidden
    assert all(one.mean is None for one in told.group("a").scales)


@pytest.mark.parametrize(("few", "shown"), [(3, False), (9, True)])
def test_who_hides_a_deficit_in_the_only_block_does_not_tell_who_asks_for_help(few, shown):
    """Of 40 teachers 20 are in deficit, which is printed; ``few`` of them ask for help, the others do not."""
    form, rows = questionnaire({"SUB": 1}), []
    for place in range(40):
        wanted = place < few if place < 20 else place % 2
        values = {"SUB01": "1" if place < 20 else "3", "SUB01_need": "3" if wanted else "0"}
        rows.append((values, [], []))
    whole = whole_of(rows, form)
    assert whole.scales[0].deficit.count == 20
    assert ("SUB" in dict(whole.quadrants)) == shown
    assert ("hidden_share" in whole.aggregates) == ("hidden_share" in whole.aggregate_n) == shown


def test_change_of_a_school_is_hidden_where_its_figures_of_all_are():
    """Nobody left and nobody came: the matched are all."""
    people = {"a": 30, "b": 30, "c": 30}
    stages = [random_answers(FORM, people, np.random.default_rng(seed), blank=-0.03) for seed in (1, 2)]
    keys = [f"{name}{place}" for name, count in people.items() for place in range(count)]
    pairs = summarise_pairs(FORM, *stages, (keys, keys), tuple(one.groups["school"] for one in stages))
    assert all(change.hidden is None for _group, change in release_changes(FORM, pairs))
    assert dict(release_changes(FORM, pairs, closed={"SUB": ["a"]}))["a"].hidden == "complementary"


def test_block_that_was_hidden_stays_hidden_with_late_answers():
    old, new, _told = snapshots(6)
    block = ScaleFigures(scale="SUB", n=60, hidden="complementary")
    schools = [one.model_copy(update={"scales": [block]}) if one.code == "b" else one for one in old.schools]
    told = carry_over(old.model_copy(update={"schools": schools}), new).group("b").scales[0]
    assert new.group("b").scales[0].mean is not None
    assert (told.mean, told.hidden) == (None, "complementary")


@pytest.mark.parametrize(
    ("levels", "share"),
    [
        ((("none", 80), ("medium", 40), ("high", 0)), (28, 60)),
        ((("none", 70), ("high", 0)), (28, 60)),
        ((("high", 0),), None),  # all are one class: there is no share to tell
        ((("high", 80), ("none", 0)), None),
    ],
)
def test_deficit_begins_under_the_levels_that_are_none(levels, share):
    """A form need not have the level «низкий»: 28 of 60 have 25 points, the others all 100."""
    form = FORM.model_copy(update={"levels": [Level(code=code, label=code, at_least=low) for code, low in levels]})
    rows = [({"SUB01": "1", "SUB02": "3"}, (), ())] * 28 + [({"SUB01": "4", "SUB02": "0"}, (), ())] * 32
    told = whole_of(rows, form).scales[0]
    assert told.mean is not None
    assert (told.deficit and (told.deficit.count, told.deficit.n)) == share
