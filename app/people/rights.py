"""Who may change whom. Nobody gives, edits or opens with a slip what stands above them."""

from app.models import Person

GRANTS = {
    "coordinator": {"teacher"},
    "municipal": {"teacher", "head", "coordinator", "methodist"},
    "admin": {"teacher", "head", "coordinator", "methodist", "municipal", "admin"},
}


def grantable(actor: Person) -> set[str]:
    """Roles that ``actor`` may give, and whose holders they may change."""
    return set().union(*(GRANTS.get(role, set()) for role in actor.roles))


def schools_seen(actor: Person) -> set[int] | None:
    """Ids of schools whose people ``actor`` sees; None means all."""
    if actor.roles & {"methodist", "municipal", "admin"}:
        return None
    return actor.school_ids("head", "coordinator")


def schools_changed(actor: Person) -> set[int] | None:
    """Ids of schools whose people ``actor`` may change; None means all."""
    if actor.roles & {"municipal", "admin"}:
        return None
    return actor.school_ids("coordinator")


def may_change(actor: Person, person: Person) -> bool:
    """Every role of ``person`` is one that ``actor`` may give, in a school they keep; never oneself."""
    schools = schools_changed(actor)
    return person.id != actor.id and all(
        line.role in grantable(actor) and (schools is None or line.school_id in schools) for line in person.assignments
    )
