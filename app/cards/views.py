"""A school's card: the list of sections, filling one, giving one to a deputy."""

import json

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access import allowed
from app.cards import cycles, decisions, files, reading, workflow  # noqa: F401  (their routes)
from app.cards.checks import script_data
from app.cards.files import put_files, take_files
from app.cards.filling import Conflict, save_section
from app.cards.forms import DelegationForm
from app.cards.opening import refresh_from_staff
from app.cards.queries import (
    Reach,
    cards_of_school_people,
    delegations,
    deputies,
    group_names,
    kept_files,
    open_remarks,
    versions,
)
from app.cards.room import bp, reach_or_404, today
from app.cards.rows import section_blocks, section_items, section_summary
from app.cards.sections import lock_words, section_lines
from app.events import record
from app.extensions import db
from app.frame.interface import translated
from app.models import CardDelegation, CardRemark
from app.models.cards import CARD_STATES
from app.models.columns import utc_now
from app.results.card_values import instrument_for, state_of
from surveys.card.filling import JUMP, CardState, home_of
from surveys.definition.instrument import Item


@bp.get("/")
def index() -> str | Response:
    """Cards of the person's school; a methodologist goes on to the cycles."""
    if allowed("cards.cycles"):
        return redirect(url_for("cards.cycles"))
    cards = cards_of_school_people(current_user)
    if len(cards) == 1:
        return redirect(url_for("cards.card", card_id=cards[0].id))
    return render_template("cards/index.html", cards=cards, states=translated(CARD_STATES))


@bp.get("/<int:card_id>/")
def card(card_id: int) -> str:
    """The card's sections with the state of each, remarks and what to do next."""
    reach = reach_or_404(card_id)
    return card_page(reach, delegation_form(reach) if reach.heads else None)


def card_page(reach: Reach, form: DelegationForm | None) -> str:
    """``form`` gives a section to a deputy; only a head has it."""
    state = state_of(reach.card)
    remarks = remarks_for(reach, state)
    given = delegations(reach.card)
    lines = section_lines(state, remarks, reach.sections, given)
    return render_template(
        "cards/card.html",
        reach=reach,
        card=reach.card,
        state=state,
        lines=lines if reach.whole else [line for line in lines if line.mine],
        remarks=remarks,
        items={item.name: item for item in state.instrument.items},
        form=form,
        given=given,
        versions=versions(reach.card) if reach.whole else [],
        recounted=len(refresh_from_staff(reach.card, today())) if reach.heads and reach.editable else 0,
        locked=lock_words(reach.card) if reach.card.signed_utc else "",
        states=translated(CARD_STATES),
    )


def remarks_for(reach: Reach, state: CardState) -> list[CardRemark]:
    """Remarks of the present round; a deputy gets those at the own sections."""
    if reach.whole:
        return open_remarks(reach.card)
    home = {item.name: item.group for item in state.instrument.items}
    return [one for one in open_remarks(reach.card) if home.get(one.name) in reach.sections]


@bp.get("/<int:card_id>/sections/<section>")
def section(card_id: int, section: str) -> str:
    """One section: to fill while the card is open, to read afterwards."""
    reach = reach_or_404(card_id)
    return section_page(reach, section)


@bp.post("/<int:card_id>/sections/<section>")
def save(card_id: int, section: str) -> str | Response | tuple[str, int]:
    """Save a section: errors in it never stop saving."""
    reach = fillable_or_404(card_id, section)
    taken, refused = take_files(shown_items(reach, section), request.files, reach.card.school_id)
    if taken:
        db.session.rollback()
    reach = fillable_or_404(card_id, section, lock=True)
    if not reach.editable:
        flash(_("Не сохранено: карта закрыта для правки."), "error")
        return redirect(url_for("cards.card", card_id=card_id))
    card, items = reach.card, shown_items(reach, section)
    now, person = utc_now(), current_user._get_current_object()
    conflicts = save_section(card, instrument_for(card.cycle), items, open_remarks(card), request.form, person, now)
    put_files(card, items, taken, set(request.form.getlist("remove", type=int)), person, now)
    db.session.commit()
    if conflicts or refused:
        return section_page(reach, section, conflicts, refused), 409 if conflicts else 422
    following, faultless = request.form.get("next"), not state_of(card).sections[section].errors
    if "finish" in request.form and faultless:
        flash(_("Раздел сохранён."))
        return redirect(url_for("cards.card", card_id=card_id))
    if following and faultless:
        return redirect(url_for("cards.section", card_id=card_id, section=following, saved=1))
    return redirect(url_for("cards.section", card_id=card_id, section=section, saved=1))


