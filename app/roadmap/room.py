"""The room's blueprint, its reach, and the plan that an address means."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask_login import current_user

from app.frame.pages import timezone_name
from app.models import RoadmapItem, RoadmapPlan
from app.models.columns import utc_now
from app.plan.people import keys_of, members_of
from app.plan.plans import all_plans, current_plan, find_item, today_in
from app.reach import scope_reach

bp = Blueprint("roadmap", __name__, url_prefix="/roadmap")


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
    return keys_of(current_user, members_of(plan), today_here())


def today_here() -> dt.date:
    """The day in the municipality's zone."""
    return today_in(timezone_name(), utc_now())


def day_end(day: dt.date) -> dt.datetime:
    """The moment after the last one of ``day``."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(timezone_name()))


@bp.url_defaults
def stay_in_plan(_endpoint: str, values: dict[str, Any]) -> None:
    """Links of a page that its address opened under a plan lead to pages under the same plan."""
    if request and "plan" in request.args:
        values.setdefault("plan", request.args["plan"])


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
