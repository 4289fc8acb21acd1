"""Reading what one person is asked. The person is an argument of every query; nothing here reads another's answers."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import load_only

from app.answers.consents import PROCESSING
from app.extensions import db
from app.models import (
    Consent,
    ConsentText,
    Draft,
    Event,
    IndividualRoute,
    InstrumentVersion,
    Participation,
    Person,
    Respondent,
    RuleVersion,
    Slip,
    Submission,
    Wave,
    WaveSchool,
)
from app.models.waves import DONE

UNFLUSHED = {"autoflush": False}  # changes made before the look are written only after it


@dataclass(frozen=True)
class Asked:
    """One wave as one person meets it."""

    wave: Wave
    participation: Participation
    instrument_sha256: str
    instrument_title: str
    closes_utc: dt.datetime  # for this person's school
    respondent_key: str | None

    @property
    def last_utc(self) -> dt.datetime:
        """Until when a started questionnaire may be sent: closing with the grace."""
        return self.closes_utc + dt.timedelta(minutes=self.wave.grace_minutes)

    def state(self, now: dt.datetime) -> str:
        """«soon», «open», «grace» (only for those who started) or «closed»."""
        if self.wave.status != "open" or now > self.last_utc:
            return "closed"
        if now < self.wave.opens_utc:
            return "soon"
        return "open" if now <= self.closes_utc else "grace"

    def accepts(self, now: dt.datetime) -> bool:
        """Whether answers of this person are taken now."""
        return self.state(now) in ("open", "grace")


def _asked(person_id: int) -> "db.Select":  # type: ignore[name-defined]
    return (
        db.select(
            Wave,
            Participation,
            InstrumentVersion.sha256,
            InstrumentVersion.title,
            WaveSchool.extended_until_utc,
            Respondent.key,
        )
        .join(Participation, Participation.wave_id == Wave.id)
        .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
        .outerjoin(WaveSchool, (WaveSchool.wave_id == Wave.id) & (WaveSchool.school_id == Participation.school_id))
        .outerjoin(Respondent, Respondent.person_id == Participation.person_id)
        .where(Participation.person_id == person_id, Wave.status != "draft")
    )


def _read(row: tuple) -> Asked:  # type: ignore[type-arg]
    wave, participation, sha256, title, extended, key = row
    closes = max(wave.closes_utc, extended) if extended else wave.closes_utc
    return Asked(wave, participation, sha256, title, closes, key)


def list_asked(person_id: int) -> list[Asked]:
    """Waves in whose population the person is, the latest to close first."""
    rows = db.session.execute(_asked(person_id).order_by(Wave.closes_utc.desc(), Wave.id.desc())).all()
    return [_read(tuple(row)) for row in rows]


def find_asked(person_id: int, code: str, *, lock: bool = False) -> Asked | None:
    """The wave ``code`` where it asks this person; ``lock`` holds the participation, read anew, until the commit."""
    query = _asked(person_id).where(Wave.code == code)
    if lock:
        query = query.with_for_update(of=Participation).execution_options(populate_existing=True)
    row = db.session.execute(query).first()
    return _read(tuple(row)) if row else None


def decided_before(asked: Asked, moment: dt.datetime | None) -> bool:
    """Whether the person was done, by sending or refusing, before ``moment`` (a seal; None is never).

    Then who holds the new slip learns no more than others do: that the person is done. A paper sheet is no secret.
    """
    if moment is None or asked.participation.status not in DONE or asked.participation.on_paper:
        return False
    sent = db.select(Submission.id).where(
        Submission.wave_id == asked.wave.id,
        Submission.respondent_key == asked.respondent_key,
        Submission.received_utc >= moment,
    )
    decided = db.select(Consent.id).where(
        Consent.wave_id == asked.wave.id,
        Consent.respondent_key == asked.respondent_key,
        Consent.kind == PROCESSING,
        Consent.given_utc >= moment,
    )
    return not db.session.scalar(db.select(db.or_(sent.exists(), decided.exists())))


def load_draft(wave_id: int, respondent_key: str | None, *, lock: bool = False) -> Draft | None:
    """The respondent's draft; ``lock`` holds it until the commit, so that two devices save one after the other."""
    if respondent_key is None:
        return None
    query = db.select(Draft).where(Draft.wave_id == wave_id, Draft.respondent_key == respondent_key)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def hold_draft(draft: Draft) -> bool:
    """Hold the draft until the commit where it is still as it was read; False where it was saved, sent or dropped."""
    wanted = db.select(Draft.id).where(
        Draft.wave_id == draft.wave_id,
        Draft.respondent_key == draft.respondent_key,
        Draft.submission_key == draft.submission_key,  # a draft begun anew may have the old one's id
        Draft.version == draft.version,
    )
    return db.session.scalar(wanted.with_for_update(), execution_options=UNFLUSHED) is not None


