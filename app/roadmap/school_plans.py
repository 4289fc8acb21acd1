"""The roadmap of one school (п. 5): accepted measures and own lines, approved by the head."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import Select
from werkzeug.wrappers import Response
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.events import record
from app.extensions import db
from app.models import Measure, RoadmapPlan, School, SchoolPlan, SchoolPlanLine
from app.plan.measures import is_of
from app.plan.once import enter, once_key
from app.plan.plans import all_plans, items_of, plans_in_force, years_of
from app.roadmap import queries
from app.roadmap.measures import STATUSES, TAGS, numbers_of
from app.roadmap.room import bp, own_scopes, plan_or_404, reach_read, today_here

SUBJECT = "school_plan"
LINE = ("text", "responsible", "deadline_text", "planned_result")


class LineForm(FlaskForm):
    text = TextAreaField(_l("Мероприятие"), validators=[DataRequired(_l("Назовите мероприятие")), Length(max=4000)])
    responsible = StringField(
        _l("Ответственный"), validators=[DataRequired(_l("Назовите ответственного")), Length(max=300)]
    )
    deadline_text = StringField(_l("Срок"), validators=[DataRequired(_l("Укажите срок")), Length(max=300)])
    due_date = DateField(_l("Контрольная дата"), validators=[Optional()])
    planned_result = TextAreaField(_l("Результат"), validators=[Length(max=4000)])


class ApproveForm(FlaskForm):
    approved_on = DateField(_l("Дата приказа"), validators=[InputRequired(_l("Укажите дату"))])
    approved_number = StringField(_l("Номер приказа"), validators=[DataRequired(_l("Укажите номер")), Length(max=60)])


def school_or_404(code: str) -> tuple[RoadmapPlan, School]:
    """A school within reach, and the plan that the address names, else the current one."""
    plan, reach = plan_or_404(), reach_read()
    school = db.session.scalar(db.select(School).where(School.code == code))
    if school is None or (reach is not None and code not in reach):
        abort(404)
    return plan, school


def plan_of(plan: RoadmapPlan, school: School, *, lock: bool = False) -> SchoolPlan | None:
    """The school's roadmap; ``lock`` lets its changes follow one another."""
    wanted = db.select(SchoolPlan).where(SchoolPlan.plan_id == plan.id, SchoolPlan.school_id == school.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def begun(plan: RoadmapPlan, school: School) -> SchoolPlan:
    """The school's roadmap to write in: begun now where there is none; an approved one opens for the next edition."""
    if school.code not in own_scopes():
        abort(404)
    kept = plan_of(plan, school, lock=True)
    if kept is None:
        kept = SchoolPlan(plan_id=plan.id, school_id=school.id)
        if not enter(kept):  # another request began it just now
            return plan_of(plan, school, lock=True) or abort(404)
        record("school_plan.begun", SUBJECT, kept.id)
    return kept


def take_measures(kept: SchoolPlan, plan: RoadmapPlan, school: School) -> int:
    """Lines for the school's accepted measures of the plan that have none yet."""
    fresh = list(db.session.scalars(waiting_measures(kept, plan, school)))
    numbers = numbers_of([one.id for one in fresh], plan)
    for one in fresh:
        kept.lines.append(
            SchoolPlanLine(
                measure_id=one.id,
                position=len(kept.lines),
                text=one.text,
                responsible=one.responsible,
                deadline_text=one.deadline_text[:300],
                due_date=one.due_date,
                planned_result=one.planned_result,
                numbers=numbers.get(one.id, []),
            )
        )
    return len(fresh)


def states_of(lines: list[SchoolPlanLine]) -> dict[int, str]:
    """State by line: that of its measure, or its own."""
    ids = [line.measure_id for line in lines if line.measure_id]
    measures = dict(db.session.execute(db.select(Measure.id, Measure.status).where(Measure.id.in_(ids))).all())
    return {line.id: measures.get(line.measure_id, line.status) for line in lines}


def rolled_up(plan: RoadmapPlan) -> dict[str, tuple[int, int]]:
    """Municipal item -> (done, all) of the lines of approved school roadmaps that serve it."""
    wanted = (
        db.select(SchoolPlanLine)
        .join(SchoolPlan)
        .where(SchoolPlan.plan_id == plan.id, SchoolPlan.approved_on.is_not(None))
    )
    lines = list(db.session.scalars(wanted))
    states, found = states_of(lines), {}
    for line in lines:
        if states[line.id] == "cancelled":
            continue
        for number in line.numbers:
            done, every = found.get(number, (0, 0))
            found[number] = (done + (states[line.id] == "done"), every + 1)
    return found


@bp.get("/schools")
def schools() -> str:
    """Roadmaps of the schools within reach under each plan in force, or under the one that the address names."""
    known = all_plans()
    plans = [plan_or_404()] if "plan" in request.args else plans_in_force() or abort(404)
    reach = reach_read()
    parts = [(plan, rows_of(plan, reach), rolled_up(plan) if reach is None else {}) for plan in plans]
    return render_template("roadmap/school_plans.html", parts=parts, several=len(known) > 1, years=years_of(known))


def rows_of(plan: RoadmapPlan, reach: queries.Reach) -> list[tuple[School, SchoolPlan | None, int, int]]:
    """(school, its roadmap if begun, lines done, all lines) of the schools of the plan within reach."""
    wanted = db.select(School).where(School.code.in_(plan.document["schools"])).order_by(School.position)
    rows = []
    for school in db.session.scalars(wanted):
        if reach is None or school.code in reach:
            kept = plan_of(plan, school)
            states = states_of(kept.lines) if kept else {}
            rows.append((school, kept, sum(state == "done" for state in states.values()), len(states)))
    return rows


@bp.route("/schools/<code>", methods=["GET", "POST"])
def school_plan(code: str) -> str | Response:
    """One school's roadmap; its people add lines."""
    plan, school = school_or_404(code)
    form, own = LineForm(), code in own_scopes()
    if form.validate_on_submit():
        kept = begun(plan, school)
        numbers = [number for number in request.form.getlist("numbers") if number in set(numbers_here(plan))]
        fresh = {name: (form[name].data or "").strip() for name in LINE}
        fresh |= {"due_date": form.due_date.data, "numbers": numbers}
        line = SchoolPlanLine(school_plan_id=kept.id, position=len(kept.lines), **fresh)
        if enter(line, once=once_key("line", kept.id, *fresh.values())):
            db.session.expire(kept, ["lines"])
            changed(kept, "school_plan.line_added")
        flash(_("Строка добавлена."))
        return redirect(url_for("roadmap.school_plan", code=code))
    kept = plan_of(plan, school)
    return render_template(
        "roadmap/school_plan.html",
        plan=plan,
        school=school,
        kept=kept,
        states=states_of(kept.lines) if kept else {},
        form=form,
        approval=ApproveForm(formdata=None),
        own=own,
        head=own and "head" in current_user.roles,
        numbers=numbers_here(plan),
        statuses=STATUSES,
        tags=TAGS,
        today=today_here(),
        waiting=len(list(db.session.scalars(waiting_measures(kept, plan, school)))),
        others=[one for one in plans_in_force() if one.id != plan.id],
        names=queries.school_names(),
        years=years_of(all_plans()),
    )


def numbers_here(plan: RoadmapPlan) -> list[str]:
    return [item.number for item in items_of(plan, duties=False)]


def waiting_measures(kept: SchoolPlan | None, plan: RoadmapPlan, school: School) -> Select[tuple[Measure]]:
    """The school's accepted measures of the plan that have no line yet."""
    wanted = db.select(Measure).where(Measure.scope == school.code, Measure.status != "cancelled")
    if kept is not None:
        there = [line.measure_id for line in kept.lines if line.measure_id]
        wanted = wanted.where(Measure.id.not_in(there))
    return wanted.where(is_of(plan, all_plans())).order_by(Measure.id)


def changed(kept: SchoolPlan, action: str) -> None:
    """Count the change, open an approved roadmap for its next edition, and commit."""
    kept.version += 1
    old = {"approved_on": kept.approved_on.isoformat(), "number": kept.approved_number} if kept.approved_on else None
    if action != "school_plan.line_marked":
        kept.approved_on, kept.approved_number, kept.approved_by = None, "", None
    db.session.flush()
    record(action, SUBJECT, kept.id, old=old, new={"lines": len(kept.lines)})
    db.session.commit()


@bp.post("/schools/<code>/measures")
def school_take(code: str) -> Response:
    """Put the accepted measures into the school's roadmap."""
    plan, school = school_or_404(code)
    kept = begun(plan, school)
    if take_measures(kept, plan, school):
        changed(kept, "school_plan.measures_taken")
        flash(_("Принятые меры внесены в дорожную карту школы."))
    return redirect(url_for("roadmap.school_plan", code=code))


@bp.post("/schools/<code>/lines/<int:line_id>")
def school_line(code: str, line_id: int) -> Response:
    """How far an own line is; «исполнена» needs words or a link that prove it."""
    plan, school = school_or_404(code)
    kept = begun(plan, school)
    line = next((one for one in kept.lines if one.id == line_id and one.measure_id is None), None)
    status, proof = request.form.get("status", ""), (request.form.get("proof") or "").strip()
    if line is None or not FlaskForm().validate() or status not in STATUSES:
        abort(404)
    if request.form.get("version") != str(line.version):
        flash(_("Не сохранено: пока вы смотрели, отметку изменили. Посмотрите её ещё раз."), "error")
    elif status in ("done", "cancelled") and not proof:
        flash(_("Не сохранено: назовите документ или причину."), "error")
    else:
        line.status, line.proof, line.version = status, proof[:2000], line.version + 1
        changed(kept, "school_plan.line_marked")
        flash(_("Сохранено."))
    return redirect(url_for("roadmap.school_plan", code=code, _anchor=f"line-{line_id}"))


@bp.post("/schools/<code>/approve")
def school_approve(code: str) -> Response:
    """The head approves the roadmap by an order."""
    plan, school = school_or_404(code)
    kept, form = plan_of(plan, school, lock=True), ApproveForm()
    heads = {a.scope for a in current_user.assignments if a.role == "head"}
    if kept is None or code not in heads:
        abort(404)
    if request.form.get("version") != str(kept.version):  # nobody approves lines unseen
        flash(_("Не утверждено: пока вы смотрели, дорожную карту изменили. Посмотрите её ещё раз."), "error")
    elif not kept.lines or not form.validate():
        flash(_("Не утверждено: нужны хотя бы одна строка, дата и номер приказа."), "error")
    else:
        kept.approved_on, kept.approved_number = form.approved_on.data, form.approved_number.data.strip()
        kept.approved_by = current_user.id
        new = {"approved_on": kept.approved_on.isoformat(), "number": kept.approved_number, "lines": len(kept.lines)}
        record("school_plan.approved", SUBJECT, kept.id, new=new)
        db.session.commit()
        flash(_("Дорожная карта школы утверждена."))
    return redirect(url_for("roadmap.school_plan", code=code))
