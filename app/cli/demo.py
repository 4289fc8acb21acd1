"""``flask demo``: the demonstration in an empty database."""

import click
from flask import Flask

from app.cli.content import refuse, refusing
from app.extensions import db


def register(app: Flask) -> None:
    """Add the command to ``app``."""
    app.cli.add_command(demo)


@click.command("demo")
def demo() -> None:
    """Загрузить демонстрацию: придуманные школы, люди и ответы. Только в пустую базу."""
    from app.demo.build import NotEmptyError, build_demo
    from app.demo.people import PASSWORD, SIGN_INS

    with refusing():
        try:
            counts = build_demo()
        except NotEmptyError:
            refuse("База не пуста: демонстрация загружается только в пустую базу. Ничего не изменено.")
        db.session.commit()
    click.echo(
        f"Демонстрация загружена: школ {counts['schools']}, учителей {counts['teachers']}, "
        f"анкет {counts['submissions']}. Вход: {', '.join(SIGN_INS)}; пароль у всех: {PASSWORD}."
    )
