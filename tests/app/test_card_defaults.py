"""What a card's form proposes itself: a value that waits to be confirmed, as any other that nobody typed."""

import datetime as dt

import pytest
from flask import Flask

from app.cards.opening import open_cards
from app.content.store import store_instrument
from app.extensions import db
from app.models import CardCycle, Municipality
from surveys.definition.instrument import instrument_from_dict
from tests.app import wave_world
from tests.app.cards_world import card_of, page, save

DAY = dt.date(2020, 6, 20)
YES = [{"name": "да", "label": "Да"}, {"name": "нет", "label": "Нет"}]
ITEMS = [
    {"name": "name_short", "type": "text", "label": "Краткое название", "prefill": "register", "default": "Школа"},
    {"name": "shifts", "type": "integer", "label": "Смен", "default": "1"},
    {"name": "rates", "type": "decimal", "label": "Ставок", "default": "1,5"},
    {"name": "hours", "type": "integer", "label": "Часов", "default": "${shifts} * 5"},
    {"name": "own", "type": "select_one", "label": "Своё здание", "options": "yes", "default": "да"},
    {"name": "both", "type": "select_multiple", "label": "Что есть", "options": "yes", "default": "да нет"},
    {"name": "rooms", "type": "integer", "label": "Кабинетов"},
    {"name": "paper", "type": "text", "label": "Файл", "appearance": "file", "default": "нет"},
    {"name": "thanks", "type": "note", "label": "Спасибо", "default": "нет"},
]


@pytest.fixture
def opened(app: Flask) -> None:
    """A cycle of a small card whose fields have defaults."""
    wave_world.add_content()
    items = [{**item, "group": "main"} for item in ITEMS]
    groups = [{"name": "main", "label": "Школа"}]
    form = {"code": "small", "title": "Карта", "kind": "card", "groups": groups, "items": items}
    cycle = CardCycle(
        municipality_id=db.session.scalar(db.select(Municipality.id)),
        code="small-2020",
        title="Карты",
        year=2020,
        instrument_version=store_instrument(instrument_from_dict({**form, "option_lists": {"yes": YES}})),
        opens_on=DAY,
        closes_on=DAY,
    )
    db.session.add(cycle)
    db.session.flush()
    open_cards(cycle, DAY)
    db.session.commit()


def test_default_is_proposed_and_waits_to_be_confirmed(opened: None) -> None:
    fields = card_of("school1").fields
    proposed = {name: one["value"] for name, one in fields.items() if one["source"] == "form"}
    assert proposed == {"shifts": "1", "rates": "1.5", "hours": "5", "own": "да", "both": ["да", "нет"]}
    assert {one["state"] for one in fields.values()} == {"prefilled"}
    assert (fields["name_short"]["source"], fields["name_short"]["value"] != "Школа") == ("register", True)


def test_default_is_marked_on_the_page_and_a_typed_value_takes_its_place(opened: None, login_as) -> None:
    head, section = login_as("boris"), f"/cards/{card_of('school1').id}/sections/main"
    assert page(head, section).count("предложено формой") == 5
    save(head, section, ok__shifts="1", hours="7")
    fields = card_of("school1").fields
    assert [fields[name]["state"] for name in ("shifts", "hours", "own")] == ["confirmed", "entered", "prefilled"]
    assert fields["hours"]["value"] == "7"
