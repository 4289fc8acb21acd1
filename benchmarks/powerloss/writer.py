"""Keep submissions as the web does and acknowledge each on standard error: traced by ``benchmarks.powerloss``.

Usage: python -m benchmarks.powerloss.writer FOLDER NUMBER [JOURNAL SYNCHRONOUS]
The two last words put settings in place of the product's, to show that unsafe ones do lose.
"""

import os
import sys
from pathlib import Path

from app import create_app, database
from app.answers.submissions import add_submission
from app.config import TestConfig
from app.content.store import store_instrument, store_rules
from app.database import writing
from app.extensions import db
from app.models import ConsentText, Municipality, School, Wave
from app.models.columns import utc_now
from surveys.answers.checking import check_answers
from surveys.definition.instrument import Instrument
from surveys.findings.rules import load_rules

SMALL = Instrument.model_validate(
    {
        "code": "small",
        "title": "Small",
        "items": [{"name": "A", "type": "text", "label": "A"}],
    }
)


def place() -> tuple[int, int]:
    """An empty database with one wave and one school in it; their ids."""
    db.create_all()
    municipality = Municipality(name="M", department="D")
    db.session.add(municipality)
    db.session.flush()
    school = School(municipality_id=municipality.id, code="s", name="S", short_name="S")
    consent = ConsentText(
        code="c", version="1", title="C", body="C", operator="O", purpose="P", term="T", sha256="0" * 64
    )
    db.session.add_all([school, consent])
    db.session.flush()
    wave = Wave(
        code="w",
        title="W",
        stage="baseline",
        status="open",
        instrument_version_id=store_instrument(SMALL).id,
        rule_version_id=store_rules(load_rules()).id,
        consent_text_id=consent.id,
        municipality_id=municipality.id,
        opens_utc=utc_now(),
        closes_utc=utc_now(),
    )
    db.session.add(wave)
    db.session.commit()
    return wave.id, school.id


def main(folder: str, number: int) -> None:
    """Write ``number`` submissions; «ACK n» follows each commit at once."""
    app = create_app(TestConfig(f"sqlite:///{folder}/opora.db", Path(folder) / "instance"))
    with app.app_context(), writing():
        wave_id, school_id = place()
        for index in range(number):
            checked = check_answers(SMALL, {"A": "x" * 900}, final=True)
            add_submission(
                wave_id=wave_id,
                school_id=school_id,
                respondent_key=f"k{index}",
                instrument=SMALL,
                checked=checked,
                client_key=f"k{index}",
            )
            db.session.commit()
            os.write(2, b"ACK%d\n" % index)
    os._exit(0)  # no orderly close: a power cut gives none


if __name__ == "__main__":
    if len(sys.argv) > 3:
        settings = (sys.argv[3], sys.argv[4])
        database.sqlite_pragmas = lambda _version: settings
        database.SYNCHRONOUS.setdefault("NORMAL", 1)
    main(sys.argv[1], int(sys.argv[2]))
