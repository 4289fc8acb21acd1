"""The plan as a calendar of one person: all-day events; what is late or done stays, and says so."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.frame.interface import in_russian
from app.models import Person, RoadmapItem
from app.plan.changes import schedule_dates
from app.plan.digest import Today, document_lines, measure_lines, monitoring_lines, standing_of
from app.plan.digest_words import title_of
from app.plan.marks import MUNICIPALITY, Mark, progress
from app.plan.people import SCHOOL_KEYS, keys_of
from app.plan.plans import of_year, shown_number
from surveys.roadmap.deadlines import Standing


@dataclass(frozen=True)
class Entry:
    """One event; ``last`` is its last day, included. ``uid`` stays when the date moves."""

    uid: str
    first: dt.date
    last: dt.date
    summary: str
    description: str = ""


@in_russian
def calendar_of(person: Person, days: Iterable[Today]) -> bytes:
    """iCalendar (RFC 5545) of everything dated that ``person`` answers for; ``days``: the plans in force."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Opora//Roadmap//RU")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Дорожная карта"))
    for today in days:
        for entry in entries(person, today):
            event = Event()
            event.add("uid", f"{entry.uid}@opora")
            event.add("dtstamp", dt.datetime.combine(today.day, dt.time(), dt.UTC))
            event.add("dtstart", entry.first)
            event.add("dtend", entry.last + dt.timedelta(days=1))
            event.add("summary", entry.summary[:250])
            if entry.description:
                event.add("description", entry.description)
            event.add("status", "CONFIRMED")
            made.add_component(event)
    return made.to_ical()


def entries(person: Person, today: Today) -> Iterator[Entry]:
    """Items with their dates, dates of outside schedules, documents to study, measures, sheets of monitoring."""
    for item, scope, marks in dated_items(person, today):
        yield from _of_item(item, scope, marks, today)
    for line in document_lines(today, person):
        if line.due:
            yield Entry(f"document-{line.ref}", line.due, line.due, _("Ознакомиться: %(title)s", title=line.title))
    for line in (*measure_lines(today, person, every=True), *monitoring_lines(today, person)):
        if line.due:
            words = f"{_prefix(line.standing)}: {title_of(replace(line, year=today.year, order=today.order))}"
            yield Entry(f"{line.kind}-{line.ref}-{line.scope}", line.due, line.due, words)


def _of_item(item: RoadmapItem, scope: str, marks: list[Mark], today: Today) -> Iterator[Entry]:
    """The last day of an item, or each date of its outside schedule."""
    place = _("п. %(number)s", number=shown_number(item.number))
    if today.year:
        year = of_year(today.year, today.order)
        place = _("п. %(number)s плана %(year)s", number=shown_number(item.number), year=year)
    start = f"{_prefix(standing_of(today, item, marks))}: {place}"
    now, told = progress(marks), f"{item.deadline_text}\n{item.responsible}"
    told = f"{told}\n{now.done} {_('из')} {now.of}" if now.of > 1 else told
    dates = schedule_dates(item.id) if item.deadline_kind == "by_schedule" else []
    for one in dates:
        words = f"{start} {one.title}. {item.title}" if one.title else f"{start} {item.title}"
        yield Entry(f"date-{one.id}-{scope}", one.starts_on, one.ends_on, words, told)
    if not dates and item.due_date is not None:
        yield Entry(f"item-{item.id}-{scope}", item.due_date, item.due_date, f"{start} {item.title}", told)


def _prefix(standing: Standing) -> str:
    words = {"late": _("Просрочено"), "done": _("Выполнено"), "suspended": _("Сейчас не действует")}
    return words.get(standing.word, _("Срок"))


def dated_items(person: Person, today: Today) -> list[tuple[RoadmapItem, str, list[Mark]]]:
    """(item, addressee, marks) with a date that this person answers for."""
    keys = keys_of(person, today.members, today.day)
    schools = [(SCHOOL_KEYS[a.role], a.scope) for a in person.assignments if a.role in SCHOOL_KEYS]
    found = []
    for item in (item for item in today.items if item.due_date):
        marks, named = today.marks.get(item.id, []), set(item.responsible_keys)
        scopes = dict.fromkeys(scope for key, scope in schools if key in named)
        found += [(item, mark.scope, [mark]) for mark in marks if mark.scope in scopes]
        if (keys - set(SCHOOL_KEYS.values())) & named:
            found.append((item, MUNICIPALITY, marks))
    return found
