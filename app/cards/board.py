"""The board of a cycle: how far each school is, and the words of a reminder."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.frame.interface import in_russian
from app.frame.navigation import day
from app.models import Card, CardCycle
from app.models.cards import LOCKED
from app.results.card_values import state_of


@dataclass(frozen=True)
class BoardLine:
    """One school: fields filled of those that must be, what stops signing, whether the last day has passed."""

    card: Card
    filled: int
    asked: int
    blocking: int
    late: bool

    @property
    def percent(self) -> int:
        """Whole percent filled, rounded down, so that 100 means everything."""
        return 100 * self.filled // self.asked if self.asked else 0


def board(cards: Sequence[Card], waiting: Mapping[int, int], today: dt.date) -> list[BoardLine]:
    """Lines in the order of ``cards``.

    Args:
        waiting: card -> remarks that the school has not answered yet; they stop signing too.
    """
    lines = []
    for card in cards:
        state = state_of(card)
        sections = state.sections.values()
        stops = sum(one.errors + one.missing + one.unconfirmed + one.no_reason for one in sections)
        lines.append(
            BoardLine(
                card,
                filled=len(state.wanted) - len(state.missing),
                asked=len(state.wanted),
                blocking=stops + waiting.get(card.id, 0),
                late=card.status not in LOCKED and today > card.cycle.closes_on,
            )
        )
    return lines


@in_russian
def reminder_text(cycle: CardCycle, lines: Sequence[BoardLine]) -> str:
    """A letter to the schools that have not sent their cards; empty where all have."""
    waiting = [line for line in lines if line.card.status not in LOCKED]
    if not waiting:
        return ""
    schools = "\n".join(
        _("— %(school)s: заполнено %(percent)s %%", school=line.card.school.name, percent=line.percent)
        + (_(", возвращена на уточнение") if line.card.status == "returned" else "")
        for line in waiting
    )
    return _(
        "Уважаемые руководители!\n\nНапоминаем: диагностическую карту (%(title)s, п. %(item)s дорожной карты) нужно "
        "подписать и отправить до %(day)s включительно. Ждём карты школ:\n%(schools)s\n\n"
        "Карта открывается в «Опоре», раздел «Карты школ»; значения прошлой карты и базы кадров подставлены, "
        "их достаточно подтвердить.",
        title=cycle.title,
        item=cycle.roadmap_item_number,
        day=day(cycle.closes_on),
        schools=schools,
    )
