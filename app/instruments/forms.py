"""Forms of the room: a file, the marks on the changes of a draft, the approval, a confirmation."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, FileField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import FileInput

from app.instruments.difference_words import title_of
from surveys.definition.comparability import MARKS
from surveys.definition.difference import Change
from surveys.definition.instrument import Approval


class UploadForm(FlaskForm):
    """A file with a form or a catalogue."""

    file = FileField(_l("Файл"), widget=FileInput())


class ConfirmForm(FlaskForm):
    """A button that only carries the token."""


class RussianDate(DateField):
    """Says in Russian how to write a date."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Дата не распознана. Пример: 20.06.2020"))) from None


class ApprovalForm(FlaskForm):
    """«Утверждено кем, когда»."""

    approved_by = StringField(
        _l("Кем утверждено"),
        validators=[Length(max=300, message=_l("Не более 300 знаков"))],
        description=_l("Должность и документ. Пусто, пока не утверждено: в справках будет сказано «не утверждены»."),
    )
    approved_on = RussianDate(_l("Когда утверждено"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        fits = super().validate(extra_validators)
        if self.approved_on.data and not (self.approved_by.data or "").strip():
            self.approved_by.errors = [_("Напишите, кем утверждено, или сотрите дату")]
            return False
        return fits

    @property
    def approval(self) -> Approval:
        day = self.approved_on.data
        return Approval(by=(self.approved_by.data or "").strip(), on=day.isoformat() if day else "")

    def show(self, approval: Approval) -> None:
        """Fill in what the file said."""
        self.approved_by.data = approval.by
        try:
            self.approved_on.data = dt.date.fromisoformat(approval.on) if approval.on else None
        except ValueError:
            self.approved_on.data = None


def draft_form(changes: list[Change], marks: dict[str, str], *, asked: bool, sent: bool = True) -> ApprovalForm:
    """The form under the difference: a choice at each change that the author has to judge.

    ``asked``: publishing needs every choice made; saving does not. ``sent``: the request carries this very form.
    """

    class DraftForm(ApprovalForm):
        pass

    words = {"typo": _("опечатка: ответы сравнимы"), "meaning": _("изменён смысл: не сравнивать")}
    for change in changes:
        if change.nature == "judged":
            field = RadioField(
                f"{title_of(change)}: {change.label}",
                choices=[SelectChoice(mark, words[mark]) for mark in MARKS],
                default=marks.get(change.key),
                validate_choice=False,
                validators=[needed] if asked else [Optional()],
            )
            setattr(DraftForm, change.key, field)
    return DraftForm() if sent else DraftForm(formdata=None)


def needed(_form: FlaskForm, field: RadioField) -> None:
    from wtforms.validators import ValidationError

    if field.data not in MARKS:
        raise ValidationError(_("Отметьте: опечатка или изменён смысл"))


def marks_in(form: ApprovalForm, changes: list[Change]) -> dict[str, str]:
    """What is marked in the form."""
    chosen = {change.key: form[change.key].data for change in changes if change.key in form}
    return {key: mark for key, mark in chosen.items() if mark in MARKS}
