"""Delays after failed sign-ins: by account, and one common measure for guessing slip codes. Never by address.

A school behind one address is never locked out by a neighbour's mistakes. The state is in the database: it
survives a restart.
"""

import datetime as dt
import hashlib
import math

from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Throttle

FREE_FAILURES = 3
LONGEST = 15 * 60  # seconds
FORGOTTEN_AFTER = dt.timedelta(hours=24)
SLIP_KEY = "slip codes"
SLIP_BURST = 60  # wrong codes at once
SLIP_PER_SECOND = 1 / 3  # then one in three seconds: ten million a year against 19 to the 9th


def account_key(login: str) -> str:
    """The key of a typed name: hashed, since people type passwords into the wrong field."""
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def delay_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none, none, then 2, 4, 8 … 900."""
    return 0 if failures < FREE_FAILURES else min(2 ** (failures - FREE_FAILURES + 1), LONGEST)


def seconds_to_wait(key: str, now: dt.datetime) -> int:
    """Whole seconds until the account of ``key`` may be tried again; 0 when it may."""
    row = db.session.get(Throttle, key)
    if row is None or now - row.last_utc > FORGOTTEN_AFTER:
        return 0
    ends = row.last_utc + dt.timedelta(seconds=delay_after(row.failures))
    return max(0, math.ceil((ends - now).total_seconds()))


def note_failure(key: str, now: dt.datetime) -> int:
    """Count one more failure; the caller commits. Returns the seconds to wait now."""
    db.session.execute(
        db.delete(Throttle).where(Throttle.last_utc < now - FORGOTTEN_AFTER, Throttle.key != SLIP_KEY),
        execution_options={"synchronize_session": False},
    )
    row = _locked(key, now)
    row.failures += 1
    row.last_utc = now
    return delay_after(row.failures)


def forget_failures(key: str) -> None:
    """A right password ends the delay; the caller commits."""
    db.session.execute(db.delete(Throttle).where(Throttle.key == key))


def slip_seconds_to_wait(now: dt.datetime) -> int:
    """Seconds until any slip code may be tried, after too many wrong ones from anywhere."""
    row = db.session.get(Throttle, SLIP_KEY)
    if row is None:
        return 0
    tokens = _tokens(row, now)
    return 0 if tokens >= 1 else math.ceil((1 - tokens) / SLIP_PER_SECOND)


def note_wrong_slip(now: dt.datetime) -> None:
    """Take one of the free wrong guesses; the caller commits."""
    row = _locked(SLIP_KEY, now)
    row.state = {"tokens": max(0.0, _tokens(row, now) - 1)}
    row.failures += 1
    row.last_utc = now


def _tokens(row: Throttle, now: dt.datetime) -> float:
    left = float(row.state.get("tokens", SLIP_BURST))  # type: ignore[arg-type]
    return min(SLIP_BURST, left + max(0.0, (now - row.last_utc).total_seconds()) * SLIP_PER_SECOND)


def _locked(key: str, now: dt.datetime) -> Throttle:
    """The row of ``key``, made when missing, held until the transaction ends."""
    wanted = db.select(Throttle).where(Throttle.key == key).with_for_update()
    row = db.session.scalar(wanted)
    if row is None:
        try:
            with db.session.begin_nested():
                db.session.add(Throttle(key=key, failures=0, last_utc=now, state={}))
        except IntegrityError:  # another process made it just now
            pass
        row = db.session.scalar(wanted)
        assert row is not None
    return row
