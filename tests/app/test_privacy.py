"""What a teacher decides about the own answers: to show, take back, export, erase them; and what others notice."""

import io
import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from app.extensions import db
from app.models import (
    Assignment,
    Consent,
    Draft,
    Event,
    IndividualRoute,
    Participation,
    Person,
    Respondent,
    School,
    Snapshot,
    Submission,
    Wave,
)
from app.models.columns import utc_now
from app.results.snapshots import build_snapshot
from tests.app.questionnaire_world import filling_time_passed, open_wave
from tests.app.test_questionnaires import fill, text_of
from tests.pages import post_form, token_of

WAVE = "/questionnaires/wave1"
MINE = "/questionnaires/-/data"
SignIn = Callable[[str], FlaskClient]


def send(client: FlaskClient) -> None:
    """Press «Отправить» on the check page."""
    page = client.get(f"{WAVE}/check").get_data(as_text=True)
    data = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf_token", "key", "content")}
    assert client.post(f"{WAVE}/check", data=data).location == f"{WAVE}/receipt"


def press(client: FlaskClient, url: str, **data: str) -> str:
    """Post a button with a token of this session; where it leads, or the page itself."""
    response = client.post(url, data={"csrf_token": token_of(client, "/account"), **data})
    return response.location or response.get_data(as_text=True)


@pytest.fixture
def anna(app, login_as: SignIn) -> FlaskClient:
    """Anna has sent middling answers in an open wave that also asks Boris and Darya."""
    open_wave("anna", "boris", "darya")
    client = login_as("anna")
    post_form(client, f"{WAVE}/")
    fill(client, practice="1")
    send(client)
    return client


def participation_id() -> int:
    wanted = db.select(Participation.id).join(Person, Person.id == Participation.person_id)
    return db.session.scalars(wanted.where(Person.login == "anna")).one()


def test_coordinator_sees_the_profile_only_under_the_live_consent(anna, login_as) -> None:
    darya, url = login_as("darya"), f"/routes/profile/{participation_id()}"
    assert darya.post(url, data={"csrf_token": token_of(darya, "/account")}).status_code == 404
    press(anna, f"{WAVE}/show", agreed="yes")
    assert "Аннина Анна Петровна" in text_of(darya, "/routes/")
    assert "Где нужна опора" in press(darya, url)
    press(anna, f"{WAVE}/show", agreed="no")
    assert "Аннина" not in text_of(darya, "/routes/")
    assert darya.post(url, data={"csrf_token": token_of(darya, "/account")}).status_code == 404


def test_each_look_is_an_event_that_the_teacher_sees(anna, login_as) -> None:
    assert "Никто." in text_of(anna, MINE)
    press(anna, f"{WAVE}/show", agreed="yes")
    darya = login_as("darya")
    press(darya, f"/routes/profile/{participation_id()}")
    press(darya, f"/routes/profile/{participation_id()}")
    page = text_of(anna, MINE)
    assert page.count("открыл(а) ваш профиль") == 2
    assert "Дарьина\u00a0Д.\u00a0О." in page


@pytest.mark.parametrize("login", ["boris", "vera", "galina", "maria", "adam"])
def test_nobody_but_the_coordinator_opens_a_profile_even_under_consent(anna, login_as, login) -> None:
    press(anna, f"{WAVE}/show", agreed="yes")
    client = login_as(login)
    response = client.post(f"/routes/profile/{participation_id()}", data={"csrf_token": token_of(client, "/account")})
    assert response.status_code == 403


def test_coordinator_who_also_heads_the_school_opens_no_profile(anna, login_as) -> None:
    press(anna, f"{WAVE}/show", agreed="yes")
    darya = login_as("darya")
    assert "Аннина" in text_of(darya, "/routes/")
    person, school = (db.session.scalars(db.select(table)).all() for table in (Person, School))
    person = next(one for one in person if one.login == "darya")
    person.assignments.append(Assignment(role="head", scope=school[0].code, school_id=school[0].id))
    db.session.commit()
    assert "Аннина" not in text_of(darya, "/routes/")
    url = f"/routes/profile/{participation_id()}"
    assert darya.post(url, data={"csrf_token": token_of(darya, "/account")}).status_code == 404


def test_withdrawn_answers_enter_no_later_snapshot(anna) -> None:
    wave = db.session.scalars(db.select(Wave)).one()
    assert build_snapshot(wave).n == 1
    db.session.rollback()
    press(anna, f"{WAVE}/show", agreed="yes")
    press(anna, f"{WAVE}/withdraw")
    wave = db.session.scalars(db.select(Wave)).one()
    assert build_snapshot(wave).n == 0
    db.session.rollback()
    assert {one.kind for one in db.session.scalars(db.select(Consent)) if one.withdrawn_utc} == {
        "processing",
        "show_coordinator",
    }
    assert "Согласие отозвано" in text_of(anna, MINE)
    assert db.session.scalars(db.select(Participation.status).order_by(Participation.id)).first() == "sent"


