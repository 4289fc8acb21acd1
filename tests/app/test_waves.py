"""Opening a wave, watching who has answered, closing it, and the figures that may then be seen."""

import datetime as dt
import hashlib
import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import (
    Assignment,
    ConsentText,
    Event,
    InstrumentVersion,
    Job,
    Participation,
    Person,
    School,
    Snapshot,
    Submission,
    Wave,
)
from app.models.columns import utc_now
from app.results import snapshots
from app.results.snapshots import build_snapshot, close_wave, latest_snapshot, released_of
from app.waves import analysis
from surveys.answers.answer_set import AnswerSet
from surveys.report.document import Cell, Row, Table
from tests.app import wave_world
from tests.pages import TOKEN, post_form, token_of

HERE = f"/waves/{wave_world.CODE}/"
ANALYSIS = f"{HERE}analysis"
FIGURES = re.compile(r"M, от 0 до 100|Доля учителей со средним|id=\"blocks\"")


@pytest.fixture
def content(app: Flask) -> None:
    """Definitions, roadmap and teachers; no wave."""
    wave_world.add_content()
    wave_world.add_teachers()
    db.session.commit()
    db.session.remove()


@pytest.fixture
def opened(app: Flask) -> None:
    """An open wave with answers."""
    wave_world.build_open_wave()


@pytest.fixture
def closed(app: Flask, opened: None) -> None:
    """The same wave closed and calculated."""
    wave_world.close(app)
    db.session.remove()


def figures_page(client: FlaskClient) -> str:
    """The analysis page from its heading on, computed anew: nothing kept in the process."""
    snapshots._released.cache_clear()
    analysis._kept.clear()
    text = client.get(ANALYSIS).get_data(as_text=True)
    return TOKEN.sub("", text[text.index("<h1>") :])  # a token tells the second in which the page was made


def wave_data(**changes: Any) -> dict[str, Any]:
    """What a methodologist types to open a wave."""
    now = dt.datetime.now()
    schools = list(db.session.scalars(db.select(School.id).order_by(School.position)))
    sha256 = wave_world.packaged().questionnaire.sha256()
    version = db.session.scalars(db.select(InstrumentVersion.id).where(InstrumentVersion.sha256 == sha256))
    data = {
        "title": "Входная диагностика",
        "code": "spring",
        "stage": "baseline",
        "instrument_version_id": version.one(),
        "schools": schools,
        "roadmap_item_number": "3.9",
        "opens": (now - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "closes": (now + dt.timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
        "k": "5",
        "consent_text_id": db.session.scalars(db.select(ConsentText.id)).one(),
    }
    return data | changes


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_wave_of_an_impossible_year_is_refused_beside_its_field(content: None, login_as, year: str) -> None:
    response = post_form(login_as("galina"), "/waves/new", **wave_data(opens=f"{year}-01-01T00:00"))
    assert response.status_code == 200
    assert "Дата и время не распознаны" in response.get_data(as_text=True)


def test_methodist_opens_a_wave_and_every_active_teacher_is_invited_once(content: None, login_as) -> None:
    school2 = db.session.scalars(db.select(School).where(School.code == "school2")).one()
    anna = db.session.scalars(db.select(Person).where(Person.login == "anna")).one()
    anna.assignments.append(Assignment(role="teacher", scope="school2", school_id=school2.id))
    gone = db.session.scalars(db.select(Person).where(Person.number == "school1-0")).one()
    gone.active = False
    db.session.commit()
    response = post_form(login_as("galina"), "/waves/new", **wave_data())
    assert response.status_code == 302
    wave = db.session.scalars(db.select(Wave)).one()
    assert (wave.status, wave.k, wave.roadmap_item_number) == ("open", 5, "3.9")
    invited = list(db.session.scalars(db.select(Participation).where(Participation.wave_id == wave.id)))
    assert len(invited) == 19 + 16 + 8 + 1 - 1  # 43 teachers added, Anna, less the one who left
    annas = [one for one in invited if one.person_id == anna.id]
    assert [one.school_id for one in annas] == [min(anna.school_ids())]
    assert db.session.scalars(db.select(Event.action).where(Event.action == "wave.opened")).one()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Назовите этап"),
        ({"code": "Весна 2020"}, "Только латинские строчные буквы"),
        ({"code": "new"}, "Такой код уже есть"),
        ({"k": "4"}, "меньше 5 не допускается"),
        ({"schools": []}, "Отметьте хотя бы одну школу"),
        ({"closes": "2020-01-01T10:00"}, "Окончание"),
        ({"closes": "когда-нибудь"}, "Дата и время не распознаны"),
    ],
    ids=["no title", "code in Russian", "reserved code", "k under 5", "no school", "closing in the past", "no date"],
)
def test_wrong_field_is_said_beside_it_and_nothing_typed_is_lost(content: None, login_as, changes, message) -> None:
    response = post_form(login_as("galina"), "/waves/new", **wave_data(**changes))
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert message in text
    assert "<title>Ошибка:" in text
    assert db.session.scalar(db.select(Wave)) is None
    if "title" not in changes:
        assert 'value="Входная диагностика"' in text


