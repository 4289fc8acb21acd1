"""Plans of one year, and plans of one name: no list of plans shows two equal lines."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import RoadmapPlan
from tests.app.rooms_world import add_next_plan, add_plan

SignIn = Callable[[str], FlaskClient]
ORDERS = ["№ 204 от 20.05.2020", "№ 7 от 15.01.2021"]


@pytest.fixture
def twins(app: object) -> list[RoadmapPlan]:
    """The order's plan and another of the same name for the same year."""
    first = add_plan()
    second = add_next_plan(first)
    second.year = first.year
    db.session.commit()
    return [first, second]


def page(client: FlaskClient, url: str) -> str:
    return html.unescape(client.get(url).get_data(as_text=True)).replace("\u00a0", " ")


def test_select_of_plans_tells_two_of_one_name_apart(twins: list[RoadmapPlan], login_as: SignIn) -> None:
    maria = login_as("maria")
    for url, name in (("/roadmap/", "plan"), ("/roadmap/import", "amends")):
        select = re.search(f'<select id="{name}".*?</select>', page(maria, url), re.DOTALL)[0]
        shown = re.findall(r"<option[^>]*>([^<]+)", select)
        assert len(set(shown)) == len(shown)
        assert all(any(order in option for option in shown) for order in ORDERS)


def test_plans_of_one_year_are_named_with_their_orders(twins: list[RoadmapPlan], login_as: SignIn) -> None:
    maria = login_as("maria")
    for url in ("/", "/roadmap/schools"):
        assert all(f"План 2020 года (приказ {order})" in page(maria, url) for order in ORDERS), url
    assert f"Карта школы по плану 2020 года (приказ {ORDERS[0]})" in page(maria, "/roadmap/schools/school1")
    assert f"плана 2020 года (приказ {ORDERS[0]})" in page(login_as("boris"), "/roadmap/today")


def test_order_of_a_plan_is_told_in_the_language_of_the_page(twins: list[RoadmapPlan], login_as: SignIn) -> None:
    maria = login_as("maria")
    maria.get("/language?to=en")
    assert "2020 (order No. 204 of 20.05.2020)" in page(maria, "/roadmap/schools")


def test_plans_of_different_names_and_years_need_no_order(login_as: SignIn) -> None:
    first = add_plan()
    add_next_plan(first).short_title = "План на 2021 год"
    db.session.commit()
    maria = login_as("maria")
    assert "<h2>План 2020 года</h2>" in page(maria, "/roadmap/schools")
    assert f">{first.short_title}</option>" in page(maria, "/roadmap/")


def test_plan_of_an_order_that_is_here_is_refused_in_words(login_as: SignIn) -> None:
    """Orders tell plans apart because no two plans have one order."""
    from app.content.starting import add_plan as take
    from surveys.errors import SurveyError
    from surveys.roadmap.plan import load_roadmap

    add_plan()
    with pytest.raises(SurveyError, match="план «204-2020» уже загружен"):
        take(load_roadmap(), "plan.toml")
