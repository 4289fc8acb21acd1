"""Is an instrument whole? Every problem at once, each with the path of the thing that is wrong."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from surveys.definition.cycles import find_cycles
from surveys.errors import ExpressionError, Problem
from surveys.expressions.evaluation import FUNCTIONS, to_number
from surveys.expressions.syntax import NAME, Tree, parse

if TYPE_CHECKING:
    from surveys.definition.instrument import Approval, Instrument, Item

Path = tuple[str | int, ...]
Finding = tuple[Path, str]
CHOOSING = ("select_one", "select_multiple", "rank")
MAX_ITEMS = 5_000
MAX_OPTIONS = 50_000  # in all lists together
MAX_NESTED = 20  # groups one inside another
ITEM_TEXTS = ("label", "hint", "constraint_message")
GROUP_TEXTS = ("label", "ask", "hint")
# what a fault of shape leaves unknown: fields that other fields of the entry rest on, and texts that rest on a part
BASIS = ("type", "options", "scale", "kind", "better", "low", "medium")
RESTS = (
    ("items", ("name",), ("нет пункта «",)),
    ("items", ("scale",), ("в шкале «",)),
    ("groups", ("name",), ("нет группы «",)),
    ("scales", ("name",), ("нет шкалы «",)),
    ("levels", ("code",), ("имя «high» уже",)),  # its stand-in
    ("levels", ("code", "at_least"), ("порог уровня «",)),
    (
        "option_lists",
        (),
        ("нет списка вариантов «", "в списке нет варианта «", "пункт шкалы, а", "пункту шкалы ", "у вариантов списка "),
    ),
)
PIPED = re.compile(rf"\$\{{\s*({NAME})\s*\}}")
MESSAGES = {
    "missing": "не указано обязательное поле",
    "extra_forbidden": "неизвестное поле; проверьте, как оно написано",
    "string_type": "здесь должен быть текст в кавычках",
    "bool_type": "здесь должно быть true или false",
    "bool_parsing": "здесь должно быть true или false",
    "float_type": "здесь должно быть число",
    "float_parsing": "здесь должно быть число",
    "int_type": "здесь должно быть целое число",
    "int_parsing": "здесь должно быть целое число",
    "int_from_float": "здесь должно быть целое число",
    "list_type": "здесь должен быть список",
    "dict_type": "здесь должна быть таблица",
    "model_type": "здесь должна быть таблица",
    "date_from_datetime_parsing": "здесь должна быть дата вида 2020-05-31",
    "date_parsing": "здесь должна быть дата вида 2020-05-31",
    "date_type": "здесь должна быть дата вида 2020-05-31",
}


def shape_problem(error: Any) -> Finding:
    """One pydantic error in plain Russian."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return error["loc"], f"недопустимое значение «{error['input']}»; можно: {_listed(context['expected'])}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return error["loc"], f"число должно быть не {'меньше' if 'ge' in context else 'больше'} {bound:g}"
    if kind == "value_error":
        return error["loc"], str(context.get("error", error["msg"]))
    return error["loc"], MESSAGES.get(kind, "недопустимое значение")


def as_problem(finding: Finding) -> Problem:
    """A finding as a person reads it: ``items[3].relevant``."""
    path, text = finding
    return Problem("".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip("."), text)


def find_problems(instrument: "Instrument") -> list[Finding]:
    """Everything that types alone do not catch: names, references, expressions, scales."""
    too_big = list(_limits(instrument))
    if too_big:
        return too_big
    found = [
        *_repeated_names(instrument),
        *_groups(instrument),
        *_options(instrument),
        *_items(instrument),
        *_scales(instrument),
        *_levels(instrument),
        *_expressions(instrument),
        *_rules(instrument),
        *_indicators(instrument),
        *check_approval(instrument.thresholds),
        *find_cycles(instrument),
    ]
    return sorted(found, key=_place)


def _limits(instrument: "Instrument") -> Iterator[Finding]:
    """What is too big is not looked into any further."""
    if len(instrument.items) > MAX_ITEMS:
        yield ("items",), f"пунктов {len(instrument.items)}, а можно не больше {MAX_ITEMS}"
    options = sum(map(len, instrument.option_lists.values()))
    if options > MAX_OPTIONS:
        yield ("option_lists",), f"вариантов {options}, а можно не больше {MAX_OPTIONS}"
    if len(instrument.groups) > MAX_ITEMS:
        yield ("groups",), f"групп {len(instrument.groups)}, а можно не больше {MAX_ITEMS}"


