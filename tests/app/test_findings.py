"""Decisions on findings: accepted ones are measures in the roadmap, and everything leads back to its figures."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.findings.deadlines import due_date
from app.models import Event, Finding, Measure, MeasureItem, RoadmapItem, RoadmapPlan, Snapshot
from app.plan.plans import current_plan
from app.plan.working_days import store_days_off
from surveys.roadmap.deadlines import Moves, add_working_days
from tests.app import wave_world
from tests.app.rooms_world import add_next_plan
from tests.pages import post_form

ROOM = f"/findings/{wave_world.CODE}/"


@pytest.fixture
def closed(app: Flask) -> None:
    """A closed and calculated wave."""
    wave_world.build_open_wave()
    wave_world.close(app)
    db.session.remove()


def first(scope: str = "municipality", rule: str | None = None) -> Finding:
    """The most pressing finding of a group, or the one of ``rule``."""
    query = db.select(Finding).where(Finding.scope == scope).order_by(Finding.priority.desc(), Finding.id)
    return db.session.scalars(query.where(Finding.rule == rule) if rule else query).first()


def decide(client: FlaskClient, finding: Finding, do: str, version: int | None = None, **data: Any):
    """Press a button at a finding."""
    version = finding.version if version is None else version
    page = f"{ROOM}?scope={finding.scope if finding.scope == 'municipality' else 'school:' + finding.scope}"
    return post_form(client, f"{ROOM}{finding.id}", page=page, do=do, version=version, **data)


def edit_data(finding: Finding, **changes: Any) -> dict[str, Any]:
    """The edit form as it opens, with changes."""
    body = finding.body
    return {
        "version": finding.version,
        "text": body["recommendation"],
        "responsible": body["responsible"],
        "deadline_text": body["deadline"],
        "planned_result": body["planned_result"],
        "measure_of_success": body["measure_of_success"],
        "due_date": "",
    } | changes


def measures() -> list[Measure]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Measure)))


def test_findings_are_ranked_and_each_shows_its_figures_with_n(closed: None, login_as) -> None:
    text = login_as("galina").get(ROOM).get_data(as_text=True)
    findings = list(db.session.scalars(db.select(Finding).where(Finding.scope == "municipality")))
    findings.sort(key=lambda one: (-one.priority, one.id))
    places = [text.index(f'id="finding-{one.id}"') for one in findings]
    assert places == sorted(places)
    assert len(places) == text.count('<article class="find')
    top = next(one for one in findings if one.rule == "Q-MET-S")
    share = next(one for one in top.body["numbers"] if one["name"] == "blk.MET.share")
    assert f'scope=municipality#blocks-MET">{share["printed"]}</a>, n = {share["n"]}' in text


def test_every_figure_of_a_finding_has_its_place_on_the_analysis_page(closed: None, login_as) -> None:
    client = login_as("galina")
    page = client.get(ROOM).get_data(as_text=True)
    analysis = client.get(f"/waves/{wave_world.CODE}/analysis").get_data(as_text=True)
    anchors = set(re.findall(r'scope=municipality#([\w-]+)"', page))
    assert "blocks-MET" in anchors
    assert {anchor for anchor in anchors if f'id="{anchor}"' not in analysis} == set()


def test_accept_makes_one_measure_at_its_roadmap_items(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first(rule="Q-MET-S")
    assert decide(client, finding, "accept").status_code == 302
    (measure,) = measures()
    assert measure.finding_id == finding.id
    assert measure.text == finding.body["recommendation"]
    numbers = db.session.scalars(
        db.select(RoadmapItem.number)
        .join(MeasureItem, MeasureItem.roadmap_item_id == RoadmapItem.id)
        .where(MeasureItem.measure_id == measure.id)
    )
    assert sorted(numbers) == sorted(finding.body["roadmap_items"]) == ["3.10", "3.12", "3.8"]  # the rule's own list
    event = db.session.scalars(db.select(Event).where(Event.action == "finding.accepted")).one()
    assert (event.old, event.new) == ("proposed", "accepted")


def test_measure_stands_at_items_of_the_older_plan_in_force_where_the_newest_has_none(closed: None, login_as) -> None:
    add_next_plan(current_plan())
    finding = first(rule="Q-MET-S")
    decide(login_as("galina"), finding, "accept")
    wanted = db.select(RoadmapItem.number, RoadmapPlan.year).join(MeasureItem).join(RoadmapPlan)
    assert sorted(map(tuple, db.session.execute(wanted))) == [("3.10", 2020), ("3.12", 2020), ("3.8", 2020)]


def test_accepting_twice_makes_one_measure(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    decide(client, finding, "accept", version=0)
    assert decide(client, finding, "accept", version=0).status_code == 302
    assert len(measures()) == 1


def test_reject_needs_a_reason(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    response = decide(client, finding, "reject", reason="   ")
    text = response.get_data(as_text=True)
    assert "Напишите причину" in text
    assert "<title>Ошибка:" in text
    assert first().decision == "proposed"
    decide(client, finding, "reject", reason="Учителя на курсах")
    db.session.expire_all()
    assert (first().decision, first().reason, measures()) == ("rejected", "Учителя на курсах", [])
    assert "Учителя на курсах" in client.get(ROOM).get_data(as_text=True)


def test_second_of_two_editors_sees_both_and_overwrites_nothing_unseen(closed: None, login_as) -> None:
    galina, maria, finding = login_as("galina"), login_as("maria"), first()
    url = f"{ROOM}{finding.id}/edit"
    assert post_form(galina, url, **edit_data(finding, text="Провести семинар")).status_code == 302
    response = post_form(maria, url, **edit_data(finding, text="Провести вебинар", version=0))
    text = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Провести семинар" in text
    assert "Провести вебинар" in text
    assert [measure.text for measure in measures()] == ["Провести семинар"]
    version = re.search(r'name="version"[^>]*value="(\d+)"', text)
    assert version
    post_form(maria, url, **edit_data(finding, text="Провести вебинар", version=int(version[1])))
    assert [measure.text for measure in measures()] == ["Провести вебинар"]


def test_decision_on_what_another_has_decided_is_not_written(closed: None, login_as) -> None:
    galina, maria, finding = login_as("galina"), login_as("maria"), first()
    decide(galina, finding, "accept", version=0)
    response = decide(maria, finding, "reject", version=0, reason="Не нужно")
    assert response.status_code == 409
    assert "Ваше решение не записано" in response.get_data(as_text=True)
    assert "Не нужно" in response.get_data(as_text=True)
    assert len(measures()) == 1


def test_edited_text_stands_apart_from_the_computed_one(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    computed = dict(finding.body)
    post_form(client, f"{ROOM}{finding.id}/edit", **edit_data(finding, text="Провести семинар", due_date="2099-09-01"))
    (measure,) = measures()
    assert (measure.text, measure.due_date) == ("Провести семинар", dt.date(2099, 9, 1))
    assert first().body == computed
    text = client.get(ROOM).get_data(as_text=True)
    assert "изменено методистом" in text
    assert computed["recommendation"] in text.replace("&#39;", "'").replace("&#34;", '"')


def test_edit_form_with_an_empty_field_loses_nothing(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    response = post_form(client, f"{ROOM}{finding.id}/edit", **edit_data(finding, text="", responsible="Завуч"))
    text = response.get_data(as_text=True)
    assert "Напишите, что нужно сделать" in text
    assert 'value="Завуч"' in text
    assert measures() == []


def test_undo_takes_the_measure_out_again(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    decide(client, finding, "accept")
    db.session.expire_all()
    decide(client, first(), "undo")
    db.session.expire_all()
    assert (first().decision, measures(), db.session.scalar(db.select(db.func.count(MeasureItem.id)))) == (
        "proposed",
        [],
        0,
    )


def test_measure_under_way_is_not_undone(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    decide(client, finding, "accept")
    (measure,) = measures()
    measure.status = "in_work"
    db.session.commit()
    decide(client, first(), "undo")
    assert len(measures()) == 1


def test_approved_report_freezes_decisions_and_deadlines_run_from_that_day(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first(rule="Q-LOW-S")  # «в течение 30 дней после утверждения справки»
    decide(client, finding, "accept")
    day = dt.date.today() + dt.timedelta(days=5)
    assert post_form(client, f"{ROOM}approve", approved_on="2020-01-01").status_code == 200  # before the calculation
    assert post_form(client, f"{ROOM}approve", approved_on=day.isoformat(), approved_number="17").status_code == 302
    (measure,) = measures()
    assert measure.due_date == day + dt.timedelta(days=30)
    decide(client, first(rule="Q-LOW-S"), "undo")
    assert len(measures()) == 1
    snapshot = db.session.scalars(db.select(Snapshot)).one()
    assert (snapshot.approved_on, snapshot.approved_number) == (day, "17")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("в течение 14 дней после утверждения справки", dt.date(2020, 7, 6)),  # 22 June + 14
        ("заявка — в течение 14 дней; занятия — в течение 30 дней", dt.date(2020, 7, 22)),
        ("в течение 5 рабочих дней", dt.date(2020, 6, 29)),  # 22 June 2020 is a Monday: 23 24 25 26 and 29
        ("в течение\u00a07\u00a0дней", dt.date(2020, 6, 29)),
        ("по графику ЦНППМ", None),
    ],
    ids=["days", "the later of two", "working days", "non-breaking spaces", "no days"],
)
def test_deadline_in_words_gives_its_last_day(text, day) -> None:
    assert due_date(text, dt.date(2020, 6, 22)) == day


def test_working_days_of_a_measure_are_counted_without_holidays_and_moved_days_off() -> None:
    text, start = "в течение 5 рабочих дней", dt.date(2020, 6, 8)  # a Monday
    assert due_date(text, start) == dt.date(2020, 6, 16)  # 9 10 11, (Friday 12 is a holiday), 15 16
    assert due_date(text, start, Moves(frozenset({dt.date(2020, 6, 15)}))) == dt.date(2020, 6, 17)


def test_approval_reckons_with_days_off_that_the_department_entered(closed: None, login_as) -> None:
    client, finding = login_as("galina"), first()
    words = "в течение 1 рабочих дней"
    post_form(client, f"{ROOM}{finding.id}/edit", **edit_data(finding, deadline_text=words, due_date=""))
    day = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
    store_days_off(Moves(frozenset(day + dt.timedelta(days=ahead) for ahead in range(1, 31))), 0)
    db.session.commit()
    assert post_form(client, f"{ROOM}approve", approved_on=day.isoformat(), approved_number="17").status_code == 302
    (measure,) = measures()
    assert measure.due_date == add_working_days(day + dt.timedelta(days=30), 1)


def test_head_reads_accepted_measures_of_the_own_school_only(closed: None, login_as) -> None:
    boris, finding = login_as("boris"), first("school1")
    page = f"{ROOM}?scope=school:school1"
    assert "Принятых мер пока нет" in boris.get(page).get_data(as_text=True)
    decide(login_as("galina"), finding, "accept")
    text = boris.get(page).get_data(as_text=True)
    assert f'id="finding-{finding.id}"' in text
    assert "<button" not in re.sub(r"<footer.*", "", text, flags=re.DOTALL)
    assert boris.get(ROOM + "?scope=municipality").status_code == 404
    assert boris.get(ROOM + "?scope=school:school2").status_code == 404


def test_head_cannot_decide(closed: None, login_as) -> None:
    boris, finding = login_as("boris"), first("school1")
    response = post_form(boris, f"{ROOM}{finding.id}", page="/", do="accept", version=0)
    assert response.status_code == 403
    assert measures() == []
