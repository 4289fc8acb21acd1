"""Monitoring under items 4.1-4.4: a round asks every school what the items promise; what is known is filled in.

Help given (hours, people) stands beside what changed; that the one brought the other is nowhere said.
"""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from app.events import record
from app.extensions import db
from app.frame.interface import in_russian
from app.models import Measure, MonitoringAnswer, MonitoringRound, RoadmapPlan, School
from app.models.columns import utc_now
from app.models.roadmap import STATES
from app.plan.marks import marks_now
from app.plan.once import enter, once_key
from app.plan.plans import items_of
from app.results.card_values import last_signed
from app.results.measure_effect import latest_changes
from app.roadmap.room import bp, own_scopes, plan_or_404, reach_read, today_here

SECTION = "4"
MOST = 2000
ROUND = ("number", "title", "opens_on", "closes_on")


class RoundForm(FlaskForm):
    number = SelectField(_l("Пункт плана"))
    title = StringField(_l("Название"), validators=[DataRequired(_l("Назовите сбор")), Length(max=500)])
    opens_on = DateField(_l("Начало"), validators=[InputRequired(_l("Укажите день"))])
    closes_on = DateField(_l("Последний день"), validators=[InputRequired(_l("Укажите день"))])

    def validate_closes_on(self, field: DateField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("Последний день раньше первого"))


@in_russian
def fields_of(plan: RoadmapPlan) -> list[dict[str, Any]]:
    """What a round asks: for each item that schools carry out, its promised result against the fact."""
    asked = [item for item in items_of(plan) if item.per_school and not item.number.startswith(SECTION)]
    fields = [
        {"name": f"item-{item.number}", "number": item.number, "title": item.title, "plan": item.planned_result}
        for item in asked
    ]
    return [*fields, {"name": "measures", "number": "", "title": _("Меры школы"), "plan": _("все меры исполнены")}]


@in_russian
def prefill(plan: RoadmapPlan, school: School) -> dict[str, dict[str, str]]:
    """What is known of a school without asking: its marks, its measures, its signed card."""
    marks, found = marks_now(plan), {}
    for item in items_of(plan):
        for mark in marks.get(item.id, []):
            if mark.scope == school.code and mark.state != "not_started":
                words = "; ".join(part for part in (STATES[mark.state], mark.evidence, mark.note) if part)
                found[f"item-{item.number}"] = {"fact": words}
    statuses = list(db.session.scalars(db.select(Measure.status).where(Measure.scope == school.code)))
    counted = [status for status in statuses if status != "cancelled"]
    if counted:
        words = _("исполнено %(done)d из %(of)d", done=counted.count("done"), of=len(counted))
        found["measures"] = {"fact": words}
    card = last_signed(school.id)
    if card is not None and card.signed_utc is not None:
        words = _("карта подписана %(day)s", day=card.signed_utc.strftime("%d.%m.%Y"))
        known = found.get("item-2.1", {}).get("fact", "")
        found["item-2.1"] = {"fact": f"{known}; {words}" if known else words}
    return found


@bp.route("/monitoring", methods=["GET", "POST"])
def monitoring() -> str | Response:
    """Rounds; the coordinator opens one for all schools of the plan."""
    plan, form = plan_or_404(), RoundForm()
    numbers = [item.number for item in items_of(plan, duties=False) if item.number.startswith(f"{SECTION}.")]
    form.number.choices = [SelectChoice(number, _("п. %(number)s", number=number)) for number in numbers]
    opener = "municipal" in current_user.roles
    if request.method == "POST" and not opener:
        abort(404)
    if form.validate_on_submit():
        made = MonitoringRound(plan_id=plan.id, fields=fields_of(plan), created_by=current_user.id)
        for name in ROUND:
            setattr(made, name, form[name].data)
        schools = db.session.scalars(db.select(School).where(School.code.in_(plan.document["schools"])))
        made.answers = [MonitoringAnswer(school_id=school.id, values=prefill(plan, school)) for school in schools]
        if enter(made, once=once_key("round", plan.id, made.number)):
            record("monitoring.opened", "monitoring_round", made.id, new={"number": made.number})
            db.session.commit()
        kept = same_round(made)
        if kept is not None:
            flash(_("Сбор открыт: школы увидят его с тем, что уже известно."))
            return redirect(url_for("roadmap.monitoring_round", round_id=kept.id))
        form.number.errors = [_("Сбор по этому пункту уже идёт: закройте его, прежде чем открыть новый")]
    wanted = db.select(MonitoringRound).where(MonitoringRound.plan_id == plan.id).order_by(MonitoringRound.id.desc())
    return render_template("roadmap/monitoring.html", rounds=db.session.scalars(wanted).all(), form=form, opener=opener)


def answers_within(one: MonitoringRound) -> list[MonitoringAnswer]:
    """Answers within reach, schools in their order."""
    reach = reach_read()
    kept = [answer for answer in one.answers if reach is None or answer.school.code in reach]
    return sorted(kept, key=lambda answer: answer.school.position)


