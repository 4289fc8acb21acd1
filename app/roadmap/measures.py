"""Measures: the list, and one measure with its state, what proves it, its goal and what the next stage says."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import FloatField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from app.events import record
from app.extensions import db
from app.models import Event, Evidence, Finding, Measure, MeasureItem, Person, RoadmapItem, RoadmapPlan, Snapshot, Wave
from app.plan.evidence import attach, files_of, quota_problem, remove, send, take_files
from app.plan.marks import MUNICIPALITY
from app.plan.plans import all_plans, plans_in_force, years_of
from app.reach import scope_name, within
from app.results.measure_effect import baseline_of, effects
from app.roadmap import queries
from app.roadmap.forms import ProofForm
from app.roadmap.marking import chosen_files
from app.roadmap.room import bp, own_scopes, reach_read, today_here

PROVES = "measure"
STATUSES = {
    "planned": _l("запланирована"),
    "in_work": _l("в работе"),
    "done": _l("исполнена"),
    "cancelled": _l("отменена"),
}
TAGS = {"planned": "idle", "in_work": "run", "done": "done", "cancelled": "idle"}


class MeasureForm(ProofForm):
    status = RadioField(_l("Состояние меры"), choices=[SelectChoice(*one) for one in STATUSES.items()])
    target = FloatField(_l("Цель: средняя освоенность, от 0 до 100"), validators=[Optional(), NumberRange(0, 100)])

    def validate_files(self, _field: Any) -> None:
        if self.status.data == "done":
            self.check_proof()

    def validate_note(self, field: Any) -> None:
        words = (field.data or "").strip()
        if self.status.data == "cancelled" and not words:
            raise ValidationError(_("Напишите, почему мера отменена"))
        if self.status.data == "done" and self.without_document.data and not words:
            raise ValidationError(_("Напишите, как исполнено, раз документа нет"))


@bp.get("/measures")
def measures() -> str:
    """Measures within reach: late first, then by date."""
    reach, today = reach_read(), today_here()
    wanted = (
        db.select(Measure, Finding.id, Wave.code)
        .outerjoin(Finding, Finding.id == Measure.finding_id)
        .outerjoin(Snapshot, Snapshot.id == Finding.snapshot_id)
        .outerjoin(Wave, Wave.id == Snapshot.wave_id)
        .order_by(Measure.due_date.is_(None), Measure.due_date, Measure.id)
    )
    if reach is not None:
        wanted = wanted.where(Measure.scope.in_([MUNICIPALITY, *reach]))
    status, scope = request.args.get("status", ""), request.args.get("school", "")
    if status in STATUSES:
        wanted = wanted.where(Measure.status == status)
    if scope and within(scope, reach):
        wanted = wanted.where(Measure.scope == scope)
    rows = [tuple(row) for row in db.session.execute(wanted)]
    return render_template(
        "roadmap/measures.html",
        rows=rows,
        numbers=numbers_of([row[0].id for row in rows]),
        today=today,
        statuses=STATUSES,
        tags=TAGS,
        status=status,
        scope=scope,
        reach=reach,
        schools=queries.school_names(),
    )


def numbers_of(measure_ids: list[int], plan: RoadmapPlan | None = None) -> dict[int, list[str]]:
    """Roadmap items by measure: of every year's plan, or of one."""
    wanted = (
        db.select(MeasureItem.measure_id, RoadmapItem.number)
        .join(RoadmapItem, RoadmapItem.id == MeasureItem.roadmap_item_id)
        .where(MeasureItem.measure_id.in_(measure_ids))
        .order_by(RoadmapItem.plan_id, RoadmapItem.position)
    )
    if plan is not None:
        wanted = wanted.where(RoadmapItem.plan_id == plan.id)
    found: dict[int, list[str]] = {}
    for measure_id, number in db.session.execute(wanted):
        found.setdefault(measure_id, []).append(number)
    return found


def places_of(one: Measure) -> list[tuple[str, RoadmapPlan]]:
    """Items that a measure serves, each with its plan."""
    wanted = (
        db.select(RoadmapItem.number, RoadmapPlan)
        .join(MeasureItem, MeasureItem.roadmap_item_id == RoadmapItem.id)
        .join(RoadmapPlan, RoadmapPlan.id == RoadmapItem.plan_id)
        .where(MeasureItem.measure_id == one.id)
        .order_by(RoadmapItem.plan_id, RoadmapItem.position)
    )
    return [(number, plan) for number, plan in db.session.execute(wanted)]


