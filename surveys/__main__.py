"""``python -m surveys check | describe | convert | analyze | compare``: the engine without a server and a database."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from surveys.definition.instrument import Instrument, Item, open_instrument
from surveys.definition.toml_text import to_toml
from surveys.errors import DefinitionError, Problem, SurveyError
from surveys.statistics.commands import add_parsers

BAD_INPUT = 2
USAGE = (
    (r"^the following arguments are required: (.*)$", r"не указано: \1"),
    (r"^unrecognized arguments: (.*)$", r"лишнее в команде: \1"),
    (r"^argument (\S+): invalid choice: (\S+) \(choose from (.*)\)$", r"\1: нет значения \2; можно: \3"),
    (r"^argument (\S+): invalid int value: (.*)$", r"\1: нужно целое число, а не \2"),
    (r"^argument (\S+): expected one argument$", r"\1: не указано значение"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Bad input: a line per problem on standard error and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except SurveyError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        sys.stderr.close()
        return 1


class Parser(argparse.ArgumentParser):
    """Says in Russian what is wrong with the command itself."""

    def error(self, message: str) -> NoReturn:
        """Print one line and end with the status of bad input."""
        for pattern, words in USAGE:
            message = re.sub(pattern, words, message)
        self.exit(BAD_INPUT, f"{message}; подсказка: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m surveys", description="Анкеты и карты без сервера и базы данных.")
    commands = parser.add_subparsers(required=True, metavar="КОМАНДА")
    check = commands.add_parser("check", help="проверить форму целиком")
    check.add_argument("instrument", help="файл .toml, .xlsx, .xls, .csv или код встроенной формы")
    check.set_defaults(run=run_check)
    describe = commands.add_parser("describe", help="показать вопросы формы")
    describe.add_argument("instrument", help="файл .toml, .xlsx, .xls, .csv или код встроенной формы")
    describe.add_argument("--json", action="store_true", help="один документ JSON")
    describe.set_defaults(run=run_describe)
    convert = commands.add_parser("convert", help="переписать форму в другом виде: .toml или .xlsx")
    convert.add_argument("instrument", help="файл .toml, .xlsx, .xls, .csv или код встроенной формы")
    convert.add_argument("out", type=Path, help="новый файл .toml или .xlsx")
    convert.set_defaults(run=run_convert)
    add_parsers(commands)
    return parser


def run_check(arguments: argparse.Namespace) -> int:
    """Say that the form is whole; its problems are raised, what has no effect in it is named on standard error."""
    remarks: list[Problem] = []
    instrument = open_instrument(arguments.instrument, remarks)
    for remark in remarks:
        print(f"{Path(arguments.instrument).name}: {remark}", file=sys.stderr)
    scored = f", шкал: {len(instrument.scales)}" if instrument.scales else ""
    print(f"Форма в порядке: {instrument.title} ({instrument.code}). Пунктов: {len(instrument.items)}{scored}.")
    return 0


def run_describe(arguments: argparse.Namespace) -> int:
    """Print the items in form order."""
    instrument = open_instrument(arguments.instrument)
    if arguments.json:
        print(json.dumps(describe(instrument), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print("\n".join(_readable(instrument)))
    return 0


def describe(instrument: Instrument) -> dict[str, Any]:
    """The instrument as a plain value: items in form order, types as an XLSForm spells them; groups are not items."""
    return {
        "code": instrument.code,
        "title": instrument.title,
        "version": instrument.version,
        "languages": instrument.languages,
        "items": [_described(instrument, item) for item in instrument.items],
    }


def _described(instrument: Instrument, item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.spelled or item.type,
        "label": _label(item),
        "required": item.required,
        "relevant": item.relevant,
        "constraint": item.constraint,
        "choices": [{"name": option.name, "label": option.label} for option in instrument.options_of(item)],
        "scale": item.scale,
        "reverse": item.reverse,
        "group": item.group,
    }


def _label(item: Item) -> str:
    others = (texts.get("label", "") for texts in item.translations.values())
    return item.label or next(filter(None, others), "")


def _readable(instrument: Instrument) -> list[str]:
    lines = [f"{instrument.title} ({instrument.code}, версия {instrument.version})"]
    titles = {group.name: group.label for group in instrument.groups}
    group: str | None = None
    for item in instrument.items:
        if item.group != group:
            group = item.group
            lines += ["", titles.get(group or "", "")]
        marks = [item.spelled or item.type]
        marks += ["обязательный"] if item.required else []
        marks += ["обратный"] if item.reverse else []
        lines.append(f"  {item.name}: {_label(item)} [{', '.join(marks)}]")
        if item.relevant:
            lines.append(f"      если {item.relevant}")
        codes = [f"{option.name} - {option.label}" for option in instrument.options_of(item)]
        if codes and item.need_of is None:
            lines.append("      " + "; ".join(codes))
    return lines


def run_convert(arguments: argparse.Namespace) -> int:
    """Write the form anew; nothing is written when it is bad or the kind of file is unknown."""
    out: Path = arguments.out
    if out.suffix.lower() not in (".toml", ".xlsx"):
        raise DefinitionError("форма записывается в .toml или .xlsx", out.name)
    instrument = open_instrument(arguments.instrument)
    part = out.with_name(f".{out.name}.part{out.suffix}")
    try:
        _write(instrument, part)
        part.replace(out)
    except OSError:
        raise DefinitionError("файл не записывается: проверьте папку и права", str(out)) from None
    finally:
        part.unlink(missing_ok=True)
    print(f"Записано: {out}")
    return 0


def _write(instrument: Instrument, path: Path) -> None:
    if path.suffix.lower() == ".toml":
        body = instrument.model_dump(mode="json", exclude_defaults=True)
        path.write_text(to_toml(body), encoding="utf-8", newline="\n")
        return
    from surveys.xlsform import write_xlsform

    write_xlsform(instrument, path)


if __name__ == "__main__":
    sys.exit(main())
