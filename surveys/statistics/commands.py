"""The commands ``analyze`` and ``compare``: files in, one JSON document or a short table out."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from surveys.errors import AnswersError, Problem, SurveyError

if TYPE_CHECKING:
    from surveys.answers.answer_set import AnswerSet
    from surveys.answers.reading import Table
    from surveys.definition.instrument import Instrument

LEAST_GROUP = 5


def add_parsers(subparsers: Any) -> None:
    """Add both commands; each sets ``run``, a function of the parsed arguments that returns the exit status."""
    analyze = subparsers.add_parser("analyze", help="посчитать пункты, шкалы и группы по таблице ответов")
    analyze.add_argument("instrument")
    analyze.add_argument("answers", type=Path)
    analyze.add_argument("--population", help="число опрашиваемых или CSV: строка на человека")
    analyze.add_argument("--by", help="столбец, по которому строятся группы")
    analyze.add_argument("--min-group", type=int, default=LEAST_GROUP)
    analyze.add_argument("--na", choices=("blank", "not_applicable"), default="not_applicable")
    analyze.add_argument("--json", action="store_true")
    analyze.set_defaults(run=run_analyze)
    compare = subparsers.add_parser("compare", help="сравнить два этапа по одним и тем же людям")
    compare.add_argument("instrument")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument("--id", required=True, help="столбец с номером респондента")
    compare.add_argument("--na", choices=("blank", "not_applicable"), default="not_applicable")
    compare.add_argument("--json", action="store_true")
    compare.set_defaults(run=run_compare)


def run_analyze(arguments: argparse.Namespace) -> int:
    """Print the analysis. Raises SurveyError with every problem of every file, before anything is printed."""
    from surveys.statistics.analysis import Request, analyze

    found = _Found()
    if arguments.min_group < LEAST_GROUP:
        found.problems.append(Problem("--min-group", f"наименьшая группа не может быть меньше {LEAST_GROUP}"))
    instrument = found.instrument(arguments.instrument)
    table = found.table(arguments.answers)
    groups: dict[str, int] | None = None
    if table is not None:
        found.load(instrument, table, arguments.na)
        groups = found.attempt(lambda: _groups(table, arguments.by))
    n = None if table is None else table.records
    population = found.attempt(lambda: _population(arguments.population, arguments.by, n, groups))
    if found.problems or population is None or instrument is None:
        raise AnswersError(found.problems)
    answers = found.answers[0]
    if table is not None and arguments.by is not None:
        _add_group(table, answers, arguments.by)
    request = Request(population[0], arguments.by, population[1], arguments.min_group)
    document = analyze(instrument, answers, request)
    _name_context(found)
    _print(document, arguments.json, _analysis_table)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print the comparison. Raises SurveyError with every problem of both files, before anything is printed."""
    from surveys.answers.reading import check_ids
    from surveys.statistics.compare import compare

    found, ids = _Found(), []
    instrument = found.instrument(arguments.instrument)
    for path in (arguments.before, arguments.after):
        table = found.table(path)
        if table is None:
            continue
        faults = check_ids(table, arguments.id, required=True)
        found.add(AnswersError(faults, table.source))
        found.load(instrument, table, arguments.na)
        if not faults:
            ids.append([cell.strip() for cell in table.columns[arguments.id]])
    if found.problems or instrument is None:
        raise AnswersError(found.problems)
    document = compare(instrument, *found.answers, *ids)
    found.context = [name for name in found.context if name != arguments.id]
    _name_context(found)
    _print(document, arguments.json, _comparison_table)
    return 0


T = TypeVar("T")


@dataclass
class _Found:
    """What was read, and everything that is wrong with it, in the order of reading."""

    problems: list[Problem] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)  # AnswerSet of each table that fits
    context: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, error: SurveyError) -> None:
        """Keep the problems of ``error`` with the name of their file, each once."""
        lines = [Problem("", line) for line in error.lines()]
        self.problems += [line for line in lines if line not in self.problems]

    def attempt(self, make: Callable[[], T]) -> T | None:
        """What ``make`` gives, or None where it finds problems."""
        try:
            return make()
        except SurveyError as error:
            self.add(error)
            return None

    def instrument(self, name: str) -> "Instrument | None":
        """The form, where its blocks can be scored."""
        from surveys.definition.instrument import open_instrument
        from surveys.statistics.scoring import check_scales

        form = self.attempt(lambda: open_instrument(name))
        if form is not None:
            self.attempt(lambda: check_scales(form))
        return form

    def table(self, path: Path) -> "Table | None":
        """A table with its own faults kept, so that what stands in it is checked as well."""
        from surveys.answers.reading import scan_table

        read = self.attempt(lambda: scan_table(path))
        if read is not None:
            self.add(AnswersError(list(read.problems), read.source))
        return read

    def load(self, instrument: "Instrument | None", table: "Table", na: Any) -> None:
        """Check a table of answers."""
        if instrument is None:
            return
        from surveys.answers.columns import answers_of

        read = self.attempt(lambda: answers_of(table, instrument, na, self.doubts))
        if read is not None:
            self.answers.append(read[0])
            self.context += read[1]


