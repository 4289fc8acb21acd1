"""The room's blueprint, its reach, and the plan that an address means."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask_login import current_user

from app.extensions import db
from app.models import PlanMember, RoadmapItem, RoadmapPlan
from app.models.columns import utc_now
from app.pages import timezone_name
from app.plans import all_plans, current_plan, find_item, today_in
from app.reach import scope_reach

bp = Blueprint("roadmap", __name__, url_prefix="/roadmap")

# Which addressees of the order a role answers for: «мои пункты». Named people are tied to theirs by the plan's members.
KEYS = {
    "head": {"school_heads"},
    "coordinator": {"school_coordinators"},
    "municipal": {"municipal_coordinator", "working_group", "uo_specialists"},
    "methodist": {"working_group", "uo_specialists"},
}


def reach_read() -> frozenset[str] | None:
    """Schools whose states and measures the person sees; None for all."""
    return scope_reach(current_user, "head", "coordinator")


def reach_marked() -> frozenset[str] | None:
    """Addressees whose state the person may mark; None for all, the municipality included."""
    if "municipal" in current_user.roles:
        return None
    return own_scopes()


def own_scopes() -> frozenset[str]:
    """Codes of the schools that the person heads or coordinates."""
    return frozenset(a.scope for a in current_user.assignments if a.role in ("head", "coordinator"))


def my_keys(plan: RoadmapPlan) -> set[str]:
    """Addressees in the order's words that the person answers for, by role and by name."""
    keys = set().union(*(KEYS.get(role, set()) for role in current_user.roles))
    today = today_here()
    named = db.session.scalars(
        db.select(PlanMember).where(PlanMember.plan_id == plan.id, PlanMember.person_id == current_user.id)
    )
    for member in named:
        if (member.from_on or today) <= today <= (member.until_on or today):
            keys.add(member.key)
    return keys


def today_here() -> dt.date:
    """The day in the municipality's zone."""
    return today_in(timezone_name(), utc_now())


def day_end(day: dt.date) -> dt.datetime:
    """The moment after the last one of ``day``."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(timezone_name()))


def chosen_plan() -> RoadmapPlan | None:
    """The plan that the address names by «plan», else the current one.

    Raises:
        NotFound: the address names a plan that is not there.
    """
    code = request.args.get("plan")
    if not code:
        return current_plan()
    return next((plan for plan in all_plans() if plan.code == code), None) or abort(404)


def plan_or_404() -> RoadmapPlan:
    return chosen_plan() or abort(404)


def item_or_404(number: str) -> tuple[RoadmapPlan, RoadmapItem]:
    plan = plan_or_404()
    item = find_item(plan, number)
    return (plan, item) if item else abort(404)
