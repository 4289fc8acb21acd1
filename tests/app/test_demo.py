"""The demonstration: what it holds, that it refuses a used database, that no real school or person stands in it."""

import re
from collections import Counter

import pytest
from flask import Flask

from app.demo.build import BASELINE, MIDLINE, NotEmptyError, build_demo
from app.demo.people import SCHOOLS, SIGN_INS
from app.extensions import db
from app.frame.pages import is_demo
from app.models import Participation, Person, School, Snapshot, Submission, Wave
from surveys.disclosure.released import Released
from surveys.roadmap.plan import load_roadmap
from tests.conftest import empty_tables
from tests.pages import post_form


@pytest.fixture
def demo(bare_app: Flask) -> Flask:
    """The demonstration loaded into empty tables."""
    with bare_app.app_context():
        empty_tables()
        build_demo()
        db.session.commit()
        yield bare_app
        db.session.remove()


def test_demo_refuses_a_database_that_is_not_empty(app: Flask) -> None:
    people = db.session.scalar(db.select(db.func.count(Person.id)))
    with pytest.raises(NotEmptyError):
        build_demo()
    assert db.session.scalar(db.select(db.func.count(Person.id))) == people


def test_demo_holds_a_finished_wave_and_an_open_one(demo: Flask) -> None:
    waves = {wave.code: wave for wave in db.session.scalars(db.select(Wave))}
    assert {code: wave.status for code, wave in waves.items()} == {BASELINE: "closed", MIDLINE: "open"}
    answered = Counter(
        db.session.scalars(
            db.select(School.code)
            .join(Submission, Submission.school_id == School.id)
            .where(Submission.wave_id == waves[BASELINE].id)
        )
    )
    assert answered == {one.code: one.baseline for one in SCHOOLS}
    asked = db.session.scalar(
        db.select(db.func.count(Participation.id)).where(Participation.wave_id == waves[BASELINE].id)
    )
    assert asked == 120  # 30 + 36 + 24 + 12 + 18
    assert is_demo()


def test_demo_shows_a_hidden_school_and_a_protected_neighbour(demo: Flask) -> None:
    released = Released.model_validate_json(db.session.scalars(db.select(Snapshot.released)).one())
    assert released.group("demo4").hidden == "primary"  # 4 of 12 answered
    assert [school.code for school in released.schools if school.hidden == "complementary"]


def test_demo_sign_ins_are_marked_and_open_the_door(demo: Flask) -> None:
    people = {person.login: person for person in db.session.scalars(db.select(Person).where(Person.login.is_not(None)))}
    assert set(people) == set(SIGN_INS)
    assert all(person.is_demo for person in people.values())


def test_no_real_school_or_person_stands_beside_invented_answers(demo: Flask) -> None:
    roadmap = load_roadmap()
    real = {school.name for school in roadmap.schools}
    assert not real & set(db.session.scalars(db.select(School.name)))
    surnames = {person.name.split()[0] for person in roadmap.people} | {one.head.split()[0] for one in roadmap.schools}
    assert not surnames & set(db.session.scalars(db.select(Person.family)))


def test_two_builds_invent_the_same_answers(demo: Flask) -> None:
    query = db.select(Submission.content_sha256).order_by(Submission.content_sha256)
    first = list(db.session.scalars(query))
    db.session.commit()
    empty_tables()
    build_demo()
    assert list(db.session.scalars(query)) == first


@pytest.mark.parametrize("login", ["head", "coordinator", "methodist"])
def test_roadmap_leads_nobody_to_findings_that_are_closed(demo: Flask, login: str) -> None:
    client = demo.test_client()
    post_form(client, "/login", username=login, password="demo")
    page = client.get("/roadmap/").get_data(as_text=True)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/findings/[^"#]*)', page)}
    assert links or login != "methodist"
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
