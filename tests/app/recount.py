"""An independent small counter: block figures straight from stored answers, without the engine.

Written from the method's words: an item is 0-100 % of its 0-4 scale, reversed ones turned; a block is the mean of a
teacher's items where at least 70 % of those that concern the teacher are answered and at most 30 % do not concern the
teacher (sign Q07 of the questionnaire); a deficit is a block under 60.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from docx import Document

from app.models import Submission

ITEM = re.compile(r"^(SUB|MET|ASM|LOW|PSY|COM|ICT|LAW|PRO)\d\d$")
DEFICIT_UNDER = 60
LEAST_ANSWERED = Fraction(7, 10)
MOST_NOT_APPLICABLE = Fraction(3, 10)


@dataclass(frozen=True)
class Block:
    """n, mean M and number with a deficit of one block."""

    n: int
    mean: Fraction
    deficit: int


def recount(submissions: Iterable[Submission], items: Iterable[str], reversed_items: set[str]) -> dict[str, Block]:
    """Block code -> figures over ``submissions``."""
    blocks: dict[str, list[str]] = {}
    for item in items:
        if ITEM.match(item):
            blocks.setdefault(item[:3], []).append(item)
    scores: dict[str, list[Fraction]] = {block: [] for block in blocks}
    for one in submissions:
        for block, names in blocks.items():
            concern = [name for name in names if name not in one.not_applicable and name not in one.not_asked]
            given = [
                4 - int(one.values[name]) if name in reversed_items else int(one.values[name])
                for name in concern
                if one.values.get(name) not in (None, "")
            ]
            foreign = Fraction(len(names) - len(concern), len(names))
            if given and Fraction(len(given), len(concern)) >= LEAST_ANSWERED and foreign <= MOST_NOT_APPLICABLE:
                scores[block].append(Fraction(sum(given) * 25, len(given)))
    return {
        block: Block(len(found), sum(found, Fraction(0)) / len(found), sum(score < DEFICIT_UNDER for score in found))
        for block, found in scores.items()
        if found
    }


def printed(number: float | Fraction, digits: int) -> str:
    """«46,3», half up."""
    exact = Decimal(number.numerator) / Decimal(number.denominator) if isinstance(number, Fraction) else Decimal(number)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(rounded).replace(".", ",").replace("-", "−")


def docx_tables(content: Any) -> list[tuple[tuple[str, ...], list[list[str]]]]:
    """(header cells, rows) of every table of a document in its order; ordinary blanks, no soft hyphens."""
    found = []
    for table in Document(content).tables:
        rows = [
            [cell.text.replace("\u00a0", " ").replace("\u00ad", "").strip() for cell in row.cells] for row in table.rows
        ]
        found.append((tuple(rows[0]), rows[1:]))
    return found
