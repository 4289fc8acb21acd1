"""Terms of keeping as a page: what is kept how long, what is past its term, keeping them now."""

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.answers.retention import Terms, load_terms, overdue, save_terms
from app.extensions import db
from app.jobs import enqueue
from app.models.columns import utc_now

bp = Blueprint("terms", __name__)
NEEDED = InputRequired(_l("Введите целое число; 0 — хранить без срока"))
RANGE = NumberRange(min=0, max=1200, message=_l("Целое число от 0 до 1200"))


class TermsForm(FlaskForm):
    draft_days = IntegerField(_l("Черновики, дней после закрытия этапа"), validators=[NEEDED, RANGE])
    answer_months = IntegerField(_l("Ответы, согласия и маршруты, месяцев после закрытия"), validators=[NEEDED, RANGE])
    letter_days = IntegerField(_l("Записи об отправленных письмах, дней"), validators=[NEEDED, RANGE])


@bp.route("/terms", methods=["GET", "POST"])
def terms() -> str | Response:
    """See and change the terms."""
    form = TermsForm(obj=load_terms())
    if form.validate_on_submit():
        save_terms(Terms(**{one.name: form[one.name].data for one in fields(Terms)}))
        db.session.commit()
        flash(_("Сроки сохранены. Программа соблюдает их сама, раз в сутки."))
        return redirect(url_for("people.terms.terms"))
    return render_template("people/terms.html", form=form, overdue=overdue(load_terms(), utc_now()))


@bp.post("/terms/keep")
def keep() -> Response:
    """Remove what is past its term without waiting for the night."""
    enqueue("retention", _("Сроки хранения"), {}, current_user.id)
    db.session.commit()
    flash(_("Удаление поставлено в очередь."))
    return redirect(url_for("people.terms.terms"))
