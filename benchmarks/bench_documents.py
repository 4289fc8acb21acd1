"""Seconds and peak memory of documents, beside the time to read the same snapshot.

Usage: python benchmarks/bench_documents.py
Every line is a process of its own: it reads the snapshot (JSON of the released figures and findings), builds the
report and writes DOCX. «20 % of measures accepted», as a department does.
"""

import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from surveys.definition.instrument import Instrument, load_instrument
from surveys.disclosure.gate import release
from surveys.disclosure.released import Released
from surveys.findings.finding import Finding, find
from surveys.findings.rules import load_rules
from surveys.kinds import KINDS
from surveys.report.build import ReportContext, ReportSettings, WaveFacts, measure_text
from surveys.writers import warm_up, write_report
from tests.surveys.made import by_school, random_answers

LIMITS = {"school": 1.0, "municipality of 25": 5.0, "archive of 25": 30.0, "region of 250": 60.0}
WAVE = WaveFacts("bench", "Входная диагностика", "входная", date(2020, 6, 1), date(2020, 6, 20))
ACCEPTED = 5  # every fifth finding


def make_snapshot(schools: int, teachers: int, folder: Path) -> Path:
    """A released wave of ``schools`` schools with its findings, as JSON."""
    instrument, rng = load_instrument("teacher_deficits"), np.random.default_rng(7)
    people = {f"s{number:03d}": teachers for number in range(schools)}
    summaries = by_school(instrument, random_answers(instrument, people, rng), people)
    released = release(instrument, summaries, people, wave="bench", snapshot=1, taken_utc="2020-06-20T12:00:00+00:00")
    rules = load_rules()
    codes = ["municipality", *(school.code for school in released.schools)]
    findings = {
        code: [one.model_dump(mode="json") for one in find(released, code, rules, instrument)] for code in codes
    }
    path = folder / f"{schools}.json"
    path.write_text(json.dumps({"released": released.model_dump(mode="json"), "findings": findings}), encoding="utf-8")
    return path


def read(path: Path) -> tuple[Released, dict[str, list[Finding]]]:
    """The snapshot as a worker reads it."""
    body = json.loads(path.read_text(encoding="utf-8"))
    found = {code: [Finding.model_validate(one) for one in rows] for code, rows in body["findings"].items()}
    return Released.model_validate(body["released"]), found


def document(released: Released, found: dict[str, list[Finding]], scope: str, instrument: Instrument) -> bytes:
    """The справка of one scope as DOCX."""
    municipal = scope == "municipality"
    rows = [one for part in found.values() for one in part] if municipal else found[scope.removeprefix("school:")]
    measures = [measure_text(one, with_scope=municipal) for one in rows[::ACCEPTED]]
    settings = ReportSettings(zone="Europe/Moscow")
    context = ReportContext(
        released=released,
        scope=scope,
        instrument=instrument,
        wave=WAVE,
        settings=settings,
        findings=rows,
        measures=measures,
    )
    stream = io.BytesIO()
    write_report(KINDS["report"].build(context), "docx", stream)
    return stream.getvalue()


def one_school(path: Path) -> int:
    released, found = read(path)
    return len(document(released, found, f"school:{released.schools[0].code}", load_instrument("teacher_deficits")))


def municipality(path: Path) -> int:
    return len(document(*read(path), "municipality", load_instrument("teacher_deficits")))


def archive(path: Path) -> int:
    released, found = read(path)
    instrument, stream = load_instrument("teacher_deficits"), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as whole:
        for school in released.schools:
            whole.writestr(f"{school.code}.docx", document(released, found, f"school:{school.code}", instrument))
    return len(stream.getvalue())


def next_school(path: Path) -> int:
    """As a worker does it, which has made a document before: nothing is left to import."""
    one_school(path)
    begun = time.perf_counter()
    size = one_school(path)
    print(f"{'school, the worker warm':28} {time.perf_counter() - begun:7.2f} s", flush=True)
    return size


def ready_school(path: Path) -> int:
    """The first document of a worker that imported its libraries while idle."""
    warm_up()
    begun = time.process_time()
    size = one_school(path)
    print(f"{'school, libraries imported':28} {time.process_time() - begun:7.2f} s of processor", flush=True)
    return size


def only_read(path: Path) -> int:
    read(path)
    return path.stat().st_size


def measured(work: Callable[[Path], int], path: Path, told: Any) -> None:
    """In a fresh process: seconds of the work (imports included), peak megabytes, bytes made."""
    begun = time.perf_counter()
    size = work(path)
    told.put((time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, size))


def line(title: str, work: Callable[[Path], int], path: Path) -> None:
    fresh = multiprocessing.get_context("spawn")
    told: Any = fresh.Queue()
    process = fresh.Process(target=measured, args=(work, path, told))
    process.start()
    seconds, peak, size = told.get()
    process.join()
    limit = f", limit {LIMITS[title]:.0f} s" if title in LIMITS else ""
    print(f"{title:28} {seconds:7.2f} s{limit:14} peak {peak:5.0f} MB   {size / 1024:8.0f} KB", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        district, region = make_snapshot(25, 32, folder), make_snapshot(250, 40, folder)
        line("read snapshot of 25", only_read, district)
        line("school", one_school, district)
        line("imports and a school", ready_school, district)
        line("two schools", next_school, district)
        line("municipality of 25", municipality, district)
        line("archive of 25", archive, district)
        line("read snapshot of 250", only_read, region)
        line("region of 250", municipality, region)


if __name__ == "__main__":
    main()
