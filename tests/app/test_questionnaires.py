"""What a teacher meets: consent, steps, draft, check, receipt, profile. Everything here runs without scripts."""

import datetime as dt
import json
import re

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Consent, Draft, Event, Participation, Person, Submission, Wave
from surveys.definition.instrument import Instrument, load_instrument
from tests.app.questionnaire_world import open_wave
from tests.pages import post_form, token_of

WAVE = "/questionnaires/wave1"
HOUR = dt.timedelta(hours=1)
WORK = {"C01": ["2"], "C02": ["2"], "C03": "2", "C04": "2", "C05": "18", "C07": "2"}  # what block 10 requires
LEARNING = {"C10": "~na", "C12": "1", "C13": ["4", "7"]}  # what block 11 requires


@pytest.fixture
def anna(app, login_as) -> FlaskClient:
    """Anna, asked in an open wave, has consented."""
    open_wave("anna")
    client = login_as("anna")
    assert post_form(client, f"{WAVE}/").location == f"{WAVE}/1"
    return client


def text_of(client: FlaskClient, url: str) -> str:
    response = client.get(url, follow_redirects=True)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def answer(client: FlaskClient, number: int, **answers):
    return post_form(client, f"{WAVE}/{number}", **answers)


def draft() -> Draft:
    db.session.rollback()
    return db.session.scalars(db.select(Draft)).one()


def fill(client: FlaskClient, practice: str = "4", skip: int = 0) -> None:
    """Answer every statement with ``practice``, turned where it is reversed, and what else is required.

    The first ``skip`` blocks are left alone.
    """
    instrument = load_instrument("teacher_deficits")
    for number, group in enumerate(instrument.groups[:9], start=1):
        if number <= skip:
            continue
        items = [item for item in instrument.items if item.scale == group.name]
        turned = {item.name: str(4 - int(practice)) if item.reverse else practice for item in items}
        needs = {f"{item.name}_need": "2" for item in items} if practice != "4" else {}
        assert answer(client, number, **turned, **needs).status_code == 302
    answer(client, 10, **WORK)
    answer(client, 11, **LEARNING)


def send(client: FlaskClient):
    """Press «Отправить» on the check page."""
    page = text_of(client, f"{WAVE}/check")
    hidden = dict(re.findall(r'name="(key|content|csrf_token)" value="([^"]+)"', page))
    return client.post(f"{WAVE}/check", data=hidden), hidden


# --- consent and refusal


def test_start_page_says_who_sees_answers_and_until_when(app, login_as) -> None:
    open_wave("anna")
    page = text_of(login_as("anna"), f"{WAVE}/")
    for words in ("Кто увидит ответы", "видите только вы", "не меньше 5 человек", "Ответить можно до", "Не участвую"):
        assert words in page


def test_consent_keeps_version_of_the_text(anna) -> None:
    wave = db.session.scalars(db.select(Wave)).one()
    consent = db.session.scalars(db.select(Consent)).one()
    assert (consent.agreed, consent.consent_text_id, consent.kind) == (True, wave.consent_text_id, "processing")


def test_answers_are_not_taken_before_consent(app, login_as) -> None:
    open_wave("anna")
    client = login_as("anna")
    token = token_of(client, f"{WAVE}/")
    response = client.post(f"{WAVE}/1", data={"csrf_token": token, "SUB01": "2"})
    assert response.location == f"{WAVE}/"
    assert db.session.scalar(db.select(db.func.count()).select_from(Draft)) == 0


def test_refusal_is_asked_once_more_then_kept_without_the_draft(anna) -> None:
    answer(anna, 1, SUB01="2")
    assert "Черновик с вашими ответами будет удалён" in text_of(anna, f"{WAVE}/refuse")
    assert post_form(anna, f"{WAVE}/refuse").location == f"{WAVE}/"
    participation = db.session.scalars(db.select(Participation)).one()
    assert participation.status == "refused"
    assert db.session.scalar(db.select(Draft)) is None
    assert [c.agreed for c in db.session.scalars(db.select(Consent).where(Consent.withdrawn_utc.is_(None)))] == [False]


