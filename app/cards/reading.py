"""Reading a card: indicators beside the district and the last card, findings, print."""

import io

from flask import abort, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cards.queries import kept_files
from app.cards.room import bp, reach_or_404
from app.content.editions import incomparable_between
from app.frame.interface import in_russian
from app.frame.navigation import day
from app.frame.pages import department, is_demo
from app.models import Card
from app.results.card_findings import card_findings, card_perceptions
from app.results.card_values import approval_words, instrument_for, signed_cards, signed_entries, state_of, values_for
from surveys.card.printing import card_report
from surveys.card.reading import Line, bands_words, formula_words, read_card
from surveys.writers import docx, pdf

WRITERS = {
    "docx": (docx.render, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (pdf.render, "application/pdf"),
}


def card_lines(card: Card, others: list[Card]) -> list[Line]:
    """Indicators of a card with the median of the district's signed cards and the change since the last card."""
    last = card.previous
    changed = incomparable_between(last.cycle.instrument_version, card.cycle.instrument_version) if last else None
    return read_card(
        instrument_for(card.cycle),
        values_for(card),
        others=[values_for(one) for one in others],
        before=values_for(last, signed_entries(last)) if last else None,
        incomparable=changed.indicators if changed else (),
    )


@bp.get("/<int:card_id>/reading")
def reading(card_id: int) -> str:
    """What the card says: governed by the school, and the conditions it does not govern, apart."""
    reach = reach_or_404(card_id)
    if not reach.whole:
        abort(404)
    card = reach.card
    instrument, signed = instrument_for(card.cycle), signed_cards(card.cycle)
    lines = card_lines(card, signed)
    return render_template(
        "cards/reading.html",
        card=card,
        reach=reach,
        parts=[
            (_("Чем школа управляет"), [line for line in lines if not line.indicator.context]),
            (_("Условия, которыми школа не управляет"), [line for line in lines if line.indicator.context]),
        ],
        findings=card_findings(card),
        perceptions=card_perceptions(card),
        schools=len(signed),
        approval=approval_words(card.cycle),
        formulas={line.indicator.name: formula_words(instrument, line.indicator) for line in lines},
        bands={line.indicator.name: bands_words(line.indicator) for line in lines},
    )


@bp.get("/<int:card_id>/print/<kind>")
@in_russian
def printout(card_id: int, kind: str) -> Response:
    """The card on paper: filled or blank; for a reader outside, small groups of children are not printed."""
    reach = reach_or_404(card_id)
    if not reach.whole or kind not in WRITERS:
        abort(404)
    card, blank, outside = reach.card, "blank" in request.args, "outside" in request.args
    state = state_of(card)
    report = card_report(
        state.instrument,
        {} if blank else state.fields,
        school=card.school.name,
        cycle=card.cycle.code,
        year=card.cycle.year,
        number=card.version,
        lines=[] if blank else read_card(state.instrument, state.values, masked=outside),
        notes={one.code: str(card.notes.get(one.code, {}).get("text", "")) for one in state.broken},
        signed_name=card.signed_name,
        signed_on=day(card.signed_utc),
        department=department(),
        thresholds=approval_words(card.cycle),
        masked=outside,
        blank=blank,
        demo=is_demo(),
        files={name: [one.filename for one in kept] for name, kept in kept_files(card).items()},
    )
    render, mime = WRITERS[kind]
    kept = "бланк" if blank else f"{card.cycle.year}" + (", для передачи" if outside else "")
    name = f"Карта {card.school.short_name} ({kept})"
    return send_file(io.BytesIO(render(report)), mime, as_attachment=True, download_name=f"{name}.{kind}")
