"""Rows of answers from the web: who may ask, with what reason, and one content a wave."""

import csv
import datetime as dt
import io

import pytest

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import ConsentText, Document, Event, InstrumentVersion, Respondent, School, Submission, WaveSchool
from app.models.columns import utc_now
from app.models.waves import POOLED
from app.results.snapshots import released_of
from app.storage import stored_path
from tests.app.wave_world import CODE, build_open_wave, close
from tests.pages import post_form

URL = f"/rows/{CODE}"
REASON = "Проверка надёжности шкал"


@pytest.fixture
def closed(app):
    build_open_wave()
    close(app)
    return app


def ask(client, **data):
    return post_form(client, URL, **{"content": "school", "kind": "csv", "reason": REASON, **data})


def body():
    document = db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()
    return stored_path(document.path).read_bytes().decode("utf-8-sig")


def test_methodologist_gets_rows_without_keys_times_and_small_schools(closed, login_as):
    galina = login_as("galina")
    assert ask(galina).status_code == 302
    run_pending_jobs(closed)
    text = body()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 37
    # School 3 answered with 4, School 2 protects it.
    assert {row["school"] for row in rows} == {"", "Озёрное № 1"}
    for secret in [
        *db.session.scalars(db.select(Respondent.key)),
        *db.session.scalars(db.select(Submission.receipt)),
        "Озёрное № 3",
        "202",  # a year of any time
    ]:
        assert secret not in text
    event = db.session.scalars(db.select(Event).where(Event.action == "rows.asked")).one()
    assert (event.reason, event.new["content"]) == (REASON, "school")
    page = galina.get("/reports/").get_data(as_text=True)
    assert "Строки ответов" in page


def test_second_content_of_a_wave_is_not_given(closed, login_as):
    galina = login_as("galina")
    assert ask(galina).status_code == 302
    response = ask(galina, content="facts")
    assert response.status_code == 200
    assert db.session.scalar(db.select(db.func.count()).where(Event.action == "rows.asked")) == 1
    assert ask(galina, kind="xlsx").status_code == 302


def test_reason_is_required_and_nothing_typed_is_lost(closed, login_as):
    page = ask(login_as("galina"), reason="мало", kind="xlsx").get_data(as_text=True)
    assert "<title>Ошибка:" in page
    assert ">мало</textarea>" in page
    assert db.session.scalar(db.select(db.func.count()).where(Event.action == "rows.asked")) == 0


@pytest.mark.parametrize("login", ["anna", "boris", "darya", "maria", "adam"])
def test_nobody_but_the_methodologist_may_ask(closed, login_as, login):
    assert login_as(login).get(URL).status_code == 403


def test_open_wave_has_no_rows(app, login_as):
    build_open_wave()
    assert login_as("galina").get(URL).status_code == 404


def test_small_schools_declared_one_unit_are_shown_together(app, login_as):
    """School 3 answers with 4, School 2 with 15: pooled before the opening they show 19 together and hide nobody."""
    build_open_wave()
    for part in db.session.scalars(
        db.select(WaveSchool).join(School, School.id == WaveSchool.school_id).where(School.code != "school1")
    ):
        part.unit = POOLED
    db.session.commit()
    released = released_of(close(app))
    assert [(group.code, group.label, group.n, group.hidden) for group in released.schools] == [
        ("school1", "Озёрное № 1", 18, None),
        (POOLED, "Озёрное № 2, Озёрное № 3", 19, None),
    ]
    page = login_as("galina").get(f"/waves/{CODE}/analysis?scope=school:{POOLED}")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("pooled", "words"),
    [([1], "одну объединять не с чем"), ([1, 2], "только школы, которые участвуют"), ([2, 3], "")],
    ids=["one school", "a school outside the wave", "two schools"],
)
def test_form_of_a_wave_declares_one_reporting_unit(app, login_as, pooled, words):
    build_open_wave()
    ids = list(db.session.scalars(db.select(School.id).order_by(School.position)))
    taking_part = ids[1:] if pooled != [1] else ids
    galina = login_as("galina")
    instrument = db.session.scalars(
        db.select(InstrumentVersion.id).where(InstrumentVersion.kind == "questionnaire")
    ).one()
    now = utc_now()
    response = post_form(
        galina,
        "/waves/new",
        title="Второй этап",
        code="second",
        stage="midline",
        instrument_version_id=instrument,
        consent_text_id=db.session.scalars(db.select(ConsentText.id)).one(),
        schools=taking_part,
        pooled=[ids[place - 1] for place in pooled],
        roadmap_item_number="",
        opens=f"{now:%Y-%m-%dT%H:%M}",
        closes=f"{now + dt.timedelta(days=9):%Y-%m-%dT%H:%M}",
        k="5",
        draft="1",
    )
    if words:
        assert words in response.get_data(as_text=True)
        return
    assert response.status_code == 302, response.get_data(as_text=True)
    units = db.session.scalars(
        db.select(WaveSchool.unit).join(School).where(WaveSchool.unit.is_not(None)).order_by(School.position)
    )
    assert list(units) == [POOLED, POOLED]
    again = galina.get("/waves/second/edit").get_data(as_text=True)
    assert again.count("checked") >= 5
