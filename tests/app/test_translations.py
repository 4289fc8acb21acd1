"""Every word of the pages is in the catalogues: forms of counted nouns in Russian, everything in English."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext, ngettext

from app.frame.interface import LANGUAGES, in_russian
from app.frame.navigation import day, decimal
from tests.app.questionnaire_world import open_wave
from tests.catalogues import ROOT, read_catalogue
from tests.pages import post_form

PLACE = re.compile(r"%\((\w+)\)[ds]|%%")
HINT = "Обновите каталоги командой «make catalogues» и допишите в app/translations: "
SignIn = Callable[[str], FlaskClient]


@cache
def messages() -> frozenset[str | tuple[str, str]]:
    """Every message in the sources, found anew: what ``make catalogues`` would collect."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return frozenset(line[2] for line in found)


@cache
def catalogue(language: str) -> Catalog:
    return read_catalogue(language)


def kept(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def first(words: str | tuple[str, ...]) -> str:
    """What a catalogue files a message under: a word said alone and counted has one entry."""
    return words if isinstance(words, str) else words[0]


def places(text: str) -> list[str]:
    return sorted(found.group() for found in PLACE.finditer(text))


def counted() -> list[tuple[str, str]]:
    return sorted(one for one in messages() if isinstance(one, tuple))


def test_sources_are_read_whole() -> None:
    """The words of a Python file, of a template, of a form and of a table are among those found."""
    words = {"Управление образования", "К содержанию", "Имя для входа", "школьный координатор"}
    assert words <= messages()
    assert ("%(num)d учитель", "%(num)d учителей") in messages()


def test_every_counted_noun_has_three_russian_forms() -> None:
    kept_messages = {one: catalogue("ru").get(one) for one in counted()}
    lacking = [one[0] for one, found in kept_messages.items() if found is None or not all(three(found))]
    assert not lacking, HINT + "; ".join(lacking)


def three(message: Message) -> tuple[str, ...]:
    return (*message.string, "", "", "")[:3] if isinstance(message.string, tuple) else ("", "", "")


def test_english_is_complete() -> None:
    found = {one: catalogue("en").get(one) for one in messages()}
    lacking = [str(one) for one, line in found.items() if line is None or not all(texts(line))]
    assert not lacking, HINT + "; ".join(sorted(lacking))


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_nothing_fuzzy_and_nothing_that_is_no_longer_said(language: str) -> None:
    lines = list(kept(language))
    assert not [line.id for line in lines if line.fuzzy]
    assert not catalogue(language).obsolete
    assert {first(line.id) for line in lines} == {first(one) for one in messages()}, HINT + language


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_the_places_of_numbers_and_names(language: str) -> None:
    for line in kept(language):
        asked = line.id if isinstance(line.id, str) else line.id[-1]
        for text in filter(None, texts(line)):
            assert places(text) == places(asked), text
            assert text.count("\n") == asked.count("\n"), text
            assert (text[:1] == " ", text[-1:] == " ") == (asked[:1] == " ", asked[-1:] == " "), repr(text)


def test_a_lost_place_would_be_noticed() -> None:
    assert places("%(num)d из %(total)d, 80 %%") != places("%(num)d of 80 %%")


# By the rules of Russian grammar: 1 and 21 take the singular, 2 the genitive singular, 5 and 111 the genitive plural.
FORMS = {
    ("%(num)d учитель", "%(num)d учителей"): ("1 учитель", "2 учителя", "5 учителей", "21 учитель", "111 учителей"),
    ("Не ответил ещё %(num)d педагог", "Не ответили ещё %(num)d педагогов"): (
        "Не ответил ещё 1 педагог",
        "Не ответили ещё 2 педагога",
        "Не ответили ещё 5 педагогов",
        "Не ответил ещё 21 педагог",
        "Не ответили ещё 111 педагогов",
    ),
    ("остался %(num)d день", "осталось %(num)d дней"): (
        "остался 1 день",
        "осталось 2 дня",
        "осталось 5 дней",
        "остался 21 день",
        "осталось 111 дней",
    ),
    ("Займёт около %(num)d минуты.", "Займёт около %(num)d минут."): (
        "Займёт около 1 минуты.",
        "Займёт около 2 минут.",
        "Займёт около 5 минут.",
        "Займёт около 21 минуты.",
        "Займёт около 111 минут.",
    ),
}


@pytest.mark.parametrize("message", FORMS, ids=lambda message: message[0])
def test_words_agree_with_1_2_5_21_and_111(app: Flask, message: tuple[str, str]) -> None:
    with app.test_request_context():
        assert tuple(ngettext(*message, number) for number in (1, 2, 5, 21, 111)) == FORMS[message]


def test_pages_are_russian_until_english_is_chosen(client: FlaskClient) -> None:
    page = client.get("/privacy").get_data(as_text=True)
    assert '<html lang="ru">' in page
    assert "Кто что видит" in page
    client.get("/language?to=en")
    page = client.get("/privacy").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "Who sees what" in page
    assert "Кто что видит" not in page
    client.get("/language?to=ru")
    assert '<html lang="ru">' in client.get("/privacy").get_data(as_text=True)


def test_footer_offers_the_other_language_and_comes_back_to_the_page(client: FlaskClient) -> None:
    page = client.get("/help").get_data(as_text=True)
    link = re.search(r'href="(/language[^"]+)" lang="en" hreflang="en">English<', page)
    assert link
    answer = client.get(link[1].replace("&amp;", "&"))
    assert answer.status_code == 302
    assert answer.location.rstrip("?") == "/help"
    assert re.search(r'lang="ru" hreflang="ru">Русский<', client.get("/help").get_data(as_text=True))


@pytest.mark.parametrize("wanted", ["", "de", "../en", "EN"])
def test_unknown_language_is_russian(client: FlaskClient, wanted: str) -> None:
    client.get(f"/language?to={wanted}")
    client.set_cookie("interface", wanted)
    assert '<html lang="ru">' in client.get("/help").get_data(as_text=True)


def test_choosing_a_language_leads_to_this_site_only(client: FlaskClient) -> None:
    assert client.get("/language?to=en&next=//elsewhere.example/").location == "/"


@pytest.mark.parametrize("login", ["anna", "boris", "darya", "galina", "maria", "adam"])
def test_home_page_opens_in_english_for_every_role(login_as: SignIn, login: str) -> None:
    client = login_as(login)
    client.get("/language?to=en")
    answer = client.get("/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "What is expected of me" in page
    assert "Что от меня ждут" not in page


def test_refusal_is_in_the_language_of_the_page(client: FlaskClient) -> None:
    client.get("/language?to=en")
    page = client.get("/privacy/none").get_data(as_text=True)
    assert "There is no such page" in page


def test_dates_and_numbers_follow_the_language(app: Flask) -> None:
    """20 June 2020 by hand in both languages; 46.25 is rounded half up."""
    date = dt.date(2020, 6, 20)
    with app.test_request_context():
        assert (day(date), decimal(46.25)) == ("20\u00a0июня\u00a02020\u00a0г.", "46,3")
    with app.test_request_context(headers={"Cookie": "interface=en"}), force_locale("en"):
        assert (day(date), day(date, year=False), decimal(46.25)) == ("20\u00a0June\u00a02020", "20\u00a0June", "46.3")


def test_what_is_made_for_others_is_russian_under_english_pages(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert gettext("Справка") == "Report"
        assert in_russian(gettext)("Справка") == "Справка"
        assert gettext("Справка") == "Report"


def test_russian_form_keeps_its_words_and_names_its_language_on_an_english_page(login_as: SignIn) -> None:
    open_wave("anna")
    client = login_as("anna")
    assert post_form(client, "/questionnaires/wave1/").status_code == 302
    assert "Next" not in client.get("/questionnaires/wave1/1").get_data(as_text=True)
    client.get("/language?to=en")
    page = client.get("/questionnaires/wave1/1").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert '<h1 lang="ru">Содержание предмета' in page
    assert "Only you see the answers" in page


def test_words_of_roles_follow_the_page_and_what_is_printed_for_teachers_does_not(login_as: SignIn) -> None:
    client = login_as("darya")
    client.get("/language?to=en")
    assert "school coordinator" in client.get("/people/").get_data(as_text=True)
    sheet = post_form(client, "/people/slips/school1", page="/people/slips")
    assert '<html lang="ru">' in sheet.get_data(as_text=True)
    assert "Действует один раз" in sheet.get_data(as_text=True)
