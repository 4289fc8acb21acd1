"""What every page shares."""

import pytest
from flask.testing import FlaskClient

from app.frame.navigation import in_order, shortened


def test_unknown_address_gives_russian_page_that_says_where_to_go(client: FlaskClient) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "Такой страницы нет" in response.get_data(as_text=True)
    assert "На главную" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/people/99999999999999999999", 404),
        ("/reports/99999999999/file", 404),
        ("/waves/%00/", 404),
        ("/roadmap/3.%00", 404),
        ("/people/?school=%00", 400),
        ("/people/?page=99999999999999999999", 200),
    ],
)
def test_address_that_no_database_can_hold_is_no_failure(login_as, address: str, status: int) -> None:
    assert login_as("boris").get(address).status_code == status


def test_page_forbids_foreign_and_inline_code(client: FlaskClient) -> None:
    policy = client.get("/login").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_right_password_opens_the_home_page(login_as) -> None:
    assert login_as("anna").get("/").status_code == 200


@pytest.mark.parametrize("address", ["/help", "/privacy"])
def test_page_of_the_footer_is_no_line_of_the_menu_and_leads_to_the_sign_in(client, login_as, address: str) -> None:
    assert '<a href="/login">Войти</a>' in client.get(address).get_data(as_text=True)
    anna = login_as("anna")
    assert 'aria-current="page"' not in anna.get(address).get_data(as_text=True)
    assert 'aria-current="page">Главная' in anna.get("/").get_data(as_text=True)  # the twin: her own page is


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Коротко.", "Коротко."),
        ("Проверить классы, провести работу", "Проверить классы…"),
        ("Проверить план (подробно)", "Проверить план…"),
    ],
)
def test_long_text_is_cut_at_a_word_without_the_mark_after_it(text: str, words: str) -> None:
    assert shortened(text, 18) == words


def test_numbers_of_the_plan_stand_as_people_count_them() -> None:
    assert in_order(["3.10", "3.8", "4.1", "O5.2", "3.11"]) == ["3.8", "3.10", "3.11", "4.1", "O5.2"]
