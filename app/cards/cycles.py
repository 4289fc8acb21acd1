"""Cycles: opened by an outside schedule; the board of schools, a reminder, XLSX."""

import io

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.cards.board import board, reminder_text
from app.cards.borders import put_borders
from app.cards.export import cards_workbook
from app.cards.forms import CancelForm, CycleForm
from app.cards.opening import open_cards
from app.cards.queries import (
    begun_cards,
    card_versions,
    cards_of,
    last_cycle_id,
    list_cycles,
    municipalities_of,
    waiting_remarks,
)
from app.cards.room import bp, cycle_or_404, today
from app.content.store import store_instrument
from app.events import record
from app.extensions import db
from app.frame.interface import in_russian, translated
from app.models import Card, CardCycle, InstrumentVersion
from app.models.cards import CARD_STATES
from app.results.card_values import state_of
from surveys.definition.instrument import load_instrument

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/cycles")
def cycles() -> str:
    """Collections of cards, newest first, and a form to open another."""
    kept = list_cycles(municipalities_of(current_user))
    return render_template("cards/cycles.html", cycles=kept, form=new_cycle_form())


def new_cycle_form() -> CycleForm:
    year = today().year
    return CycleForm(
        title=_usual_title(year), year=year, opens_on=today(), versions=card_versions(), after=last_cycle_id()
    )


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
    number = last_cycle_id()
    after = request.form.get("after", number, type=int)
    code = f"cards-{form.year.data}-{min(max(after, 0), number) + 1}"
    cycle = CardCycle(
        municipality_id=municipality,
        code=code,
        instrument_version=db.session.get(InstrumentVersion, form.instrument.data or 0)
        or store_instrument(load_instrument("school_card")),
        created_by=current_user.id,
    )
    put_dates(form, cycle)
    put_borders(cycle)
    db.session.add(cycle)
    try:
        db.session.flush()
    except IntegrityError:  # the same form once more
        db.session.rollback()
        opened = db.session.scalars(db.select(CardCycle).where(CardCycle.code == code)).one()
        flash(_("Этот сбор уже открыт."))
        return redirect(url_for("cards.cycle", cycle_id=opened.id))
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


@bp.post("/cycles/<int:cycle_id>/cancel")
def cancel_cycle(cycle_id: int) -> str | Response | tuple[str, int]:
    """Delete a cycle that was opened by mistake, while no school has begun its card."""
    kept, form = cycle_or_404(cycle_id), CancelForm()
    if not form.validate_on_submit():
        return cycle_page(kept, CycleForm(formdata=None, obj=kept), form)
    cards = cards_of(kept, lock=True)
    if begun_cards(cards):
        flash(_("Не удалено: школы уже начали заполнять карты."), "error")
        return cycle_page(kept, CycleForm(formdata=None, obj=kept)), 409
    told = {"code": kept.code, "title": kept.title, "opens_on": kept.opens_on.isoformat(), "cards": len(cards)}
    record("cards.cancelled", "card_cycle", kept.id, old=told)
    for model, column in ((Card, Card.cycle_id), (CardCycle, CardCycle.id)):  # what hangs on a card goes with it
        db.session.execute(db.delete(model).where(column == cycle_id), execution_options={"synchronize_session": False})
    db.session.commit()
    flash(_("Сбор «%(title)s» удалён.", title=told["title"]))
    return redirect(url_for("cards.cycles"))


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


def cycle_page(kept: CardCycle, form: CycleForm, cancelling: CancelForm | None = None) -> str:
    cards = cards_of(kept)
    lines = board(cards, waiting_remarks(cards), today())
    return render_template(
        "cards/cycle.html",
        cycle=kept,
        form=form,
        lines=lines,
        begun=[card.school.short_name for card in begun_cards(cards)],
        cancelling=cancelling or CancelForm(formdata=None),
        states=translated(CARD_STATES),
        counts={state: sum(line.card.status == state for line in lines) for state in CARD_STATES},
        reminder=reminder_text(kept, lines),
        today=today(),
    )


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
