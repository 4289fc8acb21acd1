"""A section of a card as the head of a school sees it: the same rows as in the room of cards, blank and unsaved."""

from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from app.forms.steps import Plan, Step
from app.models import InstrumentVersion
from surveys.definition.instrument import Instrument, Item

KINDS = {
    "integer": "number",
    "decimal": "number",
    "range": "number",
    "select_one": "one",
    "select_multiple": "several",
    "rank": "several",
}
APPEARANCES = {"multiline": "area", "file": "file", "order": "order"}


@dataclass
class Option:
    code: str
    label: str
    chosen: bool = False


@dataclass
class BlankRow:
    """What ``cards/fields.html`` draws of a field that nobody has filled."""

    item: Item
    kind: str
    choices: list[Option]
    css: str = "new"
    value: str = ""
    state: str = ""
    remarks: list[Any] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)
    checks: list[Any] = field(default_factory=list)


def card_page(version: InstrumentVersion, plan: Plan, step: Step) -> str:
    """The page of one section inside the frame."""
    instrument = plan.instrument
    items = [item for item in step.items if item.type != "note"]
    blocks: list[tuple[str, list[BlankRow]]] = []
    for item in items:
        if not blocks or (item.heading and blocks[-1][0] != item.heading):
            blocks.append((item.heading or step.label, []))
        blocks[-1][1].append(blank_row(instrument, item))
    return render_template(
        "instruments/preview_card.html",
        version=version,
        plan=plan,
        page=step,
        blocks=blocks,
        following=plan.step(step.number + 1),
        previous=plan.step(step.number - 1),
    )


def blank_row(instrument: Instrument, item: Item) -> BlankRow:
    kind = APPEARANCES.get(item.appearance, KINDS.get(item.type, "text"))
    return BlankRow(item, kind, [Option(one.name, one.label) for one in instrument.options_of(item)])
