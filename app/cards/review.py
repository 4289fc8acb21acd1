"""The whole card in words, for the methodologist and for print."""

from dataclasses import dataclass

from app.cards.rows import jump_words
from app.models import Card, CardFile
from surveys.card.filling import CardState
from surveys.card.reading import print_field
from surveys.definition.instrument import Item


@dataclass(frozen=True)
class ReadRow:
    """One field in words, with what speaks about it."""

    item: Item
    words: str
    unit: str
    jump: str
    files: list[CardFile]


@dataclass(frozen=True)
class ReadSection:
    label: str
    number: int
    rows: list[ReadRow]
    notes: list[tuple[str, str]]  # warning and its explanation


def review_rows(card: Card, state: CardState, files: dict[str, list[CardFile]]) -> list[ReadSection]:
    """Sections with every asked field in words; warnings stand with their explanations."""

    notes = {check.code: check for check in state.broken if check.severity == "warning"}
    sections = []
    for number, group in enumerate(state.instrument.groups, 1):
        rows = []
        for item in state.instrument.items:
            if item.group != group.name or item.name in state.not_asked:
                continue
            jump = state.jumps.get(item.name)
            one = state.fields.get(item.name)
            rows.append(
                ReadRow(
                    item=item,
                    words=print_field(state.instrument, item, one),
                    unit=item.unit if one and one.state != "no_data" else "",
                    jump=jump_words(jump) if jump else "",
                    files=files.get(item.name, []),
                )
            )
        own = {row.item.name for row in rows}
        said = [
            (check.text, str(card.notes.get(code, {}).get("text", "")))
            for code, check in notes.items()
            if check.fields and check.fields[0] in own
        ]
        sections.append(ReadSection(group.label, number, rows, said))
    return sections
