"""«Что от меня ждут»: work of each role as dated lines, the nearest first."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.frame.navigation import shortened
from app.home import queries
from app.models import Person, RoadmapItem, RoadmapPlan, School
from app.plan.plans import of_year, own_order, plan_progress, shown_number
from app.results.card_values import instrument_for

SOON = 3  # days within which a deadline «ждёт»
MOST_ITEMS = 8  # roadmap lines on the home page; the rest are one link away


@dataclass(frozen=True)
class Task:
    """One thing expected: words, where to do it, until when (None: no date), whether it is begun, its button if any."""

    title: str
    note: str
    address: str
    due: dt.date | None
    tag: str
    words: str
    action: str = ""


def dated(title: str, note: str, address: str, due: dt.date | None, today: dt.date, *, begun: str = "") -> Task:
    """A task whose tag follows from its date."""
    if due is None:
        return Task(title, note, address, None, "idle", begun)
    left = (due - today).days
    if left < 0:
        return Task(title, note, address, due, "late", _("просрочено"))
    words = _("сегодня") if left == 0 else ngettext("%(num)d день", "%(num)d дней", left)
    return Task(title, note, address, due, "wait" if left <= SOON else "idle", words)


def tasks_of(person: Person, plans: list[RoadmapPlan], today: dt.date, zone: str) -> list[Task]:
    """Everything expected of ``person`` in all their roles; ``plans``: those in force, the newest first."""
    found = list(questionnaires(person, today, zone))
    if person.roles & {"head", "coordinator"}:
        found += school_tasks(person, plans, today, zone)
    if person.roles & {"methodist", "municipal"}:
        found += department_tasks(person, plans, today, zone)
    return sorted(found, key=lambda task: (task.due is None, task.due or today))


def local(moment: dt.datetime, zone: str) -> dt.date:
    return moment.astimezone(ZoneInfo(zone)).date()


def questionnaires(person: Person, today: dt.date, zone: str) -> Iterator[Task]:
    """Questionnaires this person has not finished."""
    for wave, part, closes in queries.own_questionnaires(person.id):
        if part.status in ("invited", "started"):
            note = (
                _("Черновик сохранён, можно продолжить")
                if part.status == "started"
                else _("10–15 минут, можно по частям")
            )
            task = dated(wave.title, note, url_for("questionnaires.start", code=wave.code), local(closes, zone), today)
            yield replace(task, action=_("Продолжить") if part.status == "started" else _("Начать"))


def school_tasks(person: Person, plans: list[RoadmapPlan], today: dt.date, zone: str) -> Iterator[Task]:
    """A school's: people who have not answered, the card, items of the roadmap."""
    schools = person.school_ids("head", "coordinator")
    for line in queries.open_waves(schools):
        left = line.asked - line.done
        if left:
            note = ngettext("Не ответил ещё %(num)d педагог", "Не ответили ещё %(num)d педагогов", left)
            endpoint = "waves.school" if person.school_ids("coordinator") else "waves.board"
            yield dated(
                line.wave.title, note, url_for(endpoint, code=line.wave.code), local(line.closes_utc, zone), today
            )
    for card, cycle, _school in queries.cards_waiting(person.school_ids("head")):
        note = _("Карта возвращена с замечаниями") if card.status == "returned" else _("Диагностическая карта, п. 2.1")
        yield dated(cycle.title, note, url_for("cards.card", card_id=card.id), cycle.closes_on, today)
    for given, cycle in queries.sections_given(person.id, schools):
        labels = {group.name: group.label for group in instrument_for(cycle).groups}
        address = url_for("cards.section", card_id=given.card_id, section=given.section)
        title = labels.get(given.section, cycle.title)
        yield dated(title, _("Раздел карты, передан вам"), address, given.due_on or cycle.closes_on, today)
    for assignment in person.assignments:
        if assignment.role in ("head", "coordinator") and assignment.school is not None:
            yield from item_tasks(plans, assignment.role, assignment.school, today)


def item_tasks(plans: list[RoadmapPlan], role: str, school: School, today: dt.date) -> list[Task]:
    """Items of the roadmaps that their orders ask of this role, not done in this school; dated ones first."""
    key = {"head": "school_heads", "coordinator": "school_coordinators"}[role]
    waiting = [
        (line.item.due_date, plan, line.item)
        for plan in plans
        for line in plan_progress(plan, today, school.code)
        if line.now.status not in ("done", "na") and key in line.item.responsible_keys and line.item.due_date
    ]
    return [
        dated(
            short(item.title),
            place(item, plan, plans, _("п. %(number)s дорожной карты", number=shown_number(item.number))),
            item_address(item, plan, plans),
            due,
            today,
        )
        for due, plan, item in sorted(waiting, key=lambda one: one[0])[:MOST_ITEMS]
    ]


def place(item: RoadmapItem, plan: RoadmapPlan, plans: list[RoadmapPlan], words: str) -> str:
    """``words`` where there is one plan; of several, the item with the year of its own."""
    if len(plans) < 2:
        return words
    year = of_year(plan.year, own_order(plan, plans))
    return _("п. %(number)s плана %(year)s", number=shown_number(item.number), year=year)


def item_address(item: RoadmapItem, plan: RoadmapPlan, plans: list[RoadmapPlan]) -> str:
    return url_for("roadmap.item", number=item.number, plan=plan.code if len(plans) > 1 else None)


def department_tasks(person: Person, plans: list[RoadmapPlan], today: dt.date, zone: str) -> Iterator[Task]:
    """The department's: waves past their time, findings to decide, cards to look at, overdue items."""
    for line in queries.open_waves(None):
        if local(line.closes_utc, zone) < today:
            address = url_for("waves.board", code=line.wave.code)
            yield dated(line.wave.title, _("Срок вышел: закройте этап"), address, local(line.closes_utc, zone), today)
    for wave, waiting, total in queries.undecided():
        if waiting:
            note = ngettext("Рассмотреть %(num)d меру", "Рассмотреть %(num)d мер", waiting)
            note += _(" из %(total)d", total=total)
            yield Task(wave.title, note, url_for("findings.index", code=wave.code), None, "wait", _("ждёт решения"))
    for card, cycle, school in queries.cards_waiting(None):
        title = _("Диагностическая карта: %(school)s", school=school.short_name)
        yield Task(title, cycle.title, url_for("cards.card", card_id=card.id), None, "wait", _("отправлена"))
    if "municipal" in person.roles:
        late = [(line, plan) for plan in plans for line in plan_progress(plan, today) if line.late]
        for line, plan in sorted(late, key=lambda one: -one[0].late)[:MOST_ITEMS]:
            note = place(line.item, plan, plans, _("п. %(number)s", number=shown_number(line.item.number)))
            if line.item.per_school:
                note += ngettext(
                    ", %(done)d из %(num)d школы", ", %(done)d из %(num)d школ", line.now.of, done=line.now.done
                )
            address = item_address(line.item, plan, plans)
            yield dated(short(line.item.title), note, address, line.item.due_date, today)


def short(title: str, most: int = 110) -> str:
    """A long title cut at a word; a duty of the order begins there with a small letter."""
    return shortened(title[:1].upper() + title[1:], most)
