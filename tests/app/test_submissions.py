"""Exactly once: whatever arrives at the same moment, one row stays and every answer names the same receipt."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from app.answers.respondents import ensure_respondent_key, respondent_key
from app.answers.submissions import RECEIPT_SIGNS, SubmissionConflictError, add_submission, checked_of, content_hash
from app.database import mark_writing, writing
from app.extensions import db
from app.models import Draft, Participation, Person, Submission, Wave
from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument, load_instrument
from tests.app.questionnaire_world import open_wave
from tests.pages import post_form

AT_ONCE = 50
UNIQUE = {
    "uq_submission_wave_id_respondent_key": ["wave_id", "respondent_key"],
    "uq_submission_client_key": ["client_key"],
}
SMALL = Instrument.model_validate(
    {
        "code": "small",
        "title": "Малая",
        "option_lists": {"yes": [{"name": "0", "label": "нет"}, {"name": "1", "label": "да"}]},
        "items": [{"name": "A", "type": "select_one", "label": "А", "options": "yes"}],
    }
)


def store(wave_id: int, school_id: int, key: str = "k1", answer: str = "1", respondent: str = "r1"):
    checked = check_answers(SMALL, {"A": answer}, final=True)
    return add_submission(
        wave_id=wave_id,
        school_id=school_id,
        respondent_key=respondent,
        instrument=SMALL,
        checked=checked,
        client_key=key,
    )


@pytest.fixture
def place(app: Flask) -> tuple[int, int]:
    """A wave and a school to store into."""
    wave = open_wave(instrument=SMALL)
    return wave.id, wave.schools[0].school_id


def barrage(app: Flask, work: Callable[[int], str]) -> list[str]:
    """Run ``work`` in fifty threads, each with its own connection, let go at the same moment."""
    db.session.commit()
    gate, results = threading.Barrier(AT_ONCE), [""] * AT_ONCE

    def run(number: int) -> None:
        with app.app_context(), writing():
            gate.wait(timeout=30)
            try:
                results[number] = work(number)
            except Exception as error:  # a thread cannot fail the test by itself
                results[number] = f"error: {error!r}"

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def send_same(place: tuple[int, int]) -> Callable[[int], str]:
    def work(_number: int) -> str:
        row, _new = store(*place)
        receipt = row.receipt
        db.session.commit()
        return receipt

    return work


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(Submission)) or 0


@contextmanager
def without_unique_keys() -> Iterator[None]:
    """The table as it would be without the keys that make a repeat harmless."""

    def change(restore: bool) -> None:
        with db.engine.connect() as connection:
            batch = Operations(MigrationContext.configure(connection))
            with batch.batch_alter_table("submission") as table:
                for name, columns in UNIQUE.items():
                    if restore:
                        table.create_unique_constraint(name, columns)
                    else:
                        table.drop_constraint(name, type_="unique")
            connection.commit()

    db.session.commit()
    mark_writing(True)
    change(restore=False)
    try:
        yield
    finally:
        db.session.rollback()
        db.session.execute(db.delete(Submission))
        db.session.commit()
        change(restore=True)
        mark_writing(False)


def test_fifty_identical_submissions_at_once_leave_one_row_and_equal_receipts(app: Flask, place) -> None:
    receipts = barrage(app, send_same(place))
    assert rows() == 1
    assert set(receipts) == {db.session.scalars(db.select(Submission.receipt)).one()}


def test_the_same_barrage_without_unique_keys_leaves_duplicates(app: Flask, place) -> None:
    """The twin: it shows that the test above can fail."""
    with without_unique_keys():
        receipts = barrage(app, send_same(place))
        assert rows() > 1
        assert len(set(receipts)) > 1


def test_fifty_taps_on_send_at_once_give_one_submission(app: Flask, login_as) -> None:
    """The same through the web: fifty requests of one signed-in person."""
    open_wave("anna")
    anna = login_as("anna")
    post_form(anna, "/questionnaires/wave1/")
    post_form(anna, "/questionnaires/wave1/10", C01="2", C02="2", C03="1", C04="2", C05="18", C07="2")
    post_form(anna, "/questionnaires/wave1/11", C10="~na", C12="1", C13="4")
    page = anna.get("/questionnaires/wave1/check").get_data(as_text=True)
    hidden = dict(re.findall(r'name="(key|content|csrf_token)" value="([^"]+)"', page))
    cookie = anna.get_cookie("session")

    def tap(_number: int) -> str:
        browser = app.test_client()
        browser.set_cookie("session", cookie.value)
        response = browser.post("/questionnaires/wave1/check", data=hidden)
        return f"{response.status_code} {response.location}"

    assert set(barrage(app, tap)) == {"302 /questionnaires/wave1/receipt"}
    assert rows() == 1
    assert db.session.scalars(db.select(Participation.status)).all() == ["sent"]
    assert db.session.scalar(db.select(Draft)) is None


def test_fifty_first_visits_at_once_make_one_respondent_key(app: Flask) -> None:
    person = db.session.scalars(db.select(Person.id).where(Person.login == "anna")).one()

    def work(_number: int) -> str:
        key = ensure_respondent_key(person)
        db.session.commit()
        return key

    keys = barrage(app, work)
    assert set(keys) == {respondent_key(person)}


def test_repeat_gives_the_row_kept_first(place) -> None:
    first, new = store(*place)
    again, fresh = store(*place)
    assert (new, fresh) == (True, False)
    assert again.receipt == first.receipt


def test_other_content_under_the_same_key_is_refused(place) -> None:
    first, _new = store(*place)
    with pytest.raises(SubmissionConflictError) as refused:
        store(*place, answer="0")
    assert refused.value.kept.id == first.id
    assert first.values == {"A": "1"}


def test_second_answer_of_the_same_respondent_is_refused_under_another_key(place) -> None:
    store(*place)
    with pytest.raises(SubmissionConflictError):
        store(*place, key="k2", answer="0")


def test_key_of_another_respondent_is_refused_without_showing_the_row(place) -> None:
    store(*place)
    with pytest.raises(SubmissionConflictError) as refused:
        store(*place, respondent="r2")
    assert refused.value.kept is None


def test_session_goes_on_after_a_refused_row(place) -> None:
    store(*place)
    with pytest.raises(SubmissionConflictError):
        store(*place, answer="0")
    store(*place, key="k3", respondent="r3")
    db.session.commit()
    assert rows() == 2


def test_receipt_number_can_be_dictated(place) -> None:
    row, _new = store(*place)
    assert re.fullmatch(rf"В{place[0]}-[{RECEIPT_SIGNS}]{{4}}-[{RECEIPT_SIGNS}]{{2}}", row.receipt)
    assert not set("01OIL") & set(RECEIPT_SIGNS)


def test_kept_answers_are_read_back_with_their_states(app: Flask) -> None:
    instrument = load_instrument("teacher_deficits")
    wave = open_wave(instrument=instrument)
    checked = check_answers(instrument, {"SUB02": "4", "SUB04": "1"}, ["SUB01"], final=True)
    row, _new = add_submission(
        wave_id=wave.id,
        school_id=wave.schools[0].school_id,
        respondent_key="r1",
        instrument=instrument,
        checked=checked,
        client_key="k1",
    )
    db.session.commit()
    db.session.expire_all()
    read = checked_of(db.session.get_one(Submission, row.id))
    assert (read.values, read.not_applicable, read.not_asked) == (
        checked.values,
        checked.not_applicable,
        checked.not_asked,
    )
    assert content_hash(read) == row.content_sha256
    assert db.session.get_one(Wave, wave.id).status == "open"
