"""The switch «ограничительные меры», with its history: one for all items that name them (пп. 3.11 and 3.12)."""

import datetime as dt

from app.events import record
from app.extensions import db
from app.models import RestrictionPeriod


def restricted_on(day: dt.date) -> bool:
    """Whether the measures were on that day."""
    wanted = db.select(RestrictionPeriod.id).where(
        RestrictionPeriod.begins_on <= day,
        db.or_(RestrictionPeriod.ends_on.is_(None), RestrictionPeriod.ends_on >= day),
    )
    return db.session.scalar(wanted.limit(1)) is not None


def open_period() -> RestrictionPeriod | None:
    """The period that is still on."""
    return db.session.scalar(
        db.select(RestrictionPeriod).where(RestrictionPeriod.ends_on.is_(None)).order_by(RestrictionPeriod.id.desc())
    )


def switch(on: bool, day: dt.date, basis: str = "", actor: int | None = None) -> bool:
    """Turn the measures on from ``day``, or off after ``day``; False where they are so already. The caller commits."""
    period = open_period()
    if on == (period is not None):
        return False
    if period is None:
        period = RestrictionPeriod(begins_on=day, basis=basis)
        db.session.add(period)
        db.session.flush()
    else:
        period.ends_on = max(day, period.begins_on)
    record("roadmap.restrictions", "restriction_period", period.id, new={"on": on, "day": day.isoformat()}, actor=actor)
    return True
