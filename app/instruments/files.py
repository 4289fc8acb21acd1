"""Files in and out of the room. What is uploaded is read in a temporary folder and is gone before the page answers."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.extensions import db
from surveys.errors import DefinitionError

Read = TypeVar("Read")
MOST_SHOWN = 200  # problems on a page
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read_upload(file: FileStorage, read: Callable[[Path], Read]) -> Read:
    """What ``read`` makes of the uploaded file. The transaction ends first: reading a big form takes seconds.

    Raises:
        DefinitionError: every problem, with sheet and row.
    """
    name = file_name(file.filename or "")
    db.session.rollback()
    with tempfile.TemporaryDirectory(prefix="opora-form-") as folder:
        path = Path(folder) / name
        file.save(path)
        file.close()
        return read(path)


def file_name(sent: str) -> str:
    """The last part of a name that a browser sent, without signs that a folder could take for its own."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if sign.isprintable() and sign not in ':*?"<>|').strip(". ")
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[:60]}{dot}{extension[:10]}" if stem else f"form{dot}{extension[:10]}"


def written(write: Callable[[Path], Any], extension: str) -> bytes:
    """The bytes of a file that ``write`` writes."""
    with tempfile.TemporaryDirectory(prefix="opora-form-") as folder:
        path = Path(folder) / f"form.{extension}"
        write(path)
        return path.read_bytes()


def told(error: DefinitionError) -> tuple[list[str], int]:
    """Lines for the page and how many more there are."""
    lines = error.lines()
    return lines[:MOST_SHOWN], max(0, len(lines) - MOST_SHOWN)


def chosen(file: FileStorage | None) -> FileStorage:
    """The file of a form.

    Raises:
        DefinitionError: none was chosen.
    """
    if file is None or not file.filename:
        raise DefinitionError(_("Выберите файл"))
    return file


def as_stream(content: bytes) -> io.BytesIO:
    """For ``send_file``."""
    return io.BytesIO(content)
