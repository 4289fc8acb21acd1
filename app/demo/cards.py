"""Invented staff and cards of the five demonstration schools, in different states. A fixed seed: always the same."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from app.cards.history import keep_version
from app.cards.opening import open_cards
from app.cards.workflow import put_signature
from app.content.store import store_instrument
from app.extensions import db
from app.models import (
    Assignment,
    Card,
    CardCycle,
    CardDelegation,
    CardFile,
    CardRemark,
    Person,
    School,
    StaffMember,
    Vacancy,
)
from app.results.card_values import state_of
from app.results.staff_counts import years_before
from app.storage import store_file
from surveys.definition.instrument import load_instrument

SEED = 204
SUBJECTS = ("1", "2", "9", "11", "12", "13", "15", "17", "18", "20", "25", "27", "28")
ORDER = rb"{\rtf1\ansi Demonstration: an invented order about a school coordinator.}"


def load_demo_cards(schools: dict[str, School], people: dict[str, Person], now: dt.datetime) -> CardCycle:
    """Add staff, an accepted cycle and an open one; the caller commits.

    Of the open cycle: demo1 is accepted, demo2 is being filled and has wrong sums, demo3 is returned with remarks,
    demo4 and demo5 wait for the methodologist.
    """
    generator, this_year = random.Random(SEED), now.year
    for school in schools.values():
        add_staff(school, generator, this_year)
    db.session.flush()
    plans = {code: plan(generator) for code in schools}
    last = add_cycle(schools["demo1"], people["methodist"], this_year - 1, now)
    heads = {"demo2": people.get("head")}  # the other heads do not sign in; their cards carry their names
    for card in cards_by_school(last).values():
        fill(card, plans[card.school.code], last=True)
        sign(card, heads.get(card.school.code), now - dt.timedelta(days=330))
        accept(card, people["methodist"], now - dt.timedelta(days=325))
    db.session.flush()
    this = add_cycle(schools["demo1"], people["methodist"], this_year, now)
    cards = cards_by_school(this)
    for code in ("demo1", "demo3", "demo4", "demo5"):
        fill(cards[code], plans[code])
        if code == "demo3":
            differ_from_the_base(cards[code])
        sign(cards[code], heads.get(code), now - dt.timedelta(days=4))
    accept(cards["demo1"], people["methodist"], now - dt.timedelta(days=2))
    give_back(cards["demo3"], people["methodist"], now - dt.timedelta(days=1))
    fill(cards["demo2"], plans["demo2"], sections=("school", "students", "social"))
    spoil_sums(cards["demo2"])
    give_section(cards["demo2"], people.get("coordinator"), now)
    for card in cards.values():
        card.updated_utc = now - dt.timedelta(hours=3)
    db.session.flush()
    return this


def plan(generator: random.Random) -> dict[str, float]:
    """What makes one school differ from another: shares used for its numbers."""
    return {name: generator.uniform(low, high) for name, (low, high) in SHARES.items()}


SHARES = {
    "size": (9.5, 12.5), "ovz": (0.02, 0.08), "lang": (0.05, 0.25), "risk": (0.08, 0.26), "absent": (0.01, 0.05),
    "low": (0.2, 0.45), "device": (0.06, 0.3), "rooms": (0.35, 0.85), "vpr": (0.07, 0.24), "down": (0.12, 0.4),
    "plans": (0.4, 0.95), "visits": (0.7, 2.4), "peers": (0.2, 0.6), "out": (0.02, 0.14),
}  # fmt: skip


def add_staff(school: School, generator: random.Random, year: int) -> None:
    """Posts for the teachers who sign in, a psychologist for some, a vacancy or two."""
    teachers = db.session.scalars(
        db.select(Person)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(Assignment.school_id == school.id, Assignment.role == "teacher")
        .order_by(Person.id)
    ).all()
    for number, person in enumerate(teachers, 1):
        experience = generator.choices(("3", "4_20", "21"), (15, 40, 45))[0]
        age = {"3": "35", "4_20": generator.choice(("35", "36_54")), "21": generator.choice(("36_54", "55", "55"))}
        member = StaffMember(school_id=school.id, number=f"{number:03d}", name=person.full_name, experience=experience)
        member.age = age[experience]
        member.subjects = [generator.choice(SUBJECTS)]
        member.hours = Decimal(generator.randint(16, 32))
        member.category = generator.choices(("high", "first", "szd", "none"), (15, 30, 40, 15))[0]
        if member.category != "none":
            member.category_until = dt.date(year + generator.randint(1, 4), generator.randint(1, 12), 25)
        member.higher_education = generator.random() < 0.85
        member.external = generator.random() < 0.08
        member.course_subject_on = course(generator, 0.85, year)
        member.course_ovz_on = course(generator, 0.4, year)
        member.course_ict_on = course(generator, 0.45, year)
        db.session.add(member)
    if school.code not in ("demo2", "demo4"):
        post = {"post": "psychologist", "name": "Ставка педагога-психолога", "rate": Decimal("0.5")}
        db.session.add(StaffMember(school_id=school.id, number="901", **post))
    left = StaffMember(school_id=school.id, number="902", name="Уволенный сотрудник", experience="3", age="35")
    left.left_on = dt.date(year, 1, 31)
    db.session.add(left)
    if school.code != "demo1":
        rate = generator.choice((Decimal("0.5"), Decimal("1"), Decimal("1.5")))
        subject = generator.choice(("9", "11", "18"))
        db.session.add(Vacancy(school_id=school.id, subject=subject, rate=rate, since=dt.date(year - 1, 9, 1)))


def course(generator: random.Random, chance: float, year: int) -> dt.date | None:
    """The end of a course in the last years, or none."""
    taken = generator.random() < chance
    return dt.date(year - generator.randint(1, 3), generator.randint(6, 12), 15) if taken else None


def add_cycle(school: School, methodist: Person, year: int, now: dt.datetime) -> CardCycle:
    """A cycle of one year; the open one ends a week from now."""
    closes = now.date() + dt.timedelta(days=7) if year == now.year else now.date() - dt.timedelta(days=330)
    cycle = CardCycle(
        municipality_id=school.municipality_id,
        code=f"demo-cards-{year}",
        title=f"Диагностические карты {year}",
        year=year,
        instrument_version=store_instrument(load_instrument("school_card")),
        opens_on=closes - dt.timedelta(days=40),
        closes_on=closes,
        schedule="график Министерства (демонстрация)",
        created_by=methodist.id,
    )
    db.session.add(cycle)
    db.session.flush()
    open_cards(cycle, years_before(now.date(), now.year - year))
    return cycle


def cards_by_school(cycle: CardCycle) -> dict[str, Card]:
    """Code of a school -> its card."""
    return {card.school.code: card for card in db.session.scalars(db.select(Card).where(Card.cycle_id == cycle.id))}


def fill(card: Card, shares: dict[str, float], *, last: bool = False, sections: tuple[str, ...] = ()) -> None:
    """Confirm what was put in and type the rest; ``sections`` limits it."""
    instrument = load_instrument("school_card")
    typed = numbers(card, shares, last=last)
    fields = dict(card.fields)
    for item in instrument.items:
        if sections and item.group not in sections:
            continue
        if item.name in fields:
            fields[item.name] = {**fields[item.name], "state": "confirmed"}
        elif item.name in typed and item.appearance != "file":
            fields[item.name] = {"value": typed[item.name], "state": "entered"}
    if not sections and "d_coord" not in fields:  # else it came with the last card
        fields["d_coord"] = {"value": add_order(card).filename, "state": "entered"}
    card.fields = fields
    card.version += 1


def add_order(card: Card) -> CardFile:
    """An invented order about the school's coordinator."""
    place = store_file(ORDER, "order.rtf")
    file = CardFile(card_id=card.id, name="d_coord", filename="Приказ № 14 (демонстрация).rtf", mime="application/rtf")
    file.path, file.size, file.sha256 = place.path, place.size, place.sha256

    db.session.add(file)
    return file


