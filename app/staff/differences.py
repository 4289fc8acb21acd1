"""What a list would change in a person's line of the staff base, in words."""

import datetime as dt
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.frame.interface import translated
from app.frame.navigation import day
from app.models import StaffMember
from app.models.staff import AGES, CATEGORIES, EXPERIENCE, POSTS
from app.results.staff_counts import plain
from app.staff.subjects import subject_labels
from surveys.card.reading import decimal_comma

WORDS = {"post": POSTS, "category": CATEGORIES, "experience": EXPERIENCE, "age": AGES}


def changes_of(member: StaffMember, values: dict[str, Any], titles: dict[str, str]) -> list[str]:
    """«Категория: первая → высшая» for every column that the list changes.

    Args:
        titles: key of a column -> its title.
    """
    return [
        f"{titles.get(key, key)}: {words_of(key, getattr(member, key))} → {words_of(key, value)}"
        for key, value in values.items()
        if getattr(member, key) != value
    ]


def words_of(key: str, value: Any) -> str:
    """One value as the pages of the base print it."""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if value is None or value in ("", []):
        return _("пусто")
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, Decimal):
        return decimal_comma(plain(value))
    if isinstance(value, list):
        return ", ".join(subject_labels().get(code, code) for code in value)
    return str(translated(WORDS[key]).get(value, value)) if key in WORDS else str(value)
