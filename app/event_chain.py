"""Events as a chain: each carries the hash of the one before it, so that a row changed, lost or put in is found.

Order is that of ids. SQLite has one writer at a time; on PostgreSQL a lock is taken with the first event of a
transaction and held to its end, so that ids and hashes come in the same order. Triggers refuse UPDATE and DELETE on
both databases. Who may drop triggers may also write the chain anew: a copy of the last hash kept elsewhere tells that.
"""

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session, object_session

from app.extensions import db
from app.models import Event
from app.models.columns import utc_now

START = "0" * 64
TAIL = "hash of the last event"
LOCK = 20200521  # any number that nobody else locks
COLUMNS = ("at_utc", "actor_id", "action", "subject_type", "subject_id", "old", "new", "reason")
REFUSAL = "events are append-only"
CREATE = {
    "sqlite": tuple(
        f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        *(
            f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
            "FOR EACH ROW EXECUTE FUNCTION event_append_only()"
            for verb in ("UPDATE", "DELETE")
        ),
    ),
}
TRIGGERS = ("event_no_update", "event_no_delete")
FIND = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('event') AND NOT tgisinternal",
}


def content_hash(previous: str, values: dict[str, Any]) -> str:
    """Sha256 of the previous hash and of everything an event says, in canonical JSON."""
    told = {name: values[name] for name in COLUMNS}
    told["at_utc"] = values["at_utc"].astimezone(dt.UTC).isoformat(timespec="microseconds")
    plain = json.loads(json.dumps(told))  # keys of numbers become texts before they are sorted, as when read back
    body = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


@event.listens_for(Event, "before_insert")
def link(_mapper: Any, connection: Connection, row: Event) -> None:
    """Put an event behind the last one."""
    session = object_session(row)
    known = session.info if session is not None else {}
    if TAIL not in known:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        last = select(Event.hash).order_by(Event.id.desc()).limit(1)
        known[TAIL] = connection.scalar(last) or START
    row.at_utc = row.at_utc or utc_now()
    row.reason = row.reason or ""
    row.prev_hash = known[TAIL]
    row.hash = known[TAIL] = content_hash(row.prev_hash, {name: getattr(row, name) for name in COLUMNS})


def _forget(session: Session, *_details: Any) -> None:
    session.info.pop(TAIL, None)


for moment in ("after_commit", "after_rollback", "after_soft_rollback"):
    event.listen(db.session, moment, _forget)


class Chain(NamedTuple):
    """``broken`` is the id of the first event that does not follow from the one before; None where all do."""

    number: int
    last: str
    broken: int | None
    guarded: bool


def check_chain(connection: Connection) -> Chain:
    """Walk the whole chain, without holding it in memory."""
    last, number = START, 0
    columns = [getattr(Event, name) for name in ("id", "prev_hash", "hash", *COLUMNS)]
    guarded = set(TRIGGERS) <= set(found_triggers(connection))
    query = select(*columns).order_by(Event.id).execution_options(yield_per=1000)
    with connection.execute(query) as rows:
        for row in rows:
            values = row._asdict()
            if values["prev_hash"] != last or values["hash"] != content_hash(last, values):
                return Chain(number, last, values["id"], guarded)
            last, number = values["hash"], number + 1
    return Chain(number, last, None, guarded)


def found_triggers(connection: Connection) -> list[str]:
    """Names of the triggers of the table of events."""
    return list(connection.scalars(text(FIND[connection.dialect.name])))


@contextlib.contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """For putting a backup in place, and for nothing else of the product: triggers away, and back where they were."""
    there = found_triggers(connection)
    for name in there:
        on = " ON event" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
    yield
    if there:
        for statement in CREATE[connection.dialect.name]:
            connection.execute(text(statement))
