"""Warnings about hard texts and the estimate of time; the words of the examples are counted by hand."""

import pytest

from surveys.definition.instrument import instrument_from_dict, load_instrument
from surveys.definition.plain_language import language_warnings, reading_minutes


def form_of(*labels, **item):
    items = [{"name": f"q{place}", "type": "text", "label": label, **item} for place, label in enumerate(labels, 1)]
    return instrument_from_dict({"code": "f", "title": "Форма", "items": items})


def kinds(*labels):
    return [(one.place, one.kind) for one in language_warnings(form_of(*labels))]


def test_sentence_of_26_words_is_too_long_and_of_25_is_not():
    assert kinds(" ".join(["слово"] * 26)) == [("q1", "long")]
    assert kinds(" ".join(["слово"] * 25)) == []


def test_words_are_counted_by_sentence():
    assert kinds(" ".join(["слово"] * 20) + ". " + "Ещё " + " ".join(["слово"] * 20)) == []


@pytest.mark.parametrize(
    "label",
    [
        "Вам хватает времени? А материалов?",
        "Знаете ли вы правила и/или порядок",
        "Я использую доску, а также планшет",
        "Умею планировать и проводить уроки",
        "Планирую и провожу уроки для разных детей",
        "Какой предмет вы ведёте и сколько у вас часов?",
    ],
)
def test_two_questions_in_one_are_noticed(label):
    assert kinds(label) == [("q1", "double")]


@pytest.mark.parametrize(
    "label", ["Часть и область знаний", "Работаю с детьми и родителями", "Сколько вам лет?", "Знаю школу и её историю"]
)
def test_plain_question_is_left_alone(label):
    assert kinds(label) == []


def test_abbreviation_is_told_once_and_not_where_it_is_explained():
    assert kinds("Решаю задания ВПР", "Разбираю ВПР") == [("q1", "abbreviation")]
    assert kinds("Всероссийские проверочные работы (ВПР)", "Разбираю ВПР") == []
    assert kinds("Готовлю к ЕГЭ") == []
    assert kinds("ОТВЕТЬТЕ НА ВСЕ ВОПРОСЫ") == []


def test_minutes_are_words_at_two_speeds_and_seconds_to_answer():
    # 152 words and 20 s of writing: 60 s + 20 s = 80 s, 1 min; quick: 152 / 216 * 60 + 20 = 62 s, 1 min
    assert reading_minutes(form_of(" ".join(["слово"] * 152))) == (1, 1)
    # ten such questions: slow 800 s = 13.3 min; quick 622 s = 10.4 min
    assert reading_minutes(form_of(*[" ".join(["слово"] * 152)] * 10)) == (10, 13)


def test_conditional_questions_count_only_for_the_slow_reader():
    items = [{"name": "a", "type": "integer", "label": "Число"}]
    items += [{"name": f"q{n}", "type": "text", "label": "Почему", "relevant": "${a} > 0"} for n in range(30)]
    low, high = reading_minutes(instrument_from_dict({"code": "f", "title": "f", "items": items}))
    assert (low, high) == (1, 10)  # 30 questions of 20 s: ten minutes; the words add some seconds


def test_stated_minutes_of_the_packaged_questionnaire_lie_in_the_estimate():
    instrument = load_instrument("teacher_deficits")
    low, high = reading_minutes(instrument)
    assert low <= instrument.minutes <= high
