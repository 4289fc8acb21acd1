"""The department's side of a card's way: looked through, returned with remarks by field, or accepted."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.cards.history import contents, differences, keep_version
from app.cards.queries import kept_files, open_remarks, versions
from app.cards.review import review_rows
from app.cards.room import bp, reach_or_404
from app.cards.workflow import unsign
from app.events import record
from app.extensions import db
from app.models import Card, CardRemark
from app.models.columns import utc_now
from app.results.card_values import state_of


@bp.get("/<int:card_id>/review")
def review(card_id: int) -> str:
    """The whole card for the methodologist, with a place for a remark at each field."""
    reach = reach_or_404(card_id)
    if not reach.reviews:
        abort(404)
    return review_page(reach.card)


def review_page(card: Card, problem: str = "") -> str:
    state = state_of(card)
    return render_template(
        "cards/review.html",
        card=card,
        state=state,
        sections=review_rows(card, state, kept_files(card)),
        changed=changed_in_resending(card),
        remarks=open_remarks(card),
        items={item.name: item for item in state.instrument.items},
        typed=request.form,
        problem=problem,
    )


def changed_in_resending(card: Card) -> list[object] | None:
    """Differences between the two last signed versions."""
    signed = [one for one in versions(card) if one.step == "signed"]
    if len(signed) < 2:
        return None
    return differences(state_of(card).instrument, contents(signed[1]), contents(signed[0]))


def stale(card: Card) -> str:
    """Why a decision about the card as it stood on the page cannot be taken any more; empty where it can."""
    if card.status == "accepted":
        return _("Карта уже принята. Чтобы изменить решение, снимите подпись на странице карты.")
    if card.status != "sent":
        return _("Карта больше не ждёт проверки: её вернули или школа сняла подпись. Решение не записано.")
    if request.form.get("seen") != str(card.version):
        return _(
            "Пока страница была открыта, школа отправила карту заново. Посмотрите, что изменилось, и решите ещё раз."
        )
    return ""


def typed_remarks(card: Card) -> dict[str, str]:
    """Field -> remark of the form; "" is the whole card."""
    names = [*(item.name for item in state_of(card).instrument.items), ""]
    texts = {name: request.form.get(f"remark-{name}", "").strip() for name in names}
    return {name: text for name, text in texts.items() if text}


@bp.post("/<int:card_id>/return")
def return_card(card_id: int) -> str | Response | tuple[str, int]:
    """Give the card back with remarks by field; the signature falls."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not reach.reviews:
        abort(404)
    texts = typed_remarks(card)
    if card.status == "returned" and texts == {one.name: one.text for one in open_remarks(card)}:  # the second click
        return redirect(url_for("cards.cycle", cycle_id=card.cycle_id))
    if problem := stale(card):
        return review_page(card, problem), 409
    if not texts:
        return review_page(card, _("Напишите хотя бы одно замечание: школа должна знать, что исправить."))
    now = utc_now()
    close_remarks(card)
    for name, text in texts.items():
        db.session.add(CardRemark(card_id=card.id, name=name, text=text, author_id=current_user.id, created_utc=now))
    keep_version(card, "returned", current_user, now)
    unsign(card, "returned")
    record("card.returned", "card", card.id, new={"remarks": len(texts)})
    db.session.commit()
    flash(ngettext("Карта возвращена: %(num)d замечание.", "Карта возвращена: %(num)d замечаний.", len(texts)))
    return redirect(url_for("cards.cycle", cycle_id=card.cycle_id))


@bp.post("/<int:card_id>/accept")
def accept(card_id: int) -> Response | tuple[str, int]:
    """Accept a sent card."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not reach.reviews:
        abort(404)
    if card.status == "accepted":  # the second click of two
        return redirect(url_for("cards.cycle", cycle_id=card.cycle_id))
    if problem := stale(card):
        return review_page(card, problem), 409
    card.status = "accepted"
    card.version += 1
    close_remarks(card)
    keep_version(card, "accepted", current_user, utc_now())
    record("card.accepted", "card", card.id, new={"version": card.version})
    db.session.commit()
    flash(_("Карта принята."))
    return redirect(url_for("cards.cycle", cycle_id=card.cycle_id))


def close_remarks(card: Card) -> None:
    for remark in open_remarks(card):
        remark.closed = True
