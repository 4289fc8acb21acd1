"""Borders of the risk bands of a cycle, with who approved them and when."""

import datetime as dt

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cards.forms import ApprovalForm
from app.cards.queries import list_cycles
from app.cards.room import bp, cycle_or_404
from app.content.store import instrument_of
from app.events import record
from app.extensions import db
from app.models import CardCycle
from app.results.card_values import instrument_for
from surveys.answers.checking import parse_number
from surveys.card.reading import decimal_comma
from surveys.definition.instrument import Indicator


def put_borders(kept: CardCycle) -> None:
    """Borders set for the last cycle of the same card stay in force with their approval; else the card's own do."""
    same = (one for one in list_cycles({kept.municipality_id}) if one.instrument_version is kept.instrument_version)
    last = next(same, None)
    if last is not None:
        kept.thresholds, kept.approved_by, kept.approved_on = last.thresholds, last.approved_by, last.approved_on
    else:
        own = instrument_of(kept.instrument_version).thresholds
        kept.approved_by, kept.approved_on = own.by[:300], dt.date.fromisoformat(own.on) if own.on else None


@bp.route("/cycles/<int:cycle_id>/thresholds", methods=["GET", "POST"])
def thresholds(cycle_id: int) -> str | Response:
    """Borders of the risk bands, with who approved them and when."""
    kept = cycle_or_404(cycle_id)
    instrument = instrument_for(kept)
    form = ApprovalForm(obj=kept)
    problems: dict[str, str] = {}
    if form.validate_on_submit():
        chosen, problems = read_thresholds(instrument.indicators)
        if not problems and form.approval_stands(kept, changed_thresholds(kept, chosen)):
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
        typed=request.form or borders_in_words(instrument.indicators),
    )


def borders_in_words(indicators: list[Indicator]) -> dict[str, str]:
    """Names of the form's fields -> borders as a person writes them: «95», «0,3»."""
    return {
        f"{side}-{one.name}": decimal_comma(f"{getattr(one, side):.15g}")
        for one in indicators
        for side in ("low", "medium")
    }


def read_thresholds(indicators: list[Indicator]) -> tuple[dict[str, list[float]], dict[str, str]]:
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
