"""The year's moved days off: deadlines in working days and the mornings of reminders reckon with them."""

import datetime as dt
import re

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length, ValidationError

from app.events import record
from app.extensions import db
from app.plan.working_days import SETTING, moved_days_off, store_days_off
from app.roadmap.room import bp


class DaysOffForm(FlaskForm):
    days = TextAreaField(
        _l("Перенесённые выходные"),
        validators=[Length(max=4000)],
        description=_l("По одному в строке: 04.05.2020. Субботы, воскресенья и праздники известны и так."),
    )

    def validate_days(self, field: TextAreaField) -> None:
        wrong = [word for word in words_of(field.data) if read_day(word) is None]
        if wrong:
            raise ValidationError(_("Не прочитано как день: %(list)s", list=", ".join(wrong[:5])))


def words_of(text: str | None) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text or "") if word]


def read_day(word: str) -> dt.date | None:
    """«04.05.2020»; None where it is no day."""
    try:
        return dt.datetime.strptime(word, "%d.%m.%Y").date()
    except ValueError:
        return None


@bp.route("/days-off", methods=["GET", "POST"])
def days_off() -> str | Response:
    """Days that a decree of the government made days off."""
    known = moved_days_off()
    form = DaysOffForm(data={"days": "\n".join(f"{day:%d.%m.%Y}" for day in sorted(known))})
    if form.validate_on_submit():
        fresh = {day for word in words_of(form.days.data) if (day := read_day(word))}
        if fresh != known:
            store_days_off(fresh)
            told = [sorted(day.isoformat() for day in days) for days in (known, fresh)]
            record("days_off.changed", "setting", SETTING, old=told[0], new=told[1])
            db.session.commit()
        flash(_("Сохранено. Сроки в рабочих днях и напоминания будут считаться с этими выходными."))
        return redirect(url_for("roadmap.days_off"))
    return render_template("roadmap/days_off.html", form=form)
