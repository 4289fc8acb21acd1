"""Forms of marks: how far one addressee is, what proves it, and the coordinator's word."""

from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from app.models.roadmap import STATES


def check_link(_form: FlaskForm, field: Field) -> None:
    """Only an address that a browser may open as a page."""
    text = (field.data or "").strip()
    if not text:
        return
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
    except ValueError:
        good = False
    if not good:
        raise ValidationError(_("Адрес начинается с https:// или http:// и пишется без пробелов"))


class ProofForm(FlaskForm):
    """What proves that something is done: a file, a link, or words why there is no document."""

    files = MultipleFileField(
        _l("Файлы"), description=_l("PDF, DOCX, XLSX, ODT, ODS, RTF, JPG или PNG; каждый не больше 20 МБ")
    )
    link = StringField(_l("Ссылка на документ"), validators=[Length(max=500), check_link])
    evidence = TextAreaField(
        _l("Реквизиты документа"),
        validators=[Length(max=2000)],
        description=_l("Название, номер и дата: «Приказ № 17 от 1 июня 2020 г.»"),
    )
    without_document = BooleanField(_l("Исполнено без документа"))
    note = TextAreaField(
        _l("Пояснение"),
        validators=[Length(max=2000)],
        description=_l("Обязательно, если пункт к вам не относится или исполнен без документа."),
    )
    version = HiddenField()
    kept_files = 0  # files that stay after this form

    def check_proof(self) -> None:
        """«Выполнено» needs a file, a link, or «без документа» with a reason.

        Raises:
            ValidationError: none of them is there.
        """
        added = [one for one in self.files.data or [] if getattr(one, "filename", "")]
        if added or self.kept_files or (self.link.data or "").strip():
            return
        if not self.without_document.data:
            raise ValidationError(_("Приложите файл, дайте ссылку или отметьте «Исполнено без документа»"))


class MarkForm(ProofForm):
    state = RadioField(_l("Ход выполнения"), choices=[SelectChoice(key, _l(title)) for key, title in STATES.items()])

    def validate_files(self, _field: MultipleFileField) -> None:
        if self.state.data == "done":
            self.check_proof()

    def validate_note(self, field: TextAreaField) -> None:
        if (field.data or "").strip():
            return
        if self.state.data == "na":
            raise ValidationError(_("Напишите, почему пункт не относится"))
        if self.state.data == "done" and self.without_document.data:
            raise ValidationError(_("Напишите, как исполнено, раз документа нет"))


class ReviewForm(FlaskForm):
    """The coordinator's word on «выполнено»."""

    do = HiddenField()
    version = HiddenField()
    remark = TextAreaField(_l("Замечание"), validators=[Length(max=2000)])
