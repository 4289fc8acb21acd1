"""Documents of the diagnostic card: the school's indicators, and the card beside the questionnaire."""

from collections.abc import Sequence
from dataclasses import replace

from surveys.card.similar import Cards, conditions_table
from surveys.findings.facts import Reading
from surveys.findings.perception import Perception
from surveys.kinds.parts import LONG, Draft, finished, in_order_of_sections
from surveys.report.build import build_report
from surveys.report.card import card_main, indicators_table, risk_counts
from surveys.report.context import ReportContext
from surveys.report.document import Cell, Column, Paragraph, Report, Row, Table
from surveys.report.findings import findings_table
from surveys.report.measures import responsible_of, same_steps, schools_words
from surveys.report.proposals import add_measures, add_rest, measures_of
from surveys.report.tables import words_cell
from surveys.report.texts import concludes, item, plain
from surveys.russian import NBSP, count, counted_words, in_order, integer, join, verb

SIGNED = "подписанные карты школ"
NOT_SIGNED = "Подписанной карты пока нет: показатели не приводятся"
RISK_NOTE = (
    "Слово при значении — уровень риска: «высокий» при охвате или доле означает высокий риск, а не высокое значение."
)
ABREAST = 8  # schools in one table; more go on in the next
COMMON = 7  # indicators named as common to several schools


def build_card(context: ReportContext) -> Report:
    """Indicators of one school, or of all schools side by side, without any common score; what the rules propose."""
    found = [one for one in context.findings if one.source == "card"]
    rules = {one.rule for one in found}
    own = replace(
        context,
        findings=found,
        based_on=SIGNED if context.municipal else context.card_source,
        measures=[one for one in context.measures if one.rule in rules],
        proposals=[one for one in context.proposals if one.rule in rules],
    )
    draft = Draft()
    if context.settings.basis:
        basis = plain(f"Основание: {'; '.join(context.settings.basis)}")
        draft.add("basis", "Основание", [basis, plain(PURPOSE_ALL if own.municipal else PURPOSE)])
    if own.municipal:
        _all_schools(draft, own)
    else:
        _one_school(draft, own)
    if found:
        _proposals(draft, own)
    number = len(found)
    word = f"По карте {verb(number, 'сделан', 'сделано')} {count(number, 'вывод')}"
    texts = [plain(word if number else "По карте выводов не сделано")]
    if own.municipal and number:
        texts = [
            plain(
                f"По картам школ {verb(number, 'сделан', 'сделано')} {count(number, 'вывод')}; они — в справках школ"
            ),
            plain("Меры, общие для нескольких школ, предлагается рассмотреть на заседании рабочей группы"),
        ]
    if context.readings and not own.municipal:
        texts.insert(0, plain(risk_counts(context.readings)))
    draft.add("conclusions", "Выводы", texts)
    if found and not own.municipal:
        add_rest(draft, own)
        table = findings_table(own, "findings", "Выводы по карте")
        draft.add("findings", "Выводы по карте", [], [table], appendix=True)
    return finished(draft, context, "card", "Аналитическая справка по диагностической карте")


PURPOSE = "Цель: показать условия, в которых работает школа, и показатели, которыми она управляет (п. 2.1)"
PURPOSE_ALL = "Цель: показать условия, в которых работают школы, и показатели, которыми они управляют (п. 2.1)"
JOINT_PURPOSE = (
    "сопоставить условия работы школы по диагностической карте (п. 2.1) и затруднения, о которых сообщили учителя "
    "(п. 3.9)"
)


def _one_school(draft: Draft, context: ReportContext) -> None:
    if not context.readings:
        draft.add("card", "Показатели", [plain(NOT_SIGNED)])
        return
    draft.add("main", "Главное", card_main(context.readings))
    note = "Показатели — сведения школы, подписанные руководителем; малые числа детей (1–4) не приводятся"
    table = indicators_table(context.readings, context.card_source, borders=context.card_borders)
    draft.add("card", "Показатели", [plain(note)], [table])


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
    draft.add("main", "Главное", _common_risks(signed, context.marks.common))
    tables = [
        schools_table(signed[start : start + ABREAST], "cards" if not start else f"cards-{start // ABREAST + 1}")
        for start in range(0, len(signed), ABREAST)
    ]
    texts += [plain(context.card_borders)] if context.card_borders else []
    draft.add("card", "Показатели по школам", texts, [conditions_table(signed), *tables])


