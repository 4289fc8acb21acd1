"""``flask report``: the same справка as on the page, as a file or on standard output."""

import io
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from app.disk_problems import disk_problem
from app.extensions import db
from app.models import Wave
from app.reports.editions import show
from app.results.snapshots import latest_snapshot, released_of
from surveys.kinds import DEFAULT, KINDS, kinds_for
from surveys.report.document import Report
from surveys.writers import FORMATS, write_report

BAD_INPUT = 2


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
    app.cli.add_command(report)


def refuse(message: str) -> None:
    """One clear line on standard error, status 2."""
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


@click.command("report", help="Справка по закрытому этапу: WAVE - номер или код этапа.")
@click.argument("wave", required=False, default="")
@click.option("--scope", default="municipality", help="municipality или school:КОД")
@click.option("--format", "kind", default="docx", help="docx, pdf, xlsx, html или json")
@click.option("--kind", "document", default=DEFAULT, help=f"Вид документа: {', '.join(KINDS)}")
@click.option("-o", "--output", default="", help="Файл; для html и json без него - стандартный вывод")
@with_appcontext
def report(wave: str, scope: str, kind: str, document: str, output: str) -> None:
    """Check the request, build the report, write it."""
    if kind not in FORMATS:
        refuse(f"Формат «{kind}» неизвестен: есть {', '.join(FORMATS)}.")
    if not output and kind not in ("html", "json"):
        refuse(f"Укажите файл для {kind}: -o ФАЙЛ.")
    if document not in KINDS:
        refuse(f"Вид «{document}» неизвестен: есть {', '.join(KINDS)}.")
    built = build(wave, scope, document)
    if not output or output == "-":
        stream = io.BytesIO()
        write_report(built, kind, stream)  # type: ignore[arg-type]
        click.echo(stream.getvalue(), nl=False)
        return
    target = Path(output)
    try:
        write_report(built, kind, target)  # type: ignore[arg-type]
    except OSError as error:
        refuse(f"Файл {target} не записан: {disk_problem(error)}.")


def build(wave_name: str, scope: str, document: str = DEFAULT) -> Report:
    """The report that the page shows, or a refusal."""
    wave = find_wave(wave_name)
    if wave is None:
        codes = ", ".join(db.session.scalars(db.select(Wave.code).order_by(Wave.id))) or "нет ни одного"
        refuse(f"Этап «{wave_name}» не найден. Этапы: {codes}.")
    assert wave is not None
    snapshot = latest_snapshot(wave.id)
    if snapshot is None:
        refuse(f"Этап «{wave.code}» не рассчитан: сначала закройте его.")
    assert snapshot is not None
    if scope != "municipality" and not scope.startswith("school:"):
        refuse(f"Область «{scope}» не понята: municipality или school:КОД.")
    if KINDS[document] not in kinds_for(scope):
        named = "по муниципалитету" if scope != "municipality" else "по школе"
        refuse(f"«{KINDS[document].title}» составляется только {named}: измените --scope.")
    if "previous" in KINDS[document].needs and not released_of(snapshot).changes:
        refuse(f"Этап «{wave.code}» сравнить не с чем: закрытого этапа с той же анкетой до него нет.")
    try:
        return show(wave, snapshot, scope, document).report
    except KeyError:
        refuse(f"В этапе «{wave.code}» нет школы «{scope.removeprefix('school:')}».")
        raise


def find_wave(name: str) -> Wave | None:
    """A wave by its code or its number."""
    wave = db.session.scalar(db.select(Wave).where(Wave.code == name))
    if wave is None and name.isdecimal() and len(name) < 10:
        wave = db.session.get(Wave, int(name))
    return wave
