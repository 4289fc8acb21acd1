"""A methodologist changes a form in a real browser: download, edit in Excel, errors, draft, marks, publish, preview."""

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.content.store import store_instrument, store_rules
from app.extensions import db
from app.models import InstrumentVersion
from surveys.definition.instrument import load_instrument
from surveys.findings.rules import load_rules
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 900}
SignIn = Callable[[BrowserContext, str], Page]


@pytest.fixture
def content(server: str, served: Served) -> Iterator[Flask]:
    """The packaged questionnaire and rules are published (the open wave of the world asks with the questionnaire)."""
    with served.app.app_context():
        store_instrument(load_instrument("teacher_deficits"))
        store_rules(load_rules())
        db.session.commit()
        yield served.app
        db.session.remove()


def edit(path: Path, row: int, heading: str, value: str) -> Path:
    """Change one cell of the downloaded form, as a person does in Excel."""
    book = openpyxl.load_workbook(path)
    heads = {cell.value: cell.column for cell in book["survey"][1]}
    book["survey"].cell(row, heads[heading], value)
    book.save(path)
    return path


def test_form_is_downloaded_edited_refused_mended_and_published(
    content: Flask, server: str, open_browser: Callable[..., BrowserContext], sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in(open_browser(viewport=DESK), "galina")
    page.goto(f"{server}/instruments/")
    page.get_by_role("link", name="Анкета профессиональных затруднений учителя").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSForm: книга Excel для правки").click()
    path = tmp_path / "form.xlsx"
    download.value.save_as(path)

    page.locator("#file").set_input_files(edit(path, 3, "type", "slider"))
    page.get_by_role("button", name="Проверить файл").click()
    expect(page.get_by_role("alert")).to_contain_text("лист survey, строка 3: неизвестный тип «slider»")
    expect(page).to_have_title("Ошибка: Анкеты и карты — Опора")

    edit(path, 3, "type", "select_one practice")
    page.locator("#file").set_input_files(edit(path, 3, "label", "Решаю задания экзаменов без ответов"))
    page.get_by_role("button", name="Проверить и сделать черновик").click()
    expect(page.get_by_text("черновик версии 2")).to_be_visible()
    expect(page.locator("ins")).to_have_text("Решаю задания экзаменов без ответов")
    page.get_by_role("button", name="Опубликовать версию 2").click()
    expect(page.get_by_role("alert")).to_contain_text("Отметьте: опечатка или изменён смысл")
    page.get_by_label("изменён смысл: не сравнивать").check()
    page.get_by_role("button", name="Опубликовать версию 2").click()
    expect(page.get_by_text("действует", exact=True)).to_be_visible()
    versions = db.session.scalars(db.select(InstrumentVersion).order_by(InstrumentVersion.id)).all()
    assert [(one.version, bool(one.published_utc)) for one in versions] == [("1", True), ("2", True)]


@pytest.mark.parametrize(("width", "inner"), [("phone", 360), ("desk", 1000)])
def test_preview_is_as_wide_as_the_device_and_walks_on_without_storing(
    content: Flask, server: str, open_browser: Callable[..., BrowserContext], sign_in: SignIn, width: str, inner: int
) -> None:
    page = sign_in(open_browser(viewport=DESK), "galina")
    number = db.session.scalars(db.select(InstrumentVersion.id)).first()
    page.goto(f"{server}/instruments/{number}/preview?width={width}")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Содержание предмета и его преподавание")
    seen = page.frames[1].evaluate("document.documentElement.clientWidth")
    assert seen >= inner if width == "desk" else 320 <= seen <= inner
    frame.get_by_text("скорее неверно").first.click()
    expect(frame.get_by_text("Нужна ли вам помощь в этом?").first).to_be_visible()
    frame.get_by_role("button", name="Дальше: блок 2").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Проектирование и проведение урока")
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_pass_axe_and_never_scroll_sideways(
    content: Flask, server: str, open_browser: Callable[..., BrowserContext], sign_in: SignIn, width: int
) -> None:
    page = sign_in(open_browser(viewport={"width": width, "height": 800}), "galina")
    for address in ("", "1", "1/preview", "1/preview/1", "rules/1"):
        page.goto(f"{server}/instruments/{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [], address
