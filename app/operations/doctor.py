"""``flask doctor``: one check a line, each with what to do where it fails."""

import datetime as dt
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.database import (
    POSTGRESQL_SETTINGS,
    SYNCHRONOUS,
    UnsafeDatabaseError,
    network_filesystem,
    sqlite_file,
    sqlite_pragmas,
)
from app.disk_problems import disk_problem
from app.event_chain import check_chain
from app.extensions import db, migrate
from app.models import Document, Job, Person
from app.models.columns import utc_now

FREE_BYTES = 500 * 1024 * 1024
SECRET_LENGTH = 32
WAITING_MINUTES = 10
LOCAL_NAMES = {"127.0.0.1", "localhost", "::1"}


class Check(NamedTuple):
    """``message`` says what was found and, where ``ok`` is false, what to do."""

    name: str
    ok: bool
    message: str


def examine() -> Iterator[Check]:
    """All checks in order; those that need the database are left out where it does not answer."""
    try:
        with db.engine.connect() as connection:
            yield Check("база данных", True, f"отвечает: {db.engine.url.render_as_string(hide_password=True)}")
            for check in (durability, sqlite_version, migrated, demo_accounts, documents, jobs, events):
                yield check(connection)
    except (SQLAlchemyError, UnsafeDatabaseError) as problem:
        reason = str(problem).strip().splitlines()[0]
        yield Check("база данных", False, f"не отвечает: {reason}. Проверьте DATABASE_URL и сервер базы.")
    without_database: list[Callable[[Flask], Check]] = [catalogues, local_disk, instance, files, secret_key, disk_space]
    for look in without_database:
        yield look(current_app._get_current_object())  # type: ignore[attr-defined]


def durability(connection: Connection) -> Check:
    """The settings in force in this very session, not those asked for."""
    if connection.dialect.name == "sqlite":
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        safe = (journal == "wal" and synchronous in (2, 3)) or (journal == "delete" and synchronous == 3)
        word = {number: word for word, number in SYNCHRONOUS.items()}.get(synchronous, synchronous)
        found = f"журнал {journal}, synchronous {word}"
    else:
        values = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in POSTGRESQL_SETTINGS}
        safe = "off" not in values.values()
        found = ", ".join(f"{name} {value}" for name, value in values.items())
    return Check("надёжность записи", safe, found if safe else f"{found}: принятые ответы могут пропасть")


def sqlite_version(connection: Connection) -> Check:
    """WAL only with a library that does not lose it."""
    if connection.dialect.name != "sqlite":
        version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
        return Check("версия базы", True, f"PostgreSQL {version}")
    text = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())
    major, minor, patch = (int(part) for part in text.split(".")[:3])
    rule = sqlite_pragmas((major, minor, patch))[0]
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    return Check("версия базы", journal == rule, f"SQLite {text}: нужен журнал {rule}, в силе {journal}")


def migrated(connection: Connection) -> Check:
    """The tables are those of this version of the program."""
    script = ScriptDirectory.from_config(migrate.get_config())
    wanted, found = set(script.get_heads()), set(MigrationContext.configure(connection).get_current_heads())
    if wanted == found:
        return Check("таблицы", True, f"соответствуют программе ({', '.join(sorted(found))})")
    return Check("таблицы", False, "не соответствуют программе: выполните flask --app wsgi db upgrade")


def demo_accounts(connection: Connection) -> Check:
    """Accounts with a published password belong to this machine only."""
    if not db.inspect(connection).has_table("person"):
        return Check("учебные учётные записи", True, "таблиц ещё нет")
    query = db.select(db.func.count()).where(Person.is_demo, Person.active, Person.password_hash.is_not(None))
    number = connection.execute(query).scalar() or 0
    names = {urlsplit(current_app.config["PUBLIC_URL"]).hostname, current_app.config["HOST"]}
    if number and not names <= LOCAL_NAMES:
        advice = "закройте им вход на странице «Люди» или начните с пустой базы"
        return Check("учебные учётные записи", False, f"{number}, пароль известен всем, а адрес общий: {advice}")
    return Check("учебные учётные записи", True, f"{number}; адрес {current_app.config['PUBLIC_URL']}")


