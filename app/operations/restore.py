"""``flask restore``: the whole archive is checked first; then tables are filled in one transaction.

Moves between SQLite and PostgreSQL. An archive of an older version is loaded into the tables of its time and migrated.
"""

import json
import os
import shutil
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import JSON, Connection, MetaData, Table, func, inspect, select, text

from app.database import writing
from app.event_chain import unguarded
from app.extensions import db, migrate
from app.operations.archive import CODERS, BadArchiveError, check_members, check_seal, data_tables
from app.operations.backup import CHUNK_ROWS


def read_archive(file: Path, *, force: bool = False) -> dict[str, int]:
    """Check ``file``, then put its rows and files in place. Returns rows by table.

    Raises:
        BadArchiveError: the archive is damaged or of a newer program, or the database is not empty and ``force`` is
            not given. Nothing was changed.
    """
    check_seal(file)
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        check_members(archive, manifest)
        _check_revision(manifest["revision"])
        _check_target(force)
        _restore_files(archive)
        _prepare_tables(manifest["revision"])
        with writing(), db.engine.begin() as connection, unguarded(connection):
            _fill(connection, archive, manifest)
    upgrade()
    _restore_secret(file)
    return {name: table["rows"] for name, table in manifest["tables"].items()}


def _check_revision(revision: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(migrate.get_config()).walk_revisions()}
    if revision not in known:
        raise BadArchiveError(f"копия сделана более новой программой (таблицы {revision}): обновите программу.")


def _check_target(force: bool) -> None:
    with db.engine.connect() as connection:
        filled = [table.name for table in _tables(connection) if connection.execute(select(table).limit(1)).first()]
    if filled and not force:
        raise BadArchiveError(f"база не пуста ({', '.join(filled[:3])}…). Заменить всё, что в ней есть: --force.")


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return data_tables(metadata.sorted_tables)


def _prepare_tables(revision: str) -> None:
    """Tables as they were when the archive was made."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == revision:
        return
    if found is not None or inspect(db.engine).get_table_names():
        metadata = MetaData()
        with writing(), db.engine.begin() as connection:
            metadata.reflect(connection)
            metadata.drop_all(connection)
    upgrade(revision=revision)


def _fill(connection: Connection, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Replace all rows, count them, and let new keys go on after the old ones."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    tables = _tables(connection)
    for table in reversed(tables):
        connection.execute(table.delete())
    for table in tables:
        told = manifest["tables"].get(table.name)
        if told is None:
            continue
        _insert(connection, table, archive, told["columns"])
        rows = connection.scalar(select(func.count()).select_from(table))
        if rows != told["rows"]:
            raise BadArchiveError(f"{table.name}: записано строк {rows}, в копии {told['rows']}.")
        if connection.dialect.name == "postgresql":
            _advance_sequence(connection, table)


def _insert(connection: Connection, table: Table, archive: zipfile.ZipFile, columns: dict[str, str]) -> None:
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type = JSON(none_as_null=True)  # None is an absent value; a stored null comes as JSON.NULL
    coders = {name: CODERS[kind] for name, kind in columns.items()}
    with archive.open(f"tables/{table.name}.jsonl") as stream:
        while lines := list(islice(stream, CHUNK_ROWS)):
            rows = [
                {
                    name: None if value is None else coder.read(value)
                    for (name, coder), value in zip(coders.items(), json.loads(line), strict=True)
                }
                for line in lines
            ]
            connection.execute(table.insert(), rows)


def _advance_sequence(connection: Connection, table: Table) -> None:
    for column in table.primary_key.columns:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if sequence:
            last = connection.scalar(select(func.max(column)))
            connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _restore_files(archive: zipfile.ZipFile) -> None:
    """Files are named by their content: adding them changes nothing that is there."""
    root = Path(current_app.config["FILES"]).resolve()
    for name in archive.namelist():
        if not name.startswith("files/"):
            continue
        target = (root / name.removeprefix("files/")).resolve()
        if not target.is_relative_to(root):
            raise BadArchiveError(f"{name}: путь ведёт за пределы хранилища.")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(target.suffix + ".part")
        with archive.open(name) as source, part.open("wb") as written:
            shutil.copyfileobj(source, written)
            written.flush()
            os.fsync(written.fileno())
        os.replace(part, target)


def _restore_secret(file: Path) -> None:
    """The key of the old installation, so that slips already printed still open."""
    with zipfile.ZipFile(file) as archive:
        if "secret_key" not in archive.namelist():
            return
        target = Path(current_app.config["INSTANCE"]) / "secret_key"
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(archive.read("secret_key"))
            written.flush()
            os.fsync(written.fileno())
        target.chmod(0o600)
