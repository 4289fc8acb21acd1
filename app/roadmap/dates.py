"""Dates that come later: outside schedules, documents received, the switch of the restrictive measures."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, MultipleFileField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from app.access import allowed
from app.extensions import db
from app.models import Evidence, Notice, NoticeReader, RestrictionPeriod, RoadmapItem, ScheduleDate
from app.plan.changes import (
    acquaint,
    add_schedule_date,
    drop_schedule_date,
    notices_of,
    receive,
    schedule_dates,
)
from app.plan.evidence import attach, files_of, send, take_files
from app.plan.restrictions import open_period, switch
from app.reach import MUNICIPAL_ROLES
from app.roadmap.forms import check_link
from app.roadmap.room import bp, item_or_404, today_here

NOTICE = "notice"


class ScheduleForm(FlaskForm):
    starts_on = DateField(_l("С"), validators=[InputRequired(_l("Укажите день"))])
    ends_on = DateField(_l("По (включительно)"), validators=[Optional()])
    title = StringField(_l("Что по графику"), validators=[Length(max=300)])

    def validate_ends_on(self, field: DateField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("Последний день раньше первого"))


class NoticeForm(FlaskForm):
    title = StringField(_l("Название документа"), validators=[DataRequired(_l("Назовите документ")), Length(max=500)])
    requisites = StringField(_l("От кого, номер и дата"), validators=[Length(max=300)])
    received_on = DateField(_l("Поступил"), validators=[InputRequired(_l("Укажите день"))])
    study_until = DateField(_l("Ознакомиться до"), validators=[Optional()])
    link = StringField(_l("Ссылка на документ"), validators=[Length(max=500), check_link])
    files = MultipleFileField(_l("Файлы"))

    def validate_study_until(self, field: DateField) -> None:
        if field.data and self.received_on.data and field.data < self.received_on.data:
            raise ValidationError(_("Этот день раньше поступления документа"))


class RestrictionForm(FlaskForm):
    on = BooleanField(_l("Ограничительные меры действуют"))
    day = DateField(
        _l("С какого дня включить или каким днём закончить"), validators=[InputRequired(_l("Укажите день"))]
    )
    basis = StringField(_l("Основание"), validators=[Length(max=300)])


def of_item(item: RoadmapItem) -> dict[str, Any]:
    """What an item's page shows of schedules and documents. A school sees who of its own people has studied them."""
    notices = notices_of([item.id]) if item.deadline_kind == "on_receipt" else []
    return {
        "dates": schedule_dates(item.id) if item.deadline_kind == "by_schedule" else [],
        "notices": notices,
        "notice_files": files_of(NOTICE, [notice.id for notice in notices]),
        "sees_readers": bool(current_user.roles & MUNICIPAL_ROLES),
        "may_enter": allowed("roadmap.schedule"),
    }


def page_of(number: str) -> str:
    return url_for("roadmap.item", number=number)


@bp.route("/<number>/schedule", methods=["GET", "POST"])
def schedule(number: str) -> str | Response:
    """Enter a date of the outside schedule."""
    _plan, item = item_or_404(number)
    if item.deadline_kind != "by_schedule":
        abort(404)
    form = ScheduleForm()
    if form.validate_on_submit():
        starts, title = form.starts_on.data, (form.title.data or "").strip()
        ends = form.ends_on.data or starts
        add_schedule_date(item, starts, ends, title, current_user.id)
        db.session.commit()
        flash(_("Дата графика внесена."))
        return redirect(page_of(number))
    return render_template("roadmap/schedule.html", item=item, form=form)


@bp.post("/<number>/schedule/<int:date_id>/drop")
def unschedule(number: str, date_id: int) -> Response:
    """Take a date of the outside schedule back."""
    _plan, item = item_or_404(number)
    row = db.session.get(ScheduleDate, date_id)
    if row is None or row.item_id != item.id or row.removed_utc is not None:
        abort(404)
    drop_schedule_date(row, item, current_user.id)
    db.session.commit()
    flash(_("Дата графика снята."))
    return redirect(page_of(number))


@bp.route("/<number>/documents", methods=["GET", "POST"])
def document(number: str) -> str | Response:
    """A document came: enter it, and everybody named by the item is asked to study it."""
    _plan, item = item_or_404(number)
    if item.deadline_kind != "on_receipt":
        abort(404)
    form = NoticeForm(data={"received_on": today_here()}) if request.method == "GET" else NoticeForm()
    if request.method == "POST" and form.validate():
        db.session.rollback()
        taken, problems = take_files(form.files.data or [])
        form.files.errors = problems
        if not problems:
            _plan, item = item_or_404(number)
            notice = receive(
                item,
                form.title.data.strip(),
                form.received_on.data,
                requisites=(form.requisites.data or "").strip(),
                link=(form.link.data or "").strip(),
                study_until=form.study_until.data,
                actor=current_user.id,
            )
            if notice is not None:
                attach(NOTICE, notice.id, taken, current_user.id, None)
                db.session.commit()
            flash(_("Документ внесён, его увидят все, кого называет пункт."))
            return redirect(page_of(number))
    return render_template("roadmap/document.html", item=item, form=form)


@bp.post("/documents/<int:notice_id>/read")
def read(notice_id: int) -> Response:
    """«Ознакомлен»: each for oneself."""
    reader = db.session.scalar(
        db.select(NoticeReader).where(NoticeReader.notice_id == notice_id, NoticeReader.person_id == current_user.id)
    )
    if reader is None:
        abort(404)
    if acquaint(reader):
        db.session.commit()
    flash(_("Отмечено: вы ознакомились с документом."))
    notice = db.session.get_one(Notice, notice_id)
    return redirect(page_of(db.session.get_one(RoadmapItem, notice.item_id).number))


@bp.get("/documents/files/<int:file_id>")
def notice_file(file_id: int) -> Response:
    """A received document; always an attachment."""
    kept = db.session.get(Evidence, file_id)
    if kept is None or kept.subject_type != NOTICE:
        abort(404)
    return send(kept.path, kept.mime, kept.filename)


@bp.route("/restrictions", methods=["GET", "POST"])
def restrictions() -> str | Response:
    """One switch for пп. 3.11 and 3.12, with its history."""
    form = RestrictionForm(data={"day": today_here(), "on": open_period() is not None})
    if form.validate_on_submit():
        if switch(bool(form.on.data), form.day.data, (form.basis.data or "").strip()):
            db.session.commit()
            flash(_("Ограничительные меры включены.") if form.on.data else _("Ограничительные меры сняты."))
        return redirect(url_for("roadmap.restrictions"))
    periods = db.session.scalars(db.select(RestrictionPeriod).order_by(RestrictionPeriod.begins_on.desc())).all()
    return render_template("roadmap/restrictions.html", form=form, periods=periods)
