"""A respondent reads the form in a language of the form; answers are codes and stay."""

import pytest
from flask_babel import force_locale

from app.extensions import db
from app.forms.answer_words import problem_words
from app.models import Draft
from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument
from tests.app.questionnaire_world import open_wave
from tests.pages import post_form, token_of
from tests.surveys.test_languages import FORM, KABARDIAN


def start(login_as):
    open_wave("anna", instrument=FORM)
    client = login_as("anna")
    assert post_form(client, "/questionnaires/wave1/").status_code == 302
    return client


def test_chosen_language_is_shown_and_the_answer_is_the_same_code(login_as):
    client = start(login_as)
    assert "Верно?" in client.get("/questionnaires/wave1/1").get_data(as_text=True)
    sent = post_form(client, "/questionnaires/wave1/language", page="/questionnaires/wave1/", language=KABARDIAN)
    assert sent.status_code == 302
    page = client.get("/questionnaires/wave1/1").get_data(as_text=True)
    assert "Пэж?" in page
    assert "нытӀэ" in page
    assert 'lang="kbd"' in page
    assert "Верно?" not in page
    token = token_of(client, "/questionnaires/wave1/1")
    client.post("/questionnaires/wave1/1", data={"csrf_token": token, "a": "1", "draft:go": "next"})
    assert db.session.scalars(db.select(Draft)).one().values == {"a": "1"}


def test_there_is_a_way_back_to_the_own_language(login_as):
    client = start(login_as)
    for language in (KABARDIAN, "ru"):
        post_form(client, "/questionnaires/wave1/language", page="/questionnaires/wave1/", language=language)
    assert "Верно?" in client.get("/questionnaires/wave1/1").get_data(as_text=True)


def test_unknown_language_is_refused(login_as):
    client = start(login_as)
    sent = post_form(client, "/questionnaires/wave1/language", page="/questionnaires/wave1/", language="English (en)")
    assert sent.status_code == 400


def test_form_in_one_language_offers_no_choice(login_as):
    open_wave("anna")
    assert "Язык анкеты" not in login_as("anna").get("/questionnaires/wave1/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("item", "text", "words"),
    [
        ({"type": "integer"}, "x", "a number is needed"),
        ({"type": "integer"}, "1.5", "a whole number is needed"),
        ({"type": "date"}, "x", "a date such as 31.05.2020 is needed"),
        ({"type": "time"}, "x", "a time such as 14:30 is needed"),
        ({"type": "range", "parameters": {"end": "5"}}, "7", "a number from 1 to 5 is needed"),
        ({"type": "range", "parameters": {"end": "5"}}, "1.5", "a whole number from 1 to 5 is needed"),
        (
            {"type": "range", "parameters": {"end": "9", "step": "2"}},
            "2",
            "a number from 1 to 9 in steps of 2 is needed",
        ),
        ({"type": "text", "parameters": {"max": "2"}}, "abc", "at most 2 characters, now 3"),
        ({"type": "integer", "constraint": ". > 5"}, "1", "the value does not pass the check"),
        ({"type": "integer", "constraint": ". > 5", "constraint_message": "Больше пяти"}, "1", "Больше пяти"),
        ({"type": "text", "required": True}, "", "please answer this question"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_in_the_language_of_the_page(app, item, text, words):
    instrument = Instrument.model_validate({"code": "f", "title": "f", "items": [{"name": "q", "label": "?", **item}]})
    problem = check_answers(instrument, {"q": text}, final=True).problems["q"]
    with force_locale("en"):
        assert problem_words(problem) == words
    with force_locale("ru"):
        assert problem_words(problem) == problem
