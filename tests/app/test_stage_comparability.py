"""Two stages asked with two versions of a form: the author's marks decide what is compared."""

import datetime as dt

import pytest

from app.content.editions import changes_of, publish, set_marks, take_instrument
from app.content.store import store_instrument
from app.demo.build import MIDLINE, build_demo
from app.extensions import db
from app.models import Person, Wave
from app.results.snapshots import build_snapshot
from surveys.definition.instrument import Approval, Instrument, load_instrument
from surveys.disclosure.released import Released
from tests.conftest import empty_tables


@pytest.fixture
def demo(app):
    """The demonstration: a first stage calculated, a second one answered."""
    empty_tables()
    build_demo(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC))
    db.session.commit()
    return app


def reworded() -> Instrument:
    """The questionnaire with a word more in one statement of the block about lessons."""
    old = load_instrument("teacher_deficits")
    items = [
        item.model_copy(update={"label": f"{item.label}, обычно"}) if item.name == "MET02" else item
        for item in old.items
    ]
    return old.model_copy(update={"items": items})


@pytest.mark.parametrize(("mark", "comparable"), [("typo", True), ("meaning", False)])
def test_mark_of_the_author_decides_whether_the_block_is_compared(demo, mark, comparable):
    old = store_instrument(load_instrument("teacher_deficits"))
    person = db.session.scalars(db.select(Person.id)).first()
    version, changed = take_instrument(reworded(), "form.xlsx", person)
    assert changed
    set_marks(version, {change.key: mark for change in changes_of(version)})
    publish(version, Approval())
    wave = db.session.scalars(db.select(Wave).where(Wave.code == MIDLINE)).one()
    wave.instrument_version_id = version.id
    db.session.commit()
    released = Released.model_validate_json(build_snapshot(wave).released)
    told = {change.scale: change.comparable for group, change in released.changes if group == "municipality"}
    assert told["MET"] is comparable
    assert told["SUB"] is True
    assert version.previous_id == old.id


def test_stage_in_work_keeps_its_version_when_the_next_one_is_published(demo):
    wave = db.session.scalars(db.select(Wave).where(Wave.code == MIDLINE)).one()
    kept = wave.instrument_version_id
    version, _changed = take_instrument(reworded(), "form.xlsx", db.session.scalars(db.select(Person.id)).first())
    publish(version, Approval())
    db.session.commit()
    db.session.expire_all()
    assert wave.instrument_version_id == kept != version.id
