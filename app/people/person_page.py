"""The page of one person, and who may open or change it."""

from flask import abort, render_template
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.frame.interface import translated
from app.models import Person, School
from app.models.people import ROLES, SCHOOL_ROLES
from app.people import queries
from app.people.forms import ReasonForm, RoleForm
from app.people.rights import grantable, may_change, schools_changed, schools_seen


def page_of(person: Person, role_form: RoleForm, reason_form: ReasonForm | None = None) -> str:
    changeable = may_change(current_user, person)
    fill_choices(role_form.role, role_form.school)
    return render_template(
        "people/show.html",
        person=person,
        changeable=changeable,
        roles=translated(ROLES),
        role_form=role_form,
        reason_form=reason_form or ReasonForm(formdata=None),
        slips=queries.person_slips(person) if changeable else [],
        events=queries.person_events(person) if changeable else [],
    )


def found_or_404(person_id: int) -> Person:
    return queries.find_person(person_id, schools_seen(current_user)) or abort(404)


def changeable_or_refuse(person_id: int) -> Person:
    """The person, for changing: outside the reach there is no such page, inside it rights decide."""
    person = found_or_404(person_id)
    if not may_change(current_user, person):
        abort(403)
    return person


def fill_choices(role: SelectField, school: SelectField) -> None:
    """Roles and schools that the person signed in may give."""
    role.choices = [
        SelectChoice(key, title) for key, title in translated(ROLES).items() if key in grantable(current_user)
    ]
    schools = queries.list_schools(schools_changed(current_user))
    blank = [SelectChoice("", _("не нужна: роль муниципальная"))] if schools_changed(current_user) is None else []
    school.choices = [*blank, *(SelectChoice(one.code, one.short_name) for one in schools)]


def chosen_school(form: RoleForm) -> School | None:
    """The school of a role; adds the error when a school role has none."""
    schools = {school.code: school for school in queries.list_schools(schools_changed(current_user))}
    school = schools.get(form.school.data or "")
    if form.role.data in SCHOOL_ROLES and school is None:
        form.school.errors = [_("Для этой роли выберите школу")]
    return school
