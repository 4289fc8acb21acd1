"""What begins by the clock. A task names what is due as keys; a row for each key lets it begin once, on many machines.

The worker asks every few seconds. Nothing is lost while no worker runs: a task names what is due since.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy.exc import IntegrityError

from app.database import writing
from app.extensions import db
from app.models import Timetable

Due = Iterable[tuple[str, Callable[[], object]]]
TASKS: list[Callable[[dt.datetime], Due]] = []


def by_clock(task: Callable[[dt.datetime], Due]) -> Callable[[dt.datetime], Due]:
    """Register ``task(now)``: it only reads and gives (key, what to do in a writing transaction)."""
    TASKS.append(task)
    return task


def begin_due(now: dt.datetime) -> int:
    """Begin everything due that was not begun yet; the number begun."""
    begun = 0
    for task in TASKS:
        due = list(task(now))
        db.session.rollback()
        for key, start in due:
            if db.session.get(Timetable, key) is not None:
                continue
            db.session.rollback()
            with writing():
                if _first(key, now):
                    start()
                    db.session.commit()
                    begun += 1
    db.session.rollback()
    return begun


def _first(key: str, now: dt.datetime) -> bool:
    try:
        db.session.add(Timetable(key=key, begun_utc=now))
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return False
    return True