def test_next_stage_opens_in_one_step_from_the_closed_one(closed: None, login_as) -> None:
    before = db.session.scalars(db.select(Wave)).one()
    client = login_as("galina")
    assert f'href="/waves/new?after={before.code}"' in client.get(f"/waves/{before.code}/").get_data(as_text=True)
    page = html.fromstring(client.get(f"/waves/new?after={before.code}").get_data(as_text=True))
    form = next(one for one in page.forms if "stage" in one.fields)
    assert client.post("/waves/new", data=MultiDict(form.form_values())).status_code == 302  # as it came, unchanged
    wave = db.session.scalars(db.select(Wave).where(Wave.id != before.id)).one()
    assert (wave.stage, wave.title) == ("midline", "Промежуточная диагностика профессиональных затруднений")
    assert wave.instrument_version_id == before.instrument_version_id
    assert [part.school_id for part in wave.schools] == [part.school_id for part in before.schools]
    assert wave.status == "open"


def test_no_stage_follows_a_wave_that_is_not_there(content: None, login_as) -> None:
    assert login_as("galina").get("/waves/new?after=nowhere").status_code == 404


def test_draft_is_thrown_away_once_and_an_open_wave_is_not(content: None, login_as) -> None:
    client = login_as("galina")
    post_form(client, "/waves/new", **wave_data(draft="1"))
    assert post_form(client, "/waves/spring/throw-away", page="/waves/spring/").location == "/waves/"
    assert "Черновик удалён." in client.get("/waves/").get_data(as_text=True)
    again = post_form(client, "/waves/spring/throw-away", page="/waves/new")
    assert again.location == "/waves/"  # the second press of a double click finds nothing more
    assert db.session.scalars(db.select(Wave)).all() == []
    post_form(client, "/waves/new", **wave_data())
    post_form(client, "/waves/spring/throw-away", page="/waves/spring/")  # the twin: an open wave stays
    assert "удалить можно только черновик" in client.get("/waves/spring/").get_data(as_text=True)
    assert db.session.scalars(db.select(Wave.status)).one() == "open"


def test_draft_invites_nobody_until_it_is_opened(content: None, login_as) -> None:
    client = login_as("galina")
    post_form(client, "/waves/new", **wave_data(draft="1"))
    assert db.session.scalars(db.select(Wave.status)).one() == "draft"
    assert db.session.scalar(db.select(db.func.count(Participation.id))) == 0
    assert login_as("boris").get("/waves/spring/").status_code == 404
    post_form(client, "/waves/spring/open", page="/waves/spring/")
    assert db.session.scalars(db.select(Wave.status)).one() == "open"
    assert db.session.scalar(db.select(db.func.count(Participation.id))) == 44


def test_typed_time_is_of_the_municipality_not_of_the_server(content: None, login_as) -> None:
    post_form(login_as("galina"), "/waves/new", **wave_data(closes="2099-06-20T18:00"))
    assert db.session.scalars(db.select(Wave.closes_utc)).one() == dt.datetime(2099, 6, 20, 15, tzinfo=dt.UTC)


