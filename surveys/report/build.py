"""build_report: released figures, accepted measures and settings -> one ``Report`` that every writer dresses.

The structure follows the usual аналитическая справка: basis, coverage, the main page, figures by block, schools, help,
change, proposals, conclusions, appendices.
"""

from surveys.card.similar import conditions_table
from surveys.definition.instrument import Instrument
from surveys.findings.finding import Finding
from surveys.kinds.parts import Draft, finished
from surveys.report.card import indicators_table, pressing
from surveys.report.conclusions import conclusion_texts
from surveys.report.context import ReportContext, ReportSettings, WaveFacts
from surveys.report.details import choice_table, items_table, precision_table, quadrants_table
from surveys.report.document import (
    Letterhead,
    MeasureText,
    Paragraph,
    Report,
    Signature,
)
from surveys.report.figures import bars_figure, choice_figure, quadrants_figure
from surveys.report.findings import findings_table
from surveys.report.method import method_texts
from surveys.report.proposals import add_measures, add_rest, measures_main
from surveys.report.tables import (
    blocks_table,
    changes_table,
    coverage_table,
    levels_table,
    schools_tables,
)
from surveys.report.texts import (
    STAGE_GENITIVE,
    block_texts,
    change_texts,
    compared_stages,
    concludes,
    coverage_texts,
    coverage_warning,
    deficits,
    measured_words,
    plain,
    school_texts,
    strengths,
)
from surveys.russian import NBSP, count, integer, participle, quote, verb

__all__ = [
    "Letterhead",
    "MeasureText",
    "Report",
    "ReportContext",
    "ReportSettings",
    "Signature",
    "WaveFacts",
    "build_report",
    "measure_text",
]


def build_report(context: ReportContext) -> Report:
    """The аналитическая справка of one wave for the municipality or one school.

    Raises:
        KeyError: the scope names a school that the released figures do not have.
    """
    draft = Draft()
    group = context.group
    _basis(draft, context)
    _coverage(draft, context)
    _main(draft, context)
    if context.municipal:
        _participation(draft, context)
    if not group.hidden:
        _blocks(draft, context)
        if context.municipal:
            _schools(draft, context)
        _items_and_need(draft, context)
        _help(draft, context)
        _changes(draft, context)
    _card(draft, context)
    add_measures(draft, context)
    draft.add("conclusions", "Выводы", conclusion_texts(context))
    _appendices(draft, context)
    return finished(draft, context, "report", _title(context))


def measure_text(finding: Finding, *, with_scope: bool = False) -> MeasureText:
    """The words of a finding as a measure, before anybody edits them."""
    return MeasureText(
        finding=finding.finding,
        recommendation=finding.recommendation,
        roadmap_items=finding.roadmap_items,
        responsible=finding.responsible,
        deadline=finding.deadline,
        planned_result=finding.planned_result,
        measure_of_success=finding.measure_of_success,
        order_obligations=finding.order_obligations,
        scope_label=finding.scope_label if with_scope else "",
        rule=finding.rule,
        priority=finding.priority,
    )


def _title(context: ReportContext) -> str:
    stage = STAGE_GENITIVE.get(context.wave.stage, context.wave.stage)
    return f"Аналитическая справка о результатах {stage} диагностики профессиональных дефицитов учителей"


def _basis(draft: Draft, context: ReportContext) -> None:
    wave, instrument = context.wave, context.instrument
    texts = [plain(f"Основание: {'; '.join(context.settings.basis)}")] if context.settings.basis else []
    texts.append(plain(f"Цель: {context.settings.purpose}"))
    texts.append(plain(f"Этап {quote(wave.title)}; сроки проведения: {measured_words(wave.opened, wave.closed)}"))
    practice = sum(1 for item in instrument.items if item.scale and not item.need_of)
    parts = f"{count(practice, 'утверждение')}, {count(len(instrument.scales), 'блок')}"
    texts.append(plain(f"Инструмент: {quote(instrument.title)}, версия {instrument.version}: {parts}"))
    if context.readings:
        texts.append(plain(f"Условия работы школы: {context.card_source.removesuffix(', ' + context.group.label)}"))
    draft.add("basis", "Основание, цель и порядок проведения", texts)


def _coverage(draft: Draft, context: ReportContext) -> None:
    released, group = context.released, context.group
    table = None if context.municipal else coverage_table(released, [group], None, context.source, context.marks)
    draft.add("coverage", "Охват и ограничения", coverage_texts(released, group, context.marks), [table])


def _participation(draft: Draft, context: ReportContext) -> None:
    """Many schools make a long table: it stands behind the main page."""
    table = coverage_table(context.released, context.released.schools, context.group, context.source, context.marks)
    draft.add("participation", "Участие школ", [], [table])


def _main(draft: Draft, context: ReportContext) -> None:
    group = context.group
    warning = coverage_warning(group, context.released.k, context.marks)
    texts = [plain(warning, f"r-coverage-{group.code}")] if warning else []
    if concludes(group):
        for title, found, empty in (
            (
                "Сильные стороны",
                strengths(group, context.instrument, context.marks),
                "Блоков, по которым известно, что дефицит не системный, нет",
            ),
            (
                "Дефициты",
                deficits(group, context.instrument, context.marks),
                "Выраженных дефицитов по блокам не выявлено",
            ),
        ):
            texts.append(Paragraph(text=title, style="subhead"))
            texts += found or [plain(empty)]
    texts += measures_main(context)
    draft.add("main", "Главное", texts, new_page=concludes(group))


