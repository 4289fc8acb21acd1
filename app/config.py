"""Settings, read from the environment; what is not set has a safe default inside ``instance/``."""

import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.disk_problems import disk_problem
from app.sqlite_library import sqlite3

ROOT = Path(__file__).resolve().parent.parent


class BadSettingError(Exception):
    """A setting that the program cannot start with; one clear line says which and how to mend it."""


class Config:
    """Settings of a running installation. README lists the variables."""

    TESTING = False
    WTF_CSRF_TIME_LIMIT = None  # the token lives as long as the session: a slow teacher must not lose a form
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    PERMANENT_SESSION_LIFETIME = dt.timedelta(hours=12)
    MAX_CONTENT_LENGTH = 20 * 1024 * 1024
    SCHOOL_QUOTA = 500 * 1024 * 1024  # bytes of evidence that one school may keep in the roadmap
    JOB_HEARTBEAT_SECONDS = 5.0
    JOB_STALE_SECONDS = 30.0  # a worker silent for so long is taken for dead
    JOB_SWEEP_SECONDS = 5.0
    BABEL_DEFAULT_LOCALE = "ru"
    COMPRESS_MIMETYPES = [
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    ]
    COMPRESS_ALGORITHM = COMPRESS_ALGORITHM_STREAMING = ["br", "gzip"]  # static files count as streams
    COMPRESS_BR_LEVEL = 5

    def __init__(self) -> None:
        env = os.environ.get
        self.INSTANCE = Path(env("OPORA_INSTANCE", str(ROOT / "instance")))
        self.SQLALCHEMY_DATABASE_URI = known_database(env("DATABASE_URL") or f"sqlite:///{self.INSTANCE / 'opora.db'}")
        self.SQLALCHEMY_ENGINE_OPTIONS = engine_options(self.SQLALCHEMY_DATABASE_URI)
        self.FILES = Path(env("OPORA_FILES", str(self.INSTANCE / "files")))
        self.REDIS_URL = env("REDIS_URL", "")
        self.HOST = env("HOST", "127.0.0.1")
        self.PORT = port_number(env("PORT") or "8000")
        self.PUBLIC_URL = (env("PUBLIC_URL") or f"http://127.0.0.1:{self.PORT}").rstrip("/")
        self.SESSION_COOKIE_SECURE = self.PUBLIC_URL.startswith("https://")
        self.SMTP_URL = env("SMTP_URL", "")  # without it letters are not sent; texts can be copied and printed
        self.MAIL_FROM = env("MAIL_FROM", "")
        self.SECRET_KEY = env("SECRET_KEY") or kept_secret(self.INSTANCE / "secret_key")


class TestConfig(Config):
    """Settings of the test suite: a database of its own, no compression, a known secret."""

    TESTING = True
    __test__ = False  # not a class of tests

    def __init__(self, database_url: str, instance: Path) -> None:
        self.INSTANCE = instance
        self.SQLALCHEMY_DATABASE_URI = database_url
        self.SQLALCHEMY_ENGINE_OPTIONS = engine_options(database_url)
        self.FILES = instance / "files"
        self.REDIS_URL = ""
        self.HOST = "127.0.0.1"
        self.PORT = 8000
        self.PUBLIC_URL = "http://127.0.0.1:8000"
        self.SESSION_COOKIE_SECURE = False
        self.SMTP_URL = self.MAIL_FROM = ""
        self.SECRET_KEY = "known only to the tests"


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise BadSettingError(f"PORT: «{text}» — не номер порта; напишите число от 1 до 65535, например 8000.")
    return int(text)


def known_database(url: str) -> str:
    """The address as it was given, with our driver; a database that we do not run on is refused."""
    address = with_driver(url)
    try:
        backend = make_url(address).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):  # the address itself may hold a password: it is not repeated
        raise BadSettingError(
            "DATABASE_URL: адрес базы не понят; напишите postgresql://имя:пароль@сервер/база "
            "или sqlite:////полный/путь/opora.db."
        )
    return address


def with_driver(url: str) -> str:
    """``postgres://`` and ``postgresql://`` name our PostgreSQL driver."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def engine_options(url: str) -> dict[str, Any]:
    """A connection that died while idle is replaced unseen; an absent server is an error in seconds, not minutes."""
    options: dict[str, Any] = {"hide_parameters": True}  # names and answers never reach the log
    if url.startswith("postgresql"):
        return {**options, "pool_pre_ping": True, "pool_timeout": 10, "connect_args": {"connect_timeout": 5}}
    return {**options, "module": sqlite3}


def kept_secret(path: Path) -> str:
    """The secret key of this installation, made once and readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as problem:
        advice = "дайте право писать туда или назовите другую папку в OPORA_INSTANCE"
        raise BadSettingError(f"папка {path.parent} недоступна ({disk_problem(problem)}): {advice}.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text().strip()
