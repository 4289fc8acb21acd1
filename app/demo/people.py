"""Invented schools and people of the demonstration, and its six sign-ins."""

import random
from dataclasses import dataclass

from app.auth.passwords import hash_password
from app.extensions import db
from app.models import Assignment, Municipality, Person, Respondent, School

PASSWORD = "demo"


@dataclass(frozen=True)
class DemoSchool:
    """A school with its number of teachers and how many of them answered at each stage."""

    code: str
    name: str
    short: str
    head: str
    teachers: int
    baseline: int
    refused: int
    midline: int


SCHOOLS = (
    DemoSchool("demo1", "МКОУ «СОШ с. Верхнее» (демо)", "Верхнее", "Полянская Л. В.", 30, 26, 1, 9),
    DemoSchool("demo2", "МКОУ «СОШ № 1 с. Озёрное» (демо)", "Озёрное № 1", "Ручьёв К. А.", 36, 33, 1, 14),
    DemoSchool("demo3", "МКОУ «СОШ № 2 с. Озёрное» (демо)", "Озёрное № 2", "Светлогоров Д. П.", 24, 21, 0, 6),
    DemoSchool("demo4", "МКОУ «СОШ с. Нижнее» (демо)", "Нижнее", "Тропинина Е. С.", 12, 4, 0, 2),
    DemoSchool("demo5", "МКОУ «СОШ с. Речное» (демо)", "Речное", "Ключевская М. И.", 18, 16, 1, 5),
)
# login: family, given, patronymic, position, role, school
SIGN_INS = {
    "teacher": ("Лугова", "Анна", "Петровна", "учитель", "teacher", "demo2"),
    "head": ("Ручьёв", "Кирилл", "Андреевич", "директор", "head", "demo2"),
    "coordinator": ("Дубравина", "Дарья", "Олеговна", "школьный координатор", "coordinator", "demo2"),
    "methodist": ("Светлова", "Галина", "Юрьевна", "методист", "methodist", None),
    "municipal": ("Полевая", "Мария", "Львовна", "муниципальный координатор", "municipal", None),
    "admin": ("Мостовой", "Адам", "Асланович", "администратор", "admin", None),
}
FAMILIES = (
    "Берёзкин Ветров Горный Долин Ельников Жаворонков Заречин Ивушкин Калинин Каменев Лесной Лозин Малинин Мельников "
    "Облаков Орехов Песков Полянин Родников Рощин Садов Снегирёв Туманов Утёсов Холмов Цветков Черёмухин Шатров Яблонев"
).split()
WOMEN = (
    "Алина Белла Валентина Галина Диана Елена Жанна Зарема Ирина Лариса Марина Наталья Ольга Светлана Татьяна".split()
)
MEN = "Алексей Борис Виктор Заур Игорь Михаил Руслан Сергей Тимур Юрий".split()
FATHERS = "Алексеев Борисов Викторов Игорев Михайлов Русланов Сергеев Тимуров Юрьев Хасанов".split()


def add_municipality() -> Municipality:
    """The invented district."""
    municipality = Municipality(
        name="Озёрный муниципальный район (демонстрация)",
        department="Управление образования Озёрного района (демонстрация)",
    )
    db.session.add(municipality)
    db.session.flush()
    return municipality


def add_schools(municipality: Municipality) -> dict[str, School]:
    """The five invented schools by code."""
    schools = {
        one.code: School(
            municipality_id=municipality.id,
            code=one.code,
            name=one.name,
            short_name=one.short,
            head_name=one.head,
            position=position,
        )
        for position, one in enumerate(SCHOOLS)
    }
    db.session.add_all(schools.values())
    db.session.flush()
    return schools


def add_people(municipality: Municipality, schools: dict[str, School], generator: random.Random) -> dict[str, Person]:
    """The six sign-ins and the teachers; returns the sign-ins by login."""
    password = hash_password(PASSWORD)
    accounts: dict[str, Person] = {}
    for login, (family, given, patronymic, position, role, school) in SIGN_INS.items():
        person = Person(
            login=login,
            family=family,
            given=given,
            patronymic=patronymic,
            position=position,
            password_hash=password,
            is_demo=True,
        )
        person.assignments = [_assignment(role, schools.get(school or ""), municipality)]
        accounts[login] = person
    db.session.add_all(accounts.values())
    for one in SCHOOLS:
        for number in range(1, one.teachers + 1 - (one.code == "demo2")):  # the sign-in «teacher» is one of them
            db.session.add(_teacher(f"{one.code}-{number:02d}", schools[one.code], municipality, generator))
    db.session.flush()
    for person_id in db.session.scalars(db.select(Person.id)):
        db.session.add(Respondent(person_id=person_id))
    db.session.flush()
    return accounts


def _teacher(number: str, school: School, municipality: Municipality, generator: random.Random) -> Person:
    woman = generator.random() < 0.85
    family = generator.choice(FAMILIES)
    if woman:
        family = family[:-2] + "ая" if family.endswith(("ый", "ий", "ой")) else family + "а"
    person = Person(
        number=number,
        family=family,
        given=generator.choice(WOMEN if woman else MEN),
        patronymic=generator.choice(FATHERS) + ("на" if woman else "ич"),
        position="учитель",
        is_demo=True,
    )
    person.assignments = [_assignment("teacher", school, municipality)]
    return person


def _assignment(role: str, school: School | None, municipality: Municipality) -> Assignment:
    return Assignment(
        role=role,
        scope=school.code if school else "municipality",
        school_id=school.id if school else None,
        municipality_id=municipality.id,
    )
