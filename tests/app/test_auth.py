"""Signing in by password and by slip, delays after failures, the own account."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth import codes, throttle
from app.auth.passwords import weakness
from app.auth.queries import find_by_login
from app.extensions import db
from app.models import Event, Person, Slip, Throttle
from app.models.columns import utc_now
from app.people.queries import issue_slips
from tests.pages import post_form, token_of
from tests.world import PASSWORD

NEW = "новый пароль 7"


def person(login: str) -> Person:
    found = find_by_login(login)
    assert found
    return found


def new_slip(login: str) -> str:
    """A slip printed by the coordinator; its code."""
    fresh = issue_slips([person(login)], person("darya").id)
    db.session.commit()
    return fresh[0].code


def use(client: FlaskClient, code: str, password: str = NEW) -> str:
    """Sign in by a slip and choose a password; the last page's text."""
    taken = post_form(client, "/login/slip", page="/login", code=code)
    assert taken.status_code == 302, taken.get_data(as_text=True)
    return client.post(
        "/first",
        data={"csrf_token": token_of(client, "/first"), "password": password, "repeat": password},
        follow_redirects=True,
    ).get_data(as_text=True)


# --- codes -----------------------------------------------------------------------------------------------------------


def test_code_has_ten_characters_of_nineteen_that_look_alike_in_both_scripts() -> None:
    code = codes.new_code()
    assert len(code) == 10
    assert set(code) <= set("23456789АВЕКМНРСТУХ")
    assert codes.is_code(code)


def test_check_character_finds_every_wrong_character_and_every_swap_of_two() -> None:
    code = codes.new_code()
    for place in range(10):
        for other in codes.ALPHABET.replace(code[place], ""):
            assert not codes.is_code(code[:place] + other + code[place + 1 :])
    for first in range(9):
        for second in range(first + 1, 9):
            swapped = list(code)
            swapped[first], swapped[second] = code[second], code[first]
            if code[first] != code[second]:
                assert not codes.is_code("".join(swapped))


@pytest.mark.parametrize(
    "typed",
    ["К7РМ-2Х9В-4А", "k7pm2x9b4a", "к7рм 2х9в 4а", " K7PM–2X9B–4A "],
    ids=["as printed", "latin small letters", "blanks", "other dashes"],
)
def test_code_is_read_however_it_is_typed(typed: str) -> None:
    assert codes.normalise(typed) == "К7РМ2Х9В4А"


def test_link_of_the_square_holds_latin_letters_and_reads_back() -> None:
    code = codes.new_code()
    assert codes.address_form(code).isascii()
    assert codes.normalise(codes.address_form(code)) == code


# --- passwords -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("583920", True),
        ("58392", False),
        ("123456", False),
        ("111111", False),
        ("654321", False),
        ("снег идёт", True),
        ("короткий"[:7], False),
        ("password", False),
        ("Учитель1", False),
        ("аннина", False),
    ],
    ids=["pin", "short pin", "row", "one digit", "row back", "phrase", "short", "common", "common ru", "own name"],
)
def test_password_must_be_long_enough_and_not_the_first_guess(app: Flask, password: str, good: bool) -> None:
    with app.test_request_context():
        assert (weakness(password, "Аннина") is None) is good


# --- delays ----------------------------------------------------------------------------------------------------------


def test_delay_doubles_after_the_third_failure_and_stops_at_fifteen_minutes() -> None:
    assert [throttle.delay_after(n) for n in range(6)] == [0, 0, 0, 2, 4, 8]
    assert throttle.delay_after(40) == 900


def fail(client: FlaskClient, login: str, times: int) -> str:
    page = ""
    for _time in range(times):
        page = post_form(client, "/login", username=login, password="неверно").get_data(as_text=True)
    return page


def test_fourth_try_is_told_to_wait_even_with_the_right_password(client: FlaskClient) -> None:
    assert "Подождите" not in fail(client, "anna", 2)
    assert "Подождите 2 " in fail(client, "anna", 1)
    answer = post_form(client, "/login", username="anna", password=PASSWORD)
    assert "Подождите" in answer.get_data(as_text=True)


