"""Forms of the room. A section's own fields are read by the engine, which knows their types."""

import datetime as dt
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.frame.navigation import day
from app.models import CardCycle, InstrumentVersion, Person


class DelegationForm(FlaskForm):
    section = SelectField(_l("Раздел"))
    person = SelectField(_l("Кому"), coerce=int)
    due_on = DateField(_l("Срок"), validators=[Optional()])

    def __init__(
        self, sections: Sequence[tuple[str, str]], people: Sequence[Person], today: dt.date, ends: dt.date
    ) -> None:
        """``sections``: name and label of each; ``ends``: the last day of the cycle."""
        super().__init__()
        self.today, self.ends = today, ends
        self.section.choices = [SelectChoice(*one) for one in sections]
        self.person.choices = [SelectChoice(one.id, one.full_name) for one in people]
        self.person.choices.append(SelectChoice(0, _("никому: заполню сам(а)")))

    def validate_due_on(self, field: DateField) -> None:
        """A day that can still be met; of a card that is late only the past is refused."""
        if not self.person.data or field.data is None:
            return
        if field.data < self.today:
            raise ValidationError(_("Этот день уже прошёл"))
        if field.data > self.ends >= self.today:
            raise ValidationError(_("Карту сдают до %(day)s: раздел нужен не позже", day=day(self.ends)))


class SignForm(FlaskForm):
    seen = HiddenField()
    name = StringField(
        _l("Фамилия, имя, отчество и должность"),
        validators=[DataRequired(_l("Напишите фамилию, имя, отчество и должность")), Length(max=200)],
    )
    sure = BooleanField(
        _l("Сведения проверены и достоверны"), validators=[InputRequired(_l("Поставьте отметку о достоверности"))]
    )


class ReasonForm(FlaskForm):
    reason = TextAreaField(
        _l("Причина"),
        validators=[DataRequired(_l("Напишите причину: она останется в истории карты")), Length(max=1000)],
    )


class CancelForm(FlaskForm):
    sure = BooleanField(
        _l("Сбор открыт по ошибке, карты этого сбора не нужны"),
        validators=[InputRequired(_l("Поставьте отметку, что сбор нужно удалить"))],
    )


class CycleForm(FlaskForm):
    after = HiddenField()  # id of the newest cycle there was: a form sent twice opens one
    title = StringField(_l("Название"), validators=[DataRequired(_l("Назовите сбор карт")), Length(max=200)])
    year = IntegerField(
        _l("Год"), validators=[InputRequired(_l("Укажите год")), NumberRange(2000, 2100, _l("Год от 2000 до 2100"))]
    )
    opens_on = DateField(_l("Открыть"), validators=[InputRequired(_l("Укажите день начала"))])
    closes_on = DateField(_l("Сдать до (включительно)"), validators=[InputRequired(_l("Укажите последний день"))])
    schedule = StringField(_l("Чей график"), validators=[Length(max=300)])
    instrument = SelectField(_l("Карта"), coerce=int, validators=[Optional()])

    def __init__(self, *args: object, versions: Sequence[InstrumentVersion] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        kept = [
            SelectChoice(one.id, _("%(title)s, версия %(version)s", title=one.title, version=one.version))
            for one in versions
        ]
        self.instrument.choices = kept or [SelectChoice(0, _l("Диагностическая карта школы"))]

    def validate_closes_on(self, field: DateField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_l("Последний день раньше первого"))


class ApprovalForm(FlaskForm):
    approved_by = StringField(_l("Кем утверждено"), validators=[Length(max=300)])
    approved_on = DateField(_l("Когда утверждено"), validators=[Optional()])

    def validate_approved_by(self, field: StringField) -> None:
        """Who and when stand together, or neither."""
        if field.data and not self.approved_on.data:
            raise ValidationError(_l("Укажите и день, когда утверждено"))
        if not field.data and self.approved_on.data:
            raise ValidationError(_l("Укажите, кем утверждено"))

    def approval_stands(self, kept: CardCycle, chosen: dict[str, list[float]]) -> bool:
        """False, with a word at the field, where other borders would go under the approval of the old ones."""
        same = (self.approved_by.data, self.approved_on.data) == (kept.approved_by, kept.approved_on)
        if not self.approved_by.data or chosen == kept.thresholds or not same:
            return True
        words = _("Границы изменены: укажите, кем и когда утверждены новые, или сотрите прежнее утверждение")
        self.approved_by.errors = [*self.approved_by.errors, words]
        return False
