"""The demonstration's cards: five schools in different states; and how much a head types in a second year."""

import datetime as dt
import random

import pytest
from flask import Flask

from app.demo.cards import load_demo_cards
from app.demo.people import add_municipality, add_people, add_schools
from app.extensions import db
from app.models import Card, CardCycle, CardDelegation, CardFile, CardRemark, CardVersion
from app.results.card_values import state_of
from app.results.staff_counts import staff_fields
from tests.conftest import empty_tables

NOW = dt.datetime(2026, 6, 20, 9, tzinfo=dt.UTC)


@pytest.fixture
def cards(app: Flask) -> dict[str, Card]:
    """The cards of the demonstration's open cycle by school."""
    empty_tables()
    municipality = add_municipality()
    schools = add_schools(municipality)
    people = add_people(municipality, schools, random.Random(1))
    cycle = load_demo_cards(schools, people, NOW)
    db.session.commit()
    return {card.school.code: card for card in db.session.scalars(db.select(Card).where(Card.cycle_id == cycle.id))}


def test_five_schools_are_in_different_states(cards) -> None:
    states = {code: card.status for code, card in cards.items()}
    assert states == {"demo1": "accepted", "demo2": "draft", "demo3": "returned", "demo4": "sent", "demo5": "sent"}
    assert db.session.scalar(db.select(db.func.count(CardRemark.id))) == 2
    assert db.session.scalars(db.select(CardDelegation.section)).all() == ["facilities"]


def test_one_card_has_wrong_sums_and_the_signed_ones_have_no_error(cards) -> None:
    broken = {code: [check.code for check in state_of(card).errors] for code, card in cards.items()}
    assert broken == {"demo1": [], "demo2": ["V01", "V06"], "demo3": [], "demo4": [], "demo5": []}
    signed = db.session.scalars(db.select(Card).join(CardCycle).where(Card.status.in_(("sent", "accepted"))))
    assert all(state_of(card).signable for card in signed)


def test_second_year_begins_with_all_but_47_fields_filled_in(cards) -> None:
    card = cards["demo5"]
    state = state_of(card)
    asked = [item for item in state.instrument.items if not item.folded and item.appearance not in ("sign", "file")]
    typed = [item.name for item in asked if not card.fields.get(item.name, {}).get("source")]
    assert len(typed) <= 47  # the study's count of fields that are entered anew
    assert len(asked) - len(typed) >= 35


def test_cards_are_signed_by_heads_and_the_remarks_are_true(cards) -> None:
    signed = db.session.scalars(db.select(CardVersion).where(CardVersion.step == "signed")).all()
    assert {one.by.login if one.by else None for one in signed} == {None, "head"}
    assert all(one.signed_name.endswith(", директор") for one in signed)
    returned = cards["demo3"]
    counted = staff_fields(returned.school_id, NOW.date())["age_55"]
    assert returned.fields["age_55"]["value"] == str(int(counted) + 1)
    assert returned.fields["m_vsoko"]["value"] == "устарело"


def test_every_card_has_its_order_once(cards) -> None:
    for card in cards.values():
        files = db.session.scalars(db.select(CardFile.filename).where(CardFile.card_id == card.id)).all()
        assert files == ["Приказ № 14 (демонстрация).rtf"], card.school.code
