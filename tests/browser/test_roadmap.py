"""The roadmap in a real Chromium: a head proves, the coordinator returns and confirms; axe; 320 px."""

from collections.abc import Callable
from pathlib import Path

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
