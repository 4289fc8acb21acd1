"""A plan from Excel: read, corrected, accepted; amendments that keep what was."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Event, PlanDraft, RoadmapItem, RoadmapPlan
from app.models.columns import utc_now
from app.plan.changes import add_schedule_date, as_of
from app.plan.marks import change_state, marks_now
from app.plan.plans import items_of
from app.roadmap.workbook import read_workbook
from surveys.errors import SurveyError
from surveys.roadmap.plan import load_roadmap
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_plan
from tests.pages import post_form, token_of

SignIn = Callable[[str], FlaskClient]
HEAD = ("№ п/п", "Наименование мероприятия", "Ответственные исполнители", "Сроки реализации", "Планируемый результат")


def workbook(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD, title: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append([title])
        sheet.merge_cells("A1:E1")
    sheet.append(head)
    for row in rows:
        sheet.append(row)
        if len(row) == 1:
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=5)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def order_rows() -> list[tuple[Any, ...]]:
    """The order's table as people keep it in Excel: 3.1 and 3.10 alike are numbers, sections are merged rows."""
    rows: list[tuple[Any, ...]] = []
    roadmap = load_roadmap()
    for section in roadmap.sections:
        rows.append((f"{section.number}. {section.title}",))
        for item in roadmap.section_items(section.number):
            rows.append((float(item.number), item.title, item.responsible, item.deadline.text, item.planned_result))
    return rows


def upload(client: FlaskClient, body: bytes, **data: str) -> str:
    """Where the upload leads, or the page it came back with."""
    url = "/roadmap/import"
    form = {"csrf_token": token_of(client, url), "title": "План на 2021 год", "year": "2021", "order_number": "15"}
    form |= {"order_date": "2021-01-20", "amends": "", **data}
    form["file"] = (io.BytesIO(body), "plan.xlsx")  # type: ignore[assignment]
    answer = client.post(url, data=form, content_type="multipart/form-data")
    return answer.headers.get("Location") or answer.get_data(as_text=True)


NAMES = ("kind", "due", "starts", "applies")
COMPARED = (*"title responsible deadline_text deadline_kind due_date starts_on planned_result".split(), "per_school")


def as_read() -> dict[str, Any]:
    """The form of the only draft with our reading unchanged."""
    rows = [(at, row) for at, row in enumerate(db.session.scalars(db.select(PlanDraft)).one().rows) if "number" in row]
    data = {f"{name}-{at}": row[name] or "" for at, row in rows for name in NAMES}
    return data | {f"keys-{at}": row["keys"] for at, row in rows}


def test_table_of_the_order_gives_the_plan_of_the_order(login_as: SignIn) -> None:
    kept = {item.number: item for item in items_of(add_plan(), duties=False)}
    maria = login_as("maria")
    url = upload(maria, workbook(*order_rows(), title="План"), year="2020", order_date="2021-01-20")
    page = maria.get(url).get_data(as_text=True)
    assert "принят за 3.10" in page
    assert "Не понято" not in page
    names = [name.split('"')[0] for name in page.split('name="')[1:]]
    fields = {name: "" for name in names if name.startswith("kind-")}
    assert len(fields) == 26
    answer = post_form(maria, url, do="accept", **as_read())
    assert answer.headers["Location"].endswith("plan=15-2021")
    plan = db.session.scalars(db.select(RoadmapPlan).where(RoadmapPlan.code == "15-2021")).one()
    made = {item.number: item for item in items_of(plan)}
    assert made.keys() == kept.keys()
    for number, item in made.items():
        for name in (*COMPARED, "responsible_keys", "applies"):
            assert getattr(item, name) == getattr(kept[number], name), (number, name)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no book", "файл повреждён"),
        (workbook(("1.1", "Дело", "Кто", "май", "")), ""),
        (workbook(head=HEAD), "ни одного пункта"),
        (workbook(("1.1", "Дело", "Кто", "май"), head=HEAD[:4]), "нет столбца «Результат»"),
        (workbook(*[("1.1", "А", "К", "май")] * 2, head=HEAD[:4]), "уже стоит в строке 2"),
        (workbook(("1.1", "А", "К", "май", ""), ("1.1", "Б", "К", "май", "")), "уже стоит в строке 2"),
        (workbook(("", "Дело", "К", "май", "")), "нет номера"),
        (workbook(("1.1", "", "К", "май", "")), "нет названия"),
    ],
    ids=[
        "no book",
        "good",
        "empty",
        "no column",
        "no column and a number twice",
        "number twice",
        "no number",
        "no title",
    ],
)
def test_every_problem_of_a_table_is_told(body: bytes, words: str) -> None:
    if not words:
        assert len(read_workbook(body, "plan.xlsx")[0]) == 1
        return
    with pytest.raises(SurveyError) as refused:
        read_workbook(body, "plan.xlsx")
    assert words in "\n".join(refused.value.lines())


def test_reading_is_corrected_before_it_counts(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    url = upload(maria, workbook(("1.1", "Слёт наставников", "волонтёры", "когда растает", "Прошёл")))
    page = maria.get(url).get_data(as_text=True)
    assert "Не понято в ответственных: волонтёры" in page
    assert "Срок не понят" in page
    bad = post_form(maria, url, do="accept", **{"kind-0": "date", "due-0": "", "keys-0": "school_heads"})
    assert "нужен последний день" in bad.get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(RoadmapPlan.id))) == 1
    post_form(maria, url, do="accept", **{"kind-0": "date", "due-0": "2022-01-15", "keys-0": "school_heads"})
    page = maria.get("/roadmap/?plan=15-2021").get_data(as_text=True)
    assert "Слёт наставников" in page
    assert "когда растает" in page  # the words stay
    assert "0 из 2" in page
    item = db.session.scalars(db.select(RoadmapItem).where(RoadmapItem.number == "1.1", RoadmapItem.plan_id > 1)).one()
    assert item.due_date == dt.date(2022, 1, 15)  # ends in the next year


