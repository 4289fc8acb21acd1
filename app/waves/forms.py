"""Forms of opening, extending and closing a wave. Times are typed in the municipality's zone."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.models.columns import utc_now
from app.models.waves import STAGES

K_FLOOR = 5
MOMENT = "%Y-%m-%dT%H:%M"


class LocalMoment(DateTimeLocalField):
    """A date and time in the municipality's zone; says in Russian how to write it."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, format=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Дата и время не распознаны. Пример: 20.06.2020 18:00"))) from None
        if self.data and not 2000 <= self.data.year < 2100:  # a slip of the finger; the calendar's ends have no UTC
            self.data = None
            raise ValueError(str(_l("Дата и время не распознаны. Пример: 20.06.2020 18:00")))


class WaveForm(FlaskForm):
    """A new wave, or a draft opened again."""

    title = StringField(
        _l("Название этапа"), validators=[DataRequired(_l("Назовите этап: так его увидят учителя")), Length(max=500)]
    )
    code = StringField(
        _l("Код"),
        validators=[
            DataRequired(_l("Укажите код этапа")),
            Length(max=64, message=_l("Не более 64 знаков")),
            Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_l("Только латинские строчные буквы, цифры и дефис")),
        ],
        description=_l("Для адреса страниц и команд: латинские буквы, цифры и дефис"),
    )
    stage = RadioField(
        _l("Стадия"), choices=[SelectChoice(code, _l(words)) for code, words in STAGES.items()], default="baseline"
    )
    instrument_version_id = SelectField(_l("Анкета"), coerce=int)
    schools = SelectMultipleField(
        _l("Школы"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    pooled = SelectMultipleField(
        _l("Показывать вместе, как одну группу"),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    roadmap_item_number = SelectField(_l("Пункт дорожной карты"))
    opens = LocalMoment(_l("Начало"), validators=[InputRequired(_l("Укажите начало"))])
    closes = LocalMoment(_l("Окончание"), validators=[InputRequired(_l("Укажите окончание"))])
    k = IntegerField(
        _l("Наименьшая группа k"),
        default=K_FLOOR,
        validators=[
            InputRequired(_l("Укажите целое число от 5")),
            NumberRange(min=K_FLOOR, max=100, message=_l("Целое число от 5 до 100: меньше 5 не допускается")),
        ],
        description=_l("Группы меньше k человек не показывают ничего, кроме слова «скрыто»"),
    )
    consent_text_id = SelectField(_l("Текст согласия"), coerce=int)

    def __init__(self, *args: Any, zone: str, taken_codes: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        self.taken_codes = taken_codes

    def validate_code(self, field: Field) -> None:
        if field.data in self.taken_codes:
            raise ValidationError(_l("Такой код уже есть у другого этапа: измените его"))

    def validate_schools(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Отметьте хотя бы одну школу"))

    def validate_pooled(self, field: Field) -> None:
        if len(field.data or []) == 1:
            raise ValidationError(_l("Отметьте не меньше двух школ: одну объединять не с чем"))
        if set(field.data or []) - set(self.schools.data or []):
            raise ValidationError(_l("Объединить можно только школы, которые участвуют в этапе"))

    def validate_closes(self, field: Field) -> None:
        if field.data and self.opens.data and field.data <= self.opens.data:
            raise ValidationError(_l("Окончание должно быть позже начала"))
        if field.data and self.utc(field) <= utc_now():
            raise ValidationError(_l("Окончание уже прошло: укажите время в будущем"))

    def utc(self, field: Field) -> dt.datetime:
        """What was typed, as an aware UTC time."""
        return field.data.replace(tzinfo=self.zone).astimezone(dt.UTC)


class ExtendForm(FlaskForm):
    """A later closing for all schools of a wave or for one."""

    school = SelectField(_l("Кому продлить"), coerce=int)  # 0: all schools
    closes = LocalMoment(_l("Новое окончание"), validators=[InputRequired(_l("Укажите новое окончание"))])

    def __init__(self, *args: Any, zone: str, current: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        self.current = current

    def validate_closes(self, field: Field) -> None:
        if field.data and self.utc <= max(self.current, utc_now()):
            raise ValidationError(_l("Новое окончание должно быть позже прежнего и позже нынешнего времени"))

    @property
    def utc(self) -> dt.datetime:
        """What was typed, as an aware UTC time."""
        return self.closes.data.replace(tzinfo=self.zone).astimezone(dt.UTC)


class ScheduleForm(FlaskForm):
    """Days before closing on which letters go out."""

    days = StringField(
        _l("За сколько дней до срока"),
        validators=[Length(max=60), Regexp(r"^[\d,; ]*$", message=_l("Числа через запятую, например: 5, 2, 1"))],
        description=_l("Числа через запятую, например: 5, 2, 1. Пусто — письма сами не уходят. Время — с 9 часов утра"),
    )

    @property
    def numbers(self) -> list[int]:
        """The days, the farthest first."""
        found = {int(one) for one in (self.days.data or "").replace(";", ",").replace(" ", ",").split(",") if one}
        return sorted((number for number in found if number <= 60), reverse=True)


class SheetsForm(FlaskForm):
    """Paper sheets to print."""

    school = SelectField(_l("Школа"), coerce=int)
    number = IntegerField(
        _l("Сколько листов"),
        default=5,
        validators=[
            InputRequired(_l("Укажите число листов")),
            NumberRange(min=1, max=40, message=_l("От 1 до 40 за один раз")),
        ],
    )
    double = BooleanField(_l("Вводить каждый лист дважды и сверять"))


class SheetForm(FlaskForm):
    """A paper sheet to key in."""

    sheet = IntegerField(_l("Номер листа"), validators=[InputRequired(_l("Введите номер листа"))])
    seal = StringField(
        _l("Печать листа"),
        validators=[DataRequired(_l("Введите печать листа")), Length(max=8)],
        description=_l("Четыре знака рядом с номером"),
    )


class ConfirmForm(FlaskForm):
    """A button that only carries the token."""
