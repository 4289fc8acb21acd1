"""Conclusions of several schools in one cell: what they share is said once, then each school with its own figure.

«Доля «2» на ОГЭ: Верхнее — 11,7 %, Речное — 5,6 %; доля выпускников без аттестата — 0,0 %».
"""

import re
from collections.abc import Sequence

from surveys.report.document import MeasureText
from surveys.russian import join

REPORTED = re.compile(r"\bсообщил\b")  # one form for all: «сообщили: школа — 21 из 32»
_HEADS = (  # what the school's own figure follows, the first that all have in common
    re.compile(r"(?P<head>.+ сообщили) (?P<tail>.+)"),
    re.compile(r"(?P<head>.+),?[\s\u00a0]—[\s\u00a0](?P<tail>.+)"),
    re.compile(r"(?P<head>.+): (?P<tail>.+)"),
    re.compile(r"(?P<head>.+) \((?P<tail>[^()]+)\)"),
)


def short_finding(text: str) -> str:
    """A finding without the statements rated lowest, which the list of findings has in full."""
    return text.partition("; ниже других оценены")[0]


def of_group(label: str, text: str) -> str:
    """«Школа № 1: о затруднениях …»; an abbreviation keeps its capitals."""
    return f"{label}: {text}" if text[1:2].isupper() else f"{label}: {text[:1].lower()}{text[1:]}"


def joined_findings(measures: Sequence[MeasureText], own_label: str, order: Sequence[str] = ()) -> str:
    """Findings of one row: the group's own first, then those of schools, in ``order``."""
    own = [short_finding(one.finding) for one in measures if one.scope_label in ("", own_label)]
    others = [(one.scope_label, short_finding(one.finding)) for one in measures]
    place = {label: at for at, label in enumerate(order)}
    others = [pair for pair in dict.fromkeys(others) if pair[0] not in ("", own_label)]
    others.sort(key=lambda pair: place.get(pair[0], len(place)))
    texts = list(dict.fromkeys(own))
    if not others:
        return "; ".join(texts)
    joined = _shared(others, order)
    if texts and (head := _head_of(texts[-1])) and (clause := _clause(*zip(*others, strict=True))):
        begins = f"{head}: "
        if clause.startswith(begins):
            return "; ".join([*texts, f"в том числе: {clause.removeprefix(begins)}"])
    return "; ".join([*texts, joined])


def _shared(found: Sequence[tuple[str, str]], order: Sequence[str]) -> str:
    if len(found) == 1:
        return of_group(*found[0])
    labels = [label for label, _text in found]
    texts = [_all_reported(text) for _label, text in found]
    if len(set(texts)) == 1:
        return of_group("Все школы" if set(labels) == set(order) else join(labels), texts[0])
    parts = [text.split("; ") for text in texts]
    clauses = [_clause(labels, clause) for clause in zip(*parts, strict=False)]
    if len({len(one) for one in parts}) > 1 or None in clauses:
        return "; ".join(of_group(label, text) for label, text in found)
    return "; ".join(clause for clause in clauses if clause)


def _head_of(text: str) -> str:
    return next((one["head"].rstrip(", ") for form in _HEADS if (one := form.fullmatch(_all_reported(text)))), "")


def _all_reported(text: str) -> str:
    return REPORTED.sub("сообщили", text)


def _clause(labels: Sequence[str], found: Sequence[str]) -> str | None:
    """One part of the sentence for all schools; None where they have no words in common."""
    texts = [_all_reported(text) for text in found]
    if len(texts) > 1 and len(set(texts)) == 1:
        return texts[0]
    for form in _HEADS:
        matches = [form.fullmatch(text) for text in texts]
        heads = {one["head"].rstrip(", ") if one else "" for one in matches}
        if len(heads) == 1 and (head := heads.pop()):
            tails = [one["tail"] for one in matches if one]
            apart = "; " if any(", " in tail for tail in tails) else ", "
            return f"{head}: " + apart.join(f"{label} — {tail}" for label, tail in zip(labels, tails, strict=True))
    return None
