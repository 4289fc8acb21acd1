"""Taking answers gathered elsewhere into a wave: one row a respondent, every error by row and column, all or nothing.

A row with a staff number («табельный») is that person's answer. Any other row is a respondent without a name: a closed
account nobody can sign in to, so that the wave counts it among those asked. The same file twice changes nothing.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.answers.submissions import SubmissionConflictError, add_submission, drop_draft, mark_sent
from app.content.store import instrument_of
from app.events import record
from app.extensions import db
from app.importing.tables import heading_key
from app.models import Municipality, Participation, Person, Respondent, School, Wave
from app.models.columns import utc_now
from surveys.answers.checking import MULTIPLE, NO_ANSWER, Checked, check_answers
from surveys.answers.columns import match_columns
from surveys.answers.reading import RESPONDENT, Table, check_ids, read_table
from surveys.definition.instrument import Instrument
from surveys.errors import AnswersError, Problem

NA = "NA"
SCHOOL_NAMES = {heading_key(name) for name in ("school", "школа", "код школы")}
NUMBER_NAMES = {heading_key(name) for name in ("number", "табельный", "табельный номер")}
NAMELESS = "Ответ без имени"


@dataclass(frozen=True)
class AnswerLine:
    """One checked row."""

    line: int
    school: School
    number: str  # staff number, or empty
    ident: str  # what makes a repeat of the same file the same respondent
    checked: Checked


def find_wave(name: str) -> Wave | None:
    """The wave of a code or a number."""
    found = db.session.scalar(db.select(Wave).where(Wave.code == name))
    return found or (db.session.get(Wave, int(name)) if name.isdigit() else None)


def read_answer_lines(path: Path, wave: Wave) -> list[AnswerLine]:
    """Read and check the whole file.

    Raises:
        AnswersError: every problem found.
    """
    instrument = instrument_of(wave.instrument_version)
    table = read_table(path)
    items = [item for item in instrument.items if item.type not in NO_ANSWER]
    headings, problems = match_columns(table, items)
    problems += check_ids(table, RESPONDENT, required=False)
    school_heading = _heading(table, SCHOOL_NAMES)
    if school_heading is None:
        problems.append(Problem("строка 1", "нет столбца school (код школы)"))
    if problems:
        raise AnswersError(problems, table.source)
    number_heading = _heading(table, NUMBER_NAMES)
    schools = {part.school.code.lower(): part.school for part in wave.schools}
    lines: list[AnswerLine] = []
    for row in range(len(table)):
        school = schools.get(_cell(table, row, school_heading).lower())
        if school is None:
            text = f"школы «{_cell(table, row, school_heading)}» нет в этом этапе; есть: {', '.join(schools)}"
            problems.append(Problem(table.place(row, str(school_heading)), text))
        checked = _check(instrument, table, row, headings)
        problems += [Problem(table.place(row, name), text) for name, text in checked.problems.items()]
        number = _cell(table, row, number_heading)
        ident = _cell(table, row, RESPONDENT if RESPONDENT in table.columns else None) or f"row{table.lines[row]}"
        if school is not None:
            lines.append(AnswerLine(table.lines[row], school, number, ident, checked))
    problems += _unknown_numbers(table, lines, wave)
    if problems:
        raise AnswersError(problems, table.source)
    return lines


def _heading(table: Table, names: set[str]) -> str | None:
    return next((heading for heading in table.columns if heading_key(str(heading)) in names), None)


def _cell(table: Table, row: int, heading: str | None) -> str:
    return "" if heading is None else str(table.columns[heading].iloc[row]).strip()


def _check(instrument: Instrument, table: Table, row: int, headings: dict[str, str]) -> Checked:
    values: dict[str, Any] = {}
    not_applicable = []
    for item in instrument.items:
        text = _cell(table, row, headings.get(item.name))
        if text == NA:
            not_applicable.append(item.name)
        elif text:
            values[item.name] = text.split() if item.type in MULTIPLE else text
    return check_answers(instrument, values, not_applicable, final=False)


def _unknown_numbers(table: Table, lines: list[AnswerLine], wave: Wave) -> Iterator[Problem]:
    asked = set(
        db.session.scalars(
            db.select(Person.number)
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.wave_id == wave.id)
        )
    )
    for line in lines:
        if line.number and line.number not in asked:
            yield Problem(f"строка {line.line}", f"человека с табельным {line.number} нет среди приглашённых")


def store_answer_lines(wave: Wave, lines: list[AnswerLine], source: str) -> int:
    """Keep the answers; the caller commits. Returns how many are new.

    Raises:
        AnswersError: a respondent has answered already, and otherwise.
    """
    instrument, now = instrument_of(wave.instrument_version), utc_now()
    zone = ZoneInfo(db.session.get_one(Municipality, wave.municipality_id).timezone)
    added, problems = 0, []
    for line in lines:
        participation = _participation(wave, line, now.astimezone(zone).date())
        key = db.session.scalars(db.select(Respondent.key).where(Respondent.person_id == participation.person_id)).one()
        drop_draft(wave.id, key)  # first, as everywhere: who is sending it is over before, or waits
        try:
            _row, fresh = add_submission(
                wave_id=wave.id,
                school_id=participation.school_id,
                respondent_key=key,
                instrument=instrument,
                checked=line.checked,
                client_key=f"import:{wave.id}:{key}",
                source="import",
                received_utc=now,
            )
        except SubmissionConflictError:
            problems.append(Problem(f"строка {line.line}", "этот человек уже ответил иначе: первые ответы остаются"))
            continue
        if fresh:
            added += 1
            mark_sent(participation, now.astimezone(zone).date())
    if problems:
        raise AnswersError(problems, source)
    record("answers.imported", "wave", wave.id, new={"rows": len(lines), "added": added})
    return added


def _participation(wave: Wave, line: AnswerLine, today: dt.date) -> Participation:
    """The place of the respondent in the wave; made for a respondent without a name."""
    number = line.number or f"{wave.code}:{line.school.code}:{line.ident}"[:64]
    person = db.session.scalar(db.select(Person).where(Person.number == number))
    if person is None:
        person = Person(number=number, family=NAMELESS, active=False)
        db.session.add(person)
        db.session.flush()
    if db.session.scalar(db.select(Respondent.key).where(Respondent.person_id == person.id)) is None:
        db.session.add(Respondent(person_id=person.id))
    found = db.session.scalar(
        db.select(Participation).where(Participation.wave_id == wave.id, Participation.person_id == person.id)
    )
    if found is None:
        found = Participation(wave_id=wave.id, person_id=person.id, school_id=line.school.id, started_on=today)
        db.session.add(found)
    db.session.flush()
    return found
