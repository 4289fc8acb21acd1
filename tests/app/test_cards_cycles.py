"""Cycles of cards: opened once, their dates, the borders of risk and who approved them, the board."""

import pytest

from app.content.store import store_instrument
from app.extensions import db
from app.models import Card, CardCycle, CardDelegation, CardFile, Event, Person
from app.results.card_values import card_for_rules, state_of
from app.storage import store_file
from surveys.definition.instrument import Approval, load_instrument
from tests.app.cards_world import card_of, fill_card, open_cycle, page, press, save, sign
from tests.pages import post_form


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card, filled with the synthetic school."""
    open_cycle()
    fill_card(card_of("school1"))
    return f"/cards/{card_of('school1').id}"


def test_methodologist_opens_a_cycle_and_every_school_gets_its_card(login_as) -> None:
    methodist = login_as("galina")
    dates = {"opens_on": "2020-05-20", "closes_on": "2020-06-26", "schedule": "письмо Министерства № 5"}
    response = post_form(methodist, "/cards/cycles", title="Карты 2020", year="2020", **dates)
    cycle = db.session.scalars(db.select(CardCycle)).one()
    assert response.location.endswith(f"/cards/cycles/{cycle.id}")
    assert {card.school.code for card in db.session.scalars(db.select(Card))} == {"school1", "school2"}
    assert card_of("school2").fields["name_short"]["value"] == "Озёрное № 2"
    shown = page(methodist, f"/cards/cycles/{cycle.id}")
    assert "письмо Министерства № 5" in shown
    assert "Уважаемые руководители!" in shown
    assert "26\u00a0июня\u00a02020" in shown


def test_cycle_is_opened_with_the_card_that_was_chosen(login_as) -> None:
    own = store_instrument(
        load_instrument("school_card").model_copy(update={"code": "own_card", "title": "Своя карта"})
    )
    store_instrument(load_instrument("school_card"))
    db.session.commit()
    dates = {"opens_on": "2020-05-20", "closes_on": "2020-06-26", "instrument": str(own.id)}
    post_form(login_as("galina"), "/cards/cycles", title="Карты 2020", year="2020", **dates)
    assert card_of("school1").cycle.instrument_version.code == "own_card"


def test_cycle_that_ends_before_it_begins_is_not_opened(login_as) -> None:
    dates = {"opens_on": "2020-05-20", "closes_on": "2020-05-19"}
    shown = post_form(login_as("galina"), "/cards/cycles", title="Карты", year="2020", **dates).get_data(as_text=True)
    assert "Последний день раньше первого" in shown
    assert db.session.scalar(db.select(db.func.count(CardCycle.id))) == 0


def test_dates_move_and_a_school_that_came_since_gets_its_card(url, login_as) -> None:
    db.session.delete(card_of("school2"))
    db.session.commit()
    cycle = db.session.scalars(db.select(CardCycle)).one()
    address = f"/cards/cycles/{cycle.id}"
    dates = {"opens_on": "2020-05-20", "closes_on": "2020-07-10", "schedule": ""}
    post_form(login_as("galina"), address, title=cycle.title, year="2020", **dates)
    assert card_of("school2") is not None
    assert card_of("school1").cycle.closes_on.isoformat() == "2020-07-10"


def borders(card: Card, **changes: str) -> dict[str, str]:
    data = {}
    for one in state_of(card).instrument.indicators:
        data |= {f"low-{one.name}": str(one.low), f"medium-{one.name}": str(one.medium)}
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def test_changed_border_moves_the_risk_and_carries_its_approval(url, login_as) -> None:
    card, methodist = card_of("school1"), login_as("galina")
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    assert "Не утверждены" in page(methodist, address)
    approval = {"approved_by": "приказ № 215", "approved_on": "2020-06-10"}
    post_form(methodist, address, **borders(card, low__k_turn="5,5", medium__k_turn="7"), **approval)
    card = card_of("school1")
    assert card.cycle.thresholds == {"k_turn": [5.5, 7.0]}
    _values, levels = card_for_rules(card)
    assert levels["I08"].level == "высокий"  # 7.4 % of teachers left
    assert "приказ № 215" in page(methodist, f"{url}/reading")


def test_borders_in_the_wrong_order_are_refused(url, login_as) -> None:
    card = card_of("school1")
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    shown = post_form(login_as("galina"), address, **borders(card, low__k_turn="20")).get_data(as_text=True)
    assert "граница низкого риска должна быть лучше границы среднего" in shown
    assert card_of("school1").cycle.thresholds == {}


def test_returned_and_waiting_cards_stand_on_the_board(url, login_as) -> None:
    sign(login_as("boris"), url)
    card = card_of("school1")
    shown = page(login_as("maria"), f"/cards/cycles/{card.cycle_id}")
    assert "Принято 0 из 2, ждут проверки 1, на уточнении 0, заполняются 1." in shown
    assert "СОШ № 1" not in shown[shown.index("Уважаемые") :]


DATES = {"title": "Карты 2021", "year": "2021", "opens_on": "2021-05-20", "closes_on": "2021-06-26"}


def test_form_sent_twice_opens_one_cycle(url, login_as) -> None:
    methodist = login_as("galina")
    after = page(methodist, "/cards/cycles").split('name="after" value="')[1].split('"')[0]
    for _click in range(2):
        response = post_form(methodist, "/cards/cycles", after=after, **DATES)
        assert response.status_code == 302
    assert "Этот сбор уже открыт." in page(methodist, response.location)
    assert len(db.session.scalars(db.select(CardCycle).where(CardCycle.year == 2021)).all()) == 1
    assert db.session.scalar(db.select(db.func.count(Card.id))) == 4  # two schools, two cycles


@pytest.mark.parametrize("after", ["", "много", "-5", "9" * 90])
def test_cycle_is_opened_whatever_the_hidden_number_says(url, login_as, after) -> None:
    response = post_form(login_as("galina"), "/cards/cycles", after=after, **DATES)
    assert response.status_code == 302
    assert card_of("school1").cycle.year == 2021


def test_approved_borders_stay_in_force_for_the_next_cycle(url, login_as) -> None:
    card, methodist = card_of("school1"), login_as("galina")
    approval = {"approved_by": "приказ № 215", "approved_on": "2020-06-10"}
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    post_form(methodist, address, **borders(card, low__k_turn="5,5", medium__k_turn="7"), **approval)
    post_form(methodist, "/cards/cycles", **DATES)
    next_one = card_of("school1").cycle
    assert (next_one.year, next_one.thresholds) == (2021, {"k_turn": [5.5, 7.0]})
    assert (next_one.approved_by, next_one.approved_on.isoformat()) == ("приказ № 215", "2020-06-10")


def test_cycle_of_another_card_begins_with_its_own_borders_and_approval(url, login_as) -> None:
    card, methodist = card_of("school1"), login_as("galina")
    approval = {"approved_by": "приказ № 215", "approved_on": "2020-06-10"}
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    post_form(methodist, address, **borders(card, low__k_turn="5,5", medium__k_turn="7"), **approval)
    approved = Approval(by="приказ № 300", on="2021-04-01")
    other = load_instrument("school_card").model_copy(update={"code": "own_card", "thresholds": approved})
    own = store_instrument(other)
    db.session.commit()
    post_form(methodist, "/cards/cycles", instrument=str(own.id), **DATES)
    cycle = card_of("school1").cycle
    assert cycle.thresholds == {}
    assert (cycle.approved_by, cycle.approved_on.isoformat()) == ("приказ № 300", "2021-04-01")


def test_other_borders_do_not_go_under_the_old_approval(url, login_as) -> None:
    card, methodist = card_of("school1"), login_as("galina")
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    approval = {"approved_by": "приказ № 215", "approved_on": "2020-06-10"}
    post_form(methodist, address, **borders(card), **approval)
    shown = post_form(methodist, address, **borders(card, low__k_turn="5,5"), **approval).get_data(as_text=True)
    assert "укажите, кем и когда утверждены новые" in shown
    assert 'value="5,5"' in shown
    assert card_of("school1").cycle.thresholds == {}
    post_form(methodist, address, **borders(card, low__k_turn="5,5"), approved_by="", approved_on="")
    kept = card_of("school1").cycle
    assert (kept.thresholds, kept.approved_by) == ({"k_turn": [5.5, 15.0]}, "")


@pytest.mark.parametrize(
    ("by", "on", "words"),
    [
        ("приказ № 215", "", "Укажите и день, когда утверждено"),
        ("", "2020-06-10", "Укажите, кем утверждено"),
        ("приказ № 215", "июнь", "Укажите и день, когда утверждено"),
    ],
)
def test_approval_says_who_and_when(url, login_as, by, on, words) -> None:
    card = card_of("school1")
    address = f"/cards/cycles/{card.cycle_id}/thresholds"
    form = borders(card) | {"approved_by": by} | ({"approved_on": on} if on else {})
    shown = post_form(login_as("galina"), address, **form).get_data(as_text=True)
    assert words in shown
    assert "<title>Ошибка:" in shown
    assert card_of("school1").cycle.approved_by == ""


def test_borders_are_shown_as_a_person_writes_them(url, login_as) -> None:
    shown = page(login_as("galina"), f"/cards/cycles/{card_of('school1').cycle_id}/thresholds")
    assert 'name="low-k_cover" value="95"' in shown
    assert 'name="low-k_vac" value="0,3"' in shown


def test_board_counts_what_must_be_filled_and_remarks_that_wait(url, login_as) -> None:
    methodist = login_as("galina")
    address = f"/cards/cycles/{card_of('school1').cycle_id}"
    sign(login_as("boris"), url)
    folded = [item.name for item in load_instrument("school_card").items if item.folded]
    card = card_of("school1")
    card.fields = {name: entry for name, entry in card.fields.items() if name not in folded}
    db.session.commit()
    assert "100&nbsp;%" in page(methodist, address)
    press(methodist, f"{url}/review", f"{url}/return", **{"remark-age_55": "Уточните.", "remark-": "Приложите план."})
    row = page(methodist, address).split("СОШ № 1 с. Озёрное")[1].split("</tr>")[0]
    assert 'data-l="Мешает подписи">2</td>' in row


@pytest.fixture
def mistaken(app) -> CardCycle:
    """A cycle that no school has begun, after one that School 1 has signed with a file; its value and file go on."""
    first = open_cycle(2020)
    card = card_of("school1", first)
    card.fields, card.status = {"d_plan": {"value": "order.pdf", "state": "entered"}}, "accepted"
    place = store_file(b"%PDF-1.4", "order.pdf")._asdict()
    db.session.add(CardFile(card_id=card.id, name="d_plan", filename="order.pdf", mime="application/pdf", **place))
    db.session.commit()
    return open_cycle(2021)


def cancel(client, cycle_id: int, **data: str):
    return press(client, f"/cards/cycles/{cycle_id}", f"/cards/cycles/{cycle_id}/cancel", **data)


def test_cycle_opened_by_mistake_is_deleted_once_confirmed(mistaken, login_as) -> None:
    methodist, cycle_id = login_as("galina"), mistaken.id
    assert db.session.scalar(db.select(db.func.count(CardFile.id))) == 2
    refused = cancel(methodist, cycle_id).get_data(as_text=True)
    assert "Поставьте отметку, что сбор нужно удалить" in refused
    assert cancel(methodist, cycle_id, sure="1").location.endswith("/cards/cycles")
    assert "Сбор «Диагностические карты 2021» удалён." in page(methodist, "/cards/cycles")
    assert [one.year for one in db.session.scalars(db.select(CardCycle))] == [2020]
    assert {card.cycle.year for card in db.session.scalars(db.select(Card))} == {2020}
    assert db.session.scalars(db.select(CardFile)).one().card_id == card_of("school1").id
    event = db.session.scalars(db.select(Event).where(Event.action == "cards.cancelled")).one()
    assert (event.subject_id, event.old["code"], event.old["cards"]) == (str(cycle_id), "cards-2021", 2)


def test_next_cycle_after_a_deleted_one_gets_a_code_of_its_own(url, login_as) -> None:
    methodist = login_as("galina")
    for title in ("Первый", "Второй"):
        post_form(methodist, "/cards/cycles", **DATES | {"title": title})
    first = db.session.scalars(db.select(CardCycle.id).where(CardCycle.title == "Первый")).one()
    cancel(methodist, first, sure="1")
    post_form(methodist, "/cards/cycles", **DATES | {"title": "Третий"})
    kept = dict(db.session.execute(db.select(CardCycle.title, CardCycle.code).where(CardCycle.year == 2021)).all())
    assert set(kept) == {"Второй", "Третий"}
    assert kept["Второй"] != kept["Третий"]


@pytest.mark.parametrize("begin", ["field", "deputy", "signed"])
def test_cycle_that_a_school_has_begun_is_not_deleted_and_says_why(mistaken, login_as, begin: str) -> None:
    card = card_of("school2", mistaken)
    if begin == "field":
        save(login_as("vera"), f"/cards/{card.id}/sections/students", st_bus="46")
    elif begin == "deputy":
        darya = db.session.scalar(db.select(Person.id).where(Person.login == "darya"))
        db.session.add(CardDelegation(card_id=card.id, section="staff", person_id=darya))
    else:
        card.status = "sent"
    db.session.commit()
    methodist = login_as("galina")
    shown = page(methodist, f"/cards/cycles/{mistaken.id}")
    assert "Удалить нельзя: школы уже начали заполнять карты (Озёрное № 2)" in shown
    assert "Удалить сбор</button>" not in shown
    refused = cancel(methodist, mistaken.id, sure="1")
    assert refused.status_code == 409
    assert "Не удалено: школы уже начали заполнять карты." in refused.get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(Card.id))) == 4
