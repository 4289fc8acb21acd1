"""Days off that a decree of the government moves each year: the department enters them, every count of days reads."""

import datetime as dt
from collections.abc import Iterable

from app.extensions import db
from app.models import Setting

SETTING = "moved_days_off"


def moved_days_off() -> frozenset[dt.date]:
    """Days that a decree made days off; holidays and week-ends are known without it."""
    kept = db.session.get(Setting, SETTING)
    return frozenset(dt.date.fromisoformat(day) for day in kept.value) if kept else frozenset()


def store_days_off(days: Iterable[dt.date]) -> None:
    """Keep these days instead of those before; the caller commits."""
    db.session.merge(Setting(key=SETTING, value=sorted({day.isoformat() for day in days})))
