"""The analysis page against the stored answers, its words about coverage, and how much the pages ask the database."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.content.store import instrument_of
from app.extensions import db
from app.models import School, Submission, WaveSchool
from app.results.snapshots import released_of
from app.waves.analysis import coverage_state
from surveys.disclosure.released import GroupFigures
from surveys.findings.thresholds import PROPOSED
from tests.app import wave_world
from tests.app.leaks import grids_of
from tests.app.recount import printed, recount

HERE = f"/waves/{wave_world.CODE}/"


@pytest.fixture
def opened(app: Flask) -> None:
    """An open, answered wave of three schools."""
    wave_world.build_open_wave()


def blocks_on(page: bytes) -> dict[str, list[str]]:
    """Block -> cells of its row in the table of blocks; nothing where the group is hidden."""
    grid = next((grid for grid in grids_of(page) if "Освоенность M" in grid[0]), [])
    return {row[0]: row[2:] for row in grid[1:]}


@pytest.mark.parametrize("scope", ["municipality", "school:school1", "school:school3"])
def test_every_block_of_the_page_agrees_with_a_recount_of_stored_answers(app, opened, login_as, scope) -> None:
    released = released_of(wave_world.close(app))
    wave, code = wave_world.the_wave(), scope.removeprefix("school:")
    instrument = instrument_of(wave.instrument_version)
    rows = db.select(Submission).where(Submission.wave_id == wave.id)
    if code != "municipality":
        rows = rows.join(School, School.id == Submission.school_id).where(School.code == code)
    turned = {item.name for item in instrument.items if item.reverse}
    counted = recount(db.session.scalars(rows), [item.name for item in instrument.items], turned)
    client: FlaskClient = login_as("galina")
    shown = blocks_on(client.get(f"{HERE}analysis?scope={scope}").data)
    seen = 0
    for scale in instrument.scales:
        figures = next((one for one in released.group(code).scales if one.scale == scale.name), None)
        if figures is None or figures.hidden:
            continue
        own, cells = counted[scale.name], shown[scale.label]
        assert cells[:2] == [str(own.n), printed(own.mean, 1)], scale.name
        if figures.deficit is not None and figures.deficit.kind == "exact":
            assert cells[4] == str(own.deficit), scale.name
        seen += 1
    if released.group(code).hidden:
        assert not shown
    else:
        assert seen >= 5


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (40, "по всем 40"),
        (39, "охват достаточный"),
        (31, "выводы предварительны"),
        (19, "для сведения, выводы не делаются"),
    ],
)
def test_coverage_of_a_group_is_worded_by_how_many_answered(app: Flask, n: int, words: str) -> None:
    group = GroupFigures(code="a", label="А", population=40, n=n, rate=n / 40)
    with app.test_request_context():
        assert coverage_state(group, 5, PROPOSED)[1] == words


def statements(client: FlaskClient, address: str) -> int:
    """How many statements the page asks the database."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_board_asks_no_more_for_twenty_schools_than_for_three(opened: None, login_as) -> None:
    client = login_as("galina")
    statements(client, HERE)
    few = statements(client, HERE)
    wave = wave_world.the_wave()
    for at in range(17):
        school = School(municipality_id=wave.municipality_id, code=f"more{at}", name="Ш", short_name=f"Школа {at}")
        wave.schools.append(WaveSchool(school=school, position=10 + at))
    db.session.commit()
    db.session.remove()
    assert statements(client, HERE) == few
