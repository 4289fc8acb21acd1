"""Documents: the same figures on the page, in the file and from the command; recounted from the stored answers."""

import io
import json
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Assignment, Document, Finding, Job, Person, School, Submission
from surveys.report.document import Report
from tests.app import wave_world
from tests.app.recount import docx_tables, printed, recount
from tests.pages import post_form

CODE = wave_world.CODE
SIGNS = {"docx": b"PK", "pdf": b"%PDF", "xlsx": b"PK", "html": b"<article"}


@pytest.fixture
def closed(app: Flask) -> None:
    """A closed and calculated wave."""
    wave_world.build_open_wave()
    wave_world.close(app)
    db.session.remove()


def ask(client: FlaskClient, scope: str = "municipality", kind: str = "docx", wave: str = CODE):
    """Press «Создать справку»."""
    return post_form(client, "/reports/", wave=wave, scope=scope, format=kind)


def made(app: Flask) -> Document:
    """Let the worker run; the newest document."""
    run_pending_jobs(app)
    return db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()


def file_of(client: FlaskClient, number: int) -> bytes:
    """The downloaded bytes; the response is closed, as a server does."""
    with client.get(f"/reports/{number}/file") as response:
        assert response.status_code == 200
        return response.data


def accept(client: FlaskClient, finding: Finding) -> None:
    """Accept one finding."""
    post_form(client, f"/findings/{CODE}/{finding.id}", page=f"/findings/{CODE}/", do="accept", version=0)


def first_finding(scope: str = "municipality") -> Finding:
    query = db.select(Finding).where(Finding.scope == scope).order_by(Finding.priority.desc())
    return db.session.scalars(query).first()


