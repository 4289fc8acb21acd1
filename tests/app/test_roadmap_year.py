"""The whole of 2020 by a test clock: what each person is told each day, and the state of a past day.

Days off of article 112 in the days of the order (from 20 May 2020 to 28 February 2021): Friday 12 June, Wednesday
4 November, 1-8 January. None is on a Saturday or Sunday after the order, so no Monday follows one: those of 2020
(24 February, 9 March, 11 May) and the decree's 4 and 5 May came before it. 23 February 2021 is a Tuesday. Of the
reminders below only that of 3.8 meets one: a week before 20 June is Saturday 13 June, and it is told on the 11th.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask

from app.content.starting import load_packaged
from app.extensions import db
from app.models import Municipality, NoticeReader, PlanMember, RoadmapItem, RoadmapPlan, School
from app.plan.changes import acquaint, add_schedule_date, amend_item, as_of, receive
from app.plan.digest import Told, digests, read_day
from app.plan.marks import Mark, change_state, marks_at, marks_now
from app.plan.plans import items_of, store_plan
from app.plan.restrictions import switch
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import person

ZONE = "Europe/Moscow"
FIRST, LAST = dt.date(2020, 1, 1), dt.date(2021, 2, 28)
# Last days by hand from the text of the order; «до 1 июня 2020г» is O5.3.
DUE = {
    "1.1": dt.date(2020, 5, 31),
    "2.2": dt.date(2020, 5, 31),
    "3.1": dt.date(2020, 5, 25),
    "3.2": dt.date(2020, 5, 25),
    "3.3": dt.date(2020, 6, 20),
    "3.5": dt.date(2020, 6, 20),
    "3.6": dt.date(2020, 9, 1),
    "3.8": dt.date(2020, 6, 20),
    "3.9": dt.date(2020, 6, 20),
    "3.14": dt.date(2020, 12, 10),
    "3.15": dt.date(2021, 1, 31),
    "3.18": dt.date(2020, 9, 30),
    "4.1": dt.date(2020, 11, 30),
    "4.2": dt.date(2020, 11, 30),
    "4.3": dt.date(2020, 12, 31),
    "4.4": dt.date(2020, 12, 31),
    "O5.3": dt.date(2020, 6, 1),
    "2.1": dt.date(2020, 6, 30),  # by the schedule entered on 10 June
}
NEVER = {"3.4", "3.7", "3.10", "3.11", "3.12", "3.13", "3.16", "3.17", "3.19", "O5.1", "O5.2", "O5.4"}
DONE = {  # (item, addressee): day of the mark
    ("3.1", "municipality"): dt.date(2020, 5, 25),
    ("3.2", "municipality"): dt.date(2020, 5, 27),
    ("3.8", "school1"): dt.date(2020, 6, 18),
    ("3.10", "municipality"): dt.date(2020, 8, 3),
}


def morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(6), tzinfo=dt.UTC)  # 9 o'clock in Moscow


def happen(plan: RoadmapPlan, day: dt.date) -> None:
    """What is done on ``day``."""
    at = morning(day)
    items = {item.number: item for item in items_of(plan)}
    for (number, scope), done in DONE.items():
        if done == day:
            new = "in_work" if number == "3.10" else "done"
            change_state(state_of(number, scope), new, link="https://a.example", at=at)
    if day == dt.date(2020, 3, 28):
        switch(True, day, "указ Главы КБР")
    if day == dt.date(2020, 8, 31):
        switch(False, day)
    if day == dt.date(2020, 6, 3):
        receive(items["3.4"], "Методические рекомендации", day, study_until=dt.date(2020, 6, 20), at=at)
    if day == dt.date(2020, 6, 5):
        reader = db.session.scalars(db.select(NoticeReader).where(NoticeReader.person_id == person("boris").id)).one()
        acquaint(reader, at)
    if day == dt.date(2020, 6, 10):
        add_schedule_date(items["2.1"], dt.date(2020, 6, 15), dt.date(2020, 6, 30), "", None, at)
    if day == dt.date(2020, 6, 15):
        amend_item(items["3.3"], {"title": "Изменённое название"}, reason="приказ № 300", at=at)
    db.session.flush()


def days() -> Iterator[dt.date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += dt.timedelta(days=1)


@pytest.fixture
def plan(app: Flask) -> RoadmapPlan:
    """The order's plan as it was stored on its day, with Negrey signed in as Galina."""
    municipality = db.session.scalars(db.select(Municipality)).one()
    schools = db.session.scalars(db.select(School).order_by(School.position)).all()
    made = store_plan(load_packaged().roadmap, municipality, schools, at=morning(dt.date(2020, 5, 20)))
    db.session.add(PlanMember(plan_id=made.id, key="negrey", person_id=person("galina").id, name="Негрей Н.В."))
    db.session.flush()
    return made


def live(plan: RoadmapPlan) -> Iterator[tuple[dt.date, dict[int, list[Told]]]]:
    """Each day: what was told in the morning; then what is done on it happens."""
    for day in days():
        yield day, digests(read_day(plan, day, ZONE))
        happen(plan, day)


