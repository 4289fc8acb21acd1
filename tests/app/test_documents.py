"""Kinds of documents, a person's words in them, approval, the archive of all schools, and stopping a job."""

import datetime as dt
import hashlib
import io
import json
import os
import signal
import threading
import time
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.jobs import enqueue, run_pending_jobs
from app.jobs.running import claim, requeue_stale, run
from app.models import Document, Event, Finding, Job, Person, ReportEdition, RoadmapItem
from app.models.columns import utc_now
from app.plan.plans import current_plan
from surveys.kinds import KINDS
from surveys.report.document import Report
from tests.app import wave_world
from tests.app.rooms_world import add_next_plan
from tests.pages import post_form

CODE = wave_world.CODE
PAGE = f"/reports/{CODE}/municipality/"
SECTION = f"/reports/{CODE}/municipality/sections/conclusions"


@pytest.fixture
def closed(app: Flask) -> None:
    """A closed and calculated wave."""
    wave_world.build_open_wave()
    wave_world.close(app)
    db.session.remove()


def told(app: Flask, *args: str) -> dict:
    """What the command prints."""
    result = app.test_cli_runner().invoke(args=["report", CODE, "--format", "json", *args])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def text_of(report: dict, section: str) -> list[str]:
    return next(one["paragraphs"] for one in report["sections"] if one["id"] == section)


def plain_words(told: dict | str) -> str:
    return json.dumps(told, ensure_ascii=False).replace("\u00a0", " ")


def change(client: FlaskClient, text: str, version: int, section: str = SECTION):
    return post_form(client, section, text=text, version=str(version), kind="report")


def approve(client: FlaskClient, version: int, kind: str = "report"):
    return post_form(client, f"{PAGE}approve", page=f"{PAGE}?kind={kind}", kind=kind, version=str(version))


def the_edition() -> ReportEdition:
    db.session.expire_all()
    return db.session.scalars(db.select(ReportEdition).order_by(ReportEdition.id.desc())).first()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dynamics"])
def test_every_kind_is_made_by_page_and_command(app: Flask, closed: None, login_as, kind: str) -> None:
    scope = "municipality" if "municipality" in KINDS[kind].scopes else "school:school1"
    client = login_as("galina")
    assert client.get(f"/reports/{CODE}/{scope}/?kind={kind}").status_code == 200
    assert post_form(client, "/reports/", wave=CODE, scope=scope, format="docx", kind=kind).status_code == 302
    run_pending_jobs(app)
    document = db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()
    assert Report.model_validate(document.report).kind == kind
    assert Report.model_validate(document.report).contract() == told(app, "--scope", scope, "--kind", kind)


def test_dynamics_of_a_first_stage_are_not_offered_and_the_page_says_why(app: Flask, closed: None, login_as) -> None:
    client, words = login_as("galina"), "этому этапу не с чем сравниться"
    for address in ("/reports/", PAGE):
        page = client.get(address).get_data(as_text=True)
        assert words in page, address
        assert "dynamics" not in page, address
    for scope in ("municipality", "all"):
        post_form(client, "/reports/", wave=CODE, scope=scope, format="docx", kind="dynamics")
    assert db.session.scalar(db.select(db.func.count(Job.id)).where(Job.kind.startswith("report"))) == 0


def test_default_kind_is_the_report_of_the_outside_contract(app: Flask, closed: None) -> None:
    assert told(app) == told(app, "--kind", "report")
    assert list(told(app)) == ["title", "wave", "scope", "snapshot", "sections", "tables", "measures"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--kind", "poem"], "Вид «poem» неизвестен"),
        (["--kind", "courses", "--scope", "school:school1"], "составляется только по муниципалитету"),
        (["--kind", "joint"], "составляется только по школе"),
        (["--kind", "dynamics"], "сравнить не с чем"),
    ],
)
def test_unfit_kind_is_refused_in_one_line(app: Flask, closed: None, args: list[str], words: str) -> None:
    result = app.test_cli_runner().invoke(args=["report", CODE, "--format", "json", *args])
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_unfit_kind_in_the_form_is_told_beside_it(closed: None, login_as) -> None:
    answer = post_form(login_as("galina"), "/reports/", wave=CODE, scope="municipality", format="docx", kind="joint")
    assert "Этот документ составляется по школе" in answer.get_data(as_text=True)
    assert login_as("galina").get(f"{PAGE}?kind=joint").status_code == 404


