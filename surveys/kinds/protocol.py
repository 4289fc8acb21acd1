"""Draft minutes of the working group: who came is left to be written; what was heard and decided is from the wave."""

from surveys.kinds.parts import Draft, finished
from surveys.report.context import ReportContext
from surveys.report.document import Paragraph, Report
from surveys.report.measures import in_sentence, merge_measures, responsible_of, schools_words
from surveys.report.texts import STAGE_GENITIVE, concludes, coverage_warning, deficits, plain, took_part
from surveys.russian import items_text

BLANK = "_" * 40


def _blank(text: str) -> Paragraph:
    return Paragraph(text=text)


def build_protocol(context: ReportContext) -> Report:
    """Agenda, what was heard, decisions with their responsible persons and deadlines."""
    draft, stage = Draft(), STAGE_GENITIVE.get(context.wave.stage, context.wave.stage)
    present = [
        _blank(f"Дата заседания: {BLANK}"),
        _blank(f"Председатель: {BLANK}"),
        _blank(f"Секретарь: {BLANK}"),
        _blank(f"Члены рабочей группы: {BLANK}"),
    ]
    draft.add("present", "Дата заседания, присутствовали", present)
    draft.add(
        "agenda",
        "Повестка дня",
        [
            plain(f"1. О результатах {stage} диагностики профессиональных дефицитов учителей (п. 3.9)"),
            plain("2. О мерах по устранению выявленных дефицитов"),
        ],
    )
    warning = coverage_warning(context.group, context.released.k, context.marks)
    heard = [_blank(f"Докладчик: {BLANK}"), plain(warning or took_part(context.group))]
    if concludes(context.group):
        heard += deficits(context.group, context.instrument, context.marks)
    draft.add("heard", "Слушали", heard)
    draft.add("decided", "Решили", _decisions(context))
    votes = "Голосовали: «за» — ____, «против» — ____, «воздержались» — ____"
    draft.add("votes", "Голосование", [_blank(votes), _blank(f"Председатель {BLANK}"), _blank(f"Секретарь {BLANK}")])
    draft.add_snapshot(context)
    title = "Протокол заседания муниципальной рабочей группы"
    report = finished(draft, context, "protocol", title, signed_after="votes")
    # minutes have a date and a number of their own, and are signed by chair and secretary alone
    own = {"date": "", "number": "_" * 4, "signature": None, "executor": ""}
    return report.model_copy(update={"letterhead": report.letterhead.model_copy(update=own)})


def _decisions(context: ReportContext) -> list[Paragraph]:
    """Numbered decisions; measures of one responsible under one item are one decision."""
    texts = [plain("1. Аналитическую справку принять к сведению")]
    number = 1
    for group in merge_measures(context.measures, context.plural):
        number += 1
        steps = " ".join(dict.fromkeys(one.recommendation.rstrip(".;") + "." for one in group))
        others = [one.scope_label for one in group if one.scope_label not in ("", context.group.label)]
        labels = schools_words(others, context.school_labels)
        numbers = list(dict.fromkeys(name for one in group for name in one.roadmap_items))
        of_plans = "; ".join(dict.fromkeys(one.items_words for one in group if one.items_words))
        items = f"пункты планов: {of_plans}" if of_plans else f"{items_text(numbers)} плана"
        deadlines = list(dict.fromkeys(one.deadline for one in group))
        where = f" Школы: {labels.removesuffix(' школы')}." if labels else ""
        whose = responsible_of(group, context.plural)
        word = "Ответственные" if _several(whose) else "Ответственный"
        who = f"{word} — {in_sentence(whose)}; срок: {'; '.join(deadlines)}"
        texts.append(plain(f"{number}. {steps}{where} {who}; {items}"))
    if number == 1:
        texts.append(plain("2. Рассмотреть предложенные меры и принять их до утверждения справки"))
    texts.append(plain(f"{len(texts) + 1}. Ход исполнения рассмотреть при мониторинге (п. 4.1)"))
    return texts


def _several(responsible: str) -> bool:
    """Whether several are named: «Руководители ОУ», «Директор и завуч», but not «Управление образования»."""
    first, *others = responsible.split()
    plural = first[-1] in "еиы" and not first.endswith("ение")
    return plural or others[:1] == ["и"] or ", " in responsible
