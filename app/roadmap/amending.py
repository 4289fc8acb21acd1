"""A plan from an Excel table, corrected by a person before it counts; and one item changed by an amendment."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.extensions import db
from app.frame.pages import department
from app.models import PlanDraft, RoadmapPlan
from app.models.roadmap import DEADLINE_KINDS
from app.plan.changes import amend_item, last_amended
from app.plan.plans import addressed, all_plans, complete_states, titles_of
from app.roadmap import tables
from app.roadmap.room import bp, item_or_404, today_here
from app.roadmap.workbook import read_workbook
from surveys.errors import SurveyError

KIND_WORDS = {
    "date": _l("крайняя дата"),
    "month": _l("месяц или период"),
    "ongoing": _l("постоянно"),
    "by_schedule": _l("по внешнему графику"),
    "on_receipt": _l("по поступлении документа"),
    "none": _l("срок не указан"),
}
APPLIES_WORDS = {"": _l("всегда"), "during": _l("пока действуют меры"), "after": _l("после снятия мер")}


class TableForm(FlaskForm):
    amends = SelectField(_l("Что загружаем"), validators=[Optional()])
    title = StringField(_l("Название плана"), validators=[Length(max=500)])
    year = IntegerField(
        _l("Год плана"),
        validators=[InputRequired(_l("Укажите год")), NumberRange(2000, 2100)],
        description=_l("Нужен новому плану; изменения читаются по году того плана, в который вносятся."),
    )
    order_number = StringField(_l("Номер приказа"), validators=[Length(max=40)])
    order_date = DateField(_l("Дата приказа"), validators=[InputRequired(_l("Укажите дату приказа"))])
    file = FileField(_l("Книга Excel (.xlsx)"))

    def validate_title(self, field: StringField) -> None:
        if not self.amends.data and not (field.data or "").strip():
            raise ValidationError(_("Назовите план"))

    def validate_order_number(self, field: StringField) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_("Укажите номер приказа"))


class AmendForm(FlaskForm):
    title = TextAreaField(_l("Мероприятие"), validators=[DataRequired(_l("Назовите мероприятие"))])
    responsible = TextAreaField(_l("Ответственные"))
    responsible_keys = SelectMultipleField(_l("Кому адресован"), validators=[Optional()])
    deadline_text = TextAreaField(_l("Срок, как в приказе"))
    deadline_kind = SelectField(
        _l("Вид срока"), choices=[SelectChoice(kind, KIND_WORDS[kind]) for kind in DEADLINE_KINDS]
    )
    starts_on = DateField(_l("Начало"), validators=[Optional()])
    due_date = DateField(_l("Последний день"), validators=[Optional()])
    applies = SelectField(_l("Ограничительные меры"), choices=[SelectChoice(*one) for one in APPLIES_WORDS.items()])
    planned_result = TextAreaField(_l("Планируемый результат"))
    reason = StringField(
        _l("Основание изменения"), validators=[DataRequired(_l("Назовите приказ об изменении")), Length(max=300)]
    )
    seen = HiddenField()  # the last amendment that the person saw

    def validate_due_date(self, field: DateField) -> None:
        if self.deadline_kind.data in ("date", "month") and field.data is None:
            raise ValidationError(_("Для этого вида срока нужен последний день"))
        if field.data and self.starts_on.data and self.starts_on.data > field.data:
            raise ValidationError(_("Начало позже последнего дня"))


@bp.route("/import", methods=["GET", "POST"])
def upload() -> str | Response:
    """Read a table; nothing counts before a person has looked at the reading."""
    form = TableForm(data={"year": today_here().year}) if request.method == "GET" else TableForm()
    form.amends.choices = [SelectChoice("", _("новый план"))]
    titles = titles_of(known := all_plans())
    form.amends.choices += [SelectChoice(one.code, _("изменения: %(t)s", t=titles[one.id])) for one in known]
    problems: list[str] = []
    if form.validate_on_submit():
        file = request.files.get("file")
        if file is None or not file.filename:
            form.file.errors = [_("Выберите файл")]
        else:
            try:
                rows, notes = read_workbook(file.read(), file.filename)
            except SurveyError as error:
                problems = error.lines()
                form.file.errors = [_("В файле есть ошибки: ничего не изменено")]
            else:
                draft = tables.make_draft(rows, head_of(form, notes), file.filename, current_user.id)
                db.session.commit()
                return redirect(url_for("roadmap.reading", draft_id=draft.id))
    return render_template("roadmap/import.html", form=form, problems=problems[:200])


def head_of(form: TableForm, notes: list[str]) -> dict[str, Any]:
    """What the form says of the whole plan."""
    number, day = form.order_number.data.strip(), form.order_date.data
    amended = next((plan for plan in all_plans() if plan.code == form.amends.data), None)
    return {
        "amends": form.amends.data or "",
        "title": (form.title.data or "").strip(),
        "year": amended.year if amended else form.year.data,
        "order_number": number,
        "order_date": day.isoformat(),
        "issuer": department(),
        "basis": _("приказ № %(number)s от %(day)s", number=number, day=day.strftime("%d.%m.%Y")),
        "notes": notes,
    }


def draft_or_404(draft_id: int) -> PlanDraft:
    draft = db.session.get(PlanDraft, draft_id)
    return draft if draft is not None and draft.owner_id == current_user.id else abort(404)


@bp.route("/import/<int:draft_id>", methods=["GET", "POST"])
def reading(draft_id: int) -> str | Response:
    """Our reading of each row beside its words, to be corrected and accepted."""
    draft = draft_or_404(draft_id)
    problems: list[tuple[int, str]] = []
    form = FlaskForm()
    if form.validate_on_submit():
        if request.form.get("do") == "drop":
            db.session.delete(draft)
            db.session.commit()
            flash(_("Таблица отложена: план не изменён."))
            return redirect(url_for("roadmap.upload"))
        chosen = {at: request.form.getlist(f"keys-{at}") for at, row in enumerate(draft.rows) if "section" not in row}
        problems = tables.correct(draft, request.form, chosen)
        if not problems and request.form.get("do") == "accept":
            return accepted(draft)
        if not problems:
            db.session.commit()
            flash(_("Исправления сохранены."))
            return redirect(url_for("roadmap.reading", draft_id=draft_id))
    return reading_page(draft, problems)


def accepted(draft: PlanDraft) -> str | Response:
    """Make it count; a plan that is here already is told on the page."""
    try:
        plan = tables.accept(draft, current_user.id, today_here(), drop_missing=bool(request.form.get("drop_missing")))
    except SurveyError as error:
        db.session.rollback()
        return reading_page(draft_or_404(draft.id), [(-1, line) for line in error.lines()])
    db.session.commit()
    flash(_("План принят: %(title)s.", title=plan.short_title))
    return redirect(url_for("roadmap.index", plan=plan.code))


def reading_page(draft: PlanDraft, problems: list[tuple[int, str]]) -> str:
    typed = request.form if problems and problems[0][0] >= 0 else None
    return render_template(
        "roadmap/reading.html",
        draft=draft,
        problems=problems,
        typed=typed,
        kinds=KIND_WORDS,
        applies=APPLIES_WORDS,
        addressees=tables.known_addressees(tables.known_of(draft.head), draft.rows),
    )


@bp.route("/<number>/amend", methods=["GET", "POST"])
def amend(number: str) -> str | Response | tuple[str, int]:
    """Change one item by an order; what it was stays in its history."""
    plan, item = item_or_404(number)
    form, last = AmendForm(obj=item, seen=str(last_amended(item))), str(last_amended(item))
    form.responsible_keys.choices = tables.known_addressees(plan.document)
    if form.validate_on_submit():
        if form.seen.data != last:
            form.title.errors = [
                _("Пока вы писали, пункт изменил кто-то ещё. Сравните с его страницей и сохраните ещё раз")
            ]
            form.seen.data = last
            return render_template("roadmap/amend.html", item=item, form=form), 409
        if amend_item(item, columns_of(plan, form), reason=form.reason.data.strip(), actor=current_user.id):
            complete_states(plan, item)
            db.session.commit()
            flash(_("Пункт изменён; каким он был, показано в истории."))
        return redirect(url_for("roadmap.item", number=number))
    return render_template("roadmap/amend.html", item=item, form=form)


def columns_of(plan: RoadmapPlan, form: AmendForm) -> dict[str, Any]:
    """The form as columns of an item."""
    fresh = {name: form[name].data for name in form._fields if name not in ("csrf_token", "reason", "seen")}
    for name in ("title", "responsible", "deadline_text", "planned_result"):
        fresh[name] = (fresh[name] or "").strip()
    if fresh["deadline_kind"] not in ("date", "month", "by_schedule"):
        fresh["starts_on"] = fresh["due_date"] = None
    return fresh | {"per_school": addressed(plan, fresh["responsible_keys"])}
