"""Entered once: a UNIQUE key of a row's content makes one row of two equal entries, even at the same moment."""

import hashlib
import json
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.extensions import db


def once_key(kind: str, *content: Any) -> str:
    """The key of what makes two entries of a kind the same. Migration 0010 knows it too."""
    told = json.dumps([kind, *content], ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def enter(row: Any, **changes: Any) -> bool:
    """Write ``row`` with ``changes``; False where the database has such a row already: then nothing is written."""
    try:
        with db.session.begin_nested():
            for name, value in changes.items():
                setattr(row, name, value)
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        return False
    return True
