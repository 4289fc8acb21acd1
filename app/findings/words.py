"""A finding's condition and figures in words a methodologist reads, with the place where each figure stands."""

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from surveys.definition import Instrument

NAME = re.compile(r"\$\{([^}]+)\}")
AGGREGATES = {
    "agg.hidden_share": "доля учителей с затруднениями и без запроса помощи, %",
    "agg.form_mentor": "доля учителей, назвавших наставничество, %",
    "agg.mentor_ready": "учителей готовы помогать коллегам",
    "resp.rate": "охват анкетированием, %",
    "stage": "стадия",
    "cycle.year": "год",
    "card.warnings": "предупреждений карты без объяснения",
    "delta.block": "изменение M по блоку, п. п.",
    "delta.any_block": "наибольшее снижение M по блокам, п. п.",
}
SIGNS = ((" >= ", " ≥ "), (" <= ", " ≤ "), (" != ", " ≠ "), (" and ", " и "), (" or ", " или "), ("not(", "не ("))
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


def condition_words(condition: str, instrument: Instrument) -> str:
    """«доля учителей с дефицитом, Методические, % ≥ 30»."""
    words = NAME.sub(lambda found: name_words(found[1], instrument), condition)
    for sign, word in SIGNS:
        words = words.replace(sign, word)
    return words


def name_words(name: str, instrument: Instrument) -> str:
    """What a name of the rules means, in words."""
    if name in AGGREGATES:
        return AGGREGATES[name]
    kind, _dot, rest = name.partition(".")
    code, _dot, part = rest.partition(".")
    if kind == "blk":
        scale = next((one for one in instrument.scales if one.name == code), None)
        title = (scale.short or scale.label) if scale else code
        words = {"share": _("доля учителей с дефицитом, %"), "n_def": _("учителей с дефицитом"), "n": "n"}.get(
            part, part
        )
        return f"{words} ({title})"
    if kind == "item":
        item = next((one for one in instrument.items if one.name == code), None)
        return _("средняя оценка утверждения «%(text)s»", text=item.label if item else code)
    if kind in ("ind", "value"):
        return _("показатель карты %(code)s", code=code)
    if kind == "card":
        return _("поле карты %(code)s", code=code)
    return name
