"""Sentences of a report, made from released figures by rules in official Russian.

Verbs are careful: teachers «сообщили о затруднениях»; nothing is said to be caused by anything.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Change, GroupFigures, Released, ScaleFigures, Share
from surveys.findings.thresholds import PROPOSED, Thresholds
from surveys.printing import FOR_REFERENCE, LEVEL_WORDS, at_whom_words, hidden_words, share_bounds
from surveys.report.document import Paragraph
from surveys.russian import (
    NBSP,
    count,
    counted_words,
    date_long,
    date_short,
    integer,
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

STRONG = 3
LISTED = "Системный дефицит выявлен по блокам (приведено число учителей, у которых уровень средний или высокий):"
MOST_DEFICITS = 5
LEAST_DEFICITS = 3
STAGE_GENITIVE = {"входная": "входной", "промежуточная": "промежуточной", "выходная": "выходной"}


def plain(text: str, see: str = "") -> Paragraph:
    """A computed paragraph with its spaces tied; ``see`` is the anchor of its figures."""
    return Paragraph(text=tie(sentence(text)), see=see)


def item(text: str, see: str = "") -> Paragraph:
    """One entry of a list; ``see`` is the anchor of its figures."""
    return Paragraph(text=tie(sentence(text)), style="item", see=see)


def took_part(group: GroupFigures) -> str:
    """«В анкетировании приняли участие 25 из 27 учителей (92,6 %)»."""
    if not group.population:
        return f"В анкетировании {verb(group.n, 'принял', 'приняли')} участие {count(group.n, 'учитель')}"
    if group.n == 0:
        return f"В анкетировании не участвовал никто из {count(group.population, 'учитель', 'gen')}"
    if group.n == group.population and group.n > 1:
        return f"В анкетировании приняли участие все учителя, показатели приведены по всем {integer(group.n)}"
    who = part_of(group.n, group.population, "учитель")
    rate = 100.0 * (group.rate if group.rate is not None else group.n / group.population)
    return f"В анкетировании {verb(group.n, 'принял', 'приняли')} участие {who} ({percent(rate, 1)})"


def coverage_warning(group: GroupFigures, k: int, marks: Thresholds = PROPOSED) -> str:
    """What is said first when too few answered; empty when enough did."""
    if group.hidden == "primary":
        return (
            f"Анкету заполнили менее {count(k, 'учитель', 'gen')}: по правилам конфиденциальности результаты не "
            "приводятся, выводы не делаются"
        )
    if group.hidden:
        return f"Результаты не приводятся ({hidden_words(group.hidden, k)}); выводы не делаются"
    if group.rate is not None and 100.0 * group.rate < FOR_REFERENCE:
        return (
            f"Числа приведены для сведения, выводы не делаются: охват ниже {percent(FOR_REFERENCE)} "
            f"({part_of(group.n, group.population, 'учитель')}, {percent(100.0 * group.rate, 1)})"
        )
    if group.rate is not None and 100.0 * group.rate < marks.enough:
        return (
            f"Выводы предварительные: охват ниже {percent(marks.enough)} "
            f"({part_of(group.n, group.population, 'учитель')}, {percent(100.0 * group.rate, 1)})"
        )
    return ""


def concludes(group: GroupFigures) -> bool:
    """Whether conclusions are drawn at all: not about a hidden group, nor where fewer than half answered."""
    return not group.hidden and (group.rate is None or 100.0 * group.rate >= FOR_REFERENCE)


def coverage_texts(released: Released, group: GroupFigures, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """Coverage and its limits: the warning first."""
    warning = coverage_warning(group, released.k, marks)
    texts = [plain(warning or took_part(group), f"r-coverage-{group.code}")]
    if group.code == released.municipality.code:
        low = [one for one in released.schools if one.rate is not None and 100.0 * one.rate < marks.enough]
        if low:
            where = counted_words(len(low), "школа", "pre")
            texts.append(
                plain(f"В {where} охват ниже {percent(marks.enough)}: {join([one.label for one in low])}", "t-coverage")
            )
        masked = [one for one in released.schools if one.hidden]
        if masked:
            by = counted_words(len(masked), "школа", "dat")
            texts.append(
                plain(f"По {by} результаты не приводятся: {join([one.label for one in masked])}", "t-coverage")
            )
    texts.append(
        plain(
            "Анкета — самооценка: она показывает, о каких затруднениях сообщили сами учителя, и не является проверкой "
            "знаний или оценкой работы; для аттестации и оплаты труда её результаты не используются"
        )
    )
    if flagged := flagged_words(group):
        texts.append(plain(flagged, "s-snapshot"))
    return texts


def flagged_words(group: GroupFigures) -> str:
    """How many forms show a sign of careless filling, and whether the level changes without them; empty if untold.

    A soft sign is a sentence of its own.
    """
    return ". ".join(filter(None, [_flagged(group), _soft(group.soft)]))


def _soft(share: Share | None) -> str:
    words = "Мягкий признак (быстрые ответы) без других признаков есть"
    if share is not None and share.kind == "exact" and share.count is not None and share.n:
        return f"{words} в {part_of(share.count, share.n, 'анкета')}; помеченными эти анкеты не считаются"
    return f"{words} менее чем в {share.bound} анкетах" if share is not None and share.kind == "below" else ""


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
    tails = {"same": "; без них уровень не меняется", "changes": "; без них уровень по части блоков меняется"}
    return text + tails.get(group.sensitivity or "", "")


def strengths(group: GroupFigures, instrument: Instrument, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """Up to three blocks of a low level where the deficit is known not to be systemic, the highest mean first.

    Where there are fewer, statements rated highest make up the number, if statements are released; and the text says
    why no more blocks are named.
    """
    titles = {scale.name: scale.label for scale in instrument.scales}
    texts = [
        item(_strength_text(one, titles.get(one.scale, one.scale)), f"r-blocks-{one.scale}")
        for one in strong_blocks(group, marks)
    ]
    if len(texts) < STRONG:
        texts += _strong_statements(group, instrument)[: STRONG - len(texts)]
    if texts and len(texts) < STRONG:
        reason = "дефицит по ним системный либо его доля не приводится"
        texts.append(plain(f"Остальные блоки к сильным сторонам не отнесены: {reason}"))
    return texts


def strong_blocks(group: GroupFigures, marks: Thresholds = PROPOSED) -> list[ScaleFigures]:
    """At most three blocks of a low level where the deficit is known not to be systemic, the highest mean first."""
    shown = [one for one in group.scales if one.level in ("none", "low") and _known_share(one) < marks.systemic]
    shown = [one for one in shown if one.mean is not None and not one.hidden]
    return sorted(shown, key=lambda one: -(one.mean or 0.0))[:STRONG]


def _strength_text(one: ScaleFigures, title: str) -> str:
    level = "дефицит не выявлен" if one.level == "none" else f"уровень дефицита {_level(one)}"
    return f"{quote(title)}: средняя освоенность {number_text(one.mean or 0.0)} из{NBSP}100, {level} {_n(one.n)}"


def _n(n: int) -> str:
    return f"(n{NBSP}={NBSP}{integer(n)})"


def _strong_statements(group: GroupFigures, instrument: Instrument) -> list[Paragraph]:
    known = {one.name: one for one in instrument.items if one.scale and not one.reverse and not one.need_of}
    shown = [one for one in group.items if one.mean_adjusted is not None and one.item in known]
    shown.sort(key=lambda one: (-(one.mean_adjusted or 0.0), one.item))
    return [
        item(
            f"выше других оценено утверждение {quote(known[one.item].label)}: в среднем "
            f"{number_text(one.mean_adjusted or 0.0)} из{NBSP}4 {_n(one.n)}"
        )
        for one in shown
    ]


def deficits(group: GroupFigures, instrument: Instrument, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """Three to five blocks where most teachers reported difficulties, systemic ones first."""
    shown = [one for one in group.scales if not one.hidden and one.mean is not None]
    shown.sort(key=lambda one: (-_proven_share(one), one.mean or 0.0))
    strong = [one for one in shown if is_systemic_block(one, marks) or one.level in ("medium", "high")]
    chosen = (strong or shown)[:MOST_DEFICITS]
    for one in shown:
        if len(chosen) >= LEAST_DEFICITS:
            break
        if one not in chosen and one.level != "none":
            chosen.append(one)
    titles = {scale.name: scale.label for scale in instrument.scales}
    named = [one for one in chosen if one.level != "none"]
    listed = sum(1 for one in named if _is_told_systemic(one, marks)) > 1
    texts = [plain(LISTED)] if listed else []
    for one in named:
        words = _deficit_text(one, titles.get(one.scale, one.scale), marks, listed=listed)
        texts.append(item(words, f"r-blocks-{one.scale}"))
    return texts


def _is_told_systemic(one: ScaleFigures, marks: Thresholds) -> bool:
    return at_whom_words(one.deficit) is not None and is_systemic_block(one, marks)


def _deficit_text(one: ScaleFigures, title: str, marks: Thresholds, *, listed: bool) -> str:
    """A sentence of its own, or an entry of the list of systemic deficits, where only what differs is said."""
    who = at_whom_words(one.deficit)
    means = f"средняя освоенность {number_text(one.mean or 0.0)}"
    if one.need is not None:
        means += f", запрос помощи {number_text(one.need)} из{NBSP}100"
        means += f" {_n(one.need_n)}" if one.need_n is not None and one.need_n != one.n else ""
    if who and is_systemic_block(one, marks):
        if listed:
            return f"{quote(title)} — {who}; {means}"
        return f"Системный дефицит выявлен по блоку {quote(title)}: {who} уровень средний или высокий; {means}"
    if who:
        return f"По блоку {quote(title)} средний или высокий уровень дефицита — {who}; {means}"
    return (
        f"По блоку {quote(title)} доля учителей с дефицитом не приводится; {means}, уровень {_level(one)} {_n(one.n)}"
    )


def block_texts(group: GroupFigures, instrument: Instrument, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """How many blocks are systemic, where help is wanted most."""
    shown = [one for one in group.scales if not one.hidden and one.mean is not None]
    if not shown:
        return []
    systemic = [one for one in shown if is_systemic_block(one, marks)]
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    if systemic:
        total = count(len(instrument.scales), "блок", "gen")
        text = f"Системный дефицит (не менее {percent(marks.systemic)} учителей со средним и высоким уровнем) выявлен "
        text += f"по {integer(len(systemic))} из{NBSP}{total}"
    else:
        least = percent(marks.systemic)
        text = f"Системного дефицита (не менее {least} учителей со средним и высоким уровнем) не выявлено"
    texts = [plain(text, "t-blocks")]
    beside = [titles.get(one.scale, one.scale) for one in systemic if one.level in ("none", "low")]
    if beside:
        by = "блоку" if len(beside) == 1 else "блокам"
        texts.append(
            plain(
                f"По {by} {join(beside)} средняя освоенность соответствует уровню «низкий» или «не выявлен», но у "
                f"{percent(marks.systemic)} учителей и более уровень средний или высокий: затруднения есть у части "
                "коллектива",
                "t-blocks",
            )
        )
    needing = [one for one in shown if one.need is not None]
    if needing:
        top = max(needing, key=lambda one: one.need or 0.0)
        texts.append(
            plain(
                f"Больше всего помощи запрашивают по блоку {titles.get(top.scale, top.scale)}: средний запрос "
                f"{number_text(top.need or 0.0)} из{NBSP}100 {_n(top.need_n or top.n)}",
                f"r-blocks-{top.scale}",
            )
        )
    silent = len(group.scales) - len(shown)
    if silent:
        texts.append(plain(f"По {counted_words(silent, 'блок', 'dat')} показатели не приводятся: они скрыты"))
    return texts


def school_texts(released: Released, instrument: Instrument, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """Deficits common to three schools and more, those of single schools, and schools that could share experience."""
    shown = [school for school in released.schools if not school.hidden]
    common: list[Paragraph] = []
    single: dict[str, list[str]] = {}
    for scale in instrument.scales:
        systemic = [one.label for one in shown if is_systemic(one, scale.name, marks)]
        able = [one.label for one in shown if _has_none(one, scale.name)]
        if len(systemic) >= marks.common:
            text = f"{quote(scale.label)}: {join(systemic)}"
            share = f"; поделиться опытом могут: {join(able)}" if able else ""
            common.append(item(text + share, "t-schools-share"))
            continue
        for label in systemic:
            single.setdefault(label, []).append(quote(scale.label))
    least = counted_words(marks.common, "школа", "pre")
    below = [one.label for one in shown if not concludes(one)]
    aside = []
    if below:
        which = f"По школам с охватом ниже {percent(FOR_REFERENCE)} выводы не делаются: {join(below)}"
        aside = [plain(which, "t-coverage")]
    if len(below) == len(shown):
        return aside
    if not common and not single:
        return [plain("Ни в одной из школ, по которым делаются выводы, системного дефицита не выявлено"), *aside]
    texts = [plain(f"Общие дефициты (в {least} и более), для районных методических объединений (РМО):"), *common]
    if not common:
        texts = [plain(f"Общих дефицитов (в {least} и более) не выявлено")]
    if single:
        texts.append(plain("Дефициты отдельных школ, для адресной помощи:"))
        texts += [item(f"{label} — {', '.join(blocks)}", "t-schools-share") for label, blocks in single.items()]
    return texts + aside


def is_systemic(group: GroupFigures, scale: str, marks: Thresholds = PROPOSED) -> bool:
    """Whether the group's deficit in a block is known to be systemic."""
    figures = next((one for one in group.scales if one.scale == scale and not one.hidden), None)
    return figures is not None and concludes(group) and is_systemic_block(figures, marks)