def _common_risks(signed: Cards, least: int) -> list[Paragraph]:
    """Indicators whose risk is high in many schools: what schools govern first, conditions apart."""
    where: dict[str, list[str]] = {}
    titles: dict[str, tuple[str, bool]] = {}
    for label, readings in signed:
        for title, one in readings:
            titles[one.code] = title, one.context
            if one.level == "высокий":
                where.setdefault(one.code, []).append(label)
    texts: list[Paragraph] = []
    of_all = f"из{NBSP}{count(len(signed), 'школа', 'gen')}"
    for heading, context in (
        ("Высокий риск: чем школы управляют", False),
        ("Высокий риск: условия, которыми школы не управляют", True),
    ):
        found = [code for code, labels in where.items() if len(labels) >= least and titles[code][1] is context]
        found.sort(key=lambda code: -len(where[code]))
        texts.append(Paragraph(text=heading, style="subhead"))
        texts += [
            item(f"{titles[code][0]} — {_in_schools(where[code], len(signed), of_all)}", f"r-cards-{code}")
            for code in found[:COMMON]
        ] or [plain(f"Показателей, общих для {counted_words(least, 'школа', 'gen')} и более, нет")]
    return texts


def _in_schools(labels: Sequence[str], signed: int, of_all: str) -> str:
    """«во всех школах», or in how many and which."""
    if len(labels) == signed:
        return f"во{NBSP}всех школах, подписавших карту ({integer(signed)})"
    return f"в{NBSP}{integer(len(labels))} {of_all}: {join(labels)}"


def schools_table(cards: Cards, code: str = "cards") -> Table:
    """Indicator x school, value and risk level; small counts of children are words already."""
    known = {reading.code: title for _label, readings in cards for title, reading in readings}
    columns = [Column(title="Показатель", width=2.6), *(Column(title=label) for label, _readings in cards)]
    rows = []
    for indicator, title in known.items():
        cells = [words_cell(title)]
        for _label, readings in cards:
            own = next((reading for _title, reading in readings if reading.code == indicator), None)
            cells.append(_cell(own))
        rows.append(Row(key=indicator, cells=cells))
    title = "Показатели диагностических карт"
    return Table(id=code, title=title, columns=columns, rows=rows, source=SIGNED, notes=[RISK_NOTE], wide=True)


def _cell(reading: Reading | None) -> Cell:
    if reading is None:
        return words_cell("нет карты", hidden=True)
    joint = f"; {reading.level}" if reading.printed.endswith(")") else f" ({reading.level})"
    words = reading.printed + joint if reading.level else reading.printed
    return Cell(value=words, printed=words)


def _proposals(draft: Draft, context: ReportContext) -> None:
    """A school's measures in full; of many schools one row a step, with the schools that it is for."""
    if not context.municipal:
        add_measures(draft, context)
        return
    columns = [
        Column(title="Мера", width=4.2),
        Column(title="Школы", width=2.6),
        Column(title="Пункты плана", width=0.9),
        Column(title="Ответственный", width=1.5),
        Column(title="Срок", width=2.0),
    ]
    steps = sorted(same_steps(measures_of(context), context.plural), key=lambda group: -len(group))
    rows = []
    for place, group in enumerate(steps, start=1):
        first, who = group[0], responsible_of(group, context.plural)
        labels = schools_words([one.scope_label for one in group], context.school_labels)
        numbers = first.items_words or ", ".join(in_order(first.roadmap_items))
        texts = [first.recommendation, labels, numbers, who]
        rows.append(Row(key=str(place), cells=[words_cell(text) for text in (*texts, first.deadline)]))
    accepted = bool(context.measures)
    title = f"Меры по показателям карт и школы, {'для которых они приняты' if accepted else 'которым они предложены'}"
    table = Table(id="measures", title=title, columns=columns, rows=rows, source=SIGNED, wide=True)
    source = "приняты по предложениям правил" if accepted else "предложены правилами"
    text = f"Меры {source} по показателям подписанных карт; показатели и сроки — в справках школ"
    draft.add("measures", "Предложения по показателям карт", [plain(text)], [table])


NOT_COMPARED = "Карта с ответами учителей не сопоставлялась: выводы по ответам не делаются"


def build_joint(context: ReportContext) -> Report:
    """The справка of the wave with the card, and where card and teachers disagree."""
    report = build_report(replace(context, settings=replace(context.settings, purpose=JOINT_PURPOSE)))
    draft = Draft(list(report.sections), list(report.tables), list(report.figures))
    texts = [plain("Расхождений между картой и ответами учителей не найдено")]
    tables = []
    if not concludes(context.group):
        texts = [plain(NOT_COMPARED)]
    elif context.perceptions:
        many = counted_words(len(context.perceptions), "тема", "pre")
        texts = [
            plain(f"Карта и ответы учителей расходятся в {many}: это повод для беседы, а не вывод о том, кто прав")
        ]
        tables = [perceptions_table(context.perceptions, context.source)]
    if not context.readings:
        texts, tables = [plain(NOT_SIGNED)], []
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
        "tables": in_order_of_sections(draft),
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