def test_board_counts_refusal_as_done_and_never_apart(opened: None, login_as) -> None:
    text = login_as("galina").get(HERE).get_data(as_text=True)
    assert "19 из 20" in text  # 18 sent and 1 refused
    assert "отказ" not in text.lower()
    assert "38 из 44" in text  # 18 + 15 + 4 sent, 1 refused


@pytest.mark.parametrize("login", ["galina", "maria", "boris", "darya"])
def test_figures_do_not_show_while_the_wave_is_open(opened: None, login_as, login) -> None:
    client = login_as(login)
    assert not FIGURES.search(client.get(HERE).get_data(as_text=True))
    assert client.get(ANALYSIS).status_code == 302
    assert client.get(f"/findings/{wave_world.CODE}/").status_code == 404
    assert client.get(f"/reports/{wave_world.CODE}/municipality/").status_code == 404


def test_coordinator_sees_names_of_those_not_done_in_the_own_school_only(opened: None, login_as) -> None:
    text = login_as("darya").get(f"{HERE}school").get_data(as_text=True)
    left = db.session.scalars(
        db.select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(Participation.status == "invited")
    )
    names = {person.full_name: min(person.school_ids()) for person in left}
    own = db.session.scalars(db.select(School.id).where(School.code == "school1")).one()
    assert sum(school == own for school in names.values()) == 1  # 20 less 18 sent and 1 refused
    assert {name for name in names if name in text} == {name for name, school in names.items() if school == own}


@pytest.mark.parametrize("login", ["galina", "maria", "boris", "anna"])
def test_nobody_else_sees_names(opened: None, login_as, login) -> None:
    assert login_as(login).get(f"{HERE}school").status_code in (403, 404)


def test_head_sees_numbers_of_the_own_school_only(opened: None, login_as) -> None:
    text = login_as("boris").get(HERE).get_data(as_text=True)
    assert "Озёрное № 1" in text
    assert "Озёрное № 2" not in text
    assert "Учителев" not in text


