"""A line of the digest in words: the same on the page, on paper and in a letter."""

from collections.abc import Mapping

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.frame.navigation import day
from app.plan.digest import Told
from app.plan.plans import of_year, shown_number
from surveys.roadmap.deadlines import Standing


def title_of(line: Told) -> str:
    """«п. 3.8. Разработка …», of several plans with its year; a measure by its own text."""
    if line.kind == "measure" and line.year:
        return _("Мера плана %(year)s: %(text)s", year=of_year(line.year, line.order), text=line.title)
    if line.kind == "measure":
        return _("Мера: %(text)s", text=line.title)
    title = line.title[:1].upper() + line.title[1:]  # a duty of the order begins with a small letter
    if line.year:
        told = {"number": shown_number(line.number), "year": of_year(line.year, line.order), "title": title}
        return _("п. %(number)s плана %(year)s. %(title)s", **told)
    return _("п. %(number)s. %(title)s", number=shown_number(line.number), title=title)


def address_of(line: Told) -> str:
    """Where the line is dealt with."""
    if line.kind == "measure":
        return url_for("roadmap.measure", measure_id=line.ref)
    if line.kind == "monitoring":
        return url_for("roadmap.monitoring_round", round_id=line.ref, plan=line.plan or None)
    return url_for("roadmap.item", number=line.number, plan=line.plan or None)


def note_of(line: Told, schools: Mapping[str, str]) -> str:
    """What is asked of the reader, or of whom something is late. ``schools``: short names by code."""
    words = _asked(line, schools)
    return ". ".join(part for part in (schools.get(line.scope, ""), words) if part)


def _asked(line: Told, schools: Mapping[str, str]) -> str:
    if line.kind == "document":
        return _("Ознакомиться с документом до %(day)s", day=day(line.due))
    if line.kind == "review":
        return ngettext("Подтвердить %(num)d отметку", "Подтвердить %(num)d отметок", line.number_of_marks)
    if line.kind == "returned":
        return _("Возвращено с замечанием")
    if line.late_scopes:
        names = ", ".join(schools.get(code, _("муниципалитет")) for code in line.late_scopes)
        return _("Не исполнили: %(names)s", names=names)
    if line.kind == "monitoring":
        return _("Отправить лист мониторинга до %(day)s", day=day(line.due))
    return _("Срок: %(day)s", day=day(line.due)) if line.due else ""


def standing_words(standing: Standing) -> tuple[str, str]:
    """(class of the tag, words)."""
    if standing.word == "late":
        return "late", ngettext("просрочено на %(num)d день", "просрочено на %(num)d дней", standing.days)
    if standing.word == "soon":
        return "wait", ngettext("остался %(num)d день", "осталось %(num)d дней", standing.days)
    words = {"due": _("срок сегодня"), "stale": _("давно без отметки"), "received": _("ждёт ознакомления")}
    return ("wait", words[standing.word]) if standing.word in words else ("run", _("идёт"))
