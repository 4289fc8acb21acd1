"""The list of a card's sections with the state of each in words, and why a card is closed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.frame.navigation import day
from app.models import Card, CardRemark
from surveys.card.filling import CardState, SectionState


@dataclass(frozen=True)
class SectionLine:
    """One line of the list of sections."""

    name: str
    number: int
    label: str
    tag: str
    words: str
    deputy: str = ""
    due_on: dt.date | None = None
    mine: bool = True


def section_lines(
    state: CardState, remarks: list[CardRemark], mine: frozenset[str], given: dict[str, Any] | None = None
) -> list[SectionLine]:
    """The list of sections with the state of each in words."""
    home = {item.name: item.group for item in state.instrument.items}
    lines = []
    for number, group in enumerate(state.instrument.groups, 1):
        waiting = len([one for one in remarks if home.get(one.name) == group.name and not one.answered])
        tag, words = section_tag(state.sections[group.name], waiting)
        one = (given or {}).get(group.name)
        lines.append(
            SectionLine(
                group.name,
                number,
                group.label,
                tag,
                words,
                one.person.short_name if one else "",
                one.due_on if one else None,
                group.name in mine,
            )
        )
    return lines


def section_tag(section: SectionState, remarks: int = 0) -> tuple[str, str]:
    """Class of the tag and its words; the first thing in the way comes first."""
    urgent = []
    if section.errors:
        urgent.append(ngettext("%(num)d ошибка", "%(num)d ошибок", section.errors))
    if remarks:
        urgent.append(ngettext("%(num)d замечание", "%(num)d замечаний", remarks))
    if urgent:
        return "late", ", ".join(urgent)
    if section.unconfirmed:
        return "wait", _("подтвердить %(number)s", number=section.unconfirmed)
    if not section.filled and section.missing:
        return "idle", _("не начат")
    if section.missing:
        return "wait", _("не заполнено %(number)s", number=section.missing)
    if section.no_reason:
        return "wait", _("пояснить «нет данных»: %(number)s", number=section.no_reason)
    if section.unexplained:
        return "wait", ngettext("%(num)d предупреждение", "%(num)d предупреждений", section.unexplained)
    return "done", _("заполнен")


def lock_words(card: Card) -> str:
    """Why a card is closed for editing: who signed and when."""
    signed = {"name": card.signed_name, "day": day(card.signed_utc).rstrip(".")}
    if card.status == "accepted":
        return _("Карта принята методистом. Подписал: %(name)s, %(day)s.", **signed)
    return _(
        "Карта подписана и отправлена: %(name)s, %(day)s. "
        "Править её можно после возврата методистом или отзыва подписи.",
        **signed,
    )
