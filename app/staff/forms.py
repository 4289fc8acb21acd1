"""Forms of the staff base."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, DecimalField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.models.staff import AGES, CATEGORIES, EXPERIENCE, POSTS
from app.staff.subjects import subject_labels


def choices(words: dict[str, str], *, blank: bool = False) -> list[SelectChoice]:
    first = [SelectChoice("", _l("не указано"))] if blank else []
    return [*first, *(SelectChoice(code, _l(label)) for code, label in words.items())]


class CommaDecimalField(DecimalField):
    """A number typed with a comma or a point; what was typed stays on the page."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.replace(",", ".").replace(" ", "") for text in valuelist])

    def _value(self) -> str:
        return str(super()._value()).replace(".", ",")


class MemberForm(FlaskForm):
    number = StringField(_l("Табельный номер"), validators=[DataRequired(_l("Укажите номер")), Length(max=64)])
    name = StringField(_l("Фамилия, имя, отчество"), validators=[DataRequired(_l("Укажите имя")), Length(max=200)])
    post = SelectField(_l("Должность"), choices=choices(POSTS))
    subjects = SelectMultipleField(_l("Предметы"), validate_choice=True)
    hours = CommaDecimalField(_l("Нагрузка, часов в неделю"), places=None, validators=[Optional(), NumberRange(0, 60)])
    rate = CommaDecimalField(_l("Ставка"), places=None, validators=[Optional(), NumberRange(0, 3)])
    external = BooleanField(_l("внешний совместитель"))
    category = SelectField(_l("Категория"), choices=choices(CATEGORIES))
    category_until = DateField(_l("Категория действует до"), validators=[Optional()])
    higher_education = BooleanField(_l("высшее педагогическое образование"))
    experience = SelectField(_l("Стаж"), choices=choices(EXPERIENCE, blank=True))
    age = SelectField(_l("Возрастная группа"), choices=choices(AGES, blank=True))
    course_subject_on = DateField(_l("Курсы по предмету: дата окончания"), validators=[Optional()])
    course_ovz_on = DateField(_l("Курсы по работе с ОВЗ: дата окончания"), validators=[Optional()])
    course_ict_on = DateField(_l("Курсы по цифровым технологиям: дата окончания"), validators=[Optional()])
    left_on = DateField(_l("Уволен(а)"), validators=[Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.subjects.choices = choices(subject_labels())


class VacancyForm(FlaskForm):
    subject = SelectField(_l("Предмет"))
    rate = CommaDecimalField(
        _l("Ставок"), places=None, validators=[InputRequired(_l("Укажите число ставок")), NumberRange(0.01, 20)]
    )
    since = DateField(_l("Открыта с"), validators=[Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.subject.choices = choices(subject_labels())


class UploadForm(FlaskForm):
    file = FileField(_l("Файл XLSX или CSV"), validators=[DataRequired(_l("Выберите файл"))])
    school = SelectField(_l("Школа строк, в которых она не указана"), coerce=int)
