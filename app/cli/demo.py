"""``flask demo``: the demonstration in an empty database."""

import sys

import click
from flask import Flask

from app.database import writing
from app.extensions import db


def register(app: Flask) -> None:
    """Add the command to ``app``."""
    app.cli.add_command(demo)


@click.command("demo")
def demo() -> None:
    """Загрузить демонстрацию: придуманные школы, люди и ответы. Только в пустую базу."""
    from app.demo.build import NotEmptyError, build_demo
    from app.demo.people import PASSWORD, SIGN_INS

    try:
        with writing():
            counts = build_demo()
            db.session.commit()
    except NotEmptyError:
        db.session.rollback()
        click.echo("База не пуста: демонстрация загружается только в пустую базу. Ничего не изменено.", err=True)
        sys.exit(2)
    click.echo(
        f"Демонстрация загружена: школ {counts['schools']}, учителей {counts['teachers']}, "
        f"анкет {counts['submissions']}. Вход: {', '.join(SIGN_INS)}; пароль у всех: {PASSWORD}."
    )