def is_systemic_block(one: ScaleFigures, marks: Thresholds = PROPOSED) -> bool:
    """Whether so many are known to have a deficit in the block that it is called systemic."""
    return _proven_share(one) >= marks.systemic


def _has_none(group: GroupFigures, scale: str) -> bool:
    known = any(one.scale == scale and not one.hidden and one.level == "none" for one in group.scales)
    return known and concludes(group)


def change_texts(
    changes: Sequence[Change], instrument: Instrument, marks: Thresholds = PROPOSED, *, concluding: bool = True
) -> list[Paragraph]:
    """What changed in the same persons; under the noticeable number of points nothing is said to have changed.

    Not ``concluding`` (too few answered): only that nothing is concluded.
    """
    if not concluding:
        return [plain("Изменения приведены для сведения: из-за низкого охвата выводы по ним не делаются")]
    texts = noticed_texts(changes, instrument, marks)
    if any(one.change is not None and not one.hidden for one in changes):
        caveat = "Изменение совпадает по времени с проведёнными мерами; их действие этим сравнением не доказано"
        texts.append(plain(caveat))
    return texts


def noticed_texts(changes: Sequence[Change], instrument: Instrument, marks: Thresholds = PROPOSED) -> list[Paragraph]:
    """What changed in the same persons, and of how many blocks no change may be shown."""
    shown = [one for one in changes if one.change is not None and not one.hidden]
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    up = [one for one in shown if (one.change or 0.0) >= marks.noticeable]
    down = [one for one in shown if (one.change or 0.0) <= -marks.noticeable]
    texts = []
    for found, word in ((up, "выше"), (down, "ниже")):
        parts = [
            f"{titles.get(one.scale, one.scale)} на {number_text(abs(one.change or 0.0))} п. п. {_n(one.matched or 0)}"
            for one in found
        ]
        if parts:
            texts.append(
                plain(
                    f"У одних и тех же участников освоенность {word}, чем на прошлом этапе: {join(parts)}", "t-changes"
                )
            )
    silent = sum(1 for one in changes if one.hidden)
    if shown and not texts:
        which = "по приведённым блокам" if silent else "по блокам"
        texts.append(
            plain(f"Заметных изменений ({number_text(marks.noticeable, 0)} п. п. и более) {which} нет", "t-changes")
        )
    if silent and not shown:
        texts.append(plain("Изменения не приводятся: они скрыты по правилам конфиденциальности"))
    elif silent:
        texts.append(plain(f"По {counted_words(silent, 'блок', 'dat')} изменение не приводится: оно скрыто"))
    return texts


