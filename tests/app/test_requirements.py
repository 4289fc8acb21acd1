"""What the product imports is what it installs: all of it pinned, nothing beside it."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED_BY_NAME = {"gunicorn", "psycopg"}  # the server is a command, the driver is named in the address
OPTIONAL = {"pyreadstat", "redis", "scipy"}  # requirements-spss.txt, requirements-scale.txt; a referee in tests


def plain(name: str) -> str:
    """The name of a package as pip compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> tuple[set[str], set[str]]:
    """Packages asked for, and packages they bring; each line pins one version."""
    own, brought, target = set(), set(), None
    target = own
    for line in (ROOT / file).read_text().splitlines():
        if line.startswith("# brought"):
            target = brought
        if not line or line.startswith(("#", "-r")):
            continue
        found = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?==[\w.]+(?:; .+)?", line)
        assert found, f"{file}: not pinned: {line}"
        target.add(plain(found.group(1)))
    return own, brought


def imported() -> set[str]:
    """Packages outside the standard library that the product imports anywhere, late imports included."""
    modules = set()
    for file in [*ROOT.glob("app/**/*.py"), *ROOT.glob("surveys/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(str(node.module).partition(".")[0])
    foreign = modules - set(sys.stdlib_module_names) - {"app", "surveys", "wsgi"}
    packages = packages_distributions()
    return {plain(name) for module in foreign for name in packages[module]}


def test_every_import_is_pinned() -> None:
    own, brought = pinned("requirements.txt")
    assert imported() - own - brought - OPTIONAL == set()


def test_nothing_is_installed_that_is_not_used() -> None:
    own, _brought = pinned("requirements.txt")
    assert own - imported() - STARTED_BY_NAME == set()


def test_lists_of_tools_are_pinned_too() -> None:
    for file in ("requirements-bench.txt", "requirements-dev.txt", "requirements-scale.txt", "requirements-spss.txt"):
        assert any(pinned(file))
