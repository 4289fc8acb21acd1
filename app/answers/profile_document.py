"""A teacher's profile on one page, to print: the same values as the page shows."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _

from app.frame.interface import in_russian
from app.frame.navigation import day
from app.models import Wave
from surveys.report.document import Cell, Column, Paragraph, Report, Row, Section, Table

MOST_HELP = 3


@in_russian
def profile_document(shown: dict[str, Any], name: str, wave: Wave, sent: dt.datetime, *, demo: bool) -> Report:
    """``shown`` is what ``profile_page`` gives; the document is for the teacher and compares with nobody."""
    columns = [Column(title=_("Направление"), width=3), Column(title=_("Из 100"), kind="integer")]
    columns.append(Column(title=_("Уровень дефицита"), width=1.5))
    if shown["compared"]:
        columns.append(Column(title=_("Изменение с прошлого этапа"), width=1.5))
    rows = []
    for group in shown["groups"]:
        for block in group["blocks"]:
            words = [
                block["label"],
                block["score"],
                group["label"],
                *([block["change"] or "—"] if shown["compared"] else []),
            ]
            rows.append(Row(key=block["scale"], cells=[Cell(value=word, printed=word) for word in words]))
    table = Table(
        id="blocks",
        title=_("Освоенность по направлениям, по вашим ответам"),
        columns=columns,
        rows=rows,
        source=_("ваши ответы, отправлены %(day)s", day=day(sent)),
    )
    texts = [Paragraph(text=_("Виден только вам. Для аттестации и оплаты не используется."), style="lead")]
    if shown["strongest"]:
        labels = "; ".join(f"«{one.label}»" for one in shown["strongest"])
        texts.append(Paragraph(text=_("Что получается: %(labels)s.", labels=labels)))
    if shown["weakest"]:
        labels = "; ".join(f"«{one.label}»" for one in shown["weakest"])
        texts.append(Paragraph(text=_("Где нужна опора: %(labels)s.", labels=labels)))
    for one, block in shown["suggestions"][:MOST_HELP]:
        texts.append(Paragraph(text=f"{block}. {one.recommendation}", style="item"))
    if shown["forms"]:
        texts.append(Paragraph(text=_("Удобные формы помощи: %(forms)s.", forms=", ".join(shown["forms"]))))
    return Report(
        title=_("Профиль педагога"),
        subtitle=f"{name}. {wave.title}",
        wave=wave.code,
        scope="",
        snapshot=0,
        sections=[Section(id="profile", title=_("Мой профиль"), paragraphs=texts, tables=["blocks"] if rows else [])],
        tables=[table] if rows else [],
        demo=demo,
        status="approved",
    )
