"""People: the list, a person, roles. Slips and lists from files are blueprints inside this one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.form import Form

from app.extensions import db
from app.frame.interface import translated
from app.models.people import ROLES
from app.people import files, queries, slips, terms, unsealing
from app.people.forms import NewPersonForm, PersonForm, RoleForm
from app.people.person_page import changeable_or_refuse, chosen_school, fill_choices, found_or_404, page_of
from app.people.rights import schools_seen

bp = Blueprint("people", __name__, url_prefix="/people")
bp.register_blueprint(slips.bp)
bp.register_blueprint(files.bp)
bp.register_blueprint(unsealing.bp)
bp.register_blueprint(terms.bp)

LAST_PAGE = 100_000  # beyond any list of people; a larger number in the address would not fit the database


@bp.get("/")
def index() -> str:
    """People within reach, with search and filters."""
    reach = schools_seen(current_user)
    asked = {key: request.args.get(key, "").strip() for key in ("words", "school", "role")}
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    people, total = queries.list_people(reach, **asked, page=page)
    return render_template(
        "people/index.html",
        people=people,
        total=total,
        page=page,
        pages=-(-total // queries.PAGE),
        asked=asked,
        roles=translated(ROLES),
        schools=queries.list_schools(reach),
    )


@bp.get("/<int:person_id>")
def show(person_id: int) -> str:
    """One person: name, roles, ways in."""
    person = found_or_404(person_id)
    return page_of(person, RoleForm(formdata=None))


@bp.route("/new", methods=["GET", "POST"])
def add() -> str | Response:
    """Add a person with a role."""
    form = NewPersonForm()
    fill_choices(form.role, form.school)
    if form.validate_on_submit():
        school = chosen_school(form)
        if not form.errors:
            person = queries.add_person(values_of(form), form.role.data, school)
            db.session.commit()
            flash(_("Добавлено: %(name)s. Имя для входа: %(login)s.", name=person.full_name, login=person.login))
            return redirect(url_for("people.show", person_id=person.id))
    return render_template("people/edit.html", form=form, person=None)


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
def edit(person_id: int) -> str | Response:
    """Change name, post, address, sign-in name."""
    person = changeable_or_refuse(person_id)
    form = PersonForm(obj=person, person_id=person.id)
    if form.validate_on_submit():
        changed = queries.change_person(person, values_of(form))
        db.session.commit()
        flash(_("Сохранено.") if changed else _("Изменений нет."))
        return redirect(url_for("people.show", person_id=person.id))
    return render_template("people/edit.html", form=form, person=person)


def values_of(form: Form) -> dict[str, str]:
    return {key: value for key, value in form.data.items() if isinstance(value, str)}


@bp.post("/<int:person_id>/roles")
def give(person_id: int) -> str | Response:
    """Give a role."""
    person = changeable_or_refuse(person_id)
    form = RoleForm()
    fill_choices(form.role, form.school)
    if form.validate():
        school = chosen_school(form)
        if not form.errors:
            given = queries.give_role(person, form.role.data, school)
            db.session.commit()
            flash(_("Роль добавлена.") if given else _("Такая роль уже есть."))
            return redirect(url_for("people.show", person_id=person.id))
    return page_of(person, form)


@bp.post("/<int:person_id>/roles/<int:assignment_id>/take")
def take(person_id: int, assignment_id: int) -> Response:
    """Take a role away."""
    person = changeable_or_refuse(person_id)
    if len(person.assignments) == 1:
        flash(_("Это единственная роль. Чтобы человек не входил, закройте ему вход."), "warning")
    elif not queries.take_role(person, assignment_id):
        abort(404)
    else:
        db.session.commit()
        flash(_("Роль снята."))
    return redirect(url_for("people.show", person_id=person_id))


@bp.post("/<int:person_id>/access")
def access(person_id: int) -> Response:
    """Close or open the account."""
    person = changeable_or_refuse(person_id)
    queries.set_active(person, not person.active)
    db.session.commit()
    flash(_("Вход открыт.") if person.active else _("Вход закрыт."))
    return redirect(url_for("people.show", person_id=person_id))
