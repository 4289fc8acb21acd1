"""The diagnostic card: indicators of the synthetic school, every rule across fields, states of filling."""

import pytest

from surveys.card.checks import check_fields, evaluate_indicators
from surveys.card.filling import Field, Note, home_of, review_card, sums_of, values_of
from surveys.card.reading import (
    FIGURE_WITHHELD,
    bands_words,
    formula_words,
    print_field,
    read_card,
    readings,
    rule_values,
)
from tests.surveys.card_example import EXAMPLE, card, example_fields

CARD = card()


def values(**changes):
    return values_of(CARD, example_fields(CARD, **changes))


def line(name, others=(), before=None, masked=False, **changes):
    lines = read_card(CARD, values(**changes), others=others, before=before, masked=masked)
    return next(one for one in lines if one.indicator.name == name)


def test_card_has_the_sections_fields_checks_and_indicators_of_the_study():
    assert (len(CARD.groups), len(CARD.items), len(CARD.checks), len(CARD.indicators)) == (8, 112, 25, 33)
    assert sum(item.folded for item in CARD.items) == 22
    assert all(item.why for item in CARD.items)


@pytest.mark.parametrize("name", list(EXAMPLE["indicators"]))
def test_indicator_of_the_synthetic_school_is_that_of_the_study(name):
    value, level = evaluate_indicators(CARD, values())[name]
    assert value == pytest.approx(EXAMPLE["indicators"][name], abs=0.005)  # the study rounds to two decimals
    assert level == EXAMPLE["levels"][name]


def test_synthetic_school_breaks_no_rule():
    assert check_fields(CARD, values()) == []


# One change of the synthetic school that breaks exactly this rule, and one on the border that does not (by hand).
RULES = [
    ("V01", {"st_1_4": 141}, {"st_1_4": 139, "st_10_11": 25}),
    ("V02", {"st_bus": 313}, {"st_bus": 312}),
    ("V03", {"st_lang": 313}, {"st_lang": 312}),
    ("V04", {"st_debt": 67}, {"st_debt": 66}),
    ("V05", {"cls_multi": 19}, {"cls_multi": 18}),
    ("V06", {"st_shift2": 5}, {"st_shift2": 5, "shifts": 2}),
    ("V07", {"cat_high": 5}, {"cat_high": 5, "cat_none": 4}),
    ("V08", {"exp_3": 4}, {"exp_3": 4, "exp_21": 14}),
    ("V09", {"age_35": 17}, {"age_35": 16}),
    ("V10", {"m_rmo": 28}, {"m_rmo": 27}),
    ("V11", {"h_out": 635}, {"h_out": 634}),
    ("V12", {"h_uncov": 0, "h_out": 0}, {"h_uncov": 0, "h_out": 0, "vac_rates": 0}),
    ("V13", {"rooms_inet": 23}, {"rooms_inet": 22}),
    ("V14", {"pc_new": 39}, {"pc_new": 38}),
    ("V15", {"st_many": 313}, {"st_many": 312}),
    ("V16", {"ege_m_f": 12}, {"ege_m_f": 11}),
    ("V17", {"att_no": 42}, {"att_no": 41}),
    ("V18", {"vpr_up": 591}, {"vpr_up": 590}),
    ("V19", {"m_riskplan": 67}, {"m_riskplan": 66}),
    ("V20", {"levels": ["НОО", "ООО"]}, {"levels": ["НОО", "ООО"], "st_10_11": 0, "st_5_9": 172}),
    ("V21", {"d_program": None}, {"d_program": None, "m_program": "проект"}),
    ("V22", {"m_growth": "утверждена"}, {"m_growth": "утверждена", "d_growth": "рост.pdf"}),
    (
        "V23",
        {"st_total": 100, "st_1_4": 76, "st_5_9": 0, "st_bus": 0, "st_low": 0, "st_parhigh": 0, "st_extra": 0},
        {"t_total": 78, "cat_none": 56, "exp_3": 54},
    ),
    ("V24", {"cls_total": 7}, {"cls_total": 8}),
    ("V25", {"capacity": 239}, {"capacity": 240}),
]


