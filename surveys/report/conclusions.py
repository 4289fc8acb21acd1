"""«Выводы»: what the head of department reads before signing, each sentence from released figures."""

from surveys.report.card import in_list, risk_counts
from surveys.report.context import ReportContext
from surveys.report.document import Paragraph
from surveys.report.measures import count_steps
from surveys.report.texts import (
    concludes,
    coverage_warning,
    is_systemic,
    is_systemic_block,
    noticed_texts,
    plain,
    strong_blocks,
    took_part,
)
from surveys.russian import NBSP, count, counted_words, integer, join, number_text, participle, percent, quote, verb

LAST_STAGE = "выходная"


def conclusion_texts(context: ReportContext) -> list[Paragraph]:
    """Coverage, deficits by name, what is common to schools, what to rely on, change, measures, the next stage."""
    group, marks = context.group, context.marks
    texts = [plain(coverage_warning(group, context.released.k, marks) or took_part(group), f"r-coverage-{group.code}")]
    if concludes(group):
        texts += [_systemic(context), *_common(context), *_strong(context), *_changed(context)]
    texts += [*_card(context), *_measures(context)]
    if concludes(group) and context.wave.stage != LAST_STAGE:
        texts.append(plain("Повторная диагностика позволит сопоставить показатели у одних и тех же участников"))
    return texts


def _systemic(context: ReportContext) -> Paragraph:
    scales, least = context.instrument.scales, percent(context.marks.systemic)
    known = {one.scale: one for one in context.group.scales if not one.hidden and one.mean is not None}
    found = [
        scale.label for scale in scales if scale.name in known and is_systemic_block(known[scale.name], context.marks)
    ]
    of_level = f"(не менее {least} учителей со средним и высоким уровнем)"
    if not found:
        return plain(f"Системного дефицита {of_level} не выявлено", "t-blocks")
    total = count(len(scales), "блок", "gen")
    names = join([quote(label) for label in found])
    return plain(f"Системный дефицит {of_level} выявлен по {integer(len(found))} из{NBSP}{total}: {names}", "t-blocks")


def _common(context: ReportContext) -> list[Paragraph]:
    """Blocks with a systemic deficit in many schools: for the district's methodical work."""
    if not context.municipal:
        return []
    marks, shown = context.marks, [school for school in context.released.schools if not school.hidden]
    common = [
        quote(scale.label)
        for scale in context.instrument.scales
        if sum(is_systemic(school, scale.name, marks) for school in shown) >= marks.common
    ]
    if not common:
        return []
    where = counted_words(marks.common, "школа", "pre")
    blocks = "блоку" if len(common) == 1 else "блокам"
    text = f"В {where} и более системный дефицит выявлен по {blocks} {join(common)}"
    topics = "предлагается вынести их в темы районных методических объединений (РМО)"
    return [plain(f"{text}: {topics}", "t-schools-share")]


def _strong(context: ReportContext) -> list[Paragraph]:
    titles = {scale.name: quote(scale.label) for scale in context.instrument.scales}
    found = [
        f"{titles.get(one.scale, one.scale)} ({number_text(one.mean or 0.0)} из{NBSP}100)"
        for one in strong_blocks(context.group, context.marks)
    ]
    if not found:
        return []
    return [plain(f"Сильные стороны по самооценке учителей: {join(found)}", "t-blocks")]


def _changed(context: ReportContext) -> list[Paragraph]:
    own = [change for code, change in context.released.changes if code == context.group.code]
    return noticed_texts(own, context.instrument, context.marks)


def _card(context: ReportContext) -> list[Paragraph]:
    """How many indicators of the school's card are of a high risk, and which the school governs."""
    if not context.readings:
        return []
    text = f"По диагностической карте: {risk_counts(context.readings).lower()}"
    own = [title for title, one in context.readings if one.level == "высокий" and not one.context]
    if own:
        text += f". Высокий риск по тому, чем школа управляет: {'; '.join(in_list(title) for title in own)}"
    return [plain(text, "s-card")]


def _measures(context: ReportContext) -> list[Paragraph]:
    number = count_steps(context.measures, context.plural)
    if number:
        word = verb(number, "принятой мере", "принятым мерам")
        return [plain(f"Исполнение по {integer(number)} {word} рассматривается при мониторинге (п. 4.1)", "s-measures")]
    number = count_steps(context.proposals, context.plural)
    if not number:
        return []
    word = participle(number, "Предложена", "Предложены", "Предложено")
    return [
        plain(f"{word} {count(number, 'мера')}; до утверждения справки по каждой нужно принять решение", "s-measures")
    ]
