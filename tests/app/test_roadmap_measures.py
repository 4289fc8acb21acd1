"""Measures: states, what proves them, the goal, and what the next stage says with its number of persons."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo.build import MIDLINE, build_demo
from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Event, Measure, MeasureItem, RoadmapPlan, Snapshot, Wave
from app.plan.plans import items_of
from app.results.measure_effect import baseline_of, blocks_of, effect_words, effects
from app.results.snapshots import close_wave, latest_snapshot, released_of
from surveys.disclosure.released import Change, Share
from surveys.russian import number_text
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_plan
from tests.conftest import empty_tables
from tests.pages import post_form

SignIn = Callable[[str], FlaskClient]
TEXTS = {"responsible": "Завуч", "deadline_text": "октябрь", "planned_result": "", "measure_of_success": ""}


def add_measure(scope: str = "school1", text: str = "Взаимопосещение уроков", at: RoadmapPlan | None = None) -> int:
    """A measure at 3.13 of the order's plan, or at the first item of another."""
    item = items_of(at)[0].id if at else state_of("3.13", "municipality").item_id
    one = Measure(
        scope=scope, text=text, due_date=dt.date(2020, 10, 31), items=[MeasureItem(roadmap_item_id=item)], **TEXTS
    )
    db.session.add(one)
    db.session.commit()
    return one.id


def test_measure_goes_its_way_with_proof_and_history(login_as: SignIn) -> None:
    add_plan()
    one = add_measure()
    boris = login_as("boris")
    url = f"/roadmap/measures/{one}"
    assert "просрочена" in boris.get("/roadmap/measures").get_data(as_text=True)
    assert post_form(boris, url, status="in_work", version="0").status_code == 302
    assert "Приложите файл" in post_form(boris, url, status="done", version="1").get_data(as_text=True)
    assert "почему мера отменена" in post_form(boris, url, status="cancelled", version="1").get_data(as_text=True)
    stale = post_form(boris, url, status="done", link="https://a.example/b", version="0")
    assert stale.status_code == 409
    assert post_form(boris, url, status="done", link="https://a.example/b", version="1").status_code == 302
    assert "в работе → исполнена" in boris.get(url).get_data(as_text=True)
    told = db.session.scalars(db.select(Event).where(Event.action == "measure.changed").order_by(Event.id)).all()
    assert [event.new["status"] for event in told] == ["in_work", "done"]


def test_execution_of_a_measure_that_others_keep_is_no_empty_place(login_as: SignIn) -> None:
    add_plan()
    shared = add_measure("municipality")
    assert "Отметок и документов пока нет." in login_as("boris").get(f"/roadmap/measures/{shared}").get_data(
        as_text=True
    )
    keeper = login_as("maria").get(f"/roadmap/measures/{shared}").get_data(as_text=True)
    assert "Отметок и документов пока нет." not in keeper  # the twin: who may mark it has the form there


def test_school_changes_its_own_measures_only(login_as: SignIn) -> None:
    add_plan()
    own, other, shared = add_measure(), add_measure("school2"), add_measure("municipality")
    boris = login_as("boris")
    assert boris.get(f"/roadmap/measures/{other}").status_code == 404
    assert boris.get(f"/roadmap/measures/{shared}").status_code == 200
    refused = post_form(
        boris, f"/roadmap/measures/{shared}", page=f"/roadmap/measures/{own}", status="done", version="0"
    )
    assert refused.status_code == 404
    assert login_as("adam").get(f"/roadmap/measures/{own}").status_code == 200


@pytest.fixture
def second_stage(app: Flask) -> Flask:
    """The demonstration with its second stage closed."""
    empty_tables()
    build_demo(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC))
    db.session.commit()
    close_wave(db.session.scalars(db.select(Wave).where(Wave.code == MIDLINE)).one())
    db.session.commit()
    run_pending_jobs(app)
    return app


def test_effect_is_the_released_change_with_its_number_of_persons(second_stage: Flask) -> None:
    wave = db.session.scalars(db.select(Wave).where(Wave.code == MIDLINE)).one()
    changes = {
        change.scale: change for code, change in released_of(latest_snapshot(wave.id)).changes if code == "municipality"
    }
    told, shares = 0, 0
    with second_stage.test_request_context():
        for measure in db.session.scalars(db.select(Measure).where(Measure.scope == "municipality")):
            for effect in effects(measure):
                assert effect.wave_code == MIDLINE
                for block, line in zip(blocks_of(measure), effect.lines, strict=True):
                    change = changes[block]
                    if change.change is None:
                        continue
                    assert f"({change.matched})" in line
                    assert f"{number_text(change.before, 1)} → {number_text(change.after, 1)}" in line
                    told += 1
                    share = change.deficit_before
                    shares += share is not None
                    assert (share is not None) == ("Доля с дефицитом среди них" in line)
    assert told > 0
    assert shares > 0  # blocks of the demonstration where the gate lets the share of the same persons out


def test_hidden_and_changed_blocks_are_said_in_words(app: Flask) -> None:
    measure = Measure(scope="school1", text="", indicator="mean:MET", target=60.0, **TEXTS)
    shown = Change(scale="MET", matched=49, before=46.0, after=61.5, change=15.5)
    with app.test_request_context():
        assert "скрыто" in effect_words("Методика", Change(scale="MET", matched=None, hidden="primary"), measure)
        assert "не сравниваются" in effect_words(
            "Методика", Change(scale="MET", matched=None, comparable=False), measure
        )
        assert "сравнить некого" in effect_words("Методика", None, measure)
        words = effect_words("Методика", shown, measure)
    assert "среди одних и тех же педагогов (49)" in words
    assert "46,0 → 61,5" in words
    assert "Доля с дефицитом" not in words  # the gate gave none
    assert words.endswith("Цель 60,0 достигнута.")
    shares = [Share(kind="exact", n=49, count=count, percent=100 * count / 49) for count in (23, 15)]  # 46.9, 30.6
    told = shown.model_copy(update={"deficit_before": shares[0], "deficit_after": shares[1]})
    with app.test_request_context():
        words = effect_words("Методика", told, measure)
    assert "Доля с дефицитом среди них 47\u00a0% → 31\u00a0% (23 → 15 чел.)." in words


def test_baseline_is_that_of_the_findings_own_stage(second_stage: Flask) -> None:
    compared = 0
    for one in db.session.scalars(db.select(Measure).where(Measure.scope == "municipality")):
        known = baseline_of(one)
        if known is None:
            continue
        first = released_of(db.session.get_one(Snapshot, one.finding.snapshot_id))
        figures = {f"mean:{scale.scale}": scale for scale in first.municipality.scales}[known[0]]
        assert known[1:] == (figures.mean, figures.n)
        compared += 1
    assert compared > 0
