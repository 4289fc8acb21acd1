"""Cycles: opened by an outside schedule; the board of schools, thresholds and their approval, a reminder, XLSX."""

import datetime as dt
import io

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.card_values import instrument_for, state_of
from app.cards.board import board, reminder_text
from app.cards.export import cards_workbook
from app.cards.forms import ApprovalForm, CycleForm
from app.cards.opening import open_cards
from app.cards.queries import card_versions, cards_of, list_cycles, municipalities_of
from app.cards.room import bp, cycle_or_404, today
from app.content import instrument_of, store_instrument
from app.events import record
from app.extensions import db
from app.interface import in_russian, translated
from app.models import CardCycle, InstrumentVersion
from app.models.cards import CARD_STATES
from surveys.answers import parse_number
from surveys.definition import load_instrument

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/cycles")
def cycles() -> str:
    """Collections of cards, newest first, and a form to open another."""
    kept = list_cycles(municipalities_of(current_user))
    return render_template("cards/cycles.html", cycles=kept, form=new_cycle_form())


def new_cycle_form() -> CycleForm:
    year = today().year
    return CycleForm(title=_usual_title(year), year=year, opens_on=today(), versions=card_versions())


@in_russian
def _usual_title(year: int) -> str:
    return _("Диагностические карты %(year)s", year=year)


@bp.post("/cycles")
def open_cycle() -> str | Response:
    """Open a cycle: every school gets its card, prefilled."""
    form = CycleForm(versions=card_versions())
    if not form.validate_on_submit():
        kept = list_cycles(municipalities_of(current_user))
        return render_template("cards/cycles.html", cycles=kept, form=form)
    municipality = min(municipalities_of(current_user))
    version = db.session.get(InstrumentVersion, form.instrument.data or 0) or store_instrument(
        load_instrument("school_card")
    )
    approval = instrument_of(version).thresholds
    number = db.session.scalar(db.select(db.func.count(CardCycle.id))) or 0
    cycle = CardCycle(
        municipality_id=municipality,
        code=f"cards-{form.year.data}-{number + 1}",
        instrument_version=version,
        approved_by=approval.by[:300],
        approved_on=dt.date.fromisoformat(approval.on) if approval.on else None,
        created_by=current_user.id,
    )
    put_dates(form, cycle)
    db.session.add(cycle)
    db.session.flush()
    made = open_cards(cycle, today())
    record("cards.opened", "card_cycle", cycle.id, new={"cards": len(made), "closes_on": cycle.closes_on.isoformat()})
    db.session.commit()
    flash(ngettext("Сбор открыт: %(num)d карта.", "Сбор открыт: %(num)d карт.", len(made)))
    return redirect(url_for("cards.cycle", cycle_id=cycle.id))


def put_dates(form: CycleForm, kept: CardCycle) -> None:
    for name in ("title", "year", "opens_on", "closes_on", "schedule"):
        setattr(kept, name, form[name].data)


@bp.get("/cycles/<int:cycle_id>")
def cycle(cycle_id: int) -> str:
    """The board: every school with the state of its card."""
    kept = cycle_or_404(cycle_id)
    return cycle_page(kept, CycleForm(obj=kept))


@bp.post("/cycles/<int:cycle_id>")
def move_cycle(cycle_id: int) -> str | Response:
    """Change title and dates when the outside schedule moves; schools that came since get their cards."""
    kept = cycle_or_404(cycle_id)
    form = CycleForm()
    if not form.validate_on_submit():
        return cycle_page(kept, form)
    old = {"opens_on": kept.opens_on.isoformat(), "closes_on": kept.closes_on.isoformat()}
    put_dates(form, kept)
    open_cards(kept, today())
    new = {"opens_on": kept.opens_on.isoformat(), "closes_on": kept.closes_on.isoformat()}
    record("cards.moved", "card_cycle", kept.id, old=old, new=new)
    db.session.commit()
    flash(_("Сроки сохранены."))
    return redirect(url_for("cards.cycle", cycle_id=kept.id))


def cycle_page(kept: CardCycle, form: CycleForm) -> str:
    lines = board(cards_of(kept), today())
    return render_template(
        "cards/cycle.html",
        cycle=kept,
        form=form,
        lines=lines,
        states=translated(CARD_STATES),
        counts={state: sum(line.card.status == state for line in lines) for state in CARD_STATES},
        reminder=reminder_text(kept, lines),
        today=today(),
    )


@bp.route("/cycles/<int:cycle_id>/thresholds", methods=["GET", "POST"])
def thresholds(cycle_id: int) -> str | Response:
    """Borders of the risk bands, with who approved them and when."""
    kept = cycle_or_404(cycle_id)
    instrument = instrument_for(kept)
    form = ApprovalForm(obj=kept)
    problems: dict[str, str] = {}
    if form.validate_on_submit():
        chosen, problems = read_thresholds(instrument.indicators)
        if not problems:
            old = {"thresholds": kept.thresholds, "by": kept.approved_by, "on": str(kept.approved_on or "")}
            kept.thresholds = changed_thresholds(kept, chosen)
            kept.approved_by, kept.approved_on = form.approved_by.data or "", form.approved_on.data
            new = {"thresholds": kept.thresholds, "by": kept.approved_by, "on": str(kept.approved_on or "")}
            record("cards.thresholds", "card_cycle", kept.id, old=old, new=new)
            db.session.commit()
            flash(_("Границы сохранены."))
            return redirect(url_for("cards.thresholds", cycle_id=kept.id))
    return render_template(
        "cards/thresholds.html",
        cycle=kept,
        indicators=instrument.indicators,
        form=form,
        problems=problems,
        typed=request.form,
    )


def read_thresholds(indicators: list) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Both borders of each indicator from the form, and what is wrong with them."""
    chosen, problems = {}, {}
    for one in indicators:
        low, medium = (parse_number(request.form.get(f"{side}-{one.name}", "")) for side in ("low", "medium"))
        if low is None or medium is None:
            problems[one.name] = _("нужны два числа")
        elif (low < medium) if one.better == "high" else (low > medium):
            problems[one.name] = _("граница низкого риска должна быть лучше границы среднего")
        else:
            chosen[one.name] = [low, medium]
    return chosen, problems


def changed_thresholds(kept: CardCycle, chosen: dict[str, list[float]]) -> dict[str, list[float]]:
    """Only the borders that differ from the instrument's own."""
    own = instrument_for(CardCycle(instrument_version=kept.instrument_version, thresholds={}))
    return {one.name: chosen[one.name] for one in own.indicators if chosen[one.name] != [one.low, one.medium]}


@bp.get("/cycles/<int:cycle_id>/cards.xlsx")
def workbook(cycle_id: int) -> Response:
    """All cards of a cycle in one workbook, by codes and by labels; with ``outside`` small groups are not printed."""
    kept = cycle_or_404(cycle_id)
    cards = cards_of(kept)
    if not cards:
        abort(404)
    outside = "outside" in request.args
    content = cards_workbook([(card, state_of(card)) for card in cards], masked=outside)
    name = f"{kept.code}-outside.xlsx" if outside else f"{kept.code}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)
