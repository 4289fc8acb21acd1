"""Two people, or two clicks, at one card: nothing is overwritten, confirmed or decided unseen, nothing is lost."""

import pytest

from app.extensions import db
from app.models import CardRemark, CardVersion, StaffMember
from tests.app.cards_world import SIGNATURE, card_of, fill_card, open_cycle, page, press, save, section_form, sign


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card, filled with the synthetic school."""
    open_cycle()
    fill_card(card_of("school1"))
    return f"/cards/{card_of('school1').id}"


def give_back(client, url: str, **remarks: str):
    return press(client, f"{url}/review", f"{url}/return", **remarks)


def steps() -> list[str]:
    return list(db.session.scalars(db.select(CardVersion.step).order_by(CardVersion.number)))


def hidden(client, address: str, name: str) -> str:
    return page(client, address).split(f'name="{name}" value="')[1].split('"')[0]


def test_second_click_on_sign_says_that_the_card_is_signed(url, login_as) -> None:
    head = login_as("boris")
    form = {"csrf_token": hidden(head, f"{url}/sign", "csrf_token"), "seen": card_of("school1").version, **SIGNATURE}
    for _click in range(2):
        shown = head.post(f"{url}/sign", data=form, follow_redirects=True)
        assert shown.status_code == 200
    assert "Карта уже подписана и отправлена." in shown.get_data(as_text=True)
    assert steps() == ["signed"]


def test_second_click_on_accept_and_on_return_changes_nothing(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    seen = card_of("school1").version
    for _click in range(2):
        shown = press(methodist, f"{url}/review", f"{url}/return", **{"remark-age_55": "Уточните.", "seen": seen})
        assert shown.status_code == 302
    assert steps() == ["signed", "returned"]
    remark = db.session.scalars(db.select(CardRemark)).one()
    save(head, f"{url}/sections/staff", **{f"remark__{remark.id}": "1"})
    sign(head, url)
    seen = card_of("school1").version
    for _click in range(2):
        assert press(methodist, f"{url}/review", f"{url}/accept", seen=seen).status_code == 302
    assert steps() == ["signed", "returned", "signed", "accepted"]


def test_card_sent_anew_since_it_was_read_is_neither_accepted_nor_returned(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    seen = card_of("school1").version
    press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    save(head, f"{url}/sections/students", st_bus="46")
    sign(head, url)
    for way in ("accept", "return"):
        refused = press(methodist, f"{url}/review", f"{url}/{way}", **{"seen": seen, "remark-age_55": "Уточните."})
        assert refused.status_code == 409
        assert "школа отправила карту заново" in refused.get_data(as_text=True)
    assert ">Уточните.</textarea>" in refused.get_data(as_text=True)
    assert card_of("school1").status == "sent"


def test_remarks_to_a_card_that_was_recalled_meanwhile_are_not_lost(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    seen = card_of("school1").version
    press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    remarks = {"remark-age_55": "В базе кадров 9.", "remark-": "Приложите план."}
    refused = press(methodist, f"{url}/review", f"{url}/return", seen=seen, **remarks)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "школа сняла подпись" in shown
    assert ">В базе кадров 9.</textarea>" in shown
    assert ">Приложите план.</textarea>" in shown
    assert db.session.scalars(db.select(CardRemark)).all() == []


def test_head_cannot_recall_a_card_accepted_meanwhile(url, login_as) -> None:
    head = login_as("boris")
    sign(head, url)
    press(login_as("galina"), f"{url}/review", f"{url}/accept")
    shown = press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    assert shown.status_code == 302
    assert "снять подпись теперь может только методист" in page(head, f"{url}/")
    assert card_of("school1").status == "accepted"


def test_old_page_does_not_take_back_an_answer_to_a_remark(url, login_as) -> None:
    head = login_as("boris")
    sign(head, url)
    give_back(login_as("galina"), url, **{"remark-age_55": "Уточните."})
    number = db.session.scalars(db.select(CardRemark)).one().id
    old = section_form(head, f"{url}/sections/staff")
    save(head, f"{url}/sections/staff", **{f"remark__{number}": "1", f"answer__{number}": "На 1 июня"})
    head.post(f"{url}/sections/staff", data=old)
    db.session.expire_all()
    kept = db.session.get_one(CardRemark, number)
    assert (kept.answered, kept.answer) == (True, "На 1 июня")


def test_second_answer_to_a_remark_is_asked_which_stays(url, login_as) -> None:
    head = login_as("boris")
    sign(head, url)
    give_back(login_as("galina"), url, **{"remark-age_55": "Уточните."})
    number = db.session.scalars(db.select(CardRemark)).one().id
    address = f"{url}/sections/staff"
    second = {**section_form(head, address), f"answer-{number}": "На 5 июня"}
    save(head, address, **{f"remark__{number}": "1", f"answer__{number}": "На 1 июня"})
    asked = head.post(address, data=second)
    shown = asked.get_data(as_text=True)
    assert asked.status_code == 409
    assert "оставить сохранённое: исправлено или проверено; «На 1 июня»" in shown
    assert "записать моё: без отметки; «На 5 июня»" in shown
    chosen = {"seen": hidden(head, address, "seen"), "conflict": f"remark:{number}", f"pick-remark:{number}": "typed"}
    head.post(address, data={**second, **chosen})
    db.session.expire_all()
    assert db.session.get_one(CardRemark, number).answer == "На 5 июня"


def test_value_put_in_anew_is_not_confirmed_by_a_page_that_did_not_show_it(url, login_as) -> None:
    head, address = login_as("boris"), f"{url}/sections/staff"
    school = card_of("school1").school_id
    db.session.add(StaffMember(school_id=school, number="1", name="Аннина А. П.", experience="3"))
    card = card_of("school1")
    card.fields = {**card.fields, "exp_3": {"value": "0", "state": "prefilled", "source": "staff", "on": "2020-06-20"}}
    db.session.commit()
    old = section_form(head, address, all="1")
    press(head, f"{url}/", f"{url}/staff")
    assert card_of("school1").fields["exp_3"]["value"] == "1"
    head.post(address, data=old)
    assert card_of("school1").fields["exp_3"]["state"] == "prefilled"
    save(head, address, all="1")
    assert card_of("school1").fields["exp_3"]["state"] == "confirmed"


def test_last_section_is_saved_on_the_way_to_the_card(url, login_as) -> None:
    fill_card(card_of("school1"), m_program="проект", m_growth="проект")  # they want no files
    led_to = save(login_as("boris"), f"{url}/sections/documents", d_comment="Пояснение", finish="1")
    assert led_to.location.endswith(f"{url}/")
    assert card_of("school1").fields["d_comment"]["value"] == "Пояснение"
