"""Dynamics between stages: the same persons before and after, under the rule of groups linked in time."""

from surveys.disclosure.released import Change
from surveys.kinds.parts import Draft, finished
from surveys.printing import NO_FIGURE, NOT_COMPARABLE, hidden_words
from surveys.report.context import ReportContext
from surveys.report.document import Cell, Column, Report, Row, Table
from surveys.report.tables import changes_table, words_cell
from surveys.report.texts import (
    STAGE_GENITIVE,
    change_texts,
    compared_stages,
    concludes,
    coverage_texts,
    coverage_warning,
    noticed_texts,
    plain,
    took_part,
)
from surveys.russian import NBSP, integer, number_text


def build_dynamics(context: ReportContext) -> Report:
    """Changes of one group since the stage before; of the municipality also by school."""
    draft, released = Draft(), context.released
    draft.add("coverage", "Участие", coverage_texts(released, context.group, context.marks))
    own = [change for code, change in released.changes if code == context.group.code]
    title = "Изменения у одних и тех же участников"
    said = change_texts(own, context.instrument, context.marks, concluding=concludes(context.group))
    if own:
        stages = compared_stages(context.previous_title, context.wave.title)
        draft.add(
            "changes", title, [*stages, *said], [changes_table(own, context.instrument, released.k, context.source)]
        )
    else:
        draft.add("changes", title, [plain(NOTHING_BEFORE)])
    if context.municipal and own:
        text = "Школы приведены в порядке списка и по изменению не сравниваются: состав участников разный"
        draft.add("schools", "Изменения по школам", [plain(text)], [schools_changes(context)])
    texts = [plain(coverage_warning(context.group, released.k, context.marks) or took_part(context.group))]
    if own:
        if concludes(context.group):  # else the warning above has said that nothing is concluded
            texts += noticed_texts(own, context.instrument, context.marks)
        texts.append(plain("Связь изменений с проведёнными мерами рассматривает рабочая группа (пп. 4.1–4.3)"))
    else:
        texts.append(plain(NOTHING_BEFORE))
    draft.add("conclusions", "Выводы", texts)
    draft.add("method", "Методика", [plain(text) for text in METHOD], appendix=True)
    draft.add_snapshot(context)
    stage = STAGE_GENITIVE.get(context.wave.stage, context.wave.stage)
    title = f"Справка о динамике профессиональных дефицитов учителей по результатам {stage} диагностики"
    return finished(draft, context, "dynamics", title)


NOTHING_BEFORE = "Предыдущего этапа с сопоставимыми участниками нет: изменения не рассчитаны"
METHOD = (
    "Сопоставлены ответы одних и тех же учителей той же школы на оба этапа; сведения об отдельных людях не приводятся",
    "Показатель приводится, если сопоставимых участников не менее 5, а ответивших только на одном этапе — никого или "
    "не менее 5: иначе по разности можно было бы узнать ответы немногих",
    "«Изменение, п. п.» — разность средних M после и до; положительное значение означает рост освоенности",
)


def schools_changes(context: ReportContext) -> Table:
    """School x block: the change of M with the number of matched persons."""
    scales = context.instrument.scales
    columns = [Column(title="Школа", width=1.6)]
    columns += [Column(title=scale.label, kind="decimal") for scale in scales]
    by_group: dict[str, dict[str, Change]] = {}
    for code, change in context.released.changes:
        by_group.setdefault(code, {})[change.scale] = change
    rows = []
    for group in [*context.released.schools, context.released.municipality]:
        found = by_group.get(group.code, {})
        cells = [_cell(found.get(scale.name), context.released.k) for scale in scales]
        total = group.code == context.released.municipality.code
        rows.append(Row(key=group.code, cells=[words_cell(group.label), *cells], total=total))
    return Table(
        id="changes-schools",
        title="Изменение M по школам, п. п.",
        columns=columns,
        rows=rows,
        source=context.source,
        wide=True,
    )


def _cell(change: Change | None, k: int) -> Cell:
    if change is None or change.hidden or change.change is None:
        words = hidden_words(change.hidden, k) if change and change.hidden else NO_FIGURE
        return words_cell(NOT_COMPARABLE if change and not change.comparable else words, hidden=True)
    plus = "+" if change.change > 0 else ""
    printed = f"{plus}{number_text(change.change)} (n{NBSP}={NBSP}{integer(change.matched or 0)})"
    return Cell(value=change.change, printed=printed)
