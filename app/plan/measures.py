"""Which year's plan a measure is of: accepted under a plan, it stays with the items that it serves there."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from app.extensions import db
from app.models import Measure, MeasureItem, RoadmapItem, RoadmapPlan


def is_of(plan: RoadmapPlan, plans: Sequence[RoadmapPlan]) -> ColumnElement[bool]:
    """Condition on ``Measure``: of ``plans``, the newest first, ``plan`` is the one that the measure is of.

    That is the first with an item the measure serves; of a measure that serves none of theirs, the first of all.
    """
    place = [one.id for one in plans].index(plan.id)
    own = db.and_(_serves(plans[place : place + 1]), db.not_(_serves(plans[:place])))
    return own if place else db.or_(own, db.not_(_serves(plans)))


def _serves(plans: Sequence[RoadmapPlan]) -> ColumnElement[bool]:
    items = db.select(RoadmapItem.id).where(RoadmapItem.plan_id.in_([plan.id for plan in plans]))
    served = db.select(MeasureItem.id).where(MeasureItem.measure_id == Measure.id)
    return served.where(MeasureItem.roadmap_item_id.in_(items)).exists()
