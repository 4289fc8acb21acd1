"""The appendix of a report: how the figures are made, what is hidden and why, and from which data."""

from surveys.definition.instrument import Approval, Instrument
from surveys.disclosure.released import Released
from surveys.findings.thresholds import PROPOSED, Thresholds
from surveys.printing import BAND_HIGH, BAND_LOW, COMPLEMENTARY, hidden_words
from surveys.report.document import Paragraph
from surveys.report.texts import plain, snapshot_time
from surveys.russian import count, counted_words, number_text, percent, quote


def method_texts(
    instrument: Instrument,
    k: int,
    marks: Thresholds = PROPOSED,
    marks_approved: Approval | None = None,
    *,
    high_share: float = 50.0,
) -> list[Paragraph]:
    """Method and conventions in the words of a department, with the instrument's own thresholds."""
    texts = [
        "Освоенность M — средняя самооценка по утверждениям блока в процентах от наибольшей возможной, от 0 до 100; "
        "оценки обратных утверждений обращены. Блок учителя рассчитывается, если отвечено достаточно утверждений "
        f"({_least(instrument)} из относящихся к его работе)",
        "Запрос помощи N — средняя нужда в помощи по утверждениям блока, от 0 до 100; где помощь не спрашивали, "
        "запрос равен нулю",
    ]
    if instrument.levels:
        texts.append("Уровень дефицита по M: " + _bands(instrument))
    texts.append(_approved("Границы уровней", instrument.thresholds))
    texts += [
        "Дефицит — средний и высокий уровни вместе. Системным назван дефицит, о котором известно, что он есть "
        f"не менее чем у {percent(marks.systemic)} учителей; доля считается от учителей, рассчитанных по блоку (n). "
        f"Общим для района назван системный дефицит не менее чем в {counted_words(marks.common, 'школа', 'pre')}",
        _approved("Пороги системного и общего дефицита, достаточного охвата и заметного изменения", marks_approved),
        f"Конфиденциальность: группа менее {count(k, 'учитель', 'gen')} не показывается "
        f"({quote(hidden_words('primary', k))}); чтобы скрытое нельзя было вычислить по итогам, скрывается и соседняя "
        f"группа ({quote(COMPLEMENTARY)})",
        f"Число учителей в классе печатается, если в обоих классах не менее {k}; иначе — «менее {k}» или «не менее …». "
        f"В группах менее 20 учителей доли у края печатаются как {quote(BAND_HIGH)} и {quote(BAND_LOW)}",
        "Сведения об отдельных учителях в справку не входят; свободные ответы не приводятся",
        "Анкета — самооценка: она может завышать и занижать освоенность. Совпадение показателей не означает, что один "
        "вызван другим. При 20–30 участниках доля меняется на 3–5 п. п. от ответа одного человека, поэтому изменением "
        f"названо не менее {number_text(marks.noticeable, 0)} п. п. у одних и тех же участников",
        f"Значимость вывода высокая, если затруднения не менее чем у {percent(high_share)} учителей или высок риск по "
        "показателю карты; иначе — средняя. Это не уровень дефицита, который определяется по средней освоенности M",
        "Приоритет вывода: значимость (высокая — 3, средняя — 2) × охват (от 0,5 до 1,5 по доле затронутых) × "
        "управляемость (школа — 3, район — 2, внешние условия — 1) + 2, если вывод подтверждён анкетой и картой",
    ]
    return [plain(text) for text in texts]


def _approved(what: str, approval: Approval | None) -> str:
    """«… утверждены: кем, когда», or that they are proposals."""
    if approval is None or not approval.by:
        return f"{what} — проектные: Управлением образования пока не утверждены"
    return f"{what} утверждены: {approval.by}" + (f", {approval.on}" if approval.on else "")


def snapshot_texts(released: Released, instrument: Instrument, rules_sha256: str, zone: str = "UTC") -> list[Paragraph]:
    """Everything needed to get the same figures again."""
    texts = [
        f"Этап: {released.wave}; снимок данных № {released.snapshot}, сделан {snapshot_time(released.taken_utc, zone)}",
        f"Инструмент: {instrument.code}, версия {instrument.version}, SHA-256 {released.instrument_sha256}",
        f"Порог показа группы: {count(released.k, 'ответ')}",
    ]
    if released.previous:
        number = f", снимок № {released.previous_snapshot}" if released.previous_snapshot else ""
        texts.append(f"Сравнение: с этапом {released.previous}{number}, одни и те же участники той же школы")
    if rules_sha256:
        texts.append(f"Правила выводов: SHA-256 {rules_sha256}")
    return [Paragraph(text=plain(text).text, style="note") for text in texts]


def _bands(instrument: Instrument) -> str:
    ordered = sorted(instrument.levels, key=lambda level: -level.at_least)
    parts = []
    upper: float | None = None
    for level in ordered:
        low = number_text(level.at_least, 0)
        if upper is None:
            parts.append(f"{level.label} — от {low}")
        elif level.at_least <= 0:
            parts.append(f"{level.label} — ниже {number_text(upper, 0)}")
        else:
            parts.append(f"{level.label} — от {low} до {number_text(upper, 0)} (не включая)")
        upper = level.at_least
    return "; ".join(parts)


def _least(instrument: Instrument) -> str:
    shares = sorted({100.0 * scale.min_answered for scale in instrument.scales})
    return f"не менее {percent(shares[0])}" if shares else "часть"