def test_own_data_come_as_json_and_pdf_with_every_answer(anna) -> None:
    data = json.loads(anna.get(f"{MINE}.json").data)
    wave = data["waves"][0]
    kept = db.session.scalars(db.select(Submission)).one()
    assert {one["item"]: one["answer"] for one in wave["answers"]} == {
        **kept.values,
        **dict.fromkeys(kept.not_applicable),
    }
    assert data["person"]["login"] == "anna"
    assert wave["receipt"] == kept.receipt
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(anna.get(f"{MINE}.pdf").data)).pages)
    assert "Мои данные" in text
    assert kept.receipt in text


def test_profile_document_is_one_page_with_the_numbers_of_the_screen(anna) -> None:
    pdf = PdfReader(io.BytesIO(anna.get(f"{WAVE}/profile.pdf").data))
    assert len(pdf.pages) == 1
    text = pdf.pages[0].extract_text()
    for score in re.findall(r'class="num">(\d+) из 100', text_of(anna, f"{WAVE}/profile")):
        assert score in text


def test_erasure_removes_answers_drafts_and_keys_and_leaves_the_snapshot_whole(anna) -> None:
    wave = db.session.scalars(db.select(Wave)).one()
    snapshot = build_snapshot(wave)
    db.session.add(snapshot)
    db.session.commit()
    whole = snapshot.sha256
    key = db.session.scalars(db.select(Submission.respondent_key)).one()
    press(anna, "/questionnaires/-/erase")
    db.session.rollback()
    for table in (Submission, Draft, Consent):
        assert db.session.scalars(db.select(table).where(table.respondent_key == key)).all() == []
    assert db.session.scalars(db.select(Respondent).where(Respondent.key == key)).all() == []
    kept = db.session.scalars(db.select(Snapshot)).one()
    assert (kept.sha256, kept.n) == (whole, 1)
    assert key.encode() not in kept.dataset
    assert "ваши ответы удалены" in text_of(anna, f"{WAVE}/")


def test_holder_of_a_new_slip_neither_shows_takes_out_nor_erases_earlier_answers(anna) -> None:
    person = db.session.scalars(db.select(Person).where(Person.login == "anna")).one()
    person.sealed_utc = utc_now()
    db.session.commit()
    for address in ("show", "withdraw"):
        token = token_of(anna, "/account")
        assert anna.post(f"{WAVE}/{address}", data={"csrf_token": token, "agreed": "yes"}).status_code == 404
    wave = json.loads(anna.get(f"{MINE}.json").data)["waves"][0]
    assert (wave["sealed"], wave["answers"]) == (True, None)
    press(anna, "/questionnaires/-/erase")
    assert db.session.scalars(db.select(db.func.count()).select_from(Submission)).one() == 1
    assert anna.get(f"{WAVE}/profile.pdf").location == f"{WAVE}/profile"


# What others can notice


TOKEN = re.compile(r'name="csrf_token"[^>]*value="[^"]+"')
CLOCK = re.compile(r"\d\d:\d\d")
LINK = re.compile(r'href="(/[^"#]*)')


