"""Small invented instruments and municipalities that the engine's tests share."""

from collections.abc import Mapping, Sequence

import numpy as np

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Group, Instrument, Item, Level, Option, QualityFlag, Scale
from surveys.statistics.summary import Summary, summarise

LEVELS = [
    Level(code="none", label="не выявлен", at_least=80),
    Level(code="low", label="низкий", at_least=60),
    Level(code="medium", label="средний", at_least=40),
    Level(code="high", label="высокий", at_least=0),
]


def options(*codes: str) -> list[Option]:
    return [Option(name=code, label=f"ответ {code}") for code in codes]


def questionnaire(blocks: Mapping[str, int] | None = None, min_answered: float = 0.7) -> Instrument:
    """Blocks of practice items 0-4 with a need question each; the second item of a block is reversed."""
    sizes = blocks or {"SUB": 3, "MET": 3}
    items = []
    for block, size in sizes.items():
        for number in range(1, size + 1):
            name, turned = f"{block}{number:02}", number == 2
            items.append(
                Item(
                    name=name,
                    type="select_one",
                    options="practice",
                    scale=block,
                    reverse=turned,
                    group=block,
                    not_applicable="не относится к моей работе",
                    label=f"Утверждение {name}",
                )
            )
            shown = f"${{{name}}} >= 1" if turned else f"${{{name}}} <= 3"
            items.append(
                Item(
                    name=f"{name}_need",
                    type="select_one",
                    options="need",
                    need_of=name,
                    relevant=shown,
                    group=block,
                    label=f"Помощь {name}",
                )
            )
    items += [
        Item(name="C04", type="select_one", options="category", label="Категория"),
        Item(name="C13", type="rank", options="forms", label="Формы помощи", parameters={"max": "3"}),
        Item(name="C14", type="select_multiple", options="topics", label="Темы"),
    ]
    return Instrument(
        code="small",
        title="Малая анкета",
        option_lists={
            "practice": options("0", "1", "2", "3", "4"),
            "need": options("0", "1", "2", "3"),
            "category": options("high", "first", "none"),
            "forms": [
                Option(name="course", label="курсы"),
                Option(name="own", label="наставник в своей школе"),
                Option(name="other", label="наставник из другой школы"),
            ],
            "topics": [Option(name=block, label=block) for block in sizes],
        },
        groups=[Group(name=block, label=block) for block in sizes],
        items=items,
        scales=[Scale(name=block, label=block, min_answered=min_answered) for block in sizes],
        levels=LEVELS,
        quality=[
            QualityFlag(code="Q07", kind="na", threshold=0.3),
            QualityFlag(code="Q05", kind="longstring", threshold=6),
        ],
    )


SCHOOLS_DIFFER = (0.15, 0.5, 0.85, 0.97)  # how likely a school's teachers agree with a statement


def random_answers(
    instrument: Instrument,
    people: Mapping[str, int],
    rng: np.random.Generator,
    strengths: Sequence[float] = SCHOOLS_DIFFER,
    blank: float = 0.03,
) -> AnswerSet:
    """Random answers of so many teachers of every school, with blanks and «не относится»; schools differ."""
    rows = []
    for school, count in people.items():
        strength = rng.choice(strengths)
        for _ in range(count):
            rows.append(_row(instrument, school, rng, strength, blank))
    return AnswerSet.from_submissions(instrument, rows)


def _row(instrument, school, rng, strength, blank):
    values, marked, skipped = {}, [], []
    for item in instrument.items:
        if item.need_of:
            practice = values.get(item.need_of)
            turned = instrument.item(item.need_of).reverse
            if practice is None or practice == ("0" if turned else "4"):
                skipped.append(item.name)
            else:
                values[item.name] = str(rng.integers(4))
        elif item.scale:
            luck = rng.random()
            if luck < blank:
                continue
            if luck < blank + 0.03:
                marked.append(item.name)
                continue
            code = int(rng.binomial(4, strength))
            values[item.name] = str(4 - code if item.reverse else code)
        elif item.type == "select_one":
            values[item.name] = str(rng.choice(["high", "first", "none"]))
        else:
            codes = [option.name for option in instrument.options_of(item)]
            values[item.name] = [code for code in codes if rng.random() < 0.4]
    return values, marked, skipped, {"school": school}


def by_school(instrument: Instrument, answers: AnswerSet, people: Mapping[str, int]) -> dict[str, Summary]:
    return {school: summarise(answers, instrument, answers.groups["school"] == school) for school in people}
