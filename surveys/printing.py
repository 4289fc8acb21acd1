"""Released figures in words and printed numbers: the one place that knows how a hidden or bounded figure reads."""

from surveys.disclosure.released import Hidden, LevelCode, Share
from surveys.russian import NBSP, count, integer, noun_form, number_text, part_of, percent, verb

LEVEL_WORDS: dict[LevelCode, str] = {
    "none": "не выявлен",
    "low": "низкий",
    "medium": "средний",
    "high": "высокий",
}
BAND_HIGH = f"80{NBSP}% и более"
BAND_LOW = f"20{NBSP}% и менее"
COMPLEMENTARY = "скрыто для защиты соседней группы"
NO_FIGURE = "не приводится"
NOT_COMPARABLE = "несопоставимо: вопросы блока изменились"
FOR_REFERENCE = 50.0  # percent answered, under which figures stand for reference only


def hidden_words(hidden: Hidden | None, k: int = 5) -> str:
    """Why a figure is not shown: «скрыто: менее 5 ответов», «скрыто для защиты соседней группы»."""
    if hidden == "complementary":
        return COMPLEMENTARY
    return f"скрыто: менее {k} {noun_form(k, 'ответ', 'gen')}"


def share_of_words(share: Share | None, k: int = 5) -> str:
    """A share as a table cell prints it: «11 из 25 (44 %)», «менее 5 из 25», «не менее 21 из 25», «80 % и более»."""
    if share is None:
        return NO_FIGURE
    if share.kind == "exact" and share.count is not None and share.n:
        return f"{integer(share.count)} из{NBSP}{integer(share.n)} ({percent(share_percent(share))})"
    total = f" из{NBSP}{integer(share.n)}" if share.n else ""
    if share.kind == "below":
        return f"менее {share.bound or k}{total}"
    if share.kind == "at_least" and share.bound is not None:
        return f"не менее {integer(share.bound)}{total}"
    return band_words(share) or hidden_words(share.hidden, k)


def count_words(share: Share | None, k: int = 5) -> str:
    """The count of a share that is not exact, in words."""
    if share is None:
        return NO_FIGURE
    if share.kind == "below":
        return f"менее {share.bound or k}"
    if share.kind == "at_least" and share.bound is not None:
        return f"не менее {integer(share.bound)}"
    return NO_FIGURE if band_words(share) else hidden_words(share.hidden, k)


def percent_words(share: Share | None, k: int = 5) -> str:
    """The percent of a share that is not exact, in words."""
    if share is None:
        return NO_FIGURE
    if band := band_words(share):
        return band
    return hidden_words(share.hidden, k) if share.kind == "hidden" else NO_FIGURE


def band_words(share: Share) -> str:
    """«80 % и более», «20 % и менее»; empty for another kind."""
    return {"band_high": BAND_HIGH, "band_low": BAND_LOW}.get(share.kind, "")


def share_percent(share: Share) -> float:
    """The percent of an exact share, unrounded."""
    if share.percent is not None:
        return share.percent
    return 100.0 * (share.count or 0) / share.n if share.n else 0.0


def share_bounds(share: Share | None) -> tuple[float, float] | None:
    """Between which percents the share is known to lie; None where nothing is known."""
    if share is None or share.kind == "hidden":
        return None
    if share.kind == "exact":
        value = share_percent(share)
        return value, value
    if share.kind == "band_high":
        return 80.0, 100.0
    if share.kind == "band_low":
        return 0.0, 20.0
    if not share.n or share.bound is None:
        return None
    if share.kind == "at_least":
        return 100.0 * share.bound / share.n, 100.0
    return 0.0, 100.0 * (share.bound - 1) / share.n


def reported_words(share: Share | None) -> str | None:
    """Verb and subject: «сообщили 11 из 25 учителей (44 %)», «сообщил 21 из 25 …», «сообщили 80 % и более учителей»."""
    if share is None:
        return None
    if share.kind == "exact" and share.count is not None and share.n:
        who = part_of(share.count, share.n, "учитель")
        return f"{verb(share.count, 'сообщил', 'сообщили')} {who} ({percent(share_percent(share))})"
    if share.kind == "at_least" and share.bound is not None and share.n:
        return f"сообщили не менее {part_of(share.bound, share.n, 'учитель')}"
    if share.kind == "below" and share.n:
        return f"сообщили менее {share.bound or 5} из{NBSP}{count(share.n, 'учитель', 'gen')}"
    if band := band_words(share):
        return f"сообщили {band} учителей"
    return None


def at_whom_words(share: Share | None) -> str | None:
    """«у 11 из 25 учителей (44 %)», «не менее чем у 21 из 25 учителей», «у 80 % и более учителей»."""
    if share is None:
        return None
    if share.kind == "exact" and share.count is not None and share.n:
        return f"у{NBSP}{part_of(share.count, share.n, 'учитель')} ({percent(share_percent(share))})"
    if share.kind == "at_least" and share.bound is not None and share.n:
        return f"не менее чем у{NBSP}{part_of(share.bound, share.n, 'учитель')}"
    if share.kind == "below" and share.n:
        return f"менее чем у{NBSP}{integer(share.bound or 5)} из{NBSP}{count(share.n, 'учитель', 'gen')}"
    if band := band_words(share):
        return f"у{NBSP}{band} учителей"
    return None


def mean_text(value: float | None) -> str:
    """A mean of 0-100 with one decimal; «—» where there is none."""
    return "—" if value is None else number_text(value, 1)
