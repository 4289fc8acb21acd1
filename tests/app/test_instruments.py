"""The room of forms: a file in, errors at once, a draft with its difference, publishing; what is published stays."""

import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.content.editions import draft_of, incomparable_between, newest
from app.content.store import instrument_of, store_instrument
from app.extensions import db
from app.models import ConsentText, Draft, Event, InstrumentVersion
from app.models.definitions import PublishedChangedError
from app.waves.queries import published_instruments
from surveys.definition.instrument import Instrument, instrument_from_dict, load_instrument
from surveys.xlsform import write_xlsform
from tests.pages import post_form, token_of

ITEMS = [
    {"name": "a", "type": "select_one", "options": "agree", "label": "Мне хватает времени на подготовку", "scale": "s"},
    {"name": "b", "type": "select_one", "options": "agree", "label": "Я знаю куда обратиться", "scale": "s"},
    {"name": "c", "type": "text", "label": "Чего не хватает?"},
]
BODY = {
    "code": "climate",
    "title": "Климат школы",
    "items": ITEMS,
    "option_lists": {"agree": [{"name": "1", "label": "нет"}, {"name": "2", "label": "да"}]},
    "scales": [{"name": "s", "label": "Условия"}],
}


def form_of(**changes) -> Instrument:
    return instrument_from_dict({**BODY, **changes})


def with_label(place: int, label: str) -> Instrument:
    return form_of(items=[{**item, "label": label} if at == place else item for at, item in enumerate(ITEMS)])


