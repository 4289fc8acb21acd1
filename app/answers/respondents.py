"""The key under which a person's answers are kept: the one bridge between who answers and what was answered.

Read only by the person's own pages, by the coordinator's view under a live consent, and by the stage matching.
"""

from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Respondent


def respondent_key(person_id: int) -> str | None:
    """The person's key, or None where nothing was ever asked of the person."""
    return db.session.scalar(db.select(Respondent.key).where(Respondent.person_id == person_id))


def ensure_respondent_key(person_id: int) -> str:
    """The person's key, made at the first need and stable across waves. The caller commits."""
    key = respondent_key(person_id)
    if key is not None:
        return key
    try:
        with db.session.begin_nested():
            made = Respondent(person_id=person_id)
            db.session.add(made)
            db.session.flush()
        return made.key
    except IntegrityError:  # another request of the same person was first
        kept = respondent_key(person_id)
        if kept is None:
            raise
        return kept
