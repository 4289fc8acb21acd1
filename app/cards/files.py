"""Evidence: files beside the fields of a card."""

import datetime as dt
from typing import Any

from flask import abort
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.cards.filling import store
from app.cards.queries import Reach
from app.cards.room import bp, reach_or_404
from app.events import record
from app.extensions import db
from app.models import Card, CardFile, Person
from app.plan.evidence import FileRefusedError, allow_large_files, quota_problem, send, take_file
from app.results.card_values import instrument_for
from app.storage import Stored
from surveys.definition.instrument import Item

bp.url_value_preprocessor(allow_large_files)


def take_files(
    items: list[Item], uploads: Any, school_id: int
) -> tuple[list[tuple[str, str, str, Stored]], dict[str, str]]:
    """Store the files of a form before the card is locked: writing 20 MB must not hold others up.

    Returns:
        (field, safe name, MIME type, place) of each file taken; field -> what is wrong with one that was not.
    """
    taken, problems, fitting = [], {}, []
    for item in items:
        upload: FileStorage | None = uploads.get(f"file-{item.name}")
        if item.appearance != "file" or upload is None or not upload.filename:
            continue
        try:
            one = take_file(upload)
        except FileRefusedError as refused:
            problems[item.name] = str(refused)
            continue
        if problem := quota_problem(school_id, [*fitting, one]):
            problems[item.name] = f"{one.filename}: {problem}"
            continue
        fitting.append(one)
        taken.append((item.name, one.filename, one.mime, one.place))
    return taken, problems


def put_files(
    card: Card,
    items: list[Item],
    taken: list[tuple[str, str, str, Stored]],
    removed: set[int],
    person: Person,
    now: dt.datetime,
) -> None:
    """Add and take away files of the locked ``card``; each field then tells the names it has."""
    for name, filename, mime, place in taken:
        kept = CardFile(
            card_id=card.id,
            name=name,
            filename=filename,
            mime=mime,
            size=place.size,
            sha256=place.sha256,
            path=place.path,
            by_id=person.id,
            at_utc=now,
        )
        db.session.add(kept)
        db.session.flush()
        record("card.file_added", "card_file", kept.id, new={"card": card.id, "sha256": place.sha256})
    own = {item.name for item in items if item.appearance == "file"}
    query = db.select(CardFile).where(CardFile.card_id == card.id, CardFile.removed_utc.is_(None)).order_by(CardFile.id)
    left: dict[str, list[str]] = {}
    for one in db.session.scalars(query):
        if one.id in removed and one.name in own:
            one.removed_utc = now
            record("card.file_removed", "card_file", one.id, old={"card": card.id, "sha256": one.sha256})
        else:
            left.setdefault(one.name, []).append(one.filename)
    _tell_names(card, own, left, {name for name, *_rest in taken}, person, now)


def _tell_names(
    card: Card, own: set[str], left: dict[str, list[str]], added: set[str], person: Person, now: dt.datetime
) -> None:
    fields, changes = dict(card.fields), []
    for name in sorted(own):
        old = fields.get(name)
        text = "; ".join(left.get(name, []))
        if (old or {}).get("value", "") == text and name not in added:
            continue
        if old and old["state"] == "no_data" and not text:
            continue
        new = {"value": text, "state": "entered"} if text else None
        if new != old:
            changes.append((name, old, new))
            fields.pop(name, None)
            if new:
                fields[name] = new
    store(card, fields, card.notes, changes, person, now)


@bp.get("/<int:card_id>/files/<int:file_id>")
def file(card_id: int, file_id: int) -> Response:
    """One file, always as an attachment: a browser never opens it in our name."""
    reach = reach_or_404(card_id)
    kept = db.session.get(CardFile, file_id)
    if kept is None or kept.card_id != card_id or not (reach.whole or section_of(reach, kept) in reach.sections):
        abort(404)
    return send(kept.path, kept.mime, kept.filename)


def section_of(reach: Reach, kept: CardFile) -> str | None:
    """The section whose field the file proves."""
    return instrument_for(reach.card.cycle).item(kept.name).group
