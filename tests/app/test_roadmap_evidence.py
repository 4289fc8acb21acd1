"""Evidence: what is taken, what is refused, whose it is, and the coordinator's word on it."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import Event, Evidence
from app.models.columns import utc_now
from app.plan.evidence import LARGEST, FileRefusedError, file_type, safe_name
from app.plan.marks import marks_at, marks_now, progress
from tests.app.roadmap_world import PDF, state_of
from tests.app.rooms_world import add_plan
from tests.pages import post_form, token_of

SignIn = Callable[[str], FlaskClient]


def packed(**parts: bytes) -> bytes:
    """A zip with these members; «__» in a name is a slash."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return body.getvalue()


def send(client: FlaskClient, *files: tuple[bytes, str], scope: str = "school1", **data: str) -> TestResponse:
    """Mark 3.8 as done with ``files``: (content, name). The body is made here, byte by byte, as a browser sends it."""
    url = f"/roadmap/3.8/{scope}"
    form = {"csrf_token": token_of(client, url), "state": "done", "version": "0", **data}
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in form.items()]
    for content, name in files:
        head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
        parts.append(head.encode() + content)
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    return client.post(url, data=body, content_type="multipart/form-data; boundary=edge")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("приказ\x00.pdf.exe", "приказ.pdf.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.pdf"),
        ('a"; filename="b.html', "a__ filename__b.pdf"),
        ("<script>alert(1)</script>.pdf", "script_.pdf"),
        ("CON", "CON.pdf"),
        ("...", "file.pdf"),
        ("я" * 400 + ".pdf", "я" * 100 + ".pdf"),
        ("line\r\nSet-Cookie: x=1.pdf", "lineSet-Cookie_ x_1.pdf"),
    ],
)
def test_hostile_name_is_made_safe(name: str, kept: str) -> None:
    made = safe_name(name, ".pdf")
    assert made == kept
    assert Path(made).name == made
    assert not re.search(r'[\x00-\x1f"<>:|?*\\/]', made)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PDF, ".pdf"),
        (b"\x89PNG\r\n\x1a\n rest", ".png"),
        (b"\xff\xd8\xff\xe0 rest", ".jpg"),
        (b"{\\rtf1 text}", ".rtf"),
        (packed(word__document_xml=b"<w/>"), ".docx"),
        (packed(xl__workbook_xml=b"<w/>"), ".xlsx"),
        (packed(mimetype=b"application/vnd.oasis.opendocument.text"), ".odt"),
    ],
    ids=["pdf", "png", "jpg", "rtf", "docx", "xlsx", "odt"],
)
def test_type_is_found_in_the_content(content: bytes, extension: str) -> None:
    assert file_type(content)[0] == extension


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00 program", "нужен документ"),
        (b"<html><script>alert(1)</script>", "нужен документ"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "нужен документ"),
        (b"GIF89a", "нужен документ"),
        (packed(word__document_xml=b"<w/>", word__vbaProject_bin=b"macro"), "с макросами"),
        (packed(anything=b"x"), "нужен документ"),
        (packed(word__document_xml=b"x")[:60], "нужен документ"),
    ],
    ids=["program", "page", "svg", "gif", "macros", "bare zip", "cut zip"],
)
def test_what_is_no_document_is_refused_whatever_its_name(content: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        file_type(content)


def test_file_proves_done_and_comes_back_as_an_attachment(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    assert send(boris, (PDF, "../приказ 17.exe")).status_code == 302
    kept = db.session.scalars(db.select(Evidence)).one()
    assert (kept.filename, kept.mime, kept.size) == ("приказ 17.pdf", "application/pdf", len(PDF))
    assert kept.sha256 in kept.path
    answer = boris.get(f"/roadmap/files/{kept.id}", buffered=True)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "приказ 17.pdf" in boris.get("/roadmap/3.8").get_data(as_text=True)


def test_file_of_another_school_is_not_there(login_as: SignIn) -> None:
    add_plan()
    send(login_as("boris"), (PDF, "a.pdf"))
    kept = db.session.scalars(db.select(Evidence.id)).one()
    assert login_as("vera").get(f"/roadmap/files/{kept}").status_code == 404
    assert login_as("galina").get(f"/roadmap/files/{kept}", buffered=True).status_code == 200
    assert login_as("anna").get(f"/roadmap/files/{kept}").status_code == 403


def test_history_names_files_that_came_and_went_to_those_who_see_the_school(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    send(boris, (PDF, "приказ 17.pdf"))
    kept = db.session.scalars(db.select(Evidence.id)).one()
    post_form(boris, "/roadmap/3.8/school1", state="in_work", version="1", remove=str(kept))
    told = boris.get("/roadmap/3.8").get_data(as_text=True).partition("История</h2>")[2]
    assert "приложен файл: приказ 17.pdf" in told
    assert "убран файл: приказ 17.pdf" in told
    other = login_as("vera").get("/roadmap/3.8").get_data(as_text=True)
    assert "приказ 17.pdf" not in other


def test_store_lies_outside_what_the_web_serves(app: Flask, login_as: SignIn) -> None:
    add_plan()
    send(login_as("boris"), (PDF, "a.pdf"))
    root = Path(app.config["FILES"]).resolve()
    assert not root.is_relative_to(Path(app.static_folder or "").resolve())
    assert [one.name for one in root.rglob("*.part")] == []


@pytest.mark.parametrize("extra", [0, 1], ids=["exactly 20 MB", "one byte more"])
def test_limit_of_twenty_megabytes(login_as: SignIn, extra: int) -> None:
    add_plan()
    answer = send(login_as("boris"), (PDF + b"0" * (LARGEST - len(PDF) + extra), "big.pdf"))
    if extra:
        assert "файл больше 20 МБ" in answer.get_data(as_text=True)
        assert state_of("3.8", "school1").state == "not_started"
    else:
        assert answer.status_code == 302


def test_form_far_over_the_limit_is_refused_unread(login_as: SignIn) -> None:
    add_plan()
    assert send(login_as("boris"), (b"0" * (LARGEST + 3 * 1024 * 1024), "huge.pdf")).status_code == 413


def test_school_that_has_used_its_quota_is_told_how_much_is_left(app: Flask, login_as: SignIn) -> None:
    add_plan()
    quota = app.config["SCHOOL_QUOTA"]
    state = state_of("3.8", "school1")
    fill = {"filename": "a.pdf", "mime": "application/pdf", "sha256": "0" * 64, "path": "00/0"}
    for school_id, size in ((state.school_id, quota - 10), (state_of("3.8", "school2").school_id, 10)):
        row = Evidence(subject_type="measure", subject_id=1, school_id=school_id, size=size, **fill)
        db.session.add(row)
    db.session.commit()
    boris = login_as("boris")
    page = send(boris, (PDF, "a.pdf")).get_data(as_text=True)
    assert "школе отведено 500 МБ, осталось 0 МБ" in page
    assert send(login_as("vera"), (PDF, "a.pdf"), scope="school2").status_code == 302
    first = db.session.scalars(db.select(Evidence).where(Evidence.school_id == state.school_id)).one()
    first.removed_utc = utc_now()
    db.session.commit()
    assert send(boris, (PDF, "a.pdf")).status_code == 302


def test_taking_the_last_proof_away_leaves_done_unproved(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    send(boris, (PDF, "a.pdf"))
    kept = db.session.scalars(db.select(Evidence.id)).one()
    page = post_form(boris, "/roadmap/3.8/school1", state="done", version="1", remove=str(kept))
    assert "Приложите файл" in page.get_data(as_text=True)
    done = post_form(
        boris, "/roadmap/3.8/school1", state="done", version="1", remove=str(kept), link="https://a.example/b"
    )
    assert done.status_code == 302
    assert "a.pdf" not in boris.get("/roadmap/3.8").get_data(as_text=True).partition("История</h2>")[0]
    told = db.session.scalars(db.select(Event.action).where(Event.subject_type == "item_state")).all()
    assert told == ["evidence.added", "evidence.removed"]


def test_coordinator_returns_with_a_remark_and_confirms_later(login_as: SignIn) -> None:
    plan = add_plan()
    boris, maria = login_as("boris"), login_as("maria")
    send(boris, (PDF, "a.pdf"))
    item = state_of("3.8", "school1").item_id
    assert "ждёт подтверждения" in maria.get("/roadmap/?show=review").get_data(as_text=True)

    def word(**data: str) -> str:
        answer = post_form(maria, "/roadmap/3.8/school1/review", page="/roadmap/3.8", **data)
        return maria.get(answer.headers["Location"]).get_data(as_text=True)

    assert "напишите замечание" in word(do="return", version="1")
    assert "Возвращено с замечанием" in word(do="return", version="1", remark="Нет подписи")
    assert progress(marks_now(plan, item)[item]).done == 0
    assert "Нет подписи" in boris.get("/roadmap/3.8").get_data(as_text=True)
    post_form(boris, "/roadmap/3.8/school1", state="done", version="2")
    assert "отметку изменили" in word(do="confirm", version="1")
    assert "подтверждено координатором" in word(do="confirm", version="3")
    assert progress(marks_now(plan, item)[item]).done == 1


def test_school_cannot_confirm_itself(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    send(boris, (PDF, "a.pdf"))
    token = token_of(boris, "/roadmap/3.8/school1")
    data = {"csrf_token": token, "do": "confirm", "version": "1"}
    assert boris.post("/roadmap/3.8/school1/review", data=data).status_code == 403


def test_past_day_shows_the_proof_of_that_day(login_as: SignIn) -> None:
    plan = add_plan()
    send(login_as("boris"), (PDF, "a.pdf"), link="https://a.example/b")
    item = state_of("3.8", "school1").item_id
    today = utc_now().date()
    told = {mark.scope: mark for mark in marks_at(plan, today, "UTC")[item]}["school1"]
    assert (told.state, told.link) == ("done", "https://a.example/b")
    page = login_as("boris").get("/roadmap/3.8?at=2020-06-01").get_data(as_text=True)
    assert "Показано состояние на конец дня 1" in page
    assert "a.pdf" not in page.partition("<h2>История")[0]