def test_docx_numbers_are_those_recounted_from_the_stored_answers(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    ask(client)
    file = io.BytesIO(file_of(client, made(app).id))
    questionnaire = wave_world.packaged().questionnaire
    names = [item.name for item in questionnaire.items]
    turned = {item.name for item in questionnaire.items if item.reverse}
    expected = recount(db.session.scalars(db.select(Submission)), names, turned)
    rows = next(rows for head, rows in docx_tables(file) if head[:3] == ("Блок", "n", "Освоенность M"))
    labels = {scale.label: scale.name for scale in questionnaire.scales}
    assert {labels[row[0]] for row in rows} == set(expected) == {scale.name for scale in questionnaire.scales}
    for row in rows:
        block = expected[labels[row[0]]]
        assert row[1] == str(block.n)
        assert row[2] == printed(block.mean, 1)
        assert (row[5], row[6]) == (str(block.deficit), printed(100 * block.deficit / block.n, 0))


def test_recount_would_notice_one_changed_answer(closed: None) -> None:
    """The twin of the test above: the counter is not blind."""
    questionnaire = wave_world.packaged().questionnaire
    names = [item.name for item in questionnaire.items]
    turned = {item.name for item in questionnaire.items if item.reverse}
    submissions = list(db.session.scalars(db.select(Submission)))
    before = recount(submissions, names, turned)
    one = next(one for one in submissions if one.values.get("MET01") in ("0", "1", "2"))
    one.values = one.values | {"MET01": "4"}
    assert recount(submissions, names, turned)["MET"] != before["MET"]
    db.session.rollback()


def test_command_page_and_docx_have_the_same_numbers(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    accept(client, first_finding())
    ask(client)
    document = made(app)
    result = app.test_cli_runner().invoke(args=["report", CODE, "--format", "json"])
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report == Report.model_validate(document.report).contract()
    page = client.get(f"/reports/{CODE}/municipality/").get_data(as_text=True)
    tables = docx_tables(io.BytesIO(file_of(client, document.id)))
    seen, unread = 0, list(tables)
    for table in report["tables"]:
        assert f'id="t-{table["id"]}"' in page
        head = tuple(title.replace("\u00a0", " ") for title in table["columns"])
        rows = unread.pop([found for found, _rows in unread].index(head))[1]
        assert len(rows) == len(table["rows"])
        for in_file, in_json in zip(rows, table["rows"], strict=True):
            for text, value in zip(in_file, in_json, strict=True):
                if isinstance(value, int | float):
                    number = re.match(r"[−\d ]+(?:,\d+)?", text)
                    assert number, (text, value)
                    digits = len(number[0].partition(",")[2].strip())
                    assert number[0].strip().replace(" ", "") == printed(value, digits)
                    seen += 1
    assert seen > 100


def test_accepted_measure_stands_in_the_document_with_its_roadmap_items(app: Flask, closed: None, login_as) -> None:
    client, finding = login_as("galina"), first_finding()
    accept(client, finding)
    ask(client)
    tables = docx_tables(io.BytesIO(file_of(client, made(app).id)))
    (row,) = next(rows for head, rows in tables if "Пункты плана" in head and "Мера" in head)
    assert row[1].startswith(finding.body["recommendation"].replace("\u00a0", " ")[:40])
    assert row[2] == ", ".join(finding.body["roadmap_items"])


@pytest.mark.parametrize("kind", list(SIGNS))
def test_every_format_comes_as_a_file_with_a_russian_name(app: Flask, closed: None, login_as, kind) -> None:
    client = login_as("galina")
    assert ask(client, kind=kind).status_code == 302
    assert "готовится" in client.get("/reports/").get_data(as_text=True)
    document = made(app)
    with client.get(f"/reports/{document.id}/file") as response:
        assert response.data.startswith(SIGNS[kind])
        assert len(response.data) == document.size
        name = urllib.parse.unquote(response.headers["Content-Disposition"])
    assert name.startswith("attachment")
    assert f"Справка, Озёрный район, {CODE}.{kind}" in name
    assert document.title in client.get("/reports/").get_data(as_text=True)


def test_document_keeps_what_it_was_made_of(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    ask(client)
    before = made(app)
    body, kept = file_of(client, before.id), dict(before.report)
    accept(client, first_finding())
    db.session.expire_all()
    assert file_of(client, before.id) == body
    assert db.session.get(Document, before.id).report == kept


@pytest.mark.parametrize(
    ("login", "scope", "status"),
    [
        ("boris", "school:school1", 200),
        ("boris", "school:school2", 404),
        ("boris", "municipality", 404),
        ("vera", "school:school1", 404),
        ("darya", "school:school1", 200),
        ("galina", "school:school3", 200),
        ("galina", "school:nowhere", 404),
        ("anna", "school:school1", 403),
    ],
)
def test_report_of_a_school_is_for_it_and_the_department(closed: None, login_as, login, scope, status) -> None:
    assert login_as(login).get(f"/reports/{CODE}/{scope}/").status_code == status


def test_head_cannot_ask_for_a_document_about_another_school(app: Flask, closed: None, login_as) -> None:
    text = ask(login_as("boris"), scope="school:school2").get_data(as_text=True)
    assert "<title>Ошибка:" in text
    assert db.session.scalar(db.select(Job.id).where(Job.kind == "report")) is None


def test_file_of_another_person_does_not_exist(app: Flask, closed: None, login_as) -> None:
    ask(login_as("galina"))
    number = made(app).id
    assert login_as("maria").get(f"/reports/{number}/file").status_code == 404


def test_document_closes_when_its_owner_leaves_the_school(app: Flask, closed: None, login_as) -> None:
    client = login_as("boris")
    ask(client, scope="school:school1")
    number = made(app).id
    assert file_of(client, number)
    boris = db.session.scalars(db.select(Person).where(Person.login == "boris")).one()
    school2 = db.session.scalars(db.select(School.id).where(School.code == "school2")).one()
    boris.assignments = [Assignment(role="head", scope="school2", school_id=school2)]
    db.session.commit()
    assert client.get(f"/reports/{number}/file").status_code == 404


def test_report_of_a_hidden_school_has_no_figures(closed: None, app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["report", CODE, "--scope", "school:school3", "--format", "json"])
    report = json.loads(result.stdout)
    assert {"blocks", "levels", "items", "need"} & {table["id"] for table in report["tables"]} == set()


def test_letterhead_and_signature_stand_on_the_document(app: Flask, closed: None, login_as) -> None:
    client = login_as("maria")
    typed = {
        "name_ru": "Управление образования Озёрного района",
        "name_kbd": "Псыхъуэ щIыналъэм егъэджэныгъэмкIэ и управленэ",
        "number": "17-С",
        "basis": "приказ от 20.05.2020 № 204\nписьмо от 01.06.2020 № 5",
        "signatory_position": "Начальник Управления",
        "signatory_name": "Т. П. Проверкина",
    }
    assert post_form(client, "/reports/settings", **typed).status_code == 302
    assert "Т. П. Проверкина" in client.get("/reports/settings").get_data(as_text=True)
    ask(client)
    from docx import Document as Word

    word = Word(io.BytesIO(file_of(client, made(app).id)))
    text = " ".join(element.text or "" for element in word.element.iter() if element.tag.endswith("}t"))
    text = text.replace("\u00a0", " ")
    for words in ("щIыналъэм", "17-С", "приказ от 20.05.2020 № 204", "Т. П. Проверкина", "Проект"):
        assert words in text, words


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["нет-такого", "--format", "json"], "Этап «нет-такого» не найден"),
        ([CODE, "--format", "doc", "-o", "x.doc"], "Формат «doc» неизвестен"),
        ([CODE, "--scope", "school:nowhere", "--format", "json"], "нет школы «nowhere»"),
        ([CODE, "--scope", "everything", "--format", "json"], "Область «everything» не понята"),
        ([CODE, "--format", "docx"], "Укажите файл"),
        (["open", "--format", "json"], "не рассчитан"),
        ([CODE, "--format", "docx", "-o", "/no/such/folder/a.docx"], "не записан: нет такого файла или папки"),
    ],
    ids=["wave", "format", "school", "scope", "no file", "open wave", "folder"],
)
def test_bad_request_is_one_russian_line_and_status_2(app: Flask, closed: None, args: list[str], words: str) -> None:
    wave_world.add_wave("open")
    db.session.commit()
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["report", *args])
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_command_writes_the_file_and_takes_the_number_of_a_wave(app: Flask, closed: None, tmp_path: Path) -> None:
    number, target = str(wave_world.the_wave().id), tmp_path / "spravka.docx"
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["report", number, "--format", "docx", "-o", str(target)])
    assert (result.exit_code, result.output) == (0, "")
    assert target.read_bytes().startswith(b"PK")


