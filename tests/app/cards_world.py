"""A cycle of cards in the small world, and the synthetic school's values as a form sends them."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from app.cards.opening import open_cards
from app.content.store import store_instrument
from app.extensions import db
from app.models import Card, CardCycle, Municipality, School
from surveys.card.filling import Field
from surveys.definition.instrument import Instrument, load_instrument
from tests.pages import token_of

EXAMPLE = json.loads((Path(__file__).parents[1] / "data" / "school_card_example.json").read_text(encoding="utf-8"))
DAY = dt.date(2020, 6, 20)
SIGNATURE = {"name": "Борисов Борис Ильич, директор", "sure": "1"}


def example_fields(card: Instrument) -> dict[str, Field]:
    """The synthetic school of the domain study as filled fields."""
    fields = {}
    for name, raw in EXAMPLE["values"].items():
        item = card.item(name)
        value = ["11"] if name == "vac_subj" else raw
        if isinstance(raw, bool):
            value = ("да" if raw else "нет") if item.options else ("файл.pdf" if raw else "")
        if value is None or value == "":
            continue
        fields[name] = Field(value if isinstance(value, list) else str(value))
    return fields


def entries(fields: dict[str, Field]) -> dict[str, Any]:
    """Fields as a card keeps them."""
    return {name: {"value": one.value, "state": one.state} for name, one in fields.items()}


def open_cycle(year: int = 2020, **changes: Any) -> CardCycle:
    """A cycle with a card for each school; committed."""
    cycle = CardCycle(
        municipality_id=db.session.scalar(db.select(Municipality.id)),
        code=f"cards-{year}",
        title=f"Диагностические карты {year}",
        year=year,
        instrument_version=store_instrument(load_instrument("school_card")),
        opens_on=dt.date(year, 5, 20),
        closes_on=dt.date(year, 6, 26),
        **changes,
    )
    db.session.add(cycle)
    db.session.flush()
    open_cards(cycle, dt.date(year, 6, 20))
    db.session.commit()
    return cycle


def card_of(school: str, cycle: CardCycle | None = None) -> Card:
    """The card of a school in the newest cycle, read anew."""
    db.session.expire_all()
    query = db.select(Card).join(School, School.id == Card.school_id).where(School.code == school)
    if cycle:
        query = query.where(Card.cycle_id == cycle.id)
    return db.session.scalars(query.order_by(Card.id.desc())).first()


def fill_card(card: Card, **changes: str) -> None:
    """Put the synthetic school's values into ``card``, some of them changed; committed."""
    fields = entries(example_fields(load_instrument("school_card")))
    for name, value in changes.items():
        fields[name] = {"value": value, "state": "entered"}
    fields.pop("d_confirm", None)
    card.fields = fields
    db.session.commit()


def section_form(client: FlaskClient, url: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the section's page, with ``changes`` typed (None unticks or empties)."""
    import lxml.html

    page = lxml.html.fromstring(client.get(url).get_data(as_text=True))
    form = page.get_element_by_id("cf")
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    for name, value in changes.items():
        key = name.replace("__", "-")
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
    return data


def save(client: FlaskClient, url: str, **changes: Any) -> Any:
    """Open the section, type ``changes`` and press «Сохранить»."""
    return client.post(url, data=section_form(client, url, **changes), content_type="multipart/form-data")


def press(client: FlaskClient, page: str, url: str, **data: Any) -> Any:
    """Post a small form that stands on ``page``, as that page was when it was opened."""
    seen = re.search(r'name="seen" value="(\d+)"', client.get(page).get_data(as_text=True))
    hidden = {"csrf_token": token_of(client, page)} | ({"seen": seen[1]} if seen else {})
    return client.post(url, data=hidden | data)


def page(client: FlaskClient, address: str) -> str:
    """The text of a page."""
    return client.get(address).get_data(as_text=True)


def sign(client: FlaskClient, url: str) -> Any:
    """Sign and send the card at ``url``."""
    return press(client, f"{url}/sign", f"{url}/sign", **SIGNATURE)
