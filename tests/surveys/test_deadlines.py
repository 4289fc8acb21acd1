"""Where a duty stands on a day, and when somebody is reminded of it. Days of the week are those of 2020."""

import datetime as dt

import pytest

from surveys.roadmap.deadlines import Moves, Terms, add_working_days, is_told, is_working, stand, working_on_or_before
from surveys.roadmap.plan import load_roadmap

DATE = Terms("date", dt.date(2020, 5, 31))  # a Sunday
MONTHS = Terms("month", dt.date(2020, 11, 30), dt.date(2020, 10, 1))  # «Октябрь- ноябрь 2020»


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (dt.date(2020, 5, 31), dt.date(2020, 5, 29)),  # Sunday -> Friday
        (dt.date(2020, 6, 20), dt.date(2020, 6, 19)),  # Saturday -> Friday
        (dt.date(2020, 5, 25), dt.date(2020, 5, 25)),  # Monday
        (dt.date(2020, 6, 12), dt.date(2020, 6, 11)),  # Day of Russia
        (dt.date(2021, 1, 8), dt.date(2020, 12, 31)),  # the new year's holidays
    ],
)
def test_day_off_moves_a_reminder_back(day: dt.date, before: dt.date) -> None:
    assert working_on_or_before(day) == before


def test_working_days_are_counted_over_week_ends_and_holidays() -> None:
    assert add_working_days(dt.date(2020, 6, 10), 2) == dt.date(2020, 6, 15)  # Wed -> Thu, (Fri 12 off), Mon
    assert not is_working(dt.date(2020, 11, 4))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2020, 2, 24), False),  # 23 February 2020 is a Sunday
        (dt.date(2020, 3, 9), False),  # 8 March, a Sunday
        (dt.date(2020, 5, 11), False),  # 9 May, a Saturday
        (dt.date(2020, 5, 12), True),
        (dt.date(2022, 1, 10), True),  # the Saturday and Sunday of 1-2 and 8 January go where a decree says
        (dt.date(2020, 6, 15), True),  # 12 June is a Friday: nothing moves
    ],
    ids=str,
)
def test_holiday_on_a_week_end_gives_the_monday_after_it(day: dt.date, works: bool) -> None:
    """The production calendar of 2020 and 2022; article 112 of the Labour Code, part 2."""
    assert is_working(day) is works


def test_day_off_that_a_decree_moved_is_reckoned_with() -> None:
    moved = Moves(frozenset({dt.date(2020, 5, 4), dt.date(2020, 5, 5)}))  # decree of 10 July 2019 № 875
    assert add_working_days(dt.date(2020, 4, 30), 2) == dt.date(2020, 5, 5)  # Thu -> (1 off), Mon, Tue
    assert add_working_days(dt.date(2020, 4, 30), 2, moved) == dt.date(2020, 5, 7)  # Wed, Thu
    terms = Terms("date", dt.date(2020, 5, 5))
    days = [dt.date(2020, 4, 20) + dt.timedelta(days=n) for n in range(18)]  # until 7 May
    told = [day for day in days if is_told(terms, stand(terms, False, day), day, moved)]
    assert told == [
        dt.date(2020, 4, 28),  # a week ahead, a Tuesday
        dt.date(2020, 4, 30),  # the working day before
        dt.date(2020, 5, 6),  # the first one after: also what the Monday's reminder is put off to
    ]


# Decree of 10 July 2019 № 875: from Saturday 4 and Sunday 5 January 2020 to Monday 4 and Tuesday 5 May 2020.
# Decree of 10 October 2020 № 1648: from 2 and 3 January 2021 to Fridays 5 November and 31 December, and from Saturday
# 20 February to Monday 22 February 2021.
DECREED = Moves(
    to=frozenset(map(dt.date.fromisoformat, "2020-05-04 2020-05-05 2021-11-05 2021-12-31 2021-02-22".split())),
    from_=frozenset(map(dt.date.fromisoformat, "2020-01-04 2020-01-05 2021-01-02 2021-01-03 2021-02-20".split())),
)


@pytest.mark.parametrize(
    ("month", "last", "days"),
    [
        # the production calendars of 2020 and 2021, months with a move; the short day before a holiday is a working one
        ("2020-01", 31, [*range(9, 11), *range(13, 18), *range(20, 25), *range(27, 32)]),  # 17: 4 and 5 stay holidays
        ("2020-05", 31, [*range(6, 9), *range(12, 16), *range(18, 23), *range(25, 30)]),  # 17
        ("2021-01", 31, [*range(11, 16), *range(18, 23), *range(25, 30)]),  # 15: 2 and 3 stay holidays
        ("2021-02", 28, [*range(1, 6), *range(8, 13), *range(15, 21), *range(24, 27)]),  # 19: Saturday 20, not 22
        ("2021-11", 30, [*range(1, 4), *range(8, 13), *range(15, 20), *range(22, 27), 29, 30]),  # 20
        ("2021-12", 31, [*range(1, 4), *range(6, 11), *range(13, 18), *range(20, 25), *range(27, 31)]),  # 22
    ],
)
def test_working_days_of_a_month_are_those_of_the_production_calendar(month: str, last: int, days: list[int]) -> None:
    every = [dt.date.fromisoformat(f"{month}-{day:02}") for day in range(1, last + 1)]
    assert [day.day for day in every if is_working(day, DECREED)] == days


