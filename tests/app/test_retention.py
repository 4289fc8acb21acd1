"""Terms of keeping: what is past its term goes, what is not stays, snapshots stay whole."""

import datetime as dt
import json
import tomllib

import pytest
from flask import Flask

from app.answers.retention import Terms, keep_terms, load_terms, save_terms
from app.content.starting import CONSENT_FILE
from app.extensions import db
from app.jobs import run_pending_jobs
from app.jobs.timetable import begin_due
from app.models import Consent, Draft, PaperSheet, Person, PlanLetter, Respondent, Setting, Snapshot, Submission, Wave
from app.models.columns import utc_now
from app.results.snapshots import build_snapshot
from tests.app.questionnaire_world import open_wave
from tests.app.test_privacy import WAVE, press, send
from tests.app.test_questionnaires import fill, text_of
from tests.pages import post_form


@pytest.fixture
def wave(app: Flask, login_as) -> Wave:
    """Anna sent, Boris left a draft; the wave was closed a hundred days ago and has its snapshot."""
    made = open_wave("anna", "boris")
    anna, boris = login_as("anna"), login_as("boris")
    post_form(anna, f"{WAVE}/")
    fill(anna)
    send(anna)
    post_form(boris, f"{WAVE}/")
    made = db.session.merge(made)
    db.session.add(build_snapshot(made))
    made.status, made.closed_utc = "closed", utc_now() - dt.timedelta(days=100)
    db.session.commit()
    return made


def rows() -> tuple[int, int, int, int]:
    """Drafts, answers, consents, keys."""
    db.session.rollback()
    return tuple(
        db.session.scalar(db.select(db.func.count()).select_from(t)) for t in (Draft, Submission, Consent, Respondent)
    )


def test_drafts_go_after_a_month_and_answers_stay_three_years(app, wave) -> None:
    assert rows() == (1, 1, 2, 2)
    assert begin_due(utc_now()) == 1
    run_pending_jobs(app)
    assert rows() == (0, 1, 2, 2)
    assert begin_due(utc_now()) == 0


def test_answers_past_their_term_go_with_their_keys_and_the_snapshot_stays(app, wave) -> None:
    snapshot = db.session.scalars(db.select(Snapshot.sha256)).one()
    save_terms(Terms(answer_months=3))
    db.session.commit()
    begin_due(utc_now())
    run_pending_jobs(app)
    assert rows() == (0, 0, 0, 0)
    assert db.session.scalars(db.select(Snapshot.sha256)).one() == snapshot


def test_sheet_keyed_once_and_never_compared_loses_its_answers_too(app, wave) -> None:
    school_id = db.session.scalars(db.select(Submission.school_id)).one()
    sheet = PaperSheet(wave_id=wave.id, school_id=school_id, number=1, seal="ABCD", double=True)
    sheet.first = {"values": {"SUB01": "3"}, "not_applicable": []}
    db.session.add(sheet)
    db.session.commit()
    keep_terms(Terms(answer_months=4), utc_now())
    db.session.commit()
    assert db.session.scalars(db.select(PaperSheet.first)).one() is not None  # not yet
    keep_terms(Terms(answer_months=3), utc_now())
    db.session.commit()
    db.session.expire_all()
    assert db.session.scalars(db.select(PaperSheet.first)).one() is None


def test_letters_about_the_plan_have_the_term_of_letters(app, wave) -> None:
    person = db.session.scalars(db.select(Person.id).limit(1)).one()
    today = utc_now().date()
    db.session.add_all(PlanLetter(person_id=person, day=today - dt.timedelta(days=days)) for days in (179, 181))
    db.session.commit()
    assert keep_terms(Terms(letter_days=180), utc_now())["plan_letters"] == 1
    assert db.session.scalars(db.select(PlanLetter.day)).one() == today - dt.timedelta(days=179)


def test_zero_keeps_without_end(app, wave) -> None:
    save_terms(Terms(0, 0, 0))
    db.session.commit()
    assert begin_due(utc_now() + dt.timedelta(days=40_000)) == 0
    assert rows() == (1, 1, 2, 2)


def test_command_counts_and_removes(app, wave) -> None:
    runner = app.test_cli_runner()
    told = json.loads(runner.invoke(args=["retention", "--dry-run", "--json"]).output)
    assert told["overdue"]["drafts"] == 1
    assert rows()[0] == 1
    assert "черновиков: 1" in runner.invoke(args=["retention"]).output
    assert rows()[0] == 0


def test_terms_are_a_setting_of_the_municipality(app, wave, login_as) -> None:
    maria = login_as("maria")
    assert "Ошибка:" in press(maria, "/people/terms", draft_days="-1", answer_months="36", letter_days="1")
    press(maria, "/people/terms", draft_days="10", answer_months="12", letter_days="0")
    assert load_terms() == Terms(10, 12, 0)
    assert db.session.get(Setting, "retention").value["draft_days"] == 10
    assert "Удалить сейчас" in text_of(maria, "/people/terms")
    assert login_as("galina").get("/people/terms").status_code == 403


def test_consent_that_teachers_read_names_the_term_that_is_kept() -> None:
    """The packaged text and the default must be changed together."""
    consent = tomllib.loads(CONSENT_FILE.read_text(encoding="utf-8"))
    for part in ("term", "body"):
        assert f"{Terms().answer_months} месяцев после закрытия этапа" in consent[part]
