"""Subjects as people write them -> codes of the card's list."""

import re
from functools import lru_cache

from surveys.definition.instrument import load_instrument

OTHER = "32"
# What schools write instead of the list's words.
COMMON = {
    "обж": "29", "обзр": "29", "физкультура": "28", "изо": "24", "труд": "27", "труд технология": "27",
    "начальные классы": "1", "учитель начальных классов": "1", "алгебра": "11", "геометрия": "11", "мхк": "26",
    "английский язык": "9", "немецкий язык": "9", "французский язык": "9", "право": "14", "экономика": "14",
    "кабардинский язык": "5", "балкарский язык": "6", "орксэ": "22", "однкнр": "23",
}  # fmt: skip


@lru_cache(maxsize=1)
def subject_labels() -> dict[str, str]:
    """Code -> label, in the card's order."""
    card = load_instrument("school_card")
    return {option.name: option.label for option in card.options_of(card.item("vac_subj"))}


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    words = {plain(label): code for code, label in subject_labels().items()}
    words |= {plain(label.partition("(")[0]): code for code, label in reversed(subject_labels().items())}
    return words | COMMON


def plain(text: str) -> str:
    """Lower case, ё as е, one blank between words, no brackets."""
    return re.sub(r"\W+", " ", text.lower().replace("ё", "е")).strip()


def subject_codes(text: str) -> list[str]:
    """Codes for «Физика; астрономия»; a subject that is not in the list is «другой предмет»."""
    parts = [part for part in re.split(r"[;,/]|\sи\s", text) if part.strip()] if text.strip() else []
    whole = _known().get(plain(text))
    found = [whole] if whole else [_known().get(plain(part), OTHER) for part in parts]
    return list(dict.fromkeys(found))