@pytest.mark.parametrize(("code", "breaks", "holds"), RULES, ids=[rule[0] for rule in RULES])
def test_rule_across_fields_fails_where_it_should_and_only_there(code, breaks, holds):
    assert code in {check.code for check in check_fields(CARD, values(**breaks))}
    assert code not in {check.code for check in check_fields(CARD, values(**holds))}


def test_every_rule_of_the_card_is_in_the_table():
    assert [check.code for check in CARD.checks] == [rule[0] for rule in RULES]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"st_bus": None}, []),  # its part is passed over, the other part holds
        ({"st_bus": None, "st_shift2": 400}, ["V02", "V06"]),  # the other part is still checked
        ({"st_1_4": None}, []),  # nothing to check
        ({"st_ovz": ..., "st_lang": 313}, ["V03"]),  # a blank inside max() is skipped
        ({"st_total": ...}, []),
    ],
)
def test_blank_field_passes_over_its_own_part_of_a_rule_only(changes, broken):
    assert [check.code for check in check_fields(CARD, values(**changes))] == broken


@pytest.mark.parametrize("gap", [None, ...], ids=["blank", "no data"])
def test_missing_field_gives_neither_a_figure_nor_a_low_risk(gap):
    one = line("k_turn", t_left=gap)
    assert (one.value, one.level, one.printed, one.risk) == (None, None, "н/д", "н/д")


def test_zero_is_not_missing():
    one = line("k_turn", t_left=0)
    assert (one.value, one.risk, one.printed) == (0, "низкий", "0,0\u00a0%")


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("k_psy", {"spec_psy": 0}, "ставки педагога-психолога нет"),
        ("k_stpc", {"pc_total": 0, "pc_new": 0}, "компьютеров нет"),
        ("k_stpcnew", {"pc_new": 0}, "компьютеров не старше 7 лет нет"),
    ],
)
def test_missing_resource_is_high_risk_in_words_and_stays_out_of_the_median(name, changes, words):
    one = line(name, others=[values(**changes), values(), values()], **changes)
    assert (one.printed, one.risk, one.value, one.median) == (words, "высокий", None, "")


def test_share_of_few_participants_is_printed_as_k_of_n():
    few = {"ege_r_n": 4, "ege_m_n": 5, "ege_m_f": 2}
    assert line("k_fail11", **few).printed == "2 из\u00a09"
    assert line("k_fail11", **few).reading.cell == "2 из\u00a09"  # nor does a workbook get the percent
    assert line("k_fail11", **{**few, "ege_m_n": 6}).reading.words == "20,0\u00a0% (2 из\u00a010)"


def test_share_says_what_it_is_of_unless_that_gives_a_small_group_away():
    assert line("k_cover").reading.of == "563 из\u00a0640"  # by hand: 640 - 6 - 71 hours
    assert line("k_psy").reading.of == ""
    one = line("k_kdn", masked=True)  # 3 children on the records
    assert (one.reading.of, one.reading.few, one.value) == ("", False, None)


def test_median_is_of_the_district_and_needs_three_schools():
    cards = [values(t_left=2), values(t_left=4), values(t_left=9)]  # 7.4, 14.8, 33.3 % of 27
    assert line("k_turn", others=cards).median == "14,8\u00a0%"
    assert line("k_turn", others=cards[:2]).median == ""


def test_median_that_is_a_schools_small_group_is_not_shown():
    small, large = values(st_ovz=3), values(st_ovz=40)
    assert line("k_ovz", others=[small, small, large]).median == ""
    assert line("k_ovz", others=[small, values(), large]).median == "6,7\u00a0%"  # 21 of 312


