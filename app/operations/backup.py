"""``flask backup``: database and files at one moment, while the server goes on writing.

PostgreSQL is read in one REPEATABLE READ transaction. SQLite is first copied by its backup interface and the copy is
read: a long reader would stop every writer. Files are taken after the rows: the store only ever gains files, so all
that the rows name are there.
"""

import contextlib
import datetime as dt
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, MetaData, NullPool, Table, Text, cast, create_engine, select

from app.database import sqlite_file
from app.extensions import db
from app.operations.archive import CODERS, FORMAT, SEAL, BadArchiveError, data_tables, kind_of, seal
from app.sqlite_library import sqlite3
from app.storage import PART

CHUNK_ROWS = 1000


def write_archive(target: Path) -> dict[str, int]:
    """Write the archive at ``target``, whole or not at all, readable by its owner only. Returns rows by table."""
    folder = target.absolute().parent
    if not folder.is_dir():
        raise BadArchiveError(f"папки {folder} нет.")
    descriptor, part = tempfile.mkstemp(suffix=PART, dir=folder)
    os.close(descriptor)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            manifest = _write_members(archive)
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
            archive.comment = b"0" * SEAL
        seal(Path(part))
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise
    return {name: table["rows"] for name, table in manifest["tables"].items()}


def _write_members(archive: zipfile.ZipFile) -> dict[str, Any]:
    members: dict[str, str] = {}
    tables: dict[str, dict[str, Any]] = {}
    with frozen_database() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None:
            raise BadArchiveError("в базе нет таблиц: копировать нечего. Выполните flask --app wsgi db upgrade.")
        metadata = MetaData()
        metadata.reflect(connection)
        for table in data_tables(metadata.sorted_tables):
            name = f"tables/{table.name}.jsonl"
            columns = {column.name: kind_of(column) for column in table.columns}
            members[name], rows = _write_member(archive, name, table_lines(connection, table))
            tables[table.name] = {"columns": columns, "rows": rows}
    for path, name in _files():
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:  # erased since it was listed
            members[name], _pieces = _write_member(archive, name, iter(partial(stream.read, 1 << 20), b""))
    return {
        "format": FORMAT,
        "made_utc": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "database": db.engine.dialect.name,
        "revision": revision,
        "tables": tables,
        "members": members,
    }


def _write_member(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write one member; its sha256 and the number of pieces (of a table: rows)."""
    digest, number = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as stream:
        for piece in pieces:
            digest.update(piece)
            stream.write(piece)
            number += 1
    return digest.hexdigest(), number


def table_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Rows of ``table`` by primary key, each a line of JSON: values in the order of the columns."""
    coders = [CODERS[kind_of(column)] for column in table.columns]
    shown = [cast(column, Text).label(column.name) if kind_of(column) == "json" else column for column in table.columns]
    query = select(*shown).order_by(*table.primary_key.columns).execution_options(yield_per=CHUNK_ROWS)
    for row in connection.execute(query):
        values = [None if value is None else coder.write(value) for coder, value in zip(coders, row, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@contextlib.contextmanager
def frozen_database() -> Iterator[Connection]:
    """A connection that sees the database as it is now, and holds up no writer."""
    file = sqlite_file(db.engine)
    if file is None:
        with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(dir=file.parent, prefix="backup-") as folder:
        copy = Path(folder) / "copy.db"
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as source:
            with contextlib.closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        engine = create_engine(f"sqlite:///{copy}", module=sqlite3, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def _files() -> Iterator[tuple[Path, str]]:
    """Files of the store and the secret key, with their names in the archive."""
    root = Path(current_app.config["FILES"])
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != PART:
            yield path, f"files/{path.relative_to(root).as_posix()}"
    secret = Path(current_app.config["INSTANCE"]) / "secret_key"
    if secret.is_file():
        yield secret, "secret_key"
