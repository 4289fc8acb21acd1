"""Invented answers with an honest spread: a teacher's level, the lean of school and block, each statement's difficulty.

Nothing here is scored: only what a respondent would have clicked is made up, by a fixed seed.
"""

import random
from collections.abc import Mapping
from typing import Any

from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument, Item

# How hard each block is for everybody: the mean place of a statement on the 0-4 scale before a teacher's own level.
BLOCK_MEAN = {
    "SUB": 3.25,
    "MET": 2.75,
    "ASM": 2.25,
    "LOW": 2.3,
    "PSY": 2.35,
    "COM": 3.3,
    "ICT": 2.4,
    "LAW": 3.1,
    "PRO": 2.85,
}
# Statements that often do not concern a teacher, with the share of those who say so.
RARE = {"MET05": 0.55, "PSY01": 0.3, "PSY05": 0.15, "LOW06": 0.12, "SUB01": 0.08, "ASM03": 0.1}
WISHES = (
    "Больше времени на взаимопосещение уроков",
    "Готовые задания разной трудности к урокам",
    "Помощь с детьми, которые не успевают",
    "Занятия по разбору результатов ВПР с методистом",
    "Устойчивый интернет в кабинете",
    "Меньше бумажных отчётов",
)
SUBJECT_WEIGHTS = {1: 6, 2: 4, 5: 2, 6: 1, 9: 3, 11: 4, 12: 2, 13: 2, 15: 1, 17: 1, 18: 1, 20: 1, 25: 1, 28: 2}


def school_lean(generator: random.Random) -> dict[str, float]:
    """How a school's blocks differ from the district, points of the 0-4 scale."""
    return {block: generator.gauss(0, 0.28) for block in BLOCK_MEAN}


def invent_answers(
    instrument: Instrument,
    generator: random.Random,
    lean: Mapping[str, float],
    ability: float,
    *,
    shift: Mapping[str, float] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Values and «не относится» marks of one teacher, ready for ``check_answers``.

    ``ability`` is the teacher's own level in standard deviations; ``shift`` moves blocks, for a later stage.
    """
    values: dict[str, Any] = {}
    not_applicable: list[str] = []
    topics = {block: generator.gauss(0, 0.35) for block in BLOCK_MEAN}
    wants_help = generator.random()
    for item in instrument.items:
        if item.scale in BLOCK_MEAN:
            place = BLOCK_MEAN[item.scale] + 0.5 * ability + topics[item.scale] + lean.get(item.scale, 0)
            _answer_statement(item, place + (shift or {}).get(item.scale, 0), generator, values, not_applicable)
    for item in instrument.items:
        if item.need_of in values:
            _answer_need(instrument.item(item.need_of), item, wants_help, generator, values)
    _answer_context(generator, topics, ability, values, not_applicable)
    checked = check_answers(instrument, values, not_applicable, final=True)
    return checked.values, sorted(checked.not_applicable)


def _answer_statement(
    item: Item, place: float, generator: random.Random, values: dict[str, Any], not_applicable: list[str]
) -> None:
    if generator.random() < RARE.get(item.name, 0.015):
        not_applicable.append(item.name)
        return
    if generator.random() < 0.01:
        return  # left blank
    difficulty = random.Random(item.name).gauss(0, 0.35)  # the same for every teacher
    adjusted = min(4, max(0, round(place + difficulty + generator.gauss(0, 0.75))))
    values[item.name] = str(4 - adjusted if item.reverse else adjusted)


def _answer_need(
    practice: Item, need: Item, wants_help: float, generator: random.Random, values: dict[str, Any]
) -> None:
    raw = int(values[practice.name])
    adjusted = 4 - raw if practice.reverse else raw
    if adjusted > 3:
        return
    wish = (3 - adjusted) * 0.55 + wants_help * 1.6 + generator.gauss(0, 0.6) - 0.2
    values[need.name] = str(min(3, max(0, round(wish))))


def _answer_context(
    generator: random.Random,
    topics: Mapping[str, float],
    ability: float,
    values: dict[str, Any],
    not_applicable: list[str],
) -> None:
    main = generator.choices(list(SUBJECT_WEIGHTS), list(SUBJECT_WEIGHTS.values()))[0]
    subjects = [str(main)] + ([str(main + 1)] if main in (2, 9, 13) and generator.random() < 0.6 else [])
    values["C01"] = subjects
    values["C02"] = ["1"] if main == 1 else ["2"] + (["3"] if generator.random() < 0.4 else [])
    values["C03"] = str(generator.choices(range(1, 6), [2, 3, 6, 7, 6])[0])
    values["C04"] = str(generator.choices(range(1, 5), [3, 5, 7, 3])[0])
    values["C05"] = str(generator.randint(16, 32))
    values["C06"] = str(generator.randint(2, 9))
    values["C07"] = "1" if generator.random() < 0.2 else "2"
    if values["C07"] == "1":
        values["C08"] = [subjects[-1]]
    values["C09"] = "1" if generator.random() < 0.7 else "2"
    if generator.random() < 0.05:
        not_applicable.append("C10")
    else:
        values["C10"] = str(generator.randint(2015, 2020))
    values["C12"] = str(generator.choices(range(1, 5), [12, 6, 1, 1])[0])
    values["C13"] = [
        str(form) for form in _pick(generator, [5, 3, 1, 5, 2, 4, 4, 1, 3, 4], generator.choice((2, 3, 3)))
    ]
    strong = [block for block, value in topics.items() if value + 0.3 * ability > 0.35]
    if strong and generator.random() < 0.7:
        values["C14"] = strong[:2]
    barriers = _pick(generator, [8, 4, 3, 4, 2, 3, 1], generator.choice((1, 2, 3)))
    values["C15"] = ["8"] if generator.random() < 0.12 else [str(barrier) for barrier in sorted(barriers)]
    values["C16"] = str(generator.choices(range(1, 5), [4, 5, 1, 4])[0])
    if generator.random() < 0.35:
        values["O01"] = generator.choice(WISHES)


def _pick(generator: random.Random, weights: list[int], count: int) -> list[int]:
    """``count`` different positions, counted from 1, the heavier the likelier; in the order drawn."""
    left = dict(enumerate(weights, start=1))
    chosen = []
    for _number in range(count):
        position = generator.choices(list(left), list(left.values()))[0]
        chosen.append(position)
        del left[position]
    return chosen
