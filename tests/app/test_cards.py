"""Filling a card through the pages: saving, confirming, explaining, two editors, a deputy, files."""

import datetime as dt
import io
import zipfile

import pytest
from flask import current_app
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.cards import room as cards_room
from app.extensions import db
from app.models import CardDelegation, CardEdit, CardFile, Person
from app.models.columns import utc_now
from surveys.card.filling import Field
from surveys.definition.instrument import load_instrument
from tests.app.cards_world import card_of, entries, example_fields, fill_card, open_cycle, press, save, section_form

PDF = b"%PDF-1.4 an order"


@pytest.fixture
def url(app) -> str:
    """The address of School 1's card in a cycle just opened."""
    open_cycle()
    return f"/cards/{card_of('school1').id}"


def page(client, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_typed_numbers_are_kept_even_where_their_sum_is_wrong(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    assert save(head, section, st_total="100", st_1_4="40", st_5_9="50", st_10_11="11").status_code == 302
    assert card_of("school1").fields["st_10_11"]["value"] == "11"
    assert "40 + 50 + 11 = 101, в поле 2.01 — 100: больше на 1" in page(head, section)
    assert "<title>Ошибка:" in page(head, section)


def test_text_that_is_no_number_is_kept_as_typed_with_its_message(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    save(head, section, st_total="около ста", st_ovz="5000")
    shown = page(head, section)
    assert 'value="около ста"' in shown
    assert "нужно число" in shown
    assert "Укажите целое число от 0 до 3000" in shown


def test_text_that_no_database_can_hold_is_refused(url, login_as) -> None:
    response = save(login_as("boris"), f"{url}/sections/school", coord_name="Дарьина\x00")
    assert response.status_code == 400
    assert "coord_name" not in card_of("school1").fields


def test_number_that_no_column_holds_is_refused(url, login_as) -> None:
    response = save(login_as("boris"), f"{url}/sections/school", seen="9" * 20, coord_name="Дарьина")
    assert response.status_code == 400
    assert card_of("school1").fields.get("coord_name", {}).get("value") != "Дарьина"


def test_decimal_comma_is_read_and_shown_again(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/staff"
    save(head, section, vac_rates="1,5")
    assert card_of("school1").fields["vac_rates"]["value"] == "1.5"
    assert 'value="1,5"' in page(head, section)


def test_value_from_the_register_is_marked_until_it_is_confirmed(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/school"
    assert card_of("school1").fields["name_short"]["state"] == "prefilled"
    assert "из реестра школ" in page(head, section)
    save(head, section, ok__name_short="1")
    assert card_of("school1").fields["name_short"]["state"] == "confirmed"
    assert card_of("school1").fields["name_full"]["state"] == "prefilled"


def test_whole_section_is_confirmed_at_once_and_a_changed_value_is_typed(url, login_as) -> None:
    head = login_as("boris")
    save(head, f"{url}/sections/school", all="1", name_short="Озёрное, школа 1")
    fields = card_of("school1").fields
    assert (fields["name_full"]["state"], fields["name_short"]["state"]) == ("confirmed", "entered")


def test_no_data_is_not_zero_and_wants_an_explanation(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    save(head, section, nd__st_absent="1", st_lang="0")
    fields = card_of("school1").fields
    assert (fields["st_absent"]["state"], fields["st_lang"]["value"]) == ("no_data", "0")
    assert "2.14: поясните, почему нет данных" in page(head, section)
    save(head, section, why__st_absent="учёт не вёлся")
    assert "поясните, почему нет данных" not in page(head, section)


def test_no_data_is_not_offered_where_the_card_forbids_it(url, login_as) -> None:
    assert 'name="nd-st_total"' not in page(login_as("boris"), f"{url}/sections/students")


def test_warning_keeps_its_explanation(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/staff"
    save(head, section, vac_rates="1", h_uncov="0", h_out="0")
    assert "Вакансии есть, а непокрытых и непрофильных часов нет" in page(head, section)
    save(head, section, note__V12="Часы ведёт совместитель.")
    assert card_of("school1").notes["V12"]["text"] == "Часы ведёт совместитель."
    assert "Часы ведёт совместитель." in page(head, section)


def test_large_change_against_the_last_card_asks_to_be_confirmed(login_as) -> None:
    fill_card(card_of("school1", open_cycle(2019)))
    last = card_of("school1")
    last.status = "accepted"
    db.session.commit()
    open_cycle(2020)
    head, section = login_as("boris"), f"/cards/{card_of('school1').id}/sections/students"
    save(head, section, st_total="200")
    assert "В прошлой карте 312, сейчас 200: меньше на 36 %." in page(head, section)  # (312 - 200) / 312 = 35.9 %
    save(head, section, change__st_total="1")
    assert "изменение подтверждено" in page(head, section)


def test_second_year_card_begins_with_what_the_last_one_had(login_as) -> None:
    fill_card(card_of("school1", open_cycle(2019)))
    card_of("school1").status = "accepted"
    db.session.commit()
    open_cycle(2020)
    card = load_instrument("school_card")
    fields = card_of("school1").fields
    filled = {item.name for item in card.items if item.prefill == "previous" and item.name in example_fields(card)}
    assert {name for name, entry in fields.items() if entry["source"] == "previous"} >= filled
    assert "st_total" not in fields
    to_type = [i.name for i in card.items if not i.folded and not i.prefill and i.appearance != "sign"]
    assert len(to_type) <= 47  # the study's promise for a second year


def test_second_editor_sees_both_values_and_chooses(url, login_as) -> None:
    head, deputy, section = login_as("boris"), deputy_of("students", login_as), f"{url}/sections/students"
    first, second = (
        section_form(head, section, st_total="100"),
        section_form(deputy, section, st_total="120", st_bus="7"),
    )
    assert head.post(section, data=first).status_code == 302
    answer = deputy.post(section, data=second)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Пока вы заполняли, значение изменили: Борисов\u00a0Б.\u00a0И." in shown
    assert "оставить сохранённое: 100" in shown
    assert "записать моё: 120" in shown
    fields = card_of("school1").fields
    assert (fields["st_total"]["value"], fields["st_bus"]["value"]) == ("100", "7")  # what does not clash is saved
    assert deputy.post(section, data=form_of(answer, **{"pick-st_total": "typed"})).status_code == 302
    assert card_of("school1").fields["st_total"]["value"] == "120"


def test_second_editor_may_keep_the_first_ones_value(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    late = section_form(head, section, st_total="120")
    save(head, section, st_total="100")
    answer = head.post(section, data=late)
    head.post(section, data=form_of(answer, **{"pick-st_total": "kept"}))
    assert card_of("school1").fields["st_total"]["value"] == "100"


def test_choice_left_open_is_asked_again(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    late = section_form(head, section, st_total="120")
    save(head, section, st_total="100")
    answer = head.post(section, data=late)
    assert head.post(section, data=form_of(answer)).status_code == 409
    assert card_of("school1").fields["st_total"]["value"] == "100"


def test_old_page_does_not_undo_what_another_editor_saved(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/students"
    late = section_form(head, section, st_bus="7")
    save(head, section, st_total="100")
    assert head.post(section, data=late).status_code == 302
    fields = card_of("school1").fields
    assert (fields["st_total"]["value"], fields["st_bus"]["value"]) == ("100", "7")


def test_two_explanations_of_one_warning_are_both_shown(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/staff"
    save(head, section, vac_rates="1", h_uncov="0", h_out="0")
    late = section_form(head, section, note__V12="Моё пояснение")
    save(head, section, note__V12="Первое пояснение")
    shown = head.post(section, data=late).get_data(as_text=True)
    assert "оставить сохранённое: Первое пояснение" in shown
    assert "записать моё: Моё пояснение" in shown


def test_every_change_of_a_field_tells_who_made_it(url, login_as) -> None:
    save(login_as("boris"), f"{url}/sections/students", st_total="100")
    edit = db.session.scalars(db.select(CardEdit)).one()
    assert (edit.name, edit.old, edit.new["value"], edit.by.login) == ("st_total", None, "100", "boris")


def form_of(response, **changes: str) -> dict:
    """The form of a page that came as an answer, as a browser would send it again."""
    import lxml.html

    form = lxml.html.fromstring(response.get_data(as_text=True)).get_element_by_id("cf")
    data: dict = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    return data | changes


def deputy_of(section: str, login_as, login: str = "darya"):
    """Darya with this section given to her."""
    person = db.session.scalar(db.select(Person.id).where(Person.login == login))
    db.session.add(CardDelegation(card_id=card_of("school1").id, section=section, person_id=person))
    db.session.commit()
    return login_as(login)


def test_head_gives_a_section_to_a_deputy_and_takes_it_back(url, login_as) -> None:
    head, deputy = login_as("boris"), login_as("darya")
    darya = db.session.scalar(db.select(Person.id).where(Person.login == "darya"))
    assert deputy.get(f"{url}/").status_code == 404
    card_of("school1").cycle.closes_on = dt.date(2090, 6, 26)
    db.session.commit()
    press(head, f"{url}/", f"{url}/delegate", section="staff", person=darya, due_on="2090-06-22")
    assert deputy.get(f"{url}/sections/staff").status_code == 200
    assert "22\u00a0июня\u00a02090" in page(head, f"{url}/")
    press(head, f"{url}/", f"{url}/delegate", section="staff", person=0)
    assert deputy.get(f"{url}/sections/staff").status_code == 404


@pytest.mark.parametrize(
    ("ends", "due", "words"),
    [
        (6, -1, "Этот день уже прошёл"),
        (6, 7, "раздел нужен не позже"),
        (6, 6, ""),
        (6, 0, ""),
        (-3, -1, "Этот день уже прошёл"),
        (-3, 2, ""),  # the card is late already: any day to come will do
    ],
    ids=["yesterday", "after the cycle", "its last day", "today", "yesterday of a late card", "late card"],
)
def test_section_is_given_until_a_day_that_can_be_met(url, login_as, ends: int, due: int, words: str) -> None:
    head, today = login_as("boris"), cards_room.today()
    darya = db.session.scalar(db.select(Person.id).where(Person.login == "darya"))
    card_of("school1").cycle.closes_on = today + dt.timedelta(days=ends)
    db.session.commit()
    day = (today + dt.timedelta(days=due)).isoformat()
    shown = press(head, f"{url}/", f"{url}/delegate", section="staff", person=darya, due_on=day)
    assert shown.status_code == (200 if words else 302)
    text = shown.get_data(as_text=True)
    if words:
        assert words in text.partition('id="due_on-error"')[2].partition("</span>")[0]  # beside the field
        assert f'value="{day}"' in text
        assert f'<option value="{darya}" selected>' in text
    assert db.session.scalar(db.select(db.func.count(CardDelegation.id))) == (0 if words else 1)


def test_deputy_finds_the_section_among_the_tasks(url, login_as) -> None:
    shown = page(deputy_of("facilities", login_as), "/")
    assert "Раздел карты, передан вам" in shown
    assert f"{url}/sections/facilities" in shown


def test_card_of_a_cycle_that_has_not_begun_can_only_be_read(url, login_as) -> None:
    head, card = login_as("boris"), card_of("school1")
    form = section_form(head, f"{url}/sections/students", st_total="5")
    card.cycle.opens_on = utc_now().date() + dt.timedelta(days=3)
    db.session.commit()
    assert "Сбор карт начнётся" in page(head, f"{url}/")
    head.post(f"{url}/sections/students", data=form)
    assert "st_total" not in card_of("school1").fields
    assert head.get(f"{url}/sign").status_code == 404


def test_deputy_sees_and_fills_only_the_delegated_section(url, login_as) -> None:
    deputy = deputy_of("facilities", login_as)
    assert save(deputy, f"{url}/sections/facilities", rooms_total="20").status_code == 302
    assert card_of("school1").fields["rooms_total"]["value"] == "20"
    assert deputy.get(f"{url}/sections/students").status_code == 404
    assert "Контингент обучающихся" not in page(deputy, f"{url}/")
    for closed in ("sign", "reading", "print/pdf", "versions/1"):
        assert deputy.get(f"{url}/{closed}").status_code in (403, 404)


def test_deputy_of_one_section_cannot_save_another(url, login_as) -> None:
    deputy = deputy_of("facilities", login_as)
    form = section_form(deputy, f"{url}/sections/facilities") | {"shown": "st_total", "st_total": "5"}
    assert deputy.post(f"{url}/sections/students", data=form).status_code == 404
    deputy.post(f"{url}/sections/facilities", data=form)
    assert "st_total" not in card_of("school1").fields


@pytest.mark.parametrize(("login", "status"), [("vera", 404), ("darya", 404), ("anna", 403), ("adam", 403)])
def test_card_of_another_school_has_no_name(url, login_as, login, status) -> None:
    response = login_as(login).get(f"{url}/")
    assert response.status_code == status
    assert "СОШ № 1" not in response.get_data(as_text=True)


@pytest.mark.parametrize("login", ["galina", "maria"])
def test_district_reads_a_card_but_does_not_fill_it(url, login_as, login) -> None:
    client = login_as(login)
    assert client.get(f"{url}/sections/students").status_code == 200
    assert "Сохранить" not in page(client, f"{url}/sections/students")
    form = {"csrf_token": section_form(client, f"{url}/sections/students")["csrf_token"], "shown": "st_total"}
    assert client.post(f"{url}/sections/students", data=form | {"st_total": "5"}).status_code == 403


def send_file(client, address: str, content: bytes, name: str):
    """The section saved with one file; the body is built in memory, so that no temporary file is left open."""
    form = section_form(client, address)
    boundary, body = encode_multipart(form | {"file-d_coord": FileStorage(io.BytesIO(content), name)})
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_file_is_kept_with_a_safe_name_and_comes_back_as_an_attachment(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/documents"
    assert send_file(head, section, PDF, "../../Приказ <1>\u202e.exe").status_code == 302
    kept = db.session.scalars(db.select(CardFile)).one()
    assert (kept.filename, kept.mime, kept.size) == ("Приказ _1_.pdf", "application/pdf", len(PDF))
    assert card_of("school1").fields["d_coord"]["value"] == kept.filename
    response = head.get(f"{url}/files/{kept.id}", buffered=True)
    assert response.data == PDF
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00", "нужен документ PDF"),
        (b"<html><script>alert(1)</script>", "нужен документ PDF"),
        (b"", "файл пуст"),
        (zipped("evil.js"), "нужен документ PDF"),
        (zipped("word/document.xml", "word/vbaProject.bin"), "документ с макросами"),
        (b"PK\x03\x04broken", "нужен документ PDF"),
        (b"%PDF-" + b"0" * (20 * 1024 * 1024), "файл больше 20 МБ"),
    ],
    ids=["program", "page", "empty", "archive", "macros", "broken", "large"],
)
def test_file_of_a_wrong_kind_is_refused_and_the_rest_is_saved(url, login_as, content, words) -> None:
    head, section = login_as("boris"), f"{url}/sections/documents"
    response = send_file(head, section, content, "приказ.pdf")
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(CardFile.id))) == 0


def test_file_of_exactly_20_megabytes_is_taken(url, login_as) -> None:
    content = b"%PDF-" + b"0" * (20 * 1024 * 1024 - 5)
    assert send_file(login_as("boris"), f"{url}/sections/documents", content, "скан.pdf").status_code == 302
    assert db.session.scalars(db.select(CardFile)).one().size == 20 * 1024 * 1024


def test_files_of_the_card_and_of_the_roadmap_share_the_quota_of_the_school(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/documents"
    assert send_file(head, section, PDF, "первый.pdf").status_code == 302
    kept = db.session.scalars(db.select(CardFile)).one()
    kept.size = current_app.config["SCHOOL_QUOTA"]
    db.session.commit()
    response = send_file(head, section, PDF, "второй.pdf")
    assert response.status_code == 422
    assert "школе отведено 500 МБ, осталось 0 МБ" in response.get_data(as_text=True)
    assert db.session.scalars(db.select(CardFile.filename)).one() == "первый.pdf"


def test_removed_file_leaves_the_field_blank(url, login_as) -> None:
    head, section = login_as("boris"), f"{url}/sections/documents"
    send_file(head, section, zipped("word/document.xml"), "Приказ.docx")
    kept = db.session.scalars(db.select(CardFile)).one()
    save(head, section, remove=str(kept.id))
    assert "d_coord" not in card_of("school1").fields
    assert "Приказ.docx" not in page(head, section)


@pytest.mark.parametrize(("login", "status"), [("vera", 404), ("darya", 404), ("galina", 200)])
def test_file_is_open_to_whom_the_card_is(url, login_as, login, status) -> None:
    send_file(login_as("boris"), f"{url}/sections/documents", PDF, "Приказ.pdf")
    kept = db.session.scalars(db.select(CardFile)).one()
    assert login_as(login).get(f"{url}/files/{kept.id}", buffered=True).status_code == status


def test_file_goes_on_to_the_next_card_with_its_field_and_is_confirmed(login_as) -> None:
    open_cycle(2019)
    head, last = login_as("boris"), card_of("school1")
    send_file(head, f"/cards/{last.id}/sections/documents", PDF, "Приказ.pdf")
    card_of("school1").status = "accepted"
    db.session.commit()
    open_cycle(2020)
    card = card_of("school1")
    carried = db.session.scalars(db.select(CardFile.filename).where(CardFile.card_id == card.id)).all()
    assert (card.fields["d_coord"]["state"], carried) == ("prefilled", ["Приказ.pdf"])
    save(head, f"/cards/{card.id}/sections/documents", all="1")
    entry = card_of("school1").fields["d_coord"]
    assert (entry["state"], entry["value"]) == ("confirmed", "Приказ.pdf")


def test_field_that_is_not_asked_is_not_shown_and_keeps_its_value(url, login_as) -> None:
    head = login_as("boris")
    card = card_of("school1")
    card.fields = card.fields | entries({"levels": Field(["НОО"]), "oge_m_n": Field("12")})
    db.session.commit()
    assert 'name="oge_m_n"' not in page(head, f"{url}/sections/results")
    save(head, f"{url}/sections/results", att_all="0")
    assert card_of("school1").fields["oge_m_n"]["value"] == "12"
