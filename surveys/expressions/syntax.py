"""The one expression language: skips, constraints, cross-field checks, indicators, rule conditions.

XLSForm's notation (``${name}``, ``and or not``, ``= != < <= > >=``, ``+ - * div mod``, functions) is parsed once
against a whitelist to a tree of lists that JSON can carry; the same tree is evaluated here and by
``app/static/expressions.js``.

There are two kinds of missing. An unanswered item is ``''`` and behaves as in XPath: ``'' != 'x'`` is true, ``'' < 5``
is false, arithmetic with it gives «н/д». ``None`` is «н/д» itself (not available, not applicable): every comparison
with it is unknown, ``and or not`` are three-valued (Kleene), and an unknown condition is not satisfied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from surveys.errors import ExpressionError, Problem
from surveys.expressions.evaluation import FUNCTIONS, Lookup, Tree, Value, evaluate_tree, known_truth
from surveys.expressions.patterns import read_pattern

__all__ = ["Expression", "Lookup", "Tree", "Value", "evaluate", "parse", "truth", "verdict"]

MAX_SOURCE = 10_000  # characters
MAX_DEPTH = 100  # of the tree
MAX_NESTING = 40  # of brackets and calls
NAME = r"[^\W\d][\w.\-]*"
TOKEN = re.compile(
    rf"""(?P<blank>\s+)
    |\$\{{\s*(?P<name>{NAME})\s*\}}
    |(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<operator><=|>=|!=|[=<>+*(),-])
    |(?P<word>[^\W\d][\w-]*)
    |(?P<this>\.)""",
    re.VERBOSE,
)
HINTS = {
    "==": "пишите «=» вместо «==»",
    "<>": "пишите «!=» вместо «<>»",
    "&&": "пишите «and» вместо «&&»",
    "||": "пишите «or» вместо «||»",
    "/": "деление пишется словом «div»; пути вида /data/… не поддерживаются",
    "%": "остаток пишется словом «mod»",
    "$": "имя пишется так: ${имя}",
    "'": "не закрыта кавычка",
    '"': "не закрыта кавычка",
    "‘": "замените типографские кавычки на прямые",
    "’": "замените типографские кавычки на прямые",
    "“": "замените типографские кавычки на прямые",
    "”": "замените типографские кавычки на прямые",
}


@dataclass(frozen=True)
class Expression:
    """A parsed expression: its JSON tree, the names it reads and the text it came from."""

    tree: Any
    names: frozenset[str]
    source: str


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


@lru_cache(maxsize=4096)
def parse(source: str, *, columns: bool = False) -> Expression:
    """Parse ``source``. ``columns`` allows bare words, which in a choice filter name columns of the option.

    Raises:
        ExpressionError: what is wrong and at which character.
    """
    if len(source) > MAX_SOURCE:
        raise _error(MAX_SOURCE, f"выражение длиннее {MAX_SOURCE} знаков")
    parser = _Parser(list(_tokens(source)), columns)
    tree = parser.either()
    parser.expect_end()
    if _depth(tree) > MAX_DEPTH:
        raise _error(1, "слишком глубоко вложенное выражение")
    return Expression(tree, frozenset(parser.names), source)


def evaluate(expression: "Expression | Tree", lookup: Lookup, this: Value = "", *, today: str = "") -> Value:
    """Value of ``expression``; ``lookup`` gives the value of a name, ``this`` is the current item.

    ``today`` is an ISO date, by default that of the clock. A column of a choice filter is looked up as ``@column``.
    The result is never NaN nor infinite.
    """
    tree = expression.tree if isinstance(expression, Expression) else expression
    return evaluate_tree(tree, lookup, this, today)


def verdict(expression: "Expression | Tree", lookup: Lookup, this: Value = "", *, today: str = "") -> bool | None:
    """True, False, or None where «н/д» leaves the condition unknown."""
    return known_truth(evaluate(expression, lookup, this, today=today))


def truth(expression: "Expression | Tree", lookup: Lookup, this: Value = "", *, today: str = "") -> bool:
    """Is the condition satisfied? Unknown is not: «н/д» satisfies no condition."""
    return verdict(expression, lookup, this, today=today) is True


def _error(place: int, text: str) -> ExpressionError:
    return ExpressionError([Problem(f"знак {place}", text)])


def _tokens(source: str) -> Iterator[_Token]:
    place = 0
    while place < len(source):
        found = TOKEN.match(source, place)
        double = source[place : place + 2]
        if double in HINTS:
            raise _error(place + 1, HINTS[double])
        if not found:
            raise _error(place + 1, HINTS.get(source[place], f"непонятный знак «{source[place]}»"))
        kind = str(found.lastgroup)
        if kind != "blank":
            yield _Token(kind, found[kind], place + 1)
        place = found.end()
    yield _Token("end", "", len(source) + 1)


def _depth(tree: Tree) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [part for node in level if isinstance(node, list) for part in node if isinstance(part, list)]
    return deepest


class _Parser:
    def __init__(self, tokens: list[_Token], columns: bool) -> None:
        self.tokens = tokens
        self.columns = columns
        self.at = 0
        self.depth = 0
        self.names: set[str] = set()

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def accept(self, *texts: str) -> str:
        if self.now.kind in ("operator", "word") and self.now.text in texts:
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise _error(self.now.place, f"ожидается «{text}»")

    def expect_end(self) -> None:
        if self.now.kind != "end":
            raise _error(self.now.place, f"лишнее «{self.now.text}»: пропущен знак действия?")

    def either(self) -> Tree:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else ["or", *parts]

    def both(self) -> Tree:
        parts = [self.equality()]
        while self.accept("and"):
            parts.append(self.equality())
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def equality(self) -> Tree:
        return self.comparison(("=", "!="), lambda: self.comparison(("<", "<=", ">", ">="), self.additive))

    def comparison(self, operators: tuple[str, ...], operand: Any) -> Tree:
        left = operand()
        sign = self.accept(*operators)
        if not sign:
            return left
        tree = [sign, left, operand()]
        if self.now.text in operators:
            raise _error(self.now.place, "двойное сравнение: разделите его на два и соедините словом «and»")
        return tree

    def additive(self) -> Tree:
        left = self.multiplicative()
        while sign := self.accept("+", "-"):
            left = [sign, left, self.multiplicative()]
        return left

    def multiplicative(self) -> Tree:
        left = self.unary()
        while sign := self.accept("*", "div", "mod"):
            left = [sign, left, self.unary()]
        return left

    def unary(self) -> Tree:
        minus = 0
        while self.accept("-"):
            minus += 1
        tree = self.primary()
        if minus % 2:
            return ["neg", tree]
        return ["number", tree] if minus else tree

    def primary(self) -> Tree:
        token = self.now
        self.at += 1
        if token.kind == "number":
            return float(token.text)
        if token.kind == "text":
            return ["text", token.text[1:-1]]
        if token.kind == "name":
            self.names.add(token.text)
            return ["name", token.text]
        if token.kind == "this":
            return ["this"]
        if token.kind == "word":
            return self.word(token)
        if token.text == "(":
            return self.nested(self.bracket)
        self.at -= 1
        raise _error(token.place, "выражение оборвано" if token.kind == "end" else f"«{token.text}» стоит не на месте")

    def nested(self, read: Any) -> Tree:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise _error(self.now.place, "слишком много вложенных скобок")
        tree = read()
        self.depth -= 1
        return tree

    def bracket(self) -> Tree:
        tree = self.either()
        self.expect(")")
        return tree

    def word(self, token: _Token) -> Tree:
        if self.accept("("):
            return self.nested(lambda: self.call(token))
        if self.columns:
            return ["column", token.text]
        raise _error(
            token.place, f"непонятное слово «{token.text}»: имя пункта пишется ${{{token.text}}}, текст - в кавычках"
        )

    def call(self, token: _Token) -> Tree:
        if token.text not in FUNCTIONS:
            raise _error(token.place, f"неизвестная функция «{token.text}»")
        arguments: list[Tree] = []
        if not self.accept(")"):
            arguments.append(self.either())
            while self.accept(","):
                arguments.append(self.either())
            self.expect(")")
        least, most = FUNCTIONS[token.text]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            raise _error(token.place, f"у функции «{token.text}» {_counted(least, most)}, а дано {len(arguments)}")
        if token.text == "regex":
            return self.pattern(token, arguments)
        return [token.text, *arguments]

    def pattern(self, token: _Token, arguments: list[Tree]) -> Tree:
        written = arguments[1]
        if not isinstance(written, list) or written[0] != "text":
            raise _error(token.place, "образец функции regex должен быть текстом в кавычках")
        try:
            pattern = read_pattern(written[1])
        except ExpressionError as error:
            raise _error(token.place, error.problems[0].text) from None
        return ["regex", arguments[0], ["text", pattern.source], float(pattern.cap)]


def _counted(least: int, most: int | None) -> str:
    if least == most:
        return f"должно быть аргументов: {least}"
    return (
        f"должно быть аргументов: {least} и более" if most is None else f"должно быть аргументов: от {least} до {most}"
    )
