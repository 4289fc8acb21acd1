"""A web worker killed in the middle of saving and sending loses nothing that was acknowledged."""

import os
from pathlib import Path

from sqlalchemy import create_engine, text

from app.config import engine_options
from benchmarks.fault_kill import take_census, trial
from tests.conftest import fresh_database

ROUNDS = 20


def test_twenty_rounds_of_kill_9_lose_nothing_and_the_census_would_notice(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as url:
        database = url if os.environ.get("OPORA_TEST_DATABASE") else None
        census, kept, people = trial(tmp_path, database, ROUNDS, clients=2, seed=7)
        assert census.kills >= ROUNDS // 2
        assert census.sent >= ROUNDS // 2
        assert (census.lost_answers, census.lost_receipts, census.duplicates) == (0, 0, 0)

        # the twin: the same census finds a submission that is taken away
        gone = next(person for person in people if person.receipt)
        engine = create_engine(kept, **engine_options(kept))
        with engine.begin() as connection:
            connection.execute(
                text("DELETE FROM submission WHERE respondent_key = :key"), {"key": f"crowd-{gone.number}"}
            )
        engine.dispose()
        after = take_census(kept, people, census.kills)
        assert after.lost_receipts == 1
        assert after.lost_answers >= 1
