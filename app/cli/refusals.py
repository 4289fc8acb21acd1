"""What every command has in common: a mistake in its words or a failing database is one Russian line and status 2."""

import sys
from collections.abc import Iterable
from typing import Any

import click
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.database import UnsafeDatabaseError

HINT = "flask --app wsgi db upgrade создаст таблицы, flask --app wsgi doctor назовёт причину"


def guard(command: click.Command) -> None:
    """Make ``command`` and its subcommands end with one line instead of a traceback; a second call changes nothing."""
    if getattr(command, "tells_in_one_line", False):
        return
    make_context, invoke = command.make_context, command.invoke

    def made(name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        try:
            return make_context(name, args, parent, **extra)
        except click.UsageError as error:
            refuse_usage(error)
            raise

    def invoked(context: click.Context) -> Any:
        try:
            return invoke(context)
        except click.UsageError as error:
            refuse_usage(error)
            raise
        except (DBAPIError, PoolTimeoutError, UnsafeDatabaseError) as error:
            if isinstance(error, IntegrityError):
                raise
            end(f"База не создана или недоступна: {reason(error)}. {HINT}.")

    command.make_context, command.invoke = made, invoked  # type: ignore[method-assign]
    command.tells_in_one_line = True  # type: ignore[attr-defined]


def guard_names(group: click.Group, others: Iterable[str]) -> None:
    """Make ``group``, asked last for a command, refuse an unknown one by naming its own and the ``others``."""
    get_command = group.get_command

    def known(context: click.Context, name: str) -> click.Command | None:
        command = get_command(context, name)
        if command is None and not context.resilient_parsing:
            words = ", ".join(sorted({*group.commands, *others}))
            end(f"Нет команды {name}; есть: {words}; подсказка: {context.command_path} --help")
        return command

    group.get_command = known  # type: ignore[method-assign]


def refuse_usage(error: click.UsageError) -> None:
    """Say what is wrong with the words of the command."""
    path = f"{error.ctx.command_path} " if error.ctx else ""
    end(f"{usage_problem(error)}; подсказка: {path}--help")


def usage_problem(error: click.UsageError) -> str:
    """The problem without the library's English."""
    words = ", ".join(sorted(getattr(error.ctx and error.ctx.command, "commands", {})))
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return f"Не указано, что сделать: {words}"
    param = getattr(error, "param", None)
    name = param.human_readable_name if isinstance(param, click.Argument) else param.opts[0] if param else ""
    if isinstance(error, click.MissingParameter):
        return f"Не указано: {name}"
    if isinstance(error, click.NoSuchOption):
        return f"Нет параметра {error.option_name}"
    if isinstance(error, click.BadOptionUsage):
        return f"У параметра {error.option_name} нет значения или оно лишнее"
    if isinstance(error, click.BadParameter):
        return f"{name}: значение не подходит (папка вместо файла или слово не того вида)"
    return f"Нет такой команды; есть: {words}" if words else "Лишнее или неизвестное слово в команде"


def reason(error: Exception) -> str:
    """First line of the driver's own words."""
    told = error.orig if isinstance(error, DatabaseError) and error.orig else error
    return str(told).strip().splitlines()[0].rstrip(".")


def end(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(2)
