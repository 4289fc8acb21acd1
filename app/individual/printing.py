"""An individual route as a document for two signatures: topics and steps, no scores, no answers."""

import datetime as dt

from flask_babel import gettext as _

from app.frame.interface import in_russian
from app.frame.navigation import day
from app.individual.forms import OUTCOMES, SELF
from app.models import IndividualRoute
from surveys.report.document import Cell, Column, Paragraph, Report, Row, Section, Signature, Table
from surveys.report.document import Letterhead as Head

BLANK = "____________"


@in_russian
def route_document(route: IndividualRoute, coordinator: str, *, demo: bool) -> Report:
    """«Индивидуальный образовательный маршрут» of one teacher, for two to sign; ``coordinator`` may be blank."""
    tables, sections = [], []
    for deficit in route.deficits:
        rows = [
            Row(
                key=str(place),
                cells=[
                    Cell(value=text, printed=text)
                    for text in (
                        step["text"],
                        step["form"] or "—",
                        day(dt.date.fromisoformat(step["due"])) if step["due"] else "—",
                        _("да") if step["done"] else "",
                    )
                ],
            )
            for place, step in enumerate(deficit["steps"])
        ]
        heads = ((_("Шаг"), 3.0), (_("Форма помощи"), 1.6), (_("Срок"), 1.2), (_("Сделано"), 0.8))
        columns = [Column(title=title, width=width) for title, width in heads]
        last = deficit is route.deficits[-1]
        source = _("маршрут составлен по анкете «%(wave)s»", wave=route.wave.title) if last else ""
        if rows:
            tables.append(Table(id=deficit["scale"], title=_("Шаги"), columns=columns, rows=rows, source=source))
        codes = [deficit["scale"]] if rows else []
        sections.append(Section(id=deficit["scale"], title=deficit["label"], tables=codes))
    texts = [
        _("Согласие педагога: %(day)s", day=day(route.teacher_agreed_utc) or BLANK),
        _("Согласие координатора: %(day)s", day=day(route.coordinator_agreed_utc) or BLANK),
        _("Педагог: подпись %(line)s %(name)s", line=BLANK, name=route.person.short_name),
    ]
    if route.self_assessment:
        texts.append(
            _("Самооценка педагога: %(mark)s. %(words)s", mark=SELF[route.self_assessment], words=route.self_words)
        )
    if route.outcome:
        texts.append(_("Итог: %(mark)s. %(words)s", mark=OUTCOMES[route.outcome], words=route.outcome_words))
    sections.append(
        Section(id="agreed", title=_("Согласование и итог"), paragraphs=[Paragraph(text=text) for text in texts])
    )
    return Report(
        title=_("Индивидуальный образовательный маршрут"),
        subtitle=f"{route.person.full_name}, {route.school.short_name}",
        wave=route.wave.code,
        scope="",
        snapshot=0,
        sections=sections,
        tables=tables,
        letterhead=Head(signature=Signature(position=_("Школьный координатор"), name=coordinator)),
        signed_after="agreed",
        demo=demo,
        status="approved" if route.agreed else "draft",
    )