def test_documents_tell_of_every_plan_in_force(app: Flask, closed: None, login_as) -> None:
    add_next_plan(current_plan())
    client, finding = login_as("galina"), db.session.scalars(db.select(Finding).filter_by(scope="municipality")).first()
    url = f"/findings/{CODE}/{finding.id}"
    post_form(client, url, page=f"/findings/{CODE}/", do="accept", version=str(finding.version))
    orders = ["от 20 мая 2020 г. № 204", "от 15 января 2021 г. № 7"]
    monitoring = plain_words(told(app, "--kind", "monitoring"))
    assert all(f"плана по приказу {order}" in monitoring for order in orders)
    titles = [table["title"] for table in told(app, "--kind", "monitoring")["tables"]]
    assert sum("План по приказу от 15" in plain_words(title) for title in titles) == 1
    plan = plain_words(told(app, "--kind", "plan"))
    assert f"Основание: приказ Управления образования {orders[0]}; приказ Управления образования {orders[1]}" in plan
    assert f"(приказ {orders[0]})" in plan


def test_document_is_based_on_no_order_signed_after_it(app: Flask, closed: None) -> None:
    later = add_next_plan(current_plan())
    later.document = {**later.document, "order_date": "2999-01-15"}
    db.session.commit()
    assert "№ 7" not in plain_words(told(app))


def test_withdrawn_item_is_not_monitored(app: Flask, closed: None) -> None:
    item = db.session.scalars(db.select(RoadmapItem).filter_by(number="3.6")).one()
    before = sum(len(table["rows"]) for table in told(app, "--kind", "monitoring")["tables"])
    item.withdrawn_on = dt.date(2020, 6, 1)
    db.session.commit()
    assert sum(len(table["rows"]) for table in told(app, "--kind", "monitoring")["tables"]) == before - 1


def test_words_of_a_person_stand_beside_the_computed_and_are_marked(app: Flask, closed: None, login_as) -> None:
    client, before = login_as("galina"), told(app)
    assert change(client, "Рабочей группе рассмотреть п. 3.9.\n- провести семинар", 0).status_code == 302
    after = told(app)
    assert text_of(after, "conclusions") == ["Рабочей группе рассмотреть п.\u00a03.9.", "провести семинар"]
    assert [one for one in after["sections"] if one["id"] != "conclusions"] == [
        one for one in before["sections"] if one["id"] != "conclusions"
    ]
    assert after["tables"] == before["tables"]
    page = client.get(PAGE).get_data(as_text=True)
    assert page.count("(изменено методистом)") == 2
    edit = client.get(SECTION).get_data(as_text=True)
    assert "- провести семинар" in edit
    assert text_of(before, "conclusions")[0] in edit  # the computed words stay beside
    assert change(client, "", 1).status_code == 302  # nothing typed: the computed words come back
    assert told(app) == before


def test_two_people_do_not_overwrite_each_other(app: Flask, closed: None, login_as) -> None:
    galina, maria = login_as("galina"), login_as("maria")
    assert change(galina, "Слова первой.", 0).status_code == 302
    late = change(maria, "Слова второй.", 0)
    assert late.status_code == 409
    assert "Слова второй." in late.get_data(as_text=True)
    assert text_of(told(app), "conclusions") == ["Слова первой."]


@pytest.mark.parametrize("section", ["method", "snapshot", "basis", "nowhere"])
def test_method_and_snapshot_are_not_edited(closed: None, login_as, section: str) -> None:
    assert login_as("galina").get(f"/reports/{CODE}/municipality/sections/{section}").status_code == 404


