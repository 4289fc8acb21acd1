"""The small world of the tests; see ``conftest``."""

from functools import lru_cache

from app.auth.passwords import hash_password
from app.extensions import db
from app.models import Assignment, Municipality, Person, School

PASSWORD = "пароль-для-проверки"
PEOPLE = {  # login: (family, given, patronymic, role, school)
    "anna": ("Аннина", "Анна", "Петровна", "teacher", "school1"),
    "boris": ("Борисов", "Борис", "Ильич", "head", "school1"),
    "darya": ("Дарьина", "Дарья", "Олеговна", "coordinator", "school1"),
    "vera": ("Верина", "Вера", "Сергеевна", "head", "school2"),
    "galina": ("Галина", "Галина", "Юрьевна", "methodist", None),
    "maria": ("Марьина", "Мария", "Львовна", "municipal", None),
    "adam": ("Адамов", "Адам", "Асланович", "admin", None),
}


@lru_cache(maxsize=1)
def _password() -> str:
    return hash_password(PASSWORD)


def build_world() -> None:
    """One municipality, two schools, seven people."""
    municipality = Municipality(name="Озёрный район", department="Управление образования Озёрного района")
    db.session.add(municipality)
    db.session.flush()
    schools = {}
    for position, code in enumerate(("school1", "school2")):
        number = position + 1
        schools[code] = School(
            municipality_id=municipality.id,
            code=code,
            name=f"МКОУ «СОШ № {number} с. Озёрное»",
            short_name=f"Озёрное № {number}",
            position=position,
        )
    db.session.add_all(schools.values())
    db.session.flush()
    for login, (family, given, patronymic, role, school) in PEOPLE.items():
        person = Person(
            login=login, family=family, given=given, patronymic=patronymic, password_hash=_password(), number=login
        )
        person.assignments.append(
            Assignment(
                role=role,
                scope=school or "municipality",
                school_id=schools[school].id if school else None,
                municipality_id=municipality.id,
            )
        )
        db.session.add(person)
