"""Regular expressions that cannot hang and mean the same in Python and in a browser.

A pattern is read by a small grammar (literals, classes, groups, alternatives, quantifiers), its worst case is
estimated, and it is written out again in the part of the notation on which both engines agree.
"""

import re
from dataclasses import dataclass

from surveys.errors import ExpressionError, Problem

MAX_PATTERN = 500
WORST_STEPS = 10_000_000  # backtracking steps allowed for the longest text
CAPS = (1000, 200, 60)  # longest text tried, characters
CLASSES = {
    "d": "0-9",
    "w": "A-Za-z0-9_",
    "s": r" \x09-\x0d",
}


@dataclass(frozen=True)
class Pattern:
    """``source`` is valid for ``re`` and for JavaScript; a text longer than ``cap`` does not match."""

    source: str
    cap: int


@dataclass
class _Piece:
    source: str
    ways: int = 1  # how many ways of matching a fixed text; the estimate behind the cap
    loops: int = 0  # unbounded quantifiers inside


def read_pattern(text: str) -> Pattern:
    """Check ``text`` and rewrite it; the whole value must match, so ``^`` and ``$`` at the ends are dropped.

    Raises:
        ExpressionError: outside the grammar, or so built that a text exists on which it would run for minutes.
    """
    if len(text) > MAX_PATTERN:
        raise _error(f"образец длиннее {MAX_PATTERN} знаков")
    reader = _Reader(text)
    piece = reader.alternatives()
    if not reader.at_end():
        raise _error(f"лишняя скобка «{reader.peek()}» в образце")
    for cap in CAPS:
        if piece.ways * cap**piece.loops <= WORST_STEPS:
            return Pattern(piece.source, cap)
    raise _error("образец слишком сложен: уберите часть повторений")


def full_match(source: str, cap: int, value: str) -> bool:
    """Does the whole of ``value`` match a pattern written by ``read_pattern``?"""
    return len(value) <= cap and re.fullmatch(source, value) is not None


def _error(text: str) -> ExpressionError:
    return ExpressionError([Problem("regex", text)])


def _literal(char: str) -> str:
    return char if char.isalnum() or ord(char) > 127 or char in "_ " else f"\\x{ord(char):02x}"


class _Reader:
    def __init__(self, text: str) -> None:
        start = 1 if text.startswith("^") else 0
        dollar = text.endswith("$") and not text.endswith("\\$")
        self.text = text[start : len(text) - 1 if dollar else len(text)]
        self.place = 0
        self.depth = 0

    def at_end(self) -> bool:
        return self.place >= len(self.text)

    def peek(self) -> str:
        return self.text[self.place] if not self.at_end() else ""

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise _error("образец оборван")
        self.place += 1
        return char

    def alternatives(self) -> _Piece:
        branches = [self.sequence()]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence())
        if len(branches) == 1:
            return branches[0]
        return _Piece(
            "|".join(branch.source for branch in branches),
            sum(branch.ways for branch in branches),
            max(branch.loops for branch in branches),
        )

    def sequence(self) -> _Piece:
        whole = _Piece("")
        while not self.at_end() and self.peek() not in "|)":
            piece = self.repeated(self.atom())
            whole = _Piece(whole.source + piece.source, whole.ways * piece.ways, whole.loops + piece.loops)
            if whole.ways > WORST_STEPS:
                raise _error("образец слишком сложен: уберите часть повторений")
        return whole

    def atom(self) -> _Piece:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return _Piece(self.char_class())
        if char == ".":
            return _Piece(r"[^\n]")
        if char == "\\":
            return _Piece(self.escape(inside=False))
        if char in "*+?{}^$":
            raise _error(f"знак «{char}» стоит не на месте; чтобы искать сам знак, пишите «\\{char}»")
        return _Piece(_literal(char))

    def group(self) -> _Piece:
        self.depth += 1
        if self.depth > 10:
            raise _error("слишком много вложенных скобок")
        if self.peek() == "?":
            self.take()
            if self.take() != ":":
                raise _error("такие скобки «(?…)» не поддерживаются")
        inner = self.alternatives()
        if self.peek() != ")":
            raise _error("не закрыта скобка «(»")
        self.take()
        self.depth -= 1
        return _Piece(f"(?:{inner.source})", inner.ways, inner.loops)

    def repeated(self, piece: _Piece) -> _Piece:
        bounds = self.quantifier()
        if bounds is None:
            return piece
        low, high, written = bounds
        if self.peek() == "?":
            written += self.take()
        if self.quantifier() is not None:
            raise _error("два повторения подряд")
        repeats = high is None or high > 1
        if repeats and (piece.loops or (piece.ways > 1 and (high is None or high > 4))):
            raise _error("повторение внутри повторения: такой образец может искать бесконечно долго")
        if high is None:
            return _Piece(piece.source + written, 1, 1)
        return _Piece(piece.source + written, piece.ways ** max(high, 1) * (high - low + 1), piece.loops)

    def quantifier(self) -> tuple[int, int | None, str] | None:
        char = self.peek()
        if char in ("*", "+", "?") and char:
            self.take()
            return {"*": (0, None, "*"), "+": (1, None, "+"), "?": (0, 1, "?")}[char]
        if char != "{":
            return None
        found = re.match(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}", self.text[self.place :])
        if not found:
            raise _error("повторение пишется как {2}, {2,} или {2,4}")
        self.place += found.end()
        low = int(found[1])
        high = int(found[3]) if found[3] else (None if found[2] else low)
        if high is not None and high < low:
            raise _error(f"в повторении {found[0]} второе число меньше первого")
        return low, high, found[0]

    def char_class(self) -> str:
        negated = self.peek() == "^"
        if negated:
            self.take()
        body = ""
        while self.peek() != "]" or not body:
            if self.peek() == "]":
                raise _error("пустые скобки «[]»")
            body += self.class_member()
        self.take()
        return f"[{'^' if negated else ''}{body}]"

    def class_member(self) -> str:
        char = self.take()
        first = self.escape(inside=True) if char == "\\" else _literal(char)
        follows = self.text[self.place : self.place + 2]
        if len(follows) < 2 or follows[0] != "-" or follows[1] == "]":
            return first
        self.take()
        last = self.take()
        if char == "\\" or last == "\\" or ord(last) < ord(char):
            raise _error(f"неверный промежуток «{char}-{last}» в квадратных скобках")
        return f"{first}-{_literal(last)}"

    def escape(self, *, inside: bool) -> str:
        char = self.take()
        if char in CLASSES:
            return CLASSES[char] if inside else f"[{CLASSES[char]}]"
        if char in "DWS" and not inside:
            return f"[^{CLASSES[char.lower()]}]"
        if char in "tnr":
            return f"\\{char}"
        if char.isalnum():
            raise _error(f"обозначение «\\{char}» не поддерживается")
        return _literal(char)
