"""The home page by role, and the pages open to everybody."""

import datetime as dt

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.access import allowed
from app.auth.views import safe_target
from app.extensions import db
from app.frame import interface
from app.frame.pages import timezone_name
from app.home import queries
from app.home.tasks import tasks_of
from app.models import Person, RoadmapPlan
from app.models.columns import utc_now
from app.models.waves import DONE
from app.plan.plans import count_by_status, plan_progress, plans_in_force, today_in, years_of

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> str:
    """«Что от меня ждут»: dated lines first, then what each role looks after."""
    now, zone, roles = utc_now(), timezone_name(), current_user.roles
    today, plans = today_in(zone, now), plans_in_force()
    department = bool(roles & {"methodist", "municipal", "admin"})
    schools = None if department else current_user.school_ids("head", "coordinator")
    keeper = None if roles & {"municipal", "admin"} else current_user.school_ids("coordinator")
    waves = queries.open_waves(schools) if department or schools else []
    coordinated = current_user.school_ids("coordinator")
    return render_template(
        "home/index.html",
        today=today,
        tasks=tasks_of(current_user, plans, today, zone),
        waves=waves,
        names={line.wave.id: queries.not_done(line.wave.id, coordinated) for line in waves} if coordinated else {},
        reported=queries.reported_slips(keeper) if keeper is None or keeper else [],
        newcomers=queries.not_signed_in(keeper) if keeper is None or keeper else 0,
        keeps=keeper is None or bool(keeper),
        documents=queries.own_documents(current_user.id) if allowed("reports.index") else [],
        counts=road_counts(plans, today, None if department else current_user) if department or schools else [],
        done=[row for row in queries.own_questionnaires(current_user.id) if row[1].status in DONE],
        whole=department,
        years=years_of(plans),
    )


def road_counts(
    plans: list[RoadmapPlan], today: dt.date, person: Person | None
) -> list[tuple[RoadmapPlan, dict[str, int]]]:
    """Counts of items by state, plan by plan: of the whole plan, or of the items of a person's first school."""
    scope = next((a.scope for a in person.assignments if a.school_id), None) if person else None
    return [(plan, count_by_status(plan_progress(plan, today, scope, duties=False))) for plan in plans]


@bp.get("/healthz")
def health() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> tuple[Response, int] | Response:
    """The database answers too."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("database unavailable\n", mimetype="text/plain"), 503
    return Response("ready\n", mimetype="text/plain")


@bp.get("/look")
def look() -> Response:
    """Turn the version for weak eyesight: black on white, white on black, off. A taste of the browser, not data."""
    following = {None: "day", "day": "night"}.get(request.cookies.get("vision"))
    response = redirect(safe_target(request.args.get("next")))
    if following:
        response.set_cookie("vision", following, max_age=31536000, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("vision")
    return response  # type: ignore[return-value]


@bp.get("/language")
def language() -> Response:
    """Choose the language of the pages. A taste of the browser, not data."""
    response = redirect(safe_target(request.args.get("next")))
    if (wanted := request.args.get("to")) in interface.LANGUAGES and wanted != "ru":
        response.set_cookie(interface.COOKIE, wanted, max_age=31536000, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(interface.COOKIE)
    return response  # type: ignore[return-value]


@bp.get("/privacy")
def privacy() -> str:
    """«Кто что видит»."""
    return render_template("home/privacy.html", title=_("Кто что видит"))


@bp.get("/help")
def help_page() -> str:
    """«Помощь»."""
    text, people = queries.contacts()
    return render_template("home/help.html", title=_("Помощь"), text=text, people=people)
