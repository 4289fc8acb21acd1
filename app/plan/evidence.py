"""Evidence: files that prove what was done. Type by content, safe names, a quota for each school.

Files lie in the store under their hash, outside the web root, and leave it as attachments only.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from flask import abort, current_app, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.events import record
from app.extensions import db
from app.models import Card, CardFile, Evidence
from app.models.columns import utc_now
from app.storage import Stored, store_file, stored_path

LARGEST = 20 * 1024 * 1024  # bytes of one file
FORM_ROOM = 1024 * 1024  # what the rest of the form may take beside it
MOST_AT_ONCE = 10
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


@dataclass(frozen=True)
class Taken:
    """A file in the store that belongs to nothing yet."""

    filename: str
    mime: str
    place: Stored


def allow_large_files(_endpoint: str | None = None, _values: dict[str, Any] | None = None) -> None:
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
    except (zipfile.BadZipFile, RuntimeError, OSError):  # RuntimeError: encrypted, or packed in an unknown way
        return None
    return None


def safe_name(name: str, extension: str) -> str:
    """The name without folders and control signs, with the extension of its content: «Приказ 12.pdf»."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    stem = re.sub(r"[^\w\s№().,-]", "_", re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", stem))
    return (re.sub(r"\s+", " ", stem).strip(" .")[:100] or "file") + extension


def take_file(upload: FileStorage) -> Taken:
    """Check one file of a form and put it into the store. Call before rows are locked: 20 MB take their time.

    Raises:
        FileRefusedError: too large, empty, or of a type that is not taken; the message names the file.
    """
    name = upload.filename or ""
    with upload.stream as stream:
        content = stream.read(LARGEST + 1)
    try:
        if len(content) > LARGEST:
            raise FileRefusedError(_("файл больше 20 МБ; уменьшите его или разделите"))
        if not content:
            raise FileRefusedError(_("файл пуст"))
        extension, mime = file_type(content)
    except FileRefusedError as refused:
        raise FileRefusedError(f"«{safe_name(name, '')}»: {refused}") from None
    named = safe_name(name, extension)
    return Taken(named, mime, store_file(content, named))


def take_files(uploads: Iterable[FileStorage]) -> tuple[list[Taken], list[str]]:
    """Every file that was chosen: those taken, and what is wrong with the others."""
    chosen = [upload for upload in uploads if upload.filename]
    if len(chosen) > MOST_AT_ONCE:
        return [], [_("за один раз можно приложить не больше %(num)d файлов", num=MOST_AT_ONCE)]
    taken, problems = [], []
    for upload in chosen:
        try:
            taken.append(take_file(upload))
        except FileRefusedError as refused:
            problems.append(str(refused))
    return taken, problems


def quota_problem(school_id: int | None, taken: Iterable[Taken]) -> str:
    """Why these files do not fit into what the school may keep; empty where they do. The department has no quota."""
    if school_id is None:
        return ""
    quota = current_app.config["SCHOOL_QUOTA"]
    left = max(0, quota - kept_bytes(school_id))
    if sum(one.place.size for one in taken) <= left:
        return ""
    return _(
        "файлы не помещаются: школе отведено %(quota)d МБ, осталось %(left)d МБ. Удалите лишнее или дайте ссылку",
        quota=quota // 1024**2,
        left=left // 1024**2,
    )


def kept_bytes(school_id: int) -> int:
    """Size of all files that the school keeps: in the roadmap and in its cards."""
    in_plan = db.select(db.func.sum(Evidence.size)).where(
        Evidence.school_id == school_id, Evidence.removed_utc.is_(None)
    )
    in_cards = (
        db.select(db.func.sum(CardFile.size))
        .join(Card, Card.id == CardFile.card_id)
        .where(Card.school_id == school_id, CardFile.removed_utc.is_(None))
    )
    return sum(int(db.session.scalar(query) or 0) for query in (in_plan, in_cards))


def attach(
    subject_type: str, subject_id: int, taken: Iterable[Taken], person_id: int, school_id: int | None
) -> list[Evidence]:
    """Tie files to what they prove; the caller commits."""
    added = []
    for one in taken:
        row = Evidence(
            subject_type=subject_type,
            subject_id=subject_id,
            school_id=school_id,
            filename=one.filename,
            mime=one.mime,
            by_id=person_id,
            **one.place._asdict(),
        )
        db.session.add(row)
        db.session.flush()
        record("evidence.added", subject_type, subject_id, new={"evidence": row.id, "sha256": one.place.sha256})
        added.append(row)
    return added


def remove(rows: Iterable[Evidence], chosen: Collection[int]) -> None:
    """Take away the files ``chosen`` by id; their content stays in the store, as the history tells of it."""
    now = utc_now()
    for row in rows:
        if row.id in chosen:
            row.removed_utc = now
            old = {"evidence": row.id, "sha256": row.sha256}
            record("evidence.removed", row.subject_type, row.subject_id, old=old)


def files_of(subject_type: str, subject_ids: Collection[int]) -> dict[int, list[Evidence]]:
    """Files kept, by the id of what they prove, in the order they came."""
    rows = db.session.scalars(
        db.select(Evidence)
        .where(
            Evidence.subject_type == subject_type,
            Evidence.subject_id.in_(subject_ids),
            Evidence.removed_utc.is_(None),
        )
        .order_by(Evidence.id)
    )
    found: dict[int, list[Evidence]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found


def files_at(subject_type: str, subject_ids: Collection[int], moment: dt.datetime) -> dict[int, list[Evidence]]:
    """The same as they were before ``moment``."""
    rows = db.session.scalars(
        db.select(Evidence)
        .where(
            Evidence.subject_type == subject_type,
            Evidence.subject_id.in_(subject_ids),
            Evidence.at_utc < moment,
            db.or_(Evidence.removed_utc.is_(None), Evidence.removed_utc >= moment),
        )
        .order_by(Evidence.id)
    )
    found: dict[int, list[Evidence]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found


def send(path: str, mime: str, filename: str) -> Response:
    """A stored file, always as an attachment: a browser never opens it in our name."""
    try:
        place = stored_path(path)
    except FileNotFoundError:
        abort(404)
    return send_file(place, mime, as_attachment=True, download_name=filename)
