"""What was exported of a wave: one content only, kept in the events."""

from app.extensions import db
from app.models import Event, Wave

ASKED = "rows.asked"


def calculated_wave(code: str) -> Wave | None:
    """A closed wave."""
    return db.session.scalar(db.select(Wave).where(Wave.code == code, Wave.status == "closed"))


def content_of(wave_id: int) -> str | None:
    """The content that rows of this wave were given out with; None while none were."""
    asked = db.session.scalar(
        db.select(Event.new)
        .where(Event.action == ASKED, Event.subject_type == "wave", Event.subject_id == str(wave_id))
        .order_by(Event.id)
        .limit(1)
    )
    return asked["content"] if asked else None