def test_draft_of_another_person_is_not_there(login_as: SignIn) -> None:
    add_plan()
    url = upload(login_as("maria"), workbook(("1.1", "Дело", "Кто", "май", "")))
    assert login_as("galina").get(url).status_code == 403


def test_amendment_keeps_what_the_item_was(app: Flask, login_as: SignIn) -> None:
    plan = add_plan()
    before = utc_now()
    maria = login_as("maria")
    rows = [row for row in order_rows() if row[0] != 3.19]
    changed = [(*row[:3], "до 30 июня", *row[4:]) if row[0] == 3.3 else row for row in rows]
    url = upload(
        maria, workbook(*changed, (5.1, "Новое дело", "Руководители ОУ", "декабрь", "Сделано")), amends=plan.code
    )
    post_form(maria, url, do="accept", drop_missing="1", **as_read())
    items = {item.number: item for item in items_of(plan)}
    assert items["3.3"].due_date == dt.date(2020, 6, 30)  # «до 30 июня» in a plan of 2020, whenever it is amended
    assert items["3.19"].withdrawn_on is not None
    assert [state.scope for state in items["5.1"].states] == ["school1", "school2"]
    page = maria.get("/roadmap/").get_data(as_text=True)
    assert 'id="item-3-19"' not in page
    assert "Новое дело" in page
    assert "приказ № 15 от 20.01.2021" in maria.get("/roadmap/3.3").get_data(as_text=True)
    past = {item.number: item for item in as_of(items.values(), before)}
    assert "5.1" not in past
    assert (past["3.3"].deadline_text, past["3.3"].due_date) == ("до 20 июня", dt.date(2020, 6, 20))
    assert past["3.19"].withdrawn_on is None


def test_one_item_is_amended_by_an_order(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    data = {"title": "Новое название", "responsible": "Негрей Н.В.", "deadline_text": "до 1 июля", "seen": "0"}
    data["responsible_keys"] = "negrey"
    data |= {"deadline_kind": "date", "due_date": "2020-07-01", "planned_result": "Есть", "applies": ""}
    page = post_form(maria, "/roadmap/3.3/amend", **data).get_data(as_text=True)
    assert "Назовите приказ об изменении" in page
    assert post_form(maria, "/roadmap/3.3/amend", reason="приказ № 300", **data).status_code == 302
    page = maria.get("/roadmap/3.3").get_data(as_text=True)
    assert "изменён пункт плана" in page
    assert "до 20 июня → до 1 июля" in page
    assert "до 20 июня" in maria.get("/roadmap/3.3?at=2020-06-01").get_data(as_text=True).partition("<h2>")[0]
    late = post_form(maria, "/roadmap/3.3/amend", reason="приказ № 301", **data)  # from a page opened before
    assert late.status_code == 409
    assert "изменил кто-то ещё" in late.get_data(as_text=True)


def test_item_given_to_schools_by_an_amendment_is_counted_by_school_from_then_on(login_as: SignIn) -> None:
    plan = add_plan()
    maria, boris = login_as("maria"), login_as("boris")
    at = dt.datetime(2020, 6, 1, 9, tzinfo=dt.UTC)
    change_state(state_of("3.13", "municipality"), "in_work", note="РМО", at=at)
    db.session.commit()
    page = maria.get("/roadmap/3.13/amend").get_data(as_text=True)
    assert 'value="negrey" checked' in page
    data = {"title": "Сетевое взаимодействие", "responsible": "Руководители ОУ", "deadline_text": "до 1 июля"}
    data |= {"responsible_keys": "school_heads", "deadline_kind": "date", "due_date": "2020-07-01", "applies": ""}
    post_form(maria, "/roadmap/3.13/amend", reason="приказ № 300", seen="0", **data)
    page = maria.get("/roadmap/3.13").get_data(as_text=True)
    assert "0 из 2 школ" in page
    assert "адресаты: Негрей Н.В. → Руководители ОУ" in page
    assert "вид срока: постоянно → крайняя дата" in page
    assert [mark.scope for mark in marks_now(plan)[state_of("3.13", "school1").item_id]] == ["school1", "school2"]
    assert maria.get("/roadmap/3.13/municipality").status_code == 404  # asleep
    assert "п. 3.13" in boris.get("/roadmap/today").get_data(as_text=True)
    past = maria.get("/roadmap/3.13?at=2020-06-02").get_data(as_text=True).partition("<h2>История")[0]
    assert "РМО" in past
    assert "из 2 школ" not in past
    seen = str(db.session.scalar(db.select(db.func.max(Event.id)).where(Event.action == "roadmap.amended")))
    back = {**data, "responsible": "Негрей Н.В.", "responsible_keys": "negrey"}
    post_form(maria, "/roadmap/3.13/amend", reason="приказ № 301", seen=seen, **back)
    assert "в работе" in maria.get("/roadmap/3.13").get_data(as_text=True)  # what the department had marked is there


def test_schedule_that_came_is_not_lost_by_a_table_of_amendments(login_as: SignIn) -> None:
    plan = add_plan()
    maria = login_as("maria")
    items = {item.number: item for item in items_of(plan)}
    add_schedule_date(items["3.19"], dt.date(2020, 9, 14), dt.date(2020, 10, 12), "ВПР", None)
    db.session.commit()
    url = upload(maria, workbook(*order_rows()), amends=plan.code)
    post_form(maria, url, do="accept", **as_read())
    db.session.expire_all()
    assert items["3.19"].due_date == dt.date(2020, 10, 12)
