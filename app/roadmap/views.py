"""The roadmap: the order's table with its state, an item by school, marks with evidence."""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.extensions import db
from app.models import ItemState, RoadmapItem, RoadmapPlan
from app.models.columns import utc_now
from app.models.roadmap import STATES
from app.pages import timezone_name
from app.plans import MUNICIPALITY, change_state, count_by_status, current_plan, find_item, marks_now, today_in
from app.reach import scope_name, scope_reach
from app.roadmap import queries
from app.roadmap.forms import MarkForm

bp = Blueprint("roadmap", __name__, url_prefix="/roadmap")

# Which addressees of the order a role answers for: «мои пункты».
KEYS = {
    "head": {"school_heads"},
    "coordinator": {"school_coordinators"},
    "municipal": {"municipal_coordinator", "working_group", "uo_specialists"},
    "methodist": {"working_group", "uo_specialists"},
}
SHOWN = ("late", "mine", "measures")


def reach_read() -> frozenset[str] | None:
    """Schools whose states and measures the person sees; None for all."""
    return scope_reach(current_user, "head", "coordinator")


def reach_marked() -> frozenset[str] | None:
    """Addressees whose state the person may mark; None for all, the municipality included."""
    if "municipal" in current_user.roles:
        return None
    codes = {a.scope for a in current_user.assignments if a.role in ("head", "coordinator")}
    return frozenset(codes)


@bp.get("/")
def index() -> str:
    """The order's table."""
    plan = current_plan()
    if plan is None:
        return render_template("roadmap/empty.html")
    now = utc_now()
    today = today_in(timezone_name(), now)
    keys = set().union(*(KEYS.get(role, set()) for role in current_user.roles))
    lines = queries.plan_lines(plan, today, now, keys, reach_read())
    counted = [section.id for section in plan.sections if not section.duties]
    shown = request.args.get("show", "")
    month = request.args.get("month", "")
    return render_template(
        "roadmap/index.html",
        plan=plan,
        order_date=dt.date.fromisoformat(plan.document["order_date"]),
        today=today,
        lines={key: [line for line in part if is_shown(line, shown, month)] for key, part in lines.items()},
        counts=count_by_status(line for key in counted for line in lines[key]),
        months=queries.months_of(lines),
        shown=shown if shown in SHOWN else "",
        month=month,
        schools=queries.school_names(),
        states=STATES,
        scope_name=scope_name,
    )


def is_shown(line: queries.ItemLine, shown: str, month: str) -> bool:
    """Whether the filters of the address leave this line."""
    if month and (line.item.due_date is None or line.item.due_date.strftime("%Y-%m") != month):
        return False
    return {"late": line.late > 0, "mine": line.mine, "measures": bool(line.measures)}.get(shown, True)


def item_or_404(number: str) -> tuple[RoadmapPlan, RoadmapItem]:
    plan = current_plan()
    item = find_item(plan, number) if plan else None
    if plan is None or item is None:
        abort(404)
    return plan, item


@bp.get("/<number>")
def item(number: str) -> str:
    """One item: states by school, evidence, measures, history. A school sees its own."""
    plan, row = item_or_404(number)
    now, reach = utc_now(), reach_read()
    marks = marks_now(plan, row.id).get(row.id, [])
    measures = queries.plan_measures(plan, reach, row.id).get(row.id, [])
    marked = reach_marked()
    return render_template(
        "roadmap/item.html",
        item=row,
        line=queries.item_line(row, marks, measures, today_in(timezone_name(), now), now, ()),
        marks=[mark for mark in marks if reach is None or mark.scope in {MUNICIPALITY, *reach}],
        history=queries.history(row, reach),
        may_mark=lambda scope: marked is None or scope in marked,
        schools=queries.school_names(),
        states=STATES,
        scope_name=scope_name,
    )


@bp.route("/<number>/<scope>", methods=["GET", "POST"])
def mark(number: str, scope: str) -> str | Response | tuple[str, int]:
    """Mark how far one addressee is. What somebody else marked meanwhile is shown, never overwritten unseen."""
    _plan, row = item_or_404(number)
    state = queries.find_state(row, scope, reach_marked()) or abort(404)
    form = MarkForm(data=known(state)) if request.method == "GET" else MarkForm()
    status = 200
    if form.validate_on_submit():
        if form.version.data != str(state.version):
            form.state.errors = [_("Пока вы писали, отметку изменил кто-то ещё. Сравните и сохраните ещё раз")]
            form.version.data = str(state.version)
            status = 409
        else:
            save(state, form)
            db.session.commit()
            flash(_("Сохранено: п. %(number)s, %(state)s.", number=number, state=STATES[state.state]))
            return redirect(url_for("roadmap.item", number=number))
    name = queries.school_names().get(scope, _("муниципалитет"))
    page = render_template("roadmap/mark.html", item=row, state=state, form=form, name=name, states=STATES)
    return (page, status) if status != 200 else page


def known(state: ItemState) -> dict[str, str | bool]:
    """The form as the state has it."""
    bare = state.state == "done" and not state.evidence
    return {
        "state": state.state,
        "evidence": state.evidence,
        "note": state.note,
        "without_document": bare,
        "version": str(state.version),
    }


def save(state: ItemState, form: MarkForm) -> None:
    change_state(
        state,
        form.state.data,
        evidence=(form.evidence.data or "").strip(),
        note=(form.note.data or "").strip(),
        actor=current_user.id,
    )
