"""How far a person reaches: the whole municipality, or the schools of a role; queries take it as an argument."""

from app.extensions import db
from app.models import Person, School

MUNICIPAL_ROLES = frozenset({"methodist", "municipal", "admin"})


def school_reach(person: Person, *roles: str) -> frozenset[int] | None:
    """Ids of the schools whose things ``person`` may see in one of the school ``roles``; None for the municipality."""
    if person.roles & MUNICIPAL_ROLES:
        return None
    return frozenset(person.school_ids(*roles)) if roles else frozenset()


def scope_reach(person: Person, *roles: str) -> frozenset[str] | None:
    """The same as codes of schools, as snapshots and findings name them."""
    reach = school_reach(person, *roles)
    if reach is None:
        return None
    return frozenset(db.session.scalars(db.select(School.code).where(School.id.in_(reach))))


def scope_code(scope: str) -> str:
    """«school:CODE» of an address or a command as the code of its group; «municipality» stays."""
    return scope.removeprefix("school:")


def scope_name(code: str) -> str:
    """The group of a code as addresses and commands name it."""
    return code if code == "municipality" else f"school:{code}"


def within(code: str, reach: frozenset[str] | None) -> bool:
    """Whether the group ``code`` lies inside ``reach``."""
    return reach is None or code in reach
