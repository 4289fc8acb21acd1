"""How far people of a wave are, as everybody but themselves sees it.

A refusal takes a minute, answers take longer: who is done a minute after beginning has refused. So nobody seems done
before a filling's time has passed since the first decision, whatever it was; until then the person seems at work.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement

from app.extensions import db
from app.models import Participation
from app.models.columns import utc_now
from app.models.waves import DONE

FILLING = dt.timedelta(minutes=30)
QUARTER = dt.timedelta(minutes=15)  # people become done together, and the table keeps no minute of anybody


def hold_back(asked: Participation, ends_utc: dt.datetime) -> None:
    """At the first decision of a person: seems done no earlier than in 30 to 45 minutes, or when the wave ends."""
    if asked.done_from_utc is None:
        earliest = utc_now() + FILLING
        to_quarter = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC) - earliest) % QUARTER
        asked.done_from_utc = min(earliest + to_quarter, ends_utc)


def release_all(wave_id: int) -> None:
    """The wave is closed: all who are done seem so. The caller commits."""
    db.session.execute(db.update(Participation).where(Participation.wave_id == wave_id).values(done_from_utc=None))


def shown() -> ColumnElement[bool]:
    """Whether the state of a participation is told to others now."""
    return db.or_(Participation.done_from_utc.is_(None), Participation.done_from_utc <= utc_now())


def seems_done() -> ColumnElement[bool]:
    """Whether a participation is done for others."""
    return db.and_(Participation.status.in_(DONE), shown())


def done_count() -> ColumnElement[Any]:
    """How many of a group of participations are done for others."""
    return db.func.coalesce(db.func.sum(db.case((seems_done(), 1), else_=0)), 0)


def seen_status() -> ColumnElement[str]:
    """«invited», «started» or «done»."""
    return db.case((seems_done(), "done"), (Participation.status == "invited", "invited"), else_="started")