def _groups(table: "Table", by: str | None) -> dict[str, int] | None:
    """Respondents by value of the column ``by``."""
    if by is None:
        return None
    if by not in table.columns:
        raise AnswersError([Problem("строка 1", f"нет столбца {by}, по которому нужны группы")], table.source)
    return dict(Counter(cell.strip() for cell in table.columns[by]))


def _add_group(table: "Table", answers: "AnswerSet", by: str) -> None:
    """Make the column ``by`` a context column; an item may be one too."""
    import numpy as np

    answers.groups[by] = np.asarray([cell.strip() for cell in table.columns[by]], dtype=str)


def _population(
    given: str | None, by: str | None, n: int | None, groups: dict[str, int] | None
) -> tuple[int | None, dict[str, int] | None]:
    """(number of persons or None, persons by group or None). ``n``, ``groups``: respondents, where they are known."""
    from surveys.answers.checking import parse_number

    if given is None:
        return None, None
    number = None if Path(given).is_file() else parse_number(given)
    if number is not None:
        if number < 1 or number != int(number):
            raise AnswersError(f"нужно целое число не меньше 1 или файл CSV, а не «{given}»", "--population")
        if number < (n or 0):
            raise AnswersError(f"опрашиваемых {given}, а ответов {n}", "--population")
        return int(number), None
    return _listed_people(Path(given), by, n, groups)


def _listed_people(
    path: Path, by: str | None, n: int | None, groups: dict[str, int] | None
) -> tuple[int, dict[str, int] | None]:
    """The same from a list with a row for every person."""
    from surveys.answers.reading import RESPONDENT, check_ids, scan_table

    table = scan_table(path)
    problems = [*table.problems, *check_ids(table, RESPONDENT, required=False)]
    if table.records < max(n or 0, 1):
        problems.append(Problem("", f"человек в списке {table.records}, а ответов {n or 0}"))
    people: dict[str, int] | None = None
    if by is not None and by not in table.columns:
        problems.append(Problem("строка 1", f"нет столбца {by}, по которому нужны группы"))
    elif by is not None:
        people = dict(Counter(cell.strip() for cell in table.columns[by]))
        for name, count in sorted((groups or {}).items()):
            if count > people.get(name, 0):
                problems.append(
                    Problem(f"группа «{name}»", f"человек в списке {people.get(name, 0)}, а ответов {count}")
                )
    if problems:
        raise AnswersError(problems, table.source)
    return table.records, people


def _name_context(found: _Found) -> None:
    names = list(dict.fromkeys(found.context))
    if names:
        sys.stderr.write(f"столбцы, которых нет в анкете, взяты как сведения: {', '.join(names)}\n")
    sys.stderr.writelines(f"{line}\n" for line in found.doubts)


def _print(document: dict[str, Any], as_json: bool, table: Any) -> None:
    if as_json:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    else:
        text = "\n".join(table(document))
    sys.stdout.write(text + "\n")


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, list):
        return f"[{_shown(value[0])}; {_shown(value[1])}]"
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _analysis_table(document: dict[str, Any]) -> list[str]:
    """A short readable form: blocks, items, groups."""
    lines = [f"Ответили: {document['n']}, всего: {_shown(document['population'])}"]
    heads = ["n", "mean", "sd", "ci95"]
    scales = [[name, *(_shown(one[key]) for key in [*heads, "alpha"])] for name, one in document["scales"].items()]
    items = [[name, *(_shown(one[key]) for key in [*heads, "missing"])] for name, one in document["items"].items()]
    titles = ["n", "среднее", "откл.", "интервал 95 %"]
    if scales:
        lines += ["", *_columns([["шкала", *titles, "альфа"], *scales])]
    lines += ["", *_columns([["пункт", *titles, "пусто"], *items])]
    for group in document["groups"]:
        hidden = {
            None: "",
            "primary": ": скрыто, менее 5 ответов",
            "complementary": ": скрыто для защиты соседней группы",
        }
        lines.append(
            f"\n{group['by']} = {group['value'] or '(пусто)'}, ответили {group['n']}{hidden[group['suppressed']]}"
        )
        lines += [f"  {name}: {_shown(one['mean'])} (n = {one['n']})" for name, one in (group["scales"] or {}).items()]
    return lines


def _comparison_table(document: dict[str, Any]) -> list[str]:
    """A short readable form: one line a block."""
    keys = ["matched", "before", "after", "change", "ci95", "improved", "same", "worse"]
    heads = ["шкала", "пар", "было", "стало", "сдвиг", "интервал 95 %", "лучше", "так же", "хуже"]
    rows = [[name, *(_shown(one[key]) for key in keys)] for name, one in document["scales"].items()]
    counts = f"Было {document['n_before']}, стало {document['n_after']}, одни и те же люди: {document['matched']}"
    return [counts, "", *_columns([heads, *rows])]