def test_approved_document_gives_the_same_figures_later(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    change(client, "Слова методиста.", 0)
    approve(client, 1)
    kept = the_edition()
    galina = db.session.scalars(db.select(Person.id).where(Person.login == "galina")).one()
    assert (kept.status, kept.approved_by, kept.number) == ("approved", galina, 1)
    assert kept.sha256 == hashlib.sha256(kept.report.encode()).hexdigest()
    assert kept.instrument_version_id == wave_world.the_wave().instrument_version_id
    assert Report.model_validate_json(kept.report).status == "approved"
    before = told(app)
    finding = db.session.scalars(db.select(Finding).where(Finding.scope == "municipality")).first()
    post_form(client, f"/findings/{CODE}/{finding.id}", page=f"/findings/{CODE}/", do="accept", version=0)
    assert told(app) == before
    page = client.get(PAGE).get_data(as_text=True)
    assert kept.sha256[:12] in page
    assert "Начать новую редакцию" in page
    assert change(client, "Поздние слова.", 2, SECTION).status_code in (302, 404)
    assert told(app) == before
    done = db.session.scalars(db.select(Event).where(Event.action == "document.approved")).one()
    assert done.new["sha256"] == kept.sha256


def test_new_edition_supersedes_the_approved_one_only_when_approved(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    approve(client, 0)
    first = told(app)
    post_form(client, f"{PAGE}renew", page=PAGE, kind="report")
    assert the_edition().status == "draft"
    change(client, "Новая редакция.", 0)
    approve(client, 1)
    assert text_of(told(app), "conclusions") == ["Новая редакция."]
    states = db.session.execute(db.select(ReportEdition.number, ReportEdition.status).order_by(ReportEdition.number))
    assert [tuple(row) for row in states] == [(1, "superseded"), (2, "approved")]
    old = db.session.scalars(db.select(ReportEdition).where(ReportEdition.number == 1)).one()
    assert Report.model_validate_json(old.report).contract() == first


def test_approval_of_what_was_not_read_is_refused(closed: None, login_as) -> None:
    client = login_as("galina")
    change(client, "Слова.", 0)
    approve(client, 0)
    assert the_edition().status == "draft"


def test_head_reads_but_neither_edits_nor_approves(closed: None, login_as) -> None:
    head = login_as("boris")
    own = f"/reports/{CODE}/school:school1/"
    page = head.get(own).get_data(as_text=True)
    assert "Утвердить документ" not in page
    assert head.get(f"{own}sections/conclusions").status_code == 403


def test_every_figure_of_a_measure_leads_to_its_table(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    found = db.session.scalars(db.select(Finding).where(Finding.scope == "municipality")).all()
    finding = next(one for one in found if any(number["table"] == "blocks" for number in one.body["numbers"]))
    post_form(client, f"/findings/{CODE}/{finding.id}", page=f"/findings/{CODE}/", do="accept", version=0)
    page = client.get(PAGE).get_data(as_text=True)
    row = next(number["row"] for number in finding.body["numbers"] if number["table"] == "blocks")
    measures = page[page.index('id="t-measures"') :]
    ground = measures[measures.index("Откуда эта цифра?") :][:2000]
    assert f'href="#r-blocks-{row}"' in ground
    assert f'id="r-blocks-{row}"' in page
    assert ", n = " in ground
    assert "снимок данных" in ground
    assert f"правило {finding.rule}" in ground


def ask_archive(client: FlaskClient) -> None:
    post_form(client, "/reports/", wave=CODE, scope="all", format="docx", kind="report")


def test_archive_holds_the_document_of_every_school(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    ask_archive(client)
    run_pending_jobs(app)
    document = db.session.scalars(db.select(Document)).one()
    with client.get(f"/reports/{document.id}/file") as response:
        archive = zipfile.ZipFile(io.BytesIO(response.data))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(wave_world.ANSWER)
    assert names[0].startswith("001 Справка, ")
    assert all(archive.read(name).startswith(b"PK") for name in names)


def test_head_is_not_offered_the_archive(closed: None, login_as) -> None:
    assert "одним архивом" not in login_as("boris").get("/reports/").get_data(as_text=True)
    assert "одним архивом" in login_as("galina").get("/reports/").get_data(as_text=True)


def test_person_stops_the_own_job_only(app: Flask, closed: None, login_as) -> None:
    client = login_as("galina")
    ask_archive(client)
    job = db.session.scalars(db.select(Job.id).where(Job.kind == "report_archive")).one()
    assert post_form(login_as("maria"), f"/reports/jobs/{job}/cancel", page="/reports/").status_code == 404
    assert "Отменить" in client.get("/reports/").get_data(as_text=True)
    post_form(client, f"/reports/jobs/{job}/cancel", page="/reports/")
    assert run_pending_jobs(app) == 0
    assert db.session.get(Job, job).status == "cancelled"
    assert db.session.scalar(db.select(db.func.count(Document.id))) == 0


def archive_job() -> int:
    """A queued archive of the wave."""
    params = {"wave_id": wave_world.the_wave().id, "scope": "all", "format": "html", "kind": "report"}
    job = enqueue("report_archive", "Архив", params, None).id
    db.session.commit()
    return job


def killed_after(seconds: float) -> int:
    """Do the queued job in a process of its own that is killed after ``seconds``; its wait status."""
    db.session.remove()
    child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
            job = claim("a worker that dies")
            if job is not None:
                run(job)
            time.sleep(seconds + 1)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def test_worker_killed_at_twenty_points_leaves_one_good_archive(app: Flask, closed: None) -> None:
    archive_job()
    begun = time.monotonic()
    run_pending_jobs(app)
    whole = time.monotonic() - begun
    contents = set()
    for point in range(20):
        job = archive_job()
        assert os.WTERMSIG(killed_after(whole * 1.1 * (point + 0.5) / 20)) == signal.SIGKILL
        old = utc_now().replace(year=2000)
        db.session.execute(db.update(Job).where(Job.id == job, Job.status == "running").values(heartbeat_utc=old))
        db.session.commit()
        requeue_stale()
        run_pending_jobs(app)
        db.session.remove()
        assert db.session.get(Job, job).status == "done", point
        made = db.session.scalars(db.select(Document).where(Document.job_id == job)).all()
        assert len(made) == 1, point
        contents.add(made[0].sha256)
    assert len(contents) == 1  # whichever worker finished it
