"""A methodologist in a real browser: from opening a wave to a document whose numbers are recounted from the answers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Submission, Wave
from tests.app import wave_world
from tests.app.recount import docx_tables, printed, recount
from tests.browser.conftest import Served
from tests.conftest import empty_tables
from tests.world import build_world

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}
SignIn = Callable[[BrowserContext, str], Page]


@pytest.fixture
def content(server: str, served: Served) -> Iterator[Flask]:
    """The small world with definitions, roadmap and teachers, without a wave."""
    with served.app.app_context():
        empty_tables()
        build_world()
        wave_world.add_content()
        wave_world.add_teachers()
        db.session.commit()
        yield served.app
        db.session.remove()


def test_from_opening_a_wave_to_a_document_with_recounted_numbers(
    content: Flask, server: str, open_browser: Callable[..., BrowserContext], sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in(open_browser(viewport=DESK), "galina")
    page.goto(f"{server}/waves/")
    page.get_by_role("link", name="Открыть этап").click()
    page.get_by_label("Код", exact=True).fill("spring")
    page.get_by_role("button", name="Открыть этап").click()
    expect(page.get_by_text("Приглашены 44 учителя")).to_be_visible()  # 43 added teachers and Anna

    wave = db.session.scalars(db.select(Wave).where(Wave.code == "spring")).one()
    wave_world.answer(wave)
    wave_world.refuse(wave, "school1")
    db.session.commit()
    page.reload()
    expect(page.get_by_role("row", name=re.compile("Озёрное № 1"))).to_contain_text("19 из 20")

    page.get_by_role("link", name="Закрыть этап").click()
    page.get_by_role("button", name="Закрыть и посчитать").click()
    expect(page.get_by_text("Идёт расчёт")).to_be_visible()
    run_pending_jobs(content)
    page.get_by_role("link", name="Открыть анализ").click()  # the page found out by itself
    expect(page.get_by_role("heading", name="Где учителя сообщили о затруднениях")).to_be_visible()

    page.get_by_role("link", name="Рассмотреть выводы и меры").click()
    page.get_by_role("button", name="Принять меру").first.click()
    expect(page.get_by_text("Рассмотрено 1 из")).to_be_visible()
    page.get_by_role("link", name="Посмотреть справку").click()
    page.get_by_role("button", name="Создать документ").click()
    expect(page.get_by_text("готовится")).to_be_visible()
    run_pending_jobs(content)
    with page.expect_download() as download:
        page.get_by_role("link", name="Справка: Озёрный район").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "Справка, Озёрный район, spring.docx"
    check_blocks(file)


def check_blocks(file: Path) -> None:
    """Every block of the document against the independent counter."""
    questionnaire = wave_world.packaged().questionnaire
    turned = {item.name for item in questionnaire.items if item.reverse}
    db.session.rollback()
    expected = recount(db.session.scalars(db.select(Submission)), [item.name for item in questionnaire.items], turned)
    labels = {scale.label: scale.name for scale in questionnaire.scales}
    head, rows = next(found for found in docx_tables(str(file)) if found[0][:3] == ("Блок", "n", "Освоенность M"))
    deficit = head.index("Дефицит, чел.")
    found = {labels[row[0]]: (row[1], row[2], row[deficit]) for row in rows}
    assert found == {
        code: (str(block.n), printed(block.mean, 1), str(block.deficit)) for code, block in expected.items()
    }


def test_no_page_of_the_rooms_fails_axe_or_scrolls_sideways(
    content: Flask, server: str, open_browser: Callable[..., BrowserContext], sign_in: SignIn
) -> None:
    closed, opened = wave_world.add_wave(), wave_world.add_wave("open")
    wave_world.answer(closed)
    wave_world.answer(opened, {"school1": 5, "school2": 2, "school3": 0})
    db.session.commit()
    wave_world.close(content)
    db.session.remove()
    code = wave_world.CODE
    pages = {
        "galina": [
            "/waves/",
            "/waves/new",
            "/waves/open/",
            "/waves/open/extend",
            "/waves/open/close",
            f"/waves/{code}/",
            f"/waves/{code}/analysis",
            f"/waves/{code}/analysis?scope=school:school1",
            f"/waves/{code}/analysis?scope=school:school3",
            f"/findings/{code}/",
            f"/findings/{code}/1/edit",
            f"/findings/{code}/approve",
            "/reports/",
            f"/reports/{code}/municipality/",
            "/reports/settings",
        ],
        "darya": ["/waves/", "/waves/open/", "/waves/open/school", f"/waves/{code}/analysis", f"/findings/{code}/"],
    }
    wrong: list[str] = []
    for login, addresses in pages.items():
        page = sign_in(open_browser(viewport=DESK), login)
        for address in addresses:
            page.set_viewport_size(DESK)
            response = page.goto(server + address)
            assert response is not None
            assert response.status == 200, address
            wrong += [f"{address}: {found['id']}" for found in Axe().run(page).response["violations"]]
            page.set_viewport_size(NARROW)
            if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
                wrong.append(f"{address}: scrolls sideways at 320 px")
    assert wrong == []
