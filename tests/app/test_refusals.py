"""What an administrator does wrong outside any file: no tables, no server, odd settings, odd words."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import TestConfig
from app.extensions import db

ROOT = Path(__file__).parent.parent.parent
COMMANDS = (
    "demo",
    "start",
    f"schools import {ROOT}/docs/import/schools.csv",
    f"people import {ROOT}/docs/import/people.csv",
    f"roadmap import {ROOT}/surveys/instruments/roadmap_2020.toml",
    f"instruments import {ROOT}/surveys/instruments/teacher_deficits_v1.toml",
    f"answers import demo-baseline {ROOT}/docs/import/answers.csv",
    "report demo-baseline --format json",
    "roadmap show --json",
)


@pytest.fixture
def unreachable(tmp_path: Path) -> Iterator[Flask]:
    """An installation whose database server is off: nothing listens at port 9."""
    app = create_app(TestConfig("postgresql+psycopg://nobody@127.0.0.1:9/nothing", tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


def refused(app: Flask, command: str) -> str:
    """The only line that ``command`` leaves, on standard error."""
    with app.app_context():
        result = app.test_cli_runner().invoke(args=command.split())
    assert (result.exit_code, result.stdout) == (2, ""), (command, result.stdout, result.exception)
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_command_without_tables_says_that_there_is_no_database(other_app: Flask, command: str) -> None:
    assert refused(other_app, command).startswith("База не создана или недоступна: ")


@pytest.mark.parametrize("command", ["demo", "roadmap show --json", "db upgrade"])
def test_command_without_a_server_says_that_the_database_is_away(unreachable: Flask, command: str) -> None:
    assert refused(unreachable, command).startswith("База не создана или недоступна: ")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("restore", "Не указано: FILE"),
        ("report --colour red", "Нет параметра --colour"),
        ("schools imprt", "Нет такой команды; есть: import"),
        ("roadmap show all", "неизвестное слово"),
        ("nosuch", "Нет команды nosuch; есть: answers, backup, db, demo, doctor, "),
        ("roadmap", "Не указано, что сделать: import, show"),
        ("roadmap show --at", "--at"),
        ("restore /", "FILE"),
    ],
)
def test_odd_words_are_refused_in_russian(bare_app: Flask, command: str, told: str) -> None:
    line = refused(bare_app, command)
    assert told in line
    assert "--help" in line


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "восемь", "PORT"),
        ("PORT", "70000", "PORT"),
        ("DATABASE_URL", "база", "DATABASE_URL"),
        ("DATABASE_URL", "mysql://someone:secret@host/base", "DATABASE_URL"),
        ("OPORA_INSTANCE", "/proc/opora", "/proc/opora"),
    ],
)
def test_odd_setting_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    told: str,
) -> None:
    monkeypatch.setenv("OPORA_INSTANCE", str(tmp_path))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as refusal:
        create_app()
    line = capsys.readouterr().err
    assert refusal.value.code == 2
    assert line.startswith("Опора не запущена: ")
    assert told in line
    assert line.count("\n") == 1
    assert "secret@" not in line


def test_file_that_is_no_database_is_told_by_doctor(tmp_path: Path) -> None:
    (tmp_path / "opora.db").write_bytes(b"not a database at all " * 500)
    app = create_app(TestConfig(f"sqlite:///{tmp_path / 'opora.db'}", tmp_path))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["doctor"])
        db.engine.dispose()
    assert result.exit_code == 2
    assert "file is not a database" in result.stderr
    assert "База не создана" in refused(app, "roadmap show")


@pytest.mark.parametrize(("words", "told"), [("nosuch", "Нет команды nosuch; есть: "), ("doctor --nosuch", "--nosuch")])
def test_unknown_word_after_flask_is_one_line_in_russian(tmp_path: Path, words: str, told: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words.split()]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"OPORA_INSTANCE": str(tmp_path)}, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run
    assert told in run.stderr
