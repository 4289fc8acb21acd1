"""Waves: opening, watching who has answered, extending, closing."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.answers.population import invite_teachers
from app.events import record
from app.extensions import db
from app.frame.pages import timezone_name
from app.mail.letter_texts import closing_by_school
from app.models import Wave
from app.models.columns import utc_now
from app.reach import school_reach
from app.results.late_answers import ask_recount
from app.results.snapshots import close_wave, last_closing_job, latest_snapshot
from app.waves import analysis as figures
from app.waves import exporting, paper, queries, reminders
from app.waves.forms import ConfirmForm, ExtendForm, WaveForm
from app.waves.opening import fill_choices, save_wave, state_of, zone_words

bp = Blueprint("waves", __name__, url_prefix="/waves")
bp.register_blueprint(reminders.bp)
bp.register_blueprint(exporting.bp)
bp.register_blueprint(paper.bp)
WATCHERS = ("head", "coordinator")


def wave_or_404(code: str, *, lock: bool = False) -> Wave:
    """The wave within the reach of the person signed in; ``lock`` holds it until the commit."""
    wave = queries.find_wave(code, school_reach(current_user, *WATCHERS), lock=lock)
    return wave or abort(404)


@bp.get("/")
def index() -> str:
    """All waves with their state, dates and k of N."""
    reach = school_reach(current_user, *WATCHERS)
    waves = queries.list_waves(reach)
    counts = queries.totals(waves, reach)
    rows = [(wave, state_of(wave, utc_now()), *counts.get(wave.id, (0, 0))) for wave in waves]
    return render_template("waves/index.html", rows=rows, own_schools=reach is not None)


@bp.route("/new", methods=["GET", "POST"])
def create() -> str | Response:
    """«Открыть этап»; with ``?after=`` the stage after a closed one."""
    after = request.args.get("after")
    return _wave_form(None, wave_or_404(after) if after else None)


@bp.route("/<code>/edit", methods=["GET", "POST"])
def edit(code: str) -> str | Response:
    """A draft opened again."""
    wave = wave_or_404(code, lock=request.method == "POST")
    return _wave_form(wave) if wave.status == "draft" else abort(404)


def _wave_form(wave: Wave | None, after: Wave | None = None) -> str | Response:
    taken = queries.taken_codes(wave.id if wave else None) | {"new"}
    form = WaveForm(zone=timezone_name(), taken_codes=taken)
    missing = fill_choices(form, wave, after)
    if not missing and form.validate_on_submit():
        opening = "draft" not in request.form
        wave = save_wave(form, wave)
        if opening and not open_now(wave):
            db.session.rollback()
            form.schools.errors = [_("В этих школах нет ни одного педагога: сначала добавьте людей")]
        else:
            db.session.commit()
            return redirect(url_for("waves.board", code=wave.code))
    return render_template("waves/form.html", form=form, missing=missing, wave=wave, zone=zone_words(timezone_name()))


def open_now(wave: Wave) -> int:
    """Invite the population and open; 0 people leave the wave a draft. The caller commits."""
    people = invite_teachers(wave)
    if people:
        wave.status = "open"
        record("wave.opened", "wave", wave.id, new={"code": wave.code, "people": people})
        flash(_("Этап открыт. ") + ngettext("Приглашён %(num)d учитель.", "Приглашено %(num)d учителей.", people))
    return people


@bp.post("/<code>/open")
def open_draft(code: str) -> Response:
    """Open a draft."""
    wave = wave_or_404(code, lock=True)
    if wave.status == "draft":
        if wave.closes_utc <= utc_now():
            flash(_("Окончание уже прошло: сначала измените даты."), "error")
        elif not open_now(wave):
            flash(_("В школах этапа нет ни одного педагога: сначала добавьте людей."), "error")
        db.session.commit()
    return redirect(url_for("waves.board", code=wave.code))


@bp.post("/<code>/throw-away")
def throw_away(code: str) -> Response:
    """Take away a draft that nobody was asked by."""
    wave = queries.find_wave(code, None, lock=True)
    if wave is None:  # the second press of a double click
        return redirect(url_for("waves.index"))
    if wave.status != "draft":
        flash(_("Этап уже открыт: удалить можно только черновик."), "error")
        return redirect(url_for("waves.board", code=wave.code))
    record("wave.thrown_away", "wave", wave.id, old={"code": wave.code})
    db.session.delete(wave)
    db.session.commit()
    flash(_("Черновик удалён."))
    return redirect(url_for("waves.index"))


@bp.get("/<code>/")
def board(code: str) -> str:
    """Who is asked, has begun, is done: by school, numbers only."""
    wave = wave_or_404(code)
    reach = school_reach(current_user, *WATCHERS)
    closed = wave.status == "closed"
    snapshot = latest_snapshot(wave.id) if closed else None
    rows = [] if closed else queries.completion(wave, reach)
    return render_template(
        "waves/board.html",
        wave=wave,
        state=state_of(wave, utc_now()),
        rows=rows,
        total=queries.total_of(rows),
        closing=closing_by_school(wave),
        whole=reach is None,
        snapshot=snapshot,
        job=last_closing_job(wave.id) if closed and not snapshot else None,
        form=ConfirmForm(),
        zone=zone_words(timezone_name()),
    )


@bp.post("/<code>/invite")
def invite(code: str) -> Response:
    """Add teachers who came to the schools after the opening."""
    wave = wave_or_404(code)
    if wave.status != "open":
        abort(404)
    added = invite_teachers(wave)
    if added:
        record("wave.invited", "wave", wave.id, new={"people": added})
        flash(ngettext("Добавлен %(num)d учитель.", "Добавлено %(num)d учителей.", added))
    else:
        flash(_("Новых педагогов в школах этапа нет."))
    db.session.commit()
    return redirect(url_for("waves.board", code=code))


@bp.get("/<code>/school")
def school(code: str) -> str:
    """Names of those not done, for the coordinator of their school only, while the wave is open."""
    wave = wave_or_404(code)
    own = frozenset(current_user.school_ids("coordinator"))
    parts = [part.school for part in wave.schools if part.school_id in own]
    if not parts or wave.status != "open":
        abort(404)
    names = queries.unfinished(wave.id, own)
    return render_template("waves/school.html", wave=wave, schools=parts, names=names)


@bp.route("/<code>/extend", methods=["GET", "POST"])
def extend(code: str) -> str | Response:
    """A later closing, for all or for one school."""
    wave = wave_or_404(code)
    if wave.status != "open":
        abort(404)
    part = next((part for part in wave.schools if str(part.school_id) == request.form.get("school")), None)
    current = max(filter(None, [wave.closes_utc, part.extended_until_utc if part else None]))
    form = ExtendForm(zone=timezone_name(), current=current)
    form.school.choices = [
        SelectChoice(0, _("всем школам")),
        *(SelectChoice(one.school_id, one.school.short_name) for one in wave.schools),
    ]
    if form.validate_on_submit():
        if part:
            part.extended_until_utc = form.utc
        else:
            wave.closes_utc = form.utc
        subject = {"school_id": part.school_id} if part else {}
        old, new = current.isoformat(), form.utc.isoformat()
        record("wave.extended", "wave", wave.id, old=subject | {"closes": old}, new=subject | {"closes": new})
        db.session.commit()
        flash(_("Срок продлён."))
        return redirect(url_for("waves.board", code=code))
    return render_template("waves/extend.html", wave=wave, form=form, zone=zone_words(timezone_name()))


@bp.route("/<code>/close", methods=["GET", "POST"])
def close(code: str) -> str | Response:
    """Say what will happen; then close and queue the calculation."""
    wave = wave_or_404(code)
    if wave.status == "draft":
        abort(404)
    form = ConfirmForm()
    if form.validate_on_submit():
        close_wave(wave, actor=current_user.id)
        db.session.commit()
        return redirect(url_for("waves.board", code=code))
    if wave.status == "closed":
        return redirect(url_for("waves.board", code=code))
    total = queries.total_of(queries.completion(wave, None))
    return render_template("waves/close.html", wave=wave, form=form, total=total)


@bp.post("/<code>/recount")
def recount(code: str) -> Response:
    """Calculate anew with the answers that came late, where that tells nothing of few people."""
    wave = wave_or_404(code)
    snapshot = latest_snapshot(wave.id)
    if snapshot is None or not queries.late_answers(wave.id, snapshot.n):
        abort(404)
    ask_recount(wave, current_user.id)
    db.session.commit()
    flash(_("Пересчёт поставлен в очередь: итог — в «Моих документах»."))
    return redirect(url_for("waves.analysis", code=code))


@bp.get("/<code>/analysis")
def analysis(code: str) -> str | Response:
    """Everything that may be shown of a closed wave, from its snapshot only."""
    wave = wave_or_404(code)
    snapshot = latest_snapshot(wave.id)
    if snapshot is None:
        return redirect(url_for("waves.board", code=code))
    page: dict[str, Any] | None = figures.page(wave, snapshot, request.args.get("scope"), current_user)
    if page is None:
        abort(404)
    late = queries.late_answers(wave.id, snapshot.n)
    return render_template("waves/analysis.html", wave=wave, snapshot=snapshot, late=late, **page)