def _blocks(draft: Draft, context: ReportContext) -> None:
    group, instrument = context.group, context.instrument
    tables = [blocks_table(group, instrument, context.released.k, context.source)]
    levels = levels_table(group, instrument, context.source)
    figure = bars_figure(group, instrument, context.released.k)
    draft.add(
        "blocks",
        "Профессиональные дефициты по блокам",
        block_texts(group, instrument, context.marks) if concludes(group) else [],
        [*tables, levels],
        [figure],
    )


def _schools(draft: Draft, context: ReportContext) -> None:
    tables = schools_tables(context.released, context.instrument, context.source)
    texts = school_texts(context.released, context.instrument, context.marks)
    conditions = conditions_table(context.cards)
    if conditions is not None:
        text = "Результаты школы сопоставляйте с результатами школ, которые работают в сходных условиях"
        texts.append(plain(text))
    draft.add("schools", "Результаты по школам", texts, [conditions, *tables])


def _items_and_need(draft: Draft, context: ReportContext) -> None:
    group, k = context.group, context.released.k
    items = items_table(group, context.instrument, k, context.source)
    if items is not None:
        text = f"{_given(len(items.rows), 'утверждение', 'Приведено')} анкеты с самой низкой средней оценкой"
        draft.add("items", "Что вызывает затруднения", [plain(text)], [items])
    need = quadrants_table(group, context.instrument, k, context.source)
    if need is not None:
        whole = next((figures for code, figures in group.quadrants if code == "all"), None)
        text = (
            "Сопоставлены самооценка освоенности и запрос помощи. Затруднения без запроса помощи — повод для "
            "добровольной беседы, а не для оценки работы"
        )
        draft.add(
            "need",
            "Затруднения и запрос помощи",
            [plain(text)],
            [need],
            [quadrants_figure(whole, k) if whole else None],
        )


def _help(draft: Draft, context: ReportContext) -> None:
    kinds = {item.name: item.type for item in context.instrument.items if item.name in _help_items(context.instrument)}
    released = {figures.item: figures for figures in context.group.choices}
    shown = [released[name] for name in kinds if name in released]
    if not shown:
        return
    tables = [choice_table(one, context.instrument, context.released.k, context.source) for one in shown]
    chosen = next((at for at, one in enumerate(shown) if kinds[one.item] == "rank"), 0)
    text = "Приведено, как часто учителя называли каждый вариант; сведения по отдельным людям не рассматривались"
    draft.add(
        "help",
        "Формы помощи и условия обучения",
        [plain(text)],
        tables,
        [choice_figure(tables[chosen], shown[chosen].n)],
    )


def _help_items(instrument: Instrument) -> list[str]:
    """Choice questions in one step of the form with the ranking of forms of help; all where nothing is ranked."""
    asked = [item for item in instrument.items if item.type in ("rank", "select_multiple") and not item.scale]
    steps = {item.group for item in asked if item.type == "rank"}
    return [item.name for item in asked if not steps or item.group in steps]


def _changes(draft: Draft, context: ReportContext) -> None:
    changes = [change for code, change in context.released.changes if code == context.group.code]
    if not changes:
        return
    table = changes_table(changes, context.instrument, context.released.k, context.source)
    draft.add(
        "changes",
        "Динамика",
        [
            *compared_stages(context.previous_title, context.wave.title),
            *change_texts(changes, context.instrument, context.marks, concluding=concludes(context.group)),
        ],
        [table],
    )


def _card(draft: Draft, context: ReportContext) -> None:
    if not context.readings:
        return
    text = "Показатели карты — сведения школы, подписанные руководителем"
    if concludes(context.group):
        text += ". Сопоставление с анкетой показывает, что совпадает, но не называет причин"
    shown = pressing(context.readings)
    texts = [plain(text)]
    if len(shown) < len(context.readings):
        high = " с высоким риском" if all(reading.level == "высокий" for _title, reading in shown) else ""
        given = f"{_given(len(shown), 'показатель', 'Приведён')}{high} из{NBSP}{integer(len(context.readings))}"
        texts.append(plain(f"{given}; полный перечень — в приложении"))
    table = indicators_table(shown, context.card_source, borders=context.card_borders)
    draft.add("card", "Условия работы школы", texts, [table])


def _given(number: int, noun: str, one: str) -> str:
    """«Приведены 3 показателя»."""
    return f"{participle(number, one, 'Приведены', 'Приведено')} {count(number, noun)}"


def _card_rest(draft: Draft, context: ReportContext) -> None:
    if len(pressing(context.readings)) < len(context.readings):
        table = indicators_table(context.readings, context.card_source, whole=True, borders=context.card_borders)
        draft.add("card-rest", "Показатели диагностической карты", [], [table], appendix=True)


def _appendices(draft: Draft, context: ReportContext) -> None:
    add_rest(draft, context)
    number = len(context.findings)
    text = (
        f"По правилам {verb(number, 'сделан', 'сделано')} {count(number, 'вывод')}"
        if number
        else "По действующим правилам выводов не сделано"
    )
    listed = [findings_table(context)] if number else []
    draft.add("findings", "Полный перечень выводов", [plain(text)], listed, appendix=True)
    _card_rest(draft, context)
    method = method_texts(
        context.instrument,
        context.released.k,
        context.marks,
        context.marks_approved,
        high_share=context.high_share,
    )
    group = context.group
    precise = None if group.hidden else precision_table(group, context.instrument, context.source)
    draft.add("method", "Методика и условные обозначения", method, [precise], appendix=True)
    draft.add_snapshot(context)
