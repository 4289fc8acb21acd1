"""The way of a card: signing, returning, accepting, unlocking, versions; cycles, thresholds, reading, print, export."""

import io

import pytest
from openpyxl import load_workbook

from app.card_values import card_for_rules, state_of
from app.content import store_instrument
from app.extensions import db
from app.models import Card, CardCycle, CardDelegation, CardRemark, CardVersion, Event, Person
from surveys.definition import load_instrument
from tests.app.cards_world import card_of, fill_card, open_cycle, press, save, section_form
from tests.pages import post_form

SIGNATURE = {"name": "Борисов Борис Ильич, директор", "sure": "1"}


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card, filled with the synthetic school."""
    open_cycle()
    fill_card(card_of("school1"))
    return f"/cards/{card_of('school1').id}"


def page(client, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def sign(client, url: str):
    return press(client, f"{url}/sign", f"{url}/sign", seen=card_of("school1").version, **SIGNATURE)


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


def test_reading_sets_context_apart_and_proposes_measures(url, login_as) -> None:
    shown = page(login_as("boris"), f"{url}/reading")
    governed, context = shown.split("Условия, которыми школа не управляет", 1)
    assert "Текучесть учителей за год" in governed
    assert "Доля детей с ОВЗ" in context
    assert "Карта ещё не подписана" in shown
    assert "Обучающихся на одну ставку педагога-психолога: 624,0" in shown  # rule about the psychologist, I10 high
    assert "п.&nbsp;2.2" in shown


def test_workbook_has_all_cards_by_codes_and_by_labels(url, login_as) -> None:
    card = card_of("school1")
    card.fields = card.fields | {"coord_name": {"value": "=1+1", "state": "entered"}}
    db.session.commit()
    response = login_as("galina").get(f"/cards/cycles/{card.cycle_id}/cards.xlsx")
    book = load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["Коды", "Подписи", "Показатели", "Поля"]
    codes = [cell.value for cell in book["Коды"][1]]
    row = dict(zip(codes, [cell.value for cell in book["Коды"][2]], strict=True))
    assert (row["school"], row["st_total"], row["vac_rates"], row["levels"]) == ("school1", 312, 1.5, "НОО ООО СОО")
    cell = book["Коды"].cell(2, codes.index("coord_name") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert "2.01 Всего обучающихся" in [cell.value for cell in book["Подписи"][1]]
    assert book["Поля"].max_row == 113


def test_workbook_for_readers_outside_has_no_small_groups_of_children(url, login_as) -> None:
    response = login_as("galina").get(f"/cards/cycles/{card_of('school1').cycle_id}/cards.xlsx?outside=1")
    book = load_workbook(io.BytesIO(response.data))
    row = dict(zip(*([cell.value for cell in book["Коды"][line]] for line in (1, 2)), strict=True))
    assert (row["st_kdn"], row["fam_sop"], row["st_guard"], row["st_ovz"]) == ("менее 5", "менее 5", 9, 21)
    shown = {cells[0].value: cells[3].value for cells in book["Показатели"].iter_rows(min_row=2)}
    assert shown["I20"] == "не приводится (малая группа)"
    assert shown["I16"] == pytest.approx(100 * 21 / 312)


def text_of_docx(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_printed_card_hides_small_groups_of_children_from_readers_outside(url, login_as) -> None:
    head = login_as("boris")
    inside, outside = (
        text_of_docx(head.get(f"{url}/print/docx{more}", buffered=True).data).split("\n") for more in ("", "?outside=1")
    )
    place = inside.index("На учёте в комиссии по делам несовершеннолетних или в полиции (КДН, ПДН), чел.")
    assert (inside[place + 1], outside[place + 1]) == ("3", "менее 5")
    index = next(at for at, text in enumerate(outside) if text.startswith("Профилактический учёт"))
    assert outside[index + 1] == "не приводится (малая группа)"
    assert "Проект" in "\n".join(inside) or card_of("school1").status == "draft"


def test_explanation_of_a_warning_that_is_gone_is_not_printed(url, login_as) -> None:
    head = login_as("boris")
    fill_card(card_of("school1"), st_debt="67")
    save(head, f"{url}/sections/students", **{"note__V04": "Летняя аттестация ещё идёт."})
    assert "Летняя аттестация" in text_of_docx(head.get(f"{url}/print/docx", buffered=True).data)
    save(head, f"{url}/sections/students", st_debt="2")
    assert "Летняя аттестация" not in text_of_docx(head.get(f"{url}/print/docx", buffered=True).data)


def test_blank_form_has_every_field_and_no_value(url, login_as) -> None:
    text = text_of_docx(login_as("boris").get(f"{url}/print/docx?blank=1", buffered=True).data)
    assert "Школьный координатор (ФИО, должность)" in text
    assert "☐ село" in text
    assert "312" not in text


def test_card_is_printed_as_pdf(url, login_as) -> None:
    response = login_as("galina").get(f"{url}/print/pdf", buffered=True)
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_returned_and_waiting_cards_stand_on_the_board(url, login_as) -> None:
    sign(login_as("boris"), url)
    card = card_of("school1")
    shown = page(login_as("maria"), f"/cards/cycles/{card.cycle_id}")
    assert "Принято 0 из 2, ждут проверки 1, на уточнении 0, заполняются 1." in shown
    assert "СОШ № 1" not in shown[shown.index("Уважаемые") :]


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
