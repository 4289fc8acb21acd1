"""The instructed item: a row that says which answer to give, so that a page which was not read is noticed.

It belongs to no block: nothing is scored by it, one quality flag reads it. Whether it is asked is the department's
choice, and asking it, or not, makes another version of the form.
"""

from surveys.definition.instrument import Instrument, Item, QualityFlag, instrument_from_dict
from surveys.definition.languages import tag_of
from surveys.expressions.evaluation import to_number

CODE = "Q01"
TEXTS = {  # tag of a language -> the row in it; a form in a language that is not here says it in Russian
    "ru": "В этой строке отметьте, пожалуйста, «{answer}»: она нужна для проверки заполнения анкеты",
    "en": "In this row please mark “{answer}”: it checks how the questionnaire is filled in",
}
SIGN = "В контрольной строке отмечен другой ответ"
LEAST_ANSWERS = 3  # the answer to give is the last but one: never the end that a careless hand chooses


def control_items(instrument: Instrument) -> set[str]:
    """Names of the items that tell which answer to give."""
    return {name for flag in instrument.quality if flag.kind == "instructed" for name in flag.items}


def can_have_control(instrument: Instrument) -> bool:
    """Whether the form has statements among which the row may stand, and its name is free or the row's own."""
    taken = {item.name for item in instrument.items} | {flag.code for flag in instrument.quality}
    return bool(control_items(instrument)) or (CODE not in taken and _neighbour(instrument) is not None)


def with_control(instrument: Instrument) -> Instrument:
    """The form with the row in the middle of its middle block; itself where it has one, or cannot have it."""
    neighbour = _neighbour(instrument)
    if control_items(instrument) or neighbour is None or not can_have_control(instrument):
        return instrument
    answer = sorted(instrument.options_of(neighbour), key=lambda option: to_number(option.name) or 0.0)[-2]
    row = Item(
        name=CODE,
        type="select_one",
        options=neighbour.options,
        group=neighbour.group,
        label=TEXTS.get(tag_of(instrument.language), TEXTS["ru"]).format(answer=answer.label),
        translations={
            language: {"label": TEXTS[tag_of(language)].format(answer=answer.translations.get(language, answer.label))}
            for language in instrument.languages
            if language != instrument.language and tag_of(language) in TEXTS
        },
    )
    after = max(at for at, item in enumerate(instrument.items) if neighbour.name in (item.name, item.need_of))
    flag = QualityFlag(code=CODE, kind="instructed", items=[CODE], threshold=to_number(answer.name) or 0.0, text=SIGN)
    items = [*instrument.items[: after + 1], row, *instrument.items[after + 1 :]]
    return _checked(instrument, items, [flag, *instrument.quality])


def without_control(instrument: Instrument) -> Instrument:
    """The form without such rows and their flags.

    Raises:
        DefinitionError: something else in the form refers to the row.
    """
    rows = control_items(instrument)
    items = [item for item in instrument.items if item.name not in rows or item.scale]
    return _checked(instrument, items, [flag for flag in instrument.quality if flag.kind != "instructed"])


def _neighbour(instrument: Instrument) -> Item | None:
    """The statement in the middle of the middle block; None where it has too few answers or these are no numbers."""
    if not instrument.scales:
        return None
    statements = instrument.scale_items(instrument.scales[len(instrument.scales) // 2].name)
    middle = statements[(len(statements) - 1) // 2] if statements else None
    codes = [to_number(option.name) for option in instrument.options_of(middle)] if middle else []
    fits = middle and middle.type == "select_one" and len(codes) >= LEAST_ANSWERS and None not in codes
    return middle if fits else None


def _checked(instrument: Instrument, items: list[Item], quality: list[QualityFlag]) -> Instrument:
    changed = instrument.model_copy(update={"items": items, "quality": quality})
    return instrument_from_dict(changed.model_dump(mode="json", exclude_defaults=True), instrument.code)
