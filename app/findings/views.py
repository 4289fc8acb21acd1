"""Findings: read with their figures, accept, edit or reject; accepted ones are measures in the roadmap."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.content.store import instrument_of
from app.events import record
from app.extensions import db
from app.findings import queries
from app.findings.deadlines import due_date
from app.findings.forms import ApprovalForm, DecisionForm, EditForm
from app.findings.words import condition_words, sources_of
from app.frame.pages import timezone_name
from app.models import Finding, Snapshot, Wave
from app.plan.working_days import moved_days_off
from app.reach import scope_code, scope_name, scope_reach, within
from app.results.snapshots import latest_snapshot, released_of

bp = Blueprint("findings", __name__, url_prefix="/findings")
DECISIONS = {"accept": "accepted", "reject": "rejected", "undo": "proposed"}


def closed_or_404(code: str) -> tuple[Wave, Snapshot]:
    """A closed wave with its snapshot."""
    wave = queries.find_wave(code)
    snapshot = latest_snapshot(wave.id) if wave else None
    return (wave, snapshot) if wave and snapshot else abort(404)


def start_of(snapshot: Snapshot) -> dt.date:
    """The day from which deadlines run: of the approval, before it of the calculation."""
    return snapshot.approved_on or snapshot.taken_utc.astimezone(ZoneInfo(timezone_name())).date()


@bp.get("/<code>/")
def index(code: str) -> str:
    """Findings of one group, the most pressing first."""
    wave, snapshot = closed_or_404(code)
    return _page(wave, snapshot, request.args.get("scope"))


def _page(
    wave: Wave, snapshot: Snapshot, scope: str | None, *, form: DecisionForm | None = None, failed: int | None = None
) -> str:
    released, reach = released_of(snapshot), scope_reach(current_user, "head", "coordinator")
    groups = [one for one in [released.municipality, *released.schools] if within(one.code, reach)]
    code = scope_code(scope) if scope else groups[0].code if groups else ""
    if code not in {group.code for group in groups}:
        abort(404)
    findings = queries.list_findings(snapshot.id, code, reach)
    instrument, left = instrument_of(wave.instrument_version), queries.undecided(snapshot.id)
    return render_template(
        "findings/index.html",
        wave=wave,
        snapshot=snapshot,
        scope=scope_name(code),
        scopes=[(scope_name(one.code), one.label, one.code == code, left.get(one.code, (0, 0))) for one in groups],
        findings=[
            (one, sources_of(one.body, instrument), condition_words(one.body["condition"], instrument))
            for one in findings
        ],
        names=queries.names_of(findings),
        decided=len([one for one in findings if one.decision != "proposed"]),
        left=sum(number for number, _all in left.values()),
        group=released.group(code),
        form=form or DecisionForm(formdata=None),
        failed=failed,
        approval=ApprovalForm(formdata=None),
    )


@bp.post("/<code>/<int:finding_id>")
def decide(code: str, finding_id: int) -> str | Response | tuple[str, int]:
    """Accept, reject with a reason, or undo."""
    wave, snapshot, finding = _finding_or_404(code, finding_id)
    form = DecisionForm()
    decision, scope = DECISIONS.get(form.do.data or ""), scope_name(finding.scope)
    if decision is None or not form.validate_on_submit():
        return _page(wave, snapshot, scope, form=form, failed=finding.id)
    reason = (form.reason.data or "").strip() if decision == "rejected" else ""
    if decision == "rejected" and not reason:
        form.reason.errors = [_("Напишите причину: без неё отклонить нельзя")]
        return _page(wave, snapshot, scope, form=form, failed=finding.id)
    here = url_for("findings.index", code=code, scope=scope, _anchor=f"finding-{finding.id}")
    same = finding.decision == decision and finding.decided_by == current_user.id
    if same and decision != "proposed":
        return redirect(here)  # the second click of one person
    if refusal := _refusal(finding, snapshot, decision):
        flash(refusal, "error")
        return redirect(here)
    old = finding.decision
    if not queries.decide(finding, form.version.data or 0, decision, current_user.id, reason):
        db.session.rollback()
        form.form_errors = [_other_decision(finding)]
        return _page(wave, snapshot, scope, form=form, failed=finding.id), 409
    if decision == "accepted":
        queries.put_measure(finding, start_of(snapshot), queries.computed_texts(finding))
    else:
        queries.drop_measure(finding)
    record(f"finding.{decision}", "finding", finding.id, old=old, new=decision, reason=reason)
    db.session.commit()
    return redirect(here)


def _finding_or_404(code: str, finding_id: int) -> tuple[Wave, Snapshot, Finding]:
    wave, snapshot = closed_or_404(code)
    finding = queries.find_finding(snapshot.id, finding_id)
    return (wave, snapshot, finding) if finding else abort(404)


def _refusal(finding: Finding, snapshot: Snapshot, decision: str) -> str:
    """Why the decision cannot be written; empty where it can."""
    if snapshot.approved_on:
        return _("Справка утверждена: решения по выводам больше не меняются.")
    if decision == "proposed" and finding.measure and finding.measure.status != "planned":
        return _("Мера уже исполняется: сначала верните её в план в дорожной карте.")
    return ""


def _other_decision(finding: Finding) -> str:
    """What somebody else has decided meanwhile."""
    words = {"accepted": _("принят"), "edited": _("принят с изменением"), "rejected": _("отклонён")}
    names = queries.names_of([finding])
    return _(
        "Ваше решение не записано: тем временем вывод %(what)s (%(who)s). Ниже — то, что записано сейчас.",
        what=words.get(finding.decision, _("возвращён на рассмотрение")),
        who=names.get(finding.decided_by or 0, _("другой пользователь")),
    )


@bp.route("/<code>/<int:finding_id>/edit", methods=["GET", "POST"])
def edit(code: str, finding_id: int) -> str | Response | tuple[str, int]:
    """A person's words in place of the computed ones; the computed stay beside them."""
    wave, snapshot, finding = _finding_or_404(code, finding_id)
    scope = scope_name(finding.scope)
    here = url_for("findings.index", code=code, scope=scope, _anchor=f"finding-{finding.id}")
    if refusal := _refusal(finding, snapshot, "edited"):
        flash(refusal, "error")
        return redirect(here)
    form, other = EditForm(), None
    if request.method == "GET":
        for name, text in queries.computed_texts(finding).items():
            form[name].data = getattr(finding.measure, name) if finding.measure else text
        form.due_date.data = finding.measure.due_date if finding.measure else None
        form.version.data = finding.version
    elif form.validate_on_submit():
        old = finding.decision
        if queries.decide(finding, form.version.data or 0, "edited", current_user.id):
            queries.put_measure(finding, start_of(snapshot), form.data)
            record("finding.edited", "finding", finding.id, old=old, new="edited")
            db.session.commit()
            return redirect(here)
        db.session.rollback()
        other = _other_decision(finding)
        form.version.raw_data, form.version.data = None, finding.version
    page = render_template(
        "findings/edit.html",
        wave=wave,
        finding=finding,
        form=form,
        computed=queries.computed_texts(finding),
        other=other,
        back=here,
    )
    return (page, 409) if other else page