def test_change_says_whether_it_is_for_the_better():
    worse = line("k_turn", before=values(t_left=1))  # 7.407 - 3.704
    assert (worse.change, worse.better) == ("+3,7", False)
    better = line("k_pk", before=values(pk_3y=20))  # 81.481 - 74.074
    assert (better.change, better.better) == ("+7,4", True)
    assert line("k_turn", before=values()).better is None


def test_indicator_reckoned_otherwise_is_not_compared_with_the_last_card():
    lines = {
        one.indicator.code: one for one in read_card(CARD, values(), before=values(t_left=1), incomparable={"I08"})
    }
    assert (lines["I08"].change, lines["I08"].better) == ("несопоставимо", None)
    assert lines["I03"].change == "0,0"


@pytest.mark.parametrize(
    ("name", "changes", "hidden"),
    [
        ("k_kdn", {"st_kdn": 3}, True),  # with st_vshu printed, 3.5 % of 312 would give it away
        ("k_kdn", {"st_kdn": 5}, False),
        ("k_kdn", {"st_kdn": 0, "st_vshu": 0}, False),
        ("k_ovz", {"st_ovz": 4}, True),
        ("k_ovz", {"st_ovz": 21}, False),
        ("k_soc", {"st_guard": 2}, True),
        ("k_pkovz", {"st_ovz": 2}, False),  # only asks whether there are such children
    ],
)
def test_figure_that_gives_away_a_small_group_of_children_does_not_leave_the_department(name, changes, hidden):
    outside = line(name, masked=True, **changes)
    assert (outside.printed == FIGURE_WITHHELD) is hidden
    assert line(name, **changes).printed != FIGURE_WITHHELD
    assert readings(CARD, values(**changes), masked=True)[outside.indicator.code].level == outside.risk


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("st_kdn", "3", "менее 5"),
        ("st_kdn", "0", "0"),
        ("st_kdn", "5", "5"),
        ("st_guard", "1", "менее 5"),
        ("st_debt", "3", "3"),
        ("vac_rates", "1.5", "1,5"),
        ("levels", ["НОО", "ООО"], "начальное общее (НОО), основное общее (ООО)"),
        ("coord_order", "нет", "приказ не издан"),
    ],
)
def test_field_is_printed_for_a_reader_outside(name, value, words):
    assert print_field(CARD, CARD.item(name), Field(value), masked=True) == words


def test_inside_the_department_small_groups_are_printed():
    assert print_field(CARD, CARD.item("st_kdn"), Field("3")) == "3"


def test_full_card_may_be_signed():
    state = review_card(CARD, example_fields(CARD))
    assert state.signable
    assert all(section.ready for section in state.sections.values())


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"st_total": None}, "missing"),
        ({"st_1_4": 141}, "errors"),
        ({"st_total": "много"}, "errors"),
        ({"st_ovz": 4000}, "errors"),
    ],
)
def test_what_stops_signing_is_counted_in_its_section(changes, count):
    state = review_card(CARD, example_fields(CARD, **changes))
    assert not state.signable
    assert getattr(state.sections["students"], count) >= 1


def test_value_put_in_by_the_program_waits_to_be_confirmed():
    fields = example_fields(CARD) | {"t_total": Field("27", "prefilled", source="staff")}
    state = review_card(CARD, fields)
    assert (state.signable, state.sections["staff"].unconfirmed) == (False, 1)
    assert review_card(CARD, fields | {"t_total": Field("27", "confirmed", source="staff")}).signable


def test_no_data_counts_as_filled_once_it_is_explained():
    fields = example_fields(CARD) | {"st_absent": Field(state="no_data")}
    assert review_card(CARD, fields).no_reason == {"st_absent"}
    fields["st_absent"] = Field(state="no_data", explanation="учёт не вёлся")
    assert review_card(CARD, fields).signable


def test_no_data_is_refused_where_the_card_forbids_it():
    fields = example_fields(CARD) | {"st_total": Field(state="no_data", explanation="не знаем")}
    assert "st_total" in review_card(CARD, fields).problems