def test_form_keeps_what_was_chosen_when_the_wave_is_unknown(closed: None, login_as) -> None:
    data: dict[str, Any] = {"wave": "nowhere", "scope": "school:school1", "format": "pdf"}
    text = post_form(login_as("galina"), "/reports/", **data).get_data(as_text=True)
    assert "<title>Ошибка:" in text
    assert '<option value="pdf" selected>' in text


def test_empty_room_says_what_to_do_next(app: Flask, login_as) -> None:
    assert "Закройте этап" in login_as("galina").get("/reports/").get_data(as_text=True)


def test_lines_of_a_letterhead_typed_in_a_browser_have_no_empty_ones_between(
    app: Flask, closed: None, login_as
) -> None:
    """A browser sends two characters at the end of a line: each would print as an end of its own."""
    client = login_as("galina")
    typed = "Администрация\r\nУправление образования"
    assert post_form(client, "/reports/settings", name_ru=typed).status_code == 302
    ask(client)
    assert Report.model_validate(made(app).report).letterhead.names == ["Администрация\nУправление образования"]


def test_document_without_settings_leaves_room_for_date_number_and_signature(
    app: Flask, closed: None, login_as
) -> None:
    post_form(login_as("galina"), "/reports/", wave=CODE, scope="municipality", format="docx", kind="report")
    run_pending_jobs(app)
    head = Report.model_validate(made(app).report).letterhead
    assert head.date.startswith("«___»")
    assert set(head.number) == {"_"}
    assert head.signature is not None
    assert set(head.signature.position + head.signature.name) == {"_"}
