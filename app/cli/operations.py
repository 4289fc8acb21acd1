"""Commands of the administrator: serve, worker, doctor, backup, restore."""

import json
import sys
from pathlib import Path

import click
from flask import Flask, current_app

from app.disk_problems import disk_problem


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
    for command in (serve, worker, doctor, backup, restore):
        app.cli.add_command(command)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]


@click.command()
@click.option("--prepare", is_flag=True, help="Сначала обновить таблицы; в пустую базу загрузить демонстрацию.")
@click.pass_context
def serve(context: click.Context, prepare: bool) -> None:
    """Запустить сервер страниц и обработчик длинных заданий; остановить: Ctrl-C."""
    from app.operations import serving

    problem = serving.port_problem(current_app.config["HOST"], current_app.config["PORT"])
    if problem:
        _refuse(problem)
    if prepare:
        serving.prepare(_app(), context)
    serving.serve(_app())


@click.command()
def worker() -> None:
    """Запустить только обработчик длинных заданий."""
    from app.jobs.worker import run_worker

    run_worker(_app())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Один документ JSON.")
def doctor(as_json: bool) -> None:
    """Проверить установку: строка на проверку, статус 2, если что-то не так."""
    from app.operations.doctor import examine

    checks = list(examine())
    healthy = all(check.ok for check in checks)
    if as_json:
        told = {"ok": healthy, "checks": [check._asdict() for check in checks], "notes": []}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for check in checks:
            click.echo(f"{'хорошо' if check.ok else 'ПЛОХО '}  {check.name}: {check.message}", err=not check.ok)
    sys.exit(0 if healthy else 2)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Записать всю базу и все файлы в один архив FILE; сервер может работать."""
    from app.operations.archive import BadArchiveError
    from app.operations.backup import write_archive

    try:
        counts = write_archive(file)
    except (BadArchiveError, OSError) as problem:
        _refuse(f"{file}: {_reason(problem)}")
    size = file.stat().st_size / 1024**2
    click.echo(f"Копия готова: {file}, строк {sum(counts.values())} в таблицах: {len(counts)}, {size:.1f} МБ.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Заменить всё, что есть в базе.")
def restore(file: Path, force: bool) -> None:
    """Восстановить базу и файлы из архива FILE; сначала архив проверяется целиком."""
    from app.operations.archive import BadArchiveError
    from app.operations.restore import read_archive

    try:
        counts = read_archive(file, force=force)
    except (BadArchiveError, OSError) as problem:
        _refuse(f"{file}: {_reason(problem)}")
    click.echo(f"Восстановлено из {file}: строк {sum(counts.values())} в таблицах: {len(counts)}.")


def _reason(problem: Exception) -> str:
    return disk_problem(problem) if isinstance(problem, OSError) else str(problem)


def _refuse(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(2)
