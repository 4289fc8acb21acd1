"""The year's moved days off: deadlines in working days and the mornings of reminders reckon with them."""

import datetime as dt
import re
from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.events import record
from app.extensions import db
from app.plan.working_days import SETTING, days_off_version, moved_days_off, store_days_off
from app.roadmap.room import bp
from surveys.roadmap.deadlines import Moves, is_working


class DaysOffForm(FlaskForm):
    to = TextAreaField(
        _l("Выходные по переносу"),
        validators=[Length(max=4000)],
        description=_l("По одному в строке: 22.02.2021. Субботы, воскресенья и праздники известны и так."),
    )
    from_ = TextAreaField(
        _l("Дни, с которых перенесён выходной"),
        validators=[Length(max=4000)],
        description=_l("Например, 20.02.2021: эта суббота станет рабочей. Праздник останется выходным."),
    )
    version = HiddenField()

    def validate_to(self, field: TextAreaField) -> None:
        wrong = (word for word in words_of(field.data) if read_day(word) is None)
        refuse(field, _("Не прочитано как день: %(list)s"), wrong)

    def validate_from_(self, field: TextAreaField) -> None:
        self.validate_to(field)
        given = days_of(field.data)
        working, both = filter(is_working, given), given & days_of(self.to.data)
        refuse(field, _("Это рабочий день и без переноса: %(list)s"), map(shown, sorted(working)))
        refuse(field, _("День и здесь, и среди выходных по переносу: %(list)s"), map(shown, sorted(both)))


def refuse(field: TextAreaField, words: str, wrong: Iterable[str]) -> None:
    """An error of the field that names the first of the ``wrong`` ones, where there are any; others stand beside it."""
    if named := list(wrong)[:5]:
        field.errors = [*field.errors, words % {"list": ", ".join(named)}]


def words_of(text: str | None) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text or "") if word]


def read_day(word: str) -> dt.date | None:
    """«22.02.2021»; None where it is no day."""
    try:
        return dt.datetime.strptime(word, "%d.%m.%Y").date()
    except ValueError:
        return None


def days_of(text: str | None) -> frozenset[dt.date]:
    """The days that are read."""
    return frozenset(day for word in words_of(text) if (day := read_day(word)))


def shown(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"


@bp.route("/days-off", methods=["GET", "POST"])
def days_off() -> str | Response | tuple[str, int]:
    """Days that a decree of the government made days off, and those it made working days."""
    version, known = days_off_version(), moved_days_off()  # in this order: days are never older than their version
    if request.method == "GET":
        return page(DaysOffForm(data={"to": lines(known.to), "from_": lines(known.from_), "version": version}))
    form = DaysOffForm()
    if not form.validate():
        return page(form)
    fresh = Moves(days_of(form.to.data), days_of(form.from_.data))
    if fresh != known:
        if form.version.data != str(version) or not store_days_off(fresh, version):
            return changed_meanwhile(form)
        record("days_off.changed", "setting", SETTING, old=told(known), new=told(fresh))
        db.session.commit()
    flash(_("Сохранено. Сроки в рабочих днях и напоминания будут считаться с этими днями."))
    return redirect(url_for("roadmap.days_off"))


def changed_meanwhile(form: DaysOffForm) -> tuple[str, int]:
    """What was typed, with what somebody else keeps there now; nothing is stored."""
    db.session.rollback()
    form.version.data = str(days_off_version())
    form.to.errors = [_("Пока вы писали, выходные дни изменил кто-то ещё. Сравните и сохраните ещё раз")]
    return page(form, moved_days_off()), 409


def page(form: DaysOffForm, kept: Moves | None = None) -> str:
    """The form; ``kept``: what is stored, where it is not what the form began with."""
    stored = kept and [
        (form.to.label.text, ", ".join(map(shown, sorted(kept.to)))),
        (form.from_.label.text, ", ".join(map(shown, sorted(kept.from_)))),
    ]
    return render_template("roadmap/days_off.html", form=form, stored=stored)


def lines(days: Iterable[dt.date]) -> str:
    return "\n".join(map(shown, sorted(days)))


def told(moved: Moves) -> dict[str, list[str]]:
    """As an event keeps it."""
    return {"to": sorted(map(str, moved.to)), "from": sorted(map(str, moved.from_))}