def test_refusal_may_be_taken_back_and_others_see_no_step_back(anna) -> None:
    post_form(anna, f"{WAVE}/refuse")
    finished = db.session.scalars(db.select(Participation.finished_on)).one()
    assert post_form(anna, f"{WAVE}/").location == f"{WAVE}/1"
    participation = db.session.scalars(db.select(Participation)).one()
    assert (participation.status, participation.finished_on) == ("refused", finished)
    fill(anna)
    send(anna)
    db.session.expire_all()
    assert (participation.status, participation.finished_on) == ("sent", finished)


def test_refused_and_sent_look_the_same_to_others(app, login_as) -> None:
    """The columns that others read differ in the status alone, and both statuses are one word, «готово»."""
    from app.models.waves import DONE

    open_wave("anna", "boris")
    anna, boris = login_as("anna"), login_as("boris")
    post_form(anna, f"{WAVE}/")
    fill(anna)
    send(anna)
    post_form(boris, f"{WAVE}/refuse", page=f"{WAVE}/refuse")
    rows = db.session.scalars(db.select(Participation)).all()
    assert {row.status for row in rows} == set(DONE)
    assert len({(row.started_on, row.finished_on) for row in rows}) == 1


# --- steps


def test_need_is_asked_on_the_next_page_where_practice_is_three_or_lower(anna) -> None:
    response = answer(anna, 1, SUB01="3", SUB02="4", SUB03="1")  # SUB03 is reversed: 1 means 3
    assert response.location == f"{WAVE}/1/more"
    page = text_of(anna, response.location)
    assert 'name="SUB01_need"' in page
    assert 'name="SUB03_need"' in page
    assert 'name="SUB02_need"' not in page
    response = post_form(anna, f"{WAVE}/1/more", SUB01_need="2", SUB03_need="0")
    assert response.location == f"{WAVE}/2"
    assert draft().values == {"SUB01": "3", "SUB01_need": "2", "SUB02": "4", "SUB03": "1", "SUB03_need": "0"}


def test_answers_that_open_the_need_are_marked_for_the_stylesheet(anna) -> None:
    page = text_of(anna, f"{WAVE}/1")
    for item, opening in (("SUB01", "0123"), ("SUB03", "1234")):  # SUB03 is reversed
        found = re.findall(rf'name="{item}" id="[^"]+" value="(\d)" data-help', page)
        assert "".join(found) == opening


def test_need_given_at_once_leads_on_without_the_extra_page(anna) -> None:
    assert answer(anna, 1, SUB01="3", SUB01_need="1").location == f"{WAVE}/2"


def test_answer_off_the_path_waits_in_the_draft_and_counts_again_when_the_path_returns(anna) -> None:
    answer(anna, 1, SUB01="2", SUB01_need="3")
    answer(anna, 1, SUB01="4", SUB01_need="3")  # the hidden radio still sends its old value
    answer(anna, 1, SUB01="2")
    page = text_of(anna, f"{WAVE}/1")
    assert re.search(r'name="SUB01_need"[^>]*value="3" checked', page)
    answer(anna, 1, SUB01="4")
    fill(anna, skip=1)
    send(anna)
    submission = db.session.scalars(db.select(Submission)).one()
    assert "SUB01_need" not in submission.values
    assert "SUB01_need" in submission.not_asked


def test_need_hidden_and_shown_again_is_kept_as_the_page_shows_it(anna) -> None:
    base = json.dumps({"SUB01": ["2"], "SUB01_need": ["3"]})
    answer(anna, 1, SUB01="2", SUB01_need="3")
    answer(anna, 1, SUB01="4", SUB01_need="3", **{"draft:base": base})
    base = json.dumps({"SUB01": ["4"], "SUB01_need": ["3"]})
    answer(anna, 1, SUB01="1", SUB01_need="3", **{"draft:base": base})
    assert draft().values == {"SUB01": "1", "SUB01_need": "3"}


def test_blank_is_not_the_same_as_not_applicable(anna) -> None:
    answer(anna, 1, SUB01="~na", SUB02="4")
    kept = draft()
    assert kept.not_applicable == ["SUB01"]
    assert kept.values == {"SUB02": "4"}  # SUB03 ... SUB06 are blank: in neither
    fill(anna, skip=1)
    send(anna)
    submission = db.session.scalars(db.select(Submission)).one()
    assert submission.not_applicable == ["C10", "SUB01"]
    assert "SUB03" not in submission.values
    assert "SUB03" not in submission.not_asked
    assert "SUB02_need" in submission.not_asked


