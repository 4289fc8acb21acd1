"""Access slips: printing a school's sheets, voiding a slip. Codes are shown once, on the page that made them."""

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.auth.codes import address_form, printed
from app.extensions import db
from app.frame.interface import in_russian
from app.models import School, Slip
from app.models.columns import utc_now
from app.people import queries
from app.people.forms import ReasonForm, RoleForm, SlipsForm
from app.people.person_page import changeable_or_refuse, page_of
from app.people.rights import grantable, schools_changed

bp = Blueprint("slips", __name__)


@bp.get("/slips")
def choose() -> str:
    """Choose a school and people to print slips for."""
    schools = queries.list_schools(schools_changed(current_user))
    chosen = request.args.get("school", schools[0].code if len(schools) == 1 else "")
    school = next((one for one in schools if one.code == chosen), None)
    people = queries.people_for_slips(school, grantable(current_user)) if school else []
    return render_template("people/slips.html", schools=schools, school=school, people=people, form=SlipsForm())


@bp.post("/slips/<code>")
def print_sheet(code: str) -> str | Response:
    """New codes for the people ticked; with nobody ticked, for all of the school who have not signed in yet."""
    school = school_or_404(code)
    people = queries.people_for_slips(school, grantable(current_user))
    ticked = set(request.form.getlist("person", type=int))
    if ticked:
        people = [person for person in people if person.id in ticked]
    else:
        people = [person for person in people if person.first_sign_in_utc is None]
    if not people:
        flash(_("Печатать нечего: все уже вошли. Отметьте тех, кому нужен новый талон."), "warning")
        return redirect(url_for("people.slips.choose", school=code))
    fresh = queries.issue_slips(people, current_user.id)
    db.session.commit()
    return sheet(fresh, school)


@bp.post("/<int:person_id>/slip")
def print_one(person_id: int) -> str:
    """A new slip for one person."""
    person = changeable_or_refuse(person_id)
    fresh = queries.issue_slips([person], current_user.id)
    db.session.commit()
    return sheet(fresh, None)


def school_or_404(code: str) -> School:
    schools = queries.list_schools(schools_changed(current_user))
    return next((school for school in schools if school.code == code), None) or abort(404)


@in_russian
def sheet(fresh: list[queries.FreshSlip], school: School | None) -> str:
    """The page to print: ten slips on an A4 sheet."""
    address = str(current_app.config["PUBLIC_URL"])
    slips = [
        {
            "person": one.person,
            "school": next((a.school.short_name for a in one.person.assignments if a.school), ""),
            "code": printed(one.code),
            "qr": square(f"{address}/s/{address_form(one.code)}"),
        }
        for one in fresh
    ]
    return render_template("people/sheet.html", slips=slips, school=school, address=address, issued=utc_now())


def square(link: str) -> Markup:
    """The link as a QR square, inline SVG."""
    code = segno.make(link, error="m", micro=False)
    return Markup(code.svg_inline(border=4, light="white", omitsize=True, svgclass="qr", lineclass=None))


@bp.post("/slips/<int:slip_id>/void")
def void(slip_id: int) -> str | Response:
    """An unused slip stops working."""
    slip = db.session.get(Slip, slip_id) or abort(404)
    person = changeable_or_refuse(slip.person_id)
    form = ReasonForm()
    if not form.validate():
        return page_of(person, RoleForm(formdata=None), form)
    if slip.used_utc or slip.voided_utc:
        flash(_("Этот талон уже не действует."), "warning")
    else:
        queries.void_slip(slip, form.reason.data or "")
        db.session.commit()
        flash(_("Талон аннулирован."))
    return redirect(url_for("people.show", person_id=person.id))
