"""The form of asking for rows of answers."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from surveys.answers.row_writers import kinds

CONTENTS = {
    "school": _l("Школа и ответы по блокам, без сведений о работе учителя"),
    "facts": _l("Все вопросы с выбором, без школы"),
}
KINDS = {
    "csv": _l("CSV для программ: UTF-8, запятая, десятичная точка"),
    "csv_excel": _l("CSV для русского Excel: точка с запятой, десятичная запятая"),
    "xlsx": _l("XLSX с листом кодов"),
    "sav": _l("SAV для SPSS"),
}


class ExportForm(FlaskForm):
    """Contents, file and the reason, which is kept for good."""

    content = RadioField(
        _l("Что в строках"),
        choices=[SelectChoice(code, words) for code, words in CONTENTS.items()],
        validators=[DataRequired(_l("Выберите, что будет в строках"))],
    )
    kind = RadioField(_l("Файл"), default="csv_excel", validators=[DataRequired(_l("Выберите вид файла"))])
    reason = TextAreaField(
        _l("Зачем нужны строки"),
        validators=[
            DataRequired(_l("Напишите, зачем нужны строки: причина сохраняется")),
            Length(min=10, max=500, message=_l("От 10 до 500 знаков")),
        ],
        description=_l("Причина, ваше имя и время остаются в журнале"),
    )

    def __init__(self, fixed: str | None) -> None:
        super().__init__()
        self.kind.choices = [SelectChoice(code, KINDS[code]) for code in kinds()]
        if fixed is not None:
            self.content.choices = [SelectChoice(fixed, CONTENTS[fixed])]
            self.content.data = self.content.data or fixed
