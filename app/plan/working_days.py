"""Days off that a decree of the government moves each year: the department enters them, every count of days reads."""

import datetime as dt

from app.extensions import db
from app.models import Setting
from app.plan.once import enter
from surveys.roadmap.deadlines import Moves

SETTING = "moved_days_off"  # the days off there are by decree
FROM = "days_off_moved_from"  # the days they were taken from


def moved_days_off() -> Moves:
    """What decrees moved; holidays and week-ends are known without it."""
    return Moves(_days(SETTING), _days(FROM))


def _days(key: str) -> frozenset[dt.date]:
    kept = db.session.get(Setting, key)
    return frozenset(dt.date.fromisoformat(day) for day in kept.value) if kept else frozenset()


def days_off_version() -> int:
    """How often the days off were changed."""
    return db.session.scalar(db.select(Setting.version).where(Setting.key == SETTING)) or 0


def store_days_off(moved: Moves, version: int) -> bool:
    """Keep these days instead of those of ``version``; False, and nothing kept, where they changed since.

    The caller commits.
    """
    known = db.update(Setting).where(Setting.key == SETTING, Setting.version == version)
    kept = db.session.execute(known.values(value=_told(moved.to), version=version + 1))
    if not kept.rowcount:  # type: ignore[attr-defined]
        if version or not enter(Setting(key=SETTING, value=_told(moved.to), version=1)):
            return False
    db.session.merge(Setting(key=FROM, value=_told(moved.from_)))  # written only by whoever holds the row above
    return True


def _told(days: frozenset[dt.date]) -> list[str]:
    return sorted(day.isoformat() for day in days)
