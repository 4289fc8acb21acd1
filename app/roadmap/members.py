"""People of the plan: who answers for what, by which order, and who stands in; schools enter their coordinators."""

from collections.abc import Iterable
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Redirect
from wtforms import DateField, MultipleFileField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from app.events import record
from app.extensions import db
from app.models import Evidence, Person, PlanMember, RoadmapPlan, School
from app.plan.changes import plain
from app.plan.evidence import attach, files_of, quota_problem, send, take_files
from app.plan.once import enter, once_key
from app.plan.people import in_force, members_of
from app.roadmap import queries
from app.roadmap.room import bp, own_scopes, plan_or_404, reach_read, today_here

COORDINATOR = "school_coordinators"
PROVES = "plan_member"
TEXTS = ("name", "position", "email", "order_text")


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
    files = MultipleFileField(_l("Файл приказа"))
    from_on = DateField(_l("С"), validators=[Optional()])
    until_on = DateField(_l("По (включительно)"), validators=[Optional()])
    substitutes = SelectField(_l("Замещает на время отсутствия"), validators=[Optional()])

    def validate_until_on(self, field: DateField) -> None:
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError(_("Последний день раньше первого"))

    def validate_school(self, field: SelectField) -> None:
        if self.key.data == COORDINATOR and not field.data and not self.substitutes.data:
            raise ValidationError(_("Выберите школу"))

    def validate_person(self, field: StringField) -> None:
        """A department links anybody, a school its own people."""
        login = (field.data or "").strip()
        person = db.session.scalar(db.select(Person).where(Person.login == login)) if login else None
        if login and person is None:
            raise ValidationError(_("Такого логина нет: проверьте его на странице «Люди» или оставьте пустым"))
        if person is not None and not sees_all() and not own_scopes() & {a.scope for a in person.assignments}:
            raise ValidationError(_("Это не сотрудник вашей школы"))


def sees_all() -> bool:
    return "municipal" in current_user.roles


def key_words(plan: RoadmapPlan) -> dict[str, str]:
    """Addressees of the plan in the order's words."""
    document = plan.document
    return {one["key"]: one["name"] for one in (*document.get("roles", []), *document.get("people", []))}


def may_change(member: PlanMember) -> bool:
    """The coordinator of the municipality changes everybody, a school its own people."""
    return sees_all() or (member.school is not None and member.school.code in own_scopes())


def named_by_order(plan: RoadmapPlan, members: Iterable[PlanMember]) -> list[dict[str, str]]:
    """Whom the order itself names and nobody has entered yet, by name and as members of groups."""
    people = {one["key"]: one for one in plan.document.get("people", [])}
    there = {(one.key, one.name) for one in members}
    asked = [(key, key) for key in people]
    asked += [(role["key"], key) for role in plan.document.get("roles", []) for key in role.get("members", [])]
    return [
        {"key": key, "name": people[who]["name"], "position": people[who].get("position", "")}
        for key, who in asked
        if who in people and (key, people[who]["name"]) not in there
    ]


def prepared(plan: RoadmapPlan, members: list[PlanMember], **known: Any) -> MemberForm:
    """The form with what this person may choose; a school names its coordinator and who stands in for its own."""
    form, words = MemberForm(**known), key_words(plan)
    if not sees_all():
        words = {COORDINATOR: words.get(COORDINATOR, _("Школьный координатор"))}
    form.key.choices = [SelectChoice(*one) for one in words.items()]
    schools = queries.school_names()
    form.school.choices = [SelectChoice("", "—")] if sees_all() else []
    form.school.choices += [SelectChoice(*one) for one in schools.items() if sees_all() or one[0] in own_scopes()]
    form.substitutes.choices = [SelectChoice("", "—")]
    form.substitutes.choices += [SelectChoice(str(one.id), one.name) for one in members if may_change(one)]
    return form


def members_here(plan: RoadmapPlan) -> list[PlanMember]:
    """Members within reach."""
    reach = reach_read()
    return [one for one in members_of(plan) if reach is None or one.school_id is None or one.school.code in reach]


