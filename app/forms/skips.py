"""What a page's script needs to open and close questions at once: the same trees that the server evaluates.

Without scripts the page asks what the answers of other pages ask for, and the server asks the rest after «Дальше».
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.forms.steps import Plan, Step
from surveys.answers.checking import MULTIPLE, NO_ANSWER, NUMBERS, Checked, parsed, parsed_filter, paths_of
from surveys.definition.checks import PIPED
from surveys.definition.instrument import Item
from surveys.expressions.piping import answers_in, fill_in

MOST_OPTIONS = 300  # a longer list is filtered by the server alone


@dataclass
class Skips:
    """``items`` in form order with their trees, ``known`` the answers of other pages that the trees read."""

    live: frozenset[str]  # questions that the script opens, closes or filters
    items: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {"items": self.items, "known": self.known}


def skips_of(plan: Plan, step: Step, checked: Checked) -> Skips | None:
    """The trees of a page; None where no answer of the page opens, closes, filters or names another question of it."""
    paths, names = paths_of(plan.instrument), step.names()
    calculated = {item.name: item for item in plan.instrument.items if item.calculation}
    conditions = {item.name: _with_sources(_names_in(item, paths), paths, calculated) for item in step.items}
    piped = {item.name: _with_sources(PIPED.findall(item.label), paths, calculated) for item in step.items}
    live = frozenset(item.name for item in step.items if item.name not in plan.nested and conditions[item.name] & names)
    if not live and not any(read & names for read in piped.values()):
        return None
    wanted = set().union(*conditions.values(), *piped.values())
    lookup, found = answers_in(plan.instrument, checked), Skips(live)
    for item in plan.instrument.items:
        if item.name in names or (item.name in wanted and item.name in calculated):
            filters = bool(conditions.get(item.name, set()) & names) and filters_live(plan, item)
            found.items.append(_described(plan, item, paths[item.name], filters=filters))
        elif item.name in wanted:
            found.known[item.name] = None if item.name in checked.not_applicable else lookup(item.name)
    reckoned = {body["name"] for body in found.items}
    for body in found.items:  # words of other pages are filled in here, those of this one by the script
        if "label" in body:
            body["label"] = fill_in(plan.instrument, body["label"], lookup, leave=reckoned)
    return found


def _described(plan: Plan, item: Item, path: list[str], *, filters: bool) -> dict[str, Any]:
    kind = "number" if item.type in NUMBERS else "list" if item.type in MULTIPLE else "text"
    body: dict[str, Any] = {"name": item.name, "kind": kind, "asked": [parsed(text).tree for text in path]}
    if "${" in item.label:
        body["label"] = item.label
    if item.type in NO_ANSWER:
        body["value"] = parsed(item.calculation).tree if item.calculation else ["text", ""]
    if filters:
        body["filter"] = parsed_filter(item.choice_filter).tree
        body["options"] = {
            option.name: {"name": option.name, **option.columns} for option in plan.instrument.options_of(item)
        }
    return body


def filters_live(plan: Plan, item: Item) -> bool:
    """Whether the browser gets all the options of ``item`` and filters them itself."""
    return bool(item.choice_filter) and len(plan.instrument.options_of(item)) <= MOST_OPTIONS


def _names_in(item: Item, paths: dict[str, list[str]]) -> set[str]:
    """Names that the path and the choice filter of ``item`` read."""
    found = {name for text in paths[item.name] for name in parsed(text).names}
    return found | (parsed_filter(item.choice_filter).names if item.choice_filter else set())


def _with_sources(names: Iterable[str], paths: dict[str, list[str]], calculated: dict[str, Item]) -> set[str]:
    """``names`` and what the calculated ones among them are reckoned from."""
    found, queue = set[str](), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            if name in calculated:
                queue += [*parsed(calculated[name].calculation).names, *_names_in(calculated[name], paths)]
    return found
