"""Pages of each role in a real Chromium: axe, no sideways scroll at 320 px, keyboard, a slip on paper."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from app.auth.codes import address_form, normalise
from app.extensions import db
from tests.app.rooms_world import add_plan, person
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]
SignIn = Callable[[BrowserContext, str], Page]
PAGES = {
    None: ["/login", "/s/K7PM2X9B4A", "/help", "/privacy", "/no-such-page"],
    "anna": ["/", "/account"],
    "boris": ["/", "/roadmap/", "/roadmap/3.8", "/roadmap/3.8/school1"],
    "darya": ["/", "/people/", "/people/1", "/people/1/edit", "/people/new", "/people/slips", "/people/import"],
    "galina": ["/", "/people/"],
    "maria": ["/", "/roadmap/", "/roadmap/?show=late", "/roadmap/3.3"],
    "adam": ["/", "/people/"],
}


@pytest.fixture
def planned(served: Served, server: str) -> str:
    """The server with the order's plan."""
    with served.app.app_context():
        add_plan()
        db.session.remove()
    return server


@pytest.mark.parametrize("login", list(PAGES), ids=lambda login: login or "nobody")
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    planned: str, open_browser: Open, sign_in: SignIn, login: str | None
) -> None:
    context = open_browser(viewport={"width": 320, "height": 700})
    page = sign_in(context, login) if login else context.new_page()
    for address in PAGES[login]:
        page.set_viewport_size({"width": 320, "height": 700})
        page.goto(f"{planned}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        page.set_viewport_size({"width": 1280, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address


def test_axe_would_find_a_field_without_a_label(server: str, open_browser: Open) -> None:
    """The twin of the test above."""
    page = open_browser().new_page()
    page.goto(f"{server}/login")
    page.evaluate("document.querySelector('label[for=username]').remove()")
    assert "label" in {one["id"] for one in Axe().run(page).response["violations"]}


def test_slip_printed_by_the_coordinator_lets_in_by_its_square(
    served: Served, server: str, open_browser: Open, sign_in: SignIn
) -> None:
    with served.app.app_context():
        anna = person("anna")
        anna.password_hash = None
        db.session.commit()
        db.session.remove()
    office = sign_in(open_browser(viewport={"width": 1280, "height": 900}), "darya")
    office.goto(f"{server}/people/slips")
    office.get_by_role("button", name="Выпустить коды и напечатать").click()
    code = normalise(office.locator(".slip-code").first.inner_text())
    page = open_browser().new_page()
    page.goto(f"{server}/s/{address_form(code)}")
    page.get_by_role("button", name="Войти по талону").click()
    page.get_by_label("Новый пароль или ПИН-код").fill("583920")
    page.get_by_label("Ещё раз").fill("583920")
    page.get_by_role("button", name="Сохранить и войти").click()
    assert page.get_by_text("Первый вход:").is_visible()
    assert page.get_by_role("heading", name="Что от меня ждут").is_visible()


def test_keyboard_alone_signs_in_and_skips_to_the_content(server: str, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(f"{server}/login")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "К содержанию"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("#username")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("пароль-для-проверки")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server}/")


def test_error_takes_the_focus_and_its_link_leads_to_the_field(server: str, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(f"{server}/login")
    page.fill("#code", "К7РМ-2Х9В-4В")
    page.get_by_role("button", name="Войти по талону").click()
    assert page.title().startswith("Ошибка:")
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "code"
    assert page.input_value("#code") == "К7РМ-2Х9В-4В"


def test_roadmap_is_read_by_a_screen_reader_as_a_table_with_headers(
    planned: str, open_browser: Open, sign_in: SignIn
) -> None:
    page = sign_in(open_browser(viewport={"width": 1280, "height": 900}), "maria")
    page.goto(f"{planned}/roadmap/")
    tree = page.get_by_role("table").aria_snapshot()
    assert 'columnheader "Планируемый результат"' in tree
    assert "rowheader" in tree
    page.goto(f"{planned}/roadmap/3.8/school1")
    assert page.get_by_role("group", name="Ход выполнения").get_by_role("radio").count() == 5


def test_paper_carries_no_buttons(planned: str, open_browser: Open, sign_in: SignIn) -> None:
    page = sign_in(open_browser(viewport={"width": 1280, "height": 900}), "darya")
    page.goto(f"{planned}/people/")
    shown = "[...document.querySelectorAll('main .btn')].some(one => one.offsetParent)"
    assert page.evaluate(shown)
    page.emulate_media(media="print")
    assert not page.evaluate(shown)