def documents(connection: Connection) -> Check:
    """Every document of the database lies in the file store with its size."""
    if not db.inspect(connection).has_table("document"):
        return Check("документы", True, "таблиц ещё нет")
    root = Path(current_app.config["FILES"])
    rows = connection.execute(db.select(Document.path, Document.size)).all()
    lost = [path for path, size in rows if not (root / path).is_file() or (root / path).stat().st_size != size]
    if lost:
        return Check("документы", False, f"нет {len(lost)} из {len(rows)}, первый: {lost[0]}. Верните копию файлов.")
    return Check("документы", True, f"на месте {len(rows)} из {len(rows)}")


def jobs(connection: Connection) -> Check:
    """Nobody waits long for a worker that does not run."""
    if not db.inspect(connection).has_table("job"):
        return Check("длинные задания", True, "таблиц ещё нет")
    long_ago = utc_now() - dt.timedelta(minutes=WAITING_MINUTES)
    query = db.select(db.func.count(Job.id)).where(Job.status == "queued", Job.created_utc < long_ago)
    number = connection.execute(query).scalar() or 0
    if number:
        return Check("длинные задания", False, f"ждут дольше {WAITING_MINUTES} минут: {number}. Запустите worker.")
    return Check("длинные задания", True, f"никто не ждёт дольше {WAITING_MINUTES} минут")


def events(connection: Connection) -> Check:
    """The record of what happened is whole and protected."""
    if not db.inspect(connection).has_table("event"):
        return Check("журнал событий", True, "таблиц ещё нет")
    chain = check_chain(connection)
    if chain.broken is not None:
        return Check("журнал событий", False, f"цепочка нарушена на записи {chain.broken}. Верните копию базы.")
    if not chain.guarded:
        advice = "выполните flask --app wsgi db upgrade"
        return Check("журнал событий", False, f"нет защиты от изменения и удаления: {advice}")
    return Check("журнал событий", True, f"цел, записей {chain.number}, последний хеш {chain.last[:16]}")


def catalogues(app: Flask) -> Check:
    """Without a compiled catalogue numbers stand with wrong words: «4 дел»."""
    sources = sorted(Path(app.root_path, "translations").glob("*/LC_MESSAGES/messages.po"))
    stale = [source for source in sources if not is_newer(source.with_suffix(".mo"), source)]
    if stale:
        names = ", ".join(source.parts[-3] for source in stale)
        return Check("слова страниц", False, f"не собраны или устарели ({names}): выполните make environment")
    return Check("слова страниц", True, "собраны")


def is_newer(file: Path, source: Path) -> bool:
    return file.exists() and file.stat().st_mtime >= source.stat().st_mtime


def local_disk(app: Flask) -> Check:
    """SQLite on a network disk loses its locks."""
    file = sqlite_file(db.engine)
    kind = network_filesystem(file) if file else None
    if kind:
        return Check("диск базы", False, f"{file} на сетевом диске ({kind}): перенесите на местный диск")
    return Check("диск базы", True, "местный" if file else "у сервера базы")


def instance(app: Flask) -> Check:
    return _writable("папка instance", Path(app.config["INSTANCE"]))


def files(app: Flask) -> Check:
    return _writable("папка файлов", Path(app.config["FILES"]))


def _writable(name: str, folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return Check(name, False, f"{folder}: {disk_problem(problem)}. Дайте программе право писать сюда.")
    return Check(name, True, f"{folder}, запись есть")


def secret_key(app: Flask) -> Check:
    """Long, varied, and read by its owner only."""
    name, secret = "секретный ключ", str(app.config["SECRET_KEY"] or "")
    if len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_LENGTH // 4:
        advice = "удалите SECRET_KEY из настроек, программа создаст хороший"
        return Check(name, False, f"слабый: нужно {SECRET_LENGTH} случайных знаков; {advice}")
    file = Path(app.config["INSTANCE"]) / "secret_key"
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return Check(name, False, f"{file} читают другие пользователи: chmod 600 {file}")
    return Check(name, True, "есть, виден только владельцу")


def disk_space(app: Flask) -> Check:
    """Room on the disk of the database and on that of the files."""
    free = min(shutil.disk_usage(_existing(Path(app.config[name]))).free for name in ("INSTANCE", "FILES"))
    enough = free >= FREE_BYTES
    text = f"свободно {free // 1024**2} МБ"
    return Check("место на диске", enough, text if enough else f"{text}, нужно не менее {FREE_BYTES // 1024**2}")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
