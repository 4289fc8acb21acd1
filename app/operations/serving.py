"""``flask serve``: check the port, then hand over to the supervisor."""

import os
import socket
import sys
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from app.extensions import db
from app.models import Municipality, Person

SUPERVISOR = Path(__file__).with_name("supervisor.py")


def port_problem(host: str, port: int) -> str | None:
    """Why nothing can listen at ``host:port``, in one Russian line; None where all is well."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"Порт {port} разрешён только суперпользователю. Возьмите порт от 1024: make run PORT=8080."
        except (OSError, OverflowError):
            other = free_port(host, port)
            return f"Порт {port} на {host} занят другой программой. Возьмите другой: make run PORT={other}."
    return None


def free_port(host: str, port: int) -> int:
    """A port to suggest: the next one that is free."""
    for candidate in range(port + 1, min(port + 50, 65536)):
        with socket.socket() as probe:
            if probe.connect_ex((host, candidate)):
                return candidate
    return 8080


def prepare(app: Flask, context: click.Context) -> None:
    """Bring the tables up to date; fill an empty database with the demonstration unless OPORA_DEMO=no."""
    upgrade()
    empty = not any(
        db.session.scalar(db.select(db.func.count()).select_from(table)) for table in (Municipality, Person)
    )
    db.session.rollback()
    if empty and os.environ.get("OPORA_DEMO") != "no":
        click.echo("База пуста: загружаю демонстрационные данные…")
        context.invoke(app.cli.commands["demo"])
    db.session.remove()
    db.engine.dispose()


def serve(app: Flask) -> None:
    """Become the supervisor: this process, grown large by loading the application, is replaced by a small one."""
    address = f"http://{app.config['HOST']}:{app.config['PORT']}".replace("//0.0.0.0:", "//127.0.0.1:")
    sys.stdout.flush()
    arguments = [sys.executable, "-I", str(SUPERVISOR), address, app.config["PUBLIC_URL"]]
    os.execv(sys.executable, arguments)
