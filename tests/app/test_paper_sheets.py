"""Questionnaires on paper: numbered and sealed, keyed in by the department, counted once."""

import threading

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import event

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Assignment, Document, Event, PaperSheet, Participation, Person, Submission, Wave
from app.results.snapshots import build_snapshot
from app.storage import stored_path
from tests.app.questionnaire_world import filling_time_passed, open_wave
from tests.app.test_privacy import press
from tests.app.test_questionnaires import text_of
from tests.pages import post_form, token_of

PAPER = "/waves/wave1/paper"
KEYED = {"SUB01": "3", "SUB02": "~na", "C03": "2"}


@pytest.fixture
def wave(app: Flask) -> Wave:
    return open_wave("anna", "boris")


def sheets() -> list[PaperSheet]:
    db.session.rollback()
    return list(db.session.scalars(db.select(PaperSheet).order_by(PaperSheet.number)))


def make(galina, wave, number: int = 1, **more: str) -> list[PaperSheet]:
    school = db.session.scalars(db.select(Participation.school_id)).first()
    press(galina, f"{PAPER}/print", school=str(school), number=str(number), **more)
    return sheets()


def asked(login: str) -> Participation:
    db.session.rollback()
    wanted = db.select(Participation).join(Person, Person.id == Participation.person_id)
    return db.session.scalars(wanted.where(Person.login == login)).one()


def key(client, sheet: PaperSheet, **answers: str) -> str:
    return press(client, f"{PAPER}/{sheet.number}", seal=sheet.seal, **answers)


def kept() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Submission)))


def test_sheets_are_printed_with_number_seal_and_consent_and_without_names(app, wave, login_as) -> None:
    made = make(login_as("galina"), wave, 2)
    run_pending_jobs(app)
    document = db.session.scalars(db.select(Document)).one()
    text = "".join(page.extract_text() for page in PdfReader(stored_path(document.path)).pages)
    for sheet in made:
        assert f"Лист № {sheet.number}".replace(" ", "") in text.replace(" ", "").replace("\u00a0", "")
        assert sheet.seal in text
    assert text.count("Сдавая заполненный лист") == 2
    assert "Аннина" not in text


def test_keyed_sheet_is_a_submission_from_paper_counted_once(wave, login_as) -> None:
    galina, darya = login_as("galina"), login_as("darya")
    (sheet,) = make(galina, wave)
    press(darya, f"{PAPER}/mark/{asked('anna').id}")
    key(galina, sheet, **KEYED)
    key(galina, sheet, **KEYED)
    (row,) = kept()
    assert (row.source, row.values["SUB01"], row.not_applicable) == ("paper", "3", ["SUB02"])
    assert build_snapshot(db.session.merge(wave)).n == 1
    db.session.rollback()
    assert "Координатор отметил" in text_of(login_as("anna"), "/questionnaires/wave1/")


def test_more_sheets_than_people_marked_are_not_taken(wave, login_as) -> None:
    galina, darya = login_as("galina"), login_as("darya")
    first, second = make(galina, wave, 2)
    key(galina, first, **KEYED)
    assert kept() == []  # nobody is marked
    press(darya, f"{PAPER}/mark/{asked('anna').id}")
    key(galina, first, **KEYED)
    key(galina, second, **KEYED)
    assert len(kept()) == 1
    press(darya, f"{PAPER}/mark/{asked('anna').id}", back="1")
    assert asked("anna").on_paper  # a keyed sheet is this person's


def test_who_is_marked_cannot_answer_on_a_screen_too_and_may_object(wave, login_as) -> None:
    anna, darya = login_as("anna"), login_as("darya")
    post_form(anna, "/questionnaires/wave1/")
    filling_time_passed()
    press(darya, f"{PAPER}/mark/{asked('anna').id}")
    assert anna.get("/questionnaires/wave1/1").status_code == 302
    press(anna, "/questionnaires/wave1/not-on-paper")
    assert asked("anna").status == "started"
    assert anna.get("/questionnaires/wave1/1").status_code == 200


