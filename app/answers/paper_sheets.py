"""Paper questionnaires: numbered, sealed sheets without names; marks of who handed one in; keying them in, once.

Which sheet is whose nobody can tell: the coordinator marks a person, the department keys in a number. So that nobody is
counted twice, a school has no more keyed sheets than marked people, and who is marked cannot answer on a screen.
"""

import datetime as dt
import secrets
from typing import Any

from flask_babel import gettext as _

from app.answers.submissions import RECEIPT_SIGNS, add_submission
from app.content.store import instrument_of
from app.events import record
from app.extensions import db
from app.frame.pages import is_demo
from app.jobs import JobFailed, JobRun, job_kind
from app.models import ConsentText, PaperSheet, Participation, Person, Submission, Wave, WaveSchool
from app.models.columns import utc_now
from surveys.answers.checking import Checked
from surveys.paper.blank import build_blank
from surveys.report.document import Paragraph, Report, Section, Table

MOST_AT_ONCE = 40
SEAL = 4


def make_sheets(wave: Wave, school_id: int, number: int, *, double: bool, actor: int) -> list[PaperSheet]:
    """New sheets with the next numbers of the wave; the caller commits."""
    last = db.session.scalar(db.select(db.func.max(PaperSheet.number)).where(PaperSheet.wave_id == wave.id)) or 0
    made = [
        PaperSheet(
            wave_id=wave.id,
            school_id=school_id,
            number=last + place,
            seal="".join(secrets.choice(RECEIPT_SIGNS) for _sign in range(SEAL)),
            double=double,
            printed_by=actor,
        )
        for place in range(1, number + 1)
    ]
    db.session.add_all(made)
    db.session.flush()
    record("paper.printed", "wave", wave.id, new={"school_id": school_id, "sheets": number})
    return made


@job_kind("paper_sheets")
def print_sheets(job: JobRun) -> None:
    """The sheets as one PDF, each from a new page."""
    import io

    from surveys.writers import write_report

    wave = db.session.get(Wave, job.params["wave_id"])
    if wave is None:
        raise JobFailed(_("Этапа больше нет."))
    sheets = list(db.session.scalars(db.select(PaperSheet).where(PaperSheet.id.in_(job.params["sheets"]))))
    consent = db.session.get_one(ConsentText, wave.consent_text_id)
    blank, words = build_blank(instrument_of(wave.instrument_version), demo=is_demo()), consent_words(consent)
    report = sheets_document(blank, [(sheet.number, sheet.seal) for sheet in sheets], wave.title, words)
    name = f"listy-{wave.code}-{sheets[0].number}-{sheets[-1].number}.pdf"
    job.progress(0, 1, _("Печатаем листы"))
    content = io.BytesIO()
    write_report(report, "pdf", content)
    job.deliver(content.getvalue(), filename=name, title=_("Бумажные анкеты: %(wave)s", wave=report.wave), format="pdf")


def consent_words(consent: ConsentText) -> str:
    return _(
        "Сдавая заполненный лист, вы соглашаетесь с обработкой ответов: «%(title)s», редакция %(version)s. Оператор: "
        "%(operator)s. Цель: %(purpose)s. Срок: %(term)s. Участие добровольное.",
        title=consent.title,
        version=consent.version,
        operator=consent.operator,
        purpose=consent.purpose.rstrip("."),
        term=consent.term.rstrip("."),
    )


def sheets_document(blank: Report, numbers: list[tuple[int, str]], wave: str, consent: str) -> Report:
    """The blank repeated for each (number, seal), ids apart, each copy from a new page."""
    sections: list[Section] = []
    tables: list[Table] = []
    for place, (number, seal) in enumerate(numbers):
        texts = [Paragraph(text=_("Печать листа: %(seal)s. Имя не указывайте.", seal=seal), style="lead")]
        texts.append(Paragraph(text=consent))
        title = _("Лист № %(number)d", number=number)
        sections.append(Section(id=f"n{number}", title=title, paragraphs=texts, appendix=place > 0))
        for section in blank.sections:
            codes = [f"n{number}-{code}" for code in section.tables]
            sections.append(section.model_copy(update={"id": f"n{number}-{section.id}", "tables": codes, "level": 2}))
        tables += [table.model_copy(update={"id": f"n{number}-{table.id}"}) for table in blank.tables]
    update = {"sections": sections, "tables": tables, "wave": wave, "letterhead": type(blank.letterhead)()}
    return blank.model_copy(update=update)