@bp.route("/<code>/approve", methods=["GET", "POST"])
def approve(code: str) -> str | Response:
    """The справка was approved: decisions stand, deadlines run from that day."""
    wave, snapshot = closed_or_404(code)
    form = ApprovalForm()
    if snapshot.approved_on:
        return redirect(url_for("findings.index", code=code))
    if form.validate_on_submit() and form.approved_on.data:
        if form.approved_on.data >= start_of(snapshot):
            snapshot.approved_on, snapshot.approved_number = form.approved_on.data, form.approved_number.data or ""
            moved = moved_days_off()
            for measure in queries.measures_of(snapshot.id):
                measure.due_date = due_date(measure.deadline_text, snapshot.approved_on, moved) or measure.due_date
            record("report.approved", "snapshot", snapshot.id, new={"on": snapshot.approved_on.isoformat()})
            db.session.commit()
            flash(_("Справка утверждена. Сроки мер посчитаны от этой даты."))
            return redirect(url_for("findings.index", code=code))
        form.approved_on.errors = [_("Не раньше дня расчёта")]
    elif request.method == "GET":
        form.approved_on.data = dt.datetime.now(ZoneInfo(timezone_name())).date()
    left = sum(number for number, _all in queries.undecided(snapshot.id).values())
    return render_template("findings/approve.html", wave=wave, form=form, left=left)
