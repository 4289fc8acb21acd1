"""A day for a deadline that the rules give in words: «в течение 14 дней после утверждения справки»."""

import datetime as dt
import re

from surveys.roadmap.deadlines import NONE, Moves, add_working_days

WITHIN = re.compile(r"в\s+течение\s+(\d+)\s+(рабочих\s+)?дн", re.IGNORECASE)


def due_date(text: str, start: dt.date, moved: Moves = NONE) -> dt.date | None:
    """The last of the days that ``text`` gives, counted from ``start``; None where it gives none.

    ``moved``: days off that decrees moved; working days are counted with them.
    """
    days = [
        add_working_days(start, int(number), moved) if working else start + dt.timedelta(days=int(number))
        for number, working in WITHIN.findall(text)
    ]
    return max(days, default=None)
