"""Checked answers: four states, the path, and messages that help."""

import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import BLANK, NOT_APPLICABLE, NOT_ASKED, check_answers, pack_codes, parse_number
from surveys.definition.instrument import Group, Instrument, Item, Option
from surveys.report.profile import build_profile
from tests.surveys.made import questionnaire


def form():
    lists = {"yn": [Option(name="1", label="да"), Option(name="0", label="нет")]}
    lists["abc"] = [Option(name=code, label=code) for code in "abc"]
    items = [
        Item(name="own", type="select_one", options="yn", required=True, not_applicable="не относится"),
        Item(name="hours", type="integer", constraint=". >= 1 and . <= 45", constraint_message="от 1 до 45 часов"),
        Item(name="some", type="select_multiple", options="abc", group="inner", parameters={"max": "2"}),
        Item(name="deep", type="select_one", options="yn", group="inner", relevant="selected(${some}, 'a')"),
        Item(name="free", type="text", required_when="${own} = 1"),
        Item(name="part", type="range", parameters={"start": "0", "end": "1", "step": "0.1"}),
        Item(name="day", type="date"),
        Item(name="more", type="select_one", options="yn", relevant="${deep} = 1"),
    ]
    groups = [Group(name="outer", relevant="${own} = 1"), Group(name="inner", parent="outer")]
    return Instrument(code="f", title="f", option_lists=lists, groups=groups, items=items)


def test_four_states_are_told_apart():
    checked = check_answers(form(), {"own": "1", "hours": "", "some": ["b"]}, [], final=False)
    assert checked.values == {"own": "1", "some": ["b"]}
    assert checked.not_asked == {"deep", "more"}
    assert [checked.state(name) for name in ("own", "hours", "deep")] == [None, BLANK, NOT_ASKED]
    marked = check_answers(form(), {}, ["own"], final=True)
    assert marked.state("own") == NOT_APPLICABLE
    assert "own" not in marked.problems


def test_closed_group_closes_nested_groups_and_keeps_answers_aside():
    checked = check_answers(form(), {"own": "0", "some": "a b", "deep": "1", "more": "1"}, [], final=True)
    assert checked.values == {"own": "0"}
    assert checked.off_path == {"some": ["a", "b"], "deep": "1", "more": "1"}
    assert checked.not_asked == {"some", "deep", "more"}
    assert not checked.problems


