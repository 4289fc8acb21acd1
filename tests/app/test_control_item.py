"""The switch of the instructed item: one button makes a draft with it, another press takes it out."""

from app.content.editions import draft_of, newest, take_instrument
from app.content.store import instrument_of, store_instrument
from app.extensions import db
from app.forms.steps import make_plan
from app.models import InstrumentVersion, Person
from surveys.definition.control_item import control_items, with_control
from surveys.definition.instrument import load_instrument
from tests.pages import post_form, token_of

CODE = "teacher_deficits"


def published(code: str = CODE) -> InstrumentVersion:
    version = store_instrument(load_instrument(code))
    db.session.commit()
    return version


def press(client, version_id: int, act: str):
    """Press the button of the version's page."""
    response = post_form(client, f"/instruments/{version_id}/control", page=f"/instruments/{version_id}", act=act)
    db.session.expire_all()
    return response


def page_of(client, version_id: int) -> str:
    return client.get(f"/instruments/{version_id}").get_data(as_text=True)


def test_button_makes_a_draft_with_the_row_and_takes_it_out_again(login_as):
    version, client = published(), login_as("galina")
    page = page_of(client, version.id)
    assert "Добавить контрольный пункт" in page
    assert "в малой школе о ней узнают все" in page
    for _twice in range(2):  # a second press of the same button changes nothing more
        response = press(client, version.id, "add")
        draft = draft_of(InstrumentVersion, CODE)
        assert response.location.endswith(f"/instruments/{draft.id}")
        assert instrument_of(draft) == with_control(load_instrument(CODE)).model_copy(update={"version": "2"})
    assert "Контрольный пункт" not in page_of(client, version.id)  # the draft is what changes now
    page = page_of(client, draft.id)
    assert "Убрать контрольный пункт" in page
    assert "Пункт Q01" in page
    assert press(client, draft.id, "remove").location.endswith(f"/instruments/{version.id}")
    assert draft_of(InstrumentVersion, CODE) is None


def test_published_row_is_taken_out_by_the_next_version(login_as):
    version, client = published(), login_as("galina")
    press(client, version.id, "add")
    draft = draft_of(InstrumentVersion, CODE)
    assert post_form(client, f"/instruments/{draft.id}", act="publish").status_code == 302
    db.session.expire_all()
    current = newest(InstrumentVersion, CODE)
    assert control_items(instrument_of(current)) == {"Q01"}
    press(client, current.id, "remove")
    assert not control_items(instrument_of(draft_of(InstrumentVersion, CODE)))
    assert control_items(instrument_of(newest(InstrumentVersion, CODE))) == {"Q01"}


def test_draft_in_work_keeps_its_other_changes(login_as):
    version, client = published(), login_as("galina")
    other = load_instrument(CODE).model_copy(update={"title": "Анкета учителя"})
    take_instrument(other, "f.xlsx", db.session.scalars(db.select(Person.id)).first())
    db.session.commit()
    press(client, version.id, "add")
    assert control_items(instrument_of(draft_of(InstrumentVersion, CODE))) == {"Q01"}
    press(client, version.id, "remove")
    assert instrument_of(draft_of(InstrumentVersion, CODE)) == other.model_copy(update={"version": "2"})


def test_card_and_earlier_versions_have_no_such_button(login_as):
    card, version, client = published("school_card"), published(), login_as("galina")
    assert "Контрольный пункт" not in page_of(client, card.id)
    press(client, version.id, "add")
    post_form(client, f"/instruments/{draft_of(InstrumentVersion, CODE).id}", act="publish")
    assert "Контрольный пункт" not in page_of(client, version.id)
    for number in (card.id, version.id):
        token = token_of(client, "/instruments/")
        answer = client.post(f"/instruments/{number}/control", data={"csrf_token": token, "act": "add"})
        assert answer.status_code == 409


def test_row_is_counted_with_the_statements_around_it():
    plain, asked = (make_plan(form, "") for form in (load_instrument(CODE), with_control(load_instrument(CODE))))
    assert len(plain.numbers) == 54
    assert len(asked.numbers) == 55
    assert [asked.numbers[name] for name in ("PSY04", "Q01", "PSY05")] == [29, 30, 31]
