"""Reading the staff base. ``reach`` is the set of school ids a person may see, None for the whole municipality."""

import datetime as dt
from dataclasses import dataclass

from app.extensions import db
from app.models import School, StaffMember, Vacancy
from app.results.staff_counts import count_staff

Reach = frozenset[int] | None


@dataclass(frozen=True)
class Staffing:
    """One school, or all of them where ``school`` is None: fields of the card as the base gives them today."""

    school: School | None
    counts: dict[str, str | list[str]]

    def number(self, name: str) -> float:
        return float(str(self.counts.get(name, "0")))


def schools_in(reach: Reach) -> list[School]:
    """Schools within reach, in the roadmap's order."""
    query = db.select(School).order_by(School.position, School.id)
    return list(db.session.scalars(query if reach is None else query.where(School.id.in_(reach))))


def find_school(school_id: int, reach: Reach) -> School | None:
    """One school within reach."""
    return db.session.get(School, school_id) if reach is None or school_id in reach else None


def members_of(school_ids: list[int]) -> list[StaffMember]:
    """Everybody in the base of these schools, those who left included."""
    query = db.select(StaffMember).where(StaffMember.school_id.in_(school_ids))
    return list(db.session.scalars(query.order_by(StaffMember.name, StaffMember.id)))


def find_member(member_id: int, school: School) -> StaffMember | None:
    """One person of the school."""
    found = db.session.get(StaffMember, member_id)
    return found if found and found.school_id == school.id else None


def vacancies_of(school_ids: list[int]) -> list[Vacancy]:
    """Vacant posts that are open, longest open first."""
    return list(
        db.session.scalars(
            db.select(Vacancy)
            .where(Vacancy.school_id.in_(school_ids), Vacancy.closed_on.is_(None))
            .order_by(Vacancy.since, Vacancy.id)
        )
    )


def staffing(schools: list[School], day: dt.date) -> list[Staffing]:
    """What the base says of each school on ``day``; those with nobody in it have no counts."""
    ids = [school.id for school in schools]
    members, vacancies = members_of(ids), vacancies_of(ids)
    return [
        Staffing(
            school,
            count_staff(
                [one for one in members if one.school_id == school.id],
                [one for one in vacancies if one.school_id == school.id],
                day,
            ),
        )
        for school in schools
    ]


def district(schools: list[School], day: dt.date) -> Staffing:
    """All these schools together; a person with posts in two schools is counted in each."""
    ids = [school.id for school in schools]
    return Staffing(None, count_staff(members_of(ids), vacancies_of(ids), day))
