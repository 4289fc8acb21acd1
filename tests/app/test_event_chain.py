"""The record of what happened: nobody changes it, and whoever gets round the triggers leaves a trace."""

import datetime as dt
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database import writing
from app.event_chain import START, Chain, check_chain, unguarded
from app.events import record
from app.extensions import db
from app.models import Event
from app.operations.backup import write_archive
from app.operations.doctor import examine
from app.operations.restore import read_archive

TAMPER = {
    "changed words": "UPDATE event SET reason = 'иное' WHERE id = 3",
    "changed time": "UPDATE event SET at_utc = '2001-01-01 00:00:00.000000' WHERE id = 3",
    "changed person": "UPDATE event SET actor_id = 99 WHERE id = 3",
    "lost": "DELETE FROM event WHERE id = 3",
    "changed hash": f"UPDATE event SET hash = '{START}' WHERE id = 3",
}


def checked() -> Chain:
    with db.engine.connect() as connection:
        return check_chain(connection)


def add(number: int = 5) -> None:
    for at in range(number):
        record("test.done", "test", at, old={"10": 1, "9": [1.5, None]}, new={1: "ключ"}, reason=f"причина {at}")
    db.session.commit()


@pytest.mark.parametrize("verb", ["UPDATE event SET reason = 'x'", "DELETE FROM event"], ids=["update", "delete"])
def test_database_itself_refuses_to_change_the_record(app: Flask, verb: str) -> None:
    add()
    with writing(), pytest.raises(DBAPIError, match="events are append-only"):
        db.session.execute(text(verb))
    db.session.rollback()
    row = db.session.scalars(db.select(Event)).first()
    assert row is not None
    row.reason = "переписано"
    with pytest.raises(DBAPIError, match="events are append-only"):
        db.session.commit()
    db.session.rollback()
    assert checked().broken is None


def test_chain_goes_on_over_transactions_and_rollbacks(app: Flask) -> None:
    add(3)
    record("test.lost", "test", 1)
    db.session.flush()
    db.session.rollback()
    with db.session.begin_nested() as savepoint:
        record("test.lost", "test", 2)
        db.session.flush()
        savepoint.rollback()
    add(2)
    rows = db.session.scalars(db.select(Event).order_by(Event.id)).all()
    assert [row.prev_hash for row in rows] == [START, *(row.hash for row in rows[:-1])]
    assert len({row.hash for row in rows}) == 5
    assert checked() == Chain(5, rows[-1].hash, None, True)


@pytest.mark.parametrize("statement", TAMPER.values(), ids=TAMPER)
def test_whatever_was_done_behind_the_triggers_is_found(app: Flask, statement: str) -> None:
    add()
    ids = sorted(db.session.scalars(db.select(Event.id)))
    db.session.rollback()
    with writing(), db.engine.begin() as connection, unguarded(connection):
        connection.execute(text(statement.replace("id = 3", f"id = {ids[2]}")))
    found = checked()
    assert found.broken == (ids[3] if statement.startswith("DELETE") else ids[2])
    told = {check.name: check for check in examine()}["журнал событий"]
    assert not told.ok
    assert str(found.broken) in told.message


def test_event_put_in_by_hand_is_found(app: Flask) -> None:
    add()
    columns = "at_utc, action, subject_type, subject_id, old, new, reason, prev_hash, hash"
    values = f"'2020-01-01 00:00:00.000000', 'a', 'b', 'c', 'null', 'null', '', '{START}', '{START}'"
    with writing(), db.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO event ({columns}) VALUES ({values})"))
    assert checked().broken is not None


def test_doctor_says_that_the_record_is_whole(app: Flask) -> None:
    add()
    told = {check.name: check for check in examine()}["журнал событий"]
    assert told.ok
    assert checked().last[:16] in told.message


def test_doctor_misses_the_triggers(app: Flask) -> None:
    add()
    with writing(), db.engine.begin() as connection, unguarded(connection):
        assert not check_chain(connection).guarded
    assert checked().guarded


def test_many_writers_keep_one_chain(app: Flask) -> None:
    add(1)
    errors: list[Exception] = []

    def work(number: int) -> None:
        with app.app_context(), writing():
            try:
                for at in range(5):
                    record("test.parallel", "test", f"{number}-{at}")
                    db.session.commit()
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert (checked().number, checked().broken) == (21, None)


def test_backup_put_in_place_of_other_events_keeps_its_chain(app: Flask, other_app: Flask, tmp_path: Path) -> None:
    add(4)
    before = checked()
    db.session.rollback()
    write_archive(tmp_path / "copy.zip")
    with other_app.app_context():
        read_archive(tmp_path / "copy.zip")
        record("test.other", "test", 1)
        db.session.commit()
        read_archive(tmp_path / "copy.zip", force=True)
        assert checked() == before
        with writing(), pytest.raises(DBAPIError, match="events are append-only"):
            db.session.execute(text("DELETE FROM event"))
        db.session.rollback()


def test_time_of_an_event_may_be_told_and_is_part_of_the_chain(app: Flask) -> None:
    at = dt.datetime(2020, 6, 1, 9, 30, 15, 123456, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    record("test.past", "test", 1, at=at)
    db.session.commit()
    assert db.session.scalars(db.select(Event.at_utc)).one() == at
    assert checked().broken is None