def numbers(card: Card, shares: dict[str, float], *, last: bool) -> dict[str, Any]:
    """Invented values that agree with each other; a year ago a little fewer of everything."""
    staff = int(card.fields["t_total"]["value"])
    total = round(staff * shares["size"] * (0.96 if last else 1))
    primary, middle = round(total * 0.43), round(total * 0.5)
    classes, rooms, computers = max(9, total // 20), max(11, total // 15), max(10, total // 9)
    risk, hours, papers = round(total * shares["risk"]), staff * 23, total * 3
    ninth, eleventh = max(4, total // 11), max(2, total // 28)

    def part(name: str, of: float = total) -> int:
        return round(of * shares[name])

    found: dict[str, Any] = {
        "settlement": "село",
        "dist_center": 14,
        "capacity": round(total * 1.4),
        "shifts": 1,
        "levels": ["НОО", "ООО", "СОО"],
        "coord_name": "Дубравина Д. О., школьный координатор",
        "coord_order": f"№ 14 от 01.06.{card.cycle.year}",
        "st_total": total,
        "st_1_4": primary,
        "st_5_9": middle,
        "st_10_11": total - primary - middle,
        "cls_total": classes,
        "cls_multi": 1 if total < 150 else 0,
        "st_shift2": 0,
        "st_ovz": part("ovz"),
        "st_lang": part("lang"),
        "st_risk": risk,
        "st_debt": risk // 8,
        "st_absent": part("absent"),
        "st_kdn": 3,
        "st_vshu": 6,
        "vac_rates": 0,
        "h_total": hours,
        "h_uncov": round(hours * 0.01),
        "h_out": part("out", hours),
        "mentors": 1,
        "spec_psy": 0,
        "bld_state": "нужен текущий ремонт",
        "rooms_total": rooms,
        "rooms_ok": part("rooms", rooms),
        "pc_total": computers,
        "pc_new": computers // 3,
        "inet_speed": 50,
        "rooms_inet": round(rooms * 0.6),
        "textbooks": 98,
        "access": "частично",
        "st_nodev": part("device"),
        "st_low": part("low"),
        "st_incompl": total // 5,
        "st_unemp": total // 8,
        "st_parhigh": total // 3,
        "st_guard": max(2, total // 60),
        "par_meet": 58,
        "oge_m_n": ninth,
        "oge_m_f": part("vpr", ninth),
        "oge_r_n": ninth,
        "oge_r_f": ninth // 20,
        "ege_r_n": eleventh,
        "ege_r_f": 0,
        "ege_m_n": eleventh,
        "ege_m_f": eleventh // 9,
        "att_no": 0,
        "att_all": ninth + eleventh,
        "vpr_n": papers,
        "vpr_2": part("vpr", papers),
        "vpr_cmp": papers,
        "vpr_up": papers // 16,
        "vpr_down": part("down", papers),
        "obj_flag": "нет",
        "m_program": "проект",
        "m_growth": "проект",
        "m_vsoko": "устарело" if last else "действует",
        "m_visits": round(staff * shares["visits"]),
        "m_peer": part("peers", staff),
        "m_rmo": round(staff * 0.6),
        "m_iom": 2,
        "m_riskplan": part("plans", risk),
        "m_headpk": card.cycle.year - 3,
    }
    return {name: value if isinstance(value, list) else str(value) for name, value in found.items()}


def differ_from_the_base(card: Card) -> None:
    """One teacher of 55 and more typed above those of the staff base: what the methodologist asks about."""
    counted = int(card.fields["age_55"]["value"])
    card.fields = {**card.fields, "age_55": {"value": str(counted + 1), "state": "entered"}}


def sign(card: Card, person: Person | None, at: dt.datetime) -> None:
    """Signed by the school's head, as printed; large changes were confirmed."""
    state = state_of(card)
    values = {one.name: {one.name: card.fields[one.name]["value"]} for one in state.open_jumps}
    card.notes = {f"change:{name}": {"text": "подтверждено", "seen": seen} for name, seen in values.items()}
    card.signed_name, card.signed_utc, card.status = f"{card.school.head_name}, директор", at, "sent"
    put_signature(card, state, f"{card.signed_name}, {at:%d.%m.%Y}")
    keep_version(card, "signed", person, at)
    db.session.flush()


def accept(card: Card, person: Person, at: dt.datetime) -> None:
    card.status = "accepted"
    keep_version(card, "accepted", person, at)
    db.session.flush()


def give_back(card: Card, person: Person, at: dt.datetime) -> None:
    """Returned with two remarks."""
    keep_version(card, "returned", person, at)
    card.status, card.signed_name, card.signed_utc = "returned", "", None
    put_signature(card, state_of(card), None)
    remarks = {
        "age_55": "В базе кадров другое число учителей 55 лет и старше. Уточните, на какую дату считали.",
        "m_vsoko": "Положение отмечено как устаревшее. Сообщите в пояснениях (8.05), когда утвердят новое.",
    }
    for name, text in remarks.items():
        db.session.add(CardRemark(card_id=card.id, name=name, text=text, author_id=person.id, created_utc=at))


def spoil_sums(card: Card) -> None:
    """One pupil too many, and second-shift pupils in a school with one shift."""
    fields = dict(card.fields)
    more = int(fields["st_5_9"]["value"]) + 1
    fields["st_5_9"] = {"value": str(more), "state": "entered"}
    fields["st_shift2"] = {"value": "12", "state": "entered"}
    card.fields = fields


def give_section(card: Card, person: Person | None, now: dt.datetime) -> None:
    """The facilities are filled by the school's coordinator."""
    if person:
        due = now.date() + dt.timedelta(days=3)
        db.session.add(CardDelegation(card_id=card.id, section="facilities", person_id=person.id, due_on=due))