def test_follow_up_that_needs_an_earlier_answer_of_the_page_comes_with_its_filtered_options(anna) -> None:
    response = answer(anna, 10, **{**WORK, "C01": ["2", "13"], "C07": "1"})
    page = text_of(anna, response.location)
    options = re.findall(r'name="C08" id="[^"]+" value="(\d+)"', page)
    assert options == ["2", "13"]  # of 32 subjects only those that were named as one's own


def test_wrong_number_keeps_what_was_typed_with_summary_and_title(anna) -> None:
    response = answer(anna, 10, **{**WORK, "C05": "сорок"})
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "<title>Ошибка:" in page
    assert 'href="#C05"' in page
    assert 'value="сорок"' in page
    assert re.search(r'id="C05"[^>]*aria-invalid="true"[^>]*aria-describedby="C05-e', page)
    assert 'value="сорок"' in text_of(anna, f"{WAVE}/10")  # still there on another day


def test_decimal_comma_and_blanks_in_a_number_are_understood(anna) -> None:
    answer(anna, 10, **{**WORK, "C05": " 18,0 "})
    assert draft().values["C05"] == " 18,0 ".strip()
    fill(anna)
    answer(anna, 10, **{**WORK, "C05": " 18,0 "})
    send(anna)
    assert db.session.scalars(db.select(Submission.values)).one()["C05"] == "18"


def test_rank_keeps_the_order_of_the_three_lists(anna) -> None:
    answer(anna, 11, **{**LEARNING, "C13": ["7", "", "4"]})
    assert draft().values["C13"] == ["7", "4"]
    assert text_of(anna, f"{WAVE}/11").count("-м месте") == 3


def test_too_many_choices_are_told(anna) -> None:
    page = answer(anna, 11, **{**LEARNING, "C15": ["1", "2", "3", "4"]}).get_data(as_text=True)
    assert "не больше 3" in page


def test_back_button_keeps_the_page_too(anna) -> None:
    assert answer(anna, 2, MET01="4", **{"draft:go": "back"}).location == f"{WAVE}/1"
    assert draft().values == {"MET01": "4"}


def test_draft_survives_sign_out_and_goes_on_in_another_browser(anna, login_as) -> None:
    answer(anna, 1, SUB01="4")
    post_form(anna, "/logout", page=f"{WAVE}/")
    other = login_as("anna")
    page = text_of(other, "/questionnaires/")
    assert f'href="{WAVE}/2"' in page  # the first page not passed yet
    assert re.search(r'id="SUB01-4" value="4" checked', text_of(other, f"{WAVE}/1"))


def test_two_devices_merge_by_answer(anna, login_as) -> None:
    base = json.dumps({"SUB01": [], "SUB02": []})
    phone, computer = anna, login_as("anna")
    answer(phone, 1, SUB01="4", **{"draft:base": base})
    answer(computer, 1, SUB02="4", **{"draft:base": base})  # its page showed SUB01 blank and left it so
    assert draft().values == {"SUB01": "4", "SUB02": "4"}
    answer(phone, 1, SUB01="0", SUB02="", **{"draft:base": json.dumps({"SUB01": ["4"], "SUB02": []})})
    assert draft().values == {"SUB01": "0", "SUB02": "4"}


def test_autosave_answers_with_time_and_counter(anna) -> None:
    token = token_of(anna, f"{WAVE}/1")
    reply = anna.post(f"{WAVE}/1/save", data={"csrf_token": token, "SUB01": "2"})
    assert reply.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", reply.json["saved"])
    assert (reply.json["answered"], reply.json["total"]) == (1, 70)  # 54 statements, 14 facts, 2 in own words
    assert draft().values == {"SUB01": "2"}
    assert draft().visited == []


def test_autosave_of_an_expired_session_is_refused_not_redirected(app, client) -> None:
    open_wave("anna")
    assert client.post(f"{WAVE}/1/save", data={"SUB01": "2"}).status_code == 401


