"""Reading cards. Who may see one is an argument: a person's reach over a card, or over the cards of a municipality."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.extensions import db
from app.models import (
    Assignment,
    Card,
    CardCycle,
    CardDelegation,
    CardEdit,
    CardFile,
    CardRemark,
    CardVersion,
    InstrumentVersion,
    Person,
    School,
)
from app.models.cards import LOCKED
from app.results.card_values import instrument_for

DISTRICT_ROLES = ("methodist", "municipal")


@dataclass(frozen=True)
class Reach:
    """What one person may do with one card. ``sections`` may be filled by this person while the card is open."""

    card: Card
    sections: frozenset[str]
    heads: bool  # signs, delegates, recalls
    reviews: bool  # returns, accepts, unlocks
    begun: bool  # the first day of the cycle has come

    @property
    def whole(self) -> bool:
        """Sees every section, not only the delegated ones."""
        return self.heads or self.reviews

    @property
    def editable(self) -> bool:
        return bool(self.sections) and self.begun and self.card.status not in LOCKED


def municipalities_of(person: Person) -> set[int]:
    """Municipalities in which this person reviews cards."""
    return {a.municipality_id for a in person.assignments if a.role in DISTRICT_ROLES and a.municipality_id is not None}


def find_reach(person: Person, card_id: int, today: dt.date, *, lock: bool = False) -> Reach | None:
    """The card and what ``person`` may do with it; None where that is nothing.

    ``lock`` holds the row until the transaction ends, so that two saves follow one another.
    """
    card = db.session.get(Card, card_id, with_for_update={"of": Card} if lock else None, populate_existing=lock)
    if card is None:
        return None
    heads = card.school_id in person.school_ids("head")
    reviews = card.cycle.municipality_id in municipalities_of(person)
    if heads:
        sections = frozenset(group_names(card))
    else:
        sections = delegated_sections(card, person)
    begun = card.cycle.opens_on <= today
    return Reach(card, sections, heads, reviews, begun) if heads or reviews or sections else None


def group_names(card: Card) -> list[str]:
    """Names of the card's sections."""

    return [group.name for group in instrument_for(card.cycle).groups]


def delegated_sections(card: Card, person: Person) -> frozenset[str]:
    """Sections given to ``person``, who must still work in the school."""
    if card.school_id not in person.school_ids():
        return frozenset()
    query = db.select(CardDelegation.section).where(
        CardDelegation.card_id == card.id, CardDelegation.person_id == person.id
    )
    return frozenset(db.session.scalars(query))


def cards_of_school_people(person: Person) -> list[Card]:
    """Cards that ``person`` heads or has a section of, newest cycle first."""
    delegated = db.select(CardDelegation.card_id).where(CardDelegation.person_id == person.id)
    own = Card.school_id.in_(person.school_ids("head"))
    given = db.and_(Card.id.in_(delegated), Card.school_id.in_(person.school_ids()))
    return list(
        db.session.scalars(
            db.select(Card)
            .join(CardCycle, CardCycle.id == Card.cycle_id)
            .where(db.or_(own, given))
            .order_by(CardCycle.opens_on.desc(), Card.id)
        )
    )


def list_cycles(municipalities: set[int]) -> list[CardCycle]:
    """Cycles of these municipalities, newest first."""
    return list(
        db.session.scalars(
            db.select(CardCycle)
            .where(CardCycle.municipality_id.in_(municipalities))
            .order_by(CardCycle.opens_on.desc(), CardCycle.id.desc())
        )
    )


def last_cycle_id() -> int:
    """Id of the newest cycle of all municipalities; the next one's code has a greater number than any code before."""
    return db.session.scalar(db.select(db.func.max(CardCycle.id))) or 0


