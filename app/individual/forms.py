"""Forms of an individual route: steps by deficit, and what came of it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, FieldList, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextArea

MOST_DEFICITS, MOST_STEPS = 3, 4
LENGTH = Length(max=400, message=_l("Не длиннее 400 знаков"))
SELF = {"worked": _l("получается"), "partly": _l("получается отчасти"), "not_yet": _l("пока не получается")}
OUTCOMES = {
    "done": _l("маршрут пройден"),
    "continue": _l("продолжить на следующем этапе"),
    "stopped": _l("остановлен по решению педагога"),
}


class StepForm(Form):
    text = StringField(_l("Шаг"), validators=[LENGTH])
    form = StringField(_l("Форма помощи"), validators=[Length(max=200)])
    due = DateField(_l("Срок"), validators=[Optional()], format=["%Y-%m-%d", "%d.%m.%Y"])
    done = BooleanField(_l("сделано"))


class DeficitForm(Form):
    scale = HiddenField()
    drop = BooleanField(_l("не включать в маршрут"))
    steps = FieldList(FormField(StepForm), max_entries=MOST_STEPS)


class RouteForm(FlaskForm):
    """Steps of a route; a step without words is left out."""

    version = HiddenField()
    deficits = FieldList(FormField(DeficitForm), max_entries=MOST_DEFICITS)

    def chosen(self, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The deficits as they are kept, in the order of ``kept``."""
        labels = {one["scale"]: one["label"] for one in kept}
        found = []
        for deficit in self.deficits:
            if deficit.scale.data not in labels or deficit.drop.data:
                continue
            steps = [
                {
                    "text": (step["text"].data or "").strip(),
                    "form": (step["form"].data or "").strip(),
                    "due": step["due"].data.isoformat() if step["due"].data else "",
                    "done": bool(step["done"].data),
                }
                for step in deficit.steps
                if (step["text"].data or "").strip()
            ]
            found.append({"scale": deficit.scale.data, "label": labels[deficit.scale.data], "steps": steps})
        return found


class SelfForm(FlaskForm):
    """How the teacher sees it at the end."""

    mark = RadioField(
        _l("Как теперь получается"),
        choices=[SelectChoice(code, words) for code, words in SELF.items()],
        validators=[InputRequired(_l("Выберите один ответ"))],
    )
    words = StringField(_l("Своими словами"), widget=TextArea(), validators=[Length(max=2000)])


class OutcomeForm(FlaskForm):
    """What came of it, by the coordinator."""

    mark = RadioField(
        _l("Итог маршрута"),
        choices=[SelectChoice(code, words) for code, words in OUTCOMES.items()],
        validators=[InputRequired(_l("Выберите один ответ"))],
    )
    words = StringField(_l("Что сделано"), widget=TextArea(), validators=[Length(max=2000)])
