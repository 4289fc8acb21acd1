"""Commands that bring content in and show the roadmap. Bad input: one line a problem on standard error, status 2."""

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import click
from flask import Flask

from app.database import writing
from app.extensions import db
from surveys.errors import SurveyError

FILE = click.argument("file", type=click.Path(path_type=Path))
DRY = click.option("--dry-run", is_flag=True, help="Только показать, что изменится.")


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
    for command in (start, schools, people, roadmap, instruments, answers):
        app.cli.add_command(command)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Write inside one transaction; a SurveyError undoes it, is told line by line, and ends with 2."""
    try:
        with writing():
            yield
    except SurveyError as error:
        db.session.rollback()
        for line in error.lines():
            click.echo(line, err=True)
        sys.exit(2)


def refuse(line: str) -> NoReturn:
    db.session.rollback()
    click.echo(line, err=True)
    sys.exit(2)


def read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise SurveyError("файл не открывается; проверьте, что он есть и доступен для чтения", file.name) from None


def end(dry_run: bool) -> None:
    """Keep the changes, or leave everything as it was."""
    if dry_run:
        db.session.rollback()
        click.echo("Проверка: ничего не изменено.")
    else:
        db.session.commit()


@click.command()
def start() -> None:
    """Загрузить приказ: дорожную карту, школы, анкету, карту, правила, текст согласия; без людей и ответов."""
    from app.content.starting import AlreadyStartedError, start_order

    with refusing():
        try:
            plan = start_order()
        except AlreadyStartedError:
            refuse("База не пуста: приказ уже загружен. Ничего не изменено.")
        db.session.commit()
        click.echo(f"Загружено: {plan.short_title}; школы, анкеты, правила и текст согласия.")


@click.group()
def schools() -> None:
    """Школы."""


@schools.command("import")
@FILE
@DRY
def import_schools(file: Path, dry_run: bool) -> None:
    """Взять школы из таблицы CSV или XLSX."""
    from app.importing.tables import read_table
    from app.people import school_lists

    with refusing():
        changes = school_lists.plan_schools(read_table(read_bytes(file), file.name, school_lists.COLUMNS), file.name)
        if not dry_run:
            school_lists.apply_schools(changes)
        click.echo(
            f"Школы: добавить {len(changes.added)}, изменить {len(changes.changed)}, без изменений {changes.same}, "
            f"нет в файле {len(changes.missing)}."
        )
        end(dry_run)


@click.group()
def people() -> None:
    """Люди."""


@people.command("import")
@FILE
@DRY
@click.option("--mark-left", is_flag=True, help="Закрыть вход педагогам, которых в файле нет.")
def import_people(file: Path, dry_run: bool, mark_left: bool) -> None:
    """Взять людей из таблицы CSV или XLSX."""
    from app.importing.tables import read_table
    from app.models.people import ROLES
    from app.people import changes as people_changes
    from app.people.lists import COLUMNS

    with refusing():
        table = read_table(read_bytes(file), file.name, COLUMNS)
        changes = people_changes.plan_people(table, file.name, roles=set(ROLES))
        if not dry_run:
            people_changes.apply_people(changes, mark_left=mark_left)
        sizes = people_changes.counts(changes, mark_left)
        click.echo(
            f"Люди: добавить {sizes['added']}, изменить {sizes['changed']}, без изменений {sizes['same']}, "
            f"нет в файле {sizes['missing']}, из них закрыть {sizes['left']}."
        )
        if changes.dropped:
            click.echo(f"Удалены и не хранятся столбцы: {', '.join(changes.dropped)}.")
        if changes.unused:
            click.echo(f"Не используются столбцы: {', '.join(changes.unused)}.")
        end(dry_run)


@click.group()
def roadmap() -> None:
    """Дорожная карта."""


@roadmap.command("import")
@FILE
@DRY
def import_roadmap(file: Path, dry_run: bool) -> None:
    """Взять дорожную карту из файла TOML."""
    from app.content.starting import add_plan
    from surveys.roadmap.plan import load_roadmap

    with refusing():
        plan = add_plan(load_roadmap(file), file.name)
        click.echo(f"Дорожная карта: {plan.short_title}, пунктов {sum(len(one.items) for one in plan.sections)}.")
        end(dry_run)


@roadmap.command("show")
@click.option("--at", "day", metavar="DATE", help="Состояние на конец этого дня, ГГГГ-ММ-ДД.")
@click.option("--plan", "code", metavar="CODE", help="Код плана; без него - все, что действуют, в JSON - последний.")
@click.option("--json", "as_json", is_flag=True, help="Один документ JSON.")
def show_roadmap(day: str | None, code: str | None, as_json: bool) -> None:
    """Показать пункты и их состояние."""
    from app.models import Municipality
    from app.plan.changes import as_of
    from app.plan.marks import marks_at, marks_now
    from app.plan.plans import all_plans, describe_plan, items_of, plans_in_force

    known = all_plans()
    if not known:
        refuse("Дорожная карта не загружена: выполните flask --app wsgi start или roadmap import.")
    try:
        date = dt.date.fromisoformat(day) if day else None
    except ValueError:
        refuse(f"--at: «{day}» — не дата; пишите ГГГГ-ММ-ДД, например 2020-06-01.")
    zone = db.session.get_one(Municipality, known[0].municipality_id).timezone
    at = date or dt.datetime.now(ZoneInfo(zone)).date()
    plans = [plan for plan in known if plan.code == code] if code else plans_in_force(at)
    if not plans:
        refuse(f"--plan: плана «{code}» нет. Есть: {', '.join(plan.code for plan in known)}.")
    for plan in plans[:1] if as_json else plans:  # the document's items are known by number alone: one plan's
        items = [one for one in items_of(plan, duties=False) if one.withdrawn_on is None or one.withdrawn_on > at]
        if date:
            items = as_of(items, dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), ZoneInfo(zone)))
        told = describe_plan(plan, marks_at(plan, date, zone) if date else marks_now(plan), items)
        if as_json:
            click.echo(json.dumps({**told, "notes": []}, ensure_ascii=False))
            return
        if len(plans) > 1:
            click.echo(f"План {plan.code}: {plan.short_title}")
        for item in told["items"]:
            click.echo(f"{item['number']:5} {item['status']:12} {item['done']} из {item['of']}  {item['title']}")


@click.group()
def instruments() -> None:
    """Анкеты и карты."""


@instruments.command("import")
@FILE
@DRY
def import_instrument(file: Path, dry_run: bool) -> None:
    """Взять анкету или карту: нашу (.toml) или XLSForm (.xlsx, .xls, .csv)."""
    from app.content.starting import add_instrument
    from surveys.definition.instrument import read_instrument

    with refusing():
        if file.suffix.lower() == ".toml":
            instrument = read_instrument(file)
        else:
            from surveys.xlsform import read_xlsform

            instrument = read_xlsform(file)
        add_instrument(instrument, file.name)
        click.echo(f"Анкета: {instrument.title}, код {instrument.code}, версия {instrument.version}.")
        end(dry_run)


@click.group()
def answers() -> None:
    """Ответы."""


@answers.command("import")
@click.argument("wave")
@FILE
@DRY
def import_answers(wave: str, file: Path, dry_run: bool) -> None:
    """Взять ответы этапа WAVE (номер или код) из таблицы CSV: строка на человека, столбцы school и вопросы."""
    from app.answers.lists import find_wave, read_answer_lines, store_answer_lines

    with refusing():
        found = find_wave(wave)
        if found is None:
            refuse(f"Этапа «{wave}» нет.")
        if found.status != "open":
            refuse(f"Этап «{wave}» не открыт: ответы принимает только открытый этап.")
        lines = read_answer_lines(file, found)
        added = store_answer_lines(found, lines, file.name)
        click.echo(f"Ответы: строк {len(lines)}, новых {added}.")
        end(dry_run)