def test_unknown_name_is_answered_like_a_wrong_password(client: FlaskClient) -> None:
    known, unknown = fail(client, "anna", 3), fail(client, "nobody", 3)
    strip = [
        text[text.index("<h1>") : text.index("Где найти код")].replace("nobody", "anna") for text in (known, unknown)
    ]
    tokens = [text.split('value="')[1].split('"')[0] for text in strip]
    assert strip[0].replace(tokens[0], "") == strip[1].replace(tokens[1], "")


def test_delay_is_of_the_account_not_of_the_address(client: FlaskClient) -> None:
    fail(client, "anna", 3)
    assert post_form(client, "/login", username="boris", password=PASSWORD).status_code == 302


def test_delay_passes_and_success_forgets_it(client: FlaskClient) -> None:
    fail(client, "anna", 3)
    row = db.session.get_one(Throttle, throttle.account_key("anna"))
    row.last_utc -= dt.timedelta(seconds=3)
    db.session.commit()
    assert post_form(client, "/login", username="Anna ", password=PASSWORD).status_code == 302
    db.session.expire_all()
    assert db.session.get(Throttle, throttle.account_key("anna")) is None


def test_guessing_of_codes_is_slowed_for_all_after_sixty_wrong_ones(client: FlaskClient) -> None:
    for _time in range(60):
        throttle.note_wrong_slip(utc_now())
    db.session.commit()
    page = post_form(client, "/login/slip", page="/login", code=new_slip("anna")).get_data(as_text=True)
    assert "Подождите" in page
    row = db.session.get_one(Throttle, throttle.SLIP_KEY)
    row.last_utc -= dt.timedelta(seconds=4)
    db.session.commit()
    assert throttle.slip_seconds_to_wait(utc_now()) == 0


def test_typing_error_in_a_code_is_no_guess(client: FlaskClient) -> None:
    page = post_form(client, "/login/slip", page="/login", code="К7РМ-2Х9В-4В").get_data(as_text=True)
    assert "опечатка" in page
    assert "<title>Ошибка:" in page
    assert 'value="К7РМ-2Х9В-4В"' in page
    assert db.session.get(Throttle, throttle.SLIP_KEY) is None


# --- slips -----------------------------------------------------------------------------------------------------------


def fresh_person() -> None:
    """Anna as she was before anybody signed in."""
    anna = person("anna")
    anna.password_hash = None
    db.session.commit()


def test_slip_lets_in_once_and_shows_the_first_sign_in(client: FlaskClient) -> None:
    fresh_person()
    page = use(client, new_slip("anna"))
    assert "Первый вход:" in page
    assert client.get("/account").status_code == 200
    assert post_form(client.application.test_client(), "/login", username="anna", password=NEW).status_code == 302


def test_opening_the_link_spends_nothing_and_the_button_does(client: FlaskClient) -> None:
    fresh_person()
    code = new_slip("anna")
    link = f"/s/{codes.address_form(code)}"
    before = db.session.scalar(db.select(db.func.count(Event.id)))
    assert "Войти по талону" in client.get(link).get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(Event.id))) == before
    assert post_form(client, link, code=code).headers["Location"] == "/first"


def test_code_is_not_spent_until_a_password_is_chosen(client: FlaskClient) -> None:
    fresh_person()
    code = new_slip("anna")
    post_form(client, "/login/slip", page="/login", code=code)
    weak = client.post(
        "/first", data={"csrf_token": token_of(client, "/first"), "password": "123456", "repeat": "123456"}
    )
    assert "<title>Ошибка:" in weak.get_data(as_text=True)
    assert db.session.scalars(db.select(Slip.used_utc)).one() is None
    assert "Первый вход:" in use(client.application.test_client(), code)


def test_used_slip_says_when_and_can_be_reported(client: FlaskClient) -> None:
    fresh_person()
    code = new_slip("anna")
    use(client, code)
    other = client.application.test_client()
    page = post_form(other, "/login/slip", page="/login", code=code).get_data(as_text=True)
    assert "уже использован" in page
    assert "Первый вход:" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    other.post("/login/slip/report", data={"csrf_token": token})
    db.session.expire_all()
    slip = db.session.scalars(db.select(Slip)).one()
    assert (slip.void_reason, person("anna").password_hash) == ("reported", None)
    assert client.get("/account").status_code == 302  # whoever had used it is out
    assert db.session.scalars(db.select(Event.action).where(Event.action == "slip.reported")).all()


