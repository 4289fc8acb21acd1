"""Evidence: files beside the fields of a card. Their type is found from the content, their names are made safe."""

import datetime as dt
import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import IO, Any

from flask import abort, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.cards.filling import store
from app.cards.room import bp, reach_or_404
from app.events import record
from app.extensions import db
from app.models import Card, CardFile, Person
from app.storage import Stored, store_file, stored_path
from surveys.definition import Item

LARGEST = 20 * 1024 * 1024  # bytes of one file
FORM_ROOM = 1024 * 1024  # what the rest of the form may take beside it
OFFICE = {
    "word/document.xml": (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
OPEN = {
    b"application/vnd.oasis.opendocument.text": (".odt", "application/vnd.oasis.opendocument.text"),
    b"application/vnd.oasis.opendocument.spreadsheet": (".ods", "application/vnd.oasis.opendocument.spreadsheet"),
}
BEGINNINGS = (
    (b"%PDF-", ".pdf", "application/pdf"),
    (b"\xff\xd8\xff", ".jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", ".png", "image/png"),
    (b"{\\rtf", ".rtf", "application/rtf"),
)


class FileRefusedError(Exception):
    """A file that is not taken; the message says why and what to do."""


@bp.url_value_preprocessor
def allow_large_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A whole file of 20 MB must fit beside the other fields, before anything reads the form."""
    request.max_content_length = LARGEST + FORM_ROOM


def file_type(content: bytes) -> tuple[str, str]:
    """Extension and MIME type of ``content``, whatever it was called.

    Raises:
        FileRefusedError: not one of the documents and pictures that a school sends.
    """
    for beginning, extension, mime in BEGINNINGS:
        if content.startswith(beginning):
            return extension, mime
    if content.startswith(b"PK\x03\x04"):
        found = _zipped_type(io.BytesIO(content))
        if found:
            return found
    raise FileRefusedError(_("нужен документ PDF, DOCX, XLSX, ODT, ODS, RTF или снимок JPG, PNG"))


def _zipped_type(content: IO[bytes]) -> tuple[str, str] | None:
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") for name in names):
                raise FileRefusedError(_("документ с макросами; сохраните его без макросов"))
            for part, found in OFFICE.items():
                if part in names:
                    return found
            if "mimetype" in names and archive.getinfo("mimetype").file_size < FORM_ROOM:
                return OPEN.get(archive.read("mimetype"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return None
    return None


def safe_name(name: str, extension: str) -> str:
    """The name without folders and control signs, with the extension of its content: «Приказ 12.pdf»."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    stem = re.sub(r"[^\w\s№().,-]", "_", re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", stem))
    return (re.sub(r"\s+", " ", stem).strip(" .")[:100] or "file") + extension


def take_files(items: list[Item], uploads: Any) -> tuple[list[tuple[str, str, str, Stored]], dict[str, str]]:
    """Store the files of a form before the card is locked: writing 20 MB must not hold others up.

    Returns:
        (field, safe name, MIME type, place) of each file taken; field -> what is wrong with one that was not.
    """
    taken, problems = [], {}
    for item in items:
        upload: FileStorage | None = uploads.get(f"file-{item.name}")
        if item.appearance != "file" or upload is None or not upload.filename:
            continue
        content = upload.stream.read(LARGEST + 1)
        try:
            if len(content) > LARGEST:
                raise FileRefusedError(_("файл больше 20 МБ; уменьшите его или разделите"))
            if not content:
                raise FileRefusedError(_("файл пуст"))
            extension, mime = file_type(content)
        except FileRefusedError as refused:
            problems[item.name] = f"«{safe_name(upload.filename, '')}»: {refused}"
            continue
        name = safe_name(upload.filename, extension)
        taken.append((item.name, name, mime, store_file(content, name)))
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
    if kept is None or kept.card_id != card_id or not (reach.whole or "documents" in reach.sections):
        abort(404)
    try:
        path = stored_path(kept.path)
    except FileNotFoundError:
        abort(404)
    return send_file(path, kept.mime, as_attachment=True, download_name=kept.filename)