def _place(finding: Finding) -> tuple[str, int]:
    path = finding[0]
    return str(path[0]), next((step for step in path if isinstance(step, int)), -1)


def _listed(expected: str) -> str:
    return ", ".join(filter(None, re.findall("'([^']*)'", expected)))  # the empty one needs no telling


def repeats(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Place and name of every one that stood before."""
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        if seen[name]:
            yield place, name
        seen[name] += 1


def _repeated_names(instrument: "Instrument") -> Iterator[Finding]:
    parts: list[tuple[str, str, list[str]]] = [
        ("items", "name", [item.name for item in instrument.items]),
        ("groups", "name", [group.name for group in instrument.groups]),
        ("scales", "name", [scale.name for scale in instrument.scales]),
        ("levels", "code", [level.code for level in instrument.levels]),
        ("checks", "code", [check.code for check in instrument.checks]),
        ("indicators", "code", [indicator.code for indicator in instrument.indicators]),
        ("indicators", "name", [indicator.name for indicator in instrument.indicators]),
        ("quality", "code", [flag.code for flag in instrument.quality]),
    ]
    for part, field, names in parts:
        for place, name in repeats(names):
            yield (part, place, field), f"имя «{name}» уже занято; имена не должны повторяться"


def _groups(instrument: "Instrument") -> Iterator[Finding]:
    parents = {group.name: group.parent for group in instrument.groups}
    for place, group in enumerate(instrument.groups):
        if not re.fullmatch(NAME, group.name):
            yield ("groups", place, "name"), _bad_name(group.name)
        if group.parent is not None and group.parent not in parents:
            yield ("groups", place, "parent"), f"нет группы «{group.parent}»"
        above, steps = group.parent, 0
        while above is not None and above != group.name and steps <= MAX_NESTED:
            above, steps = parents.get(above), steps + 1
        if above == group.name:
            yield ("groups", place, "parent"), "группа вложена сама в себя"
        elif steps >= MAX_NESTED:
            yield ("groups", place, "parent"), f"группы вложены глубже {MAX_NESTED}"


def _bad_name(name: str) -> str:
    return f"имя «{name}» не годится: нужны буквы, цифры, «_», «-» и «.», первой стоит буква или «_»"


def _options(instrument: "Instrument") -> Iterator[Finding]:
    spaced = {item.options for item in instrument.items if item.type in ("select_multiple", "rank")}
    for name, options in instrument.option_lists.items():
        if not options:
            yield ("option_lists", name), "в списке нет ни одного варианта"
        for place, code in repeats(option.name for option in options):
            yield ("option_lists", name, place, "name"), f"код «{code}» уже есть в списке «{name}»"
        for place, option in enumerate(options):
            if not option.name:
                yield ("option_lists", name, place, "name"), "пустой код варианта"
            elif name in spaced and re.search(r"\s", option.name):
                yield (
                    ("option_lists", name, place, "name"),
                    f"в коде «{option.name}» пробел: при выборе нескольких так нельзя",
                )


def _items(instrument: "Instrument") -> Iterator[Finding]:
    if not instrument.items:
        yield ("items",), "в форме нет ни одного вопроса"
    groups = {group.name for group in instrument.groups}
    names = {item.name for item in instrument.items}
    for place, item in enumerate(instrument.items):
        at: Path = ("items", place)
        if not re.fullmatch(NAME, item.name):
            yield (*at, "name"), _bad_name(item.name)
        if item.type in CHOOSING and not item.options:
            yield (*at, "options"), f"для типа {item.type} нужен список вариантов"
        if item.options and item.type not in CHOOSING:
            yield (*at, "options"), f"у типа {item.type} не бывает списка вариантов"
        if item.options and item.options not in instrument.option_lists:
            yield (*at, "options"), f"нет списка вариантов «{item.options}»"
        if item.group is not None and item.group not in groups:
            yield (*at, "group"), f"нет группы «{item.group}»"
        if item.need_of is not None and (item.need_of not in names or item.need_of == item.name):
            yield (*at, "need_of"), f"нет пункта «{item.need_of}», о котором спрашивает этот"
        if item.type == "calculate" and not item.calculation:
            yield (*at, "calculation"), "у вычисляемого пункта нет формулы"
        yield from _parameters(item, at)
        yield from _default(instrument, item, at)


def is_dynamic(default: str) -> bool:
    """Whether a default is a formula: ``today()``, ``${hours} * 2``; else it is the answer itself."""
    call = re.match(r"\s*([\w-]+)\s*\(", default)
    return bool(PIPED.search(default)) or bool(call and call[1] in FUNCTIONS)


def _default(instrument: "Instrument", item: "Item", at: Path) -> Iterator[Finding]:
    if not item.default or is_dynamic(item.default):
        return
    codes = [option.name for option in instrument.option_lists.get(item.options or "", [])]
    parts = [item.default] if item.type == "select_one" else item.default.split()
    strange = next((part for part in parts if part not in codes), None) if codes else None
    if strange is not None:
        yield (*at, "default"), f"в списке нет варианта «{strange}»"
    if item.type in DEFAULTS and not re.fullmatch(DEFAULTS[item.type][0], item.default):
        yield (*at, "default"), f"ответ по умолчанию должен быть {DEFAULTS[item.type][1]}, а не «{item.default}»"


_PLAIN_NUMBER = (r"-?[0-9]+([.,][0-9]+)?", "числом")
DEFAULTS = {  # type -> pattern and words of its default answer
    "integer": (r"-?[0-9]+", "целым числом"),
    "decimal": _PLAIN_NUMBER,
    "range": _PLAIN_NUMBER,
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "датой вида 31.05.2020"),
    "time": (r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", "временем вида 14:30"),
}


def _parameters(item: "Item", at: Path) -> Iterator[Finding]:
    if item.type == "range":
        start, end, step = (to_number(item.parameters.get(key, usual)) for key, usual in RANGE)
        if start is None or end is None or step is None or step <= 0 or end <= start:
            yield (*at, "parameters"), "у типа range нужны числа start, end и step, и end больше start"
    if "max" in item.parameters and not re.fullmatch("[1-9][0-9]*", item.parameters["max"]):
        yield (*at, "parameters"), f"max должно быть целым числом больше нуля, а не «{item.parameters['max']}»"


RANGE = (("start", "1"), ("end", "10"), ("step", "1"))  # XLSForm's own defaults


def _scales(instrument: "Instrument") -> Iterator[Finding]:
    scales = {scale.name for scale in instrument.scales}
    used = {item.scale for item in instrument.items}
    for place, scale in enumerate(instrument.scales):
        if scale.name not in used:
            yield ("scales", place, "name"), f"в шкале «{scale.name}» нет ни одного пункта"
    for place, item in enumerate(instrument.items):
        if item.scale is None:
            if item.reverse:
                yield ("items", place, "reverse"), "обратным может быть только пункт шкалы, а шкала не указана"
            continue
        if item.scale not in scales:
            yield ("items", place, "scale"), f"нет шкалы «{item.scale}»"
        if item.type not in ("select_one", "range", "integer", "decimal"):  # without bounds there is alpha, no score
            yield (
                ("items", place, "scale"),
                f"пункт типа {item.type} не может входить в шкалу: нужен один выбор или число",
            )
        if item.type == "select_one" and item.options in instrument.option_lists:
            yield from _scale_codes(instrument, item, place)


def _levels(instrument: "Instrument") -> Iterator[Finding]:
    """The higher the score, the lower the deficit."""
    places = {level.code: place for place, level in enumerate(instrument.levels)}
    for deeper, milder in pairwise(code for code in ("high", "medium", "low", "none") if code in places):
        below, above = instrument.levels[places[deeper]], instrument.levels[places[milder]]
        if above.at_least <= below.at_least:
            yield (
                ("levels", places[milder], "at_least"),
                f"порог уровня «{milder}» должен быть больше порога уровня «{deeper}»: чем выше балл, тем ниже дефицит",
            )


def _scale_codes(instrument: "Instrument", item: "Item", place: int) -> Iterator[Finding]:
    codes = {option.name: to_number(option.name) for option in instrument.options_of(item)}
    words = [f"«{name}»" for name, number in codes.items() if number is None]
    if words:
        yield ("items", place, "scale"), f"пункт шкалы, а коды вариантов не числа: {', '.join(words)}"
    elif len(set(codes.values())) < 2:
        yield ("items", place, "scale"), "пункту шкалы нужно не меньше двух разных кодов"


def _written(instrument: "Instrument") -> Iterator[tuple[Path, str, bool]]:
    """Every expression with its path and whether it may name columns of an option."""
    fields = ("relevant", "constraint", "calculation", "required_when", "choice_filter")
    for place, item in enumerate(instrument.items):
        for field in fields:
            yield ("items", place, field), getattr(item, field), field == "choice_filter"
        if is_dynamic(item.default):
            yield ("items", place, "default"), item.default, False
    for place, group in enumerate(instrument.groups):
        yield ("groups", place, "relevant"), group.relevant, False
    for place, check in enumerate(instrument.checks):
        yield ("checks", place, "expression"), check.expression, False
    for place, indicator in enumerate(instrument.indicators):
        for field in ("expression", "no_resource", "numerator", "denominator"):
            yield ("indicators", place, field), getattr(indicator, field), False


def _expressions(instrument: "Instrument") -> Iterator[Finding]:
    names = {item.name for item in instrument.items}
    for path, source, columns in _written(instrument):
        if not source:
            continue
        try:
            expression = parse(source, columns=columns)
        except ExpressionError as error:
            yield path, f"выражение не читается: {error.problems[0]}"
            continue
        for name in sorted(expression.names - names):
            yield path, f"нет пункта «{name}», на который ссылается выражение"
        if columns:
            yield from _filter_columns(instrument, path, expression.tree)
    for path, text in _piped_texts(instrument):
        for name in sorted(set(PIPED.findall(text)) - names):
            yield path, f"нет пункта «{name}», на который ссылается текст"


def _filter_columns(instrument: "Instrument", path: Path, tree: Tree) -> Iterator[Finding]:
    """A filter by a column that no option has would offer nothing to anybody."""
    options = instrument.option_lists.get(instrument.items[int(path[1])].options or "", [])
    known = {"name", *(column for option in options for column in option.columns)}
    for column in sorted(_columns_of(tree) - known) if options else []:
        yield path, f"у вариантов списка нет столбца «{column}», по которому они отбираются"


def _columns_of(tree: Tree) -> set[str]:
    if not isinstance(tree, list):
        return set()
    return {tree[1]} if tree[0] == "column" else {name for part in tree[1:] for name in _columns_of(part)}


def _piped_texts(instrument: "Instrument") -> Iterator[tuple[Path, str]]:
    """Texts that may repeat an earlier answer: ``${name}``."""
    parts: list[tuple[str, int, Any, tuple[str, ...]]]
    parts = [("items", place, item, ITEM_TEXTS) for place, item in enumerate(instrument.items)]
    parts += [("groups", place, group, GROUP_TEXTS) for place, group in enumerate(instrument.groups)]
    for part, place, one, fields in parts:
        for field in fields:
            yield (part, place, field), getattr(one, field)
        for texts in one.translations.values():
            yield from (((part, place, field), text) for field, text in texts.items())


def _rules(instrument: "Instrument") -> Iterator[Finding]:
    names = {item.name for item in instrument.items}
    for place, check in enumerate(instrument.checks):
        if not check.expression:
            yield ("checks", place, "expression"), "у проверки нет условия"
        for name in check.fields:
            if name not in names:
                yield ("checks", place, "fields"), f"нет пункта «{name}»"
    for place, flag in enumerate(instrument.quality):
        for name in flag.items:
            if name not in names:
                yield ("quality", place, "items"), f"нет пункта «{name}»"
        if flag.kind == "pair" and len(flag.items) != 2:
            yield ("quality", place, "items"), "для сравнения пары нужно два пункта"
        if flag.soft and (flag.kind != "time" or flag.soft <= flag.threshold):
            yield ("quality", place, "soft"), "мягкий порог бывает только у времени (time) и больше основного"


def check_approval(approval: "Approval") -> Iterator[Finding]:
    """The day of an approval is one that a calendar has: it is printed in words."""
    try:
        if approval.on:
            date.fromisoformat(approval.on)
    except ValueError:
        yield ("thresholds", "on"), f"здесь должна быть дата вида 15.05.2020, а не «{approval.on}»"


def _indicators(instrument: "Instrument") -> Iterator[Finding]:
    for place, indicator in enumerate(instrument.indicators):
        if not indicator.expression:
            yield ("indicators", place, "expression"), "у показателя нет формулы"
        if (indicator.low < indicator.medium) == (indicator.better == "high"):
            yield ("indicators", place, "low"), "пороги low и medium стоят не по порядку"
