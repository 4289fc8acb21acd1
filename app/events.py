"""The append-only record: who did what, old and new, when and why. Ids only; never names or answers."""

import datetime as dt
from typing import Any

from flask_login import current_user

from app import event_chain  # noqa: F401  (links every event to the one before)
from app.extensions import db
from app.models import Event
from app.models.columns import utc_now


def record(
    action: str,
    subject_type: str,
    subject_id: object,
    *,
    old: Any = None,
    new: Any = None,
    reason: str = "",
    actor: int | None = None,
    at: dt.datetime | None = None,
) -> Event:
    """Add one event to the current transaction; the caller commits it together with what it tells of."""
    if actor is None and current_user and current_user.is_authenticated:
        actor = current_user.id
    event = Event(
        actor_id=actor,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        old=old,
        new=new,
        reason=reason,
        at_utc=at or utc_now(),
    )
    db.session.add(event)
    return event
