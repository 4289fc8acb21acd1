"""The archive of a backup: one zip that moves between SQLite and PostgreSQL, every byte of it checked.

``tables/NAME.jsonl`` has a list of values for each row, ``files/PATH`` the file store, ``secret_key`` the key without
which printed slips would not open. ``manifest.json`` names each member's sha256 and each table's columns and rows.
The last 64 bytes, the zip's comment, are the sha256 of all bytes before them.
"""

import base64
import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, LargeBinary, Numeric, Table

FORMAT = 1
SEAL = 64  # hexadecimal digits of a sha256


class BadArchiveError(Exception):
    """The archive or the target is not fit; the text says why, in Russian. Nothing was changed."""


class Coder(NamedTuple):
    """How values of a kind of column are written to JSON and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _write_time(value: dt.datetime) -> str:
    """Times are UTC in the tables; SQLite gives them without a zone."""
    aware = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value
    return aware.astimezone(dt.UTC).isoformat()


def _read_json(value: str) -> Any:
    """A stored JSON null is not an absent value."""
    return JSON.NULL if value == "null" else json.loads(value)


CODERS = {
    "plain": Coder(_same, _same),
    "boolean": Coder(bool, bool),
    "bytes": Coder(lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "time": Coder(_write_time, dt.datetime.fromisoformat),
    "decimal": Coder(str, Decimal),
    "date": Coder(dt.date.isoformat, dt.date.fromisoformat),
    "json": Coder(_same, _read_json),  # read from the table as text, so that NULL and null stay apart
}
KINDS = ((JSON, "json"), (LargeBinary, "bytes"), (DateTime, "time"), (Date, "date"), (Boolean, "boolean"))


def kind_of(column: Column[Any]) -> str:
    """The coder's name for a column of a reflected table."""
    if isinstance(column.type, Numeric) and column.type.asdecimal:
        return "decimal"
    return next((kind for type_, kind in KINDS if isinstance(column.type, type_)), "plain")


def data_tables(tables: list[Table]) -> list[Table]:
    """Tables of ours, parents first; the mark of migrations is told by the manifest."""
    return [table for table in tables if table.name != "alembic_version"]


def seal(file: Path) -> None:
    """Write the sha256 of the archive into its last bytes, kept free as the comment of the zip."""
    with file.open("r+b") as stream:
        digest = _digest_without_seal(file)
        stream.seek(-SEAL, 2)
        stream.write(digest.encode())


def check_seal(file: Path) -> None:
    """Refuse a file that is not ours or has one byte changed."""
    if not file.is_file():
        raise BadArchiveError("такого файла нет.")
    if file.stat().st_size <= SEAL or not zipfile.is_zipfile(file):
        raise BadArchiveError("это не копия Опоры или файл обрезан: возьмите другую копию.")
    with file.open("rb") as stream:
        stream.seek(-SEAL, 2)
        written = stream.read()
    if written != _digest_without_seal(file).encode():
        raise BadArchiveError("копия повреждена: контрольная сумма файла не сходится. Возьмите другую копию.")


def _digest_without_seal(file: Path) -> str:
    digest, left = hashlib.sha256(), file.stat().st_size - SEAL
    with file.open("rb") as stream:
        while left > 0:
            chunk = stream.read(min(1 << 20, left))
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def check_members(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Every member has its sha256, every table its rows, nothing is missing and nothing added."""
    if manifest.get("format") != FORMAT:
        raise BadArchiveError(f"формат копии {manifest.get('format')} этой программе неизвестен: обновите программу.")
    members = manifest["members"]
    if set(archive.namelist()) != {*members, "manifest.json"}:
        raise BadArchiveError("состав копии не совпадает с её описью.")
    rows = {f"tables/{name}.jsonl": table["rows"] for name, table in manifest["tables"].items()}
    for name, sha256 in members.items():
        digest, lines = hashlib.sha256(), 0
        with archive.open(name) as stream:
            for line in stream:
                digest.update(line)
                lines += 1
        if digest.hexdigest() != sha256:
            raise BadArchiveError(f"{name}: контрольная сумма не сходится.")
        if name in rows and lines != rows[name]:
            raise BadArchiveError(f"{name}: строк {lines}, по описи {rows[name]}.")
