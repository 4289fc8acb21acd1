"""Forms of deciding on findings."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput


class DecisionForm(FlaskForm):
    """Accept, reject or undo; ``version`` is the one the person saw."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    do = HiddenField()
    reason = TextAreaField(_l("Причина"), validators=[Length(max=2000, message=_l("Не более 2000 знаков"))])


class EditForm(FlaskForm):
    """The words of a measure in place of the computed ones."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    text = TextAreaField(_l("Мера"), validators=[DataRequired(_l("Напишите, что нужно сделать")), Length(max=4000)])
    responsible = StringField(
        _l("Ответственный"), validators=[DataRequired(_l("Назовите ответственного")), Length(max=300)]
    )
    deadline_text = StringField(_l("Срок"), validators=[DataRequired(_l("Укажите срок")), Length(max=1000)])
    due_date = DateField(
        _l("Контрольная дата"),
        validators=[Optional()],
        description=_l("Если пусто, посчитаем по словам «в течение N дней»"),
    )
    planned_result = TextAreaField(
        _l("Планируемый результат"), validators=[DataRequired(_l("Укажите результат")), Length(max=4000)]
    )
    measure_of_success = TextAreaField(
        _l("Как проверим"), validators=[DataRequired(_l("Укажите, как проверить успех")), Length(max=4000)]
    )


class ApprovalForm(FlaskForm):
    """«Справка утверждена»: date and number; decisions do not change afterwards."""

    approved_on = DateField(_l("Дата утверждения"), validators=[InputRequired(_l("Укажите дату"))])
    approved_number = StringField(_l("Номер"), validators=[Length(max=60)])
