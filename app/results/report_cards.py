"""The signed cards that documents tell of: indicators beside the district, findings; small groups in words."""

from zoneinfo import ZoneInfo

from app.content.editions import incomparable_between
from app.extensions import db
from app.frame.interface import in_russian
from app.models import Card, School, Wave
from app.reach import scope_code
from app.results.card_findings import card_findings
from app.results.card_values import (
    approval_words,
    instrument_for,
    last_signed,
    signed_cards,
    signed_entries,
    values_for,
)
from app.results.snapshots import MUNICIPALITY
from surveys.card.reading import read_card
from surveys.findings.facts import Reading
from surveys.findings.finding import Finding
from surveys.russian import date_short, quote

Titled = tuple[str, Reading]  # an indicator's label and its reading


def card_of(scope: str) -> Card | None:
    """The signed card of the school in ``scope``; None for the municipality."""
    if scope == MUNICIPALITY:
        return None
    school = db.session.scalar(db.select(School).where(School.code == scope_code(scope)))
    return last_signed(school.id) if school else None


def readings_of(card: Card | None, *, beside: bool) -> list[Titled]:
    """Indicators of a card; none without one.

    Args:
        beside: also the median of the district's cards of that cycle and the change since the school's last card.
    """
    if card is None:
        return []
    instrument, last = instrument_for(card.cycle), card.previous if beside else None
    changed = incomparable_between(last.cycle.instrument_version, card.cycle.instrument_version) if last else None
    lines = read_card(
        instrument,
        values_for(card),
        others=[values_for(one) for one in signed_cards(card.cycle)] if beside else (),
        before=values_for(last, signed_entries(last)) if last else None,
        incomparable=changed.indicators if changed else (),
        masked=True,
    )
    return [(line.indicator.label, line.reading) for line in lines]


def cards_of(wave: Wave) -> list[tuple[str, list[Titled]]]:
    """Indicators of every school asked in the wave; empty where its card is not signed.

    Where cards are of different cycles, each school is named with the year of its card.
    """
    cards = [(part.school.short_name, last_signed(part.school_id)) for part in wave.schools]
    several = len({card.cycle_id for _label, card in cards if card}) > 1
    return [
        (f"{label} ({card.cycle.year})" if card and several else label, readings_of(card, beside=False))
        for label, card in cards
    ]


def named(card: Card | None, zone: ZoneInfo) -> str:
    """«Входная карта, подписана 12.10.2026»; empty without a card."""
    if card is None:
        return ""
    signed = f", подписана {date_short(card.signed_utc.astimezone(zone).date())}" if card.signed_utc else ""
    return f"цикл {quote(card.cycle.title)}{signed}"


@in_russian
def borders_of(wave: Wave, scope: str) -> str:
    """Who approved the borders of risk levels of the cards in ``scope``, and when; empty where no card is signed."""
    cards = [last_signed(part.school_id) for part in wave.schools] if scope == MUNICIPALITY else [card_of(scope)]
    cycles = {card.cycle_id: card.cycle for card in cards if card}
    said = {number: approval_words(cycle) for number, cycle in sorted(cycles.items())}
    if len(set(said.values())) > 1:
        said = {number: f"{cycles[number].year} — {words}" for number, words in said.items()}
    text = "; ".join(dict.fromkeys(said.values()))
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "." if text else ""


def findings_of(wave: Wave, scope: str) -> list[Finding]:
    """What the rules say of the cards in ``scope`` as they stand signed, the most pressing first."""
    if scope == MUNICIPALITY:
        cards = [last_signed(part.school_id) for part in wave.schools]
    else:
        cards = [card_of(scope)]
    found = [one for card in cards if card for one in card_findings(card, masked=True) if one.source == "card"]
    return sorted(found, key=lambda one: -one.priority)
