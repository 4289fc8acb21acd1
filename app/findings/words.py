"""A finding's condition and figures in words a methodologist reads, with the place where each figure stands."""

from dataclasses import dataclass
from typing import Any

from surveys.definition.instrument import Instrument
from surveys.findings.origins import condition_words, name_words

__all__ = ["Source", "condition_words", "sources_of"]

TABLES = {  # table of a figure -> its anchor on the analysis page
    "coverage": "coverage",
    "blocks": "blocks",
    "items": "items",
    "help": "help",
    "changes": "changes",
}


@dataclass(frozen=True)
class Source:
    """One figure of a finding: what it is, how it is printed, its n, and its anchor on the analysis page."""

    title: str
    printed: str
    n: int | None
    anchor: str  # empty where the figure does not come from the questionnaire


def sources_of(body: dict[str, Any], instrument: Instrument) -> list[Source]:
    """Figures of a kept finding, each once."""
    found: dict[str, Source] = {}
    for number in body["numbers"]:
        if number["name"].endswith((".reported", ".weak_items", ".n")):
            continue
        table, row = TABLES.get(number["table"], ""), number["row"]
        anchor = f"{table}-{row}" if table in ("coverage", "blocks", "items", "changes") else table
        title = name_words(number["name"], instrument)
        found.setdefault(number["name"], Source(title, number["printed"], number["n"], anchor))
    return list(found.values())
