"""A day for a deadline that the rules give in words: «в течение 14 дней после утверждения справки»."""

import datetime as dt
import re

WITHIN = re.compile(r"в\s+течение\s+(\d+)\s+(рабочих\s+)?дн", re.IGNORECASE)


def due_date(text: str, start: dt.date) -> dt.date | None:
    """The last of the days that ``text`` gives, counted from ``start``; None where it gives none.

    Working days are Monday to Friday: the production calendar is not known here, so a holiday makes the day earlier
    than it could be, never later.
    """
    days = [
        _working(start, int(number)) if working else start + dt.timedelta(days=int(number))
        for number, working in WITHIN.findall(text)
    ]
    return max(days, default=None)


def _working(start: dt.date, number: int) -> dt.date:
    day = start
    while number:
        day += dt.timedelta(days=1)
        number -= day.weekday() < 5
    return day
