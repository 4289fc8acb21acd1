"""The difference of two versions by code, and what it does to comparability."""

import pytest

from surveys.definition.comparability import find_incomparable, unmarked
from surveys.definition.difference import compare_catalogues, compare_instruments
from surveys.definition.instrument import instrument_from_dict, load_instrument
from surveys.findings.rules import load_rules

BASE = {
    "code": "f",
    "title": "Форма",
    "option_lists": {"agree": [{"name": "1", "label": "нет"}, {"name": "2", "label": "да"}]},
    "groups": [{"name": "g", "label": "Раздел", "ask": "Верно ли это?"}],
    "items": [
        {"name": "a", "type": "select_one", "options": "agree", "label": "A", "scale": "s"},
        {"name": "b", "type": "select_one", "options": "agree", "label": "B", "scale": "s"},
        {"name": "c", "type": "integer", "label": "C", "group": "g"},
    ],
    "scales": [{"name": "s", "label": "Шкала"}],
    "levels": [{"code": "low", "label": "низкий", "at_least": 50}, {"code": "high", "label": "высокий", "at_least": 0}],
    "indicators": [
        {"code": "И1", "name": "i1", "label": "И", "expression": "${c} * 2", "better": "high", "low": 5, "medium": 2}
    ],
}


def changed(**parts):
    return instrument_from_dict({**BASE, **parts})


def with_item(place, **fields):
    items = [{**item, **fields} if at == place else item for at, item in enumerate(BASE["items"])]
    return changed(items=items)


OLD = changed()


def test_equal_forms_have_no_difference_whatever_their_number():
    assert compare_instruments(OLD, changed(version="7")) == []


@pytest.mark.parametrize(
    ("new", "title", "nature", "detail"),
    [
        (with_item(0, label="А"), "Пункт a", "judged", ("текст", "A", "А")),
        (with_item(2, type="decimal"), "Пункт c", "meaning", ("тип", "integer", "decimal")),
        (with_item(1, reverse=True), "Пункт b", "meaning", ("обратный пункт", "нет", "да")),
        (with_item(2, relevant="${a} = 1"), "Пункт c", "judged", ("условие показа", "", "${a} = 1")),
        (with_item(0, required=True), "Пункт a", "form", ("обязательность", "нет", "да")),
        (changed(minutes=5), "Форма", "form", ("время заполнения", "0", "5")),
        (
            changed(groups=[{"name": "g", "label": "Раздел", "ask": "Часто ли это?"}]),
            "Раздел g",
            "judged",
            ("вопрос над утверждениями", "Верно ли это?", "Часто ли это?"),
        ),
        (
            changed(option_lists={"agree": [{"name": "1", "label": "нет"}, {"name": "2", "label": "всегда"}]}),
            "Вариант agree/2",
            "judged",
            ("текст", "да", "всегда"),
        ),
        (
            changed(levels=[{**BASE["levels"][0], "at_least": 60.5}, BASE["levels"][1]]),
            "Уровень low",
            "meaning",
            ("порог", "50", "60,5"),
        ),
    ],
    ids=["label", "type", "reverse", "skip", "required", "minutes", "ask", "option", "level"],
)
def test_change_is_told_by_code_with_old_and_new(new, title, nature, detail):
    (change,) = compare_instruments(OLD, new)
    assert change.title == title
    assert change.nature == nature
    assert [(one.field, one.old, one.new) for one in change.details] == [detail]


def test_added_removed_and_moved_items_are_told():
    items = [BASE["items"][1], BASE["items"][0], {"name": "d", "type": "text", "label": "D"}]
    new = changed(items=items, groups=[], indicators=[])
    told = {(change.title, change.kind) for change in compare_instruments(OLD, new)}
    assert {("Пункт d", "added"), ("Пункт c", "removed"), ("Форма", "changed"), ("Показатель И1", "removed")} <= told


def test_renamed_list_with_the_same_options_changes_nothing_in_the_answers():
    lists = {"consent": BASE["option_lists"]["agree"]}
    items = [{**item, "options": "consent"} if "options" in item else item for item in BASE["items"]]
    changes = compare_instruments(OLD, changed(items=items, option_lists=lists))
    assert {change.nature for change in changes} == {"form"}


def test_typo_keeps_stages_comparable_and_changed_meaning_does_not():
    new = with_item(0, label="А")
    (change,) = compare_instruments(OLD, new)
    assert unmarked([change], {}) == [change]
    assert not find_incomparable(OLD, new, {change.key: "typo"})
    for marks in ({}, {change.key: "meaning"}):
        found = find_incomparable(OLD, new, marks)
        assert (found.items, found.scales, found.indicators, found.levels) == ({"a"}, {"s"}, frozenset(), False)


def test_changed_option_spoils_every_item_of_its_list():
    new = changed(option_lists={"agree": [*BASE["option_lists"]["agree"], {"name": "3", "label": "иногда"}]})
    found = find_incomparable(OLD, new, {})
    assert found.items == {"a", "b"}
    assert found.scales == {"s"}


def test_indicator_suffers_with_a_field_it_reads():
    found = find_incomparable(OLD, with_item(2, type="decimal"), {})
    assert found.indicators == {"И1"}
    assert found.scales == frozenset()


def test_mark_is_kept_by_what_was_changed_not_only_by_code():
    (first,) = compare_instruments(OLD, with_item(0, label="А"))
    (second,) = compare_instruments(OLD, with_item(0, label="Б"))
    assert first.key != second.key


def test_translation_is_a_change_of_that_language():
    new = with_item(0, translations={"Къэбэрдей (kbd)": {"label": "Э"}})
    (change,) = compare_instruments(OLD, new)
    assert change.details[0].field == "перевод, Къэбэрдей (kbd)"


def test_rules_are_compared_by_code():
    old = load_rules()
    rules = [old.rules[0].model_copy(update={"when": "${blk.SUB.share} >= 40"}), *old.rules[2:]]
    changes = compare_catalogues(old, old.model_copy(update={"rules": rules, "high_share": 60.0}))
    told = [(change.title, change.kind) for change in changes]
    assert told == [
        ("Каталог", "changed"),
        (f"Правило {old.rules[0].id}", "changed"),
        (f"Правило {old.rules[1].id}", "removed"),
    ]


@pytest.mark.parametrize("code", ["teacher_deficits", "school_card"])
def test_packaged_form_against_itself(code):
    assert compare_instruments(load_instrument(code), load_instrument(code)) == []