@bp.route("/people", methods=["GET", "POST"])
def people() -> str | Redirect:
    """Who answers for the plan; those whom the order names wait with their words filled in."""
    plan = plan_or_404()
    members, may_add = members_here(plan), sees_all() or bool(own_scopes())
    known = {name: request.args.get(name, "") for name in ("key", "name", "position")}
    form = prepared(plan, members, **({"data": known} if request.method == "GET" else {}))
    if request.method == "POST" and not may_add:
        abort(404)
    if form.validate_on_submit() and keep(PlanMember(plan_id=plan.id), form):
        flash(_("Сведения внесены."))
        return redirect(url_for("roadmap.people"))
    entered = {one.school.code for one in members if one.key == COORDINATOR and one.school is not None}
    reach, names = reach_read(), queries.school_names()
    asked = [code for code in plan.document["schools"] if code in names and (reach is None or code in reach)]
    return render_template(
        "roadmap/people.html",
        members=members,
        form=form,
        words=key_words(plan),
        today=today_here(),
        in_force=in_force,
        may_add=may_add,
        may_change=may_change,
        files=files_of(PROVES, [one.id for one in members]),
        replaced={one.id: one.name for one in members},
        waiting=named_by_order(plan, members) if sees_all() else [],
        owing=[names[code] for code in asked if code not in entered],
    )


@bp.route("/people/<int:member_id>", methods=["GET", "POST"])
def member(member_id: int) -> str | Redirect:
    """Correct what was entered, or end it; the history keeps which fields changed."""
    one = db.session.get(PlanMember, member_id)
    if one is None or not may_change(one):
        abort(404)
    plan = db.session.get_one(RoadmapPlan, one.plan_id)
    others = [other for other in members_here(plan) if other.id != one.id]
    person = db.session.get(Person, one.person_id) if one.person_id else None
    known = {
        "key": one.key,
        "school": one.school.code if one.school else "",
        "person": person.login if person else "",
        "substitutes": str(one.substitutes_id or ""),
        **{name: getattr(one, name) for name in (*TEXTS, "from_on", "until_on")},
    }
    form = prepared(plan, others, **({"data": known} if request.method == "GET" else {}))
    if form.validate_on_submit() and keep(one, form):
        flash(_("Сведения исправлены."))
        return redirect(url_for("roadmap.people"))
    return render_template("roadmap/member.html", one=one, form=form, files=files_of(PROVES, [one.id]).get(one.id, []))


def keep(one: PlanMember, form: MemberForm) -> bool:
    """Write the form into ``one`` and commit; False, with words at the form, where it is refused.

    A substitute has the keys of the absent.
    """
    school = db.session.scalar(db.select(School).where(School.code == (form.school.data or "")))
    login = (form.person.data or "").strip()
    person = db.session.scalar(db.select(Person).where(Person.login == login)) if login else None
    replaced = db.session.get(PlanMember, int(form.substitutes.data)) if form.substitutes.data else None
    taken, form.files.errors = take_files(form.files.data or [])
    if not form.files.errors and (problem := quota_problem(school.id if school else None, taken)):
        form.files.errors = [problem]
    if form.files.errors:
        return False
    fresh = {
        "key": replaced.key if replaced else form.key.data,
        "school_id": replaced.school_id if replaced else school.id if school else None,
        "person_id": person.id if person else None,
        "substitutes_id": replaced.id if replaced else None,
        "from_on": form.from_on.data,
        "until_on": form.until_on.data,
        **{name: (form[name].data or "").strip() for name in TEXTS},
    }
    changed, new = [name for name, value in fresh.items() if getattr(one, name) != value], one.id is None
    if not enter(one, **fresh, once=once_key("member", one.plan_id, *fresh.values())):
        form.name.errors = [] if new else [_("Такая запись уже есть")]
        return new  # a second click enters nothing
    action = "plan.member_added" if new else "plan.member_changed"
    dates = {name: plain(fresh[name]) for name in ("from_on", "until_on") if name in changed}
    record(action, "roadmap_plan", one.plan_id, new={"member": one.id, "key": one.key, "fields": changed, **dates})
    attach(PROVES, one.id, taken, current_user.id, one.school_id)
    db.session.commit()
    return True


@bp.get("/people/files/<int:file_id>")
def member_file(file_id: int) -> Response:
    """The order by which somebody was named, to those who see that member; always an attachment."""
    kept = db.session.get(Evidence, file_id)
    one = db.session.get(PlanMember, kept.subject_id) if kept and kept.subject_type == PROVES else None
    if kept is None or one is None or kept.removed_utc is not None:
        abort(404)
    reach = reach_read()
    if reach is not None and one.school is not None and one.school.code not in reach:
        abort(404)
    return send(kept.path, kept.mime, kept.filename)
