"""The browser's evaluator gives the same values as Python's on the same table."""

import json
from pathlib import Path

import pytest

from surveys.expressions import parse

ROOT = Path(__file__).parents[2]
TABLE = json.loads((ROOT / "tests" / "data" / "expressions.json").read_text(encoding="utf-8"))
CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="нет Chromium")]

RUN = """([trees, names, today]) => trees.map(([tree, self]) => {
  try { return OporaExpressions.evaluate(tree, name => names[name], self, today); }
  catch (error) { return "ошибка: " + error; }
})"""


@pytest.fixture(scope="module")
def values():
    from playwright.sync_api import sync_playwright

    trees = [
        [parse(example["expression"], columns=example.get("columns", False)).tree, example.get("this", "")]
        for example in TABLE["examples"]
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=str(ROOT / "app" / "static" / "expressions.js"))
        got = page.evaluate(RUN, [trees, TABLE["names"], TABLE["today"]])
        broken = page.evaluate("OporaExpressions.truth(['=', ['name', 'a'], 1], () => null)")
        browser.close()
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
