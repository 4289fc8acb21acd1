"""Forms of asking for a document, and of the letterhead."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from surveys.kinds import DEFAULT, KINDS

FORMATS = {
    "docx": _l("DOCX, для Word"),
    "pdf": _l("PDF, для печати"),
    "xlsx": _l("XLSX, таблицы для Excel"),
    "html": _l("HTML, для сайта"),
}


class ReportForm(FlaskForm):
    """«Создать справку»."""

    wave = SelectField(_l("Этап"))
    kind = SelectField(
        _l("Документ"), choices=[SelectChoice(code, kind.title) for code, kind in KINDS.items()], default=DEFAULT
    )
    scope = SelectField(_l("О ком"))
    format = SelectField(_l("Формат"), choices=[SelectChoice(code, words) for code, words in FORMATS.items()])


class SectionForm(FlaskForm):
    """A person's words in place of a section's computed ones: a paragraph a line."""

    text = TextAreaField(
        _l("Текст раздела"),
        validators=[Length(max=20000)],
        description=_l("Абзац с новой строки; «- » — строка списка, «## » — подзаголовок. Пусто — вернуть расчёт"),
    )
    version = HiddenField()


class EditionForm(FlaskForm):
    """Approve the document as it stands, or begin a new edition."""

    kind = HiddenField()
    version = HiddenField()


class LetterheadForm(FlaskForm):
    """What stands on every document: printed as it is typed."""

    name_ru = TextAreaField(_l("Название на русском языке"), validators=[Length(max=500)])
    name_kbd = TextAreaField(_l("Название на кабардино-черкесском языке"), validators=[Length(max=500)])
    name_krc = TextAreaField(_l("Название на карачаево-балкарском языке"), validators=[Length(max=500)])
    address = StringField(_l("Адрес, телефон, почта"), validators=[Length(max=300)])
    place = StringField(
        _l("Место составления"), validators=[Length(max=100)], description=_l("Например: гор. Прохладный")
    )
    number = StringField(_l("Номер документа"), validators=[Length(max=60)])
    date = StringField(_l("Дата документа"), validators=[Length(max=60)], description=_l("Словами: 22 июня 2020 г."))
    basis = TextAreaField(
        _l("Основание"), validators=[Length(max=2000)], description=_l("По одному документу в строке, как печатать")
    )
    signatory_position = StringField(_l("Должность подписывающего"), validators=[Length(max=300)])
    signatory_name = StringField(_l("Инициалы и фамилия подписывающего"), validators=[Length(max=100)])
    executor = StringField(_l("Исполнитель"), validators=[Length(max=100)])
    phone = StringField(_l("Телефон исполнителя"), validators=[Length(max=60)])
