"""Section «Кадры» of a card, counted from the staff base."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from app.extensions import db
from app.models import StaffMember, Vacancy

OVERLOAD = Decimal(27)  # hours a week
COURSE_YEARS = 3


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day ``years`` earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def count_staff(
    members: Sequence[StaffMember], vacancies: Sequence[Vacancy], day: dt.date
) -> dict[str, str | list[str]]:
    """Fields of the card on ``day``, as texts; empty where the school has nobody in the base.

    Teachers are persons, those with their main work elsewhere included. A category whose term has ended counts as none.
    A course counts for three years from its end. «Уволились» are those who left within the year before ``day``.
    """
    if not members:
        return {}
    now = [one for one in members if one.left_on is None or one.left_on > day]
    teachers = [one for one in now if one.post == "teacher"]
    open_posts = [one for one in vacancies if one.closed_on is None or one.closed_on > day]
    since = years_before(day, COURSE_YEARS)

    def valid(one: StaffMember) -> str:
        ended = one.category_until is not None and one.category_until < day
        return "none" if ended else one.category

    def trained(topic: str) -> int:
        ends = [getattr(one, f"course_{topic}_on") for one in teachers]
        return sum(end is not None and since < end <= day for end in ends)

    def rates(post: str) -> Decimal:
        return sum((one.rate or Decimal(0) for one in now if one.post == post), Decimal(0))

    counts: dict[str, int | Decimal] = {
        "t_total": len(teachers),
        "t_ext": sum(one.external for one in teachers),
        "vac_rates": sum((one.rate for one in open_posts), Decimal(0)),
        **{f"cat_{code}": sum(valid(one) == code for one in teachers) for code in ("high", "first", "szd", "none")},
        "edu_high": sum(one.higher_education for one in teachers),
        **{f"exp_{code}": sum(one.experience == code for one in teachers) for code in ("3", "4_20", "21")},
        "age_35": sum(one.age == "35" for one in teachers),
        "age_55": sum(one.age == "55" for one in teachers),
        "pk_3y": trained("subject"),
        "pk_ovz": trained("ovz"),
        "pk_ict": trained("ict"),
        "t_over": sum((one.hours or 0) > OVERLOAD for one in teachers),
        "t_left": sum(
            one.post == "teacher" and one.left_on is not None and years_before(day, 1) < one.left_on <= day
            for one in members
        ),
        "spec_psy": rates("psychologist"),
        "spec_def": rates("defectologist"),
        "spec_soc": rates("social"),
    }
    found: dict[str, str | list[str]] = {name: plain(number) for name, number in counts.items()}
    subjects = sorted({one.subject for one in open_posts}, key=int)
    if subjects:
        found["vac_subj"] = subjects
    return found


def plain(number: int | Decimal) -> str:
    """«1.5», «2»: digits without trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def staff_fields(school_id: int, day: dt.date) -> dict[str, str | list[str]]:
    """What the staff base says about one school on ``day``."""
    members = db.session.scalars(db.select(StaffMember).where(StaffMember.school_id == school_id)).all()
    vacancies = db.session.scalars(db.select(Vacancy).where(Vacancy.school_id == school_id)).all()
    return count_staff(members, vacancies, day)
