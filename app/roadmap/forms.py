"""The form of a mark: how far one addressee is, and what proves it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from app.models.roadmap import STATES


class MarkForm(FlaskForm):
    state = RadioField(_l("Ход выполнения"), choices=[SelectChoice(key, title) for key, title in STATES.items()])
    evidence = TextAreaField(
        _l("Подтверждение"),
        validators=[Length(max=2000)],
        description=_l("Документ с номером и датой, или ссылка на него. Нужно для «выполнено»."),
    )
    without_document = BooleanField(_l("Исполнено без документа"))
    note = TextAreaField(
        _l("Пояснение"),
        validators=[Length(max=2000)],
        description=_l("Обязательно, если пункт к вам не относится или исполнен без документа."),
    )
    version = HiddenField()

    def validate_evidence(self, field: TextAreaField) -> None:
        proved = (field.data or "").strip() or self.without_document.data
        if self.state.data == "done" and not proved:
            raise ValidationError(_("Назовите документ или отметьте «Исполнено без документа»"))

    def validate_note(self, field: TextAreaField) -> None:
        if (field.data or "").strip():
            return
        if self.state.data == "na":
            raise ValidationError(_("Напишите, почему пункт не относится"))
        if self.state.data == "done" and self.without_document.data and not (self.evidence.data or "").strip():
            raise ValidationError(_("Напишите, как исполнено, раз документа нет"))
