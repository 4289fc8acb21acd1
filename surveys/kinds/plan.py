"""«Дорожная карта по устранению профессиональных дефицитов»: the order's form with ground, indicator and marks."""

from collections.abc import Sequence

from surveys.disclosure.released import ScaleFigures
from surveys.findings.finding import Finding
from surveys.findings.origins import AGGREGATES, measure_grounds
from surveys.kinds.parts import Draft, finished
from surveys.printing import count_words
from surveys.report.context import ReportContext
from surveys.report.document import Column, MeasureText, Report, Row, Table
from surveys.report.grounds import joined_findings
from surveys.report.measures import count_steps, merge_measures, responsible_of, same_steps
from surveys.report.tables import words_cell
from surveys.report.texts import STAGE_GENITIVE, plain
from surveys.russian import NBSP, count, in_order, integer, number_text, participle

# what usually proves that a result is there, by a word of the planned result; the department changes it in Word
PROOFS = (
    ("приказ", "копия приказа"),
    ("назначен", "копия приказа"),
    ("расписани", "расписание занятий"),
    ("протокол", "протокол"),
    ("заявк", "копия заявки"),
    ("программ", "утверждённая программа"),
    ("график", "утверждённый график"),
    ("план", "утверждённый план"),
    ("курс", "копии удостоверений"),
    ("обучен", "копии удостоверений"),
    ("проведено", "журнал занятий"),
    ("занятие", "список участников"),
    ("практикум", "программа и список участников"),
    ("договор", "копия договора"),
    ("акты ", "акты"),
    ("акт ", "акт"),
    ("решение", "копия решения"),
    ("положение", "утверждённое положение"),
    ("семинар", "программа и список участников"),
)
ANY_PROOF = "справка исполнителя"


def build_plan(context: ReportContext) -> Report:
    """The roadmap of accepted measures for the municipality or one school, to be approved and marked by hand."""
    draft, number = Draft(), count_steps(context.measures, context.plural)
    stage = STAGE_GENITIVE.get(context.wave.stage, context.wave.stage)
    basis = context.settings.basis
    texts = [plain(f"Основание: {'; '.join(basis)}")] if basis else []
    texts.append(plain(f"Составлена по результатам {stage} диагностики: {context.snapshot_words}"))
    if not number:
        texts.append(plain("Принятых мер нет: мероприятия вносятся после решений по выводам диагностики"))
    else:
        word = participle(number, "Включена", "Включены", "Включено")
        texts.append(plain(f"{word} {count(number, 'мера', adjective='принятый')}"))
    table = plan_table(context) if number else None
    draft.add("plan", "Мероприятия", texts, [table])
    draft.add_snapshot(context)
    title = "Дорожная карта по устранению профессиональных дефицитов"
    return finished(draft, context, "plan", title, signed_after="plan", approval=True)


def plan_table(context: ReportContext) -> Table:
    """One row a step; equal steps of several schools are one row with all its grounds."""
    columns = [
        Column(title="№", kind="integer", width=0.45),
        Column(title="Выявленный дефицит (основание)", width=2.1),
        Column(title="Мероприятие", width=2.3),
        Column(title="Пункты плана", width=1.0),
        Column(title="Участники, чел.", width=1.35),
        Column(title="Ответственный", width=1.75),
        Column(title="Срок", width=1.6),
        Column(title="Планируемый результат", width=1.65),
        Column(title="Показатель: исходное → целевое", width=2.1),
        Column(title="Форма подтверждения", width=1.75),
        Column(title="Отметка об исполнении", width=1.5),
    ]
    measures = [one for group in merge_measures(context.measures, context.plural) for one in group]
    rows = []
    for place, group in enumerate(same_steps(measures, context.plural), start=1):
        first, found = group[0], [_finding(one, context.findings) for one in group]
        texts = [
            joined_findings(group, context.group.label, context.school_labels),
            first.recommendation,
            first.items_words or ", ".join(in_order(first.roadmap_items)),
            _participants(found, context),
            responsible_of(group, context.plural),
            first.deadline,
            first.planned_result,
            _goal(found, first, context),
            proof(first.planned_result),
            "",
        ]
        cells = [words_cell(str(place)), *(words_cell(text) for text in texts)]
        cells[0] = cells[0].model_copy(update={"value": place})
        grounds = measure_grounds(group, context.findings, context.instrument, context.snapshot_words)
        rows.append(Row(key=str(place), cells=cells, grounds=grounds))
    title = "Мероприятия по устранению выявленных дефицитов"
    notes = ["Участники — число учителей со средним и высоким уровнем дефицита; число менее 5 не приводится."]
    return Table(id="plan", title=title, columns=columns, rows=rows, source=context.source, notes=notes, wide=True)


def _finding(measure: MeasureText, findings: Sequence[Finding]) -> Finding | None:
    return next((one for one in findings if (one.rule, one.finding) == (measure.rule, measure.finding)), None)


def block_of(finding: Finding | None) -> str:
    """The block that a finding is about; empty where it is about none."""
    if finding is None:
        return ""
    return next((number.row for number in finding.numbers if number.table == "blocks"), "")


def block_figures(context: ReportContext, finding: Finding | None) -> ScaleFigures | None:
    """Released figures of the finding's block in its group."""
    block = block_of(finding)
    if finding is None or not block:
        return None
    group = context.released.group(finding.scope)
    return next((one for one in group.scales if one.scale == block and not one.hidden), None)


def _participants(found: Sequence[Finding | None], context: ReportContext) -> str:
    """«11 из 26», for each group; a dash where the measure is about no block."""
    words = []
    for finding in found:
        figures = block_figures(context, finding)
        if finding is None or figures is None or figures.deficit is None:
            continue
        share = figures.deficit
        exact = share.kind == "exact" and share.count is not None
        many = (
            f"{integer(share.count or 0)} из{NBSP}{integer(figures.n)}"
            if exact
            else count_words(share, context.released.k)
        )
        words.append(f"{finding.scope_label}: {many}" if len(found) > 1 else many)
    return "; ".join(words) or "—"


def _goal(found: Sequence[Finding | None], measure: MeasureText, context: ReportContext) -> str:
    """Where it stands now, in the group itself or in each of several, and what is to be reached."""
    known = [one for one in found if one is not None]
    chosen = [one for one in known if one.scope == context.group.code] or known
    now = [(one.scope_label, words) for one in chosen if (words := _now(one, context))]
    words = "; ".join(f"{label}: {printed}" if len(now) > 1 else printed for label, printed in now)
    goal = measure.measure_of_success
    return f"{words} → {goal[:1].lower()}{goal[1:]}" if words else goal


def _now(finding: Finding, context: ReportContext) -> str:
    """«дефицит у 62 из 99 (63 %), средняя освоенность 54,6», or what the finding's own figure is."""
    own = next((number for number in finding.numbers if number.value is not None), None)
    if own is None:
        return ""
    printed, figures = own.printed, block_figures(context, finding)
    if figures is None:
        words = AGGREGATES.get(own.name, "").removesuffix(", %")
        return f"{words}: {printed}" if words else printed
    mean = f", средняя освоенность {number_text(figures.mean)}" if figures.mean is not None else ""
    return f"дефицит: {printed}{mean}"


def proof(planned_result: str) -> str:
    """The usual document that proves a result."""
    words = planned_result.lower()
    found = [form for stem, form in PROOFS if stem in words]
    return ", ".join(dict.fromkeys(found[:2])) or ANY_PROOF