def begun_cards(cards: Sequence[Card]) -> list[Card]:
    """Cards in which their schools did something: saved a field or a file, signed, gave a section to a deputy."""
    wanted = db.select(CardDelegation.card_id).where(CardDelegation.card_id.in_([card.id for card in cards]))
    given = set(db.session.scalars(wanted))
    return [card for card in cards if card.version or card.status != "draft" or card.id in given]


def find_cycle(cycle_id: int, municipalities: set[int]) -> CardCycle | None:
    """One cycle of these municipalities."""
    return db.session.scalar(
        db.select(CardCycle).where(CardCycle.id == cycle_id, CardCycle.municipality_id.in_(municipalities))
    )


def card_versions() -> list[InstrumentVersion]:
    """Published versions of cards, newest first."""
    query = db.select(InstrumentVersion).where(
        InstrumentVersion.kind == "card", InstrumentVersion.published_utc.is_not(None)
    )
    return list(db.session.scalars(query.order_by(InstrumentVersion.id.desc())))


def cards_of(cycle: CardCycle, *, lock: bool = False) -> list[Card]:
    """Cards of a cycle in the roadmap's order of schools; ``lock`` keeps schools from saving until the commit."""
    wanted = (
        db.select(Card)
        .join(School, School.id == Card.school_id)
        .where(Card.cycle_id == cycle.id)
        .order_by(School.position, School.id)
        .options(db.joinedload(Card.school), db.joinedload(Card.previous))
    )
    if lock:
        wanted = wanted.with_for_update(of=Card).execution_options(populate_existing=True)
    return list(db.session.scalars(wanted))


def edits_since(card: Card, version: int) -> list[CardEdit]:
    """What others changed after the page with ``version`` was opened, oldest first."""
    return list(
        db.session.scalars(
            db.select(CardEdit)
            .where(CardEdit.card_id == card.id, CardEdit.version > version)
            .order_by(CardEdit.id)
            .options(db.joinedload(CardEdit.by))
        )
    )


def open_remarks(card: Card) -> list[CardRemark]:
    """Remarks of the present round, with their authors."""
    return list(
        db.session.scalars(
            db.select(CardRemark)
            .where(CardRemark.card_id == card.id, ~CardRemark.closed)
            .order_by(CardRemark.id)
            .options(db.joinedload(CardRemark.author))
        )
    )


def waiting_remarks(cards: Sequence[Card]) -> dict[int, int]:
    """Card -> how many remarks of the present round have no answer; cards without any are left out."""
    query = (
        db.select(CardRemark.card_id, db.func.count(CardRemark.id))
        .where(CardRemark.card_id.in_([card.id for card in cards]), ~CardRemark.closed, ~CardRemark.answered)
        .group_by(CardRemark.card_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def delegations(card: Card) -> dict[str, CardDelegation]:
    """Section -> to whom it is given."""
    query = (
        db.select(CardDelegation).where(CardDelegation.card_id == card.id).options(db.joinedload(CardDelegation.person))
    )
    return {one.section: one for one in db.session.scalars(query)}


def deputies(school_id: int) -> list[Person]:
    """People of the school to whom the head may give a section: its coordinators."""
    return list(
        db.session.scalars(
            db.select(Person)
            .join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.school_id == school_id, Assignment.role == "coordinator", Person.active)
            .order_by(Person.family, Person.given)
            .distinct()
        )
    )


def kept_files(card: Card) -> dict[str, list[CardFile]]:
    """Field -> its files."""
    found: dict[str, list[CardFile]] = {}
    query = db.select(CardFile).where(CardFile.card_id == card.id, CardFile.removed_utc.is_(None)).order_by(CardFile.id)
    for one in db.session.scalars(query):
        found.setdefault(one.name, []).append(one)
    return found


def versions(card: Card) -> list[CardVersion]:
    """Kept versions, newest first."""
    return list(
        db.session.scalars(
            db.select(CardVersion)
            .where(CardVersion.card_id == card.id)
            .order_by(CardVersion.number.desc())
            .options(db.joinedload(CardVersion.by))
        )
    )
