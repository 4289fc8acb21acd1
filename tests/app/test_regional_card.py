"""Another card, written by somebody else in Excel, works in the pages of cards without a line of code."""

from pathlib import Path

import pytest

from app.content.editions import draft_of
from app.extensions import db
from app.models import CardCycle, InstrumentVersion
from surveys.xlsform import read_xlsform
from tests.app.cards_world import card_of, save
from tests.app.test_instruments import send
from tests.pages import post_form

FILE = Path(__file__).parents[1] / "data" / "regional_card.xlsx"


@pytest.fixture
def cycle(login_as) -> CardCycle:
    """The methodologist uploads the card, publishes it and opens a cycle with it."""
    client = login_as("galina")
    page = send(client, FILE.read_bytes(), FILE.name).get_data(as_text=True)
    assert "Получился черновик версии 2020" in page
    version = draft_of(InstrumentVersion, "rcoko_card")
    approval = {"approved_by": "Приказ РЦОКО № 12", "approved_on": "2020-05-15"}
    assert post_form(client, f"/instruments/{version.id}", act="publish", **approval).status_code == 302
    dates = {"year": "2020", "opens_on": "2020-05-20", "closes_on": "2099-06-26"}
    opened = post_form(client, "/cards/cycles", title="Карты региона", instrument=str(version.id), **dates)
    assert opened.status_code == 302, opened.get_data(as_text=True)
    return db.session.scalars(db.select(CardCycle)).one()


def fill(client) -> str:
    url = f"/cards/{card_of('school1').id}"
    save(
        client, f"{url}/sections/passport", p_code="123456", p_pupils="240", p_classes="11", p_rural="да", p_road="1,5"
    )
    save(client, f"{url}/sections/people", k_total="20", k_young="4", k_courses="13", k_missing=["1", "3"])
    save(client, f"{url}/sections/marks", m_oge="20", m_oge2="5")
    return url


def test_sections_fields_and_units_of_the_file_are_on_the_pages(cycle, login_as) -> None:
    client = login_as("boris")
    url = f"/cards/{card_of('school1').id}"
    card = client.get(f"{url}/").get_data(as_text=True)
    for group in read_xlsform(FILE).groups:
        assert group.label in card
    section = client.get(f"{url}/sections/passport").get_data(as_text=True)
    assert "Код организации в РЦОКО" in section
    assert "А.2" in section


def test_checks_of_the_file_are_said_on_the_page(cycle, login_as) -> None:
    client = login_as("boris")
    url = fill(client)
    save(client, f"{url}/sections/people", k_total="20", k_young="25")
    assert "Молодых педагогов больше, чем всего" in client.get(f"{url}/sections/people").get_data(as_text=True)
    save(client, f"{url}/sections/passport", p_code="12")
    assert "Шесть цифр" in client.get(f"{url}/sections/passport").get_data(as_text=True)


def test_indicators_of_the_file_are_computed_with_their_bands(cycle, login_as) -> None:
    """By hand: 100 * 5 / 20 = 25 %, over 20: high; 100 * 13 / 20 = 65 %, from 60: medium; 240 / 20 = 12: low."""
    client = login_as("boris")
    url = fill(client)
    page = " ".join(client.get(f"{url}/reading").get_data(as_text=True).split())
    for words in ("Доля «2» на ОГЭ по математике", "25,0", "65,0", "12,0"):
        assert words in page


def test_approval_of_the_file_stands_over_its_indicators(cycle, login_as) -> None:
    client = login_as("boris")
    page = " ".join(client.get(f"{fill(client)}/reading").get_data(as_text=True).replace("\u00a0", " ").split())
    assert "границы уровней риска утверждены: Приказ РЦОКО № 12, 15 мая 2020 г." in page


def test_board_of_the_cycle_and_the_printed_card_open(cycle, login_as) -> None:
    fill(login_as("boris"))
    client = login_as("galina")
    assert client.get(f"/cards/cycles/{cycle.id}").status_code == 200
    assert client.get(f"/cards/{card_of('school1').id}/print/docx").data.startswith(b"PK")
