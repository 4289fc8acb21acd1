"""The file store: a folder of files named by their content.

A file appears whole or not at all: it is written beside its place, forced to the disk and renamed. The same content
stored twice is one file.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from flask import current_app

PART = ".part"
ABANDONED_SECONDS = 3600


class Stored(NamedTuple):
    """Where a file lies (relative to the store), its size in bytes and its sha256 in hexadecimal."""

    path: str
    size: int
    sha256: str


def store_file(content: bytes | Path, filename: str) -> Stored:
    """Put ``content`` (bytes, or a file to copy) into the store; ``filename`` gives only the extension."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(suffix=PART, dir=root)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        sha256 = sha256_of(Path(part))
        target = root / sha256[:2] / f"{sha256}{Path(filename).suffix.lower()}"
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _force_folder(root)
        os.replace(part, target)
        _force_folder(target.parent)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise
    return Stored(str(target.relative_to(root)), size, sha256)


def stored_path(path: str) -> Path:
    """The place of a stored file on this machine.

    Raises:
        FileNotFoundError: there is none, or ``path`` leads out of the store.
    """
    root = _root().resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root) or not found.is_file():
        raise FileNotFoundError(path)
    return found


def sha256_of(path: Path) -> str:
    """Sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep_parts() -> int:
    """Remove what killed processes left half-written; the number removed."""
    removed = 0
    for part in _root().glob(f"*{PART}"):
        with contextlib.suppress(FileNotFoundError):
            if part.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                part.unlink()
                removed += 1
    return removed


def _root() -> Path:
    return Path(current_app.config["FILES"])


def _force_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
