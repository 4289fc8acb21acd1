"""What people of the demonstration have done: decisions on findings, progress of the roadmap, letterhead settings."""

import datetime as dt

from app.extensions import db
from app.findings.queries import computed_texts, decide, put_measure
from app.models import Finding, ItemState, Person, RoadmapItem, RoadmapPlan, Snapshot
from app.plan.marks import change_state

ACCEPTED = 6  # municipality findings that the methodologist has accepted; the rest wait
REJECTED = ("Q-NEEDFORM", "Наставничество уже вынесено в отдельный приказ, повторять его мерой не нужно.")
ON_PAPER = "подлинник хранится на бумаге"
NOON = dt.time(9, 0, tzinfo=dt.UTC)

# number: (state, evidence, last day on which it was marked); None marks the schools listed instead.
DONE = {
    "1.1": ("Протокол совещания № 3", dt.date(2020, 5, 29)),
    "2.2": ("Аналитическая записка о кадрах", dt.date(2020, 5, 29)),
    "3.1": ("Приказ о рабочей группе № 210", dt.date(2020, 5, 25)),
    "3.2": ("Приказ о координаторе № 211", dt.date(2020, 5, 25)),
    "3.3": ("Раздел «Банк документов» на сайте", dt.date(2020, 6, 19)),
    "3.5": ("Изменения в программу, приказ № 240", dt.date(2020, 6, 19)),
    "3.18": ("Журнал консультаций", dt.date(2020, 9, 28)),
}
IN_WORK = {
    "3.10": "Консультации по вторникам",
    "3.13": "План РМО на полугодие",
    "3.16": "Список участников семинара",
}
BY_SCHOOL = {  # number: schools that have done it, evidence, day
    "2.1": (("demo1", "demo3", "demo5"), "Карта принята", dt.date(2020, 6, 26)),
    "3.6": (("demo1", "demo2", "demo3"), "Заявка на курсы отправлена", dt.date(2020, 8, 31)),
    "3.8": (("demo1", "demo2", "demo3", "demo5"), "Программа учительского роста утверждена", dt.date(2020, 6, 19)),
    "3.9": (("demo1", "demo2", "demo3", "demo5"), "Диагностика проведена", dt.date(2020, 6, 19)),
    "3.14": (("demo1", "demo2"), "Свидетельство участника вебинара", dt.date(2020, 12, 8)),
    "O5.1": (("demo1", "demo2", "demo3"), "Школьная дорожная карта утверждена", dt.date(2020, 6, 15)),
    "O5.2": (("demo1", "demo2", "demo3", "demo4", "demo5"), "Приказ о координаторе", dt.date(2020, 5, 28)),
    "O5.3": (("demo1", "demo2", "demo3", "demo5"), "Сведения представлены", dt.date(2020, 5, 31)),
}


def decide_findings(snapshot: Snapshot, methodist: Person, on: dt.date) -> None:
    """Accept the most pressing findings of the municipality, reject one with a reason."""
    findings = db.session.scalars(
        db.select(Finding)
        .where(Finding.snapshot_id == snapshot.id, Finding.scope == "municipality")
        .order_by(Finding.priority.desc())
    ).all()
    rejected = [finding for finding in findings if finding.rule == REJECTED[0]]
    for finding in [finding for finding in findings if finding not in rejected][:ACCEPTED]:
        decide(finding, finding.version, "accepted", methodist.id)
        put_measure(finding, on, computed_texts(finding))
    for finding in rejected:
        decide(finding, finding.version, "rejected", methodist.id, REJECTED[1])


def move_roadmap(plan: RoadmapPlan, municipal: Person) -> None:
    """Mark the items as a district would have by the end of 2020: some done, some by three of five schools."""
    numbers = {item.number: item.id for item in db.session.scalars(db.select(RoadmapItem).filter_by(plan_id=plan.id))}
    states: dict[tuple[int, str], ItemState] = {
        (state.item_id, state.scope): state
        for state in db.session.scalars(db.select(ItemState).where(ItemState.item_id.in_(numbers.values())))
    }
    for number, (evidence, day) in DONE.items():
        _mark(states[numbers[number], "municipality"], "done", evidence, day, municipal)
    for number, note in IN_WORK.items():
        for (item_id, _scope), state in states.items():
            if item_id == numbers[number]:
                _mark(state, "in_work", "", dt.date(2020, 9, 14), municipal, note)
    for number, (codes, evidence, day) in BY_SCHOOL.items():
        for code in codes:
            _mark(states[numbers[number], code], "done", f"{evidence} (демо)", day, municipal)


def _mark(state: ItemState, new: str, evidence: str, day: dt.date, actor: Person, note: str = "") -> None:
    proved = {"without_document": True, "note": note or ON_PAPER} if new == "done" else {"note": note}
    review = "confirmed" if new == "done" and state.school_id else ""
    at = dt.datetime.combine(day, NOON)
    change_state(state, new, evidence=evidence, review=review, actor=actor.id, at=at, **proved)
