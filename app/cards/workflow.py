"""The school's side of a card's way: signed and sent, opened again with a reason; its versions."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.cards.filling import save_answers, store
from app.cards.forms import ReasonForm, SignForm
from app.cards.history import STEPS, changed_since_sent, contents, differences, keep_version
from app.cards.opening import refresh_from_staff
from app.cards.queries import open_remarks, versions
from app.cards.room import bp, reach_or_404, today
from app.cards.sections import section_lines
from app.events import record
from app.extensions import db
from app.frame.interface import translated
from app.frame.navigation import day
from app.models import Card, CardRemark
from app.models.cards import LOCKED
from app.models.columns import utc_now
from app.results.card_values import state_of
from surveys.card.filling import CardState


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
    if not reach.heads or not (reach.begun or card.status in LOCKED):
        abort(404)
    if card.status in LOCKED:  # the second click of two
        return to_card(card, _("Карта уже подписана и отправлена."))
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


def to_card(card: Card, words: str) -> Response:
    """Back to the card with a word why nothing was done."""
    flash(words)
    return redirect(url_for("cards.card", card_id=card.id))


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


@bp.post("/<int:card_id>/unlock")
def unlock(card_id: int) -> Response:
    """Open a sent or accepted card again: the signature is cancelled, the reason is kept."""
    reach = reach_or_404(card_id, lock=True)
    card = reach.card
    if not (reach.heads or reach.reviews):
        abort(404)
    if card.status not in LOCKED:  # the second click of two
        return to_card(card, _("Карта уже открыта для правки."))
    if card.status == "accepted" and not reach.reviews:
        return to_card(card, _("Карта уже принята: снять подпись теперь может только методист."))
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
    remarks = [one for one in open_remarks(reach.card) if not one.name]
    conflicts = save_answers(reach.card, remarks, request.form, current_user, utc_now())
    db.session.commit()
    for one in conflicts.values():
        flash(_("Не сохранено: на замечание уже ответил другой сотрудник (%(who)s).", who=one.who), "error")
    if not conflicts:
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
    before = contents(kept[number - 1]) if number - 1 in kept else {}
    return render_template(
        "cards/version.html",
        card=reach.card,
        version=kept[number],
        first=number - 1 not in kept,
        changed=differences(instrument, before, contents(kept[number])),
        steps=translated(STEPS),
    )
