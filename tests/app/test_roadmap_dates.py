"""Pages of dates that come later: schedules, received documents, the switch of the restrictive measures."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Notice, NoticeReader, RoadmapItem, ScheduleDate
from tests.app.roadmap_world import PDF, state_of
from tests.app.rooms_world import add_plan, person
from tests.pages import post_form, token_of

SignIn = Callable[[str], FlaskClient]


def item(number: str) -> RoadmapItem:
    return db.session.scalars(db.select(RoadmapItem).where(RoadmapItem.number == number)).one()


def test_schedule_dates_an_item_and_taking_it_back_undates_it(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    assert "График ещё не пришёл" in maria.get("/roadmap/3.19").get_data(as_text=True)
    post_form(maria, "/roadmap/3.19/schedule", starts_on="2020-09-14", ends_on="2020-09-18", title="ВПР")
    post_form(maria, "/roadmap/3.19/schedule", starts_on="2020-10-05")
    assert (item("3.19").starts_on, item("3.19").due_date) == (dt.date(2020, 9, 14), dt.date(2020, 10, 5))
    page = maria.get("/roadmap/3.19").get_data(as_text=True)
    assert "ВПР" in page
    assert "внесена дата графика" in page
    assert "просрочено" in page
    for date_id in db.session.scalars(db.select(ScheduleDate.id)).all():
        post_form(maria, f"/roadmap/3.19/schedule/{date_id}/drop", page="/roadmap/3.19")
    db.session.expire_all()
    assert item("3.19").due_date is None
    assert "просрочено" not in maria.get("/roadmap/?show=late").get_data(as_text=True).partition('id="item-3-19"')[2]


def test_schedule_cannot_end_before_it_begins_nor_date_another_kind(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    page = post_form(maria, "/roadmap/3.19/schedule", starts_on="2020-09-14", ends_on="2020-09-10")
    assert "Последний день раньше первого" in page.get_data(as_text=True)
    assert maria.get("/roadmap/3.8/schedule").status_code == 404
    assert login_as("boris").get("/roadmap/3.19/schedule").status_code == 403


def test_receipt_starts_the_clock_for_heads_and_specialists(login_as: SignIn) -> None:
    add_plan()
    maria, boris = login_as("maria"), login_as("boris")
    url = "/roadmap/3.4/documents"
    data = {"csrf_token": token_of(maria, url), "title": "Письмо № 12", "received_on": "2020-06-03"}
    body = b"".join(
        f'--e\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in data.items()
    )
    body += b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--e--\r\n"
    assert maria.post(url, data=body, content_type="multipart/form-data; boundary=e").status_code == 302
    notice = db.session.scalars(db.select(Notice)).one()
    assert notice.study_until == dt.date(2020, 6, 18)  # ten working days: 4, 5, 8-11, 15-18 June; 12 June is off
    readers = {reader.person_id for reader in notice.readers}
    assert readers == {person(login).id for login in ("boris", "vera", "galina", "maria")}
    page = boris.get("/roadmap/3.4").get_data(as_text=True)
    assert "Я ознакомлен" in page
    assert "Марьина" not in page.partition("Поступившие документы")[2].partition("Отметки")[0]
    post_form(boris, f"/roadmap/documents/{notice.id}/read", page="/roadmap/3.4")
    post_form(boris, f"/roadmap/documents/{notice.id}/read", page="/roadmap/3.4")  # twice is once
    assert "вы ознакомлены" in boris.get("/roadmap/3.4").get_data(as_text=True)
    assert "Ознакомились: 1 из 4" in maria.get("/roadmap/3.4").get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count()).where(NoticeReader.read_utc.is_not(None))) == 1


def test_document_is_studied_by_those_it_names(login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")
    post_form(maria, "/roadmap/3.7/documents", title="Письмо", received_on="2020-06-03")
    notice = db.session.scalars(db.select(Notice.id)).one()
    darya = login_as("darya")
    token = token_of(darya, "/roadmap/3.7")
    assert darya.post(f"/roadmap/documents/{notice}/read", data={"csrf_token": token}).status_code == 404
    assert maria.get("/roadmap/3.8/documents").status_code == 404


def test_switch_of_the_restrictive_measures_is_seen_at_both_items(app: Flask, login_as: SignIn) -> None:
    add_plan()
    maria = login_as("maria")

    def asleep() -> set[str]:
        page = maria.get("/roadmap/").get_data(as_text=True)
        rows = {number: page.partition(f'id="item-{number.replace(".", "-")}"')[2] for number in ("3.11", "3.12")}
        return {number for number, row in rows.items() if "сейчас не действует" in row.partition("</tr>")[0]}

    assert asleep() == {"3.11"}
    post_form(maria, "/roadmap/restrictions", on="1", day="2020-03-28", basis="указ")
    assert asleep() == {"3.12"}
    assert "действуют ограничительные меры" in maria.get("/roadmap/").get_data(as_text=True)
    post_form(maria, "/roadmap/restrictions", day="2020-08-31")
    assert asleep() == {"3.11"}
    assert "28\u00a0марта 2020" in maria.get("/roadmap/restrictions").get_data(as_text=True).replace(
        "марта\u00a02020", "марта 2020"
    )


def test_twenty_six_deadlines_are_those_of_the_source_on_the_page(login_as: SignIn) -> None:
    add_plan()
    page = login_as("maria").get("/roadmap/").get_data(as_text=True)
    shown = {
        number: page.partition(f'id="item-{number.replace(".", "-")}"')[2].partition("</tr>")[0] for number in SOURCE
    }
    assert len(SOURCE) == 26
    for number, text in SOURCE.items():
        assert f"<span>{text}<br>" in shown[number], number
        assert item(number).deadline_text == text
    assert state_of("3.3", "municipality").state == "not_started"


CENTRE = "ГБУ {} «Центр непрерывного повышения профессионального мастерства педагогических работников»"
SOURCE = {  # column «Сроки реализации» of the order, typed from its text
    "1.1": "до 31 мая",
    "2.1": "По графику " + CENTRE.format("ДНО"),
    "2.2": "до 31 мая",
    "3.1": "до 25 мая",
    "3.2": "до 25 мая",
    "3.3": "до 20 июня",
    "3.4": "По мере поступления документа",
    "3.5": "до 20 июня",
    "3.6": "до 1 сентября",
    "3.7": "По мере поступления документа",
    "3.8": "до 20 июня",
    "3.9": "до 20 июня",
    "3.10": "постоянно в течение всего периода",
    "3.11": "в период действия ограничительных мер",
    "3.12": "в период после снятия ограничительных мер в очной форме по графику " + CENTRE.format("ДПО"),
    "3.13": "постоянно в течение всего периода",
    "3.14": "до 10 декабря",
    "3.15": "январь 2021 г.",
    "3.16": "постоянно в течение всего периода",
    "3.17": "постоянно в течение всего периода по отдельному графику",
    "3.18": "сентябрь",
    "3.19": "По графику Рособрнадзора",
    "4.1": "Октябрь- ноябрь 2020",
    "4.2": "ноябрь",
    "4.3": "декабрь",
    "4.4": "декабрь",
}
