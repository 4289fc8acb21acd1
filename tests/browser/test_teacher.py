"""A teacher on a phone: by keyboard, with a link that breaks, in two browsers, sending once."""

import datetime as dt
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from app.models import Draft, Submission, Wave
from tests.browser.conftest import Served, kill_browser
from tests.world import PASSWORD

pytestmark = pytest.mark.browser
WAVE = "/questionnaires/wave1"
BLOCKS = 9
STORAGE_WAIT = 60  # seconds at the most; Chromium writes its local storage to the disk some 5 s late
Opener = Callable[..., BrowserContext]
SignIn = Callable[[BrowserContext, str], Page]


@pytest.fixture
def anna(open_browser: Opener, sign_in: SignIn, server: str) -> Page:
    """Anna's phone on the first block, by way of the start page."""
    page = sign_in(open_browser(), "anna")
    page.goto(f"{server}{WAVE}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    page.wait_for_url(f"**{WAVE}/1")
    return page


def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    """Press a key until the focus is on ``selector``; a person without a mouse gets there the same way."""
    for _ in range(80):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {selector}")


def answer_block(page: Page) -> None:
    """Tap «полностью верно» on every card and a need where one opens."""
    for card in page.locator("fieldset.q").all():
        card.locator("label.opt.last").first.click()
        needs = card.locator(".help label.opt.first")
        if needs.count() and needs.first.is_visible():
            needs.first.click()


def answer_facts(page: Page) -> None:
    """Block 10 and 11: what is required about one's work."""
    page.locator("label[for=C01-1]").click()
    page.locator("label[for=C02-1]").click()
    page.locator("label[for=C03-2]").click()
    page.locator("label[for=C04-1]").click()
    page.fill("#C05", "18")
    page.locator("label[for=C07-1]").click()
    forward(page)
    page.get_by_label("курсов не было").check()
    page.locator("label[for=C12-0]").click()
    page.select_option("#C13-0", "4")
    page.select_option("#C13-1", "7")
    forward(page)


def forward(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[value=next]").click()


def fill_all(page: Page) -> None:
    """From the first block to the check page."""
    for _ in range(BLOCKS):
        answer_block(page)
        forward(page)
    answer_facts(page)
    forward(page)  # in own words
    expect(page.get_by_role("heading", level=1)).to_have_text("Проверка перед отправкой")


def test_block_is_filled_by_keyboard_alone(anna: Page, served: Served) -> None:
    anna.keyboard.press("Tab")
    expect(anna.locator(":focus")).to_have_text("К содержанию")
    for number in range(1, 7):
        press_until(anna, f"[name=SUB0{number}]")
        anna.keyboard.press("Space")  # «совсем неверно»
        anna.keyboard.press("ArrowDown")  # «скорее неверно»
        press_until(anna, f"[name=SUB0{number}_need]")
        anna.keyboard.press("Space")
        anna.keyboard.press("ArrowDown")  # «достаточно материалов»
    press_until(anna, "button[value=next]")
    anna.keyboard.press("Enter")
    anna.wait_for_url(f"**{WAVE}/2")
    with served.app.app_context():
        values = db.session.scalars(db.select(Draft.values)).one()
    assert values == {f"SUB0{n}{tail}": "1" for n in range(1, 7) for tail in ("", "_need")}


def test_need_opens_only_under_the_answers_that_ask_for_it(anna: Page) -> None:
    need = anna.locator("#SUB03_need-card")  # SUB03 is reversed
    expect(need).to_be_hidden()
    anna.locator("label[for=SUB03-0]").click()
    expect(need).to_be_hidden()
    anna.locator("label[for=SUB03-4]").click()
    expect(need).to_be_visible()
    anna.locator("label[for=SUB03-na]").click()
    expect(need).to_be_hidden()


def test_without_scripts_the_need_is_shown_by_the_stylesheet_or_asked_next(
    open_browser: Opener, sign_in: SignIn, server: str
) -> None:
    page = sign_in(open_browser(java_script_enabled=False), "anna")
    page.goto(f"{server}{WAVE}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    page.locator("label[for=SUB01-1]").click()
    expect(page.locator("#SUB01_need-card")).to_be_visible()
    page.locator("button[value=next]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Уточнение")
    page.locator("label[for=SUB01_need-2]").click()
    page.locator("button[value=next]").click()
    expect(page).to_have_url(re.compile(f"{WAVE}/2$"))


def test_answer_is_saved_within_two_seconds_and_the_counter_moves(anna: Page, served: Served) -> None:
    """By the page's own clock, which stands still but for the two seconds: a busy machine decides nothing."""
    anna.clock.install()
    anna.reload()
    anna.clock.pause_at(dt.datetime.now() + dt.timedelta(minutes=1))
    anna.locator("label[for=SUB01-4]").click()
    anna.clock.run_for(2000)
    expect(anna.locator("#saved")).to_have_text(re.compile(r"Сохранено \d\d:\d\d"))
    expect(anna.locator("#count")).to_have_text("отвечено 1 из 70")
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft.values)).one() == {"SUB01": "4"}


def test_network_cut_then_another_browser_then_sending_and_profile(
    anna: Page, open_browser: Opener, sign_in: SignIn, server: str, served: Served
) -> None:
    anna.context.set_offline(True)
    anna.locator("label[for=SUB01-2]").click()
    anna.locator("label[for=SUB01_need-3]").click()
    expect(anna.locator("#saved")).to_contain_text("Нет связи")
    anna.locator("button[value=next]").click()  # stays on the page with what was typed
    expect(anna.locator("#SUB01-2")).to_be_checked()
    anna.context.set_offline(False)
    expect(anna.locator("#saved")).to_have_text(re.compile(r"Сохранено"))

    other = sign_in(open_browser(viewport={"width": 1280, "height": 800}), "anna")
    other.goto(f"{server}/questionnaires/")
    other.get_by_role("link", name="Продолжить").click()
    expect(other.locator("#SUB01-2")).to_be_checked()
    expect(other.locator("#SUB01_need-3")).to_be_checked()
    fill_all(other)
    other.get_by_role("button", name="Отправить").dblclick()
    expect(other.get_by_role("heading", level=1)).to_have_text("Анкета отправлена")
    receipt = other.locator(".box.g b").inner_text()

    other.go_back()
    if other.get_by_role("button", name="Отправить").count():
        other.get_by_role("button", name="Отправить").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Анкета отправлена")
    assert other.locator(".box.g b").inner_text() == receipt
    with served.app.app_context():
        rows = db.session.scalars(db.select(Submission)).all()
        assert [row.receipt for row in rows] == [receipt]
        assert rows[0].values["C13"] == ["4", "7"]

    other.get_by_role("link", name="Посмотреть мой профиль").click()
    expect(other.locator(".blk")).to_have_count(BLOCKS)
    expect(other.get_by_text("Уровень дефицита").or_(other.get_by_text("Дефицит не выявлен")).first).to_be_visible()


def test_expired_session_asks_to_sign_in_on_the_spot_and_sends_what_waited(anna: Page, served: Served) -> None:
    anna.context.clear_cookies()
    anna.locator("label[for=SUB01-4]").click()
    dialog = anna.get_by_role("dialog", name="Войдите, чтобы продолжить")
    expect(dialog).to_be_visible()
    assert not Axe().run(anna).response["violations"]
    dialog.get_by_label("Пароль или ПИН-код").fill("не тот пароль")
    dialog.get_by_role("button", name="Войти и продолжить").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Имя или пароль не подходят")
    dialog.get_by_label("Пароль или ПИН-код").fill(PASSWORD)
    dialog.get_by_role("button", name="Войти и продолжить").click()
    expect(dialog).to_be_hidden()
    expect(anna.locator("#saved")).to_have_text(re.compile(r"Сохранено"))
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft.values)).one() == {"SUB01": "4"}
    forward(anna)  # the page goes on with the new session
    expect(anna).to_have_url(re.compile(f"{WAVE}/2$"))


