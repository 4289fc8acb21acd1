"""Accepted measures in a document: those that ask the same joined, the most pressing first."""

import re
from collections.abc import Mapping, Sequence

from surveys.report.document import MeasureText, Paragraph
from surveys.report.texts import item
from surveys.russian import count, items_text, join

MOST_MEASURES = 7  # groups of measures in the main text
_NAME = re.compile(r"[А-ЯЁ][а-яё-]+\s[А-ЯЁ]\.")  # «Шахрай Н.В.»: a person, not a position


def main_measures(
    measures: Sequence[MeasureText], own_label: str, plural: Mapping[str, str] | None = None
) -> list[Paragraph]:
    """Accepted measures for the main page, at most seven: their first steps, whole in the table of measures.

    Groups other than ``own_label`` are named, where a report joins measures of several schools.
    """
    texts = []
    for place, group in enumerate(merge_measures(measures, plural)[:MOST_MEASURES], start=1):
        labels = list(dict.fromkeys(one.scope_label for one in group if one.scope_label not in ("", own_label)))
        whom = f"; {join(labels)}" if labels else ""
        who = in_sentence(group[0].responsible)
        texts.append(item(f"{_leads(group)} ({items_text(_items(group))}; отв. — {who}{whom})", f"r-measures-{place}"))
    return texts


def short_finding(text: str) -> str:
    """A finding without the statements rated lowest, which the list of findings has in full."""
    return text.partition("; ниже других оценены")[0]


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
    return [_named(group, many) for group in merged.values()]


def _named(group: list[MeasureText], plural: Mapping[str, str]) -> list[MeasureText]:
    """All of a group under one name where both the school's and the municipality's name stand in it."""
    if len({one.responsible for one in group}) == 1:
        return group
    return [one.model_copy(update={"responsible": plural.get(one.responsible, one.responsible)}) for one in group]


def same_steps(measures: Sequence[MeasureText]) -> list[list[MeasureText]]:
    """Measures that ask the same of several groups, together, in their order: one row of a table."""
    rows: dict[tuple[str, ...], list[MeasureText]] = {}
    for one in measures:
        key = (one.recommendation, one.responsible, one.deadline, one.planned_result, one.measure_of_success)
        rows.setdefault((*key, *one.roadmap_items), []).append(one)
    return list(rows.values())


def _items(group: Sequence[MeasureText]) -> list[str]:
    return list(dict.fromkeys(number for measure in group for number in measure.roadmap_items))


def _leads(group: Sequence[MeasureText]) -> str:
    """The first clause of the most pressing measure; how many more the group has."""
    firsts = [re.split(r"[;.]\s", measure.recommendation, maxsplit=1)[0].rstrip(".; ") for measure in group]
    leads = list(dict.fromkeys(firsts))
    return leads[0] + (f" и ещё {count(len(leads) - 1, 'мера')}" if len(leads) > 1 else "")


def first_steps(groups: Sequence[Sequence[MeasureText]]) -> tuple[list[MeasureText], list[MeasureText]]:
    """The most pressing step of each group for the main text, with every school that it is for; all the others."""
    main = [one for group in groups[:MOST_MEASURES] for one in same_steps(group)[0]]
    rest = [one for group in groups for one in group if one not in main]
    return main, rest
