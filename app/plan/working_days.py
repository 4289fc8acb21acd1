"""Days off that a decree of the government moves each year: the department enters them, every count of days reads."""

import datetime as dt

from app.extensions import db
from app.models import Setting
from surveys.roadmap.deadlines import Moves

SETTING = "moved_days_off"  # the days off there are by decree
FROM = "days_off_moved_from"  # the days they were taken from


def moved_days_off() -> Moves:
    """What decrees moved; holidays and week-ends are known without it."""
    return Moves(_days(SETTING), _days(FROM))


def _days(key: str) -> frozenset[dt.date]:
    kept = db.session.get(Setting, key)
    return frozenset(dt.date.fromisoformat(day) for day in kept.value) if kept else frozenset()


def store_days_off(moved: Moves) -> None:
    """Keep these days instead of those before; the caller commits."""
    for key, days in ((SETTING, moved.to), (FROM, moved.from_)):
        db.session.merge(Setting(key=key, value=sorted(day.isoformat() for day in days)))
