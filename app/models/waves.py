"""A wave: who is asked (population), who has answered (participation), what was answered (submissions), and snapshots.

Who answered and what was answered are two tables with no foreign key between them; ``Respondent.key`` is the only link.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, Date, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.frame.interface import N_
from app.models.columns import Code, Created, Key, Sha256, Time, Title, UtcTime, refers
from app.models.definitions import ConsentText, InstrumentVersion, RuleVersion
from app.models.people import Person, School

if TYPE_CHECKING:
    from app.models.findings import Finding

STAGES = {"baseline": N_("входная"), "midline": N_("промежуточная"), "endline": N_("выходная")}
POOLED = "pooled"  # code of the reporting unit of schools that are shown together
DONE = ("sent", "refused")  # shown to others as one word, «готово»


class Wave(db.Model):
    """One stage of a diagnosis with one instrument version."""

    __table_args__ = (CheckConstraint("k >= 5", name="k_floor"),)
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Title]
    stage: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20), default="confidential")  # frozen at the first answer
    status: Mapped[str] = mapped_column(String(20), default="draft")  # draft, open, closed
    instrument_version_id: Mapped[int] = refers("instrument_version.id")
    rule_version_id: Mapped[int] = refers("rule_version.id")
    consent_text_id: Mapped[int] = refers("consent_text.id")
    municipality_id: Mapped[int] = refers("municipality.id")
    roadmap_item_number: Mapped[str] = mapped_column(String(20), default="")
    k: Mapped[int] = mapped_column(default=5)
    opens_utc: Mapped[Time]
    closes_utc: Mapped[Time]
    grace_minutes: Mapped[int] = mapped_column(default=10)
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list)  # days before closing on which letters go out
    closed_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    created_utc: Mapped[Created]
    instrument_version: Mapped[InstrumentVersion] = relationship()
    rule_version: Mapped[RuleVersion] = relationship()
    consent_text: Mapped[ConsentText] = relationship()
    schools: Mapped[list["WaveSchool"]] = relationship(cascade="all, delete-orphan", order_by="WaveSchool.position")


class WaveSchool(db.Model):
    """A school asked in a wave; ``unit`` names the reporting unit that small schools share."""

    __table_args__ = (UniqueConstraint("wave_id", "school_id"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    position: Mapped[int] = mapped_column(default=0)
    unit: Mapped[str | None] = mapped_column(String(64))
    extended_until_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    school: Mapped[School] = relationship(lazy="joined")


class Participation(db.Model):
    """Who is asked, in the school of record, and how far they are. Days only: minutes would give people away."""

    __table_args__ = (UniqueConstraint("wave_id", "person_id"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    person_id: Mapped[int] = refers("person.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    status: Mapped[str] = mapped_column(String(20), default="invited")  # invited, started, sent, refused
    started_on: Mapped[dt.date | None] = mapped_column(Date)
    finished_on: Mapped[dt.date | None] = mapped_column(Date)
    done_from_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)  # not «готово» for others before; on a quarter
    on_paper: Mapped[bool] = mapped_column(default=False)  # handed a paper sheet in; which one, nobody knows
    person: Mapped[Person] = relationship()


class Consent(db.Model):
    """A decision about one version of the consent text, by respondent key; withdrawing adds a time, removes nothing."""

    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    respondent_key: Mapped[str] = mapped_column(String(64), index=True)
    consent_text_id: Mapped[int] = refers("consent_text.id", index=False)
    kind: Mapped[str] = mapped_column(String(20), default="processing")  # processing, show_coordinator
    agreed: Mapped[bool]
    given_utc: Mapped[Created]
    withdrawn_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class Draft(db.Model):
    """Answers so far, kept on the server at every step."""

    __table_args__ = (UniqueConstraint("wave_id", "respondent_key"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    respondent_key: Mapped[str] = mapped_column(String(64))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    not_applicable: Mapped[list[str]] = mapped_column(JSON, default=list)
    visited: Mapped[list[str]] = mapped_column(JSON, default=list)  # steps seen, by group name; «?item»: asked in full
    # item -> [when it was answered, ms since 1970 by the server's clock; device; number on that device]
    marks: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    submission_key: Mapped[str] = mapped_column(String(64))  # made with the draft; the UNIQUE key of its submission
    active_seconds: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    updated_utc: Mapped[Created]


class Submission(db.Model):
    """What was answered, exactly once. ``client_key`` repeats give the same receipt."""

    __table_args__ = (UniqueConstraint("wave_id", "respondent_key"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id")
    school_id: Mapped[int] = refers("school.id")
    respondent_key: Mapped[str] = mapped_column(String(64), index=True)
    client_key: Mapped[str] = mapped_column(String(64), unique=True)
    content_sha256: Mapped[Sha256]
    receipt: Mapped[str] = mapped_column(String(32), unique=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    not_applicable: Mapped[list[str]] = mapped_column(JSON, default=list)
    not_asked: Mapped[list[str]] = mapped_column(JSON, default=list)
    codes: Mapped[bytes] = mapped_column(LargeBinary)  # one byte per closed item, for fast analysis
    source: Mapped[str] = mapped_column(String(20), default="web")  # web, paper, import
    active_seconds: Mapped[int | None]
    received_utc: Mapped[Time]
    withdrawn_utc: Mapped[dt.datetime | None] = mapped_column(UtcTime)  # no later snapshot counts it


class PaperSheet(db.Model):
    """A numbered questionnaire on paper, without a name. The seal beside the number tells it from an invented one.

    Keyed in by the department; where ``double`` is set, twice, and ``first`` keeps the first keying until they agree.
    """

    __table_args__ = (UniqueConstraint("wave_id", "number"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id", ondelete="CASCADE")
    school_id: Mapped[int] = refers("school.id")
    number: Mapped[int]
    seal: Mapped[str] = mapped_column(String(8))
    double: Mapped[bool] = mapped_column(default=False)
    first: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    first_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    entered_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    entered_on: Mapped[dt.date | None] = mapped_column(Date)
    printed_by: Mapped[int | None] = refers("person.id", nullable=True, index=False)
    printed_utc: Mapped[Created]
    school: Mapped[School] = relationship()


class Snapshot(db.Model):
    """A closed wave's dataset and released results, kept whole. Holds no person ids; rows are shuffled."""

    __table_args__ = (UniqueConstraint("wave_id", "number"),)
    id: Mapped[Key]
    wave_id: Mapped[int] = refers("wave.id")
    number: Mapped[int]
    taken_utc: Mapped[Time]
    n: Mapped[int]
    population: Mapped[dict[str, int]] = mapped_column(JSON)  # school code -> people asked
    dataset: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    released: Mapped[str] = mapped_column(Text, deferred=True)  # Released as JSON
    sha256: Mapped[Sha256]  # of dataset and released together
    approved_on: Mapped[dt.date | None] = mapped_column(Date)  # the справка: afterwards no decision changes
    approved_number: Mapped[str] = mapped_column(String(60), default="")
    wave: Mapped[Wave] = relationship()
    findings: Mapped[list["Finding"]] = relationship()
