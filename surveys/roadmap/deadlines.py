"""Where a dated, ongoing or awaited duty stands on a day, and on which days somebody is reminded of it.

A duty is late only after its last day (of the municipality); what goes on, waits for a document or an outside
schedule, or is suspended by the restrictive measures is never late.
"""

import datetime
from dataclasses import dataclass
from typing import Literal

Applies = Literal["", "during", "after"]
Word = Literal[
    "done",  # or of no concern
    "late",
    "due",  # today is the last day
    "soon",
    "running",  # the months of the duty have begun
    "ahead",
    "ongoing",
    "stale",  # goes on, long without a mark
    "no_schedule",  # the outside schedule has not come
    "no_document",  # nothing was received yet
    "received",  # a document came and is studied
    "suspended",  # the restrictive measures put it off, or it needs them
    "undated",
]
SOON_DAYS = 7
STALE_DAYS = 60
NEW_YEAR = frozenset((1, day) for day in range(1, 9))
HOLIDAYS = NEW_YEAR | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}  # article 112 of the Labour Code


@dataclass(frozen=True)
class Moves:
    """Days off that decrees of the government moved: the days they went ``to`` and, where known, came ``from_``.

    A Saturday or Sunday that a day off came from is a working day. A holiday stays one, but gives no Monday any more.
    """

    to: frozenset[datetime.date] = frozenset()
    from_: frozenset[datetime.date] = frozenset()


NONE = Moves()


def is_working(day: datetime.date, moved: Moves = NONE) -> bool:
    """Monday to Friday and no holiday, unless a decree made it a day off, or a day off a working day."""
    if day in moved.to or is_holiday(day):
        return False
    return day in moved.from_ or (day.weekday() < 5 and not _follows_holiday(day, moved))


def is_holiday(day: datetime.date) -> bool:
    """Off in every year, whatever is moved."""
    return (day.month, day.day) in HOLIDAYS


def _follows_holiday(day: datetime.date, moved: Moves) -> bool:
    """A holiday on a Saturday or Sunday gives the Monday after it; of the new year's ones a decree says where to."""
    before = [day - datetime.timedelta(days=back) for back in (1, 2)]
    giving = [one for one in before if is_holiday(one) and (one.month, one.day) not in NEW_YEAR]
    return day.weekday() == 0 and any(one not in moved.from_ for one in giving)


def working_on_or_before(day: datetime.date, moved: Moves = NONE) -> datetime.date:
    """``day`` itself, or the last working day before it."""
    while not is_working(day, moved):
        day -= datetime.timedelta(days=1)
    return day


def working_on_or_after(day: datetime.date, moved: Moves = NONE) -> datetime.date:
    """``day`` itself, or the first working day after it."""
    while not is_working(day, moved):
        day += datetime.timedelta(days=1)
    return day


def add_working_days(day: datetime.date, number: int, moved: Moves = NONE) -> datetime.date:
    """The last of ``number`` working days counted from the day after ``day``."""
    while number:
        day += datetime.timedelta(days=1)
        number -= is_working(day, moved)
    return day


@dataclass(frozen=True)
class Terms:
    """The typed deadline: ``kind`` as in the roadmap, last and first day, what the restrictions mean to it."""

    kind: str
    due: datetime.date | None = None
    starts: datetime.date | None = None
    applies: Applies = ""


@dataclass(frozen=True)
class Standing:
    """``days``: of delay, left until the last day, or without a mark."""

    word: Word
    days: int = 0


def suspended(applies: str, restricted: bool) -> bool:
    """«В период действия ограничительных мер» needs them; «после снятия» waits for their end."""
    return {"during": not restricted, "after": restricted}.get(applies, False)


def stand(
    terms: Terms,
    finished: bool,
    today: datetime.date,
    *,
    restricted: bool = False,
    marked: datetime.date | None = None,
    received: bool = False,
) -> Standing:
    """Where a duty stands on ``today``.

    Args:
        finished: done, or of no concern to the addressee.
        restricted: whether the restrictive measures are on.
        marked: the day of the last mark, or the day when the duty was given; None where neither is known.
        received: whether a document of an on-receipt duty has come.
    """
    if finished:
        return Standing("done")
    if suspended(terms.applies, restricted):
        return Standing("suspended")
    if terms.due is not None:
        return _dated(terms, terms.due, today)
    if terms.kind == "ongoing":
        silent = (today - marked).days if marked else 0
        return Standing("stale", silent) if silent > STALE_DAYS else Standing("ongoing")
    if terms.kind == "on_receipt":
        return Standing("received" if received else "no_document")
    return Standing("no_schedule" if terms.kind == "by_schedule" else "undated")


def _dated(terms: Terms, due: datetime.date, today: datetime.date) -> Standing:
    left = (due - today).days
    if left < 0:
        return Standing("late", -left)
    if left == 0:
        return Standing("due")
    if left <= SOON_DAYS:
        return Standing("soon", left)
    return Standing("running" if terms.starts and terms.starts <= today else "ahead", left)


def is_told(terms: Terms, standing: Standing, today: datetime.date, moved: Moves = NONE) -> bool:
    """Whether a reminder goes out today: on working days only, and never every day.

    A dated duty: a week before, and on the last day or, where that is a day off, on the working day before; months also
    when they begin. A late one: on the first working day after, then on Mondays. One long without a mark: on Mondays.
    """
    if not is_working(today, moved):
        return False
    if standing.word == "late" and terms.due is not None:
        first = working_on_or_after(terms.due + datetime.timedelta(days=1), moved)
        return today == first or today == working_on_or_after(_monday(today), moved)
    if standing.word == "stale":
        return today == working_on_or_after(_monday(today), moved)
    if terms.due is None or standing.word not in ("due", "soon", "running", "ahead"):
        return False
    days = [terms.due - datetime.timedelta(days=SOON_DAYS), terms.due]
    told = {working_on_or_before(day, moved) for day in days}
    if terms.kind != "date" and terms.starts is not None and terms.starts != terms.due:
        told.add(working_on_or_after(terms.starts, moved))
    return today in told


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())