def measure_or_404(measure_id: int, *, lock: bool = False) -> Measure:
    """A measure within reach."""
    wanted, reach = db.select(Measure).where(Measure.id == measure_id), reach_read()
    found = db.session.scalar(wanted.with_for_update(of=Measure) if lock else wanted)
    if found is None or (reach is not None and found.scope not in {MUNICIPALITY, *reach}):
        abort(404)
    return found


def may_change(one: Measure) -> bool:
    """The department changes every measure, a school those of its own."""
    return bool(current_user.roles & {"municipal", "methodist"}) or one.scope in own_scopes()


@bp.route("/measures/<int:measure_id>", methods=["GET", "POST"])
def measure(measure_id: int) -> str | Response | tuple[str, int]:
    """One measure; its keepers change the state, the goal and what proves it."""
    one = measure_or_404(measure_id)
    files = files_of(PROVES, [one.id]).get(one.id, [])
    if request.method == "GET":
        names = ("status", "target", "link", "without_document", "note", "version")
        return page(one, files, MeasureForm(data={name: getattr(one, name) for name in names}))
    if not may_change(one):
        abort(404)
    form, removed = MeasureForm(), chosen_files()
    form.kept_files = sum(file.id not in removed for file in files)
    if not form.validate():
        return page(one, files, form)
    db.session.rollback()
    taken, problems = take_files(form.files.data or [])
    one = measure_or_404(measure_id, lock=True)
    if form.version.data != str(one.version):
        form.status.errors = [_("Пока вы писали, меру изменил кто-то ещё. Сравните и сохраните ещё раз")]
        form.version.data = str(one.version)
        return page(one, files_of(PROVES, [one.id]).get(one.id, []), form), 409
    school_id = queries.school_ids().get(one.scope)
    problems += [problem] if (problem := quota_problem(school_id, taken)) else []
    if problems:
        form.files.errors = problems
        return page(one, files, form)
    attach(PROVES, one.id, taken, current_user.id, school_id)
    remove(files, removed)
    save(one, form)
    db.session.commit()
    flash(_("Сохранено: мера %(status)s.", status=STATUSES[one.status]))
    return redirect(url_for("roadmap.measure", measure_id=measure_id))


def save(one: Measure, form: MeasureForm) -> None:
    """Keep the form; the baseline is read from the stage of the finding, never typed."""
    old = {"status": one.status, "target": one.target, "link": one.link}
    one.status, one.link = form.status.data, (form.link.data or "").strip()
    one.note, one.without_document = (form.note.data or "").strip(), bool(form.without_document.data)
    known = baseline_of(one)
    if known is not None and current_user.roles & {"municipal", "methodist"}:
        one.indicator, one.baseline, one.baseline_n = known
        one.target = form.target.data
    one.version += 1
    new = {"status": one.status, "target": one.target, "link": one.link}
    record("measure.changed", PROVES, one.id, old=old, new=new, reason=one.note)


def page(one: Measure, files: list[Evidence], form: MeasureForm) -> str:
    finding = one.finding
    snapshot = db.session.get(Snapshot, finding.snapshot_id) if finding else None
    history = db.session.execute(
        db.select(Event, Person)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject_type == PROVES, Event.subject_id == str(one.id), Event.action == "measure.changed")
        .order_by(Event.id.desc())
        .limit(50)
    ).all()
    return render_template(
        "roadmap/measure.html",
        one=one,
        files=files,
        form=form,
        may_change=may_change(one),
        goal=bool(current_user.roles & {"municipal", "methodist"}) and baseline_of(one) is not None,
        known=baseline_of(one),
        effects=effects(one),
        wave_code=snapshot.wave.code if snapshot else None,
        scope_name=scope_name,
        places=places_of(one),
        several=len(plans_in_force()) > 1,
        years=years_of(all_plans()),
        statuses=STATUSES,
        tags=TAGS,
        history=history,
        late=(one.due_date is not None and one.due_date < today_here() and one.status in ("planned", "in_work")),
        schools=queries.school_names(),
    )


@bp.get("/measures/files/<int:file_id>")
def measure_file(file_id: int) -> Response:
    """What proves a measure, to those who see it; always an attachment."""
    kept = db.session.get(Evidence, file_id)
    if kept is None or kept.subject_type != PROVES:
        abort(404)
    measure_or_404(kept.subject_id)
    return send(kept.path, kept.mime, kept.filename)
