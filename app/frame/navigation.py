"""The main menu by role, and the filters templates use to print dates and numbers in the language of the page."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import format_date, format_datetime
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.access import ACCESS
from app.frame.interface import page_language
from surveys.definition.languages import tag_of

# (words, endpoint); the access table decides who sees a line.
MENU = (
    (_l("Главная"), "home.index"),
    (_l("Мои анкеты"), "questionnaires.index"),
    (_l("Этапы и анализ"), "waves.index"),
    (_l("Маршруты (ИОМ)"), "individual.index"),
    (_l("Карты школ"), "cards.index"),
    (_l("Дорожная карта"), "roadmap.index"),
    (_l("Анкеты и правила"), "instruments.index"),
    (_l("Документы"), "reports.index"),
    (_l("Люди"), "people.index"),
)

LINE_OF = {"staff": "cards", "findings": "waves", "exports": "waves"}  # rooms that are entered from another one's pages

OF_NO_LINE = ("home.privacy", "home.help_page")  # pages of the footer


def menu() -> list[dict[str, Any]]:
    """Lines of the menu for the person signed in: title, endpoint, whether it is the current room."""
    if not current_user.is_authenticated:
        return []
    roles = current_user.roles
    room = (request.endpoint or "").partition(".")[0]
    room = "" if request.endpoint in OF_NO_LINE else LINE_OF.get(room, room)
    return [
        {"title": title, "endpoint": endpoint, "current": endpoint.partition(".")[0] == room}
        for title, endpoint in MENU
        if endpoint in ACCESS and roles & set(ACCESS[endpoint].roles)
    ]


def day(value: dt.date | dt.datetime | None, *, year: bool = True) -> str:
    """«20 июня 2020 г.» in the municipality's zone, held together by non-breaking spaces."""
    if value is None:
        return ""
    pattern = "d MMMM" + (" y" if year else "") + (" 'г'." if year and page_language() == "ru" else "")
    text = format_datetime(value, pattern) if isinstance(value, dt.datetime) else format_date(value, pattern)
    return text.replace(" ", "\u00a0")


def iso_day(text: str) -> str:
    """A day that an event keeps as text, in words."""
    return day(dt.date.fromisoformat(text))


def moment(value: dt.datetime | None) -> str:
    """«20 июня 2020 г., 14:32»."""
    return f"{day(value)}, {format_datetime(value, 'HH:mm')}" if value else ""


def clock(value: dt.datetime | None) -> str:
    """«14:32»."""
    return format_datetime(value, "HH:mm") if value else ""


def saved_words(value: dt.datetime | None) -> str:
    """«14:32» of today, «20 июня, 14:32» of another day."""
    if value is None:
        return ""
    today = format_datetime(dt.datetime.now(dt.UTC), "yyyy-MM-dd")
    return (
        clock(value) if format_datetime(value, "yyyy-MM-dd") == today else f"{day(value, year=False)}, {clock(value)}"
    )


def decimal(value: float | None, digits: int = 1) -> str:
    """«46,3» with the decimal comma (in English a point), half up; a dash for nothing."""
    if value is None:
        return "—"
    scaled = int(abs(value) * 10**digits + 0.5 + 1e-9)
    whole, part = divmod(scaled, 10**digits)
    mark = "," if page_language() == "ru" else "."
    sign = "−" if value < 0 and scaled else ""
    return f"{sign}{whole}" + (f"{mark}{part:0{digits}d}" if digits else "")


def weekday(value: dt.date) -> str:
    """«Вторник, 23 июня 2020 г.»"""
    word = format_date(value, "EEEE")
    return f"{word[:1].upper()}{word[1:]}, {day(value)}"


def month_word(value: dt.date) -> str:
    """«сент.», as the strip of months prints it."""
    return format_date(value, "LLL")


def shortened(text: str, most: int = 90) -> str:
    """A long text cut at a word, without the mark after that word: «Включить тему в ИОМ…»."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.(«—") + "…"


def in_order(numbers: Iterable[str]) -> list[str]:
    """Numbers of the plan as people count them: 3.8 before 3.10."""
    return sorted(numbers, key=lambda number: [int(part) for part in re.findall(r"\d+", number)])


def language_name(language: str) -> str:
    """«Русский» of «Русский (ru)»; the form's own language without a name is Russian."""
    return "Русский" if language == "ru" else language.partition(" (")[0]


FILTERS = {
    "language_name": language_name,
    "language_tag": tag_of,
    "clock": clock,
    "day": day,
    "decimal": decimal,
    "in_order": in_order,
    "iso_day": iso_day,
    "moment": moment,
    "month_word": month_word,
    "saved_words": saved_words,
    "shortened": shortened,
    "weekday": weekday,
}
