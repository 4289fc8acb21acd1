"""The commands ``analyze`` and ``compare``: files in, one JSON document or a short table out."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveys.errors import AnswersError, Problem

if TYPE_CHECKING:
    from surveys.answer_set import AnswerSet
    from surveys.definition import Instrument
    from surveys.reading import Table

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
    """Print the analysis. Raises SurveyError for bad input, before anything is printed."""
    from surveys.analysis import Request, analyze
    from surveys.definition import open_instrument

    if arguments.min_group < LEAST_GROUP:
        raise AnswersError(f"наименьшая группа не может быть меньше {LEAST_GROUP}", "--min-group")
    instrument = open_instrument(arguments.instrument)
    table, answers, context = _load(instrument, arguments.answers, arguments.na)
    if arguments.by is not None:
        _add_group(table, answers, arguments.by)
    population, people = _population(arguments, answers)
    document = analyze(instrument, answers, Request(population, arguments.by, people, arguments.min_group))
    _name_context([context])
    _print(document, arguments.json, _analysis_table)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print the comparison. Raises SurveyError for bad input, before anything is printed."""
    from surveys.compare import compare
    from surveys.definition import open_instrument

    instrument = open_instrument(arguments.instrument)
    stages, problems = [], []
    for path in (arguments.before, arguments.after):
        try:
            stages.append(_load(instrument, path, arguments.na, arguments.id))
        except AnswersError as error:
            problems += [Problem("", line) for line in error.lines()]
    if problems:
        raise AnswersError(problems)
    ids = [[cell.strip() for cell in table.columns[arguments.id]] for table, _, _ in stages]
    document = compare(instrument, stages[0][1], stages[1][1], ids[0], ids[1])
    _name_context([[name for name in context if name != arguments.id] for _, _, context in stages])
    _print(document, arguments.json, _comparison_table)
    return 0


def _load(
    instrument: "Instrument", path: Path, na: Any, id_column: str | None = None
) -> "tuple[Table, AnswerSet, list[str]]":
    from surveys.answer_columns import answers_of
    from surveys.reading import check_ids, read_table

    table = read_table(path)
    problems = check_ids(table, id_column, required=True) if id_column else []
    try:
        answers, context = answers_of(table, instrument, na)
    except AnswersError as error:
        raise AnswersError(list(dict.fromkeys([*problems, *error.problems])), table.source) from None
    if problems:
        raise AnswersError(problems, table.source)
    return table, answers, context


def _add_group(table: "Table", answers: "AnswerSet", by: str) -> None:
    """Make the column ``by`` a context column; an item may be one too."""
    import numpy as np

    if by not in table.columns:
        raise AnswersError([Problem("строка 1", f"нет столбца {by}, по которому нужны группы")], table.source)
    answers.groups[by] = np.asarray([cell.strip() for cell in table.columns[by]], dtype=str)


def _population(arguments: argparse.Namespace, answers: "AnswerSet") -> tuple[int | None, dict[str, int] | None]:
    """(number of persons or None, persons by group or None)."""
    from surveys.reading import read_table

    given = arguments.population
    if given is None:
        return None, None
    n = len(answers)
    if given.strip().isdigit():
        if int(given) < max(n, 1):
            raise AnswersError(f"опрашиваемых {given}, а ответов {n}", "--population")
        return int(given), None
    table = read_table(Path(given))
    problems = []
    if len(table) < n:
        problems.append(Problem("", f"человек в списке {len(table)}, а ответов {n}"))
    people: dict[str, int] | None = None
    if arguments.by is not None and arguments.by not in table.columns:
        problems.append(Problem("строка 1", f"нет столбца {arguments.by}, по которому нужны группы"))
    elif arguments.by is not None:
        people = dict(Counter(cell.strip() for cell in table.columns[arguments.by]))
        for name, count in sorted(Counter(str(value) for value in answers.groups[arguments.by]).items()):
            if count > people.get(name, 0):
                problems.append(
                    Problem(f"группа «{name}»", f"человек в списке {people.get(name, 0)}, а ответов {count}")
                )
    if problems:
        raise AnswersError(problems, table.source)
    return len(table) or None, people


def _name_context(contexts: list[list[str]]) -> None:
    names = list(dict.fromkeys(name for context in contexts for name in context))
    if names:
        sys.stderr.write(f"столбцы, которых нет в анкете, взяты как сведения: {', '.join(names)}\n")


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
