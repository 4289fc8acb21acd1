"""Commands about personal data: terms of keeping."""

import json
from dataclasses import asdict

import click
from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
    app.cli.add_command(retention)


@click.command()
@click.option("--dry-run", is_flag=True, help="Только сосчитать, ничего не удаляя.")
@click.option("--json", "as_json", is_flag=True, help="Один документ JSON.")
def retention(dry_run: bool, as_json: bool) -> None:
    """Удалить черновики, ответы и письма, чей срок хранения вышел."""
    from app.answers.retention import keep_terms, load_terms, overdue
    from app.database import writing
    from app.extensions import db
    from app.models.columns import utc_now

    terms = load_terms()
    if dry_run:
        found = overdue(terms, utc_now())
    else:
        db.session.rollback()
        with writing():
            found = keep_terms(terms, utc_now())
            db.session.commit()
    if as_json:
        click.echo(json.dumps({"terms": asdict(terms), "removed": 0 if dry_run else found, "overdue": found}))
        return
    words = {
        "drafts": "черновиков",
        "answers": "ответов",
        "consents": "согласий",
        "routes": "маршрутов",
        "letters": "писем",
        "plan_letters": "писем о плане",
    }
    told = ", ".join(f"{words[name]}: {number}" for name, number in found.items())
    click.echo(("Срок вышел" if dry_run else "Удалено") + (f" — {told}." if told else ": ничего."))
