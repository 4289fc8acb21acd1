"""Steps of a route as a form, and whether two versions of them ask for the same."""

import datetime as dt
from typing import Any

from app.individual.forms import MOST_STEPS, RouteForm
from app.models import IndividualRoute


def form_of(route: IndividualRoute) -> RouteForm:
    """The form filled with the route, each deficit with one blank step while there is room."""
    deficits = [
        {
            "scale": one["scale"],
            "steps": [
                *(
                    {**step, "due": dt.date.fromisoformat(step["due"]) if step["due"] else None}
                    for step in one["steps"]
                ),
                *([{}] if len(one["steps"]) < MOST_STEPS else []),
            ],
        }
        for one in route.deficits
    ]
    return RouteForm(formdata=None, data={"version": str(route.version), "deficits": deficits})


def same_steps(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    """Whether what was agreed stays: the same deficits and steps, whatever is ticked as done."""

    def agreed(deficits: list[dict[str, Any]]) -> list[Any]:
        return [(one["scale"], [(s["text"], s["form"], s["due"]) for s in one["steps"]]) for one in deficits]

    return agreed(before) == agreed(after)
