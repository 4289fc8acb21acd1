"""A list of people as school secretaries send it: rows of a file become lines, one a person, each checked."""

import re
from dataclasses import dataclass

from app.importing.tables import ImportRefusedError, Row, Table, column, duplicates, heading_key
from app.mail.server import is_address
from app.models import School
from app.models.people import ROLES, SCHOOL_ROLES
from app.people.names import is_name, mended, split_full_name
from app.people.school_lists import SchoolFinder
from surveys.errors import Problem

WHOSE = ("", " педагога", " учителя", " преподавателя", " сотрудника", " работника", " педагогического работника")
COLUMNS = (
    column(
        "number",
        "табельный",
        "табельный номер",
        "табельный №",
        "таб. №",
        "таб №",
        "таб. номер",
        "№ табельный",
        "number",
    ),
    column(
        "full_name",
        "ФИО",
        *(f"{words}{whose}" for words in ("фио", "фамилия имя отчество", "фио полностью") for whose in WHOSE),
        "фамилия, имя, отчество (при наличии)",
        "фамилия, имя, отчество (полностью)",
        "сотрудник",
        "педагог",
        "учитель",
    ),
    column("family", "фамилия", "family"),
    column("given", "имя", "given"),
    column("patronymic", "отчество", "отчество (при наличии)", "patronymic"),
    column(
        "school",
        "школа",
        "код школы",
        *(f"{name}{what}" for name in ("", "наименование ", "название ") for what in ("школы", "оо", "оу")),
        "организация",
        "образовательная организация",
        "наименование образовательной организации",
        "полное наименование оо",
        "краткое наименование оо",
        "место работы",
        "school",
    ),
    column("position", "должность", "занимаемая должность", "position"),
    column("subject", "предмет", "преподаваемый предмет", "преподаваемые предметы", "предметы", "subject"),
    column("role", "роль", "роли", "role"),
    column(
        "email",
        "эл. почта",
        "электронная почта",
        "почта",
        "адрес электронной почты",
        "адрес эл. почты",
        "электронный адрес",
        "e-mail",
        "email",
    ),
    column("login", "имя для входа", "логин", "login"),
)
ROLE_WORDS = {
    **{heading_key(title): role for role, title in ROLES.items()},
    **{role: role for role in ROLES},
    "учитель": "teacher",
    "преподаватель": "teacher",
    "директор": "head",
    "руководитель": "head",
    "координатор": "coordinator",
}
FIELDS = ("family", "given", "patronymic", "position", "email")
MOST = {"family": 120, "given": 120, "patronymic": 120, "position": 200, "email": 200, "login": 120, "number": 64}


@dataclass
class Line:
    """One person of the list, with every school and role they stand with."""

    row: int
    number: str
    values: dict[str, str]
    login: str
    places: list[tuple[str, int | None]]  # (role, school id)

    @property
    def name(self) -> tuple[str, str, str]:
        return tuple(self.values.get(key, "").lower().replace("ё", "е") for key in FIELDS[:3])  # type: ignore[return-value]


def read_lines(
    table: Table,
    source: str,
    finder: SchoolFinder,
    home_school: School | None,
    roles: set[str],
    problems: list[Problem],
) -> list[Line]:
    """Lines of ``table``; problems of rows are added to ``problems``.

    Raises:
        ImportRefusedError: columns without which nothing can be read.
    """
    if "full_name" not in table.titles and not {"family", "given"} <= set(table.titles):
        raise ImportRefusedError("нужны столбцы «фамилия» и «имя» или один столбец «ФИО»", source)
    if "school" not in table.titles and home_school is None:
        raise ImportRefusedError("нет столбца «школа»", source)
    read = [_read(table, row, finder, home_school, roles, problems) for row in table.rows]
    lines = _joined([line for line in read if line], problems)
    for number, login, first in duplicates((line.row, line.login) for line in lines if line.login):
        problems.append(Problem(f"строка {number}", f"имя для входа «{login}» уже стоит в строке {first}"))
    return lines


def _read(
    table: Table, row: Row, finder: SchoolFinder, home: School | None, roles: set[str], problems: list[Problem]
) -> Line | None:
    """One row checked; its problems are added to ``problems``."""
    before = len(problems)
    values = _names(table, row, problems)
    for key, most in MOST.items():
        if len(values.get(key, row[key])) > most:
            problems.append(table.problem(row, key, f"длиннее {most} знаков"))
    if row["email"] and not is_address(row["email"]):
        problems.append(table.problem(row, "email", f"«{row['email']}» не похоже на адрес почты"))
    subject = f"учитель ({row['subject']})" if row["subject"] else ""
    values |= {"position": row["position"] or subject, "email": row["email"]}
    given = _roles(table, row, roles, problems)
    school = finder.find(row["school"]) if row["school"] else home
    if given & SCHOOL_ROLES and school is None:
        text = (
            f"школа «{row['school']}» не найдена: проверьте код или название" if row["school"] else "пусто: нужна школа"
        )
        problems.append(table.problem(row, "school", text))
    if len(problems) > before:
        return None
    places = [(role, school.id if school and role in SCHOOL_ROLES else None) for role in sorted(given)]
    return Line(row.number, row["number"], values, row["login"].lower(), places)


def _names(table: Table, row: Row, problems: list[Problem]) -> dict[str, str]:
    if row["full_name"] or "family" not in table.titles:
        if not row["full_name"]:
            problems.append(table.problem(row, "full_name", "пусто: нужны фамилия и имя"))
            return dict.fromkeys(FIELDS[:3], "")
        parts, keys = split_full_name(mended(row["full_name"])), ("full_name",) * 3
    else:
        parts = (mended(row["family"]), mended(row["given"]), mended(row["patronymic"]))
        keys = ("family", "given", "patronymic")
    for part, key, needed in zip(parts, keys, ("нужна фамилия", "нужно имя", ""), strict=True):
        if not part and needed:
            problems.append(table.problem(row, key, f"пусто: {needed}"))
        elif part and not is_name(part):
            problems.append(table.problem(row, key, f"«{part}» не похоже на имя: в нём цифры или посторонние знаки"))
    return dict(zip(FIELDS, parts, strict=False))


def _roles(table: Table, row: Row, allowed: set[str], problems: list[Problem]) -> set[str]:
    words = [word for word in re.split(r"[,;/]", row["role"]) if word.strip()] or ["teacher"]
    found = set()
    for word in words:
        role = ROLE_WORDS.get(heading_key(word))
        if role is None:
            listed = ", ".join(ROLES.values())
            problems.append(table.problem(row, "role", f"роль «{word.strip()}» не известна; есть: {listed}"))
        elif role not in allowed:
            problems.append(table.problem(row, "role", f"роль «{ROLES[role]}» вы назначать не можете"))
        else:
            found.add(role)
    return found


def _joined(lines: list[Line], problems: list[Problem]) -> list[Line]:
    """Rows of one person in several schools become one; a plain repeat is a problem."""
    known: dict[object, Line] = {}
    for line in lines:
        key = line.number or (line.name, line.places[0][1])
        first = known.setdefault(key, line)
        if first is line:
            continue
        if first.name != line.name:
            text = f"табельный {line.number} уже стоит у другого человека в строке {first.row}"
            problems.append(Problem(f"строка {line.row}", text))
        elif set(line.places) <= set(first.places):
            advice = "" if line.number else "; если это тёзки, добавьте столбец «табельный»"
            problems.append(Problem(f"строка {line.row}", f"повторяет строку {first.row}{advice}"))
        else:
            first.places += [place for place in line.places if place not in first.places]
    return list(known.values())
