"""Things of the roadmap that belong to one school, for the tests of the room and the walk over all routes."""

from app.extensions import db
from app.models import Evidence, ItemState, RoadmapItem
from app.storage import store_file

PDF = b"%PDF-1.4 order"


def state_of(number: str, scope: str) -> ItemState:
    """The state of one addressee."""
    return db.session.scalars(
        db.select(ItemState).join(RoadmapItem).where(RoadmapItem.number == number, ItemState.scope == scope)
    ).one()


def add_things(code: str) -> None:
    """Evidence of the school's mark at 3.8; the caller commits."""
    state = state_of("3.8", code)
    state.state, state.version = "done", 1
    db.session.add(
        Evidence(
            subject_type="item_state",
            subject_id=state.id,
            school_id=state.school_id,
            filename=f"order {code}.pdf",
            mime="application/pdf",
            **store_file(PDF, "order.pdf")._asdict(),
        )
    )
    db.session.flush()


def evidence_of(code: str) -> int:
    """Id of the evidence at 3.8."""
    wanted = db.select(Evidence.id).where(Evidence.subject_id == state_of("3.8", code).id)
    return db.session.scalars(wanted.order_by(Evidence.id)).first()  # type: ignore[return-value]