def test_year_by_day(plan: RoadmapPlan) -> None:
    assert DUE.keys() | NEVER == {item.number for item in items_of(plan)}
    names = {person(login).id: login for login in ("boris", "darya", "vera", "galina", "maria")}
    late: dict[tuple[str, str, str], list[dt.date]] = defaultdict(list)
    fresh: dict[tuple[str, str], list[dt.date]] = defaultdict(list)
    then: dict[dt.date, dict[int, list[Mark]]] = {}
    for day, told in live(plan):
        for person_id, lines in told.items():
            for line in lines:
                if line.standing.word == "late":
                    late[names[person_id], line.number, line.scope].append(day)
                if line.fresh:
                    assert day.weekday() < 5, f"told on a day off: {day}"
                    fresh[names[person_id], f"{line.kind} {line.number}"].append(day)
        if day == dt.date(2020, 6, 2):
            then[dt.date(2020, 6, 1)] = marks_now(plan)
    check_delays(late)
    check_reminders(fresh)
    check_past(plan, then)


def check_delays(late: dict[tuple[str, str, str], list[dt.date]]) -> None:
    """Each dated item is late from the day after its last one until it is done; others never."""
    assert not {number for _who, number, _scope in late} & NEVER
    for who, scope in (("boris", "school1"), ("vera", "school2")):
        for number in ("2.1", "3.6", "3.8", "3.9", "3.14", "3.15", "4.4", "O5.3"):
            done = DONE.get((number, scope), LAST)
            expected = [day for day in days() if DUE[number] < day <= done]
            assert late.get((who, number, scope), []) == expected, (who, number)
    assert late["maria", "3.2", "municipality"] == [dt.date(2020, 5, 26), dt.date(2020, 5, 27)]
    assert ("maria", "3.1", "municipality") not in late
    for number in ("3.6", "3.8", "4.1"):  # escalated while anybody owes it
        assert late["maria", number, "municipality"][0] == DUE[number] + dt.timedelta(days=1)
    assert late["galina", "2.2", "municipality"][0] == dt.date(2020, 6, 1)  # Negrey by name
    assert {number for who, number, _scope in late if who == "darya"} == {"4.1", "4.2", "4.3"}


def check_reminders(fresh: dict[tuple[str, str], list[dt.date]]) -> None:
    """Days told by hand with the calendar of 2020."""
    assert fresh["boris", "own 3.8"] == [dt.date(2020, 6, 11)]  # 12 (a holiday) and 13 June are off; done on the 18th
    assert fresh["vera", "own 3.8"][:4] == [
        dt.date(2020, 6, 11),
        dt.date(2020, 6, 19),  # Friday before Saturday 20 June
        dt.date(2020, 6, 22),
        dt.date(2020, 6, 29),
    ]
    assert fresh["boris", "own 3.6"][:4] == [
        dt.date(2020, 8, 25),
        dt.date(2020, 9, 1),
        dt.date(2020, 9, 2),
        dt.date(2020, 9, 7),
    ]
    assert fresh["galina", "own 3.18"][:3] == [dt.date(2020, 9, 1), dt.date(2020, 9, 23), dt.date(2020, 9, 30)]
    assert fresh["vera", "document 3.4"][:3] == [dt.date(2020, 6, 4), dt.date(2020, 6, 19), dt.date(2020, 6, 22)]
    assert fresh["boris", "document 3.4"] == [dt.date(2020, 6, 4)]  # read on the 5th
    assert fresh["maria", "own 3.10"][0] == dt.date(2020, 7, 20)  # 60 days after 20 May are 19 July, a Sunday
    assert dt.date(2020, 8, 10) not in fresh["maria", "own 3.10"]  # marked on 3 August
    assert fresh["boris", "own 2.1"][0] == dt.date(2020, 6, 15)


def check_past(plan: RoadmapPlan, then: dict[dt.date, dict[int, list[Mark]]]) -> None:
    """The state as of 1 June is what was recorded then, and so is the text of an item amended later."""
    for day, recorded in then.items():
        told = marks_at(plan, day, ZONE)
        for item_id, marks in recorded.items():
            assert [(m.scope, m.state, m.link, m.marked_utc) for m in marks] == [
                (m.scope, m.state, m.link, m.marked_utc) for m in told[item_id]
            ]
        assert sum(mark.state == "done" for marks in recorded.values() for mark in marks) == 2  # 3.1 and 3.2
    moment = morning(dt.date(2020, 6, 2))
    original = {item.number: item.title for item in load_packaged().roadmap.items}
    assert {item.title for item in items_of(plan) if item.number == "3.3"} == {"Изменённое название"}
    past = {item.number: item for item in as_of(items_of(plan), moment)}
    assert past["3.3"].title == original["3.3"]
    assert past["2.1"].due_date is None


def test_restricted_items_swap_with_the_switch(plan: RoadmapPlan) -> None:
    by_number = {item.number: item for item in db.session.scalars(db.select(RoadmapItem))}
    switch(True, dt.date(2020, 6, 1))
    add_schedule_date(by_number["3.12"], dt.date(2020, 6, 8), dt.date(2020, 6, 9), "", None)
    vera = [person("vera")]

    def numbers(day: dt.date) -> set[str]:
        return {line.number for line in digests(read_day(plan, day, ZONE), vera).get(vera[0].id, [])}

    assert "3.12" not in numbers(dt.date(2020, 6, 15))
    assert "3.11" in numbers(dt.date(2020, 9, 1))  # long without a mark
    switch(False, dt.date(2020, 8, 31))
    assert "3.12" in numbers(dt.date(2020, 9, 1))
    assert "3.11" not in numbers(dt.date(2020, 9, 1))
