"""A school's own roadmap, the report on any day, the history as a table."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Document, Event, Measure, SchoolPlan, SchoolPlanLine
from app.plan.marks import change_state
from app.roadmap.school_plans import rolled_up
from surveys.roadmap.plan import load_roadmap
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_next_plan, add_plan, person
from tests.app.test_roadmap_measures import TEXTS, add_measure
from tests.pages import post_form

SignIn = Callable[[str], FlaskClient]
URL = "/roadmap/schools/school1"
LINE = {"text": "Наставничество", "responsible": "Завуч", "deadline_text": "до 1 мая", "due_date": "2021-05-01"}


def test_school_roadmap_is_made_of_measures_and_own_lines_approved_and_rolled_up(login_as: SignIn) -> None:
    plan = add_plan()
    one = add_measure()
    boris, darya, maria = login_as("boris"), login_as("darya"), login_as("maria")
    assert "Внести 1 принят" in darya.get(URL).get_data(as_text=True)
    post_form(darya, f"{URL}/measures", page=URL)
    post_form(darya, f"{URL}/measures", page=URL)  # twice is once
    post_form(darya, URL, numbers=["3.8", "выдуман"], **LINE)
    post_form(darya, URL, numbers=["3.8", "выдуман"], **LINE)  # and so is the second click
    lines = db.session.scalars(db.select(SchoolPlanLine).order_by(SchoolPlanLine.id)).all()
    assert [(line.measure_id, line.numbers) for line in lines] == [(one, ["3.13"]), (None, ["3.8"])]
    assert rolled_up(plan) == {}  # not approved yet
    assert post_form(darya, f"{URL}/approve", page=URL).status_code == 403
    refused = approve(boris, approved_number="")
    assert refused.status_code == 302
    assert db.session.scalars(db.select(SchoolPlan.approved_on)).one() is None
    approve(boris)
    db.session.get_one(Measure, one).status = "done"
    db.session.commit()
    assert rolled_up(plan) == {"3.13": (1, 1), "3.8": (0, 1)}
    assert "исполнено 1 из 1" in maria.get("/roadmap/schools").get_data(as_text=True)
    assert "приказом № 7" in maria.get(URL).get_data(as_text=True)


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("boris", "Строк пока нет: добавьте свои."),
        ("maria", "Строк пока нет: их вносит школа. Вы можете принять меры"),
        ("adam", "Строк пока нет: их вносит школа."),
    ],
    ids=["head", "municipal coordinator", "administrator"],
)
def test_empty_roadmap_of_a_school_offers_each_what_that_person_can_do(login_as: SignIn, login: str, told: str) -> None:
    add_plan()
    page = login_as(login).get("/roadmap/schools/school1").get_data(as_text=True)
    assert told in page
    assert ("добавьте" in page) == ("Добавить строку" in page)
    assert ("Вы можете принять меры" in page) == (login == "maria")


def test_school_has_a_roadmap_under_each_plan_in_force_at_its_own_address(login_as: SignIn) -> None:
    plan = add_plan()
    old = add_measure()
    later = add_next_plan(plan)
    new = add_measure(text="Новая мера", at=later)
    bare = Measure(scope="school1", text="Мера без пункта", **TEXTS)
    db.session.add(bare)
    db.session.commit()
    darya, past = login_as("darya"), f"{URL}?plan=204-2020"
    listed = darya.get("/roadmap/schools").get_data(as_text=True)
    assert f'href="{past}"' in listed
    assert f'href="{URL}?plan=7-2021"' in listed
    assert [part.partition("<")[0] for part in listed.split("<h2>")[1:]] == [
        "План 2021 года",
        "План 2020 года",
    ]
    page = darya.get(past).get_data(as_text=True)
    assert "План 2020 года. Не утверждена." in page.replace("\u00a0", " ")
    assert "Внести 1 принят" in page.replace("\u00a0", " ")
    for action in re.findall(r'<form[^>]*action="(/roadmap/[^"]*)"', page):
        assert action.endswith("?plan=204-2020")
    taken = post_form(darya, f"{URL}/measures?plan=204-2020", page=past)
    assert taken.location.endswith(past)
    post_form(darya, past, **LINE)
    assert "Внести 2 принят" in darya.get(URL).get_data(as_text=True).replace("\u00a0", " ")
    post_form(darya, f"{URL}/measures", page=URL)
    lines = {
        kept.plan_id: [(line.measure_id, line.numbers) for line in kept.lines]
        for kept in db.session.scalars(db.select(SchoolPlan))
    }
    assert lines == {plan.id: [(old, ["3.13"]), (None, [])], later.id: [(new, ["3.99"]), (bare.id, [])]}
    approved = approve(login_as("boris"), past)
    assert approved.location.endswith(past)
    db.session.expire_all()
    kept = {one.plan_id: one.approved_number for one in db.session.scalars(db.select(SchoolPlan))}
    assert kept == {plan.id: "7", later.id: ""}
    assert darya.get(f"{URL}?plan=no").status_code == 404


def test_measure_leads_to_its_item_under_the_plan_of_its_year(login_as: SignIn) -> None:
    plan = add_plan()
    one = add_measure()
    add_next_plan(plan)
    page = login_as("boris").get(f"/roadmap/measures/{one}").get_data(as_text=True)
    assert 'href="/roadmap/3.13?plan=204-2020"' in page
    assert "план 2020 года" in page.replace("\u00a0", " ")


def test_links_of_a_page_under_a_plan_lead_to_pages_under_it(login_as: SignIn) -> None:
    add_next_plan(add_plan())
    page = login_as("boris").get("/roadmap/3.8/school1?plan=204-2020").get_data(as_text=True)
    assert 'href="/roadmap/3.8?plan=204-2020"' in page  # 3.8 is in no other plan


def approve(client: FlaskClient, page: str = URL, **data: Any) -> TestResponse:
    """The head sends the form of the page as it stands there."""
    seen = re.search(r'/approve[^>]*>.*?name="version" value="(\d+)"', client.get(page).get_data(as_text=True))
    data = {"approved_number": "7", "approved_on": "2021-02-01", "version": seen[1] if seen else "", **data}
    return post_form(client, page.replace(URL, f"{URL}/approve"), page=page, **data)


def test_own_line_is_done_with_a_proof_and_a_new_line_asks_for_a_new_approval(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    post_form(boris, URL, **LINE)
    approve(boris)
    line = db.session.scalars(db.select(SchoolPlanLine.id)).one()
    post_form(boris, f"{URL}/lines/{line}", page=URL, status="done", version="0")
    assert db.session.get_one(SchoolPlanLine, line).status == "planned"
    post_form(boris, f"{URL}/lines/{line}", page=URL, status="done", proof="приказ № 8", version="0")
    db.session.expire_all()
    assert db.session.get_one(SchoolPlanLine, line).status == "done"
    assert db.session.scalars(db.select(SchoolPlan.approved_on)).one() == dt.date(2021, 2, 1)
    post_form(boris, URL, **{**LINE, "text": "Ещё одна"})
    db.session.expire_all()
    assert db.session.scalars(db.select(SchoolPlan.approved_on)).one() is None
    told = db.session.scalars(db.select(Event).where(Event.action == "school_plan.line_added").order_by(Event.id)).all()
    assert told[-1].old == {"approved_on": "2021-02-01", "number": "7"}  # the approved edition is not forgotten


def test_nobody_approves_a_line_unseen_or_overwrites_a_mark(login_as: SignIn) -> None:
    add_plan()
    boris, darya = login_as("boris"), login_as("darya")
    post_form(darya, URL, **LINE)  # version 1: what the head looks at
    post_form(darya, URL, **{**LINE, "text": "Ещё одна"})
    approve(boris, version="1")
    assert db.session.scalars(db.select(SchoolPlan.approved_on)).one() is None
    assert "пока вы смотрели, дорожную карту изменили" in boris.get(URL).get_data(as_text=True)
    line = db.session.scalars(db.select(SchoolPlanLine.id).order_by(SchoolPlanLine.id)).first()
    for client, status in ((darya, "in_work"), (boris, "planned")):  # both saw version 0
        post_form(client, f"{URL}/lines/{line}", page=URL, status=status, version="0")
    db.session.expire_all()
    assert db.session.get_one(SchoolPlanLine, line).status == "in_work"
    approve(boris)
    db.session.expire_all()
    assert db.session.scalars(db.select(SchoolPlan.approved_on)).one() == dt.date(2021, 2, 1)


def test_department_reads_and_another_school_does_not(login_as: SignIn) -> None:
    add_plan()
    assert login_as("galina").get(URL).status_code == 200
    assert login_as("vera").get(URL).status_code == 404
    assert post_form(login_as("maria"), URL, page="/roadmap/people", **LINE).status_code == 404


def test_report_on_a_past_day_tells_what_was_done_by_then(login_as: SignIn) -> None:
    add_plan()
    at = dt.datetime(2020, 6, 10, 9, tzinfo=dt.UTC)
    change_state(state_of("3.8", "school1"), "done", evidence="Приказ № 17", link="https://a.example", at=at)
    db.session.commit()
    maria = login_as("maria")
    assert "Приказ № 17" in maria.get("/roadmap/report?at=2020-06-10").get_data(as_text=True)
    assert "Приказ № 17" not in maria.get("/roadmap/report?at=2020-06-09").get_data(as_text=True)
    assert "Приказ № 17" not in login_as("vera").get("/roadmap/report?at=2020-06-10").get_data(as_text=True)


def test_history_comes_out_with_its_hashes_and_no_formula(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    data = {"title": "Название", "deadline_kind": "date", "due_date": "2020-07-01", "applies": ""}
    post_form(maria, "/roadmap/3.3/amend", reason="=HYPERLINK(1)", seen="0", **data)
    text = maria.get("/roadmap/history.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    amended = next(row for row in rows if row["action"] == "roadmap.amended")
    kept = db.session.scalars(db.select(Event).where(Event.action == "roadmap.amended")).one()
    assert (amended["hash"], amended["prev_hash"]) == (kept.hash, kept.prev_hash)
    assert amended["reason"] == "'=HYPERLINK(1)"
    assert "signed_in" not in {row["action"] for row in rows}


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pdf"])
def test_report_of_a_day_is_a_file_with_the_counts_of_the_page(app: Flask, login_as: SignIn, kind: str) -> None:
    add_plan()
    at = dt.datetime(2020, 6, 22, 9, tzinfo=dt.UTC)
    for code in ("school1", "school2"):
        change_state(state_of("3.9", code), "done", evidence=f"Приказ {code}", link="https://a.example", at=at)
    change_state(state_of("3.8", "school1"), "done", evidence="Приказ № 17", link="https://a.example", at=at)
    db.session.commit()
    boris = login_as("boris")
    post_form(boris, "/roadmap/report/file", page="/roadmap/report", at="2020-06-23", format=kind)
    run_pending_jobs(app)
    kept = db.session.scalars(db.select(Document)).one()
    assert (kept.owner_id, kept.format) == (person("boris").id, kind)
    rows = {row["key"]: row["cells"] for table in kept.report["tables"] for row in table["rows"]}
    assert rows["3.8"][5]["printed"].splitlines() == [
        "1 из 2 школ; в работе; просрочено на 3 дня",
        "Озёрное № 1: выполнено; Приказ № 17; https://a.example",
    ]
    page = boris.get("/roadmap/report?at=2020-06-23").get_data(as_text=True)
    assert "1 из 2 школ" in page.partition('<td class="num">3.8</td>')[2].partition("</tr>")[0]
    assert rows["3.9"][5]["printed"].startswith("2 из 2 школ; выполнено")
    assert "school2" not in str(kept.report)  # what another school wrote
    order = {item.number: item for item in load_roadmap().items}
    for number, item in order.items():  # the order's words, letter by letter
        texts = (item.number, item.title, item.responsible, item.deadline.text, item.planned_result)
        assert tuple(cell["printed"] for cell in rows[number][:5]) == texts
    body = boris.get(f"/reports/{kept.id}/file", buffered=True).data
    assert body.startswith(b"%PDF" if kind == "pdf" else b"PK")
