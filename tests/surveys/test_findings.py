"""Findings: thresholds, proof by bounds, hidden figures, priorities by hand, the way back to the figures."""

import pytest

from surveys.disclosure.released import Change, ItemFigures, Share
from surveys.findings.facts import Reading
from surveys.findings.finding import find, individual_findings, merge_findings
from surveys.findings.rules import load_rules
from tests.surveys.sample_released import SECRET, block, exact, questionnaire, released

RULES = load_rules()
NBSP = "\u00a0"


def with_block(share: Share, code: str = "demo2", scale: str = "SUB"):
    """The sample release where one block of one school has another share."""
    whole = released()
    schools = []
    for school in whole.schools:
        if school.code == code:
            scales = [
                block(one.scale, share.n or one.n, 70.0, 10.0, share) if one.scale == scale else one
                for one in school.scales
            ]
            school = school.model_copy(update={"scales": scales})
        schools.append(school)
    return whole.model_copy(update={"schools": schools})


def fired(release, code="demo2", **known) -> list[str]:
    return [finding.rule for finding in find(release, code, RULES, questionnaire(), **known)]


def reading(code: str, level: str | None, printed: str, value: float | None = None) -> Reading:
    return Reading(code=code, level=level, printed=printed, value=value)


@pytest.mark.parametrize(
    ("share", "stands"),
    [
        (exact(9, 30), True),  # 30 %
        (exact(8, 30), False),  # 26.7 %
        (Share(kind="at_least", n=30, bound=26), True),  # at least 86.7 %
        (Share(kind="at_least", n=100, bound=29), False),  # 29 % proves nothing
        (Share(kind="below", n=12, bound=5), False),  # could be 33 %, could be 0
        (Share(kind="band_high", n=12), True),
        (Share(kind="band_low", n=12), False),
        (Share(kind="hidden", n=None, percent=99.0, hidden="primary"), False),
    ],
    ids=["30 exactly", "under 30", "bound proves", "bound too low", "below", "80 and more", "20 and less", "hidden"],
)
def test_finding_stands_only_where_the_shown_figure_proves_it(share, stands):
    assert ("Q-SUB-S" in fired(with_block(share))) is stands


def test_text_prints_the_bound_and_not_a_number_behind_it():
    share = Share(kind="at_least", n=25, bound=21)
    found = find(with_block(share), "demo2", RULES, questionnaire())[0]
    assert f"сообщили не менее 21 из{NBSP}25{NBSP}учителей" in found.finding
    assert found.numbers[0].value is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("Q-HIDDEN", f"— 22{NBSP}% (170 из{NBSP}780)"),  # 170 / 780 = 21.8 %
        ("Q-MENTORS", f": 21 из{NBSP}87"),
        ("Q-NEEDFORM", f"— 34{NBSP}% (30 из{NBSP}87)"),  # 30 / 87 = 34.5 %
        ("Q-COVER", f"— 78{NBSP}% (87 из{NBSP}111)"),  # 87 / 111 = 78.4 %
    ],
)
def test_every_figure_of_a_whole_stands_with_its_n(rule, words):
    """Counts are those of the sample release; percents were reckoned by hand."""
    found = {finding.rule: finding.finding for finding in find(released(), "municipality", RULES, questionnaire())}
    assert words in found[rule]


def test_hidden_group_yields_only_its_coverage():
    assert fired(released(), "demo4") == ["Q-COVER"]  # 4 of 12 answered
    assert fired(released(), "demo5") == []  # 16 of 18
    texts = str([finding.model_dump() for finding in find(released(), "demo4", RULES, questionnaire())])
    assert str(SECRET) not in texts


def test_rules_about_single_persons_never_act_in_a_group():
    everywhere = {rule for code in ("municipality", "demo1", "demo2", "demo3") for rule in fired(released(), code)}
    assert not any(rule.endswith("-I") for rule in everywhere)


def test_priority_is_level_by_coverage_by_control_plus_two_for_two_sources():
    # LOW in School 1: 14 of 25 = 56 %, high (3); coverage 0.5 + 0.56; the school governs it (3): 3 * 1.06 * 3 = 9.54
    alone = {one.rule: one for one in find(released(), "demo1", RULES, questionnaire())}["Q-LOW-S"]
    assert (alone.level, alone.single_source) == ("high", True)
    assert alone.priority == pytest.approx(9.54)
    card = {"I18": reading("I18", "средний", "21,2 %", 21.2), "I31": reading("I31", "высокий", "42,4 %", 42.4)}
    both = {one.rule: one for one in find(released(), "demo1", RULES, questionnaire(), indicator_levels=card)}
    assert both["Q-LOW-S"].priority == pytest.approx(11.54)
    assert not both["Q-LOW-S"].single_source
    # C-RISK: an indicator is high (3), coverage 0.5 + 0.212, school (3), two sources: 3 * 0.712 * 3 + 2 = 8.408
    assert both["C-RISK"].priority == pytest.approx(8.408)


def test_findings_are_ranked():
    priorities = [one.priority for one in find(released(), "municipality", RULES, questionnaire())]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) > 3


def test_every_figure_leads_to_its_table_row_and_condition():
    found = {one.rule: one for one in find(released(), "municipality", RULES, questionnaire())}["Q-LOW-S"]
    assert found.condition == "${blk.LOW.share} >= 30"
    share = next(number for number in found.numbers if number.name == "blk.LOW.share")
    assert (share.table, share.row, share.n) == ("blocks", "LOW", 87)
    assert share.value == pytest.approx(100 * 44 / 87)


