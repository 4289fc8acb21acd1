"""Time and memory of reading a big form: 5,000 questions, 50,000 choices, and one row too many of each.

Usage: python benchmarks/bench_instruments.py
Each case runs in a process of its own; the limits are 10 seconds and 300 MB.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from surveys.errors import DefinitionError
from surveys.xlsform import read_xlsform

CASES = {"questions": (5_000, 200), "choices": (10, 50_000), "too many questions": (5_001, 200), "rows": (10, 70_000)}
MOST_SECONDS, MOST_MB = 10, 300


def make(path: Path, questions: int, choices: int) -> None:
    """A form whose every third question is skipped by the one before; lists of a hundred choices."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    survey, lists = book.add_worksheet("survey"), book.add_worksheet("choices")
    survey.write_row(0, 0, ["type", "name", "label", "relevant"])
    lists.write_row(0, 0, ["list_name", "name", "label"])
    for number in range(questions):
        kind = "select_one l0" if number % 2 else "integer"
        skip = f"${{q{number - 1}}} = 1" if number % 3 == 2 else ""
        survey.write_row(number + 1, 0, [kind, f"q{number}", f"Вопрос {number} о работе школы", skip])
    for number in range(choices):
        lists.write_row(number + 1, 0, [f"l{number // 100}", f"c{number}", f"Вариант ответа {number}"])
    book.close()


def measure(path: Path) -> None:
    """Read one form and print what came of it, seconds and the most memory the process held."""
    begun = time.perf_counter()
    try:
        instrument = read_xlsform(path)
        told = f"{len(instrument.items)} questions, {sum(map(len, instrument.option_lists.values()))} choices"
    except DefinitionError as error:
        told = f"refused: {error.problems[0]}"
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:6.2f} s {memory:6.0f} MB  {told}")
    sys.exit(seconds > MOST_SECONDS or memory > MOST_MB)


def main() -> None:
    """Every case; status 1 where one is over the limits."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for title, (questions, choices) in CASES.items():
            path = Path(folder) / "form.xlsx"
            make(path, questions, choices)
            print(f"{title:20}", end="", flush=True)
            failed |= subprocess.run([sys.executable, __file__, str(path)], check=False).returncode
    sys.exit(failed)


if __name__ == "__main__":
    measure(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
