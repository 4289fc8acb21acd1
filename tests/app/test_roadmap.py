"""The roadmap: the order's table, n of N schools, deadlines of five kinds, marks with evidence, any past day."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Event, Measure, MeasureItem, RoadmapItem
from app.plan import marks
from app.plan.marks import Mark, change_state, days_late, marks_at, marks_now, progress
from surveys.roadmap.plan import load_roadmap
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_plan, person, school
from tests.pages import post_form

SignIn = Callable[[str], FlaskClient]
LINK = "https://school.example/order-17"


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "status", "done", "of"),
    [
        (["not_started"] * 3, "not_started", 0, 3),
        (["done", "not_started", "not_started"], "in_work", 1, 3),
        (["done", "done", "done"], "done", 3, 3),
        (["done", "done", "na"], "done", 2, 2),
        (["partly", "not_started"], "in_work", 0, 2),
        (["na", "na"], "na", 0, 0),
        (["partly"], "partly", 0, 1),
        (["done"], "done", 1, 1),
    ],
    ids=["none", "one of three", "all", "one not concerned", "begun", "nobody concerned", "one addressee", "one done"],
)
def test_item_is_done_when_every_school_concerned_has_done_it(
    states: list[str], status: str, done: int, of: int
) -> None:
    reached = progress([Mark(str(at), state) for at, state in enumerate(states)])
    assert (reached.status, reached.done, reached.of) == (status, done, of)


@pytest.mark.parametrize(
    ("kind", "due", "status", "today", "late"),
    [
        ("date", dt.date(2020, 5, 31), "not_started", dt.date(2020, 5, 31), 0),
        ("date", dt.date(2020, 5, 31), "not_started", dt.date(2020, 6, 1), 1),
        ("date", dt.date(2020, 5, 31), "done", dt.date(2020, 6, 1), 0),
        ("month", dt.date(2021, 1, 31), "in_work", dt.date(2021, 2, 2), 2),
        ("ongoing", None, "not_started", dt.date(2021, 2, 2), 0),
        ("by_schedule", None, "not_started", dt.date(2021, 2, 2), 0),
        ("on_receipt", None, "not_started", dt.date(2021, 2, 2), 0),
        ("none", None, "not_started", dt.date(2021, 2, 2), 0),
    ],
)
def test_only_dated_items_are_ever_late(kind: str, due: dt.date | None, status: str, today: dt.date, late: int) -> None:
    assert days_late(kind, due, status, today) == late


# --- the stored plan -------------------------------------------------------------------------------------------------


def test_every_text_of_the_order_is_kept_letter_by_letter(app: Flask) -> None:
    add_plan()
    kept = {row.number: row for row in db.session.scalars(db.select(RoadmapItem))}
    for item in load_roadmap().items:
        row = kept[item.number]
        assert (row.title, row.responsible, row.deadline_text, row.planned_result) == (
            item.title,
            item.responsible,
            item.deadline.text,
            item.planned_result,
        )
    assert len([number for number in kept if not number.startswith("O")]) == 26
    assert len([number for number in kept if number.startswith("O5.")]) == 4


def test_item_for_heads_has_a_state_for_each_school_and_others_one(app: Flask) -> None:
    kept = marks_now(add_plan())
    scopes = {row.number: [mark.scope for mark in kept[row.id]] for row in db.session.scalars(db.select(RoadmapItem))}
    assert scopes["3.8"] == ["school1", "school2"]
    assert scopes["3.9"] == ["school1", "school2"]  # «Негрей Н.В., Руководители ОУ»
    assert scopes["3.3"] == ["municipality"]


def test_state_of_a_past_day_is_what_was_recorded_then(app: Flask) -> None:
    plan = add_plan()
    for day, new in ((25, "in_work"), (31, "done")):
        at = dt.datetime(2020, 5, day, 20, 59, tzinfo=dt.UTC)  # 23:59 in Moscow
        change_state(state_of("3.1", "municipality"), new, evidence="приказ № 205", at=at)
    db.session.commit()
    item_id = state_of("3.1", "municipality").item_id

    def status(day: dt.date) -> str:
        return progress(marks_at(plan, day, "Europe/Moscow")[item_id]).status

    assert status(dt.date(2020, 5, 24)) == "not_started"
    assert status(dt.date(2020, 5, 25)) == "in_work"
    assert status(dt.date(2020, 5, 30)) == "in_work"
    assert status(dt.date(2020, 5, 31)) == "done"
    # one hour later by the zone's clock it would be the next day
    assert progress(marks_at(plan, dt.date(2020, 5, 31), "Asia/Vladivostok")[item_id]).status == "in_work"


# --- pages -----------------------------------------------------------------------------------------------------------


def test_table_shows_the_order_with_anchors_and_n_of_schools(login_as: SignIn) -> None:
    add_plan()
    change_state(state_of("3.8", "school1"), "done", evidence="приказ")
    db.session.commit()
    page = login_as("maria").get("/roadmap/").get_data(as_text=True)
    for item in load_roadmap().items:
        assert f'id="item-{item.number.replace(".", "-")}"' in page
    assert "1 из 2" in page
    assert "Обязанности руководителей по п. 5 приказа" in page
    assert "Специалисты УО\nРуководители ОУ" in page


def test_filter_of_late_items_leaves_only_dated_ones(login_as: SignIn) -> None:
    add_plan()
    page = login_as("maria").get("/roadmap/?show=late").get_data(as_text=True)
    assert 'id="item-3-8"' in page
    assert 'id="item-3-4"' not in page  # on receipt of a document
    assert 'id="item-3-10"' not in page  # ongoing


def test_month_of_the_strip_leaves_its_deadlines(login_as: SignIn) -> None:
    add_plan()
    page = login_as("maria").get("/roadmap/?month=2020-09").get_data(as_text=True)
    assert 'id="item-3-6"' in page
    assert 'id="item-3-18"' in page
    assert 'id="item-3-8"' not in page


def test_filters_are_kept_by_the_next_choice_and_an_empty_one_says_so(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    whole = maria.get("/roadmap/").get_data(as_text=True)
    assert "Показать весь план" not in whole
    late = maria.get("/roadmap/?show=late&month=2020-09").get_data(as_text=True)
    assert '<input type="hidden" name="show" value="late">' in late
    assert '<input type="hidden" name="month" value="2020-09">' in late
    assert "Показать весь план" in late
    assert "Показать просроченные" not in late
    assert "Мер пока нет" in maria.get("/roadmap/?show=measures").get_data(as_text=True)
    assert "Просроченных пунктов нет" in maria.get("/roadmap/?show=late&at=2020-05-22").get_data(as_text=True)


def mark(client: FlaskClient, number: str, scope: str, **data: str) -> str:
    answer = post_form(client, f"/roadmap/{number}/{scope}", **data)
    return answer.get_data(as_text=True) if answer.status_code != 302 else "saved"


def test_head_marks_the_own_school_and_the_history_tells_it(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    assert (
        mark(boris, "3.8", "school1", state="done", link=LINK, evidence="приказ № 17 от 1 июня", version="0") == "saved"
    )
    page = boris.get("/roadmap/3.8").get_data(as_text=True)
    assert "приказ № 17 от 1 июня" in page
    assert "не начато → выполнено" in page
    assert person("boris").short_name in page
    assert db.session.scalars(db.select(Event).where(Event.action == marks.CHANGED)).one().new["scope"] == "school1"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"state": "done", "evidence": "приказ"}, "Приложите файл, дайте ссылку"),
        ({"state": "done", "without_document": "1"}, "Напишите, как исполнено"),
        ({"state": "na"}, "почему пункт не относится"),
        ({"state": "done", "link": "javascript:alert(1)"}, "Адрес начинается с"),
        ({"state": "выдумано"}, "Ошибка:"),
    ],
    ids=[
        "done without proof",
        "without document and reason",
        "not concerned without reason",
        "no address",
        "unknown state",
    ],
)
def test_mark_without_what_it_needs_is_refused(login_as: SignIn, data: dict[str, str], message: str) -> None:
    add_plan()
    page = mark(login_as("boris"), "3.8", "school1", version="0", **data)
    assert message in page
    assert "<title>Ошибка:" in page
    assert state_of("3.8", "school1").state == "not_started"


def test_done_without_a_document_needs_a_reason_and_has_it(login_as: SignIn) -> None:
    add_plan()
    data = {"state": "done", "without_document": "1", "note": "проведено собрание", "version": "0"}
    assert mark(login_as("boris"), "3.8", "school1", **data) == "saved"
    assert "исполнено без документа" in login_as("boris").get("/roadmap/3.8").get_data(as_text=True)


def test_second_editor_sees_the_first_before_anything_is_overwritten(login_as: SignIn) -> None:
    add_plan()
    boris, maria = login_as("boris"), login_as("maria")
    mark(boris, "3.8", "school1", state="in_work", note="готовим", version="0")
    page = mark(maria, "3.8", "school1", state="done", link=LINK, evidence="приказ", version="0")
    assert "изменил кто-то ещё" in page
    assert ">приказ</textarea>" in page  # what was typed is there
    assert state_of("3.8", "school1").state == "in_work"
    assert mark(maria, "3.8", "school1", state="done", link=LINK, evidence="приказ", version="1") == "saved"


@pytest.mark.parametrize(
    ("login", "scope", "status"),
    [("vera", "school1", 404), ("boris", "municipality", 404), ("galina", "school1", 403), ("maria", "school2", 200)],
    ids=["head of another school", "head for the municipality", "methodologist only reads", "municipal coordinator"],
)
def test_marks_are_made_by_their_keepers(login_as: SignIn, login: str, scope: str, status: int) -> None:
    add_plan()
    number = "3.3" if scope == "municipality" else "3.8"
    assert login_as(login).get(f"/roadmap/{number}/{scope}").status_code == status


def test_head_does_not_see_what_another_school_wrote(login_as: SignIn) -> None:
    add_plan()
    change_state(state_of("3.8", "school1"), "done", evidence="тайный приказ", actor=person("boris").id)
    db.session.commit()
    page = login_as("vera").get("/roadmap/3.8").get_data(as_text=True)
    assert "тайный приказ" not in page
    assert "Озёрное № 1" not in page
    assert "1 из 2" in page


@pytest.mark.parametrize("page", ["amend", "school1"])
def test_duty_is_called_by_its_number_in_the_order(login_as: SignIn, page: str) -> None:
    add_plan()
    text = login_as("maria").get(f"/roadmap/O5.3/{page}").get_data(as_text=True)
    assert re.search(r"<h1>[^<]*п\.\s5\.3</h1>", text)
    assert not re.search(r">[^<]*п\.\sO5\.3", text)


def test_measure_stands_at_its_item(login_as: SignIn) -> None:
    add_plan()
    item_id = state_of("3.13", "municipality").item_id
    for scope, text in (("municipality", "Семинар по оцениванию"), ("school1", "Взаимопосещение уроков")):
        db.session.add(
            Measure(
                scope=scope,
                text=text,
                responsible="Негрей Н.В.",
                deadline_text="октябрь",
                planned_result="",
                measure_of_success="",
                items=[MeasureItem(roadmap_item_id=item_id)],
            )
        )
    db.session.commit()
    assert school("school1").code == "school1"
    page = login_as("vera").get("/roadmap/").get_data(as_text=True)
    assert "Семинар по оцениванию" in page
    assert "Взаимопосещение уроков" not in page
    assert "Взаимопосещение уроков" in login_as("boris").get("/roadmap/").get_data(as_text=True)


def test_empty_roadmap_says_what_to_do(login_as: SignIn) -> None:
    assert "План ещё не загружен" in login_as("maria").get("/roadmap/").get_data(as_text=True)