def hold_asking(asked: Asked, identity: str) -> bool:
    """Hold wave and person until the commit where the wave is open and the sign-in ``identity`` stands.

    The snapshot of a wave then misses no answer that was taken, and a second slip closes what was saved before it.
    """
    wanted = (
        db.select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .join(Wave, Wave.id == Participation.wave_id)
        .where(Participation.id == asked.participation.id, Wave.status == "open", Person.active)
        .with_only_columns(Person.id, Person.session_epoch)
        .with_for_update(read=True, of=(Wave, Person))
    )
    found = db.session.execute(wanted, execution_options=UNFLUSHED).first()
    return found is not None and "{}.{}".format(*found) == identity


def load_submission(wave_id: int, respondent_key: str | None) -> Submission | None:
    """What the respondent has sent in this wave."""
    if respondent_key is None:
        return None
    return db.session.scalar(
        db.select(Submission).where(Submission.wave_id == wave_id, Submission.respondent_key == respondent_key)
    )


def load_receipt(wave_id: int, respondent_key: str | None) -> Submission | None:
    """The receipt of the respondent's submission, without the answers."""
    if respondent_key is None:
        return None
    return db.session.scalar(
        db.select(Submission)
        .where(Submission.wave_id == wave_id, Submission.respondent_key == respondent_key)
        .options(load_only(Submission.receipt, Submission.received_utc))
    )


def load_consent_text(asked: Asked) -> ConsentText:
    return db.session.get_one(ConsentText, asked.wave.consent_text_id)


def load_rule_version(asked: Asked) -> RuleVersion:
    return db.session.get_one(RuleVersion, asked.wave.rule_version_id)


def list_looks(
    person_id: int, actions: Collection[str], since: dt.datetime | None = None
) -> list[tuple[Event, str, list[str]]]:
    """(event, who, that person's roles) of what others did about this person's answers, newest first.

    ``since``: a seal; looks before it tell what was consented to, and are closed with the answers.
    """
    slips = [str(number) for number in db.session.scalars(db.select(Slip.id).where(Slip.person_id == person_id))]
    about = (Event.subject_type == "person") & (Event.subject_id == str(person_id))
    if slips:
        about |= (Event.subject_type == "slip") & Event.subject_id.in_(slips)
    rows = db.session.execute(
        db.select(Event, Person)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(about, Event.action.in_(actions))
        .where(db.true() if since is None else (Event.at_utc >= since) | (Event.action != "profile.seen"))
        .order_by(Event.id.desc())
        .limit(200)
    )
    return [(event, who.short_name if who else "", sorted(who.roles) if who else []) for event, who in rows]


def find_route(person_id: int, wave_id: int) -> IndividualRoute | None:
    """The person's individual route after this wave."""
    return db.session.scalar(
        db.select(IndividualRoute).where(IndividualRoute.person_id == person_id, IndividualRoute.wave_id == wave_id)
    )