def wait_until_stored(profile: Path, word: bytes) -> None:
    """Until the browser has written ``word`` into its local storage on the disk: a kill before that may lose it."""
    for _ in range(STORAGE_WAIT * 4):
        files = (profile / "Default" / "Local Storage" / "leveldb").glob("*.log")
        if any(word in file.read_bytes() or word.decode().encode("utf-16-le") in file.read_bytes() for file in files):
            return
        time.sleep(0.25)
    raise AssertionError(f"{word!r} is not in the browser's storage")


def test_answers_given_offline_outlive_the_browser_and_join_those_of_another_device(
    server: str,
    served: Served,
    mortal_browser: Opener,
    open_browser: Opener,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    phone = mortal_browser()
    page = sign_in(phone, "anna")
    page.goto(f"{server}{WAVE}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    page.locator("label[for=SUB01-4]").click()
    expect(page.locator("#saved")).to_contain_text("Сохранено")
    phone.set_offline(True)
    page.locator("label[for=SUB02-4]").click()
    page.locator("label[for=SUB04-4]").click()
    expect(page.locator("#saved")).to_contain_text("Нет связи")
    wait_until_stored(tmp_path / "profile", b"SUB04")
    kill_browser(tmp_path / "profile")

    other = sign_in(open_browser(), "anna")
    other.goto(f"{server}{WAVE}/1")
    expect(other.locator("#SUB01-4")).to_be_checked()
    other.locator("label[for=SUB04-3]").click()  # later than on the phone: this one stands
    expect(other.locator("#saved")).to_contain_text("Сохранено")
    other.locator("label[for=SUB06-4]").click()
    forward(other)

    again = mortal_browser().new_page()
    if "/login" in again.goto(f"{server}{WAVE}/1").url:
        again = sign_in(again.context, "anna")
        again.wait_for_load_state("networkidle")  # the first page has sent what waited
        again.goto(f"{server}{WAVE}/1")
    expect(again.locator("#SUB02-4")).to_be_checked()
    expect(again.locator("#news")).to_contain_text("Утверждение 4: на другом устройстве ответ новее, остался он")
    expect(again.locator("#SUB04-3")).to_be_checked()
    with served.app.app_context():
        values = db.session.scalars(db.select(Draft.values)).one()
    assert values == {"SUB01": "4", "SUB02": "4", "SUB04": "3", "SUB06": "4"}


def test_two_tabs_offline_in_a_browser_that_is_killed_lose_none_of_each_others_answers(
    server: str, served: Served, mortal_browser: Opener, sign_in: SignIn, tmp_path: Path
) -> None:
    phone = mortal_browser()
    one = sign_in(phone, "anna")
    one.goto(f"{server}{WAVE}/")
    one.get_by_role("button", name="Согласен(на), начать").click()
    two = phone.new_page()
    two.goto(f"{server}{WAVE}/1")
    phone.set_offline(True)
    for page, answer in ((one, "SUB02-4"), (two, "SUB04-4"), (one, "SUB06-4"), (two, "SUB02-3"), (one, "SUB05-1")):
        page.locator(f"label[for={answer}]").click()
        expect(page.locator("#saved")).to_contain_text("Нет связи")
    wait_until_stored(tmp_path / "profile", b"SUB05")
    kill_browser(tmp_path / "profile")

    again = mortal_browser().new_page()
    if "/login" in again.goto(f"{server}{WAVE}/1").url:
        again = sign_in(again.context, "anna")
        again.goto(f"{server}{WAVE}/1")
    expect(again.locator("#saved")).to_contain_text("Сохранено")
    with served.app.app_context():
        values = db.session.scalars(db.select(Draft.values)).one()
    assert values == {"SUB02": "3", "SUB04": "4", "SUB05": "1", "SUB06": "4"}  # of two answers the newer


def test_answer_that_comes_too_late_waits_in_the_browser_for_a_longer_term(anna: Page, served: Served) -> None:
    anna.context.set_offline(True)
    anna.locator("label[for=SUB01-4]").click()
    expect(anna.locator("#saved")).to_contain_text("Нет связи")
    set_wave(served, status="closed")
    anna.context.set_offline(False)
    expect(anna.locator("#saved")).to_contain_text("Приём ответов по этой анкете закончен")
    set_wave(served, status="open")
    anna.reload()
    expect(anna.locator("#SUB01-4")).to_be_checked()
    expect(anna.locator("#count")).to_have_text("отвечено 1 из 70")
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft.values)).one() == {"SUB01": "4"}


