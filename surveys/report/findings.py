"""Tables of conclusions: measures with what they rest on, and the full list of findings."""

from collections.abc import Sequence

from surveys.findings.origins import ground_of, measure_grounds
from surveys.report.context import ReportContext
from surveys.report.document import Cell, Column, MeasureText, Row, Table
from surveys.report.grounds import joined_findings, of_group
from surveys.report.measures import responsible_of, same_steps
from surveys.report.tables import decimal, words_cell
from surveys.russian import in_order

SIGNIFICANCE = {"high": "высокая", "medium": "средняя"}  # of a finding: another thing than the level of a deficit


def measures_table(code: str, title: str, measures: Sequence[MeasureText], context: ReportContext) -> Table:
    """Finding -> measure -> roadmap item -> responsible -> deadline -> result -> success; another group is named."""
    columns = [
        Column(title="Вывод", width=2.5),
        Column(title="Мера", width=2.9),
        Column(title="Пункты плана", width=0.9),
        Column(title="Ответственный", width=1.5),
        Column(title="Срок", width=1.7),
        Column(title="Планируемый результат", width=1.7),
        Column(title="Показатель успеха", width=1.9),
    ]
    rows, own_label = [], context.group.label
    for place, group in enumerate(same_steps(measures, context.plural), start=1):
        first = group[0]
        grounds = measure_grounds(group, context.findings, context.instrument, context.snapshot_words)
        texts = [
            joined_findings(group, own_label, context.school_labels),
            first.recommendation,
            first.items_words or ", ".join(in_order(first.roadmap_items)),
            responsible_of(group, context.plural),
            first.deadline,
            first.planned_result,
            first.measure_of_success,
        ]
        rows.append(Row(key=str(place), cells=[words_cell(text) for text in texts], grounds=grounds))
    source = _source_of(context, {one.rule for one in measures})
    return Table(id=code, title=title, columns=columns, rows=rows, source=source, wide=True)


def _source_of(context: ReportContext, rules: set[str]) -> str:
    """The words under a table of conclusions: the answers, and the card where any of them rests on it."""
    cards = {one.rule for one in context.findings if one.source == "card"}
    if context.based_on or not rules & cards:
        return context.source
    return f"{context.source}; {context.card_source}"


def findings_table(context: ReportContext, code: str = "findings", title: str = "Полный перечень выводов") -> Table:
    """Every finding with its rank and rule; the group is named where there are several."""
    findings = context.findings
    several = len({finding.scope for finding in findings}) > 1
    columns = [
        Column(title="Вывод", width=5),
        Column(title="Пункты плана", width=1.2),
        Column(title="Значимость", width=1.0),
        Column(title="Приоритет", kind="decimal", width=1.1),
        Column(title="Основание", width=2.2),
    ]
    rows = []
    for finding in findings:
        sources = {"questionnaire": "анкета", "card": "карта", "dynamics": "динамика"}
        based = sources.get(finding.source, finding.source) if finding.single_source else "анкета и карта"
        level = SIGNIFICANCE[finding.level]
        text = of_group(finding.scope_label, finding.finding) if several else finding.finding
        cells = [
            words_cell(text),
            words_cell(", ".join(in_order(finding.roadmap_items))),
            Cell(value=level, printed=level, tone=finding.level),
            decimal(finding.priority),
            words_cell(f"правило {finding.rule}; {based}"),
        ]
        ground = ground_of(finding, context.instrument, context.snapshot_words)
        rows.append(Row(key=finding.id, cells=cells, grounds=[ground]))
    source = _source_of(context, {one.rule for one in findings})
    return Table(id=code, title=title, columns=columns, rows=rows, source=source, wide=True)
