"""The whole analysis from stored submissions and from a snapshot, against numpy counting of the same packed file.

Usage: python benchmarks/bench_live_store.py [submissions] [postgresql+psycopg://...]
The table is the product's own; rows are generated: 54 practice and 54 need items in ``codes``, 40,000 schools for 1.3
million. ``values`` holds a short text, so that the file stays of a size that a laptop has room for.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.answers.live_store import summarise_stored
from app.config import engine_options
from app.models import Submission
from app.sqlite_library import sqlite3
from benchmarks.bench_statistics import CHUNK, count_plainly, put_totals, questionnaire, write_answers
from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import closed_items
from surveys.statistics.scoring import score_all
from surveys.statistics.summary import scale_totals, summarise

NAMES = (
    "id wave_id school_id respondent_key client_key content_sha256 receipt values not_applicable not_asked codes source"
)
COLUMNS = [*NAMES.split(), "active_seconds", "received_utc"]


def rows_of(path: Path, rows: int, columns: int, schools: int):
    """Rows of the table in the order of COLUMNS; schools are mixed, as answers come in."""
    table = np.memmap(path, np.uint8, "r", shape=(rows, columns))
    places = np.random.default_rng(2).permutation(rows)
    for row in range(rows):
        key = f"{row:032x}"
        school = int(places[row]) * schools // rows + 1
        codes = table[row].tobytes()
        yield row + 1, 1, school, key, key, key * 2, key, "{}", "[]", "[]", codes, "web", 600, "2026-11-20 08:00:00"


def fill_sqlite(file: Path, rows) -> str:
    engine = sa.create_engine(url := f"sqlite:///{file}", **engine_options(url))
    bare_table(engine)
    connection = sqlite3.connect(file)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection:
        connection.execute("PRAGMA synchronous=OFF")
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"INSERT INTO submission ({names}) VALUES ({marks})", rows)
    connection.close()
    return f"sqlite:///{file}"


def fill_postgresql(url: str, rows) -> str:
    engine = sa.create_engine(url, **engine_options(url))
    bare_table(engine)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    raw = engine.raw_connection()
    with raw.cursor().copy(f"COPY submission ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    raw.commit()
    return url


def bare_table(engine: sa.Engine) -> None:
    """The product's table of submissions without the tables that it refers to."""
    table = sa.Table("submission", sa.MetaData(), *(sa.Column(c.name, c.type) for c in Submission.__table__.columns))
    table.drop(engine, checkfirst=True)
    table.create(engine)


def from_store(url: str, form, schools: int) -> float:
    begun = time.perf_counter()
    engine = sa.create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        totals = summarise_stored(connection, 1, form, list(range(1, schools + 1)))
    assert int(totals.by_school.n.sum()) == int(totals.whole.scales.n.sum())
    return time.perf_counter() - begun


def from_snapshot(body: bytes, form, schools: int) -> float:
    """Read the frozen data set and analyse it part by part."""
    begun = time.perf_counter()
    answers = AnswerSet.from_bytes(body)
    school = answers.groups["school"].astype(np.int64)
    whole, by_school = None, None
    for start in range(0, len(answers), CHUNK):
        part = answers.part(start, start + CHUNK)
        scores = score_all(part, form)
        own = school[start : start + CHUNK]
        first, last = int(own.min()), int(own.max()) + 1
        totals = scale_totals(scores, form, group=own - first, groups=last - first)
        summary = summarise(part, form, scores=scores, totals=totals)
        whole = summary if whole is None else whole.merge(summary)
        by_school = put_totals(by_school, totals, first, schools)
    return time.perf_counter() - begun


def counting(path: Path, rows: int, columns: int) -> tuple[float, float]:
    """(seconds, processor seconds) of plain counting, the best of three: on a busy machine the second is truer."""
    best = (float("inf"), float("inf"))
    for _ in range(3):
        begun = time.process_time()
        seconds = count_plainly(path, rows, columns)
        best = min(best, (seconds, time.process_time() - begun))
    return best


def apart(work) -> tuple[float, float, float]:
    """(seconds, processor seconds, peak MB) of ``work`` in a process of its own."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        begun = time.process_time()
        seconds = work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(writing, f"{seconds} {time.process_time() - begun} {peak}".encode())
        os._exit(0)
    os.wait()
    seconds, busy, peak = os.read(reading, 100).decode().split()
    return float(seconds), float(busy), float(peak)


def report(name: str, measured: tuple[float, float, float], plain: float, busy: float) -> None:
    seconds, own, peak = measured
    ratios = f"ratio {seconds / plain:.1f}, by processor time {own / busy:.1f}"
    print(f"{name}: {seconds:.2f} s, {ratios}, peak {peak:.0f} MB", flush=True)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_300_000
    server = sys.argv[2] if len(sys.argv) > 2 else None
    schools = max(1, rows * 40_000 // 1_300_000)
    form = questionnaire()
    columns = len(closed_items(form))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.bin"
        write_answers(path, rows, columns)
        plain, busy = counting(path, rows, columns)
        print(f"{rows} x {columns}, schools {schools}: counting {plain:.3f} s, processor {busy:.3f} s")
        stores = {"SQLite": fill_sqlite(Path(folder) / "live.db", rows_of(path, rows, columns, schools))}
        if server:
            stores["PostgreSQL"] = fill_postgresql(server, rows_of(path, rows, columns, schools))
        for name, url in stores.items():
            report(name, apart(lambda url=url: from_store(url, form, schools)), plain, busy)
        label = [str(row * schools // rows) for row in range(rows)]
        body = AnswerSet.from_packed(form, path.read_bytes(), {"school": label}).to_bytes()
        del label
        file = Path(folder) / "snapshot"
        file.write_bytes(body)
        size = len(body) / 2**20
        del body
        measured = apart(lambda: from_snapshot(file.read_bytes(), form, schools))
        report(f"snapshot of {size:.0f} MB", measured, plain, busy)


if __name__ == "__main__":
    main()
