"""Things of the roadmap that belong to one school, for the tests of the room and the walk over all routes."""

import datetime as dt
import hashlib
from typing import Any

from app.extensions import db
from app.models import (
    CalendarToken,
    Evidence,
    ItemState,
    Measure,
    MonitoringAnswer,
    MonitoringRound,
    Notice,
    Person,
    PlanDraft,
    PlanMember,
    RoadmapItem,
    RoadmapPlan,
    ScheduleDate,
    School,
    SchoolPlan,
    SchoolPlanLine,
)
from app.plan.changes import add_schedule_date, receive
from app.storage import store_file

DAY = dt.date(2020, 9, 15)
TOKEN = "a-known-token-of-the-tests"
PDF = b"%PDF-1.4 order"


def state_of(number: str, scope: str) -> ItemState:
    """The state of one addressee."""
    return db.session.scalars(
        db.select(ItemState).join(RoadmapItem).where(RoadmapItem.number == number, ItemState.scope == scope)
    ).one()


def add_things(code: str) -> None:
    """Evidence of the school's mark at 3.8; the caller commits."""
    if code == "school1":
        _add_shared()
    state = state_of("3.8", code)
    state.state, state.version = "done", 1
    _keep_file("item_state", state.id, state.school_id, code)
    measure = Measure(
        scope=code, text="Мера", responsible="Завуч", deadline_text="", planned_result="", measure_of_success=""
    )
    db.session.add(measure)
    db.session.flush()
    _keep_file("measure", measure.id, state.school_id, code)
    plan_id = db.session.scalars(db.select(RoadmapPlan.id)).first()
    lines = [SchoolPlanLine(text="Своя строка", responsible="Завуч", deadline_text="май")]
    shared = db.session.scalars(db.select(MonitoringRound)).first() or MonitoringRound(
        plan_id=plan_id, number="4.1", title="Сбор", opens_on=DAY, closes_on=DAY, fields=[]
    )
    shared.answers.append(MonitoringAnswer(school_id=state.school_id))
    db.session.add(shared)
    db.session.add(SchoolPlan(plan_id=plan_id, school_id=state.school_id, lines=lines))
    member = PlanMember(plan_id=plan_id, key="school_coordinators", school_id=state.school_id, name=f"Назначен {code}")
    db.session.add(member)
    db.session.flush()
    _keep_file("plan_member", member.id, state.school_id, code)
    db.session.flush()


def _add_shared() -> None:
    """Things of the whole plan: a date of a schedule, a document that came."""
    item = state_of("3.19", "municipality").item_id
    add_schedule_date(db.session.get_one(RoadmapItem, item), DAY, DAY, "ВПР", None)
    studied = db.session.get_one(RoadmapItem, state_of("3.4", "school1").item_id)
    notice = receive(studied, "Методические рекомендации", DAY)
    _keep_file("notice", notice.id, None, "school1")
    maria = db.session.scalars(db.select(Person.id).where(Person.login == "maria")).one()
    head = {"year": 2021, "title": "План", "amends": "", "notes": [], "basis": "приказ № 1"}
    db.session.add(CalendarToken(person_id=maria, token_hash=hashlib.sha256(TOKEN.encode()).hexdigest()))
    db.session.add(PlanDraft(owner_id=maria, filename="plan.xlsx", head=head, rows=[]))


def _keep_file(kind: str, subject_id: int, school_id: int | None, code: str) -> None:
    db.session.add(
        Evidence(
            subject_type=kind,
            subject_id=subject_id,
            school_id=school_id,
            filename="order.pdf",
            mime="application/pdf",
            **store_file(PDF, "order.pdf")._asdict(),
        )
    )


def parameters(code: str) -> dict[str, Any]:
    """Parameters of the room's routes that belong to this school."""
    return {
        "roadmap.file_id": evidence_of(code),
        "roadmap.schedule.number": "3.19",
        "roadmap.unschedule.number": "3.19",
        "roadmap.date_id": db.session.scalars(db.select(ScheduleDate.id)).first(),
        "roadmap.document.number": "3.4",
        "roadmap.measure_id": db.session.scalars(db.select(Measure.id).where(Measure.scope == code)).first(),
        "roadmap.measure_file.file_id": db.session.scalars(
            db.select(Evidence.id)
            .join(Measure, Measure.id == Evidence.subject_id)
            .where(Evidence.subject_type == "measure", Measure.scope == code)
        ).first(),
        "roadmap.member_id": db.session.scalars(
            db.select(PlanMember.id).join(School).where(School.code == code)
        ).first(),
        "roadmap.member_file.file_id": db.session.scalars(
            db.select(Evidence.id).join(School).where(Evidence.subject_type == "plan_member", School.code == code)
        ).first(),
        "roadmap.token": TOKEN,
        "roadmap.code": code,
        "roadmap.round_id": db.session.scalars(db.select(MonitoringRound.id)).first(),
        "roadmap.line_id": db.session.scalars(
            db.select(SchoolPlanLine.id).join(SchoolPlan).join(School).where(School.code == code)
        ).first(),
        "roadmap.draft_id": db.session.scalars(db.select(PlanDraft.id)).first(),
        "roadmap.notice_id": db.session.scalars(db.select(Notice.id)).first(),
        "roadmap.notice_file.file_id": db.session.scalars(
            db.select(Evidence.id).where(Evidence.subject_type == "notice")
        ).first(),
    }


def evidence_of(code: str) -> int:
    """Id of the evidence at 3.8."""
    wanted = db.select(Evidence.id).where(
        Evidence.subject_id == state_of("3.8", code).id, Evidence.subject_type == "item_state"
    )
    return db.session.scalars(wanted.order_by(Evidence.id)).first()  # type: ignore[return-value]
