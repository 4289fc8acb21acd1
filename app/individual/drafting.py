"""A first draft of an individual route: at most three deficits, steps in the forms of help the teacher prefers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from app.answers.profiles import earlier_scores, profile_page
from app.answers.submissions import checked_of
from app.content.store import instrument_of, rules_of
from app.frame.interface import in_russian
from app.individual.forms import MOST_DEFICITS
from app.models import Submission, Wave

DAYS_A_STEP = 30
MOST_FORMS = 2


def profile_of(wave: Wave, submission: Submission, sealed: dt.datetime | None = None) -> dict[str, Any]:
    """The profile's values; ``sealed``: answers of stages before it are not read."""
    instrument = instrument_of(wave.instrument_version)
    earlier = earlier_scores(wave, submission.respondent_key, instrument, sealed)
    return profile_page(instrument, checked_of(submission), rules_of(wave.rule_version), earlier)


@in_russian
def draft_deficits(wave: Wave, submission: Submission, today: dt.date) -> list[dict[str, Any]]:
    """The deepest deficits, the highest level first, each with steps in the preferred forms of help."""
    shown = profile_of(wave, submission)
    found: dict[str, dict[str, Any]] = {}
    for suggestion, label in shown["suggestions"]:
        if suggestion.scale not in found and len(found) == MOST_DEFICITS:
            continue
        deficit = found.setdefault(suggestion.scale, {"scale": suggestion.scale, "label": label, "steps": []})
        if not deficit["steps"]:
            deficit["steps"] = list(_steps(label, shown["forms"], today))
    return list(found.values())


def _steps(label: str, forms: list[str], today: dt.date) -> Iterator[dict[str, Any]]:
    """An aim, help in the preferred forms, and what will show the change. Others will read them: no answers."""
    yield _step(_("Выбрать один приём по теме «%(label)s», который изменится на уроке", label=label), "", today, 1)
    place = 2
    for place, form in enumerate(forms[:MOST_FORMS], start=2):
        yield _step(_("Освоить его на практике. Помощь: %(form)s", form=form), form, today, place)
    shows = _("Показать, что изменилось: план урока, его разбор или серия заданий")
    yield _step(shows, "", today, place + bool(forms))


def _step(text: str, form: str, today: dt.date, place: int) -> dict[str, Any]:
    due = today + dt.timedelta(days=DAYS_A_STEP * place)
    return {"text": text, "form": form, "due": due.isoformat(), "done": False}
