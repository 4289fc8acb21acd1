"""Signed-in people with a finished draft in an open wave, made beside the demonstration; printed as JSON lines.

Called by bench_submissions.py in a process of its own: python -m benchmarks.crowd NUMBER
"""

import json
import sys
from urllib.parse import urlencode

from flask import session, url_for
from flask_wtf.csrf import generate_csrf

from app.answers.submissions import content_hash, make_submission_key
from app.database import writing
from app.extensions import db
from app.models import Assignment, Draft, Participation, Person, Respondent, School, Submission, Wave
from surveys.answers.checking import check_answers
from wsgi import app


def main(number: int) -> None:
    """Build ``number`` people and print their cookies and forms."""
    from app.content.store import instrument_of

    with app.app_context(), writing():
        wave = db.session.execute(db.select(Wave).where(Wave.status == "open")).scalars().one()
        school = db.session.execute(db.select(School).order_by(School.id)).scalars().first()
        pattern = (
            db.session.execute(db.select(Submission).where(Submission.wave_id == wave.id).order_by(Submission.id))
            .scalars()
            .first()
        )
        instrument = instrument_of(wave.instrument_version)
        content = content_hash(
            check_answers(instrument, dict(pattern.values), list(pattern.not_applicable), final=True)
        )
        made = []
        for index in range(number):
            person = Person(login=f"crowd{index}", family=f"Проверочная{index}", is_demo=True)
            person.assignments.append(
                Assignment(
                    role="teacher", scope=school.code, school_id=school.id, municipality_id=school.municipality_id
                )
            )
            db.session.add(person)
            db.session.flush()
            respondent = Respondent(person_id=person.id, key=f"crowd-{index}")
            key = make_submission_key()
            draft = Draft(
                wave_id=wave.id,
                respondent_key=respondent.key,
                values=dict(pattern.values),
                not_applicable=list(pattern.not_applicable),
                visited=[],
                submission_key=key,
            )
            place = Participation(wave_id=wave.id, person_id=person.id, school_id=school.id, status="started")
            db.session.add_all([respondent, draft, place])
            made.append((person.get_id(), key))
        code = wave.code
        db.session.commit()
    for identity, key in made:
        print(json.dumps(ticket(identity, code, key, content)))


def ticket(identity: str, code: str, key: str, content: str) -> dict[str, str]:
    """Cookie, address and form of one person, signed as the sign-in page would."""
    with app.test_request_context():
        session["_user_id"] = identity
        session["_fresh"] = True
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"
        path = url_for("questionnaires.send", code=code)
    return {"cookie": cookie, "path": path, "body": urlencode({"csrf_token": token, "key": key, "content": content})}


if __name__ == "__main__":
    main(int(sys.argv[1]))