def walk(client: FlaskClient, most: int = 60) -> dict[str, str]:
    """Every page that links lead to from the home page: address -> its text without tokens and clocks."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(found) < most:
        url = waiting.pop(0).replace("&amp;", "&")
        if url in found or url.startswith(("/static", "/look", "/lang")) or re.search(r"\.(xlsx|pdf|docx)(\?|$)", url):
            continue
        response = client.get(url)
        if response.mimetype not in ("text/html", "text/csv"):
            continue
        text = CLOCK.sub("", TOKEN.sub("", response.get_data(as_text=True)))
        found[url] = f"{response.status_code} {response.headers.get('Location', '')} {text}"
        waiting += LINK.findall(text)
    return found


@pytest.mark.parametrize("waited", [False, True], ids=["at once", "half an hour later"])
@pytest.mark.parametrize("login", ["boris", "darya", "vera", "galina", "maria", "adam"])
def test_pages_of_others_are_the_same_byte_for_byte_whether_a_teacher_refused_or_sent(
    app, login_as, login, waited
) -> None:
    open_wave("anna")
    anna, other = login_as("anna"), login_as(login)
    other.get("/")  # what is said once after signing in
    post_form(anna, f"{WAVE}/refuse")
    if waited:
        filling_time_passed()
    refused, own_refused = walk(other), walk(anna)
    post_form(anna, f"{WAVE}/")  # thought better of it
    fill(anna, practice="1")
    assert walk(other) == refused
    send(anna)
    assert walk(other) == refused
    press(anna, f"{WAVE}/withdraw")
    press(anna, "/questionnaires/-/erase")
    assert walk(other) == refused
    assert len(refused) > 5
    assert walk(anna) != own_refused  # the twin: the walk does notice a difference where there is one


def seal(login: str) -> None:
    """As after a second slip, printed by somebody else."""
    db.session.execute(db.update(Person).where(Person.login == login).values(sealed_utc=utc_now()))
    db.session.commit()


def test_holder_of_a_new_slip_cannot_tell_who_sent_from_who_refused(app, login_as) -> None:
    open_wave("anna", "boris")
    anna, boris = login_as("anna"), login_as("boris")
    for client in (anna, boris):
        client.get("/")  # what is said once after signing in
        post_form(client, f"{WAVE}/")
    fill(anna, practice="1")
    send(anna)
    press(anna, f"{WAVE}/show", agreed="yes")
    press(boris, f"{WAVE}/refuse")
    pages = ("/questionnaires/", f"{WAVE}/", f"{WAVE}/receipt", f"{WAVE}/profile", f"{WAVE}/profile.pdf", MINE)
    pages += tuple(f"{WAVE}/{page}" for page in ("refuse", "1", "check", "1/more"))
    posts = tuple(f"{WAVE}/{page}" for page in ("", "refuse", "check", "1", "1/save", "withdraw", "show"))

    def seen(client: FlaskClient) -> dict[str, str]:
        token = token_of(client, "/account")
        answers = {f"GET {page}": client.get(page) for page in pages}
        answers |= {f"POST {page}": client.post(page, data={"csrf_token": token}) for page in posts}
        return {
            name: f"{answer.status_code} {answer.location} {shown(answer.get_data().decode(errors='replace'))}"
            for name, answer in answers.items()
        } | {"JSON": str(json.loads(client.get(f"{MINE}.json").data)["waves"])}

    mine, his = seen(anna), seen(boris)
    assert {name for name in mine if mine[name] != his[name]} >= {f"GET {WAVE}/", f"GET {MINE}"}  # the twin
    seal("anna")
    seal("boris")
    assert seen(anna) == seen(boris)


def shown(page: str) -> str:
    """What a page says below the name of who is signed in."""
    return TOKEN.sub("", page.partition("<main")[2])


def test_holder_of_a_new_slip_does_not_see_the_route_drafted_before(anna) -> None:
    route = draft_route(anna)
    assert "Мои маршруты" in text_of(anna, "/routes/")
    seal("anna")
    assert anna.get(route).status_code == 404
    assert anna.get(f"{route}/route.pdf").status_code == 404
    assert "Мои маршруты" not in text_of(anna, "/routes/")
    assert json.loads(anna.get(f"{MINE}.json").data)["routes"] == []


# The individual route


def agree(client: FlaskClient, url: str) -> str:
    """Press «Согласовать маршрут» as the page stands."""
    return press(client, f"{url}/agree", version=fields(client, url)["version"])


def draft_route(anna: FlaskClient) -> str:
    return press(anna, "/routes/new/wave1")


def test_draft_route_has_three_deficits_at_most_with_steps_in_preferred_forms(anna) -> None:
    url = draft_route(anna)
    route = db.session.scalars(db.select(IndividualRoute)).one()
    assert len(route.deficits) == 3
    forms = {step["form"] for one in route.deficits for step in one["steps"]} - {""}
    profile = text_of(anna, f"{WAVE}/profile")
    assert len(forms) == 2  # C13 holds two
    assert all(form in profile for form in forms)
    for one in route.deficits:  # an aim, the two forms, what shows the change
        assert [step["form"] != "" for step in one["steps"]] == [False, True, True, False]
        assert one["label"] in one["steps"][0]["text"]
        assert [step["due"] for step in one["steps"]] == sorted({step["due"] for step in one["steps"]})
    assert draft_route(anna) == url  # a second press leads to the first draft


def test_route_is_known_to_head_and_department_only_when_both_agreed(anna, login_as) -> None:
    url = draft_route(anna)
    agree(anna, url)
    people = {login: login_as(login) for login in ("boris", "galina", "maria", "darya", "vera")}
    assert {login: client.get(url).status_code for login, client in people.items()} == dict.fromkeys(people, 404)
    press(anna, f"{WAVE}/show", agreed="yes")
    assert people["darya"].get(url).status_code == 200
    agree(people["darya"], url)
    assert {login: client.get(url).status_code for login, client in people.items()} == {
        **dict.fromkeys(people, 200),
        "vera": 404,  # head of another school
    }
    page = text_of(people["boris"], url)
    assert "из 100" not in page
    press(anna, f"{WAVE}/show", agreed="no")
    assert people["boris"].get(url).status_code == 200  # agreed once, known until it is changed


def test_changed_step_takes_both_agreements_back_and_a_tick_does_not(anna, login_as) -> None:
    url = draft_route(anna)
    press(anna, f"{WAVE}/show", agreed="yes")
    darya = login_as("darya")
    for client in (anna, darya):
        agree(client, url)
    form = fields(anna, url)
    press(darya, url, **form, **{"deficits-0-steps-0-done": "y"})
    route = db.session.scalars(db.select(IndividualRoute)).one()
    assert route.agreed
    assert route.deficits[0]["steps"][0]["done"]
    press(darya, url, **(fields(anna, url) | {"deficits-0-steps-0-text": "Другой шаг"}))
    db.session.rollback()
    assert not db.session.scalars(db.select(IndividualRoute)).one().agreed
    assert "изменил другой человек" in press(anna, url, **form)  # the form that was opened before


def test_steps_changed_meanwhile_are_not_agreed_unseen(anna, login_as) -> None:
    url = draft_route(anna)
    press(anna, f"{WAVE}/show", agreed="yes")
    darya, seen = login_as("darya"), fields(anna, url)["version"]
    press(darya, url, **(fields(darya, url) | {"deficits-0-steps-0-text": "Другой шаг"}))
    agree(darya, url)
    press(anna, f"{url}/agree", version=seen)
    db.session.rollback()
    route = db.session.scalars(db.select(IndividualRoute)).one()
    assert (route.teacher_agreed_utc, route.agreed) == (None, False)
    agree(anna, url)
    db.session.rollback()
    assert db.session.scalars(db.select(IndividualRoute)).one().agreed


def fields(client: FlaskClient, url: str) -> dict[str, str]:
    """What the route's form would send as it stands."""
    page = text_of(client, url)
    found = dict(re.findall(r'<input type="(?:hidden|text|date)"[^>]*? name="([^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea id="[^"]*" name="(deficits[^"]+)" rows="2">([^<]*)<', page))
    found.pop("csrf_token", None)
    return {"version": re.search(r'name="version" value="(\d+)"', page)[1], **found}


