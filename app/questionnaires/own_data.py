"""Everything kept about one person, for that person: as values, as a document; and its erasure."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from app.answers.respondents import respondent_key
from app.content.store import instrument_by_hash
from app.events import record
from app.extensions import db
from app.forms.fields import raw_of
from app.frame.navigation import moment
from app.models import (
    Consent,
    Draft,
    Event,
    IndividualRoute,
    Participation,
    Person,
    Respondent,
    Submission,
)
from app.models.people import ROLES
from app.models.waves import STAGES
from app.questionnaires.queries import Asked, decided_before, list_asked, load_draft, load_submission
from surveys.definition.instrument import Instrument, Item
from surveys.expressions.piping import readable
from surveys.report.document import Cell, Column, Paragraph, Report, Row, Section, Table
from surveys.statistics.scoring import score_one

CLOSED = "закончена до нового талона"  # sent or refused: only the earlier password tells
STATES = {"invited": "приглашён(а)", "started": "начато", "sent": "отправлено", "refused": "не участвую"}


def collect(person: Person) -> dict[str, Any]:
    """What the program keeps about ``person``. While a new slip seals earlier answers, those are only named."""
    key = respondent_key(person.id)
    sealed = person.sealed_utc
    return {
        "person": {
            "name": person.full_name,
            "login": person.login,
            "number": person.number,
            "position": person.position,
            "email": person.email,
            "roles": [
                {"role": ROLES[one.role], "school": one.school.name if one.school else None}
                for one in person.assignments
            ],
            "first_sign_in": _iso(person.first_sign_in_utc),
            "last_sign_in": _iso(person.last_sign_in_utc),
        },
        "waves": [_wave(asked, key, sealed) for asked in reversed(list_asked(person.id))],
        "routes": [_route(one) for one in _routes(person.id, sealed)],
        "events": [
            {"at": _iso(event.at_utc), "action": event.action, "by_me": event.actor_id == person.id}
            for event in _events(person.id, sealed)
        ],
    }


def _wave(asked: Asked, key: str | None, sealed: dt.datetime | None) -> dict[str, Any]:
    wave, closed = asked.wave, decided_before(asked, sealed)
    consents = [] if closed else _consents(wave.id, key, sealed)
    found: dict[str, Any] = {
        "code": wave.code,
        "title": wave.title,
        "stage": STAGES[wave.stage],
        "state": CLOSED if closed else STATES[asked.participation.status],
        "sealed": closed,
        "consents": [
            {"kind": one.kind, "agreed": one.agreed, "given": _iso(one.given_utc), "ended": _iso(one.withdrawn_utc)}
            for one in consents
        ],
        "draft": None,
        "answers": None,
    }
    if closed:
        return found
    draft, kept = load_draft(wave.id, key), load_submission(wave.id, key)
    instrument = instrument_by_hash(asked.instrument_sha256)
    if draft is not None and not (sealed and draft.updated_utc < sealed):
        found["draft"] = _answers(instrument, draft.values, draft.not_applicable)
    if kept is not None:
        found["receipt"], found["received"] = kept.receipt, _iso(kept.received_utc)
        found["withdrawn"] = _iso(kept.withdrawn_utc)
        found["answers"] = _answers(instrument, kept.values, kept.not_applicable)
        found["scores"] = _scores(instrument, kept)
    return found


def _consents(wave_id: int, key: str | None, since: dt.datetime | None) -> Iterable[Consent]:
    wanted = db.select(Consent).where(Consent.wave_id == wave_id, Consent.respondent_key == key)
    if since is not None:
        wanted = wanted.where(Consent.given_utc >= since)
    return db.session.scalars(wanted.order_by(Consent.id))


def _answers(instrument: Instrument, values: dict[str, Any], marked: list[str]) -> list[dict[str, Any]]:
    return [
        {"item": item.name, "question": item.label, "answer": values.get(item.name), "words": words}
        for item in readable(instrument).items
        if (words := answer_words(instrument, item, values, marked))
    ]


def answer_words(instrument: Instrument, item: Item, values: dict[str, Any], marked: list[str]) -> str:
    """An answer in the words of the form; «» for a blank."""
    labels = {option.name: option.label for option in instrument.options_of(item)} if item.options else {}
    if item.name in marked:
        return item.not_applicable or _("не относится")
    return ", ".join(labels.get(part, part) for part in raw_of(item.name, values, ()))


def _scores(instrument: Instrument, kept: Submission) -> dict[str, float | None]:
    from app.answers.submissions import checked_of

    return {name: one.score for name, one in score_one(instrument, checked_of(kept)).items()}


def _route(route: IndividualRoute) -> dict[str, Any]:
    return {
        "wave": route.wave.code,
        "agreed": route.agreed,
        "deficits": route.deficits,
        "self_assessment": route.self_assessment,
        "self_words": route.self_words,
        "outcome": route.outcome,
        "outcome_words": route.outcome_words,
    }


def _routes(person_id: int, since: dt.datetime | None) -> list[IndividualRoute]:
    wanted = db.select(IndividualRoute).where(IndividualRoute.person_id == person_id)
    return list(db.session.scalars(wanted if since is None else wanted.where(IndividualRoute.created_utc >= since)))


def _events(person_id: int, since: dt.datetime | None) -> list[Event]:
    wanted = db.select(Event).where(
        (Event.actor_id == person_id) | ((Event.subject_type == "person") & (Event.subject_id == str(person_id)))
    )
    if since is not None:
        wanted = wanted.where(Event.at_utc >= since)
    return list(db.session.scalars(wanted.order_by(Event.id)))


def _iso(value: dt.datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def as_document(data: dict[str, Any], now: dt.datetime, *, demo: bool) -> Report:
    """The same as a document to print."""
    person = data["person"]
    facts = [
        (_("Имя для входа"), person["login"]),
        (_("Табельный номер"), person["number"]),
        (_("Должность"), person["position"]),
        (_("Электронная почта"), person["email"]),
        (
            _("Роли"),
            "; ".join(f"{one['role']}, {one['school']}" if one["school"] else one["role"] for one in person["roles"]),
        ),
    ]
    tables = [_table("person", _("Учётная запись"), (_("Что"), _("Значение")), [(a, b or "—") for a, b in facts])]
    sections = [Section(id="person", title=_("Учётная запись"), tables=["person"])]
    for wave in data["waves"]:
        texts, made = [_("Состояние: %(state)s.", state=wave["state"])], []
        if wave.get("receipt"):
            texts.append(_("Квитанция %(receipt)s.", receipt=wave["receipt"]))
        if wave.get("sealed"):
            texts.append(_("Ответы закрыты новым талоном: введите прежний пароль на странице «Мой вход»."))
        for part, title in (("draft", _("Черновик")), ("answers", _("Ответы"))):
            if wave[part]:
                code = f"{wave['code']}-{part}"
                rows = [(one["question"], one["words"]) for one in wave[part]]
                tables.append(_table(code, title, (_("Вопрос"), _("Ответ")), rows))
                made.append(code)
        paragraphs = [Paragraph(text=text) for text in texts]
        sections.append(Section(id=wave["code"], title=wave["title"], paragraphs=paragraphs, tables=made))
    return Report(
        title=_("Мои данные в программе «Опора»"),
        subtitle=f"{person['name']}, {moment(now)}",
        wave="",
        scope="",
        snapshot=0,
        sections=sections,
        tables=tables,
        demo=demo,
        status="approved",
    )


def _table(code: str, title: str, heads: tuple[str, str], rows: list[tuple[str, str]]) -> Table:
    return Table(
        id=code,
        title=title,
        columns=[Column(title=heads[0], width=2), Column(title=heads[1], width=1.4)],
        rows=[
            Row(key=str(place), cells=[Cell(value=text, printed=text) for text in row])
            for place, row in enumerate(rows)
        ],
        source=_("Данные программы «Опора»"),
    )


def erase(person: Person) -> int:
    """Remove answers, drafts, consents, routes and the key that joined them; the caller commits.

    Snapshots stay whole: they hold no ids. That the person was asked and is done stays too, as everybody sees it.
    Returns how many submissions were removed.
    """
    key = respondent_key(person.id)
    removed = 0
    if key is not None:
        for table in (Draft, Consent, Submission):
            gone = db.session.execute(db.delete(table).where(table.respondent_key == key))
            removed = gone.rowcount if table is Submission else removed
        db.session.execute(db.delete(Respondent).where(Respondent.key == key))
    db.session.execute(db.delete(IndividualRoute).where(IndividualRoute.person_id == person.id))
    for asked in db.session.scalars(db.select(Participation).where(Participation.person_id == person.id)):
        if asked.status == "started":
            asked.status, asked.started_on = "invited", None
    record("answers.erased", "person", person.id)
    return removed
