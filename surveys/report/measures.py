"""Accepted measures in a document: those that ask the same joined, the most pressing first."""

import re
from collections.abc import Mapping, Sequence

from surveys.report.document import MeasureText, Paragraph
from surveys.report.texts import item
from surveys.russian import count, items_text, join

MOST_MEASURES = 7  # groups of measures in the main text
_NAME = re.compile(r"[А-ЯЁ][а-яё-]+\s[А-ЯЁ]\.")  # «Шахрай Н.В.»: a person, not a position


def main_measures(
    measures: Sequence[MeasureText],
    own_label: str,
    plural: Mapping[str, str] | None = None,
    schools: Sequence[str] = (),
) -> list[Paragraph]:
    """Accepted measures for the main page, at most seven: their first steps, whole in the table of measures.

    Groups other than ``own_label`` are named, where a report joins measures of several schools, in the order of
    ``schools``, the labels of all.
    """
    texts = []
    for place, group in enumerate(merge_measures(measures, plural)[:MOST_MEASURES], start=1):
        labels = schools_words([one.scope_label for one in group if one.scope_label not in ("", own_label)], schools)
        more = len(same_steps(group, plural)) - 1
        parts = [items_text(_items(group)), f"отв. — {in_sentence(responsible_of(group, plural))}", labels]
        parts.append(f"ещё {count(more, 'мера')} — в приложении" if more else "")
        texts.append(item(f"{_lead(group)} ({'; '.join(part for part in parts if part)})", f"r-measures-{place}"))
    return texts


def schools_words(labels: Sequence[str], schools: Sequence[str]) -> str:
    """«все школы», or the schools by name in the order of the list."""
    named = set(labels)
    if len(schools) > 1 and named == set(schools):
        return "все школы"
    known = [label for label in schools if label in named]
    return join([*known, *dict.fromkeys(label for label in labels if label not in known)])


def count_steps(measures: Sequence[MeasureText], plural: Mapping[str, str] | None = None) -> int:
    """How many measures a document has: what is asked of several schools alike is one."""
    return sum(len(same_steps(group, plural)) for group in merge_measures(measures, plural))


def in_sentence(responsible: str) -> str:
    """«руководитель ОУ» in the middle of a sentence; a person's name and an abbreviation keep their capitals."""
    if _NAME.match(responsible) or responsible[1:2].isupper():
        return responsible
    return responsible[:1].lower() + responsible[1:]


def merge_measures(measures: Sequence[MeasureText], plural: Mapping[str, str] | None = None) -> list[list[MeasureText]]:
    """Measures of one responsible under the same first roadmap item, the most pressing group first.

    ``plural``: «Руководитель ОУ» -> «Руководители ОУ»: one and the same addressee, named so where both are asked.
    """
    many = plural or {}
    merged: dict[tuple[str, str], list[MeasureText]] = {}
    for measure in sorted(measures, key=lambda one: -one.priority):
        lead = measure.roadmap_items[0] if measure.roadmap_items else ""
        merged.setdefault((many.get(measure.responsible, measure.responsible), lead), []).append(measure)
    return list(merged.values())


def responsible_of(group: Sequence[MeasureText], plural: Mapping[str, str] | None = None) -> str:
    """Who carries out what is asked of a group: «Руководители ОУ» where several are asked."""
    first = group[0].responsible
    return (plural or {}).get(first, first) if len({one.scope_label for one in group}) > 1 else first


def same_steps(measures: Sequence[MeasureText], plural: Mapping[str, str] | None = None) -> list[list[MeasureText]]:
    """Measures that ask the same of several groups, together, in their order: one row of a table."""
    rows: dict[tuple[str, ...], list[MeasureText]] = {}
    for one in measures:
        who = (plural or {}).get(one.responsible, one.responsible)
        key = (one.recommendation, who, one.deadline, one.planned_result, one.measure_of_success)
        rows.setdefault((*key, one.items_words, *one.roadmap_items), []).append(one)
    return list(rows.values())


def _items(group: Sequence[MeasureText]) -> list[str]:
    return list(dict.fromkeys(number for measure in group for number in measure.roadmap_items))


def _lead(group: Sequence[MeasureText]) -> str:
    """The first clause of the most pressing measure, without a remark in brackets at its end: others follow."""
    clause = re.split(r"[;.]\s", group[0].recommendation, maxsplit=1)[0].rstrip(".; ")
    return re.sub(r"\s\([^()]*\)$", "", clause)


def first_steps(
    groups: Sequence[Sequence[MeasureText]], plural: Mapping[str, str] | None = None
) -> tuple[list[MeasureText], list[MeasureText]]:
    """The most pressing step of each group for the main text, with every school that it is for; all the others."""
    main = [one for group in groups[:MOST_MEASURES] for one in same_steps(group, plural)[0]]
    rest = [one for group in groups for one in group if one not in main]
    return main, rest