def test_outcome_and_self_assessment_end_the_route(anna, login_as) -> None:
    url = draft_route(anna)
    press(anna, f"{WAVE}/show", agreed="yes")
    darya = login_as("darya")
    for client in (anna, darya):
        agree(client, url)
    press(anna, f"{url}/finish", mark="worked", words="Теперь планирую сама")
    assert "Ошибка:" in press(darya, f"{url}/finish")  # nothing chosen
    press(darya, f"{url}/finish", mark="done")
    assert db.session.scalars(db.select(IndividualRoute)).one().finished_utc is not None
    assert "Теперь планирую сама" in text_of(login_as("boris"), url)
    pages = PdfReader(io.BytesIO(anna.get(f"{url}/route.pdf").data)).pages
    printed = " ".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert "Теперь планирую сама" in printed
    assert "Аннина А. П." in printed.replace("\u00a0", " ")
    assert "Дарьина Д. О." in printed.replace("\u00a0", " ")


def test_own_change_since_the_last_stage_is_shown_from_own_answers(anna, app) -> None:
    """Practice 1 of 4 is 25 of 100, then 3 of 4 is 75: by hand."""
    second = open_wave("anna", code="wave2")
    second.opens_utc = utc_now()
    db.session.commit()
    from app.answers.respondents import respondent_key

    first = db.session.scalars(db.select(Submission)).one()
    values = {
        name: {"1": "3", "3": "1"}.get(value, value) if isinstance(value, str) else value
        for name, value in first.values.items()
        if not name.endswith("_need")
    }
    db.session.add(
        Submission(
            wave_id=second.id,
            school_id=first.school_id,
            respondent_key=respondent_key(db.session.scalars(db.select(Person.id).where(Person.login == "anna")).one()),
            client_key="second",
            content_sha256="0" * 64,
            receipt="В2",
            values=values,
            codes=first.codes,
            received_utc=utc_now(),
        )
    )
    db.session.commit()
    page = text_of(anna, "/questionnaires/wave2/profile")
    assert page.count("на прошлом этапе 25, изменение +50") == 9
    assert "на прошлом этапе" not in text_of(anna, f"{WAVE}/profile")


def test_events_name_no_answers(anna) -> None:
    press(anna, f"{WAVE}/show", agreed="yes")
    draft_route(anna)
    for event in db.session.scalars(db.select(Event)):
        assert "SUB" not in json.dumps([event.old, event.new])
