"""The staff base from a file: every row read, every error told with its place, nothing changed before it is applied."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from app.extensions import db
from app.importing.tables import ImportRefusedError, Row, Table, column, duplicates, heading_key, read_table
from app.models import School, StaffMember
from app.models.staff import AGES, CATEGORIES, EXPERIENCE, POSTS
from app.staff.subjects import subject_codes
from surveys.errors import Problem

COLUMNS = (
    column("school", "Школа", "код школы", "организация", "ОО"),
    column("number", "Табельный номер", "табельный", "таб. №", "таб. номер", required=True),
    column("name", "ФИО", "фамилия имя отчество", "работник", "сотрудник"),
    column("family", "Фамилия"),
    column("given", "Имя"),
    column("patronymic", "Отчество"),
    column("post", "Должность"),
    column("subjects", "Предметы", "предмет"),
    column("hours", "Нагрузка, часов", "нагрузка", "часов", "часы"),
    column("rate", "Ставка", "ставок"),
    column("external", "Внешний совместитель", "совместитель"),
    column("category", "Категория", "квалификационная категория"),
    column("category_until", "Категория до", "срок категории", "категория действует до"),
    column("higher_education", "Высшее педагогическое", "высшее педагогическое образование"),
    column("experience", "Стаж", "стаж, лет", "педагогический стаж"),
    column("age", "Возрастная группа"),
    column("course_subject_on", "Курсы по предмету"),
    column("course_ovz_on", "Курсы по ОВЗ", "курсы ОВЗ"),
    column("course_ict_on", "Курсы по ИКТ", "курсы ИКТ"),
    column("left_on", "Уволен", "дата увольнения"),
)
YES, NO = {"да", "1", "+", "есть", "true"}, {"нет", "0", "-", "", "false"}
POST_SIGNS = {
    "психолог": "psychologist",
    "логопед": "defectologist",
    "дефектолог": "defectologist",
    "социальн": "social",
}


@dataclass
class Plan:
    """What a file would do: new people, changed people with their new values, people it leaves as they are.

    ``absent`` work in the schools of the list and are not in it: they stay as they are.
    """

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[StaffMember, dict[str, Any]]] = field(default_factory=list)
    same: int = 0
    absent: list[StaffMember] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def plan_import(data: bytes, filename: str, schools: Sequence[School], home: School | None) -> Plan:
    """Read ``data`` and compare it with the base.

    Args:
        schools: those that may be changed; a row of another is an error.
        home: the school of rows that name none.

    Raises:
        ImportRefusedError: every problem found, with row and column.
    """
    table = read_table(data, filename, COLUMNS)
    named = {}
    for school in schools:
        named |= {heading_key(text): school for text in (school.code, school.name, school.short_name)}
    problems: list[Problem] = []
    rows = [(row, _values(table, row, named, home, problems)) for row in table.rows]
    keys = [(row.number, f"{values.get('school_id')} {values.get('number')}") for row, values in rows]
    for line, _key, first in duplicates(keys):
        problems.append(Problem(f"строка {line}", f"этот табельный номер уже был в строке {first}"))
    if problems:
        raise ImportRefusedError(problems, filename)
    kept = {
        (one.school_id, one.number): one
        for one in db.session.scalars(
            db.select(StaffMember).where(StaffMember.school_id.in_([school.id for school in schools]))
        )
    }
    plan = Plan(dropped=table.dropped, unused=table.unused)
    for _row, values in rows:
        one = kept.get((values["school_id"], values["number"]))
        if one is None:
            plan.added.append(values)
        elif any(getattr(one, key) != value for key, value in values.items()):
            plan.changed.append((one, values))
        else:
            plan.same += 1
    listed = {(values["school_id"], values["number"]) for _row, values in rows}
    schools_listed = {school_id for school_id, _number in listed}
    plan.absent = [
        one for key, one in kept.items() if key not in listed and one.school_id in schools_listed and not one.left_on
    ]
    return plan


def apply_plan(plan: Plan) -> None:
    """Do what the plan says; the caller commits."""
    for values in plan.added:
        db.session.add(StaffMember(**values))
    for one, values in plan.changed:
        for key, value in values.items():
            setattr(one, key, value)


def _values(
    table: Table, row: Row, named: dict[str, School], home: School | None, problems: list[Problem]
) -> dict[str, Any]:
    """One row as columns of the base; only columns that the file has."""
    values: dict[str, Any] = {}
    school = named.get(heading_key(row["school"])) if row["school"] else home
    if school is None:
        words = f"школа «{row['school']}» не найдена" if row["school"] else "не указана школа"
        problems.append(table.problem(row, "school", words))
    else:
        values["school_id"] = school.id
    name = row["name"] or " ".join(part for part in (row["family"], row["given"], row["patronymic"]) if part)
    for key, text in (("number", row["number"]), ("name", re.sub(r"\s+", " ", name))):
        if not text:
            problems.append(table.problem(row, key, "пусто"))
        values[key] = text[:200]
    for key, read in READERS.items():
        if key not in table.titles:
            continue
        try:
            values[key] = read(row[key])
        except ValueError as error:
            problems.append(table.problem(row, key, str(error)))
    return values


def read_number(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise ValueError(f"«{text}» не число") from None
    if not 0 <= number <= 100:
        raise ValueError(f"«{text}»: нужно число от 0 до 100")
    return number


def read_date(text: str) -> dt.date | None:
    """«15.06.2019», «2019-06-15», or a year: its last day."""
    if not text:
        return None
    if re.fullmatch(r"(19|20)\d\d", text):
        return dt.date(int(text), 12, 31)
    for shape in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text[:10], shape).date()
        except ValueError:
            continue
    raise ValueError(f"«{text}» не дата: нужна дата вида 15.06.2019")


def read_yes(text: str) -> bool:
    word = text.strip().lower()
    if word in YES | NO:
        return word in YES
    raise ValueError(f"«{text}»: нужно «да» или «нет»")


def read_post(text: str) -> str:
    """A post by its words; an unknown one is «другая должность», as is a «педагог-организатор», who is no teacher."""
    word = text.lower().strip()
    found = next((post for sign, post in POST_SIGNS.items() if sign in word), None)
    if found:
        return found
    return "teacher" if word in ("", "педагог") or word.startswith(("учитель", "преподаватель")) else "other"


def read_category(text: str) -> str:
    word = text.lower()
    signs = {"высш": "high", "перв": "first", "1": "first", "сзд": "szd", "соответств": "szd"}
    found = next((code for sign, code in signs.items() if sign in word), None)
    if found or not word or word in ("нет", "-", "без категории", "не имеет"):
        return found or "none"
    raise ValueError(f"«{text}»: нужно «высшая», «первая», «СЗД» или «нет»")


def read_experience(text: str) -> str:
    """A band from its words or from full years."""
    if not text:
        return ""
    for code, label in EXPERIENCE.items():
        if heading_key(text) == heading_key(label):
            return code
    years = re.match(r"\d+", text)
    if not years or int(years[0]) > 70:
        raise ValueError(f"«{text}»: нужно число полных лет")
    return "3" if int(years[0]) <= 3 else "4_20" if int(years[0]) <= 20 else "21"


def read_age(text: str) -> str:
    """Only a band: ages and birth dates are not kept."""
    if not text:
        return ""
    for code, label in AGES.items():
        if heading_key(text) == heading_key(label):
            return code
    raise ValueError(f"«{text}»: нужна группа: " + ", ".join(f"«{label}»" for label in AGES.values()))


READERS = {
    "post": read_post,
    "subjects": subject_codes,
    "hours": read_number,
    "rate": read_number,
    "external": read_yes,
    "category": read_category,
    "category_until": read_date,
    "higher_education": read_yes,
    "experience": read_experience,
    "age": read_age,
    "course_subject_on": read_date,
    "course_ovz_on": read_date,
    "course_ict_on": read_date,
    "left_on": read_date,
}
SAMPLE = "\ufeff" + "\r\n".join(
    ";".join(line)
    for line in (
        [one.title for one in COLUMNS if one.key not in ("family", "given", "patronymic")],
        ["demo1", "001", "Образцова Анна Петровна", POSTS["teacher"], "Физика, Астрономия", "22", "1", "нет"]
        + [CATEGORIES["first"], "25.12.2023", "да", "14", AGES["36_54"], "15.06.2019", "", "20.11.2018", ""],
    )
)