def book(instrument: Instrument) -> bytes:
    """The instrument as an XLSForm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.xlsx"
        write_xlsform(instrument, path)
        return path.read_bytes()


def send(client, content: bytes, name: str = "climate.xlsx", url: str = "/instruments/"):
    token = token_of(client, "/instruments/")
    return client.post(url, data={"csrf_token": token, "file": (io.BytesIO(content), name)}, follow_redirects=True)


def published(instrument: Instrument) -> InstrumentVersion:
    version = store_instrument(instrument)
    db.session.commit()
    return version


def test_file_becomes_a_draft_then_a_version_that_a_wave_can_ask_with(login_as):
    client = login_as("galina")
    page = send(client, book(form_of())).get_data(as_text=True)
    assert "Получился черновик версии 1" in page
    draft = draft_of(InstrumentVersion, "climate")
    assert draft is not None
    assert published_instruments() == []
    response = post_form(client, f"/instruments/{draft.id}", act="publish")
    assert response.status_code == 302
    assert [one.code for one in published_instruments()] == ["climate"]
    assert instrument_of(published_instruments()[0]) == form_of()
    assert {event.action for event in db.session.scalars(db.select(Event))} >= {
        "instrument_version.drafted",
        "instrument_version.published",
    }


def test_all_problems_come_with_sheet_and_row_and_nothing_is_kept(login_as):
    client = login_as("galina")
    workbook = openpyxl.Workbook()
    workbook.active.title = "survey"
    for row in (
        ("type", "name", "label"),
        ("slider", "x", "?"),
        ("select_one nolist", "y", "?"),
        ("geopoint", "z", "?"),
    ):
        workbook.active.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    response = send(client, stream.getvalue(), "плохая.xlsx")
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<title>Ошибка:" in page
    for words in ("лист survey, строка 2", "«slider»", "строка 3", "nolist", "строка 4", "geopoint"):
        assert words in page
    assert db.session.scalar(db.select(db.func.count()).select_from(InstrumentVersion)) == 0


def test_same_content_makes_no_draft(login_as):
    version = published(form_of())
    page = send(login_as("galina"), book(form_of())).get_data(as_text=True)
    assert "изменений нет" in page
    assert draft_of(InstrumentVersion, "climate") is None
    assert newest(InstrumentVersion, "climate").id == version.id


def test_changed_file_makes_the_next_version_and_asks_about_each_change(login_as):
    old = published(form_of())
    client = login_as("galina")
    page = send(client, book(with_label(1, "Я знаю, куда обратиться"))).get_data(as_text=True)
    assert "черновик версии 2" in page
    assert "Пункт b" in page
    assert "<del>Я знаю куда обратиться</del>" in page
    assert "<ins>Я знаю, куда обратиться</ins>" in page
    draft = draft_of(InstrumentVersion, "climate")
    refused = post_form(client, f"/instruments/{draft.id}", act="publish")
    assert refused.status_code == 422
    assert "Отметьте: опечатка или изменён смысл" in refused.get_data(as_text=True)
    key = next(iter(instrument_keys(draft)))
    assert post_form(client, f"/instruments/{draft.id}", act="publish", **{key: "typo"}).status_code == 302
    db.session.expire_all()
    new = newest(InstrumentVersion, "climate")
    assert new.version == "2"
    assert new.previous_id == old.id
    assert not incomparable_between(old, new)


def instrument_keys(draft):
    from app.content.editions import changes_of

    return [change.key for change in changes_of(draft) if change.nature == "judged"]


def test_changed_meaning_makes_item_and_scale_incomparable(login_as):
    old = published(form_of())
    client = login_as("galina")
    send(client, book(with_label(1, "Мне есть к кому обратиться в школе")))
    draft = draft_of(InstrumentVersion, "climate")
    (key,) = instrument_keys(draft)
    post_form(client, f"/instruments/{draft.id}", act="publish", **{key: "meaning"})
    db.session.expire_all()
    found = incomparable_between(old, newest(InstrumentVersion, "climate"))
    assert found.items == {"b"}
    assert found.scales == {"s"}
    assert incomparable_between(newest(InstrumentVersion, "climate"), old) == found


def test_published_version_cannot_be_changed_or_thrown_away(login_as):
    version = published(form_of())
    version.body = with_label(0, "Другое").to_json()
    with pytest.raises(PublishedChangedError):
        db.session.flush()
    db.session.rollback()
    client = login_as("galina")
    token = token_of(client, "/instruments/")
    for address in (f"/instruments/{version.id}", f"/instruments/{version.id}/discard"):
        assert client.post(address, data={"csrf_token": token, "act": "publish"}).status_code == 409
    assert instrument_of(db.session.get(InstrumentVersion, version.id)) == form_of()


def test_second_file_replaces_the_draft_and_keeps_marks_on_changes_that_stay(login_as):
    published(form_of())
    client = login_as("galina")
    send(client, book(with_label(1, "Я знаю, куда обратиться")))
    draft = draft_of(InstrumentVersion, "climate")
    (key,) = instrument_keys(draft)
    post_form(client, f"/instruments/{draft.id}", act="save", **{key: "typo"})
    both = [
        {**item, "label": label}
        for item, label in zip(ITEMS, ("Время есть", "Я знаю, куда обратиться", "Что?"), strict=True)
    ]
    send(client, book(form_of(items=both)))
    db.session.expire_all()
    draft = draft_of(InstrumentVersion, "climate")
    assert draft.version == "2"
    assert draft.marks == {key: "typo"}
    assert len(instrument_keys(draft)) == 3


def test_draft_is_thrown_away(login_as):
    client = login_as("galina")
    send(client, book(form_of()))
    draft = draft_of(InstrumentVersion, "climate")
    post_form(client, f"/instruments/{draft.id}/discard", page=f"/instruments/{draft.id}")
    db.session.expire_all()
    assert draft_of(InstrumentVersion, "climate") is None


def test_file_of_another_form_is_refused_on_the_page_of_this_one(login_as):
    version = published(form_of())
    response = send(login_as("galina"), book(form_of(code="other")), url=f"/instruments/{version.id}/file")
    assert response.status_code == 422
    assert "в файле форма «other», а изменяется «climate»" in response.get_data(as_text=True)


@pytest.mark.parametrize("login", ["anna", "boris", "darya"])
def test_school_people_may_not_open_the_room(login_as, login):
    assert login_as(login).get("/instruments/").status_code == 403


@pytest.mark.parametrize("login", ["galina", "maria", "adam"])
def test_staff_may_open_the_room(login_as, login):
    assert login_as(login).get("/instruments/").status_code == 200
    assert db.session.scalar(db.select(ConsentText)) is None


@pytest.mark.parametrize("kind", ["xlsx", "toml"])
@pytest.mark.parametrize("code", ["teacher_deficits", "school_card"])
def test_exported_form_comes_back_identical(login_as, code, kind):
    version, client = published(load_instrument(code)), login_as("galina")
    exported = client.get(f"/instruments/{version.id}/form.{kind}")
    page = send(client, exported.data, f"{code}_v1.{kind}").get_data(as_text=True)
    assert "изменений нет" in page


def test_edited_bands_make_a_draft_of_the_card(login_as):
    card = load_instrument("school_card")
    version, client = published(card), login_as("galina")
    book_of_bands = openpyxl.load_workbook(io.BytesIO(client.get(f"/instruments/{version.id}/bands.xlsx").data))
    sheet, first = book_of_bands["Показатели"], card.indicators[0]
    sheet["E2"] = first.low + (1 if first.better == "high" else -1)
    stream = io.BytesIO()
    book_of_bands.save(stream)
    page = send(client, stream.getvalue(), "bands.xlsx", f"/instruments/{version.id}/bands").get_data(as_text=True)
    assert f"Показатель {first.code}" in page
    assert "порог низкого риска" in page
    sheet["E2"] = "много"
    stream = io.BytesIO()
    book_of_bands.save(stream)
    response = send(client, stream.getvalue(), "bands.xlsx", f"/instruments/{version.id}/bands")
    assert response.status_code == 422
    assert "лист Показатели, строка 2" in response.get_data(as_text=True)


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF")])
def test_blank_is_given_as_a_document(login_as, kind, start):
    version = published(form_of())
    answer = login_as("galina").get(f"/instruments/{version.id}/blank.{kind}")
    assert answer.data.startswith(start)
    assert answer.headers["Content-Disposition"].endswith(f"climate_v1_blank.{kind}")


def test_nothing_of_an_uploaded_file_stays_on_the_disk(login_as, app, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client, files = login_as("galina"), Path(app.config["FILES"])
    before = set(files.rglob("*"))
    send(client, book(form_of()))
    send(client, b"PK\x03\x04 not a workbook")
    assert list(tmp_path.rglob("*")) == []
    assert set(files.rglob("*")) == before


@pytest.mark.parametrize("name", ["", "../../etc/passwd.xlsx", "a\\b:c*.xlsx", ".xlsx", "без_расширения"])
def test_strange_file_names_are_answered_in_words(login_as, name):
    response = send(login_as("galina"), b"nothing", name)
    assert response.status_code in (422, 400)
    assert "Traceback" not in response.get_data(as_text=True)


SKIPS = [
    {"name": "a", "type": "select_one", "options": "agree", "label": "Есть кабинет?", "group": "one"},
    {"name": "b", "type": "integer", "label": "Сколько мест?", "group": "two", "relevant": "${a} = 2"},
    {"name": "c", "type": "text", "label": "Что ещё?", "group": "two"},
]


def preview_of(login_as):
    groups = [{"name": "one", "label": "Первый"}, {"name": "two", "label": "Второй"}]
    version = published(form_of(items=SKIPS, scales=[], groups=groups))
    return login_as("galina"), f"/instruments/{version.id}/preview"


@pytest.mark.parametrize(("answer", "asked"), [("2", True), ("1", False)])
def test_preview_follows_the_skips_and_keeps_nothing(login_as, answer, asked):
    client, url = preview_of(login_as)
    assert f'src="{url}/1' in client.get(url).get_data(as_text=True)
    sent = post_form(client, f"{url}/1", a=answer, **{"preview:go": "next", "preview:shown": "a"})
    page = sent.get_data(as_text=True)
    assert "<h1>Второй</h1>" in page
    assert ("Сколько мест?" in page) is asked
    assert f'<input type="hidden" name="a" value="{answer}">' in page
    assert db.session.scalar(db.select(db.func.count()).select_from(Draft)) == 0


def test_preview_tells_of_an_answer_that_does_not_fit_and_comes_to_an_end(login_as):
    client, url = preview_of(login_as)
    page = post_form(client, f"{url}/2", a="2", b="много", **{"preview:go": "next", "preview:shown": "b c"})
    assert "Проверьте" in page.get_data(as_text=True)
    page = post_form(client, f"{url}/2", a="2", b="5", **{"preview:go": "next", "preview:shown": "b c"})
    assert "Конец формы" in page.get_data(as_text=True)


def test_only_the_preview_may_stand_in_a_frame_and_only_in_ours(login_as):
    client, url = preview_of(login_as)
    inside, outside = client.get(f"{url}/1").headers, client.get(url).headers
    assert inside["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inside["Content-Security-Policy"]
    assert outside["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in outside["Content-Security-Policy"]


def test_draft_of_the_card_and_of_the_questionnaire_open_in_preview(login_as):
    client = login_as("galina")
    for code in ("teacher_deficits", "school_card"):
        version = published(load_instrument(code))
        for number in (1, 2):
            assert client.get(f"/instruments/{version.id}/preview/{number}").status_code == 200
        assert client.get(f"/instruments/{version.id}/preview/99").status_code == 404


@pytest.mark.parametrize(
    "name", ["xlsform/pyxform__cascading_select_test_equivalent.xls", "malformed/ok_baseline.xlsx", "csv"]
)
def test_every_kind_of_file_is_taken(login_as, name):
    data = Path(__file__).parents[1] / "data"
    rows = "survey;;;\r\n;type;name;label\r\n;text;q;Чего не хватает?\r\nsettings;;\r\n;form_id;form_title\r\n;f;Форма"
    content = rows.encode("cp1251") if name == "csv" else (data / name).read_bytes()
    page = send(login_as("galina"), content, f"form.{name.rpartition('.')[2]}").get_data(as_text=True)
    assert "Получился черновик" in page


def test_card_is_previewed_in_the_form_of_a_card(login_as):
    card = load_instrument("school_card")
    client, number = login_as("galina"), published(card).id
    for at, group in enumerate([group for group in card.groups if group.parent is None], start=1):
        page = client.get(f"/instruments/{number}/preview/{at}").get_data(as_text=True)
        assert f"<h1>{at}. {group.label}</h1>" in page
        for item in card.items:
            if item.group == group.name and item.type != "calculate":
                assert f'id="{item.name}"' in page, item.name


def test_limit_of_an_upload_is_named(login_as):
    client = login_as("galina")
    token, big = token_of(client, "/instruments/"), io.BytesIO(b"PK\x03\x04" + b"0" * (10 * 2**20))
    boundary, body = encode_multipart({"csrf_token": token, "file": FileStorage(big, "big.xlsx")})
    response = client.post("/instruments/", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert response.status_code == 422
    assert "файл больше 10 МБ" in response.get_data(as_text=True)


def test_every_word_of_a_difference_can_be_said_in_the_language_of_the_page():
    from app.instruments.difference_words import WORDS
    from surveys.definition import difference

    tables = [value for name, value in vars(difference).items() if name.endswith("_FIELDS")]
    words = {one if isinstance(one, str) else one[0] for table in tables for one in table.values()}
    assert words | set(difference.PARTS.values()) <= set(WORDS)


def test_difference_is_told_in_english_to_who_reads_english(login_as):
    published(form_of())
    client = login_as("galina")
    send(client, book(with_label(1, "Я знаю, куда обратиться")))
    client.set_cookie("interface", "en")
    page = client.get(f"/instruments/{draft_of(InstrumentVersion, 'climate').id}").get_data(as_text=True)
    assert "Item b" in page
    assert '<span class="small">text</span>' in page
    assert "Я знаю, куда обратиться" in page
