"""Skip conditions in words for a printed form: «если в п. 12 ответ 1 или 2»."""

from collections.abc import Mapping

from surveys.answers.checking import codes_of
from surveys.definition.instrument import Instrument
from surveys.expressions.syntax import Tree, Value, parse, truth

SIGNS = {
    "=": "равно",
    "!=": "не равно",
    "<": "меньше",
    "<=": "не больше",
    ">": "больше",
    ">=": "не меньше",
    "+": "+",
    "-": "−",
    "*": "×",
    "div": ":",
}
MOST_CODES = 40


def skip_words(source: str, instrument: Instrument, numbers: Mapping[str, str]) -> str:
    """The condition as a person reads it, without «если»; ``numbers`` gives the printed number of an item."""
    expression = parse(source)
    if len(expression.names) == 1:
        name = next(iter(expression.names))
        codes = opening_codes(source, name, instrument)
        if codes:
            chosen = "отмечено" if instrument.item(name).type == "select_multiple" else "ответ"
            return f"{place_of(name, numbers)} {chosen} {listed(codes)}"
    return _words(expression.tree, instrument, numbers)


def opening_codes(source: str, name: str, instrument: Instrument) -> list[str]:
    """Codes of the options of ``name`` that alone satisfy the condition; empty where it has no options."""
    item = instrument.item(name)
    if item.type not in ("select_one", "select_multiple"):
        return []
    codes = codes_of(instrument, item)
    if len(codes) > MOST_CODES:
        return []

    def opens(code: str) -> bool:
        value: Value = code if item.type == "select_one" else [code]
        return truth(parse(source), lambda _: value)

    return [code for code in codes if opens(code)]


def listed(codes: list[str]) -> str:
    """«0, 1 или 2»."""
    return " или ".join(part for part in (", ".join(codes[:-1]), codes[-1]) if part)


def place_of(name: str, numbers: Mapping[str, str]) -> str:
    """«в п. 12»."""
    return f"в п.\u00a0{numbers.get(name, name)}"


def answer_of(name: str, numbers: Mapping[str, str]) -> str:
    """What stands on paper in place of an earlier answer: «[ответ в п. 12]»."""
    return f"[ответ {place_of(name, numbers)}]" if name in numbers else "[…]"


def _words(tree: Tree, instrument: Instrument, numbers: Mapping[str, str]) -> str:
    if not isinstance(tree, list):
        return f"{tree:g}".replace(".", ",") if isinstance(tree, float) else str(tree)
    head, *parts = tree
    if head == "name":
        return _named(parts[0], instrument, numbers)
    if head == "text":
        return f"«{parts[0]}»" if parts[0] else "пусто"
    told = [_words(part, instrument, numbers) for part in parts]
    if head in ("exists", "empty") or (head in ("=", "!=") and ["text", ""] in parts):
        filled = told[1] if parts[0] == ["text", ""] else told[0]
        return f"{filled} {'' if head in ('exists', '!=') else 'не '}заполнен"
    return _joined(head, told)


def _named(name: str, instrument: Instrument, numbers: Mapping[str, str]) -> str:
    """«п. 12», or the formula of what is reckoned: it does not stand on the paper."""
    formula = instrument.item(name).calculation if name not in numbers else ""
    return f"({_words(parse(formula).tree, instrument, numbers)})" if formula else f"п.\u00a0{numbers.get(name, name)}"


def _joined(head: str, told: list[str]) -> str:
    if head in ("and", "or"):
        return (" и " if head == "and" else " или ").join(told)
    if head in SIGNS and len(told) == 2:
        return f"{told[0]} {SIGNS[head]} {told[1]}"
    words = {"selected": "в {0} отмечено {1}", "not": "не верно, что {0}", "count-selected": "число отмеченных в {0}"}
    return words[head].format(*told) if head in words else f"{head}({'; '.join(told)})"
