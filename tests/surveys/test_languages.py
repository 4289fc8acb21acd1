"""A form in another of its languages has the same codes and other words."""

import pytest

from surveys.definition.instrument import instrument_from_dict, load_instrument

KABARDIAN = "Къэбэрдей (kbd)"
BODY = {
    "code": "f",
    "title": "Форма",
    "languages": [KABARDIAN],
    "option_lists": {
        "yn": [{"name": "1", "label": "да", "translations": {KABARDIAN: "нытӀэ"}}, {"name": "2", "label": "нет"}]
    },
    "groups": [{"name": "g", "label": "Раздел", "translations": {KABARDIAN: {"label": "Ӏыхьэ"}}}],
    "items": [
        {
            "name": "a",
            "type": "select_one",
            "options": "yn",
            "label": "Верно?",
            "hint": "Один ответ",
            "group": "g",
            "translations": {KABARDIAN: {"label": "Пэж?"}},
        },
        {"name": "b", "type": "text", "label": "Почему?", "relevant": "${a} = 2"},
    ],
}
FORM = instrument_from_dict(BODY)


def test_words_are_translated_and_codes_stay():
    other = FORM.in_language(KABARDIAN)
    assert other.item("a").label == "Пэж?"
    assert [option.label for option in other.options_of(other.item("a"))] == ["нытӀэ", "нет"]
    assert other.groups[0].label == "Ӏыхьэ"
    assert [item.name for item in other.items] == ["a", "b"]
    assert other.item("b").relevant == "${a} = 2"
    assert other.language_tag == "kbd"


def test_what_is_not_translated_stays_in_the_language_of_the_form():
    other = FORM.in_language(KABARDIAN)
    assert other.item("a").hint == "Один ответ"
    assert other.item("b").label == "Почему?"


def test_form_itself_is_untouched_even_after_its_items_were_looked_up():
    assert FORM.item("a").label == "Верно?"
    assert FORM.in_language(KABARDIAN).item("a").label == "Пэж?"
    assert FORM.item("a").label == "Верно?"


@pytest.mark.parametrize("language", ["", "ru", "English (en)"])
def test_unknown_language_gives_the_form_itself(language):
    assert FORM.in_language(language) is FORM


def test_choice_names_every_language_and_the_way_back():
    assert FORM.choices_of_language == ["ru", KABARDIAN]
    assert set(FORM.in_language(KABARDIAN).choices_of_language) == {"ru", KABARDIAN}
    assert load_instrument("teacher_deficits").choices_of_language == []
