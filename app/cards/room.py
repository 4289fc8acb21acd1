"""The blueprint of the room, and how each of its views gets its card or answers 404."""

import datetime as dt

from flask import Blueprint, abort
from flask_babel import to_user_timezone
from flask_login import current_user

from app.cards.queries import Reach, find_cycle, find_reach, municipalities_of
from app.models import CardCycle
from app.models.columns import utc_now

bp = Blueprint("cards", __name__, url_prefix="/cards")


def reach_or_404(card_id: int, *, lock: bool = False) -> Reach:
    """The card with what the person signed in may do; 404 outside the scope, without a name."""
    reach = find_reach(current_user, card_id, today(), lock=lock)
    if reach is None:
        abort(404)
    return reach


def cycle_or_404(cycle_id: int) -> CardCycle:
    """A cycle of the municipality of the person signed in."""
    cycle = find_cycle(cycle_id, municipalities_of(current_user))
    if cycle is None:
        abort(404)
    return cycle


def today() -> dt.date:
    """The day in the municipality's zone."""
    return to_user_timezone(utc_now()).date()
