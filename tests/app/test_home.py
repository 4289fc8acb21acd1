"""The home page of each role, and the pages open to everybody."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Setting, Slip
from tests.app.rooms_world import add_definitions, add_plan, add_teacher, add_wave, finish, person

SignIn = Callable[[str], FlaskClient]


def home(client: FlaskClient) -> str:
    return client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(("status", "words"), [("invited", "Начать"), ("started", "Продолжить")])
def test_teacher_has_one_button_and_it_opens_the_questionnaire(login_as: SignIn, status: str, words: str) -> None:
    finish(add_wave(add_definitions()), person("anna"), status)
    page = home(login_as("anna"))
    assert re.findall(r'<a class="btn" href="([^"]+)">([^<]+)<', page) == [("/questionnaires/first/", words)]


def test_teacher_sees_the_open_questionnaire_with_its_date(login_as: SignIn) -> None:
    add_wave(add_definitions())
    page = home(login_as("anna"))
    assert "Входная диагностика" in page
    assert "5 " in page.split("Входная диагностика")[1]
    assert 'href="/questionnaires/first/"' in page


@pytest.mark.parametrize("status", ["sent", "refused"])
def test_sent_and_refused_look_the_same(login_as: SignIn, status: str) -> None:
    finish(add_wave(add_definitions()), person("anna"), status)
    page = home(login_as("anna"))
    assert "Сейчас от вас ничего не ждут" in page
    assert "готово" in page


def test_coordinator_sees_names_of_those_who_have_not_answered(login_as: SignIn) -> None:
    definitions = add_definitions()
    one, other = add_teacher(1), add_teacher(2)
    names = one.full_name, other.full_name
    wave = add_wave(definitions)
    finish(wave, one, "refused")
    page = home(login_as("darya"))
    assert names[0] not in page
    assert names[1] in page
    assert "Готово: 1 из 3" in page


def test_head_sees_numbers_and_no_names(login_as: SignIn) -> None:
    wave = add_wave(add_definitions())
    assert wave.code == "first"
    page = home(login_as("boris"))
    assert "Готово: 0 из 1" in page
    assert "Аннина" not in page


@pytest.mark.parametrize("login", ["anna", "boris", "darya", "galina", "maria", "adam"])
def test_home_leads_nobody_to_a_closed_door(login_as: SignIn, login: str) -> None:
    add_wave(add_definitions())
    add_plan()
    client = login_as(login)
    links = {html.unescape(link) for link in re.findall(r'<a[^>]*href="(/[^"#]*)"', home(client))}
    statuses = {link: client.get(link).status_code for link in sorted(links)}
    refused = {link: status for link, status in statuses.items() if status >= 400}
    assert len(links) > 5
    assert not refused


def test_head_sees_the_items_of_the_own_school(login_as: SignIn) -> None:
    add_plan()
    page = home(login_as("boris"))
    assert 'href="/roadmap/3.8"' in page
    assert 'href="/roadmap/3.3"' not in page  # of the department
    assert "просрочено" in page


def test_municipal_coordinator_sees_overdue_items_and_counts(login_as: SignIn) -> None:
    add_plan()
    page = home(login_as("maria"))
    assert 'href="/roadmap/1.1"' in page
    assert ">Предоставить сведения" in page  # a duty, which the order itself begins with a small letter
    late = page.split("<span>просрочено</span><i></i><b>")[1].split("<")[0]
    assert f"просрочено: {late}<" in login_as("maria").get("/roadmap/").get_data(as_text=True)


def test_coordinator_is_told_of_a_slip_used_by_somebody_else(login_as: SignIn) -> None:
    db.session.add(Slip(person_id=person("anna").id, code_hash="x" * 64, void_reason="reported"))
    db.session.commit()
    assert "Талон использован не владельцем: Аннина Анна Петровна" in home(login_as("darya"))
    assert "Талон использован" not in home(login_as("boris"))


@pytest.mark.parametrize("login", ["anna", "boris", "darya", "vera", "galina", "maria", "adam"])
def test_empty_home_says_what_comes_next(login_as: SignIn, login: str) -> None:
    page = home(login_as(login))
    assert "Сейчас от вас ничего не ждут" in page


def test_pages_for_everybody_open_without_signing_in(client: FlaskClient) -> None:
    assert "Кто что видит" in client.get("/privacy").get_data(as_text=True)
    db.session.add(Setting(key="contacts", value="тел. 1-23-45"))
    db.session.commit()
    page = client.get("/help").get_data(as_text=True)
    assert "тел. 1-23-45" in page
    assert person("maria").full_name in page


def test_version_for_weak_eyesight_is_a_cookie_and_goes_round(client: FlaskClient) -> None:
    for expected in ('class="vision"', 'class="vision night"', '<html lang="ru">'):
        client.get("/look?next=/help")
        assert expected in client.get("/help").get_data(as_text=True)
