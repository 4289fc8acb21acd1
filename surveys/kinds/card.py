"""Documents of the diagnostic card: the school's indicators, and the card beside the questionnaire."""

from collections.abc import Sequence

from surveys.document import Cell, Column, Report, Row, Table
from surveys.facts import Reading
from surveys.kinds.parts import LONG, Draft, finished
from surveys.perception import Perception
from surveys.report import build_report
from surveys.report_card import indicators_table
from surveys.report_context import ReportContext
from surveys.report_tables import findings_table, words_cell
from surveys.report_texts import plain
from surveys.russian import NBSP, count, counted_words, integer, verb

NOT_SIGNED = "Подписанной карты пока нет: показатели не приводятся"


def build_card(context: ReportContext) -> Report:
    """Indicators of one school, or of all schools side by side, without any common score."""
    draft = Draft()
    if context.municipal:
        _all_schools(draft, context)
    else:
        _one_school(draft, context)
    number = sum(1 for one in context.findings if one.source == "card")
    word = f"По карте {verb(number, 'сделан', 'сделано')} {count(number, 'вывод')}"
    draft.add("conclusions", "Выводы", [plain(word if number else "По карте выводов не сделано")])
    card_only = [one for one in context.findings if one.source == "card"]
    if card_only:
        from dataclasses import replace

        table = findings_table(replace(context, findings=card_only), "findings", "Выводы по карте")
        draft.add("findings", "Выводы по карте", [], [table], appendix=True)
    return finished(draft, context, "card", "Аналитическая справка по диагностической карте")


def _one_school(draft: Draft, context: ReportContext) -> None:
    if not context.readings:
        draft.add("card", "Показатели", [plain(NOT_SIGNED)])
        return
    levels = [reading.level for _title, reading in context.readings]
    high, medium, none = levels.count("высокий"), levels.count("средний"), levels.count(None)
    text = f"Высокий риск — {count(high, 'показатель')}, средний — {integer(medium)}"
    text += f", нет данных — {integer(none)}" if none else ""
    note = "Показатели — сведения школы, подписанные руководителем; малые числа детей (1–4) не приводятся"
    draft.add(
        "card", "Показатели", [plain(text), plain(note)], [indicators_table(context.readings, context.card_source)]
    )


def _all_schools(draft: Draft, context: ReportContext) -> None:
    signed = [(label, readings) for label, readings in context.cards if readings]
    if not signed:
        draft.add("card", "Показатели по школам", [plain(NOT_SIGNED)])
        return
    all_of = count(len(context.cards), "школа", "gen")
    texts = [
        plain(f"Карты подписали {integer(len(signed))} из{NBSP}{all_of}"),
        plain("Школы приведены в порядке списка; общий балл не рассчитывается"),
    ]
    draft.add("card", "Показатели по школам", texts, [schools_table(signed)])


def schools_table(cards: Sequence[tuple[str, Sequence[tuple[str, Reading]]]]) -> Table:
    """Indicator x school, value and risk level; small counts of children are words already."""
    codes = {reading.code: title for _label, readings in cards for title, reading in readings}
    columns = [Column(title="Показатель", width=2.6), *(Column(title=label) for label, _readings in cards)]
    rows = []
    for code, title in codes.items():
        cells = [words_cell(title)]
        for _label, readings in cards:
            own = next((reading for _title, reading in readings if reading.code == code), None)
            cells.append(_cell(own))
        rows.append(Row(key=code, cells=cells))
    title = "Показатели диагностических карт"
    return Table(id="cards", title=title, columns=columns, rows=rows, source="подписанные карты школ", wide=True)


def _cell(reading: Reading | None) -> Cell:
    if reading is None:
        return words_cell("нет карты", hidden=True)
    joint = f"; {reading.level}" if reading.printed.endswith(")") else f" ({reading.level})"
    words = reading.printed + joint if reading.level else reading.printed
    return Cell(value=words, printed=words)


def build_joint(context: ReportContext) -> Report:
    """The справка of the wave with the card, and where card and teachers disagree."""
    report = build_report(context)
    draft = Draft(list(report.sections), list(report.tables), list(report.figures))
    texts = [plain("Расхождений между картой и ответами учителей не найдено")]
    tables = []
    if context.perceptions:
        many = counted_words(len(context.perceptions), "тема", "pre")
        texts = [
            plain(f"Карта и ответы учителей расходятся в {many}: это повод для беседы, а не вывод о том, кто прав")
        ]
        tables = [perceptions_table(context.perceptions, context.source)]
    if not context.readings:
        texts = [plain(NOT_SIGNED)]
    codes = [section.id for section in draft.sections]
    before = next((place for place, code in enumerate(codes) if code == "measures"), len(codes))
    kept, draft.sections = draft.sections[before:], draft.sections[:before]
    draft.add("perceptions", "Сопоставление карты и анкеты", texts, tables)
    draft.sections += kept
    title = report.title.replace(
        "Аналитическая справка", "Сводная аналитическая справка по диагностической карте и анкете:", 1
    )
    changed = {
        "title": title.replace(": о результатах", " о результатах"),
        "kind": "joint",
        "sections": draft.sections,
        "tables": draft.tables,
        "contents": len(draft.tables) + len(draft.figures) > LONG,
    }
    return report.model_copy(update=changed)


def perceptions_table(found: Sequence[Perception], source: str) -> Table:
    """What the card says beside what the teachers reported."""
    columns = [Column(title="Тема", width=1.5), Column(title="Карта", width=3), Column(title="Анкета", width=3)]
    rows = [
        Row(key=one.topic, cells=[words_cell(one.title), words_cell(one.card), words_cell(one.teachers)])
        for one in found
    ]
    title = "Где карта и ответы учителей расходятся"
    return Table(id="perceptions", title=title, columns=columns, rows=rows, source=f"{source}; диагностическая карта")
