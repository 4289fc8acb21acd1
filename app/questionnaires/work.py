"""A questionnaire in work, as the views hold it and the pages show it."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from app.frame.navigation import clock, saved_words
from app.models import Draft
from app.models.columns import utc_now
from app.questionnaires.queries import Asked
from app.questionnaires.steps import Plan
from surveys.answers.checking import Checked, check_answers

LAST_DAY = dt.timedelta(hours=24)


@dataclass
class Work:
    """A questionnaire in work: the wave, the draft, the plan of its instrument and the answers so far."""

    asked: Asked
    draft: Draft
    plan: Plan

    @cached_property
    def checked(self) -> Checked:
        """The answers as the draft holds them; after a saving, as the saving left them."""
        return check_answers(self.plan.instrument, self.draft.values, self.draft.not_applicable, final=False)

    @property
    def code(self) -> str:
        return self.asked.wave.code

    @property
    def closing(self) -> str:
        """What to know of a near end: the last day, or the minutes of grace after it; «» while there is time."""
        now, ends = utc_now(), self.asked.closes_utc
        if now > ends:
            return _(
                "Срок вышел %(end)s. Начатые анкеты принимаются до %(last)s.",
                end=clock(ends),
                last=clock(self.asked.last_utc),
            )
        if ends - now > LAST_DAY:
            return ""
        return _(
            "Приём до %(end)s; начатые анкеты — до %(last)s.",
            end=saved_words(ends),
            last=saved_words(self.asked.last_utc),
        )
