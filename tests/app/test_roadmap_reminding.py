"""The page of the day and the calendar, read back by two parsers: icalendar, and ics of other authors."""

import datetime as dt
import re
from collections.abc import Callable

import ics
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from app.extensions import db
from app.plan.calendar import calendar_of
from app.plan.changes import add_schedule_date, receive
from app.plan.digest import Told, read_day, read_days
from app.plan.digest_words import note_of, title_of
from app.plan.marks import change_state
from app.plan.plans import items_of
from surveys.roadmap.deadlines import Standing
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_next_plan, add_plan, person
from tests.app.test_roadmap_measures import add_measure
from tests.pages import post_form, token_of

SignIn = Callable[[str], FlaskClient]
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/roadmap/calendar/[\w-]+\.ics)")
# Dated items of a head by the order: last days by hand.
HEAD = {
    "3.6": dt.date(2020, 9, 1),
    "3.8": dt.date(2020, 6, 20),
    "3.9": dt.date(2020, 6, 20),
    "3.14": dt.date(2020, 12, 10),
    "3.15": dt.date(2021, 1, 31),
    "4.4": dt.date(2020, 12, 31),
    "5.3": dt.date(2020, 6, 1),
}


def address(client: FlaskClient) -> str:
    page = post_form(client, "/roadmap/calendar", page="/roadmap/today").get_data(as_text=True)
    found = ADDRESS.search(page)
    assert found
    return found.group(1)


def number_of(summary: str) -> str:
    return summary.partition("п. ")[2].partition(" ")[0]


def test_calendar_is_read_alike_by_two_parsers(app: Flask, login_as: SignIn) -> None:
    add_plan()
    change_state(state_of("3.8", "school1"), "done", link="https://a.example")
    db.session.commit()
    url = address(login_as("boris"))
    answer = app.test_client().get(url)  # no session: the address is enough
    assert answer.mimetype == "text/calendar"
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))  # RFC 5545, 3.1
    first = {
        number_of(str(one["summary"])): one["dtstart"].dt for one in Calendar.from_ical(answer.data).walk("VEVENT")
    }
    second = {number_of(one.name): one.begin.date() for one in ics.Calendar(answer.get_data(as_text=True)).events}
    assert first == second == HEAD
    assert "Выполнено: п. 3.8" in answer.get_data(as_text=True).replace("\r\n ", "")
    assert "Просрочено: п. 3.6" in answer.get_data(as_text=True).replace("\r\n ", "")  # late ones are kept


def test_revoked_and_replaced_addresses_are_not_there(app: Flask, login_as: SignIn) -> None:
    add_plan()
    boris, anybody = login_as("boris"), app.test_client()
    old = address(boris)
    new = address(boris)
    assert anybody.get(old).status_code == 404
    assert anybody.get(new).status_code == 200
    post_form(boris, "/roadmap/calendar/revoke", page="/roadmap/today")
    assert anybody.get(new).status_code == 404
    assert anybody.get("/roadmap/calendar/guessed.ics").status_code == 404


def test_calendar_of_somebody_who_left_is_closed(app: Flask, login_as: SignIn) -> None:
    add_plan()
    url = address(login_as("boris"))
    person("boris").active = False
    db.session.commit()
    assert app.test_client().get(url).status_code == 404


def test_uid_stays_when_the_date_moves(app: Flask) -> None:
    plan = add_plan()
    with app.test_request_context():
        before, later = (
            {str(one["uid"]) for one in Calendar.from_ical(calendar_of(person("boris"), [day])).walk("VEVENT")}
            for day in (read_day(plan, dt.date(2020, 6, 1), "UTC"), read_day(plan, dt.date(2020, 12, 1), "UTC"))
        )
    assert before == later


def test_schedules_documents_and_measures_are_in_the_calendar(app: Flask, login_as: SignIn) -> None:
    plan = add_plan()
    items = {item.number: item for item in items_of(plan)}
    add_schedule_date(items["2.1"], dt.date(2020, 6, 15), dt.date(2020, 6, 17), "первая волна", None)
    add_schedule_date(items["2.1"], dt.date(2020, 6, 29), dt.date(2020, 6, 30), "вторая волна", None)
    receive(items["3.4"], "Методические рекомендации", dt.date(2020, 6, 3), study_until=dt.date(2020, 6, 20))
    add_measure()  # School 1, until 31 October 2020
    add_measure("school2", "Чужая мера")
    with app.test_request_context():
        body = calendar_of(person("boris"), [read_day(plan, dt.date(2020, 6, 10), "UTC")])
    spans = {
        str(one["summary"]): (one["dtstart"].dt, one["dtend"].dt - dt.timedelta(days=1))
        for one in Calendar.from_ical(body).walk("VEVENT")
    }
    waves = {words.partition(". Запол")[0]: span for words, span in spans.items() if "п. 2.1" in words}
    assert waves == {
        "Срок: п. 2.1 первая волна": (dt.date(2020, 6, 15), dt.date(2020, 6, 17)),
        "Срок: п. 2.1 вторая волна": (dt.date(2020, 6, 29), dt.date(2020, 6, 30)),
    }
    assert spans["Ознакомиться: Методические рекомендации"] == (dt.date(2020, 6, 20), dt.date(2020, 6, 20))
    assert spans["Срок: Мера: Взаимопосещение уроков"][0] == dt.date(2020, 10, 31)
    assert not [words for words in spans if "Чужая" in words]
    other = {(one.name, one.begin.date()) for one in ics.Calendar(body.decode()).events}
    assert other == {(words, first) for words, (first, _last) in spans.items()}