def test_working_saturday_counts_and_reminds() -> None:
    assert add_working_days(dt.date(2021, 2, 18), 2) == dt.date(2021, 2, 22)  # Thu -> Fri, Mon
    assert add_working_days(dt.date(2021, 2, 18), 2, DECREED) == dt.date(2021, 2, 20)  # Fri, Sat
    assert working_on_or_before(dt.date(2021, 2, 23), DECREED) == dt.date(2021, 2, 20)
    terms = Terms("date", dt.date(2021, 2, 21))  # Sunday
    day = dt.date(2021, 2, 20)
    assert is_told(terms, stand(terms, False, day), day, DECREED)
    assert not is_told(terms, stand(terms, False, day), day)


def test_holiday_whose_day_off_went_elsewhere_gives_no_monday() -> None:
    """Decree of 4 October 2024 № 1335: from Sunday 23 February 2025 to Thursday 8 May, from 8 March to 13 June."""
    moved = Moves(
        frozenset({dt.date(2025, 5, 8), dt.date(2025, 6, 13)}), frozenset({dt.date(2025, 2, 23), dt.date(2025, 3, 8)})
    )
    mondays = [dt.date(2025, 2, 24), dt.date(2025, 3, 10)]
    assert [is_working(day) for day in mondays] == [False, False]
    assert [is_working(day, moved) for day in mondays] == [True, True]
    assert not is_working(dt.date(2025, 2, 23), moved)


@pytest.mark.parametrize(
    ("day", "word", "days"),
    [
        (dt.date(2020, 5, 23), "ahead", 8),
        (dt.date(2020, 5, 24), "soon", 7),
        (dt.date(2020, 5, 31), "due", 0),
        (dt.date(2020, 6, 1), "late", 1),
    ],
)
def test_date_is_late_only_after_its_last_day(day: dt.date, word: str, days: int) -> None:
    standing = stand(DATE, False, day)
    assert (standing.word, standing.days) == (word, days)
    assert stand(DATE, True, day).word == "done"


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (dt.date(2020, 9, 30), "ahead"),
        (dt.date(2020, 10, 1), "running"),
        (dt.date(2020, 11, 30), "due"),
        (dt.date(2020, 12, 1), "late"),
    ],
)
def test_months_run_from_the_first_to_the_last_day(day: dt.date, word: str) -> None:
    assert stand(MONTHS, False, day).word == word


@pytest.mark.parametrize(
    ("applies", "restricted", "word"),
    [
        ("during", True, "ongoing"),
        ("during", False, "suspended"),
        ("after", True, "suspended"),
        ("after", False, "ongoing"),
        ("", True, "ongoing"),
    ],
)
def test_restrictions_are_one_switch(applies: str, restricted: bool, word: str) -> None:
    terms = Terms("ongoing", applies=applies)  # type: ignore[arg-type]
    assert stand(terms, False, dt.date(2020, 6, 1), restricted=restricted).word == word


def test_suspended_item_is_not_late_even_with_a_date() -> None:
    terms = Terms("by_schedule", dt.date(2020, 5, 1), applies="after")
    assert stand(terms, False, dt.date(2020, 6, 1), restricted=True).word == "suspended"
    assert stand(terms, False, dt.date(2020, 6, 1), restricted=False).word == "late"


def test_ongoing_is_stale_after_sixty_days_and_never_late() -> None:
    marked = dt.date(2020, 5, 20)
    terms = Terms("ongoing")
    assert stand(terms, False, dt.date(2020, 7, 19), marked=marked).word == "ongoing"  # 60 days
    assert stand(terms, False, dt.date(2020, 7, 20), marked=marked).word == "stale"
    assert stand(terms, False, dt.date(2030, 1, 1)).word == "ongoing"


@pytest.mark.parametrize(("kind", "word"), [("by_schedule", "no_schedule"), ("on_receipt", "no_document")])
def test_what_waits_for_others_is_never_late(kind: str, word: str) -> None:
    assert stand(Terms(kind), False, dt.date(2030, 1, 1)).word == word


def test_days_of_reminding_of_a_date_on_a_sunday() -> None:
    days = [dt.date(2020, 5, 1) + dt.timedelta(days=n) for n in range(61)]
    told = [day for day in days if is_told(DATE, stand(DATE, False, day), day)]
    assert told == [
        dt.date(2020, 5, 22),  # the working day before Sunday 24 May, a week ahead
        dt.date(2020, 5, 29),  # the working day before the last day
        dt.date(2020, 6, 1),  # the first working day of delay
        dt.date(2020, 6, 8),  # Mondays
        dt.date(2020, 6, 15),
        dt.date(2020, 6, 22),
        dt.date(2020, 6, 29),
    ]


def test_condition_of_an_item_is_read_from_its_words() -> None:
    found = {item.number: item.deadline.applies for item in load_roadmap().items if item.deadline.applies}
    assert found == {"3.11": "during", "3.12": "after"}
