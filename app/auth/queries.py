"""Reading accounts."""

from app.extensions import db
from app.models import Person


def find_by_login(login: str) -> Person | None:
    """The active person with this login, letter case aside."""
    wanted = login.strip().lower()
    return db.session.scalar(db.select(Person).where(Person.login == wanted, Person.active))
