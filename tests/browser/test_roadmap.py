"""The roadmap in a real Chromium: a head proves, the coordinator returns and confirms; axe; 320 px."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from tests.app.rooms_world import add_plan
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]
SignIn = Callable[[BrowserContext, str], Page]
PAGES = {
    "boris": [
        "/roadmap/today",
        "/roadmap/months",
        "/roadmap/3.8/school1",
        "/roadmap/schools/school1",
        "/roadmap/report",
    ],
    "maria": [
        "/roadmap/",
        "/roadmap/import",
        "/roadmap/3.19/schedule",
        "/roadmap/3.4/documents",
        "/roadmap/3.3/amend",
        "/roadmap/restrictions",
        "/roadmap/days-off",
        "/roadmap/people",
        "/roadmap/measures",
        "/roadmap/monitoring",
        "/roadmap/today/all",
    ],
    "galina": ["/roadmap/", "/roadmap/3.8", "/roadmap/months", "/roadmap/schools"],
}


@pytest.fixture
def planned(served: Served, server: str) -> str:
    """The server with the order's plan."""
    with served.app.app_context():
        add_plan()
        db.session.remove()
    return server


@pytest.mark.parametrize("login", list(PAGES))
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    planned: str, open_browser: Open, sign_in: SignIn, login: str
) -> None:
    page = sign_in(open_browser(viewport={"width": 320, "height": 700}), login)
    for address in PAGES[login]:
        page.set_viewport_size({"width": 320, "height": 700})
        page.goto(f"{planned}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        page.set_viewport_size({"width": 1280, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address


def test_head_proves_coordinator_returns_and_confirms(
    planned: str, open_browser: Open, sign_in: SignIn, tmp_path: Path
) -> None:
    order = tmp_path / "приказ 17.pdf"
    order.write_bytes(b"%PDF-1.4 order")
    head, chief = sign_in(open_browser(), "boris"), sign_in(open_browser(), "maria")

    def prove() -> None:
        head.goto(f"{planned}/roadmap/3.8/school1")
        head.get_by_label("выполнено", exact=True).check()
        head.get_by_label("Файлы").set_input_files(order)
        head.get_by_role("button", name="Сохранить").click()

    prove()
    expect(head.get_by_role("link", name="приказ 17.pdf")).to_be_visible()
    chief.goto(f"{planned}/roadmap/?show=review")
    chief.locator("#item-3-8 th a").click()
    chief.get_by_label("Замечание, если возвращаете").fill("Нет подписи")
    chief.get_by_role("button", name="Вернуть").click()
    head.goto(f"{planned}/roadmap/today")
    expect(head.get_by_text("Возвращено с замечанием").first).to_be_visible()
    prove()
    chief.goto(f"{planned}/roadmap/3.8")
    chief.get_by_role("button", name="Подтвердить").click()
    expect(chief.get_by_text("подтверждено координатором")).to_be_visible()
    expect(chief.get_by_text("1 из 2 школ")).to_be_visible()


def test_member_of_the_working_group_studies_a_document_and_finds_the_own_items(
    planned: str, open_browser: Open, sign_in: SignIn
) -> None:
    chief, member = sign_in(open_browser(), "maria"), sign_in(open_browser(), "galina")
    chief.goto(f"{planned}/roadmap/3.4/documents")
    chief.get_by_label("Название документа").fill("Методические рекомендации")
    chief.get_by_role("button", name="Внести документ").click()
    expect(chief.get_by_text("Ознакомились: 0 из")).to_be_visible()
    member.goto(f"{planned}/roadmap/today")
    member.get_by_role("link", name="Методические рекомендации").click()
    member.get_by_role("button", name="Я ознакомлен(а)").click()
    expect(member.get_by_text("вы ознакомлены")).to_be_visible()
    member.goto(f"{planned}/roadmap/?show=mine")
    expect(member.locator("#item-3-5")).to_be_visible()  # «Члены рабочей группы»
    expect(member.locator("#item-3-6")).to_have_count(0)  # «Руководители ОУ»
    chief.reload()
    expect(chief.get_by_text("Ознакомились: 1 из")).to_be_visible()


def test_coordinator_corrects_a_table_before_it_counts(
    planned: str, open_browser: Open, sign_in: SignIn, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("№", "Мероприятие", "Ответственные", "Сроки", "Результат"),
        ("1. Подготовка",),
        ("1.1", "Выезды в школы", "Негрей Н.В.", "когда получится", "Справки"),
    ):
        book.active.append(row)
    path = tmp_path / "план.xlsx"
    book.save(path)
    chief = sign_in(open_browser(viewport={"width": 360, "height": 740}), "maria")
    chief.goto(f"{planned}/roadmap/import")
    for label, words in (("Название плана", "План на 2021 год"), ("Год плана", "2021"), ("Номер приказа", "15")):
        chief.get_by_label(label).fill(words)
    chief.get_by_label("Дата приказа").fill("2021-01-20")
    chief.get_by_label("Книга Excel (.xlsx)").set_input_files(path)
    chief.get_by_role("button", name="Прочитать таблицу").click()
    expect(chief.get_by_text("Срок не понят")).to_be_visible()
    chief.get_by_label("Вид срока").select_option(label="крайняя дата")
    chief.get_by_role("button", name="Принять план").click()
    expect(chief.get_by_role("alert")).to_contain_text("нужен последний день")
    chief.get_by_label("Последний день").fill("2021-05-31")
    chief.get_by_role("button", name="Принять план").click()
    row = chief.locator("#item-1-1")
    expect(row).to_contain_text("когда получится")  # the order's words stay
    expect(row).to_contain_text("31 мая 2021")
