"""Measures of a report: the accepted ones, or, while nothing is accepted, what the rules propose, marked as such."""

from collections.abc import Sequence

from surveys.kinds.parts import Draft
from surveys.report.context import ReportContext
from surveys.report.document import MeasureText, Paragraph
from surveys.report.findings import measures_table
from surveys.report.measures import count_steps, first_steps, main_measures, merge_measures
from surveys.report.texts import plain
from surveys.russian import count, participle

NOTHING = "Принятых мер и предложений по правилам нет"
UNDECIDED = "решение по каждой принимает Управление образования"


def measures_of(context: ReportContext) -> Sequence[MeasureText]:
    """Accepted measures; proposals where nothing is accepted."""
    return context.measures or context.proposals


def measures_main(context: ReportContext) -> list[Paragraph]:
    """The heading and at most seven measures of the main page."""
    title = "Меры" if context.measures or not context.proposals else "Предлагаемые меры (решения не приняты)"
    lines = main_measures(measures_of(context), context.group.label, context.plural, context.school_labels)
    return [Paragraph(text=title, style="subhead"), *(lines or [plain(NOTHING)])]


def add_measures(draft: Draft, context: ReportContext) -> None:
    """The section of measures: the most pressing in it, the others in an appendix (``add_rest``)."""
    title, accepted = "Предложения по устранению дефицитов", bool(context.measures)
    groups = merge_measures(measures_of(context), context.plural)
    if not groups:
        draft.add("measures", title, [plain(NOTHING)])
        return
    number = count_steps(measures_of(context), context.plural)
    if accepted:
        word = participle(number, "Принята", "Приняты", "Принято")
        text = f"{word} {count(number, 'мера')}; каждая связана с пунктами дорожной карты"
    else:
        word = participle(number, "предложена", "предложены", "предложено")
        several = " (одинаковая мера для нескольких школ — одна)" if len(measures_of(context)) > number else ""
        text = f"Меры пока не приняты. По правилам {word} {count(number, 'мера')}{several}; {UNDECIDED}"
    main, rest = first_steps(groups, context.plural)
    if rest:
        text += "; здесь — первоочередные, остальные — в приложении"
    named = "Меры по устранению дефицитов" if accepted else "Предлагаемые меры (решения не приняты)"
    draft.add("measures", title, [plain(text)], [measures_table("measures", named, main, context)])


def add_rest(draft: Draft, context: ReportContext) -> None:
    """Measures beyond the most pressing, in an appendix."""
    _main, rest = first_steps(merge_measures(measures_of(context), context.plural), context.plural)
    if rest:
        named = "Остальные принятые меры" if context.measures else "Остальные предлагаемые меры"
        draft.add(
            "measures-rest",
            "Остальные меры",
            [],
            [measures_table("measures-rest", named, rest, context)],
            appendix=True,
        )