def test_expired_session_leads_through_signing_in_back_to_the_same_page(anna) -> None:
    token = token_of(anna, f"{WAVE}/1")
    anna.delete_cookie("session")
    response = anna.post(f"{WAVE}/1", data={"csrf_token": token, "SUB01": "2"})
    assert response.status_code == 401
    assert f"/login?next={WAVE}/1" in response.get_data(as_text=True)


# --- check and sending


def test_check_page_links_to_what_is_missing(anna) -> None:
    fill(anna)
    answer(anna, 1, SUB04="", **{"draft:base": json.dumps({"SUB04": ["4"]})})
    page = text_of(anna, f"{WAVE}/check")
    assert f'href="{WAVE}/1?gaps=1#SUB04-card"' in page
    assert "Без ответа остался 1 вопрос" in page or "Без ответа остались 1 вопроса" in page
    step = text_of(anna, f"{WAVE}/1?gaps=1")
    assert 'href="#SUB04-0"' in step
    assert "Утверждение 4: нет ответа" in step
    assert 'class="q bad" id="SUB04-card"' in step


def test_check_page_says_which_blocks_will_have_no_result(anna) -> None:
    """SUB has 6 statements; 4 of 6 is 67 %, under the 70 % the instrument asks."""
    fill(anna)
    answer(anna, 1, SUB01="", SUB02="", **{"draft:base": json.dumps({"SUB01": ["4"], "SUB02": ["4"]})})
    page = text_of(anna, f"{WAVE}/check")
    assert "Результата не будет: «Содержание предмета и его преподавание»" in page
    assert "Отправить с пропусками" in page


def test_required_facts_stop_the_sending_and_are_linked(anna) -> None:
    fill(anna)
    answer(anna, 10, C05="", **{"draft:base": json.dumps({"C05": ["18"]})})
    page = text_of(anna, f"{WAVE}/check")
    assert "Без этого отправить нельзя" in page
    assert f'href="{WAVE}/10?gaps=1#C05-card"' in page
    assert 'name="content"' not in page  # no button
    kept = draft()
    token = token_of(anna, f"{WAVE}/1")
    response = anna.post(
        f"{WAVE}/check", data={"csrf_token": token, "key": kept.submission_key, "content": current_content(kept)}
    )
    assert "<title>Ошибка:" in response.get_data(as_text=True)
    assert db.session.scalar(db.select(Submission)) is None


def current_content(kept: Draft) -> str:
    from app.answers.submissions import content_hash
    from surveys.answers.checking import check_answers

    checked = check_answers(load_instrument("teacher_deficits"), kept.values, kept.not_applicable, final=True)
    return content_hash(checked)


def test_sending_gives_receipt_and_removes_the_draft(anna) -> None:
    fill(anna)
    response, _hidden = send(anna)
    assert response.location == f"{WAVE}/receipt"
    submission = db.session.scalars(db.select(Submission)).one()
    assert submission.receipt in text_of(anna, f"{WAVE}/receipt")
    assert db.session.scalar(db.select(Draft)) is None
    participation = db.session.scalars(db.select(Participation)).one()
    assert (participation.status, participation.finished_on is not None) == ("sent", True)
    assert submission.values["SUB01"] == "4"
    assert len(submission.codes) == sum(i.type == "select_one" for i in load_instrument("teacher_deficits").items)


def test_double_tap_and_back_button_give_the_same_receipt(anna) -> None:
    fill(anna)
    first, hidden = send(anna)
    receipt = db.session.scalars(db.select(Submission.receipt)).one()
    for _ in range(3):
        again = anna.post(f"{WAVE}/check", data=hidden)
        assert again.location == first.location
    assert anna.get(f"{WAVE}/5").location == f"{WAVE}/receipt"
    assert anna.get(f"{WAVE}/check").location == f"{WAVE}/receipt"
    db.session.rollback()
    assert db.session.scalars(db.select(Submission.receipt)).all() == [receipt]


def test_same_key_with_other_content_is_refused_and_the_first_kept(anna) -> None:
    fill(anna)
    _first, hidden = send(anna)
    receipt = db.session.scalars(db.select(Submission.receipt)).one()
    response = anna.post(f"{WAVE}/check", data={**hidden, "content": "0" * 64})
    assert response.status_code == 409
    assert receipt in response.get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count()).select_from(Submission)) == 1


