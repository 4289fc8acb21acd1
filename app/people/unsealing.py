"""Opening earlier answers without the earlier password: two people of the department, none of the school's staff.

The teacher sees who asked, who confirmed, when and why. The department sees only that answers are closed, never them.
"""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.events import record
from app.extensions import db
from app.models import Person, Slip, Unsealing
from app.models.columns import utc_now
from app.models.people import SCHOOL_ROLES
from app.people.forms import ReasonForm

bp = Blueprint("unsealing", __name__)
LATELY = dt.timedelta(days=30)


def of_department(person: Person) -> bool:
    """Whether ``person`` works in no school: who has a role there may open nothing, whatever else they are."""
    return not person.roles & SCHOOL_ROLES


def open_request(person_id: int) -> Unsealing | None:
    """The request that waits for a second person."""
    wanted = db.select(Unsealing).where(Unsealing.person_id == person_id, Unsealing.closed_utc.is_(None))
    return db.session.scalar(wanted.order_by(Unsealing.id.desc()).limit(1))


def sealed_or_404(person_id: int) -> Person:
    """A person whose earlier answers are closed, for somebody of the department."""
    if not of_department(current_user):
        abort(403)
    person = db.session.get(Person, person_id)
    if person is None or person.sealed_utc is None or person.id == current_user.id:
        abort(404)
    return person


def independent(one: Person, other: Person) -> bool:
    """Whether neither has lately signed in by a slip that the other printed: a second account is no second person."""
    wanted = db.select(Slip.id).where(
        (Slip.person_id == one.id) & (Slip.issued_by == other.id)
        | (Slip.person_id == other.id) & (Slip.issued_by == one.id),
        Slip.used_utc > utc_now() - LATELY,
    )
    return db.session.scalar(wanted.limit(1)) is None


@bp.get("/sealed")
def index() -> str:
    """People whose earlier answers a new slip has closed."""
    if not of_department(current_user):
        abort(403)
    return page_of(ReasonForm(formdata=None))


def page_of(form: ReasonForm, asked_for: int | None = None) -> str:
    wanted = db.select(Person).where(Person.sealed_utc.is_not(None), Person.active, Person.id != current_user.id)
    people = list(db.session.scalars(wanted.order_by(Person.family, Person.given)))
    lines = [(person, open_request(person.id)) for person in people]
    return render_template("people/sealed.html", lines=lines, form=form, asked_for=asked_for)


@bp.post("/<int:person_id>/unseal")
def ask(person_id: int) -> str | Response:
    """The first person asks, with a reason."""
    person = sealed_or_404(person_id)
    form = ReasonForm()
    if not form.validate():
        return page_of(form, person_id)
    if open_request(person.id) is None:
        reason = form.reason.data or ""
        db.session.add(Unsealing(person_id=person.id, asked_by=current_user.id, reason=reason))
        record("unsealing.asked", "person", person.id, reason=reason)
        db.session.commit()
        flash(_("Запрос записан. Подтвердить должен другой сотрудник Управления."))
    return redirect(url_for("people.unsealing.index"))


@bp.post("/<int:person_id>/unseal/confirm")
def confirm(person_id: int) -> Response:
    """The second person, another one, confirms: earlier answers open to the teacher."""
    person = sealed_or_404(person_id)
    waiting = open_request(person.id) or abort(404)
    if waiting.asked_by == current_user.id:
        flash(_("Подтвердить должен другой сотрудник Управления, не тот, кто запросил."), "error")
        return redirect(url_for("people.unsealing.index"))
    if not independent(current_user, waiting.asker):
        told = _("Один из вас недавно вошёл по талону, который выдал другой. Пусть подтвердит третий сотрудник.")
        flash(told, "error")
        return redirect(url_for("people.unsealing.index"))
    waiting.confirmed_by, waiting.closed_utc = current_user.id, utc_now()
    record("unsealing.confirmed", "person", person.id, old=str(person.sealed_utc), reason=waiting.reason)
    person.sealed_utc = person.sealed_password_hash = None
    db.session.commit()
    flash(_("Прежние ответы открыты их владельцу. Он увидит, кто и почему это сделал."))
    return redirect(url_for("people.unsealing.index"))


@bp.post("/<int:person_id>/unseal/refuse")
def refuse(person_id: int) -> Response:
    """Either of the department ends a request."""
    person = sealed_or_404(person_id)
    waiting = open_request(person.id) or abort(404)
    waiting.closed_utc = utc_now()
    record("unsealing.refused", "person", person.id)
    db.session.commit()
    flash(_("Запрос снят."))
    return redirect(url_for("people.unsealing.index"))
