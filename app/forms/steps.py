"""An instrument as a person meets it: steps, and the follow-up questions that stand in the card of another question."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

from app.content.store import instrument_by_hash
from surveys.answers.checking import NOT_APPLICABLE, NOT_ASKED, Checked, codes_of, parsed
from surveys.definition.control_item import control_items
from surveys.definition.instrument import Group, Instrument, Item
from surveys.expressions.piping import fill_in
from surveys.expressions.syntax import Lookup, truth

UNGROUPED_AT_ONCE = 8  # questions without a group are shown by so many
PARENTS = ("select_one", "select_multiple")
LONG_LIST = 40  # options from here on unfold instead of standing on the page


@dataclass(frozen=True)
class Step:
    """One page of the questionnaire."""

    number: int  # from 1
    name: str
    label: str
    ask: str
    hint: str
    items: tuple[Item, ...]

    def names(self) -> set[str]:
        return {item.name for item in self.items}

    def filled(self, instrument: Instrument, lookup: Lookup) -> "Step":
        """The same page with answers in its own texts."""
        label, ask, hint = (fill_in(instrument, text, lookup) for text in (self.label, self.ask, self.hint))
        return replace(self, label=label, ask=ask, hint=hint)


@dataclass(frozen=True)
class Plan:
    """All pages of one instrument version, reckoned once per process."""

    sha256: str
    instrument: Instrument
    steps: tuple[Step, ...]
    follow_ups: dict[str, tuple[Item, ...]]  # question -> what is asked inside its card
    openers: dict[str, frozenset[str]]  # question -> codes of the answers that open its follow-ups
    numbers: dict[str, int]  # statement of a scale or the control row -> its number, from 1
    counted: tuple[str, ...]  # questions that the progress counts: all but those another answer opens
    nested: frozenset[str] = field(default_factory=frozenset)

    def step(self, number: int) -> Step | None:
        return self.steps[number - 1] if 0 < number <= len(self.steps) else None

    def step_of(self, name: str) -> Step:
        """The page on which an item stands."""
        return next(step for step in self.steps if name in step.names())

    def heads_of(self, names: Iterable[str]) -> dict[str, tuple[tuple[int, Group], ...]]:
        """Question -> (depth, inner group) for each group that begins with it, where ``names`` are what is shown."""
        groups = {group.name: group for group in self.instrument.groups}
        found, last = {}, list[str]()
        for name in names:
            path, above = list[str](), self.instrument.item(name).group
            while above in groups:
                path.insert(0, above)
                above = groups[above].parent or ""
            new = [place for place in range(1, len(path)) if path[: place + 1] != last[: place + 1]]
            found[name] = tuple((place, groups[path[place]]) for place in new if groups[path[place]].label)
            last = path
        return found

    def progress(self, checked: Checked) -> tuple[int, int]:
        """Questions answered (or not applicable), of those that are asked."""
        states = [checked.state(name) for name in self.counted]
        return sum(state in (None, NOT_APPLICABLE) for state in states), sum(state != NOT_ASKED for state in states)

    def shown_steps(self, checked: Checked) -> list[Step]:
        """Pages on which something is asked, given the answers so far."""
        return [step for step in self.steps if any(checked.asked(item.name) for item in step.items)]

    def next_step(self, number: int, checked: Checked) -> Step | None:
        """The page after ``number`` on which something is asked; None after the last."""
        return next((step for step in self.shown_steps(checked) if step.number > number), None)

    def previous_step(self, number: int, checked: Checked) -> Step | None:
        return next((step for step in reversed(self.shown_steps(checked)) if step.number < number), None)

    def first_unfinished(self, visited: list[str], checked: Checked) -> Step | None:
        """Where to go on: the first page that was not passed yet; None where all were."""
        return next((step for step in self.shown_steps(checked) if step.name not in visited), None)


@lru_cache(maxsize=32)
def plan_by_hash(sha256: str, language: str = "") -> Plan:
    """The plan of a kept instrument version, in its own or another of its languages."""
    return make_plan(instrument_by_hash(sha256).in_language(language), sha256)


def make_plan(instrument: Instrument, sha256: str) -> Plan:
    """Reckon pages, follow-ups and numbers of ``instrument``."""
    steps = tuple(_steps(instrument))
    follow_ups: dict[str, tuple[Item, ...]] = {}
    openers: dict[str, frozenset[str]] = {}
    for step in steps:
        for item in step.items:
            question = _parent_in(instrument, step, item)
            if question is None:
                continue
            codes = _opening_codes(instrument, question, item)
            if codes and openers.setdefault(question.name, codes) == codes:
                follow_ups[question.name] = (*follow_ups.get(question.name, ()), item)
    control = control_items(instrument)  # a row among the statements is counted with them, as on paper
    numbered = [item for step in steps for item in step.items if item.scale or item.name in control]
    statements = [item.name for item in numbered if not item.need_of]
    counted = [item.name for step in steps for item in step.items if item.type != "note" and not item.relevant]
    return Plan(
        sha256,
        instrument,
        steps,
        follow_ups,
        openers,
        {name: place for place, name in enumerate(statements, start=1)},
        tuple(counted),
        frozenset(item.name for items in follow_ups.values() for item in items),
    )


def _steps(instrument: Instrument) -> Iterator[Step]:
    groups = {group.name: group for group in instrument.groups}

    def top(item: Item) -> str:
        name, seen = item.group or "", set[str]()
        while name in groups and groups[name].parent and name not in seen:
            seen.add(name)
            name = groups[name].parent or name
        return name

    number = 0
    askable = [item for item in instrument.items if item.type != "calculate"]
    for name, run in groupby(askable, key=top):
        items = list(run)
        size = len(items) if name else UNGROUPED_AT_ONCE
        for start in range(0, len(items), size):
            number += 1
            group = groups.get(name)
            label = (group.label if group else "") or instrument.title
            ask, hint = (group.ask, group.hint) if group else ("", "")
            page = name or f"page{number}"
            yield Step(number, page, label, ask, hint, tuple(items[start : start + size]))


def _parent_in(instrument: Instrument, step: Step, item: Item) -> Item | None:
    """The question of the same page whose answer alone opens ``item``, where a browser can tell without scripts."""
    if not item.relevant or item.choice_filter:
        return None
    names = parsed(item.relevant).names
    found = next((one for one in step.items if {one.name} == names), None)
    fits = found and found.type in PARENTS and not found.relevant and found.group == item.group
    return found if found and fits and not drops(instrument, found) else None


def drops(instrument: Instrument, item: Item) -> bool:
    """Whether the options of ``item`` unfold from a line instead of standing on the page."""
    if item.type != "select_one":
        return False
    looks = item.appearance.split()
    return "minimal" in looks or "autocomplete" in looks or len(codes_of(instrument, item)) > LONG_LIST


def _opening_codes(instrument: Instrument, question: Item, item: Item) -> frozenset[str]:
    tree = parsed(item.relevant)

    def opens(code: str) -> bool:
        value = code if question.type == "select_one" else [code]
        return truth(tree, lambda name: value if name == question.name else "")

    return frozenset(code for code in codes_of(instrument, question) if opens(code))
