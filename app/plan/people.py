"""Who answers for what in the plan: by role, by name, and for whom somebody stands in."""

import datetime as dt
from collections.abc import Iterable

from app.extensions import db
from app.models import Person, PlanMember, RoadmapPlan

# Which addressees of the order a role answers for. Named people are tied to theirs by the members of the plan.
KEYS = {
    "head": frozenset({"school_heads"}),
    "coordinator": frozenset({"school_coordinators"}),
    "municipal": frozenset({"municipal_coordinator", "working_group", "uo_specialists"}),
    "methodist": frozenset({"working_group", "uo_specialists"}),
}
SCHOOL_KEYS = {"head": "school_heads", "coordinator": "school_coordinators"}


def members_of(plan: RoadmapPlan) -> list[PlanMember]:
    """Everybody entered for the plan, in the order they were entered."""
    return list(db.session.scalars(db.select(PlanMember).where(PlanMember.plan_id == plan.id).order_by(PlanMember.id)))


def in_force(member: PlanMember, day: dt.date) -> bool:
    """Whether the member answers on ``day``."""
    return (member.from_on or day) <= day <= (member.until_on or day)


def keys_of(person: Person, members: Iterable[PlanMember], day: dt.date) -> set[str]:
    """Addressees that ``person`` answers for on ``day``; a substitute has the keys of the absent."""
    keys: set[str] = set().union(*(KEYS.get(role, frozenset()) for role in person.roles))
    return keys | {member.key for member in members if member.person_id == person.id and in_force(member, day)}
