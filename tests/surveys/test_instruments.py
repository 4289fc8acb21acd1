"""The packaged questionnaire and card: what they hold, and the figures of a school worked out by hand."""

import json
from collections import Counter
from pathlib import Path

import pytest

from surveys.card.checks import check_fields, evaluate_indicators
from surveys.definition.instrument import load_instrument
from surveys.expressions.syntax import parse, truth

DATA = Path(__file__).parents[1] / "data"
EXAMPLE = json.loads((DATA / "school_card_example.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def questionnaire():
    return load_instrument("teacher_deficits")


@pytest.fixture(scope="module")
def card():
    return load_instrument("school_card")


def test_questionnaire_has_54_items_in_9_blocks_and_9_reversed(questionnaire):
    # block sizes as printed in the study: 6 7 6 6 7 6 6 5 5
    assert [len(questionnaire.scale_items(scale.name)) for scale in questionnaire.scales] == [6, 7, 6, 6, 7, 6, 6, 5, 5]
    reversed_items = [item.name for item in questionnaire.items if item.reverse]
    assert reversed_items == "SUB03 MET03 ASM02 LOW03 PSY05 COM03 ICT05 LAW04 PRO04".split()


def test_every_practice_item_is_followed_by_its_need(questionnaire):
    items = questionnaire.items
    for place, item in enumerate(items):
        if item.scale:
            need = items[place + 1]
            assert (need.name, need.need_of, need.group) == (f"{item.name}_need", item.name, item.group)


@pytest.mark.parametrize(
    ("name", "answer", "asked"),
    [
        ("MET01", "3", True),
        ("MET01", "4", False),
        ("MET01", "0", True),
        ("MET03", "0", False),  # reversed: 0 is full mastery
        ("MET03", "1", True),
        ("MET01", None, False),  # not applicable
        ("MET01", "", False),
    ],
)
def test_need_is_asked_where_turned_practice_is_3_or_lower(questionnaire, name, answer, asked):
    need = questionnaire.need_item(name)
    assert truth(parse(need.relevant), {name: answer}.get) is asked


@pytest.mark.parametrize(
    ("name", "answer", "allowed"),
    [
        ("C05", "45", True),
        ("C05", "46", False),
        ("C13", ["1", "2", "3"], True),
        ("C13", ["1", "2", "3", "4"], False),
        ("C15", ["8"], True),
        ("C15", ["1", "8"], False),
        ("C15", ["1", "2", "3"], True),
        ("C10", "1979", False),
        ("C10", "2020", True),
        ("C10", "2021", False),
        ("C11", "я" * 201, False),
    ],
)
def test_context_answer_is_held_to_its_limits(questionnaire, name, answer, allowed):
    constraint = parse(questionnaire.item(name).constraint)
    assert truth(constraint, {}.get, answer, today="2020-06-01") is allowed


def test_subjects_off_speciality_are_chosen_from_those_taught(questionnaire):
    item = questionnaire.item("C08")
    shown = parse(item.choice_filter, columns=True)
    offered = [
        o.name for o in questionnaire.options_of(item) if truth(shown, {"C01": ["2", "11"], "@name": o.name}.get)
    ]
    assert offered == ["2", "11"]


@pytest.mark.parametrize(
    ("score", "level"), [(80, "none"), (79.999, "low"), (60, "low"), (40, "medium"), (39.99, "high"), (0, "high")]
)
def test_level_is_read_from_the_unrounded_score(questionnaire, score, level):
    assert questionnaire.level_of(score).code == level


def test_card_has_112_fields_in_8_sections_25_checks_33_indicators(card):
    sizes = Counter(item.group for item in card.items)
    assert [sizes[group.name] for group in card.groups] == [12, 17, 26, 14, 10, 18, 9, 6]
    assert (len(card.items), len(card.checks), len(card.indicators)) == (112, 25, 33)
    assert [i.code for i in card.indicators if i.context] == [f"I{number}" for number in range(15, 23)]


def test_indicators_of_the_example_school_are_those_worked_out_by_hand(card):
    found = evaluate_indicators(card, EXAMPLE["values"])
    assert {name: level for name, (_, level) in found.items()} == EXAMPLE["levels"]
    for name, value in EXAMPLE["indicators"].items():
        assert found[name][0] == pytest.approx(value, abs=0.0051), name


def test_example_school_breaks_no_rule_and_keeps_every_limit(card):
    assert check_fields(card, EXAMPLE["values"]) == []
    for item in card.items:
        value = EXAMPLE["values"].get(item.name)
        if item.constraint and value is not None:
            assert truth(parse(item.constraint), {}.get, value), item.name


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"st_1_4": 141}, ["V01"]),
        ({"st_shift2": 400}, ["V02", "V06"]),
        ({"shifts": 1, "st_shift2": 10}, ["V06"]),
        ({"h_uncov": 0, "h_out": 0}, ["V12"]),
        ({"st_debt": 70}, ["V04"]),
        ({"levels": ["НОО", "ООО"]}, ["V20"]),
        ({"d_program": ""}, ["V21"]),
        ({"d_program": "", "m_program": "проект"}, []),
        ({"d_program": "", "m_program": ""}, []),
        ({"st_ovz": ""}, []),  # a blank inside max is passed over
        ({"st_ovz": None, "st_inv": 313}, ["V03"]),  # and the others are still checked
        ({"st_bus": None, "st_shift2": 400}, ["V02", "V06"]),  # one part blank, the other broken
        ({"st_total": None}, []),
        ({"cat_none": ""}, []),
        ({"pc_new": 39}, ["V14"]),
    ],
)
def test_rules_across_fields(card, changed, broken):
    assert [check.code for check in check_fields(card, {**EXAMPLE["values"], **changed})] == broken


def test_empty_card_breaks_no_rule_and_has_no_level(card):
    assert check_fields(card, {}) == []
    assert set(evaluate_indicators(card, {}).values()) == {(None, None)}


@pytest.mark.parametrize(
    ("changed", "name", "expected"),
    [
        ({"spec_psy": 0}, "k_psy", (None, "high")),  # no post at all: high risk, not a number
        ({"spec_psy": ""}, "k_psy", (None, None)),
        ({"spec_psy": None}, "k_psy", (None, None)),
        ({"st_ovz": 0}, "k_pkovz", (None, None)),
        ({"vpr_n": 0}, "k_vpr2", (None, None)),
        ({"st_risk": 0, "m_riskplan": 0}, "k_plan", (None, None)),
        ({"att_no": 0}, "k_att", (0, "low")),
        ({"t_total": 20, "pk_3y": 19}, "k_pk", (95, "low")),  # a border belongs to the lower risk
        ({"t_total": 20, "pk_3y": 16}, "k_pk", (80, "medium")),
        ({"t_total": 20, "pk_3y": 15}, "k_pk", (75, "high")),
        ({"t_total": 27, "t_over": None}, "k_over", (None, None)),
    ],
)
def test_missing_field_is_never_low_risk(card, changed, name, expected):
    assert evaluate_indicators(card, {**EXAMPLE["values"], **changed})[name] == expected


@pytest.mark.parametrize(("inn", "right"), [("7707083893", True), ("7707083894", False), ("770708389", False)])
def test_inn_is_held_to_its_check_digit(card, inn, right):
    # 7707083893 is a published number whose last digit is 3 by the rule of weights 2 4 10 3 5 9 4 6 8
    assert truth(parse(card.item("inn").constraint), {}.get, inn) is right
