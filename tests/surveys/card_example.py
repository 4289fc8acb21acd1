"""The synthetic school of the domain study as card fields."""

import json
from pathlib import Path

from surveys.card.filling import Field
from surveys.definition.instrument import Instrument, load_instrument

EXAMPLE = json.loads((Path(__file__).parents[1] / "data" / "school_card_example.json").read_text(encoding="utf-8"))


def card() -> Instrument:
    return load_instrument("school_card")


def example_fields(instrument: Instrument, **changes: object) -> dict[str, Field]:
    """Filled fields of the synthetic school; ``changes`` replace a value (None empties, ``...`` is «нет данных»)."""
    given = {name: _given(instrument, name, raw) for name, raw in EXAMPLE["values"].items()} | changes
    fields = {}
    for name, value in given.items():
        if value is ...:
            fields[name] = Field(state="no_data", explanation="не собирали")
        elif value not in (None, "", []):
            fields[name] = Field(value if isinstance(value, list) else str(value))
    return fields


def _given(instrument: Instrument, name: str, raw: object) -> object:
    """A value of the study in the card's own codes."""
    if name == "vac_subj":
        return ["11"]  # «математика» of the list of subjects
    if isinstance(raw, bool):
        return ("да" if raw else "нет") if instrument.item(name).options else ("файл.pdf" if raw else None)
    return raw