def test_warning_does_not_stop_signing_and_is_counted_until_explained():
    fields = example_fields(CARD, st_debt=67)
    state = review_card(CARD, fields)
    assert (state.signable, [check.code for check in state.unexplained]) == (True, ["V04"])
    assert rule_values(CARD, state.values, len(state.unexplained))["warnings"] == 1
    assert review_card(CARD, fields, {"V04": Note("Летняя аттестация")}).unexplained == []


@pytest.mark.parametrize(
    ("before", "now", "asks"),
    [
        ("100", "125", False),
        ("100", "126", True),
        ("100", "74", True),
        ("100", "75", False),
        ("0", "1", True),
        ("0", "0", False),
    ],
)
def test_change_of_more_than_a_quarter_asks_to_be_confirmed(before, now, asks):
    state = review_card(CARD, {"st_low": Field(now)}, previous={"st_low": Field(before)})
    assert ("st_low" in state.jumps) is asks


def test_confirmed_change_asks_again_when_the_number_is_changed_again():
    previous, notes = {"st_low": Field("100")}, {"change:st_low": Note("подтверждено", {"st_low": "200"})}
    assert review_card(CARD, {"st_low": Field("200")}, notes, previous).open_jumps == []
    assert len(review_card(CARD, {"st_low": Field("300")}, notes, previous).open_jumps) == 1


def test_years_are_not_compared():
    assert review_card(CARD, {"m_headpk": Field("2019")}, previous={"m_headpk": Field("0")}).jumps == {}


def test_exams_are_not_asked_of_a_school_without_these_classes():
    fields = example_fields(CARD, levels=["НОО"], st_5_9=0, st_10_11=0, st_1_4=312)
    state = review_card(CARD, fields)
    assert {"oge_m_n", "ege_m_n"} <= state.not_asked
    assert state.signable
    assert line("k_fail9", levels=["НОО"]).printed != "н/д"  # values given alone are computed as given
    assert read_card(CARD, state.values)[22].printed == "н/д"


def test_sums_for_lines_of_arithmetic_are_found_in_the_rules():
    assert [(one.check.code, one.total) for one in sums_of(CARD)] == [
        ("V01", "st_total"),
        ("V07", "t_total"),
        ("V08", "t_total"),
    ]


def test_broken_rule_is_mended_in_the_section_of_most_of_its_fields():
    homes = {check.code: home_of(CARD, check) for check in CARD.checks}
    assert (homes["V01"], homes["V10"], homes["V21"], homes["V25"]) == ("students", "staff", "documents", "school")


def test_rules_get_numbers_and_words_of_the_card_but_no_gaps():
    found = rule_values(CARD, values(st_absent=..., m_growth="нет"), 0)
    assert (found["st_total"], found["m_growth"], found["m_headpk"], found["obj_flag"]) == (312, "нет", 2016, "нет")
    assert "st_absent" not in found


@pytest.mark.parametrize(
    ("name", "formula", "bands"),
    [
        ("k_nocat", "100 × (3.10 + 3.11) / 3.01", "низкий до 40, средний до 65"),
        ("k_cover", "100 × (3.05 - 3.06 - 3.07) / 3.05", "низкий от 95, средний от 85"),
        ("k_visit", "7.04 / 3.01", "низкий от 2, средний от 1"),
    ],
)
def test_figure_can_be_walked_back_to_the_fields_it_comes_from(name, formula, bands):
    indicator = next(one for one in CARD.indicators if one.name == name)
    assert formula_words(CARD, indicator).replace("\u00a0", " ") == formula
    assert bands_words(indicator).replace("\u00a0", " ") == bands


def test_unit_that_the_words_name_already_is_not_repeated():
    from surveys.card.printing import _row
    from surveys.definition.instrument import load_instrument

    instrument = load_instrument("school_card")
    words = {item.name: _row(item, "").cells[1].printed for item in instrument.items}
    assert "Год постройки основного здания" in words.values()
    assert "Всего обучающихся, чел." in words.values()
