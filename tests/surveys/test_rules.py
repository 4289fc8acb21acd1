"""The catalogue of rules: the packaged one is sound; a damaged one is refused with every error at once."""

import tomllib

import pytest

from surveys.definition.instrument import PACKAGED, load_instrument
from surveys.errors import DefinitionError
from surveys.findings.rules import load_rules, rules_from_dict

ROADMAP = tomllib.loads((PACKAGED / "roadmap_2020.toml").read_text(encoding="utf-8"))


def numbers(part: object) -> set[str]:
    """Every «number» like 3.9 found anywhere in the packaged roadmap."""
    if isinstance(part, dict):
        own = {str(part["number"])} if "." in str(part.get("number", "")) else set()
        return own.union(*(numbers(value) for value in part.values()))
    return set().union(*(numbers(value) for value in part)) if isinstance(part, list) else set()


def rule(**changes: object) -> dict[str, object]:
    body = {
        "id": "T-1",
        "source": "questionnaire",
        "when": "${blk.SUB.share} >= 30",
        "finding": "О затруднениях {blk.SUB.reported}",
        "recommendation": "Провести занятия",
        "roadmap_items": ["3.6"],
        "responsible": "Руководитель ОУ",
        "deadline": "30 дней",
        "planned_result": "Проведены",
        "measure_of_success": "Доля ниже",
    }
    return {**body, **changes}


def catalogue(*rules: dict[str, object]) -> dict[str, object]:
    return {"code": "test", "title": "Проба", "rules": list(rules)}


def problems(*rules: dict[str, object], **known: object) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        rules_from_dict(catalogue(*rules), "rules.toml", **known)
    return caught.value.lines()


def test_packaged_rules_fit_questionnaire_card_and_roadmap():
    rules = load_rules(
        instrument=load_instrument("teacher_deficits"),
        card=load_instrument("school_card"),
        roadmap_numbers=numbers(ROADMAP),
    )
    assert len(rules.rules) == 48  # 19 questionnaire, 27 card, 2 dynamics: counted in the draft of the methodologist
    sources = [one.source for one in rules.rules]
    assert [sources.count(kind) for kind in ("questionnaire", "card", "dynamics")] == [19, 27, 2]
    assert {one.id for one in rules.rules if one.individual} == {"Q-SUB-I", "Q-MET-I", "Q-ANY-I"}


def test_all_errors_of_a_catalogue_come_at_once_with_their_place():
    lines = problems(
        rule(when="${blk.SUB.share} >="),
        rule(id="T-2", when="${blk.QQQ.share} >= 30", roadmap_items=["9.9"]),
        rule(id="T-3", finding="Доля {blk.SUB.total}", when="${ind.I99} = 'высокий'"),
        rule(id="T-3"),
        instrument=load_instrument("teacher_deficits"),
        card=load_instrument("school_card"),
        roadmap_numbers={"3.6"},
    )
    text = "\n".join(lines)
    assert "правило T-1, when: условие не разбирается" in text
    assert "правило T-2, when: blk.QQQ.share: в анкете нет блока QQQ" in text
    assert "правило T-2, roadmap_items: в дорожной карте нет пункта 9.9" in text
    assert "правило T-3, finding: неизвестное имя «blk.SUB.total»" in text
    assert "правило T-3, when: ind.I99: в карте нет показателя I99" in text
    assert "правило T-3: код правила повторяется" in text
    assert all(line.startswith("rules.toml: ") for line in lines)


def test_faults_of_shape_and_of_sense_are_told_together_and_nothing_that_only_follows():
    nameless = {key: value for key, value in rule(when="${blk.SUB.share} >=").items() if key != "id"}
    lines = problems(
        rule(control="министр", roadmap_items=["9.9"]),
        rule(id="T-2", individual="да", when="${own.SUB.level} = 'высокий'", roadmap_items=[]),
        nameless,
        rule(id="T-1", topic=5),
        roadmap_numbers={"3.6"},
    )
    assert [line.removeprefix("rules.toml: ").split(":")[0] for line in lines] == [
        "rules[0].control",
        "rules[1].individual",
        "rules[2].id",
        "rules[3].topic",
        "правило T-1, roadmap_items",
        "rules[2].when",
        "правило T-1",
    ]


def test_a_sound_catalogue_passes_the_same_checks():
    known = {"instrument": load_instrument("teacher_deficits"), "card": load_instrument("school_card")}
    assert rules_from_dict(catalogue(rule()), roadmap_numbers={"3.6"}, **known).rule("T-1").roadmap_items == ["3.6"]


def test_group_rule_may_not_read_one_persons_level():
    assert "ответы одного человека" in problems(rule(when="${own.SUB.level} = 'высокий'"))[0]
    assert "ответы одного человека" in problems(rule(when="${blk.SUB.share} >= 30", individual=True))[0]


def test_unknown_key_and_open_bracket_are_errors():
    assert "rules[0].responsable" in problems(rule(responsable="x"))[0]
    assert "скобки не закрыты" in problems(rule(finding="Доля [{blk.SUB.reported}"))[0]


def test_equal_catalogues_have_equal_hashes_and_a_changed_word_changes_it():
    one = rules_from_dict(catalogue(rule()))
    turned = rules_from_dict(catalogue(dict(reversed(rule().items()))))
    other = rules_from_dict(catalogue(rule(deadline="31 день")))
    assert one.sha256() == turned.sha256() != other.sha256()
