"""Questions of a page as cards: follow-ups inside, titles of inner groups above; some wait for the page's script."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms.form import BaseForm

from app.forms.fields import AnswerField, options_of
from app.forms.skips import Skips, skips_of
from app.forms.steps import Plan, Step
from surveys.answers.checking import Checked
from surveys.definition.instrument import Group
from surveys.expressions.piping import answers_in, filled


@dataclass
class Card:
    """One question on a page with what is asked inside its card."""

    field: AnswerField
    small: str  # «Утверждение 14 из 54»
    follow_ups: list[AnswerField]
    openers: frozenset[str]
    blank: bool  # to be marked as missing
    heads: tuple[tuple[int, Group], ...] = ()  # (depth, inner group) that begins with this question
    live: bool = False  # the page's script may open and close it
    later: bool = False  # not asked yet: it waits in the page for the script
    base: str = ""  # what the page would send of it, where it waits

    @property
    def names(self) -> list[str]:
        """The questions in the card."""
        return [one.name for one in (self.field, *self.follow_ups)]


def card_of(plan: Plan, form: BaseForm, name: str, *, blank: bool = False) -> Card:
    """The card of a question: its number among the statements, and the questions that its answers open."""
    number = plan.numbers.get(name)
    small = _("Утверждение %(number)d из %(total)d", number=number, total=len(plan.numbers)) if number else ""
    inside = [form[item.name] for item in plan.follow_ups.get(name, ())]
    return Card(form[name], small, inside, plan.openers.get(name, frozenset()), blank)


def cards_of(
    plan: Plan, step: Step, form: BaseForm, checked: Checked, gaps: Collection[str] = ()
) -> tuple[list[Card], Skips | None]:
    """Cards of a page in form order, and the trees for its script: with them come the questions not asked yet."""
    skips = skips_of(plan, step, checked)
    _switch_off(plan, form, skips)
    cards = []
    for item in step.items:
        asked = checked.asked(item.name) and form[item.name].choosable
        if item.name not in plan.nested and (asked or (skips and item.name in skips.live)):
            card = card_of(plan, form, item.name, blank=item.name in gaps)
            card.live, card.later = bool(skips and item.name in skips.live), not asked
            cards.append(card)
    _set_heads(plan, cards, checked)
    return cards, skips


def _switch_off(plan: Plan, form: BaseForm, skips: Skips | None) -> None:
    """Put on the page, switched off, the options that another answer of it may bring."""
    for body in skips.items if skips else ():
        if "filter" in body:
            field = form[body["name"]]
            offered = dict(field.options)
            field.options = options_of(plan, field.item)
            field.waiting = frozenset(code for code, _label in field.options if code not in offered)


def _set_heads(plan: Plan, cards: list[Card], checked: Checked) -> None:
    """Give the titles of inner groups to the cards they begin with: as they are shown, and as they wait."""
    lookup = answers_in(plan.instrument, checked)
    for some in ([card for card in cards if not card.later], cards):
        heads = plan.heads_of(card.field.name for card in some)
        for card in some:
            if some is not cards or card.later:
                own = heads[card.field.name]
                card.heads = tuple((depth, filled(plan.instrument, group, lookup)) for depth, group in own)