def compared_stages(before: str, after: str) -> list[Paragraph]:
    """Which two stages are set side by side; nothing where the title of the earlier is not known."""
    return [plain(f"Сопоставлены этапы {quote(before)} и {quote(after)}")] if before else []


def measured_words(first: date, last: date) -> str:
    """«с 1 по 20 июня 2020 г.»."""
    return period(first, last)


def snapshot_time(taken_utc: str, zone: str = "UTC") -> str:
    """«22.06.2020, 09:40 (МСК)» in the municipality's zone; the text itself where it is no ISO time."""
    try:
        moment = datetime.fromisoformat(taken_utc.replace("Z", "+00:00")).astimezone(ZoneInfo(zone))
    except ValueError:
        return taken_utc
    return f"{date_short(moment.date())}, {moment:%H:%M} ({_zone_words(moment, zone)})"


def _zone_words(moment: datetime, zone: str) -> str:
    """«МСК», or the distance from Greenwich: «UTC+4»."""
    if zone == "Europe/Moscow":
        return "МСК"
    hours = (moment.utcoffset() or timedelta()).total_seconds() / 3600
    return "UTC" + (f"{hours:+g}" if hours else "")


def day_words(iso: str) -> str:
    """An ISO date as «20 июня 2020 г.»; empty for an empty one."""
    return date_long(date.fromisoformat(iso)) if iso else ""


def _level(one: ScaleFigures) -> str:
    return LEVEL_WORDS[one.level] if one.level else "не определён"


def _proven_share(one: ScaleFigures) -> float:
    bounds = share_bounds(one.deficit)
    return bounds[0] if bounds else 0.0


def _known_share(one: ScaleFigures) -> float:
    """The most that the share with a deficit can be: 100 where nothing is known."""
    bounds = share_bounds(one.deficit)
    return bounds[1] if bounds else 100.0