def test_own_school_staff_does_not_key_its_sheets_in(wave, login_as) -> None:
    (sheet,) = make(login_as("galina"), wave)
    galina = db.session.scalars(db.select(Person).where(Person.login == "galina")).one()
    galina.assignments.append(Assignment(role="teacher", scope="school1", school_id=sheet.school_id))
    db.session.commit()
    client = login_as("galina")
    page = press(client, f"{PAPER}/find", sheet=str(sheet.number), seal=sheet.seal)
    assert "Листы своей школы вводит не её сотрудник" in page
    assert key(client, sheet, **KEYED) == PAPER
    assert kept() == []
    darya = login_as("darya")
    assert darya.get(f"{PAPER}/{sheet.number}?seal={sheet.seal}").status_code == 403


def test_wrong_seal_opens_nothing(wave, login_as) -> None:
    galina = login_as("galina")
    (sheet,) = make(galina, wave)
    assert "Такого листа нет" in press(galina, f"{PAPER}/find", sheet="1", seal="ZZZZ")
    assert press(galina, f"{PAPER}/find", sheet="1", seal=sheet.seal.lower()).endswith(f"seal={sheet.seal}")


def test_double_keying_lists_the_differences_and_stores_what_was_looked_at(wave, login_as) -> None:
    galina, maria, darya = login_as("galina"), login_as("maria"), login_as("darya")
    (sheet,) = make(galina, wave, double="y")
    press(darya, f"{PAPER}/mark/{asked('anna').id}")
    key(galina, sheet, **KEYED)
    assert kept() == []
    page = key(maria, sheet, **{**KEYED, "SUB01": "1"})
    assert "Расход" in page
    assert page.count("В первом вводе: 3") == 1
    key(maria, sheet, **{**KEYED, "SUB01": "1"}, looked="1")
    assert [row.values["SUB01"] for row in kept()] == ["1"]
    assert sheets()[0].first is None  # answers are kept in one place


def test_answer_that_does_not_fit_is_told_beside_it_and_nothing_is_lost(wave, login_as) -> None:
    galina = login_as("galina")
    (sheet,) = make(galina, wave)
    page = key(galina, sheet, C05="много", SUB01="3")
    assert "Ошибка:" in page
    assert 'value="много"' in page
    assert '<option value="3" selected>' in page
    assert page.count('aria-invalid="true"') == 1


def test_mark_taken_back_in_two_windows_is_taken_back_once(app: Flask, wave, login_as) -> None:
    darya, other = login_as("darya"), login_as("darya")
    make(login_as("galina"), wave, 1)
    for login in ("anna", "boris"):
        press(darya, f"{PAPER}/mark/{asked(login).id}")
    url, mine, tokens = f"{PAPER}/mark/{asked('anna').id}", threading.get_ident(), [token_of(other, "/account")]
    back = threading.Thread(target=lambda: other.post(url, data={"csrf_token": tokens[0], "back": "1"}))

    def read(*_details: object) -> None:
        if threading.get_ident() == mine and back.ident is None:
            back.start()
            back.join(timeout=2)  # SQLite lets it wait for this one

    tokens.append(token_of(darya, "/account"))
    db.session.remove()
    event.listen(Participation, "load", read)
    try:
        darya.post(url, data={"csrf_token": tokens[1], "back": "1"})
    finally:
        event.remove(Participation, "load", read)
    back.join(timeout=60)
    db.session.rollback()
    assert asked("anna").status == "started"
    assert len(db.session.scalars(db.select(Event).where(Event.action == "paper.unmarked")).all()) == 1


def test_two_sheets_keyed_at_once_for_one_person_marked_are_counted_once(app: Flask, wave, login_as) -> None:
    galina, maria, darya = login_as("galina"), login_as("maria"), login_as("darya")
    for round_ in range(5):
        first, second = make(galina, wave, 2)[-2:]
        if round_ == 0:
            press(darya, f"{PAPER}/mark/{asked('anna').id}")
        tokens = [token_of(client, "/account") for client in (galina, maria)]
        ready = threading.Barrier(2)

        def key_in(client, sheet, token, ready=ready) -> None:
            ready.wait()
            client.post(f"{PAPER}/{sheet[0]}", data={"csrf_token": token, "seal": sheet[1], **KEYED})

        pairs = [(one.number, one.seal) for one in (first, second)]
        db.session.rollback()
        threads = [
            threading.Thread(target=key_in, args=one) for one in zip((galina, maria), pairs, tokens, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        db.session.rollback()
        assert db.session.scalar(db.select(db.func.count()).select_from(Submission)) == 1
