"""How the plan is carried out on any day, in the form of the order's table; people of the plan; the history as CSV."""

import csv
import datetime as dt
import io
import json

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Redirect
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, Regexp

from app.events import record
from app.evidence import files_at
from app.extensions import db
from app.marks import marks_at, tally
from app.models import Event, Person, PlanMember, RoadmapPlan, School
from app.models.roadmap import STATES
from app.pages import timezone_name
from app.plan_people import in_force, members_of
from app.roadmap import queries
from app.roadmap.marking import PROVES
from app.roadmap.room import bp, day_end, own_scopes, plan_or_404, reach_read, today_here

SUBJECTS = ("roadmap_item", "roadmap_plan", "item_state", "measure", "notice", "school_plan", "restriction_period")
COORDINATOR = "school_coordinators"


@bp.get("/report")
def report() -> str:
    """The report on any day: each item with its plan and the fact, school by school."""
    plan, reach = plan_or_404(), reach_read()
    try:
        day = min(dt.date.fromisoformat(request.args.get("at", "")), today_here())
    except ValueError:
        day = today_here()
    marks = marks_at(plan, day, timezone_name())
    sections = queries.sections_of(plan)
    lines = queries.plan_lines(
        queries.items_by_section(sections, day_end(day)),
        {key: tally(part) for key, part in marks.items()},
        {},
        queries.reckoned(plan, day, timezone_name()),
        (),
    )
    shown = {key: queries.shown_marks(part, reach) for key, part in marks.items()}
    ids = [mark.state_id for part in shown.values() for mark in part if mark.state == "done"]
    return render_template(
        "roadmap/report.html",
        plan=plan,
        day=day,
        sections=sections,
        lines=lines,
        marks=shown,
        files=files_at(PROVES, ids, day_end(day)),
        states=STATES,
        schools=queries.school_names(),
    )


class MemberForm(FlaskForm):
    key = SelectField(_l("Кем назначен"))
    school = SelectField(_l("Школа"), validators=[Optional()])
    name = StringField(_l("Фамилия И.О."), validators=[DataRequired(_l("Назовите человека")), Length(max=200)])
    person = StringField(_l("Учётная запись (логин), если есть"), validators=[Length(max=120)])
    position = StringField(_l("Должность"), validators=[Length(max=300)])
    email = StringField(
        _l("Рабочая почта"),
        validators=[Optional(), Length(max=200), Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("Проверьте адрес"))],
    )
    order_text = StringField(_l("Приказ: номер и дата"), validators=[Length(max=300)])
    from_on = DateField(_l("С"), validators=[Optional()])
    until_on = DateField(_l("По (включительно)"), validators=[Optional()])
    substitutes = SelectField(_l("Замещает на время отсутствия"), validators=[Optional()])


def key_words(plan: RoadmapPlan) -> dict[str, str]:
    """Addressees of the plan in the order's words."""
    document = plan.document
    return {one["key"]: one["name"] for one in (*document.get("roles", []), *document.get("people", []))}


@bp.route("/people", methods=["GET", "POST"])
def people() -> str | Redirect:
    """Who answers for the plan, by which order, and who stands in. A school enters its coordinator before 1 June."""
    plan, reach = plan_or_404(), reach_read()
    members = [one for one in members_of(plan) if reach is None or one.school_id is None or one.school.code in reach]
    form = MemberForm()
    whole, own = "municipal" in current_user.roles, own_scopes()
    words = key_words(plan) if whole else {COORDINATOR: key_words(plan).get(COORDINATOR, _("Школьный координатор"))}
    form.key.choices = [SelectChoice(*one) for one in words.items()]
    names = {code: name for code, name in queries.school_names().items() if whole or code in own}
    form.school.choices = [SelectChoice("", "—")] if whole else []
    form.school.choices += [SelectChoice(*one) for one in names.items()]
    form.substitutes.choices = [SelectChoice("", "—")]
    form.substitutes.choices += [SelectChoice(str(one.id), one.name) for one in members]
    if request.method == "POST" and not (whole or own):
        abort(404)
    if form.validate_on_submit():
        add_member(plan, form)
        db.session.commit()
        flash(_("Сведения внесены."))
        return redirect(url_for("roadmap.people"))
    return render_template(
        "roadmap/people.html",
        members=members,
        form=form,
        words=key_words(plan),
        today=today_here(),
        in_force=in_force,
        may_add=whole or bool(own),
        replaced={one.id: one.name for one in members},
    )


def add_member(plan: RoadmapPlan, form: MemberForm) -> PlanMember:
    """Keep a member; a substitute gets the keys of the one who is away."""
    school = db.session.scalar(db.select(School).where(School.code == (form.school.data or "")))
    login = (form.person.data or "").strip()
    person = db.session.scalar(db.select(Person).where(Person.login == login)) if login else None
    replaced = db.session.get(PlanMember, int(form.substitutes.data)) if form.substitutes.data else None
    member = PlanMember(
        plan_id=plan.id,
        key=replaced.key if replaced else form.key.data,
        school_id=school.id if school else None,
        person_id=person.id if person else None,
        substitutes_id=replaced.id if replaced else None,
        from_on=form.from_on.data,
        until_on=form.until_on.data,
        **{name: (form[name].data or "").strip() for name in ("name", "position", "email", "order_text")},
    )
    db.session.add(member)
    db.session.flush()
    record("plan.member_added", "roadmap_plan", plan.id, new={"member": member.id, "key": member.key})
    return member


@bp.get("/history.csv")
def history_csv() -> Response:
    """Events of the roadmap with their hashes."""
    body = io.StringIO()
    writer = csv.writer(body, delimiter=";")
    columns = ("id", "at_utc", "actor_id", "action", "subject_type", "subject_id", "reason", "old", "new")
    writer.writerow([*columns, "prev_hash", "hash"])
    for event in db.session.scalars(db.select(Event).where(Event.subject_type.in_(SUBJECTS)).order_by(Event.id)):
        plain = [event.id, event.at_utc.isoformat(), event.actor_id, event.action, event.subject_type, event.subject_id]
        reason = f"'{event.reason}" if event.reason[:1] in ("=", "+", "-", "@") else event.reason  # no formula in Excel
        told = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (event.old, event.new)]
        writer.writerow([*plain, reason, *told, event.prev_hash, event.hash])
    headers = {"Content-Disposition": "attachment; filename=roadmap-history.csv"}
    return Response("\ufeff" + body.getvalue(), mimetype="text/csv", headers=headers)