def counts(wave_id: int) -> dict[int, dict[str, int]]:
    """School id -> sheets printed, keyed, waiting for the second keying; people marked."""
    found: dict[int, dict[str, int]] = {}

    def add(school_id: int, name: str, number: int) -> None:
        found.setdefault(school_id, dict.fromkeys(("printed", "keyed", "waiting", "marked"), 0))[name] += number

    for sheet in db.session.scalars(db.select(PaperSheet).where(PaperSheet.wave_id == wave_id)):
        add(sheet.school_id, "printed", 1)
        add(sheet.school_id, "keyed", int(sheet.entered_on is not None))
        add(sheet.school_id, "waiting", int(sheet.entered_on is None and sheet.first is not None))
    marked = db.select(Participation.school_id, db.func.count()).where(
        Participation.wave_id == wave_id, Participation.on_paper
    )
    for school_id, number in db.session.execute(marked.group_by(Participation.school_id)):
        add(school_id, "marked", number)
    return found


def free_marks(wave_id: int, school_id: int) -> int:
    """Marked people of a school whose sheet is not keyed yet; nobody else counts them until the transaction ends."""
    held = db.select(WaveSchool.id).where(WaveSchool.wave_id == wave_id, WaveSchool.school_id == school_id)
    db.session.execute(held.with_for_update())
    mine = counts(wave_id).get(school_id, {})
    return mine.get("marked", 0) - mine.get("keyed", 0)


def mark_on_paper(asked: Participation, on: dt.date) -> bool:
    """The person handed a sheet in: done for others. False where the person is done already. The caller commits.

    False also of who has just begun on the screen: what is said of them tells nothing of how they ended.
    """
    begun = asked.done_from_utc is not None and asked.done_from_utc > utc_now()
    if begun or asked.on_paper or asked.status not in ("invited", "started"):
        return False
    asked.on_paper, asked.status, asked.finished_on = True, "sent", on
    asked.started_on = asked.started_on or on
    record("paper.marked", "participation", asked.id)
    return True


def unmark(asked: Participation) -> bool:
    """Take the mark back, unless the school's sheets are all keyed: then one of them is this person's."""
    free = free_marks(asked.wave_id, asked.school_id)
    db.session.refresh(asked, with_for_update=True)  # another window may have taken it back meanwhile
    if not asked.on_paper or free < 1:
        return False
    asked.on_paper, asked.status, asked.finished_on = False, "started", None
    record("paper.unmarked", "participation", asked.id)
    return True


def may_key(person: Person, sheet: PaperSheet) -> bool:
    """Nobody of the school's own staff keys its sheets in."""
    return sheet.school_id not in person.school_ids()


def differences(first: dict[str, Any], checked: Checked) -> list[str]:
    """Items keyed differently the second time."""
    before = {**first["values"], **dict.fromkeys(first["not_applicable"], "~na")}
    now = {**checked.values, **dict.fromkeys(checked.not_applicable, "~na")}
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def store_sheet(
    sheet: PaperSheet, wave: Wave, checked: Checked, actor: int, now: dt.datetime, on: dt.date
) -> Submission:
    """Keep a keyed sheet as a submission «с бумаги»; the caller commits. A repeat gives the row kept first."""
    row, new = add_submission(
        wave_id=wave.id,
        school_id=sheet.school_id,
        respondent_key=f"paper:{wave.id}:{sheet.number}",
        instrument=instrument_of(wave.instrument_version),
        checked=checked,
        client_key=f"paper:{wave.id}:{sheet.number}:{sheet.seal}",
        source="paper",
        received_utc=now,
    )
    sheet.entered_by, sheet.entered_on, sheet.first = actor, on, None
    if new:
        record("paper.keyed", "paper_sheet", sheet.id)
    return row
