"""Forms of signing in and of the own account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, ValidationError

from app.auth.codes import is_code, normalise
from app.auth.passwords import weakness

REPEAT = EqualTo("password", _l("Пароли не совпали. Введите одно и то же дважды"))


SHARED = _l("Чужой или общий компьютер: ничего не оставлять в браузере")


class LoginForm(FlaskForm):
    username = StringField(_l("Имя для входа"), validators=[DataRequired(_l("Введите имя для входа")), Length(max=120)])
    password = PasswordField(_l("Пароль или ПИН-код"), validators=[DataRequired(_l("Введите пароль")), Length(max=200)])
    shared = BooleanField(SHARED)


class SlipForm(FlaskForm):
    code = StringField(
        _l("Код с талона"),
        validators=[DataRequired(_l("Введите код с талона"))],
        description=_l("10 знаков, как на талоне. Дефисы можно не вводить, большие буквы не обязательны."),
    )

    def validate_code(self, field: StringField) -> None:
        if not is_code(normalise(field.data or "")):
            raise ValidationError(_l("В коде опечатка: сверьте с талоном каждый знак. Всего знаков 10"))


class NewPasswordForm(FlaskForm):
    """A password or PIN of the person's own choice; ``names`` are words it must not repeat."""

    password = PasswordField(
        _l("Новый пароль или ПИН-код"),
        validators=[DataRequired(_l("Придумайте пароль или ПИН-код"))],
        description=_l("ПИН-код — от 6 цифр, пароль — от 8 знаков. Запомните его: талон действует один раз."),
    )
    repeat = PasswordField(_l("Ещё раз"), validators=[DataRequired(_l("Повторите пароль")), REPEAT])
    shared = BooleanField(SHARED)

    def __init__(self, *args: Any, names: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def validate_password(self, field: PasswordField) -> None:
        problem = weakness(field.data or "", *self.names)
        if problem:
            raise ValidationError(problem)


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("Нынешний пароль или ПИН-код"), validators=[DataRequired(_l("Введите нынешний пароль"))])


class UnsealForm(FlaskForm):
    earlier = PasswordField(_l("Прежний пароль или ПИН-код"), validators=[DataRequired(_l("Введите прежний пароль"))])
