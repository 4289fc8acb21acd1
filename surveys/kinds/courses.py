"""Summary for the application for courses (item 3.6): programmes, places and schools, from released figures only."""

from collections.abc import Sequence
from math import ceil

from surveys.definition.instrument import Scale
from surveys.disclosure.released import GroupFigures, Share
from surveys.kinds.parts import Draft, finished
from surveys.kinds.plan import block_of
from surveys.printing import hidden_words, share_of_words
from surveys.report.context import ReportContext
from surveys.report.document import Cell, Column, Report, Row, Table
from surveys.report.tables import count_cell, words_cell
from surveys.report.texts import is_systemic, plain
from surveys.russian import count, in_order, integer, participle

COURSE_ITEMS = ("3.6", "3.11")  # the order's items about applications and courses


def build_courses(context: ReportContext) -> Report:
    """Blocks with an accepted measure about courses; places are proposed from the municipality's counts only."""
    draft, wanted = Draft(), wanted_blocks(context)
    if not wanted:
        text = "Принятых мер о повышении квалификации (пп. 3.6, 3.11) по блокам анкеты нет: заявка не рассчитана"
        draft.add("courses", "Потребность в курсах", [plain(text)])
    else:
        places = [places_of(context.group, scale.name) for scale in wanted]
        known = [one for one in places if one is not None]
        proposed = participle(len(wanted), "Предлагается", "Предлагаются", "Предлагается")
        text = f"{proposed} {count(len(wanted), 'программа')}"
        if known:
            text += f", всего {count(sum(known), 'место')}"
        texts = [
            plain(text),
            plain(
                "Число мест предложено по числу учителей со средним и высоким уровнем дефицита; участие добровольное, "
                "списки школа составляет с согласия учителей, из ответов анкеты они не берутся"
            ),
        ]
        draft.add(
            "courses", "Потребность в курсах", texts, [courses_table(context, wanted), by_school_table(context, wanted)]
        )
    draft.add_snapshot(context)
    return finished(
        draft, context, "courses", "Сводка для заявки на повышение квалификации (п. 3.6)", signed_after="courses"
    )


def wanted_blocks(context: ReportContext) -> list[Scale]:
    """Blocks that an accepted measure under the items about courses rests on, in the questionnaire's order."""
    about = [one for one in context.measures if set(one.roadmap_items) & set(COURSE_ITEMS)]
    rules = {one.rule for one in about}
    blocks = {block_of(one) for one in context.findings if one.rule in rules}
    return [scale for scale in context.instrument.scales if scale.name in blocks]


def places_of(group: GroupFigures, scale: str) -> int | None:
    """Teachers with a deficit where their number may be printed; None otherwise."""
    share = _deficit(group, scale)
    return share.count if share is not None and share.kind == "exact" else None


def _deficit(group: GroupFigures, scale: str) -> Share | None:
    return next(
        (one.deficit for one in group.scales if one.scale == scale and not one.hidden and not group.hidden), None
    )


def courses_table(context: ReportContext, wanted: Sequence[Scale]) -> Table:
    """Programme - teachers with a deficit - asked for help - places - groups - schools - ground."""
    quadrants = dict(context.group.quadrants)
    told = any(scale.name in quadrants for scale in wanted)  # requests by block are released of large groups only
    columns = [
        Column(title="Направление программы", width=2.6),
        Column(title="Учителей с дефицитом", width=1.4),
        *[Column(title="Из них запросили помощь", width=1.3)] * told,
        Column(title="Мест", kind="integer", width=0.8),
        Column(title="Групп", kind="integer", width=0.8),
        Column(title="Школы с системным дефицитом", width=2.2),
        Column(title="Пункты плана", width=1.2),
    ]
    rows = []
    for scale in wanted:
        places = places_of(context.group, scale.name)
        asked = quadrants.get(scale.name)
        schools = [one.label for one in context.released.schools if is_systemic(one, scale.name, context.marks)]
        cells = [
            words_cell(scale.label),
            words_cell(share_of_words(_deficit(context.group, scale.name), context.released.k)),
            *[count_cell(asked.with_request if asked else None, context.released.k)] * told,
            _number(places),
            _number(None if places is None else ceil(places / context.marks.course_group)),
            words_cell(", ".join(schools) or "нет"),
            words_cell(_ground(context, scale.name)),
        ]
        rows.append(Row(key=scale.name, cells=cells))
    size = count(context.marks.course_group, "место", "gen")
    notes = [f"Группа — до {size}. Где число не приводится, места определяет школа по заявлениям."]
    notes.append("Один учитель может учитываться по нескольким программам.")
    title = "Программы и места"
    return Table(id="courses", title=title, columns=columns, rows=rows, source=context.source, notes=notes, wide=True)


def by_school_table(context: ReportContext, wanted: Sequence[Scale]) -> Table:
    """School x programme: teachers with a deficit, as far as it may be printed."""
    columns = [Column(title="Школа", width=1.6)]
    columns += [Column(title=scale.label, kind="integer") for scale in wanted]
    groups = [*context.released.schools, context.group]
    rows = []
    for group in groups:
        total = group.code == context.group.code
        cells = [count_cell(_deficit(group, scale.name), context.released.k) for scale in wanted]
        if group.hidden:
            cells = [words_cell(hidden_words(group.hidden, context.released.k), hidden=True) for _scale in wanted]
        rows.append(Row(key=group.code, cells=[words_cell(group.label), *cells], total=total))
    title = "Учителя со средним и высоким уровнем дефицита, чел."
    return Table(id="courses-schools", title=title, columns=columns, rows=rows, source=context.source, wide=True)


def _number(value: int | None) -> Cell:
    return Cell(value=value, printed=integer(value)) if value is not None else words_cell("по заявлениям", hidden=True)


def _ground(context: ReportContext, scale: str) -> str:
    """Items of the plan behind the programme."""
    rules = {one.rule for one in context.findings if block_of(one) == scale}
    items = {item for one in context.measures if one.rule in rules for item in one.roadmap_items}
    numbers = [item for item in items if item in COURSE_ITEMS]
    return ", ".join(in_order(numbers)) or "—"