def test_weak_items_are_named_where_released_and_left_out_where_not():
    whole = {one.rule: one for one in find(released(), "municipality", RULES, questionnaire())}
    school = {one.rule: one for one in find(released(), "demo1", RULES, questionnaire())}
    assert "ниже других оценены утверждения: «" in whole["Q-ASM-S"].finding
    assert school["Q-ASM-S"].finding.endswith("(52\u00a0%)")


def test_unknown_indicator_satisfies_nothing_and_its_part_is_left_out():
    card = {"I23": reading("I23", "средний", "13,3 %", 13.3), "I24": reading("I24", None, "н/д")}
    found = {one.rule: one for one in find(released(), "demo2", RULES, questionnaire(), indicator_levels=card)}
    assert found["C-GIA"].finding == f"Доля «2» на ОГЭ{NBSP}— 13,3{NBSP}%"
    none = {"I23": reading("I23", None, "н/д"), "I33": reading("I33", "низкий", "0 %", 0.0)}
    assert "C-GIA" not in fired(released(), indicator_levels=none)


@pytest.mark.parametrize(
    ("card", "rule", "stands"),
    [
        ({"m_program": "проект", "m_growth": "утверждена"}, "C-MGMT", True),
        ({"m_program": "утверждена", "m_growth": "утверждена"}, "C-MGMT", False),
        ({"m_program": ""}, "C-MGMT", False),
        ({}, "C-MGMT", False),
        ({"m_headpk": 2016}, "C-HEADPK", True),
        ({"m_headpk": 2017}, "C-HEADPK", False),
        ({"coord_order": "нет"}, "C-COORD", True),
        ({"warnings": 3}, "C-QUAL", True),
        ({"obj_flag": "да"}, "C-OBJ", True),
        ({"obj_flag": "нет"}, "C-OBJ", False),
    ],
)
def test_card_fields(card, rule, stands):
    assert (rule in fired(released(), card_values=card, year=2020)) is stands


def test_year_is_printed_whole():
    found = {one.rule: one for one in find(released(), "demo2", RULES, questionnaire(), card_values={"m_headpk": 2016})}
    assert found["C-HEADPK"].finding.endswith(": 2016")


def test_change_rules_need_a_later_stage_and_speak_of_every_block():
    changes = [
        ("demo1", Change(scale="SUB", matched=20, before=50.0, after=62.5, change=12.5)),
        ("demo1", Change(scale="MET", matched=20, before=60.0, after=70.0, change=10.0)),
        ("demo1", Change(scale="LOW", matched=None, change=40.0, hidden="primary")),
        ("demo2", Change(scale="ASM", matched=20, before=60.0, after=49.0, change=-11.0)),
    ]
    later = released().model_copy(update={"changes": changes})
    found = find(later, "demo1", RULES, questionnaire(), stage="выходная")
    done = [one for one in found if one.rule == "M-DONE"]
    assert [one.id for one in done] == ["demo1:M-DONE:SUB", "demo1:M-DONE:MET"]
    assert f"выше на 12,5 п.{NBSP}п." in done[0].finding
    assert "M-DONE" not in fired(later, "demo1", stage="промежуточная")
    worse = next(
        one for one in find(later, "demo2", RULES, questionnaire(), stage="промежуточная") if one.rule == "M-NODYN"
    )
    assert "«Оценивание и анализ результатов»" in worse.finding
    assert "M-NODYN" not in fired(later, "demo2", stage="входная")


def test_municipality_names_those_responsible_in_the_plural():
    whole = {one.rule: one.responsible for one in find(released(), "municipality", RULES, questionnaire())}
    school = {one.rule: one.responsible for one in find(released(), "demo1", RULES, questionnaire())}
    assert (whole["Q-LOW-S"], school["Q-LOW-S"]) == ("Руководители ОУ", "Руководитель ОУ")


def test_item_rule_reads_the_adjusted_mean():
    def rules_at(mean: float) -> list[str]:
        whole = released()
        item = ItemFigures(item="LOW03", n=87, seen=87, total=87, mean_adjusted=mean)
        group = whole.municipality.model_copy(update={"items": [item]})
        return fired(whole.model_copy(update={"municipality": group}), "municipality")

    assert "Q-LOW-BELIEF" in rules_at(1.99)
    assert "Q-LOW-BELIEF" not in rules_at(2.0)


def test_measures_are_joined_by_responsible_and_first_item():
    found = find(released(), "municipality", RULES, questionnaire())
    measures = merge_findings(found)
    joined = next(measure for measure in measures if len(measure.findings) > 1 and "3.6" in measure.roadmap_items)
    assert {one.rule for one in joined.findings} == {"Q-PSY-S", "Q-SUB-S"}
    assert joined.priority == max(one.priority for one in joined.findings)
    assert sum(len(measure.findings) for measure in measures) == len(found)


def test_teacher_is_offered_help_for_own_blocks_only():
    levels = {"SUB": "medium", "ICT": "high", "LAW": "low", "PRO": None}
    offered = individual_findings(levels, RULES, questionnaire())
    assert [(one.rule, one.scale, one.level) for one in offered] == [
        ("Q-ANY-I", "ICT", "high"),
        ("Q-SUB-I", "SUB", "medium"),
    ]
    assert (
        offered[1].finding
        == "По вашим ответам, средний уровень дефицита в области содержания предмета и его преподавания"
    )
    assert individual_findings({"SUB": "low"}, RULES, questionnaire()) == []