def same_round(made: MonitoringRound) -> MonitoringRound | None:
    """The open round that ``made`` is, or, of a second click, the one of the first; None where another one goes on."""
    same = (getattr(MonitoringRound, name) == getattr(made, name) for name in ("plan_id", *ROUND))
    return db.session.scalar(db.select(MonitoringRound).where(MonitoringRound.closed_utc.is_(None), *same).limit(1))


def measures_done(codes: list[str]) -> dict[str, tuple[int, int]]:
    """School -> (done, all) of its measures that were not cancelled."""
    done = db.func.sum(db.case((Measure.status == "done", 1), else_=0))
    wanted = db.select(Measure.scope, done, db.func.count()).where(
        Measure.scope.in_(codes), Measure.status != "cancelled"
    )
    return {row[0]: (int(row[1]), row[2]) for row in db.session.execute(wanted.group_by(Measure.scope))}


@bp.get("/monitoring/<int:round_id>")
def monitoring_round(round_id: int) -> str:
    """Plan against fact, school by school, with the help that was given."""
    one = db.session.get(MonitoringRound, round_id) or abort(404)
    answers = answers_within(one)
    sent = [answer for answer in answers if answer.sent_utc]
    stage, changes = latest_changes()
    return render_template(
        "roadmap/monitoring_round.html",
        one=one,
        stage=stage,
        changes=changes,
        measures=measures_done([answer.school.code for answer in answers]),
        answers=answers,
        sent=len(sent),
        hours=sum(answer.help_hours or 0 for answer in sent),
        own=own_scopes(),
        today=today_here(),
    )


@bp.route("/monitoring/<int:round_id>/<code>", methods=["GET", "POST"])
def monitoring_answer(round_id: int, code: str) -> str | Response | tuple[str, int]:
    """One school's sheet; whoever was slower than another editor sees it before anything is overwritten."""
    one = db.session.get(MonitoringRound, round_id) or abort(404)
    answer = next((kept for kept in answers_within(one) if kept.school.code == code), None) or abort(404)
    if request.method == "GET":
        return sheet(one, answer)
    if code not in own_scopes() or not FlaskForm().validate():
        abort(404)
    answer = db.session.scalar(db.select(MonitoringAnswer).where(MonitoringAnswer.id == answer.id).with_for_update())
    if answer is None or one.closed_utc is not None or request.form.get("version") != str(answer.version):
        return sheet(
            one, answer or abort(404), [_("Лист уже изменён или сбор закрыт. Сравните и сохраните ещё раз")]
        ), 409
    problems = take(one, answer)
    if problems:
        db.session.rollback()
        return sheet(one, answer, problems)
    record("monitoring.answered", "monitoring_round", one.id, new={"school": code, "sent": answer.sent_utc is not None})
    db.session.commit()
    flash(_("Отправлено.") if answer.sent_utc else _("Сохранено."))
    return redirect(url_for("roadmap.monitoring_round", round_id=round_id))


def take(one: MonitoringRound, answer: MonitoringAnswer) -> list[str]:
    """Put the form into the sheet; what is wrong with it."""
    problems, values = [], {}
    for field in one.fields:
        fact = (request.form.get(field["name"]) or "").strip()
        if len(fact) > MOST:
            problems.append(_("%(title)s: больше 2000 знаков", title=field["title"]))
        if fact:
            values[field["name"]] = {"fact": fact}
    hours, people = (request.form.get(name, "").strip().replace(",", ".") for name in ("help_hours", "help_people"))
    try:
        answer.help_hours = float(hours) if hours else None
        answer.help_people = int(people) if people else None
    except ValueError:
        return [*problems, _("Часы и число людей пишутся цифрами")]
    if not 0 <= (answer.help_hours or 0) <= 100_000 or not 0 <= (answer.help_people or 0) <= 100_000:
        problems.append(_("Часы и число людей не бывают такими"))
    send = request.form.get("do") == "send"
    missing = [
        field["number"] or field["title"] for field in one.fields if not values.get(field["name"], {}).get("fact")
    ]
    if send and missing:
        problems.append(_("Перед отправкой заполните факт: %(list)s", list=", ".join(missing)))
    answer.values, answer.help_words = values, (request.form.get("help_words") or "").strip()[:MOST]
    answer.version, answer.updated_by = answer.version + 1, current_user.id
    answer.sent_utc = utc_now() if send else None
    return problems


def sheet(one: MonitoringRound, answer: MonitoringAnswer, problems: list[str] | None = None) -> str:
    typed = request.form if problems else None
    may = answer.school.code in own_scopes() and one.closed_utc is None
    return render_template(
        "roadmap/monitoring_sheet.html", one=one, answer=answer, typed=typed, problems=problems or [], may=may
    )


@bp.post("/monitoring/<int:round_id>/close")
def monitoring_close(round_id: int) -> Response:
    """End a round: nothing of it changes afterwards."""
    one = db.session.get(MonitoringRound, round_id) or abort(404)
    if one.closed_utc is None:
        one.closed_utc, one.once = utc_now(), None
        record("monitoring.closed", "monitoring_round", one.id)
        db.session.commit()
        flash(_("Сбор закрыт."))
    return redirect(url_for("roadmap.monitoring_round", round_id=round_id))
