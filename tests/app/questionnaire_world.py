"""A wave with people in it, on top of the small world."""

import datetime as dt
from collections.abc import Iterable

from app.content.store import store_instrument, store_rules
from app.extensions import db
from app.models import ConsentText, Municipality, Participation, Person, School, Wave, WaveSchool
from app.models.columns import utc_now
from surveys.definition.instrument import Instrument, load_instrument
from surveys.findings.rules import load_rules

DAY = dt.timedelta(days=1)


def open_wave(
    *people: str,
    code: str = "wave1",
    instrument: Instrument | None = None,
    opens: dt.timedelta = -DAY,
    closes: dt.timedelta = DAY,
    grace_minutes: int = 10,
    status: str = "open",
) -> Wave:
    """A wave that asks ``people`` (by login, each in the own school); times are counted from now."""
    now = utc_now()
    instrument = instrument or load_instrument("teacher_deficits")
    wave = Wave(
        code=code,
        title="Входная диагностика",
        stage="baseline",
        status=status,
        instrument_version_id=store_instrument(instrument).id,
        rule_version_id=store_rules(load_rules()).id,
        consent_text_id=_consent_text().id,
        municipality_id=db.session.scalars(db.select(Municipality.id)).first(),
        opens_utc=now + opens,
        closes_utc=now + closes,
        grace_minutes=grace_minutes,
    )
    db.session.add(wave)
    db.session.flush()
    for position, school in enumerate(db.session.scalars(db.select(School).order_by(School.position))):
        wave.schools.append(WaveSchool(school_id=school.id, position=position))
    _invite(wave, people)
    db.session.commit()
    return wave


def filling_time_passed() -> None:
    """Half an hour later: others see who is done."""
    db.session.execute(db.update(Participation).values(done_from_utc=utc_now()))
    db.session.commit()


def _invite(wave: Wave, people: Iterable[str]) -> None:
    for login in people:
        person = db.session.scalars(db.select(Person).where(Person.login == login)).one()
        db.session.add(
            Participation(wave_id=wave.id, person_id=person.id, school_id=min(person.school_ids()), status="invited")
        )


def _consent_text() -> ConsentText:
    kept = db.session.scalar(db.select(ConsentText))
    if kept is None:
        kept = ConsentText(
            code="teacher",
            version="1",
            title="Согласие на обработку ответов",
            body="Я соглашаюсь с обработкой моих ответов.\n\nОтозвать согласие можно в любой момент.",
            operator="Управление образования Озёрного района",
            purpose="Выявление профессиональных затруднений",
            term="До 31 декабря 2022 г.",
            sha256="0" * 64,
        )
        db.session.add(kept)
        db.session.flush()
    return kept
