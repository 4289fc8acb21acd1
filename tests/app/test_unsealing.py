"""A new slip closes earlier answers: who can open them again, and what the teacher sees of it."""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from app.auth.queries import use_slip
from app.extensions import db
from app.models import Person, Slip, Submission
from app.models.columns import utc_now
from tests.app.questionnaire_world import open_wave
from tests.app.test_privacy import MINE, WAVE, press, send
from tests.app.test_questionnaires import fill, text_of
from tests.pages import post_form, token_of


@pytest.fixture
def anna(app, login_as) -> FlaskClient:
    """Anna has sent; then somebody signed in as her by a new slip."""
    open_wave("anna")
    client = login_as("anna")
    post_form(client, f"{WAVE}/")
    fill(client, practice="1")
    send(client)
    person("anna").sealed_utc = utc_now()
    db.session.commit()
    assert "Прежние ответы закрыты" in text_of(client, f"{WAVE}/profile")
    return client


def person(login: str) -> Person:
    db.session.rollback()
    return db.session.scalars(db.select(Person).where(Person.login == login)).one()


def test_two_people_of_the_department_open_earlier_answers_and_the_teacher_sees_both(anna, login_as) -> None:
    number = person("anna").id
    galina, maria = login_as("galina"), login_as("maria")
    assert "Ошибка:" in press(galina, f"/people/{number}/unseal", reason="")
    press(galina, f"/people/{number}/unseal", reason="Забыт пароль, паспорт сверен")
    press(galina, f"/people/{number}/unseal/confirm")  # the same person once more
    assert person("anna").sealed_utc is not None
    press(maria, f"/people/{number}/unseal/confirm")
    assert person("anna").sealed_utc is None
    assert "Где нужна опора" in text_of(anna, f"{WAVE}/profile")
    page = text_of(anna, MINE)
    assert page.count("Забыт пароль, паспорт сверен") == 2
    assert "Галина" in page
    assert "Марьина" in page


@pytest.mark.parametrize("login", ["boris", "darya", "vera"])
def test_staff_of_a_school_opens_nothing(anna, login_as, login) -> None:
    client = login_as(login)
    assert client.get("/people/sealed").status_code == 403


def test_who_works_in_the_department_and_in_a_school_opens_nothing(anna, login_as) -> None:
    from app.models import Assignment

    one = person("galina")
    school_id = next(iter(person("darya").school_ids()))
    one.assignments.append(Assignment(role="teacher", scope="school1", school_id=school_id))
    db.session.commit()
    assert login_as("galina").get("/people/sealed").status_code == 403


def test_refused_request_opens_nothing(anna, login_as) -> None:
    number = person("anna").id
    galina, maria = login_as("galina"), login_as("maria")
    press(galina, f"/people/{number}/unseal", reason="Забыт пароль")
    press(maria, f"/people/{number}/unseal/refuse")
    assert person("anna").sealed_utc is not None
    assert "отказал(а) в открытии" in text_of(anna, MINE)


def test_second_account_made_by_the_first_person_confirms_nothing(anna, login_as) -> None:
    galina, maria = login_as("galina"), login_as("maria")
    number, asker, helper = (person(login).id for login in ("anna", "maria", "galina"))
    slip = Slip(person_id=helper, issued_by=asker, code_hash="0" * 64, used_utc=utc_now() - dt.timedelta(days=1))
    db.session.add(slip)
    db.session.commit()
    press(maria, f"/people/{number}/unseal", reason="Забыт пароль")
    press(galina, f"/people/{number}/unseal/confirm")
    assert person("anna").sealed_utc is not None
    assert "третий сотрудник" in text_of(galina, "/people/sealed")
    press(login_as("adam"), f"/people/{number}/unseal/confirm")
    assert person("anna").sealed_utc is None


def test_request_made_before_another_slip_opens_nothing_to_its_holder(anna, login_as) -> None:
    number = person("anna").id
    galina, maria = login_as("galina"), login_as("maria")
    press(galina, f"/people/{number}/unseal", reason="Забыт пароль, паспорт сверен")
    one = person("anna")
    one.first_sign_in_utc = utc_now()
    slip = Slip(person_id=number, code_hash="1" * 64)
    db.session.add(slip)
    db.session.flush()
    assert use_slip(slip, "0" * 20, utc_now())
    db.session.commit()
    token = token_of(maria, "/account")
    assert maria.post(f"/people/{number}/unseal/confirm", data={"csrf_token": token}).status_code == 404
    assert person("anna").sealed_utc is not None


@pytest.mark.parametrize("imported", [True, False])
def test_first_slip_does_not_open_answers_imported_before_it(anna, imported) -> None:
    one = person("anna")
    one.sealed_utc = one.first_sign_in_utc = None
    if not imported:
        db.session.execute(db.delete(Submission))
    slip = Slip(person_id=one.id, code_hash="1" * 64)
    db.session.add(slip)
    db.session.flush()
    assert use_slip(slip, "0" * 20, utc_now())
    db.session.commit()
    assert (person("anna").sealed_utc is not None) == imported
