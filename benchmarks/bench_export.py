"""Rows of answers to CSV: seconds, and peak memory over the idle process, at two sizes.

Usage: python benchmarks/bench_export.py [rows]
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_statistics import questionnaire, write_answers
from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import closed_items
from surveys.answers.row_export import rows_of
from surveys.answers.row_writers import code_cell, write_rows
from surveys.disclosure.released import GroupFigures, Released

SCHOOLS = 250


def released(form) -> Released:
    """All schools are shown."""
    groups = [GroupFigures(code=f"s{n}", label=f"Школа № {n}", population=9, n=9, rate=1) for n in range(SCHOOLS)]
    whole = GroupFigures(code="municipality", label="Район", population=9, n=9, rate=1)
    return Released(
        wave="w",
        instrument=form.code,
        instrument_sha256=form.sha256(),
        k=5,
        snapshot=1,
        taken_utc="",
        municipality=whole,
        schools=groups,
    )


def export(snapshot: bytes, form, kind: str, folder: Path) -> float:
    """Seconds from the snapshot's bytes to the finished file."""
    begun = time.perf_counter()
    answers = AnswerSet.from_bytes(snapshot)
    rows = rows_of(answers, form, released(form), "school", code_cell=code_cell(kind))
    path = folder / kind
    write_rows(rows, kind, path, [])
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - begun


def measure(rows: int) -> None:
    form = questionnaire()
    columns = len(closed_items(form))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.bin"
        write_answers(path, rows, columns)
        answers = AnswerSet.from_packed(form, path.read_bytes(), {"school": [f"s{n % SCHOOLS}" for n in range(rows)]})
        snapshot = answers.to_bytes()
        del answers
        for kind in ("csv", "csv_excel"):
            child = os.fork()  # each kind in a process of its own: peak memory is its own
            if child == 0:
                before = float(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
                Path("/proc/self/clear_refs").write_text("5")
                seconds = export(snapshot, form, kind, Path(folder))
                peak = float(
                    next(
                        line.split()[1]
                        for line in Path("/proc/self/status").read_text().splitlines()
                        if line.startswith("VmHWM")
                    )
                )
                size = (Path(folder) / kind).stat().st_size / 2**20
                print(
                    f"{rows} x {columns} {kind}: {seconds:.2f} s, "
                    f"{peak / 1024 - before:.0f} MB over idle, file {size:.0f} MB"
                )
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    measure(wanted // 10)
    measure(wanted)