def test_item_that_ends_in_the_next_year_is_told_beside_the_plan_of_that_year(app: Flask, login_as: SignIn) -> None:
    plan = add_plan()
    later = add_next_plan(plan)
    add_measure()  # of the plan of 2020
    add_measure(text="Новая мера", at=later)
    page = login_as("boris").get("/roadmap/today").get_data(as_text=True)
    assert "/roadmap/3.15?plan=204-2020" in page  # «январь 2021 г.» of the plan of 2020
    assert "/roadmap/3.99?plan=7-2021" in page
    assert "п. 3.15 плана 2020 года. " in page
    assert page.count("Взаимопосещение уроков") == page.count("Новая мера") == 1
    assert "Мера плана 2020 года: Взаимопосещение уроков" in page
    assert "Мера плана 2021 года: Новая мера" in page
    home = login_as("boris").get("/").get_data(as_text=True)
    for number, year, code in (("3.15", 2020, "204-2020"), ("3.99", 2021, "7-2021")):
        line = home.partition(f'href="/roadmap/{number}?plan={code}"')[2].partition("</li>")[0]
        assert f"п. {number} плана {year} года" in line.replace("\u00a0", " ")
    assert "/roadmap/3.8?plan=204-2020" in login_as("maria").get("/").get_data(as_text=True)  # overdue since 2020
    with app.test_request_context():
        body = calendar_of(person("boris"), read_days(dt.date(2021, 1, 20), "UTC")).decode()
    told = [str(one["summary"]) for one in Calendar.from_ical(body).walk("VEVENT")]
    for start in (
        "Срок: п. 3.15 плана 2020 года ",
        "Просрочено: п. 3.99 плана 2021 года ",
        "Просрочено: Мера плана 2020 года: Взаимо",
        "Просрочено: Мера плана 2021 года: Новая",
    ):
        assert sum(words.startswith(start) for words in told) == 1, start


def test_home_counts_the_items_of_each_plan_in_force(login_as: SignIn) -> None:
    plan = add_plan()
    assert "План 2020 года" not in login_as("boris").get("/").get_data(as_text=True)
    add_next_plan(plan)
    page = login_as("maria").get("/").get_data(as_text=True).replace("\u00a0", " ")
    sums = {}
    for year in (2020, 2021):
        part = page.partition(f"<h3>План {year} года</h3>")[2].partition("</ul>")[0]
        sums[year] = sum(map(int, re.findall(r"<b>(\d+)</b>", part)))
    assert sums == {2020: 26, 2021: 1}
    assert 'href="/roadmap/?plan=204-2020"' in page
    assert 'href="/roadmap/?plan=7-2021"' in page


def test_page_of_the_day_tells_each_role_its_own(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris").get("/roadmap/today").get_data(as_text=True)
    assert "п. 3.8" in boris
    assert "п. 3.3" not in boris
    maria = login_as("maria").get("/roadmap/today").get_data(as_text=True)
    assert "Не исполнили:" in maria
    assert "Озёрное № 1, Озёрное № 2" in maria
    sheets = login_as("maria").get("/roadmap/today/all").get_data(as_text=True)
    for name in ("Борисов", "Верина", "Дарьина", "Марьина"):
        assert f"<h2>{name}" in sheets
    assert "<h2>Аннина" not in sheets  # a teacher has no items


def test_months_show_exact_days_and_hatch_what_has_none(login_as: SignIn) -> None:
    add_plan()
    page = login_as("vera").get("/roadmap/months").get_data(as_text=True)
    row = page.partition(">3.6. ")[2].partition("</tr>")[0]
    assert "● 1" in row
    assert "fuzzy" not in row
    assert page.partition(">3.10. ")[2].partition("</tr>")[0].count("fuzzy") == 9  # May 2020 to January 2021
    whole = page.partition(">4.1. ")[2].partition("</tr>")[0]  # «Октябрь- ноябрь 2020»: no exact day
    assert whole.count("▬") == 2
    assert "●" not in whole
    assert token_of(login_as("vera"), "/roadmap/today")


def test_duty_of_the_order_begins_with_a_capital_letter_and_no_school_ends_with_a_lone_stop() -> None:
    told = Told("own", "O5.3", "предоставить сведения", Standing("stale"), None, fresh=False, scope="school1")
    assert title_of(told) == "п. 5.3. Предоставить сведения"
    assert note_of(told, {"school1": "Озёрное"}) == "Озёрное"