def test_second_slip_keeps_earlier_answers_closed_until_the_old_password_is_proved(client: FlaskClient) -> None:
    post_form(client, "/login", username="anna", password=PASSWORD)
    other = client.application.test_client()
    assert "Прежние ответы закрыты" not in client.get("/account").get_data(as_text=True)
    use(other, new_slip("anna"))
    assert "Прежние ответы закрыты" in other.get("/account").get_data(as_text=True)
    refused = post_form(other, "/account/unseal", page="/account", earlier="не тот")
    assert "не подходит" in refused.get_data(as_text=True)
    assert person("anna").sealed_utc is not None
    post_form(other, "/account/unseal", page="/account", earlier=PASSWORD)
    db.session.expire_all()
    assert person("anna").sealed_utc is None


def test_who_knows_the_new_password_gets_no_more_guesses_at_the_earlier_one(client: FlaskClient) -> None:
    post_form(client, "/login", username="anna", password=PASSWORD)
    use(client, new_slip("anna"), password="278194")
    for _guess in range(4):
        post_form(client, "/account/unseal", page="/account", earlier="000000")
        changed = {"current": "278194", "password": "278194", "repeat": "278194"}
        assert post_form(client, "/account", **changed).status_code == 302  # a right password of the other kind
    assert "Подождите" in post_form(client, "/account/unseal", page="/account", earlier=PASSWORD).get_data(as_text=True)
    db.session.expire_all()
    assert person("anna").sealed_utc is not None


def test_new_code_voids_the_unused_earlier_one(client: FlaskClient) -> None:
    first, _second = new_slip("anna"), new_slip("anna")
    page = post_form(client, "/login/slip", page="/login", code=first).get_data(as_text=True)
    assert "аннулирован" in page


def test_code_is_kept_hashed_only(app: Flask) -> None:
    code = new_slip("anna")
    slip = db.session.scalars(db.select(Slip)).one()
    assert code not in str({column.name: getattr(slip, column.name) for column in Slip.__table__.columns})


# --- the account -----------------------------------------------------------------------------------------------------


def test_leaving_everywhere_ends_other_sessions(login_as: Callable[[str], FlaskClient]) -> None:
    phone, office = login_as("anna"), login_as("anna")
    post_form(phone, "/account/leave-everywhere", page="/account")
    assert office.get("/account").status_code == 302


def test_changed_password_ends_other_sessions_and_keeps_this_one(login_as: Callable[[str], FlaskClient]) -> None:
    phone, office = login_as("anna"), login_as("anna")
    post_form(phone, "/account", current=PASSWORD, password=NEW, repeat=NEW)
    assert phone.get("/account").status_code == 200
    assert office.get("/account").status_code == 302


def test_password_is_not_changed_without_the_present_one(login_as: Callable[[str], FlaskClient]) -> None:
    client = login_as("anna")
    page = post_form(client, "/account", current="не тот", password=NEW, repeat=NEW).get_data(as_text=True)
    assert "<title>Ошибка:" in page
    assert client.get("/account").status_code == 200


def test_session_cookie_is_shut_to_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = post_form(client, "/login", username="anna", password=PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie  # a lifetime, not until the browser is closed


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_to_this_site_only(client: FlaskClient, target: str) -> None:
    token = token_of(client, "/login")
    answer = client.post(
        "/login", query_string={"next": target}, data={"csrf_token": token, "username": "anna", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/"


def test_password_form_of_the_sign_in_page_has_a_text_and_a_password_field(client: FlaskClient) -> None:
    page = client.get("/login").get_data(as_text=True)
    form = next(part for part in page.split("<form")[1:] if 'type="password"' in part)
    assert form.index('name="username"') < form.index('name="password"')


def test_no_cookie_travels_with_a_file_that_proxies_keep(login_as) -> None:
    anna = login_as("anna")
    style = re.search(r'href="(/static/[^"]+)"', anna.get("/").get_data(as_text=True))
    assert style
    response = anna.get(style[1], buffered=True)
    assert "public" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.vary
    page = anna.get("/")
    assert "Set-Cookie" in page.headers  # the session goes on with every page
    assert "public" not in page.headers["Cache-Control"]