def test_school_is_extended_alone_and_only_to_a_later_time(opened: None, login_as) -> None:
    client, wave = login_as("galina"), wave_world.the_wave()
    school, before = wave.schools[1].school_id, wave.closes_utc
    earlier = (before - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    text = post_form(client, f"{HERE}extend", school=school, closes=earlier).get_data(as_text=True)
    assert "Новое окончание должно быть позже" in text
    later = (before + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert post_form(client, f"{HERE}extend", school=school, closes=later).status_code == 302
    wave = wave_world.the_wave()
    assert wave.closes_utc == before
    assert [part.extended_until_utc is not None for part in wave.schools] == [False, True, False]


def test_closing_is_a_job_and_ends_at_the_analysis(app: Flask, opened: None, login_as) -> None:
    client = login_as("galina")
    assert "заморожены" in client.get(f"{HERE}close").get_data(as_text=True)
    assert post_form(client, f"{HERE}close").status_code == 302
    assert "Идёт расчёт" in client.get(HERE).get_data(as_text=True)
    run_pending_jobs(app)
    assert "Открыть анализ" in client.get(HERE).get_data(as_text=True)
    assert client.get(ANALYSIS).status_code == 200


def test_closing_twice_makes_one_snapshot(app: Flask, opened: None) -> None:
    close_wave(wave_world.the_wave())
    close_wave(wave_world.the_wave())
    db.session.commit()
    run_pending_jobs(app)
    close_wave(wave_world.the_wave())
    db.session.commit()
    run_pending_jobs(app)
    assert db.session.scalar(db.select(db.func.count(Snapshot.id))) == 1


def test_snapshot_keeps_the_data_without_ids_and_says_its_hash(closed: None) -> None:
    snapshot = db.session.scalars(db.select(Snapshot)).one()
    assert snapshot.sha256 == hashlib.sha256(snapshot.dataset + snapshot.released.encode()).hexdigest()
    assert snapshot.population == {"school1": 20, "school2": 16, "school3": 8}
    answers = AnswerSet.from_bytes(snapshot.dataset)
    assert len(answers) == snapshot.n == 18 + 15 + 4
    assert list(answers.groups) == ["school"]
    for key in db.session.scalars(db.select(Submission.respondent_key)):
        assert key.encode() not in snapshot.dataset


def test_rows_of_the_snapshot_are_not_in_the_order_of_arrival(closed: None) -> None:
    snapshot = db.session.scalars(db.select(Snapshot)).one()
    schools = list(AnswerSet.from_bytes(snapshot.dataset).groups["school"])
    assert schools != sorted(schools)  # they came school by school; 37 rows stay sorted once in 10**15 shuffles


def test_closing_freezes_a_later_change_of_data_changes_nothing(closed: None, login_as) -> None:
    client = login_as("galina")
    before = figures_page(client)
    for submission in db.session.scalars(db.select(Submission)):
        submission.values = dict.fromkeys(submission.values, "0")
    db.session.commit()
    assert figures_page(client) == before


def test_the_same_change_before_closing_does_change_the_figures(app: Flask, opened: None) -> None:
    honest = build_snapshot(wave_world.the_wave()).released
    for submission in db.session.scalars(db.select(Submission)):
        submission.values = submission.values | {"MET01": "0", "MET02": "0"}
    db.session.flush()
    assert build_snapshot(wave_world.the_wave(), at=utc_now()).released != honest
    db.session.rollback()


def test_answer_that_comes_after_closing_is_counted_apart(closed: None, login_as) -> None:
    wave_world.answer(wave_world.the_wave(), {"school1": 0, "school2": 1, "school3": 0}, seed=3)
    db.session.commit()
    text = login_as("galina").get(ANALYSIS).get_data(as_text=True)
    assert "после расчёта 1 ответ" in text
    assert "ответили 37 из 44" in text


def test_school_of_four_answers_shows_nothing(closed: None, login_as) -> None:
    client = login_as("galina")
    text = client.get(f"{ANALYSIS}?scope=school:school3").get_data(as_text=True)
    assert "Результаты этой группы скрыты" in text
    assert not FIGURES.search(text)
    whole = client.get(ANALYSIS).get_data(as_text=True)
    assert "скрыто: менее 5\u00a0ответов" in whole or "скрыто: менее 5 ответов" in whole


def test_hidden_school_is_not_left_alone(closed: None) -> None:
    """With one school hidden and the total shown, its figures would follow by subtraction."""
    released = released_of(db.session.scalars(db.select(Snapshot)).one())
    assert [school.hidden for school in released.schools] == [None, "complementary", "primary"]


def test_every_number_of_the_analysis_comes_from_the_released_figures(closed: None, login_as) -> None:
    """Emptied of answers and people's progress, the database still gives the same page."""
    client = login_as("galina")
    before = figures_page(client)
    snapshot = db.session.scalars(db.select(Snapshot)).one()
    released = released_of(snapshot)
    db.session.execute(db.delete(Submission))
    db.session.execute(db.delete(Participation))
    db.session.commit()
    assert figures_page(client) == before
    for scale in released.municipality.scales:
        assert scale.mean is not None
        assert f"{scale.mean:.1f}".replace(".", ",") in before


def test_analysis_read_in_english_stays_russian_for_the_next_reader(closed: None, login_as) -> None:
    english, russian = login_as("maria"), login_as("galina")
    english.get("/language?to=en")
    analysis._kept.clear()
    assert ">Block<" in english.get(ANALYSIS).get_data(as_text=True)
    assert ">Block<" not in russian.get(ANALYSIS).get_data(as_text=True)


@pytest.mark.parametrize(
    ("login", "scope", "status"),
    [
        ("boris", "school:school1", 200),
        ("darya", "school:school1", 200),
        ("boris", "school:school2", 404),
        ("boris", "municipality", 404),
        ("vera", "school:school1", 404),
        ("maria", "school:school2", 200),
        ("galina", "school:nowhere", 404),
        ("anna", "school:school1", 403),
    ],
)
def test_analysis_of_a_school_is_for_it_and_the_department(closed: None, login_as, login, scope, status) -> None:
    response = login_as(login).get(f"{ANALYSIS}?scope={scope}")
    assert response.status_code == status
    if status == 404:
        assert "Озёрное" not in re.sub(r"<header.*?</header>", "", response.get_data(as_text=True), flags=re.DOTALL)


def test_wave_that_asks_other_schools_only_does_not_exist_for_a_head(content: None, login_as) -> None:
    school = db.session.scalars(db.select(School.id).where(School.code == "school1")).one()
    post_form(login_as("galina"), "/waves/new", **wave_data(schools=[school]))
    vera = login_as("vera")
    assert vera.get("/waves/spring/").status_code == 404
    assert "spring" not in vera.get("/waves/").get_data(as_text=True)
    assert login_as("boris").get("/waves/spring/").status_code == 200


def test_failed_calculation_says_so_and_can_be_repeated(app: Flask, opened: None, login_as) -> None:
    client = login_as("galina")
    post_form(client, f"{HERE}close")
    job = db.session.scalars(db.select(Job).where(Job.kind == "close_wave")).one()
    job.status, job.error = "failed", "Не хватило памяти."
    db.session.commit()
    assert "Не хватило памяти." in client.get(HERE).get_data(as_text=True)
    post_form(client, f"{HERE}close", page=HERE)
    run_pending_jobs(app)
    assert latest_snapshot(wave_world.the_wave().id) is not None


def test_first_stage_has_nothing_to_compare_with(closed: None) -> None:
    assert released_of(db.session.scalars(db.select(Snapshot)).one()).changes == []


@pytest.mark.parametrize(
    ("schools", "corner"), [(5, "Блок"), (25, "Школа")], ids=["a line fits", "too many for a line"]
)
def test_table_of_many_schools_has_a_row_for_each(app: Flask, schools: int, corner: str) -> None:
    instrument = wave_world.packaged().questionnaire
    cells = [Cell(value=40.0, printed="40 %") for _scale in instrument.scales]
    rows = [Row(key=f"s{place}", cells=[Cell(value="", printed=f"Школа {place}"), *cells]) for place in range(schools)]
    heat = analysis._heat(Table(id="heat", title="", columns=[], rows=rows, source=""), instrument)
    assert heat["corner"] == corner
    assert len(heat["heads"]) == (schools if corner == "Блок" else len(instrument.scales))
    assert all(len(shown) == len(heat["heads"]) for _code, _label, _total, shown in heat["rows"])
    assert {shade for *_row, shown in heat["rows"] for shade, _cell in shown} == {"h2"}  # from 30 to under 50


def test_draft_opened_while_it_is_thrown_away_is_one_of_both(app: Flask, content: None, login_as) -> None:
    """Somebody presses «Открыть» when the other has read the draft: nobody is told that a wave opened that is gone."""
    galina, maria = login_as("galina"), login_as("maria")
    post_form(galina, "/waves/new", **wave_data(draft="1"))
    token, mine, answers = token_of(maria, "/waves/spring/"), threading.get_ident(), list[TestResponse]()
    other = threading.Thread(
        target=lambda: answers.append(maria.post("/waves/spring/open", data={"csrf_token": token}))
    )

    def press(*_details: object) -> None:
        if threading.get_ident() == mine and other.ident is None:
            other.start()
            other.join(timeout=2)  # it waits for the wave: who holds it goes on

    own = token_of(galina, "/waves/spring/")
    db.session.remove()
    event.listen(Wave, "load", press)
    try:
        assert galina.post("/waves/spring/throw-away", data={"csrf_token": own}).location == "/waves/"
    finally:
        event.remove(Wave, "load", press)
    other.join(timeout=60)
    db.session.rollback()
    assert [answer.status_code for answer in answers] == [404]
    assert db.session.scalars(db.select(Wave)).all() == []
    assert db.session.scalars(db.select(Event).where(Event.action == "wave.opened")).all() == []
