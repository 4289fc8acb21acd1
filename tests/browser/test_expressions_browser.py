"""The browser's evaluator gives the same values as Python's on the same table."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from surveys.errors import ExpressionError
from surveys.expressions.evaluation import FUNCTIONS
from surveys.expressions.syntax import evaluate, parse

ROOT = Path(__file__).parents[2]
TABLE = json.loads((ROOT / "tests" / "data" / "expressions.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.browser

RUN = """([trees, names, today]) => trees.map(([tree, self]) => {
  try { return OporaExpressions.evaluate(tree, name => names[name], self, today); }
  catch (error) { return "ошибка: " + error; }
})"""


@pytest.fixture
def values(chromium: Browser) -> list[object]:
    """What the browser makes of every example of the table."""
    trees = [
        [parse(example["expression"], columns=example.get("columns", False)).tree, example.get("this", "")]
        for example in TABLE["examples"]
    ]
    page = chromium.new_page()
    page.add_script_tag(path=str(ROOT / "app" / "static" / "expressions.js"))
    got = page.evaluate(RUN, [trees, TABLE["names"], TABLE["today"]])
    broken = page.evaluate("OporaExpressions.truth(['=', ['name', 'a'], 1], () => null)")
    page.close()
    assert broken is False
    return got


def test_every_example_has_the_same_value_in_the_browser(values):
    differing = [
        (example["expression"], example["value"], value)
        for example, value in zip(TABLE["examples"], values, strict=True)
        if value != example["value"] or isinstance(value, bool) != isinstance(example["value"], bool)
    ]
    assert differing == []
    assert len(values) >= 150


def test_random_expressions_give_the_same_value_in_both(chromium) -> None:
    """The referee of each is the other: two programs written apart from one description."""
    cases = list(random_cases(random.Random(8), 1500))
    page = chromium.new_page()
    page.goto("about:blank")
    page.add_script_tag(path=str(ROOT / "app" / "static" / "expressions.js"))
    given = page.evaluate(
        """cases => cases.map(([tree, names, self]) => {
          try { return OporaExpressions.evaluate(tree, name => names[name], self, "2020-05-31"); }
          catch (error) { return "~" + error; }
        })""",
        [[tree, names, this] for _, tree, names, this, _ in cases],
    )
    page.close()
    differ = [
        (source, names, this, ours, theirs)
        for (source, _, names, this, ours), theirs in zip(cases, given, strict=True)
        if not same(ours, theirs)
    ]
    assert differ == []


def same(one: Any, other: Any) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    return math.isclose(one, other, rel_tol=1e-14) if numbers else type(one) is type(other) and one == other


VALUES = ["", None, "да", "5", "-3.5", "😀😀", ["a", "b"], [], ["1", "2"], 5.0, -0.0, 2.5, 0.1, 1e21, 1e-7, True, False]
TEXTS = ["''", "' 5 '", "'1e5'", "'0.1'", "'аб😀в'", "'2020-05-31'", "'a b c'", "'٣'", "'5.'"]
NUMBERS = ["0", "1", "3", "0.1", "2.675", "1.005", "9007199254740993", "2.5", "15", ".5", "0.0000001"]
PATTERNS = ["[0-9]+", "[а-я]{2,4}", ".*", "a|b", "(a|b) c", "[^0-9]+", ".{3}"]


def random_cases(chance: random.Random, many: int) -> Iterator[tuple[str, Any, dict[str, Any], Any, Any]]:
    """(source, tree, answers, current answer, value in Python)."""
    while many:
        source = random_expression(chance, chance.randint(1, 4))
        try:
            tree = parse(source).tree
        except ExpressionError:
            continue  # a double comparison, too deep
        names = {name: chance.choice(VALUES) for name in "abc"}
        this = chance.choice(VALUES)
        many -= 1
        yield source, tree, names, this, evaluate(tree, names.__getitem__, this, today="2020-05-31")


def random_expression(chance: random.Random, depth: int) -> str:
    def part() -> str:
        return random_expression(chance, depth - 1)

    if depth <= 0 or chance.random() < 0.2:
        return chance.choice([f"${{{chance.choice('abc')}}}", chance.choice(NUMBERS), chance.choice(TEXTS), "."])
    if chance.random() < 0.5:
        sign = chance.choice(["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
        return f"({part()}) {sign} ({part()})"
    name = chance.choice(sorted(FUNCTIONS))
    least, most = FUNCTIONS[name]
    if name == "regex":
        return f"regex({part()}, '{chance.choice(PATTERNS)}')"
    return f"{name}({', '.join(part() for _ in range(chance.randint(least, most or least + 2)))})"
