"""The room's blueprint, and the documents within reach of the person signed in."""

from flask import Blueprint, abort, request
from flask_login import current_user

from app.models import Snapshot, Wave
from app.reach import scope_code, scope_name, scope_reach, within
from app.reports import queries
from app.results.snapshots import latest_snapshot, released_of
from surveys.kinds import DEFAULT, KINDS, Kind, kinds_for

bp = Blueprint("reports", __name__, url_prefix="/reports")
WATCHERS = ("head", "coordinator")
SOME_SCHOOL = "school:"
ALL_SCHOOLS = "all"  # one archive with the document of every school


def scopes_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(scope, label) of the groups whose report the person signed in may read."""
    released, reach = released_of(snapshot), scope_reach(current_user, *WATCHERS)
    groups = [released.municipality, *released.schools]
    return [(scope_name(group.code), group.label) for group in groups if within(group.code, reach)]


def choices() -> dict[str, tuple[Wave, list[tuple[str, str]]]]:
    """Wave code -> (wave, scopes) that the person may ask a document about."""
    found = {}
    for wave in queries.calculated_waves():
        snapshot = latest_snapshot(wave.id)
        scopes = scopes_of(snapshot) if snapshot else []
        if scopes:
            found[wave.code] = (wave, scopes)
    return found


def kinds_now(snapshot: Snapshot, scope: str) -> list[Kind]:
    """Kinds of documents about ``scope`` that the snapshot has figures for."""
    released = released_of(snapshot)
    compared = bool(released.changes) if scope == ALL_SCHOOLS else released.compared(scope_code(scope))
    return kinds_for(SOME_SCHOOL if scope == ALL_SCHOOLS else scope, compared=compared)


def reach_or_404(code: str, scope: str) -> tuple[Wave, Snapshot, dict[str, tuple[Wave, list[tuple[str, str]]]]]:
    """The wave with its snapshot, where the person may read this scope of it."""
    known = choices()
    if code not in known or scope not in dict(known[code][1]):
        abort(404)
    wave = known[code][0]
    return wave, latest_snapshot(wave.id) or abort(404), {code: known[code]}


def kind_or_404(scope: str) -> str:
    """The kind of document that the address names."""
    kind = request.values.get("kind") or DEFAULT
    if kind not in KINDS or KINDS[kind] not in kinds_for(scope):
        abort(404)
    return kind
