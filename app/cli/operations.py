"""Commands of the administrator: worker."""

import click
from flask import Flask, current_app


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
    app.cli.add_command(worker)


@click.command()
def worker() -> None:
    """Do long jobs until stopped."""
    from app.jobs.worker import run_worker

    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]