def fillable_or_404(card_id: int, section: str, *, lock: bool = False) -> Reach:
    reach = reach_or_404(card_id, lock=lock)
    if section not in reach.sections:
        abort(404)
    return reach


def shown_items(reach: Reach, section: str) -> list[Item]:
    """Fields of the section that the sent form showed."""
    state = state_of(reach.card)
    shown = set(request.form.get("shown", "").split())
    return [item for item in section_items(state.instrument, section, state) if item.name in shown]


def delegation_form(reach: Reach) -> DelegationForm:
    groups = instrument_for(reach.card.cycle).groups
    sections = [(group.name, f"{number}. {group.label}") for number, group in enumerate(groups, 1)]
    return DelegationForm(sections, deputies(reach.card.school_id), today(), reach.card.cycle.closes_on)


@bp.post("/<int:card_id>/delegate")
def delegate(card_id: int) -> str | Response:
    """Give a section to a deputy, move its deadline, or take it back."""
    reach = reach_or_404(card_id, lock=True)
    if not reach.heads:
        abort(404)
    form = delegation_form(reach)
    if not form.validate_on_submit():
        return card_page(reach, form)
    given = delegations(reach.card).get(form.section.data)
    old = given.person_id if given else None
    if form.person.data == 0:
        if given:
            db.session.delete(given)
    else:
        given = given or CardDelegation(card_id=card_id, section=form.section.data)
        given.person_id, given.due_on = form.person.data, form.due_on.data
        db.session.add(given)
    new = form.person.data or None
    record("card.delegated", "card", card_id, old=old, new={"section": form.section.data, "person": new})
    db.session.commit()
    flash(_("Раздел передан.") if new else _("Раздел больше никому не передан."))
    return redirect(url_for("cards.card", card_id=card_id))


def check_section(reach: Reach, section: str) -> None:
    """404 for a section that does not exist or is not for this person."""
    names = group_names(reach.card)
    if section not in names or not (reach.whole or section in reach.sections):
        abort(404)


def section_page(
    reach: Reach, section: str, conflicts: dict[str, Conflict] | None = None, refused: dict[str, str] | None = None
) -> str:
    """The page of one section."""
    check_section(reach, section)
    card, state = reach.card, state_of(reach.card)
    remarks = open_remarks(card)
    blocks = section_blocks(card, state, section, remarks=remarks, files=kept_files(card), conflicts=conflicts)
    rows = [row for block in blocks for row in block.rows]
    homes = frozenset(one.code for one in state.broken if home_of(state.instrument, one) == section)
    lines = section_lines(state, remarks, reach.sections, {} if reach.whole else delegations(card))
    lines = lines if reach.whole else [line for line in lines if line.mine]
    here = next(place for place, line in enumerate(lines) if line.name == section)
    return render_template(
        "cards/section.html",
        reach=reach,
        card=card,
        line=lines[here],
        lines=lines,
        following=lines[here + 1] if here + 1 < len(lines) else None,
        total=len(state.instrument.groups),
        blocks=blocks,
        rows=rows,
        summary=[*((name, text) for name, text in (refused or {}).items()), *section_summary(blocks, homes)],
        refused=refused or {},
        conflicts=conflicts or {},
        large_change=JUMP,
        prefilled=sum(row.state == "prefilled" for row in rows),
        data=json.dumps(script_data(state, section, rows), ensure_ascii=False, separators=(",", ":")),
        editable=reach.editable and section in reach.sections,
        states=translated(CARD_STATES),
    )
