"""Things of School 1 and of School 2 for the walk over all routes, and the table of their parameters."""

import hashlib
from typing import Any

from flask import Flask

from app.extensions import db
from app.models import (
    Assignment,
    CardFile,
    CardVersion,
    Document,
    Finding,
    IndividualRoute,
    InstrumentVersion,
    Job,
    Participation,
    Person,
    RuleVersion,
    School,
    Slip,
    StaffMember,
    Vacancy,
    Wave,
)
from app.models.columns import utc_now
from app.storage import store_file
from tests.app import roadmap_world, wave_world
from tests.app.cards_world import card_of, open_cycle

OPEN, DRAFT = "open-test", "draft-test"
ROLES = {  # who knocks for each role of the access table
    "teacher": "anna",
    "head": "boris",
    "coordinator": "darya",
    "methodist": "galina",
    "municipal": "maria",
    "admin": "adam",
}


def build(app: Flask) -> None:
    """A closed wave with findings, an open wave, cards, staff, slips, a document of the methodologist; committed."""
    wave_world.build_open_wave()
    wave_world.close(app)
    wave_world.add_wave(OPEN)
    wave_world.add_wave(DRAFT).status = "draft"
    open_cycle()
    db.session.add(Person(login="zoya", family="Зоина", given="Зоя", number="zoya"))
    db.session.flush()
    for code in ("school1", "school2"):
        _add_things(code)
    keeper = _id(Person, login="maria")
    db.session.add(Job(kind="people_list", title="Список", params={}, status="failed", created_by=keeper))
    stored = store_file(b"report", "report.docx")
    db.session.add(
        Document(
            owner_id=_id(Person, login="galina"),
            title="Справка",
            filename="report.docx",
            format="docx",
            size=stored.size,
            sha256=stored.sha256,
            path=stored.path,
            report={},
        )
    )
    db.session.commit()
    db.session.remove()


def _add_things(code: str) -> None:
    school_id = _id(School, code=code)
    card = card_of(code)
    roadmap_world.add_things(code)
    stored = store_file(b"%PDF-1.4 order", "order.pdf")
    of_file = {"filename": "order.pdf", "mime": "application/pdf", "size": stored.size, "sha256": stored.sha256}
    db.session.add_all(
        [
            Slip(person_id=teacher_of(code), code_hash=hashlib.sha256(code.encode()).hexdigest()),
            StaffMember(school_id=school_id, number="1", name=f"Штатная {code}"),
            Vacancy(school_id=school_id, subject="2", rate=1),
            IndividualRoute(
                person_id=teacher_of(code),
                wave_id=_id(Wave, code=wave_world.CODE),
                school_id=school_id,
                deficits=[],
                teacher_agreed_utc=utc_now(),
                coordinator_agreed_utc=utc_now(),
            ),
            CardFile(card_id=card.id, name="d_order", path=stored.path, **of_file),
            CardVersion(
                card_id=card.id,
                number=1,
                step="sent",
                body='{"fields": {}, "notes": {}}',
                sha256="0" * 64,
                at_utc=utc_now(),
            ),
        ]
    )
    db.session.flush()


def _id(table: Any, **values: Any) -> int:
    return db.session.scalars(db.select(table.id).filter_by(**values).order_by(table.id)).first()


def teacher_of(code: str) -> int:
    """A person who only teaches there."""
    wanted = db.select(Assignment.person_id).where(Assignment.scope == code, Assignment.role == "teacher")
    return db.session.scalars(wanted.order_by(Assignment.person_id)).first()


def parameters(code: str) -> dict[str, Any]:
    """«room.parameter» or «endpoint.parameter» -> a value that belongs to the school ``code``."""
    school_id, card, teacher = _id(School, code=code), card_of(code), teacher_of(code)
    return {
        "static.filename": "opora.css",
        "auth.code": "K7PM2X9B4A",
        "people.person_id": teacher,
        "people.assignment_id": _id(Assignment, person_id=teacher),
        "people.slip_id": _id(Slip, person_id=teacher),
        "people.slips.print_sheet.code": code,
        "people.job_id": _id(Job, kind="people_list"),
        "people.name": "1-000000000000000000000000",
        "roadmap.number": "3.8",
        "roadmap.scope": code,
        **roadmap_world.parameters(code),
        "questionnaires.code": OPEN,
        "questionnaires.number": 1,
        "questionnaires.own.export.kind": "json",
        "individual.code": OPEN,
        "individual.participation_id": _id(Participation, person_id=teacher),
        "individual.route_id": _id(IndividualRoute, school_id=school_id),
        "waves.code": OPEN,
        "waves.exporting.board.kind": "csv",
        "waves.paper.mark.participation_id": _id(Participation, school_id=school_id, wave_id=_id(Wave, code=OPEN)),
        "waves.paper.enter.number": 1,
        "waves.edit.code": DRAFT,
        "waves.open_draft.code": DRAFT,
        "waves.throw_away.code": DRAFT,
        "waves.analysis.code": wave_world.CODE,
        "findings.code": wave_world.CODE,
        "findings.finding_id": _id(Finding, scope="municipality"),
        "exports.code": wave_world.CODE,
        "reports.code": wave_world.CODE,
        "reports.scope": f"school:{code}",
        "reports.document_id": _id(Document),
        "reports.section": "conclusions",
        "reports.job_id": _id(Job),
        "cards.card_id": card.id,
        "cards.cycle_id": card.cycle_id,
        "cards.file_id": _id(CardFile, card_id=card.id),
        "cards.section": "school",
        "cards.number": 1,
        "cards.kind": "docx",
        "instruments.version_id": _id(InstrumentVersion),
        "instruments.rules.version_id": _id(RuleVersion),
        "instruments.number": 1,
        "instruments.exports.form.kind": "xlsx",
        "instruments.exports.blank.kind": "docx",
        "instruments.rules.export.kind": "toml",
        "staff.school_id": school_id,
        "staff.member_id": _id(StaffMember, school_id=school_id),
        "staff.vacancy_id": _id(Vacancy, school_id=school_id),
    }