def test_sending_what_another_device_has_changed_meanwhile_asks_to_look_again(anna) -> None:
    fill(anna)
    page = text_of(anna, f"{WAVE}/check")
    hidden = dict(re.findall(r'name="(key|content|csrf_token)" value="([^"]+)"', page))
    answer(anna, 1, SUB01="2", SUB01_need="0")
    response = anna.post(f"{WAVE}/check", data=hidden)
    assert response.status_code == 409
    assert "Ответы изменились после этой проверки" in response.get_data(as_text=True)
    assert db.session.scalar(db.select(Submission)) is None


def test_events_tell_of_acts_without_answers(anna) -> None:
    fill(anna)
    send(anna)
    events = db.session.scalars(db.select(Event).where(Event.subject_type == "participation").order_by(Event.id)).all()
    assert [event.action for event in events] == ["consent_given", "submission_sent"]
    assert not any("SUB" in json.dumps([event.old, event.new]) for event in events)


# --- time


def shut(**columns) -> None:
    db.session.execute(db.update(Wave).values(**columns))
    db.session.commit()


def test_closed_wave_says_so_and_keeps_the_draft(anna) -> None:
    answer(anna, 1, SUB01="4")
    token = token_of(anna, f"{WAVE}/1")
    now = dt.datetime.now(dt.UTC)
    shut(closes_utc=now - HOUR)
    response = anna.post(f"{WAVE}/1", data={"csrf_token": token, "SUB01": "0"}, follow_redirects=True)
    assert "Приём ответов закончен" in response.get_data(as_text=True)
    assert "черновик сохранён" in response.get_data(as_text=True)
    assert draft().values == {"SUB01": "4"}


def test_grace_minutes_still_take_a_started_questionnaire(anna) -> None:
    fill(anna)
    shut(closes_utc=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5), grace_minutes=10)
    assert send(anna)[0].location == f"{WAVE}/receipt"


def test_wave_closed_by_hand_takes_nothing_even_within_grace(anna) -> None:
    shut(status="closed")
    assert anna.get(f"{WAVE}/1").location == f"{WAVE}/"


# --- whose


def test_wave_that_does_not_ask_the_person_is_not_found(app, login_as) -> None:
    open_wave("anna")
    vera = login_as("vera")
    for page in ("", "1", "check", "receipt", "profile", "refuse"):
        response = vera.get(f"{WAVE}/{page}")
        assert response.status_code == 404
        assert "Анкета профессиональных" not in response.get_data(as_text=True)
    assert "Сейчас вас ни о чём не спрашивают" in text_of(vera, "/questionnaires/")


def test_profile_is_the_persons_own(app, login_as) -> None:
    open_wave("anna", "darya")
    anna, darya = login_as("anna"), login_as("darya")
    post_form(anna, f"{WAVE}/")
    fill(anna, practice="1")
    send(anna)
    assert "25 из 100" in text_of(anna, f"{WAVE}/profile")  # 1 of 4 everywhere
    assert darya.get(f"{WAVE}/profile").location == f"{WAVE}/"


def test_profile_tells_levels_in_words_and_offers_help(anna) -> None:
    fill(anna, practice="1")
    send(anna)
    page = text_of(anna, f"{WAVE}/profile")
    assert "Уровень дефицита: высокий" in page
    assert page.count("из 100</span>") == 9
    assert "Предлагаемая помощь" in page
    assert page.count("Можно включить тему в ИОМ") == 1  # once for the seven topics that it is offered for
    assert "наставник в своей школе" in page  # the form ranked first
    assert "помощь: да, консультация" in page
    assert "не видит" in page


def test_profile_of_strong_answers_names_no_weak_side(anna) -> None:
    fill(anna, practice="4")
    send(anna)
    page = text_of(anna, f"{WAVE}/profile")
    assert "Дефицит не выявлен" in page
    assert "Где нужна опора" not in page
    assert "Предлагаемая помощь" not in page


