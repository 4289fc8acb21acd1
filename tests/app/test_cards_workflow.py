"""The way of a card: signing, returning, accepting, unlocking, versions; reading; staff numbers taken anew."""

import io

import pytest

from app.extensions import db
from app.models import CardDelegation, CardFile, CardRemark, CardVersion, Event, Person
from app.results.card_values import last_signed
from tests.app.cards_world import SIGNATURE, card_of, fill_card, open_cycle, page, press, save, section_form, sign


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card, filled with the synthetic school."""
    open_cycle()
    fill_card(card_of("school1"))
    return f"/cards/{card_of('school1').id}"


def test_signed_card_is_sent_closed_and_says_who_and_when(url, login_as) -> None:
    head = login_as("boris")
    assert sign(head, url).status_code == 302
    card = card_of("school1")
    assert (card.status, card.signed_name) == ("sent", "Борисов Борис Ильич, директор")
    assert card.fields["d_confirm"]["value"].startswith("Борисов Борис Ильич, директор")
    assert "Карта подписана и отправлена: Борисов Борис Ильич" in page(head, f"{url}/")
    form = section_form(head, f"{url}/sections/students", st_total="1")
    assert head.post(f"{url}/sections/students", data=form).status_code == 302
    assert card_of("school1").fields["st_total"]["value"] == "312"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"st_1_4": "141"}, "Сумма по уровням должна равняться общему числу обучающихся"),
        ({"st_total": "много"}, "нужно число"),
        ({"textbooks": None}, "Обеспеченность учебниками"),
    ],
    ids=["sum", "text", "blank"],
)
def test_card_with_an_error_cannot_be_signed_and_says_why(url, login_as, changes, words) -> None:
    card = card_of("school1")
    fields = dict(card.fields)
    for name, value in changes.items():
        fields[name] = {"value": value, "state": "entered"}
        if value is None:
            fields.pop(name)
    card.fields = fields
    db.session.commit()
    head = login_as("boris")
    shown = page(head, f"{url}/sign")
    assert "Подписать пока нельзя" in shown
    assert words in shown
    press(head, f"{url}/", f"{url}/sign", seen=card.version, **SIGNATURE)
    assert card_of("school1").status == "draft"


def test_warning_is_told_before_signing_and_does_not_stop_it(url, login_as) -> None:
    fill_card(card_of("school1"), st_debt="67")
    head = login_as("boris")
    assert "Предупреждения без пояснения" in page(head, f"{url}/sign")
    sign(head, url)
    assert card_of("school1").status == "sent"


def test_signature_wants_a_name_and_the_mark_of_truth(url, login_as) -> None:
    response = press(login_as("boris"), f"{url}/sign", f"{url}/sign", seen=card_of("school1").version, name="")
    shown = response.get_data(as_text=True)
    assert "<title>Ошибка:" in shown
    assert "Поставьте отметку о достоверности" in shown


def test_card_changed_while_it_was_read_is_not_signed(url, login_as) -> None:
    head = login_as("boris")
    old = card_of("school1").version
    save(head, f"{url}/sections/students", st_bus="46")
    press(head, f"{url}/sign", f"{url}/sign", seen=old, **SIGNATURE)
    assert card_of("school1").status == "draft"


@pytest.mark.parametrize("login", ["galina", "darya", "vera"])
def test_only_the_head_signs(url, login_as, login) -> None:
    response = login_as(login).get(f"{url}/sign")
    assert response.status_code in (403, 404)


def test_returned_card_shows_remarks_at_its_fields_and_waits_for_answers(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    remarks = {"remark-age_55": "В базе кадров 9. Уточните.", "remark-": "Приложите план."}
    press(methodist, f"{url}/review", f"{url}/return", **remarks)
    card = card_of("school1")
    assert (card.status, card.signed_name, "d_confirm" in card.fields) == ("returned", "", False)
    assert "В базе кадров 9. Уточните." in page(head, f"{url}/sections/staff")
    assert "Замечания без ответа" in page(head, f"{url}/sign")
    first, whole = db.session.scalars(db.select(CardRemark).order_by(CardRemark.name.desc())).all()
    save(head, f"{url}/sections/staff", **{f"remark__{first.id}": "1", f"answer__{first.id}": "На 1 июня"})
    answers = {f"remark-shown-{whole.id}": "1", f"remark-{whole.id}": "1"}
    press(head, f"{url}/", f"{url}/answers", **answers)
    sign(head, url)
    assert card_of("school1").status == "sent"
    assert "На 1 июня" in page(methodist, f"{url}/review")


def test_card_is_not_returned_without_a_word(url, login_as) -> None:
    sign(login_as("boris"), url)
    shown = press(login_as("galina"), f"{url}/review", f"{url}/return").get_data(as_text=True)
    assert "Напишите хотя бы одно замечание" in shown
    assert card_of("school1").status == "sent"


def test_card_sent_again_shows_what_changed(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    press(methodist, f"{url}/review", f"{url}/return", **{"remark-age_55": "Уточните."})
    remark = db.session.scalars(db.select(CardRemark)).one()
    save(head, f"{url}/sections/staff", **{"age_55": "9", f"remark__{remark.id}": "1"})
    assert "Что изменилось с прошлой отправки" in page(head, f"{url}/sign")
    sign(head, url)
    shown = page(methodist, f"{url}/review")
    assert "3.17 Учителей 55 лет и старше" in shown
    changed = shown[shown.index("Что изменилось с прошлой отправки") :]
    assert changed.index(">11<") < changed.index(">9<")


def test_changed_explanation_is_among_what_changed(url, login_as) -> None:
    fill_card(card_of("school1"), st_debt="67")
    head = login_as("boris")
    sign(head, url)
    press(head, f"{url}/", f"{url}/unlock", reason="Забыли пояснить")
    save(head, f"{url}/sections/students", **{"note__V04": "Летняя аттестация ещё идёт."})
    shown = page(head, f"{url}/sign")
    changed = shown[shown.index("Что изменилось с прошлой отправки") :]
    assert changed.index("Пояснение: ") < changed.index(">пусто<") < changed.index(">Летняя аттестация ещё идёт.<")
    sign(head, url)
    assert ">Летняя аттестация ещё идёт.<" in page(head, f"{url}/versions/3")


def test_deputy_is_told_remarks_of_the_own_section_only(url, login_as) -> None:
    darya = db.session.scalar(db.select(Person.id).where(Person.login == "darya"))
    db.session.add(CardDelegation(card_id=card_of("school1").id, section="students", person_id=darya))
    db.session.commit()
    sign(login_as("boris"), url)
    remarks = {"remark-age_55": "В базе кадров 9.", "remark-st_bus": "Проверьте подвоз.", "remark-": "Приложите план."}
    press(login_as("galina"), f"{url}/review", f"{url}/return", **remarks)
    shown = page(login_as("darya"), f"{url}/")
    assert "Проверьте подвоз." in shown
    assert "В базе кадров 9." not in shown
    assert "Приложите план." not in shown
    assert "В базе кадров 9." in page(login_as("boris"), f"{url}/")


def test_accepted_card_is_closed_and_opened_only_with_a_reason(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    sign(head, url)
    press(methodist, f"{url}/review", f"{url}/accept")
    assert card_of("school1").status == "accepted"
    press(head, f"{url}/sections/students", f"{url}/unlock", reason="передумал")
    assert "Карта уже принята: снять подпись теперь может только методист." in page(head, f"{url}/")
    press(methodist, f"{url}/", f"{url}/unlock", reason="")
    assert card_of("school1").status == "accepted"
    press(methodist, f"{url}/", f"{url}/unlock", reason="Ошибка в числе классов")
    card = card_of("school1")
    assert (card.status, card.signed_name, card.signed_utc) == ("draft", "", None)
    event = db.session.scalars(db.select(Event).where(Event.action == "card.unlocked")).one()
    assert (event.reason, event.old) == ("Ошибка в числе классов", {"status": "accepted"})
    assert "Ошибка в числе классов" in page(head, f"{url}/")


def test_head_recalls_a_card_that_nobody_has_accepted_yet(url, login_as) -> None:
    head = login_as("boris")
    sign(head, url)
    press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    assert card_of("school1").status == "draft"


def test_every_step_keeps_the_card_whole_and_differences_are_readable(url, login_as) -> None:
    head = login_as("boris")
    sign(head, url)
    press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    save(head, f"{url}/sections/facilities", bld_state="норма")
    sign(head, url)
    steps = db.session.scalars(db.select(CardVersion).order_by(CardVersion.number)).all()
    assert [one.step for one in steps] == ["signed", "unlocked", "signed"]
    assert len({one.sha256 for one in steps}) == 2  # unlocking changed no value
    shown = page(head, f"{url}/versions/3")
    assert "4.01 Состояние здания" in shown
    assert shown.index("нужен текущий ремонт") < shown.index(">норма<")
    assert head.get(f"{url}/versions/4").status_code == 404


def test_events_of_a_card_hold_neither_names_nor_values(url, login_as) -> None:
    head = login_as("boris")
    save(head, f"{url}/sections/students", st_bus="46")
    sign(head, url)
    for event in db.session.scalars(db.select(Event)):
        assert "Борисов" not in str(event.new) + str(event.old)


def test_reading_sets_context_apart_and_proposes_measures(url, login_as) -> None:
    shown = page(login_as("boris"), f"{url}/reading")
    governed, context = shown.split("Условия, которыми школа не управляет", 1)
    assert "Текучесть учителей за год" in governed
    assert "Доля детей с ОВЗ" in context
    assert "Карта ещё не подписана" in shown
    assert "Обучающихся на одну ставку педагога-психолога: 624,0" in shown  # rule about the psychologist, I10 high
    assert "п.&nbsp;2.2" in shown


def test_staff_numbers_are_taken_anew_but_typed_ones_stay(url, login_as) -> None:
    from app.models import StaffMember

    card = card_of("school1")
    card.fields = {"t_ext": {"value": "5", "state": "entered"}}
    db.session.add(StaffMember(school_id=card.school_id, number="1", name="Учитель", external=True))
    db.session.commit()
    press(login_as("boris"), f"{url}/", f"{url}/staff")
    fields = card_of("school1").fields
    assert (fields["t_total"]["value"], fields["t_total"]["state"]) == ("1", "prefilled")
    assert fields["t_ext"]["value"] == "5"


@pytest.mark.parametrize("way", ["return", "unlock"])
def test_card_opened_again_still_is_the_last_one_as_it_was_signed(app, login_as, way: str) -> None:
    """2018 is accepted; 2019 is signed, opened again and being mended when the cycle of 2020 opens."""
    for year in (2018, 2019):
        cycle = open_cycle(year)
        fill_card(card_of("school1", cycle), dist_center=f"{year - 2000}")
        card_of("school1", cycle).status = "accepted" if year == 2018 else "draft"
        db.session.commit()
    last, head = card_of("school1"), login_as("boris")
    url = f"/cards/{last.id}"
    sign(head, url)
    assert last_signed(last.school_id).id == last.id
    if way == "return":
        press(login_as("galina"), f"{url}/review", f"{url}/return", **{"remark-age_55": "Уточните."})
    else:
        press(head, f"{url}/", f"{url}/unlock", reason="Забыли приказ")
    save(head, f"{url}/sections/students", st_total="1000")
    save(head, f"{url}/sections/school", dist_center="77")
    assert last_signed(last.school_id).cycle.year == 2018  # documents print signed figures only
    open_cycle(2020)
    card = card_of("school1")
    assert card.previous.cycle.year == 2019
    assert card.fields["dist_center"]["value"] == "19"
    section = f"/cards/{card.id}/sections/students"
    save(head, section, st_total="200")
    assert "В прошлой карте 312, сейчас 200: меньше на 36 %." in page(head, section)  # (312 - 200) / 312 = 35.9 %


def test_file_that_a_returned_card_had_when_it_was_signed_goes_on(url, login_as) -> None:
    head, methodist = login_as("boris"), login_as("galina")
    names = ("d_program", "d_growth", "d_coord", "d_plan")
    files = {f"file-{name}": (io.BytesIO(b"%PDF-1.4 signed"), f"{name}.pdf") for name in names}
    save(head, f"{url}/sections/documents", **files)
    sign(head, url)
    press(methodist, f"{url}/review", f"{url}/return", **{"remark-age_55": "Уточните."})
    kept = db.session.scalars(db.select(CardFile).where(CardFile.name == "d_plan")).one()
    new = (io.BytesIO(b"%PDF-1.4 mended"), "mended.pdf")
    save(head, f"{url}/sections/documents", **{"file-d_plan": new, "remove": str(kept.id)})
    open_cycle(2021)
    assert card_of("school1").previous.fields["d_plan"]["value"] == "mended.pdf"
    carried = db.session.scalars(db.select(CardFile.filename).where(CardFile.card_id == card_of("school1").id))
    assert sorted(carried) == sorted(f"{name}.pdf" for name in names)
    assert card_of("school1").fields["d_plan"]["value"] == "d_plan.pdf"