@pytest.mark.parametrize(
    ("values", "item", "words"),
    [
        ({"own": "7"}, "own", "нет такого варианта"),
        ({"own": "1", "hours": "сорок"}, "hours", "нужно число"),
        ({"own": "1", "hours": "2,5"}, "hours", "целое"),
        ({"own": "1", "hours": "50"}, "hours", "от 1 до 45 часов"),
        ({"own": "1", "some": ["a", "b", "c"]}, "some", "не больше 2"),
        ({"own": "1", "part": "1,5"}, "part", "от 0 до 1"),
        ({"own": "1", "day": "31.02.2020"}, "day", "дата"),
        ({"own": "1"}, "free", "ответьте"),
        ({}, "own", "ответьте"),
        ({"own": "1", "stray": "1"}, "stray", "такого вопроса"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_problem_is_named_beside_its_question(values, item, words):
    assert words in check_answers(form(), values, [], final=True).problems[item]


def test_draft_may_leave_required_questions_open():
    assert not check_answers(form(), {}, [], final=False).problems


def test_not_applicable_where_it_is_not_offered_is_a_problem():
    assert "hours" in check_answers(form(), {}, ["hours"], final=False).problems


@pytest.mark.parametrize(
    ("text", "number"), [("2,5", 2.5), ("1 234", 1234), ("-3", -3), ("1e400", None), ("nan", None), ("", None)]
)
def test_numbers_are_read_with_a_decimal_comma(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("date", "2020-05-31", "2020-05-31"),
        ("date", "31.05.2020", "2020-05-31"),
        ("date", "1.5.2020", "2020-05-01"),
        ("date", "20200531", None),
        ("date", "2020-W01-1", None),
        ("date", "31.02.2020", None),
        ("time", "9:05", "09:05"),
        ("time", "14:30:15", "14:30"),
        ("time", "1430", None),
        ("time", "14:30+03:00", None),
        ("time", "24:00", None),
        ("decimal", "0,00000001", "0.00000001"),
        ("integer", "12345678901234567890", "12345678901234567890"),
        ("decimal", "-0,0", "0"),
    ],
)
def test_answer_is_kept_in_one_notation_whatever_way_it_was_typed(kind, text, kept):
    instrument = Instrument(code="t", title="t", items=[Item(name="q", type=kind)])
    checked = check_answers(instrument, {"q": text}, final=True)
    assert ("q" in checked.problems) is (kept is None)
    assert checked.values["q"] == (kept or text)


@pytest.mark.parametrize(
    ("parameters", "good", "bad", "words"),
    [
        ({}, ("1", "10"), ("0", "11", "4,5"), "от 1 до 10"),  # XLSForm's own bounds
        ({"end": "5"}, ("1", "5"), ("6",), "от 1 до 5"),
        ({"start": "0", "end": "100", "step": "5"}, ("0", "35", "100"), ("3", "101"), "от 0 до 100 с шагом 5"),
        ({"start": "0", "end": "1", "step": "0.1"}, ("0,3", "0.7"), ("0,35",), "с шагом 0,1"),
    ],
)
def test_range_takes_what_stands_on_its_steps(parameters, good, bad, words):
    instrument = Instrument(code="t", title="t", items=[Item(name="q", type="range", parameters=parameters)])
    for text in good:
        assert not check_answers(instrument, {"q": text}, final=True).problems
    for text in bad:
        assert words in check_answers(instrument, {"q": text}, final=True).problems["q"]


def test_packed_vector_gives_back_the_closed_columns():
    instrument = questionnaire()
    given = [
        check_answers(instrument, {"SUB01": "4", "SUB02": "3", "SUB02_need": "2"}, ["SUB03"], final=False),
        check_answers(instrument, {}, [], final=False),
    ]
    packed = [pack_codes(instrument, one) for one in given]
    whole = AnswerSet.from_checked(instrument, given)
    assert (AnswerSet.from_packed(instrument, packed).closed == whole.closed).all()
    assert packed[0][:6] == bytes([4, NOT_ASKED, 3, 2, NOT_APPLICABLE, NOT_ASKED])


def test_long_list_of_options_is_packed_in_two_bytes():
    options = [Option(name=f"o{place}", label="x") for place in range(300)]
    item = Item(name="town", type="select_one", options="towns")
    instrument = Instrument(code="t", title="t", option_lists={"towns": options}, items=[item])
    given = [check_answers(instrument, {"town": f"o{place}"}, [], final=True) for place in (252, 253, 299)]
    closed = AnswerSet.from_packed(instrument, [pack_codes(instrument, one) for one in given]).closed
    assert closed[:, 0].tolist() == [252, 256, 302]


def test_snapshot_is_read_back_whole():
    instrument = form()
    rows = [({"own": "1", "hours": "7", "some": ["a"], "free": "слово"}, [], ["more"], {"school": "Ц"})]
    first = AnswerSet.from_submissions(instrument, rows, [3.5])
    second = AnswerSet.from_bytes(first.to_bytes())
    assert (second.closed == first.closed).all()
    assert second.numbers[0, 0] == 7
    assert second.texts == first.texts
    assert second.groups["school"].tolist() == ["Ц"]
    assert second.seconds.tolist() == [3.5]
    assert (second.several["some"] == [[1, 0, 0]]).all()


def test_bytes_of_something_else_are_no_snapshot():
    with pytest.raises(ValueError, match="no packed tables"):
        AnswerSet.from_bytes(b"PK\x03\x04")


def test_stored_codes_and_stored_values_give_the_same_columns():
    instrument = questionnaire({"SUB": 3})
    values = {"SUB01": "4", "SUB02": "0", "SUB03": "1", "SUB03_need": "3", "C04": "high", "C14": ["SUB"]}
    given = check_answers(instrument, values, [], final=False)
    row = (given.values, given.not_applicable, given.not_asked, {"school": "a"})
    slow = AnswerSet.from_submissions(instrument, [row, row])
    fast = AnswerSet.from_submissions(instrument, [row, row], packed=[pack_codes(instrument, given)] * 2)
    assert (slow.closed == fast.closed).all()
    # Codes of another length are not trusted: the values decide.
    odd = AnswerSet.from_submissions(instrument, [row, row], packed=[b"", b""])
    assert (slow.closed == odd.closed).all()


def test_profile_names_the_strongest_and_the_weakest_statements_in_the_words_of_the_answers():
    instrument = questionnaire({"SUB": 4})
    values = {"SUB01": "4", "SUB02": "4", "SUB02_need": "3", "SUB03": "3", "SUB03_need": "0", "SUB04": "1"}
    profile = build_profile(instrument, check_answers(instrument, values, [], final=False))
    # By hand: 100, reversed 4 -> 0, 75, 25: mean 50; needs 0 (not shown), 100, 0, blank.
    assert profile.blocks[0].score == 50
    assert profile.blocks[0].need == pytest.approx(100 / 3)
    assert profile.blocks[0].level == "medium"
    assert profile.blocks[0].quadrant == "hidden_deficit"
    assert [one.item for one in profile.strongest] == ["SUB01", "SUB03", "SUB04"]
    assert [(one.item, one.answer) for one in profile.weakest] == [("SUB02", "ответ 4")]
    assert [one.item for one in profile.help_wanted] == ["SUB02"]
