"""The whole analysis of packed answers against plain numpy counting of the same matrix: ratio and peak memory.

Usage: python benchmarks/bench_statistics.py [respondents] [schools]
Values: 54 practice and 54 need items, one byte each, made and analysed by chunks; the chunks' summaries are merged.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from surveys.answers.answer_set import AnswerSet
from surveys.answers.checking import NOT_ASKED, closed_items
from surveys.definition.instrument import Instrument, Item, Level, Option, Scale
from surveys.statistics.scoring import score_all
from surveys.statistics.summary import ScaleTotals, Summary, scale_totals, summarise

CHUNK = 65_536
BLOCKS, ITEMS = 9, 6


def questionnaire() -> Instrument:
    """Nine blocks of six items with a need question each, without context questions."""
    items = []
    for block in range(BLOCKS):
        for number in range(ITEMS):
            name = f"B{block}{number:02}"
            turned = number == 2
            items.append(Item(name=name, type="select_one", options="p", scale=f"B{block}", reverse=turned))
            items.append(Item(name=f"{name}_need", type="select_one", options="n", need_of=name))
    lists = {
        "p": [Option(name=str(code), label=str(code)) for code in range(5)],
        "n": [Option(name=str(code), label=str(code)) for code in range(4)],
    }
    levels = [Level(code=c, label=c, at_least=a) for c, a in (("none", 80), ("low", 60), ("medium", 40), ("high", 0))]
    scales = [Scale(name=f"B{block}", label=f"B{block}") for block in range(BLOCKS)]
    return Instrument(code="bench", title="bench", option_lists=lists, items=items, scales=scales, levels=levels)


def write_answers(path: Path, rows: int, columns: int) -> None:
    """A file of (rows, columns) codes: practice 0-4, 3 % blank; need 0-3, not asked where practice is the highest."""
    rng = np.random.default_rng(1)
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            size = min(CHUNK, rows - start)
            codes = rng.integers(0, 5, (size, columns), dtype=np.uint8)
            practice, need = codes[:, 0::2], codes[:, 1::2]
            need %= 4
            need[practice == 4] = NOT_ASKED
            practice[rng.random(practice.shape, dtype=np.float32) < 0.03] = 255
            file.write(codes.tobytes())


def count_plainly(path: Path, rows: int, columns: int) -> float:
    """Seconds numpy needs to count the values of every column of the file."""
    begun = time.perf_counter()
    totals = np.zeros((columns, 256), np.int64)
    table = np.memmap(path, np.uint8, "r", shape=(rows, columns))
    for start in range(0, rows, CHUNK):
        block = np.asfortranarray(table[start : start + CHUNK])
        for column in range(columns):
            totals[column] += np.bincount(block[:, column], minlength=256)
    return time.perf_counter() - begun


def analyse(path: Path, rows: int, form: Instrument, schools: int) -> tuple[float, Summary, ScaleTotals]:
    """Seconds of the full analysis: items, blocks, reliability, quadrants, every school."""
    columns = len(closed_items(form))
    table = np.memmap(path, np.uint8, "r", shape=(rows, columns))
    begun = time.perf_counter()
    whole: Summary | None = None
    by_school: ScaleTotals | None = None
    for start in range(0, rows, CHUNK):
        block = table[start : start + CHUNK]
        answers = AnswerSet.from_packed(form, block.tobytes())
        scores = score_all(answers, form)
        school = np.arange(start, start + len(block)) * schools // rows
        first, last = int(school[0]), int(school[-1]) + 1
        totals = scale_totals(scores, form, group=school - first, groups=last - first)
        part = summarise(answers, form, scores=scores, totals=totals)
        whole = part if whole is None else whole.merge(part)
        by_school = put_totals(by_school, totals, first, schools)
    assert whole is not None
    assert by_school is not None
    return time.perf_counter() - begun, whole, by_school


def put_totals(whole: ScaleTotals | None, part: ScaleTotals, first: int, schools: int) -> ScaleTotals:
    """Merge the totals of schools ``first`` and on into those of all."""
    if whole is None:
        names = vars(part)
        whole = ScaleTotals(
            **{name: np.zeros((schools, *value.shape[1:]), value.dtype) for name, value in names.items()}
        )
    place = slice(first, first + len(part.n))
    merged = ScaleTotals(**{name: value[place] for name, value in vars(whole).items()}).merge(part)
    for name, value in vars(merged).items():
        getattr(whole, name)[place] = value
    return whole


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_300_000
    schools = int(sys.argv[2]) if len(sys.argv) > 2 else max(1, rows * 40_000 // 1_300_000)
    form = questionnaire()
    columns = len(closed_items(form))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.bin"
        write_answers(path, rows, columns)
        plain = count_plainly(path, rows, columns)
        taken, whole, by_school = analyse(path, rows, form, schools)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert whole.rows == rows
    assert int(by_school.n.sum()) == int(whole.scales.n.sum())
    print(f"{rows} x {columns}, schools {schools}: counting {plain:.3f} s, analysis {taken:.3f} s")
    print(f"ratio {taken / plain:.2f}, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
