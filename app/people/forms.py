"""Forms about people."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import FileInput

from app.mail.server import is_address
from app.people import queries
from app.people.names import is_name, mended


def tidy(text: str | None) -> str:
    return mended(" ".join((text or "").split()))


class PersonForm(FlaskForm):
    family = StringField(
        _l("Фамилия"), filters=[tidy], validators=[DataRequired(_l("Введите фамилию")), Length(max=120)]
    )
    given = StringField(_l("Имя"), filters=[tidy], validators=[DataRequired(_l("Введите имя")), Length(max=120)])
    patronymic = StringField(_l("Отчество (если есть)"), filters=[tidy], validators=[Length(max=120)])
    position = StringField(_l("Должность"), validators=[Length(max=200)])
    number = StringField(_l("Табельный номер"), validators=[Length(max=64)])
    email = StringField(
        _l("Электронная почта (если есть)"),
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=200)],
    )
    login = StringField(
        _l("Имя для входа"),
        validators=[
            Optional(),
            Length(max=120),
            Regexp(r"^[a-z0-9._@-]+$", message=_l("Латинские буквы, цифры, точка, дефис")),
        ],
        filters=[lambda text: (text or "").strip().lower()],
        description=_l("Если пусто, составим из фамилии и инициалов."),
    )

    def __init__(self, *args: Any, person_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person_id = person_id

    def validate_family(self, field: StringField) -> None:
        if not is_name(field.data or ""):
            raise ValidationError(_("Только буквы, дефис и пробел"))

    validate_given = validate_family

    def validate_patronymic(self, field: StringField) -> None:
        if field.data and not is_name(field.data):
            raise ValidationError(_("Только буквы, дефис и пробел"))

    def validate_email(self, field: StringField) -> None:
        if field.data and not is_address(field.data):
            raise ValidationError(_("Это не адрес почты. Пример: ivanova@school.ru"))

    def validate_login(self, field: StringField) -> None:
        if queries.is_taken("login", field.data or "", self.person_id):
            raise ValidationError(_("Такое имя для входа уже есть"))

    def validate_number(self, field: StringField) -> None:
        if queries.is_taken("number", (field.data or "").strip(), self.person_id):
            raise ValidationError(_("Такой табельный номер уже есть"))


class RoleForm(FlaskForm):
    role = SelectField(_l("Роль"))
    school = SelectField(_l("Школа"), validate_choice=True)


class NewPersonForm(PersonForm, RoleForm):
    pass


class ListForm(FlaskForm):
    kind = SelectField(_l("Что в файле"))
    school = SelectField(_l("Школа, если в файле нет столбца «школа»"))
    file = FileField(
        _l("Файл"),
        widget=FileInput(),
        description=_l("Таблица Excel (.xlsx) или CSV, до 20 МБ. Сначала покажем, что изменится."),
    )


class ApplyForm(FlaskForm):
    """Confirms what the dry run has shown; ``list`` names the kept table."""

    mark_left = BooleanField(_l("Закрыть вход тем, кого нет в файле"))


class SlipsForm(FlaskForm):
    """Whose slips to print: a school's; those who have not signed in, or persons ticked."""


class ReasonForm(FlaskForm):
    reason = StringField(_l("Причина"), validators=[DataRequired(_l("Напишите причину")), Length(max=300)])
