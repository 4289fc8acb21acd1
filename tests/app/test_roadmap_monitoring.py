"""A round of monitoring: filled in beforehand, plan against fact, help beside what changed."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from app.demo.build import MIDLINE
from app.extensions import db
from app.models import MonitoringAnswer, MonitoringRound, Wave
from app.plan.marks import change_state
from app.results.snapshots import latest_snapshot, released_of
from surveys.russian import number_text
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_plan
from tests.app.test_roadmap_measures import add_measure, second_stage
from tests.pages import post_form

__all__ = ["second_stage"]
SignIn = Callable[[str], FlaskClient]
ROUND = {"number": "4.1", "title": "Осенний сбор", "opens_on": "2020-10-01", "closes_on": "2020-11-30"}


def opened(login_as: SignIn) -> str:
    """A round over a plan with a mark and a measure of School 1."""
    add_plan()
    change_state(state_of("3.8", "school1"), "done", evidence="Приказ № 17", link="https://a.example")
    add_measure()
    return post_form(login_as("maria"), "/roadmap/monitoring", **ROUND).headers["Location"]


def test_round_is_filled_in_from_marks_and_measures(login_as: SignIn) -> None:
    url = opened(login_as)
    values = {one.school.code: one.values for one in db.session.scalars(db.select(MonitoringAnswer))}
    assert values["school1"]["item-3.8"] == {"fact": "выполнено; Приказ № 17"}
    assert values["school1"]["measures"] == {"fact": "исполнено 0 из 1"}
    assert values["school2"] == {}
    kept = db.session.scalars(db.select(MonitoringRound)).one()
    assert {field["number"] for field in kept.fields} >= {"2.1", "3.6", "3.8", "3.9", "3.14", "O5.1"}
    page = login_as("boris").get(f"{url}/school1").get_data(as_text=True)
    assert "выполнено; Приказ № 17" in page
    assert "Разработаны и утверждены внутришкольные программы" in page  # the promise stands beside


def test_sheet_is_sent_when_every_fact_is_there(login_as: SignIn) -> None:
    url = opened(login_as)
    boris = login_as("boris")
    page = post_form(boris, f"{url}/school1", version="0", do="send", help_hours="12,5").get_data(as_text=True)
    assert "Перед отправкой заполните факт" in page
    assert 'value="12,5"' in page  # what was typed is there
    facts = {field["name"]: "сделано" for field in db.session.scalars(db.select(MonitoringRound)).one().fields}
    bad = post_form(boris, f"{url}/school1", version="0", help_people="много", **facts)
    assert "пишутся цифрами" in bad.get_data(as_text=True)
    data = {"version": "0", "do": "send", "help_hours": "12,5", "help_people": "3", **facts}
    assert post_form(boris, f"{url}/school1", **data).status_code == 302
    assert post_form(boris, f"{url}/school1", **data).status_code == 409
    page = login_as("maria").get(url).get_data(as_text=True)
    assert "отправили: 1 из 2" in page
    assert "часов помощи: 12,5" in page
    assert "не следует" in page  # no causality is claimed


def test_school_sees_its_own_sheet_only(login_as: SignIn) -> None:
    url = opened(login_as)
    vera = login_as("vera")
    assert vera.get(f"{url}/school1").status_code == 404
    assert "Озёрное № 1" not in vera.get(url).get_data(as_text=True)
    assert "Открыть сбор" not in vera.get("/roadmap/monitoring").get_data(as_text=True)


def test_second_click_leads_to_the_round_of_the_first_and_another_round_waits_for_its_end(login_as: SignIn) -> None:
    url = opened(login_as)
    maria = login_as("maria")
    assert post_form(maria, "/roadmap/monitoring", **ROUND).location == url
    page = post_form(maria, "/roadmap/monitoring", **ROUND | {"title": "Ещё сбор"}).get_data(as_text=True)
    assert "уже идёт" in page
    assert db.session.scalar(db.select(db.func.count(MonitoringRound.id))) == 1


def test_help_stands_beside_what_the_gate_shows_of_the_same_teachers(second_stage: Flask) -> None:
    client = second_stage.test_client()
    post_form(client, "/login", username="municipal", password="demo")
    url = post_form(client, "/roadmap/monitoring", **ROUND).headers["Location"]
    wave = db.session.scalars(db.select(Wave).where(Wave.code == MIDLINE)).one()
    changes = released_of(latest_snapshot(wave.id)).changes
    table = client.get(url).get_data(as_text=True).partition("<tbody>")[2].partition("</tbody>")[0]
    told = []
    for at, row in enumerate(table.split("</tr>")[:-1], start=1):
        shown = [one for code, one in changes if code == f"demo{at}" and one.change is not None and not one.hidden]
        for change in shown:
            assert f"{number_text(change.change, 1)} (n\u00a0=\u00a0{change.matched})" in row
        assert ("скрыто или сравнить некого" in row) == (not shown)
        told.append(len(shown))
    assert len(told) == 5
    assert max(told) > 0 == min(told)  # some school's changes are shown, some school's are not


def test_closed_round_stays_as_it_is(login_as: SignIn) -> None:
    url = opened(login_as)
    post_form(login_as("maria"), f"{url}/close", page=url)
    assert post_form(login_as("boris"), f"{url}/school1", page="/roadmap/today", version="0").status_code == 409