def set_wave(served: Served, **values: str) -> None:
    with served.app.app_context():
        db.session.execute(db.update(Wave).values(**values))
        db.session.commit()


def test_somebody_elses_computer_keeps_nothing_in_the_browser(
    open_browser: Opener, server: str, served: Served
) -> None:
    page = open_browser().new_page()
    page.goto(f"{server}/login")
    page.fill("[name=username]", "anna")
    page.fill("[name=password]", PASSWORD)
    page.get_by_label("Чужой или общий компьютер: ничего не оставлять в браузере").check()
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{server}{WAVE}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    page.context.set_offline(True)
    page.locator("label[for=SUB01-4]").click()
    expect(page.locator("#saved")).to_contain_text("Нет связи")
    assert page.evaluate("JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])") == "[[],[]]"
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Сохранено")


def test_signing_out_first_sends_what_waits_and_leaves_an_empty_browser(anna: Page, served: Served) -> None:
    anna.route("**/save", lambda route: route.abort())
    anna.locator("label[for=SUB01-4]").click()
    expect(anna.locator("#saved")).to_contain_text("Нет связи")
    assert "SUB01" in anna.evaluate("JSON.stringify(localStorage)")  # the twin: something was there to clear
    anna.unroute("**/save")
    anna.get_by_role("button", name="Выйти").click()
    anna.wait_for_url("**/login")
    assert anna.evaluate("localStorage.length") == 0
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft.values)).one() == {"SUB01": "4"}