def test_holder_of_a_second_slip_sees_neither_draft_nor_profile(anna) -> None:
    answer(anna, 1, SUB01="2", SUB01_need="1")
    person = db.session.scalars(db.select(Person).where(Person.login == "anna")).one()
    person.sealed_utc = dt.datetime.now(dt.UTC)
    db.session.commit()
    assert anna.get(f"{WAVE}/1").location == f"{WAVE}/"
    assert "Прежний черновик закрыт" in text_of(anna, f"{WAVE}/")
    post_form(anna, f"{WAVE}/")  # begins anew
    assert draft().values == {}
    fill(anna)
    send(anna)
    db.session.execute(db.update(Person).values(sealed_utc=dt.datetime.now(dt.UTC)))
    db.session.commit()
    assert "Прежние ответы закрыты" in text_of(anna, f"{WAVE}/profile")


# --- pages


def test_every_radio_group_has_fieldset_and_legend(anna) -> None:
    answer(anna, 10, C07="1", C01=["1"])
    for number in range(1, 13):
        page = text_of(anna, f"{WAVE}/{number}")
        opened = [(match.start(), match[0]) for match in re.finditer(r"<fieldset|</fieldset>|<legend", page)]
        for radio in re.finditer(r'<input type="(radio|checkbox)"', page):
            before = [tag for place, tag in opened if place < radio.start()]
            assert before.count("<fieldset") > before.count("</fieldset>"), f"page {number}"
        assert page.count("<legend") == page.count("<fieldset")
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), f"page {number}"
        for anchor in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', page):
            assert set(anchor.split()) <= set(ids), f"page {number}"
        for label in re.findall(r'<label[^>]* for="([^"]+)"', page):
            assert label in ids


def test_scale_is_shown_in_words_never_in_digits(anna) -> None:
    page = text_of(anna, f"{WAVE}/1")
    labels = re.findall(r'<label class="opt[^"]*" for="SUB01-[^"]+">([^<]+)</label>', page)
    assert labels == [
        "совсем неверно",
        "скорее неверно",
        "отчасти верно",
        "в основном верно",
        "полностью верно",
        "не относится к моей работе",
    ]


def test_instrument_without_groups_is_shown_in_pages_of_eight(app, login_as) -> None:
    items = [{"name": f"Q{n}", "type": "text", "label": f"Вопрос {n}"} for n in range(1, 11)]
    items.append({"name": "data", "type": "date", "label": "День"})  # a name that a form object has itself
    open_wave("anna", instrument=Instrument.model_validate({"code": "own", "title": "Своя анкета", "items": items}))
    client = login_as("anna")
    post_form(client, f"{WAVE}/")
    assert text_of(client, f"{WAVE}/1").count("<legend") == 8
    answer(client, 2, data="2020-05-31", Q9="слово")
    assert draft().values == {"data": "2020-05-31", "Q9": "слово"}
    assert client.get(f"{WAVE}/3").status_code == 404


def test_each_answer_of_a_clarification_may_open_the_next_one(app, login_as) -> None:
    items = [
        {"name": "a", "type": "integer", "label": "Сколько классов?"},
        {"name": "b", "type": "text", "label": "Почему так много?", "relevant": "${a} > 5"},
        {"name": "c", "type": "text", "label": "А точнее?", "relevant": "${b} != ''"},
    ]
    open_wave("anna", instrument=Instrument.model_validate({"code": "own", "title": "Своя анкета", "items": items}))
    client = login_as("anna")
    post_form(client, f"{WAVE}/")
    assert answer(client, 1, a="6").location == f"{WAVE}/1/more"
    assert post_form(client, f"{WAVE}/1/more", b="Сельская школа").location == f"{WAVE}/1/more"
    page = text_of(client, f"{WAVE}/1/more")
    assert "А точнее?" in page
    assert "Почему так много?" not in page
    assert post_form(client, f"{WAVE}/1/more", c="").location == f"{WAVE}/check"  # seen and left blank: not asked again


def test_pages_ask_the_database_little(anna) -> None:
    """Speed: a step needs its person, wave and draft, nothing by item."""
    from sqlalchemy import event

    anna.get(f"{WAVE}/1")
    asked = []
    listener = lambda *arguments: asked.append(arguments[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    anna.get(f"{WAVE}/2")
    event.remove(db.engine, "before_cursor_execute", listener)
    assert len(asked) <= 7, asked
