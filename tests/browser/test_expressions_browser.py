"""The browser's evaluator gives the same values as Python's on the same table."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from surveys.expressions import parse

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
