"""The way of a card: signed and sent, returned with remarks, accepted, unlocked; its versions."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.card_values import state_of
from app.cards.filling import answer_remarks, store
from app.cards.forms import ReasonForm, SignForm
from app.cards.history import STEPS, changed_since_sent, contents, differences, keep_version
from app.cards.opening import refresh_from_staff
from app.cards.queries import kept_files, open_remarks, versions
from app.cards.review import review_rows
from app.cards.room import bp, reach_or_404, today
from app.cards.sections import section_lines
from app.events import record
from app.extensions import db
from app.interface import translated
from app.models import Card, CardRemark
from app.models.cards import LOCKED
from app.models.columns import utc_now
from app.navigation import day
from surveys.card_filling import CardState


@bp.get("/<int:card_id>/sign")
def sign(card_id: int) -> str:
    """What stops signing, or the signature itself."""
    reach = reach_or_404(card_id)
    if not reach.heads or not reach.editable:
        abort(404)
    form = SignForm(seen=reach.card.version, name=f"{current_user.full_name}, {current_user.position}".rstrip(", "))
    return sign_page(reach.card, form)


@bp.post("/<int:card_id>/sign")
def send(card_id: int) -> str | Response | tuple[str, int]:
    """Sign and send; the card is closed for editing."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not reach.heads or not reach.editable:
        abort(404)
    form = SignForm()
    state, waiting = state_of(card), unanswered(open_remarks(card))
    if not form.validate_on_submit() or not state.signable or waiting:
        return sign_page(card, form)
    if form.seen.data != str(card.version):
        flash(_("Карту изменили, пока вы её подписывали. Проверьте её ещё раз."), "error")
        return redirect(url_for("cards.sign", card_id=card_id))
    now = utc_now()
    card.signed_by, card.signed_name, card.signed_utc = current_user.id, form.name.data.strip(), now
    card.status = "sent"
    put_signature(card, state, f"{card.signed_name}, {day(now)}")
    keep_version(card, "signed", current_user, now)
    record("card.sent", "card", card.id, new={"version": card.version})
    db.session.commit()
    flash(_("Карта подписана и отправлена методисту."))
    return redirect(url_for("cards.card", card_id=card_id))


def sign_page(card: Card, form: SignForm) -> str:
    state, remarks = state_of(card), open_remarks(card)
    lines = section_lines(state, remarks, frozenset(group.name for group in state.instrument.groups))
    return render_template(
        "cards/sign.html",
        card=card,
        form=form,
        state=state,
        lines=lines,
        waiting=unanswered(remarks),
        changed=changed_since_sent(card, state.instrument),
        items={item.name: item for item in state.instrument.items},
    )


def unanswered(remarks: list[CardRemark]) -> list[CardRemark]:
    return [one for one in remarks if not one.answered]


def put_signature(card: Card, state: CardState, text: str | None) -> None:
    """Write the signature into its field, or take it out."""
    card.version += 1
    fields = dict(card.fields)
    for item in state.instrument.items:
        if item.appearance == "sign":
            fields.pop(item.name, None)
            if text:
                fields[item.name] = {"value": text, "state": "entered"}
    card.fields = fields


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
        reason=ReasonForm(),
    )


def changed_in_resending(card: Card) -> list[object] | None:
    """Differences between the two last signed versions."""
    signed = [one for one in versions(card) if one.step == "signed"]
    if len(signed) < 2:
        return None
    return differences(state_of(card).instrument, contents(signed[1])["fields"], contents(signed[0])["fields"])


@bp.post("/<int:card_id>/return")
def return_card(card_id: int) -> str | Response:
    """Give the card back with remarks by field; the signature falls."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not reach.reviews or card.status != "sent":
        abort(404)
    names = [*(item.name for item in state_of(card).instrument.items), ""]
    texts = {name: request.form.get(f"remark-{name}", "").strip() for name in names}
    texts = {name: text for name, text in texts.items() if text}
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
def accept(card_id: int) -> Response:
    """Accept a sent card."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not reach.reviews or card.status != "sent":
        abort(404)
    card.status = "accepted"
    card.version += 1
    close_remarks(card)
    keep_version(card, "accepted", current_user, utc_now())
    record("card.accepted", "card", card.id, new={"version": card.version})
    db.session.commit()
    flash(_("Карта принята."))
    return redirect(url_for("cards.cycle", cycle_id=card.cycle_id))


@bp.post("/<int:card_id>/unlock")
def unlock(card_id: int) -> Response:
    """Open a sent or accepted card again: the signature is cancelled, the reason is kept."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    recalls = reach.heads and card.status == "sent"
    if card.status not in LOCKED or not (reach.reviews or recalls):
        abort(404)
    form = ReasonForm()
    if not form.validate_on_submit():
        flash(_("Не снято: напишите причину."), "error")
        return redirect(url_for("cards.card", card_id=card_id))
    old = card.status
    keep_version(card, "unlocked", current_user, utc_now(), form.reason.data)
    unsign(card, "draft")
    record("card.unlocked", "card", card.id, old={"status": old}, reason=form.reason.data)
    db.session.commit()
    flash(_("Подпись снята, карта открыта для правки."))
    return redirect(url_for("cards.card", card_id=card_id))


def unsign(card: Card, status: str) -> None:
    """Open the card: its signature no longer stands."""
    put_signature(card, state_of(card), None)
    card.status = status
    card.signed_by, card.signed_name, card.signed_utc = None, "", None


def close_remarks(card: Card) -> None:
    for remark in open_remarks(card):
        remark.closed = True


@bp.post("/<int:card_id>/staff")
def recount(card_id: int) -> Response:
    """Take the section «Кадры» from the staff base anew; what was typed by hand stays."""
    reach = reach_or_404(card_id, lock=True)
    if not reach.heads or not reach.editable:
        abort(404)
    card = reach.card
    fresh = refresh_from_staff(card, today())
    changes = [(name, card.fields.get(name), entry) for name, entry in fresh.items()]
    store(card, {**card.fields, **fresh}, card.notes, changes, current_user, utc_now())
    db.session.commit()
    changed = ngettext("Из базы кадров взято %(num)d значение.", "Из базы кадров взято %(num)d значений.", len(fresh))
    flash(changed if fresh else _("В базе кадров то же самое."))
    return redirect(url_for("cards.card", card_id=card_id))


@bp.post("/<int:card_id>/answers")
def answer(card_id: int) -> Response:
    """The school's word about remarks to the whole card."""
    reach = reach_or_404(card_id, lock=True)
    if not reach.heads or not reach.editable:
        abort(404)
    answer_remarks(open_remarks(reach.card), request.form)
    db.session.commit()
    flash(_("Ответ сохранён."))
    return redirect(url_for("cards.card", card_id=card_id))


@bp.get("/<int:card_id>/versions/<int:number>")
def version(card_id: int, number: int) -> str:
    """One kept version and how it differs from the one before."""
    reach = reach_or_404(card_id)
    kept = {one.number: one for one in versions(reach.card)}
    if not reach.whole or number not in kept:
        abort(404)
    instrument = state_of(reach.card).instrument
    before = contents(kept[number - 1])["fields"] if number - 1 in kept else {}
    return render_template(
        "cards/version.html",
        card=reach.card,
        version=kept[number],
        first=number - 1 not in kept,
        changed=differences(instrument, before, contents(kept[number])["fields"]),
        steps=translated(STEPS),
    )
