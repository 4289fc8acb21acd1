"""Sentences of a report, made from released figures by rules in official Russian.

Verbs are careful: teachers «сообщили о затруднениях»; nothing is said to be caused by anything.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from surveys.definition import Instrument
from surveys.document import MeasureText, Paragraph
from surveys.printing import LEVEL_WORDS, at_whom_words, hidden_words, share_bounds
from surveys.released import Change, GroupFigures, Released, ScaleFigures
from surveys.report_tables import ENOUGH
from surveys.russian import (
    NBSP,
    count,
    counted_words,
    date_long,
    date_short,
    integer,
    items_text,
    join,
    number_text,
    part_of,
    percent,
    period,
    quote,
    sentence,
    tie,
    verb,
)

SYSTEM = 30.0  # percent of teachers with a deficit, from which it is called systemic (a setting of the rules)
STRONG = 3
MOST_DEFICITS = 5
LEAST_DEFICITS = 3
MOST_MEASURES = 7
NOTICEABLE = 10.0  # change of M, percentage points, from which «изменилась» may be said
COMMON = 3  # schools with the same deficit, from which it is common
STAGE_GENITIVE = {"входная": "входной", "промежуточная": "промежуточной", "выходная": "выходной"}


def plain(text: str) -> Paragraph:
    """A computed paragraph with its spaces tied."""
    return Paragraph(text=tie(sentence(text)))


def item(text: str) -> Paragraph:
    """One entry of a list."""
    return Paragraph(text=tie(sentence(text)), style="item")


def took_part(group: GroupFigures) -> str:
    """«В анкетировании приняли участие 25 из 27 учителей (92,6 %)»."""
    if not group.population:
        return f"В анкетировании {verb(group.n, 'принял', 'приняли')} участие {count(group.n, 'учитель')}"
    if group.n == 0:
        return f"В анкетировании не участвовал никто из {count(group.population, 'учитель', 'gen')}"
    who = part_of(group.n, group.population, "учитель")
    rate = 100.0 * (group.rate if group.rate is not None else group.n / group.population)
    return f"В анкетировании {verb(group.n, 'принял', 'приняли')} участие {who} ({percent(rate, 1)})"


def coverage_warning(group: GroupFigures, k: int) -> str:
    """What is said first when too few answered; empty when enough did."""
    if group.hidden == "primary":
        return (
            f"Анкету заполнили менее {count(k, 'учитель', 'gen')}: по правилам конфиденциальности результаты не "
            "приводятся, выводы не делаются"
        )
    if group.hidden:
        return f"Результаты {hidden_words(group.hidden, k)}; выводы не делаются"
    if group.rate is not None and 100.0 * group.rate < ENOUGH:
        return (
            f"Выводы предварительные: охват ниже {percent(ENOUGH)} "
            f"({part_of(group.n, group.population, 'учитель')}, {percent(100.0 * group.rate, 1)})"
        )
    return ""


def coverage_texts(released: Released, group: GroupFigures) -> list[Paragraph]:
    """Coverage and its limits: the warning first."""
    warning = coverage_warning(group, released.k)
    texts = [plain(warning or took_part(group))]
    if group.code == released.municipality.code:
        low = [one for one in released.schools if one.rate is not None and 100.0 * one.rate < ENOUGH]
        if low:
            where = counted_words(len(low), "школа", "pre")
            texts.append(plain(f"В {where} охват ниже {percent(ENOUGH)}: {join([one.label for one in low])}"))
        masked = [one for one in released.schools if one.hidden]
        if masked:
            by = counted_words(len(masked), "школа", "dat")
            texts.append(plain(f"По {by} результаты не приводятся: {join([one.label for one in masked])}"))
    texts.append(
        plain(
            "Анкета — самооценка: она показывает, о каких затруднениях сообщили сами учителя, и не является проверкой "
            "знаний или оценкой работы; для аттестации и оплаты труда её результаты не используются"
        )
    )
    if flagged := _flagged(group):
        texts.append(plain(flagged))
    return texts


def _flagged(group: GroupFigures) -> str:
    share = group.flagged
    if share is None or share.kind == "hidden":
        return ""
    if share.kind == "exact" and share.count == 0:
        return "Анкет с признаками невнимательного заполнения нет"
    if share.kind == "exact" and share.count is not None and share.n:
        many = part_of(share.count, share.n, "анкета")
        text = f"Признаки невнимательного заполнения есть в {many}; из расчёта они не исключены"
    else:
        text = f"Признаки невнимательного заполнения есть менее чем в {share.bound or 5} анкетах"
        if share.kind != "below":
            return ""
    tails = {"same": "; без них уровни по блокам те же", "changes": "; без них уровень части блоков меняется"}
    return text + tails.get(group.sensitivity or "", "")


def strengths(group: GroupFigures, instrument: Instrument) -> list[Paragraph]:
    """The three blocks with the highest mean among those of a low level and without a systemic deficit."""
    shown = [
        one
        for one in group.scales
        if one.mean is not None and one.level in ("none", "low") and not one.hidden and _proven_share(one) < SYSTEM
    ]
    shown.sort(key=lambda one: -(one.mean or 0.0))
    titles = {scale.name: scale.label for scale in instrument.scales}
    return [
        item(
            f"{quote(titles.get(one.scale, one.scale))}: средняя освоенность {number_text(one.mean or 0.0)} из 100, "
            + ("дефицит не выявлен" if one.level == "none" else f"уровень дефицита {_level(one)}")
        )
        for one in shown[:STRONG]
    ]


def deficits(group: GroupFigures, instrument: Instrument) -> list[Paragraph]:
    """Three to five blocks where most teachers reported difficulties, systemic ones first."""
    shown = [one for one in group.scales if not one.hidden and one.mean is not None]
    shown.sort(key=lambda one: (-_proven_share(one), one.mean or 0.0))
    strong = [one for one in shown if _proven_share(one) >= SYSTEM or one.level in ("medium", "high")]
    chosen = (strong or shown)[:MOST_DEFICITS]
    for one in shown:
        if len(chosen) >= LEAST_DEFICITS:
            break
        if one not in chosen and one.level != "none":
            chosen.append(one)
    titles = {scale.name: scale.label for scale in instrument.scales}
    return [item(_deficit_text(one, titles.get(one.scale, one.scale))) for one in chosen if one.level != "none"]


def _deficit_text(one: ScaleFigures, title: str) -> str:
    who = at_whom_words(one.deficit)
    means = f"средняя освоенность {number_text(one.mean or 0.0)}"
    if one.need is not None:
        means += f", запрос помощи {number_text(one.need)} из 100"
    if who and _proven_share(one) >= SYSTEM:
        return f"Системный дефицит выявлен по блоку {quote(title)}: {who} уровень средний или высокий; {means}"
    if who:
        return f"По блоку {quote(title)} средний или высокий уровень дефицита — {who}; {means}"
    return f"По блоку {quote(title)} доля учителей с дефицитом не приводится; {means}, уровень {_level(one)}"


def main_measures(measures: Sequence[MeasureText], own_label: str) -> list[Paragraph]:
    """Accepted measures for the main page, at most seven: their first steps, whole in the table of measures.

    Groups other than ``own_label`` are named, where a report joins measures of several schools.
    """
    texts = []
    for group in merge_measures(measures)[:MOST_MEASURES]:
        labels = list(dict.fromkeys(one.scope_label for one in group if one.scope_label not in ("", own_label)))
        whom = f"; {join(labels)}" if labels else ""
        texts.append(item(f"{_leads(group)} ({items_text(_items(group))}; отв.: {group[0].responsible}{whom})"))
    return texts


def merge_measures(measures: Sequence[MeasureText]) -> list[list[MeasureText]]:
    """Measures of one responsible under the same first roadmap item, the most pressing group first."""
    merged: dict[tuple[str, str], list[MeasureText]] = {}
    for measure in sorted(measures, key=lambda one: -one.priority):
        lead = measure.roadmap_items[0] if measure.roadmap_items else ""
        merged.setdefault((measure.responsible, lead), []).append(measure)
    return list(merged.values())


def _items(group: Sequence[MeasureText]) -> list[str]:
    return list(dict.fromkeys(number for measure in group for number in measure.roadmap_items))


def _leads(group: Sequence[MeasureText]) -> str:
    """The first clause of every measure, joined."""
    firsts = [re.split(r"[;.]\s", measure.recommendation, maxsplit=1)[0].rstrip(".; ") for measure in group]
    leads = list(dict.fromkeys(firsts))
    return "; ".join(text if place == 0 else text[:1].lower() + text[1:] for place, text in enumerate(leads))


def block_texts(group: GroupFigures, instrument: Instrument) -> list[Paragraph]:
    """How many blocks are systemic, where help is wanted most."""
    shown = [one for one in group.scales if not one.hidden and one.mean is not None]
    if not shown:
        return []
    systemic = [one for one in shown if _proven_share(one) >= SYSTEM]
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    if systemic:
        total = count(len(instrument.scales), "блок", "gen")
        text = f"Системный дефицит (не менее {percent(SYSTEM)} учителей со средним и высоким уровнем) выявлен "
        text += f"по {integer(len(systemic))} из{NBSP}{total}"
    else:
        text = f"Системного дефицита (не менее {percent(SYSTEM)} учителей со средним и высоким уровнем) не выявлено"
    texts = [plain(text)]
    needing = [one for one in shown if one.need is not None]
    if needing:
        top = max(needing, key=lambda one: one.need or 0.0)
        texts.append(
            plain(
                f"Помощь чаще запрашивают по блоку {titles.get(top.scale, top.scale)}: средний запрос "
                f"{number_text(top.need or 0.0)} из 100"
            )
        )
    silent = len(group.scales) - len(shown)
    if silent:
        texts.append(plain(f"По {counted_words(silent, 'блок', 'dat')} показатели не приводятся: они скрыты"))
    return texts


def school_texts(released: Released, instrument: Instrument) -> list[Paragraph]:
    """Deficits common to three schools and more, those of single schools, and schools that could share experience."""
    shown = [school for school in released.schools if not school.hidden]
    common: list[Paragraph] = []
    single: dict[str, list[str]] = {}
    for scale in instrument.scales:
        systemic = [one.label for one in shown if _has(one, scale.name, systemic=True)]
        able = [one.label for one in shown if _has(one, scale.name, systemic=False)]
        if len(systemic) >= COMMON:
            text = f"{quote(scale.label)}: {join(systemic)}"
            common.append(item(text + (f"; поделиться опытом могут: {join(able)}" if able else "")))
            continue
        for label in systemic:
            single.setdefault(label, []).append(quote(scale.label))
    least = counted_words(COMMON, "школа", "pre")
    if not common and not single:
        return [plain("Ни в одной из показанных школ системного дефицита не выявлено")]
    texts = [plain(f"Общие дефициты (в {least} и более), для районных методических объединений (РМО):"), *common]
    if not common:
        texts = [plain(f"Общих дефицитов (в {least} и более) не выявлено")]
    if single:
        texts.append(plain("Дефициты отдельных школ, для адресной помощи:"))
        texts += [item(f"{label} — {', '.join(blocks)}") for label, blocks in single.items()]
    return texts


def _has(school: GroupFigures, scale: str, *, systemic: bool) -> bool:
    """Has the school a systemic deficit in the block; or (``systemic`` False) none at all?"""
    figures = next((one for one in school.scales if one.scale == scale and not one.hidden), None)
    if figures is None:
        return False
    return _proven_share(figures) >= SYSTEM if systemic else figures.level == "none"


def change_texts(changes: Sequence[Change], instrument: Instrument) -> list[Paragraph]:
    """What changed in the same persons; under ten points nothing is said to have changed."""
    shown = [one for one in changes if one.change is not None and not one.hidden]
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    up = [one for one in shown if (one.change or 0.0) >= NOTICEABLE]
    down = [one for one in shown if (one.change or 0.0) <= -NOTICEABLE]
    texts = []
    for found, word in ((up, "выше"), (down, "ниже")):
        parts = [
            f"{titles.get(one.scale, one.scale)} (на {number_text(abs(one.change or 0.0))} п. п.)" for one in found
        ]
        if parts:
            texts.append(plain(f"У одних и тех же участников освоенность {word}, чем на прошлом этапе: {join(parts)}"))
    if shown and not texts:
        texts.append(plain(f"Заметных изменений ({integer(int(NOTICEABLE))} п. п. и более) по блокам нет"))
    texts.append(plain("Изменение совпадает по времени с проведёнными мерами; их действие этим сравнением не доказано"))
    return texts


def measured_words(first: date, last: date) -> str:
    """«с 1 по 20 июня 2020 г.»."""
    return period(first, last)


def snapshot_time(taken_utc: str) -> str:
    """«22.06.2020, 06:40 (UTC)»; the text itself where it is no ISO time."""
    try:
        moment = datetime.fromisoformat(taken_utc.replace("Z", "+00:00"))
    except ValueError:
        return taken_utc
    return f"{date_short(moment.date())}, {moment:%H:%M} (UTC)"


def day_words(iso: str) -> str:
    """An ISO date as «20 июня 2020 г.»; empty for an empty one."""
    return date_long(date.fromisoformat(iso)) if iso else ""


def _level(one: ScaleFigures) -> str:
    return LEVEL_WORDS[one.level] if one.level else "не определён"


def _proven_share(one: ScaleFigures) -> float:
    bounds = share_bounds(one.deficit)
    return bounds[0] if bounds else 0.0