def test_questionnaire_is_usable_within_three_seconds_on_a_weak_link(anna: Page, server: str) -> None:
    """400 kbit/s both ways, 400 ms there and back, nothing in the cache."""
    session = anna.context.new_cdp_session(anna)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weak = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    session.send("Network.emulateNetworkConditions", weak)
    anna.goto(f"{server}{WAVE}/2", wait_until="commit")
    anna.locator("label.opt.last").first.click()
    expect(anna.locator("#saved")).to_contain_text("Сохранено")
    sizes = anna.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(entry => entry.transferSize)"
    )
    round_trips = 3  # connection, page, what the page names
    assert 10_000 < sum(sizes), "the cache was not empty"
    assert sum(sizes) / 50_000 + round_trips * 0.4 < 3, sizes  # seconds on the link; the machine's own are not counted


def test_every_page_fits_320_px_and_axe_finds_nothing(open_browser: Opener, sign_in: SignIn, server: str) -> None:
    page = sign_in(open_browser(viewport={"width": 320, "height": 640}), "anna")

    def look(path: str) -> None:
        if path:
            page.goto(f"{server}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, f"{page.url}: {width} px"
        found = Axe().run(page)
        assert not found.response["violations"], f"{page.url}\n{found.generate_report()}"

    for path in ("/questionnaires/", f"{WAVE}/", f"{WAVE}/refuse"):
        look(path)
    page.goto(f"{server}{WAVE}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    page.locator("label[for=SUB01-1]").click()
    page.evaluate("document.querySelector('form[data-save]').submit()")
    page.wait_for_url("**/1/more")
    look("")
    for number in range(1, 13):
        look(f"{WAVE}/{number}?gaps=1")
    page.goto(f"{server}{WAVE}/10")
    page.fill("#C05", "много")
    page.locator("label[for=C01-31]").click()
    forward(page)
    expect(page).to_have_title(re.compile("^Ошибка:"))
    look("")
    page.locator("label[for=C01-31]").click()
    expect(page.locator("#saved")).to_have_text(re.compile("Сохранено"))
    look(f"{WAVE}/check")
    page.goto(f"{server}{WAVE}/1")
    fill_all_small(page)
    look("")
    page.get_by_role("button", name="Отправить").click()
    look("")
    look(f"{WAVE}/profile")
    look("/questionnaires/")


def fill_all_small(page: Page) -> None:
    """Answer the first block, leave the rest of the statements, then what is required."""
    answer_block(page)
    forward(page)
    for _ in range(BLOCKS - 1):
        forward(page)
    answer_facts(page)
    forward(page)


def test_step_costs_at_most_four_requests_and_60_kb(
    anna: Page, open_browser: Opener, sign_in: SignIn, server: str
) -> None:
    page = sign_in(open_browser(), "anna")
    page.wait_for_load_state("networkidle")  # the page before this one still loads its icon
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(f"{server}{WAVE}/2", wait_until="networkidle")
    assert 3 <= len(sizes) <= 4, sizes
    assert sum(sizes) <= 60_000, sizes
