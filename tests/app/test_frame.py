"""What every page shares."""

import pytest
from flask.testing import FlaskClient


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
