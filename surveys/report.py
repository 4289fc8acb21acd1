"""build_report: released figures, accepted measures and settings -> one ``Report`` that every writer dresses.

The structure follows the usual аналитическая справка: basis, coverage, the main page, figures by block, schools, help,
change, proposals, conclusions, appendices.
"""

from surveys.definition import Instrument
from surveys.document import (
    Letterhead,
    MeasureText,
    Paragraph,
    Report,
    Signature,
)
from surveys.findings import Finding
from surveys.kinds.parts import Draft, finished
from surveys.report_card import indicators_table, pressing
from surveys.report_context import ReportContext, ReportSettings, WaveFacts
from surveys.report_figures import bars_figure, choice_figure, quadrants_figure
from surveys.report_measures import MOST_MEASURES, main_measures, merge_measures
from surveys.report_method import method_texts
from surveys.report_tables import (
    blocks_table,
    changes_table,
    choice_table,
    coverage_table,
    findings_table,
    items_table,
    levels_table,
    measures_table,
    quadrants_table,
    schools_tables,
)
from surveys.report_texts import (
    STAGE_GENITIVE,
    block_texts,
    change_texts,
    concludes,
    coverage_texts,
    coverage_warning,
    deficits,
    measured_words,
    plain,
    school_texts,
    strengths,
    took_part,
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
    if not group.hidden:
        _blocks(draft, context)
        if context.municipal:
            _schools(draft, context)
        _items_and_need(draft, context)
        _help(draft, context)
        _changes(draft, context)
    _card(draft, context)
    _measures(draft, context)
    _conclusions(draft, context)
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
    draft.add("basis", "Основание, цель и порядок проведения", texts)


def _coverage(draft: Draft, context: ReportContext) -> None:
    released, group = context.released, context.group
    table = (
        coverage_table(released, released.schools, group, context.source, context.marks)
        if context.municipal
        else coverage_table(released, [group], None, context.source, context.marks)
    )
    draft.add("coverage", "Охват и ограничения", coverage_texts(released, group, context.marks), [table])


def _main(draft: Draft, context: ReportContext) -> None:
    group = context.group
    warning = coverage_warning(group, context.released.k, context.marks)
    texts = [plain(warning)] if warning else []
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
    texts.append(Paragraph(text="Меры", style="subhead"))
    texts += main_measures(context.measures, group.label, context.plural) or [
        plain("Меры пока не приняты: предложения по выводам приведены в приложении")
    ]
    draft.add("main", "Главное", texts)


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
    draft.add(
        "schools", "Результаты по школам", school_texts(context.released, context.instrument, context.marks), tables
    )


def _items_and_need(draft: Draft, context: ReportContext) -> None:
    group, k = context.group, context.released.k
    items = items_table(group, context.instrument, k, context.source)
    if items is not None:
        text = f"Ниже других учителя оценили {count(len(items.rows), 'утверждение', 'acc')} анкеты"
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
        change_texts(changes, context.instrument, context.marks, concluding=concludes(context.group)),
        [table],
    )


def _card(draft: Draft, context: ReportContext) -> None:
    if not context.readings:
        return
    text = "Показатели карты — сведения школы. Сопоставление с анкетой показывает, что совпадает, но не называет причин"
    shown = pressing(context.readings)
    texts = [plain(text)]
    if len(shown) < len(context.readings):
        all_of = count(len(context.readings), "показатель", "gen")
        texts.append(plain(f"Приведены {integer(len(shown))} из{NBSP}{all_of}; полный перечень — в приложении"))
    draft.add("card", "Условия работы школы", texts, [indicators_table(shown, context.card_source)])


def _card_rest(draft: Draft, context: ReportContext) -> None:
    if len(pressing(context.readings)) < len(context.readings):
        table = indicators_table(context.readings, context.card_source, whole=True)
        draft.add("card-rest", "Показатели диагностической карты", [], [table], appendix=True)


def _measures(draft: Draft, context: ReportContext) -> None:
    groups = merge_measures(context.measures, context.plural)
    main = [measure for group in groups[:MOST_MEASURES] for measure in group]
    if not main:
        text = "Меры пока не приняты"
        draft.add("measures", "Предложения по устранению дефицитов", [plain(text)])
        return
    number = len(context.measures)
    word = participle(number, "Принята", "Приняты", "Принято")
    text = f"{word} {count(number, 'мера')}; каждая связана с пунктами дорожной карты"
    if len(groups) > MOST_MEASURES:
        text += "; здесь — первоочередные, остальные — в приложении"
    table = measures_table("measures", "Меры по устранению дефицитов", main, context)
    draft.add("measures", "Предложения по устранению дефицитов", [plain(text)], [table])


def _conclusions(draft: Draft, context: ReportContext) -> None:
    group, texts = context.group, []
    warning = coverage_warning(group, context.released.k, context.marks)
    texts.append(plain(warning or took_part(group)))
    if concludes(group):
        texts += block_texts(group, context.instrument, context.marks)[:1]
    number = len(context.measures)
    if number:
        word = verb(number, "принятой мере", "принятым мерам")
        texts.append(plain(f"Исполнение по {integer(number)} {word} рассматривается при мониторинге (п. 4.1)"))
    texts.append(plain("Повторная диагностика на следующем этапе покажет изменения у одних и тех же участников"))
    draft.add("conclusions", "Выводы", texts)


def _appendices(draft: Draft, context: ReportContext) -> None:
    rest = [measure for group in merge_measures(context.measures, context.plural)[MOST_MEASURES:] for measure in group]
    if rest:
        table = measures_table("measures-rest", "Остальные принятые меры", rest, context)
        draft.add("measures-rest", "Остальные меры", [], [table], appendix=True)
    number = len(context.findings)
    text = (
        f"По правилам {verb(number, 'сделан', 'сделано')} {count(number, 'вывод')}"
        if number
        else "По действующим правилам выводов не сделано"
    )
    listed = [findings_table(context)] if number else []
    draft.add("findings", "Полный перечень выводов", [plain(text)], listed, appendix=True)
    _card_rest(draft, context)
    method = method_texts(context.instrument, context.released.k, context.marks, context.marks_approved)
    draft.add("method", "Методика и условные обозначения", method, appendix=True)
    draft.add_snapshot(context)
