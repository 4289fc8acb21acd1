"""Every type of question of an XLSForm, answered in a real browser: with scripts at once, without them page by page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from app.models import Draft, InstrumentVersion, Submission
from surveys.xlsform import read_xlsform
from tests.app.questionnaire_world import open_wave
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser
FORM = Path(__file__).parents[1] / "data" / "all_types.xlsx"
WAVE = "types"
FIRST = {"t1": "Физика", "t2": "Две строки\nтекста", "age": "7", "hours": "27,5", "d1": "2020-05-31", "tm": "08:30"}


@pytest.fixture
def asked(served: Served, server: str) -> str:
    """Address of a wave that asks Anna every type of question."""
    with served.app.app_context():
        open_wave("anna", code=WAVE, instrument=read_xlsform(FORM))
        db.session.remove()
    return f"{server}/questionnaires/{WAVE}"


def begin(page: Page, asked: str) -> None:
    page.goto(f"{asked}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    for name, text in FIRST.items():
        page.fill(f"[name={name}]", text)
    page.locator("label[for=nps-8]").click()
    page.fill("[name=pct]", "35")
    page.get_by_role("button", name="Дальше: блок 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Выбор")


def choose_what_needs_no_script(page: Page) -> None:
    """The default «да» stays; likert, several with «другое», ranks."""
    expect(page.locator("[name=yn1][value='1']")).to_be_checked()
    page.fill("[name=room]", "12")
    page.locator("label[for=l1-3]").click()
    page.locator("label[for=l7-6]").click()
    page.locator("label[for=subs-0]").click()
    page.locator("label[for=subs-3]").click()
    page.fill("[name=subs_other]", "Астрономия")
    for place, code in enumerate(("k", "m", "r")):
        page.select_option(f"#rk-{place}", code)
    page.locator("label[for=ack-0]").click()
    page.locator("label[for=reg-0]").click()
    page.fill("[name=x]", "9")


def send(page: Page) -> dict[str, object]:
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("отправлена")
    return db.session.scalars(db.select(Submission)).one().values


# what was typed above, as it is kept: by hand
KEPT = {
    **FIRST,
    "hours": "27.5",
    "nps": "8",
    "pct": "35",
    "yn1": "1",
    "room": "12",
    "l1": "4",
    "l7": "7",
    "subs": ["m", "other"],
    "subs_other": "Астрономия",
    "rk": ["k", "m", "r"],
    "reg": "pr",
    "twn": "prim",
    "x": "9",
    "y": "Сельская школа",
    "z": "Одна на три села",
    "ack": "OK",
}


def test_with_scripts_questions_open_and_close_as_the_page_is_answered(
    served: Served, asked: str, open_browser: Callable[..., BrowserContext], sign_in: Callable[..., Page]
) -> None:
    page = sign_in(open_browser(), "anna")
    begin(page, asked)
    choose_what_needs_no_script(page)
    expect(page.get_by_text("Ваша нагрузка: 1,52")).to_contain_text("район: Прохладненский")
    expect(page.locator("#twn-card label.opt:visible")).to_have_text(["Алтуд", "Прималка"])
    page.locator("#twn-card label.opt:visible").nth(1).click()
    expect(page.locator("#y-card legend")).to_have_text("Почему так много (9)?")
    expect(page.locator("#z-card")).to_be_hidden()
    page.fill("[name=y]", "Сельская школа")
    page.fill("[name=z]", "Одна на три села")
    page.fill("[name=x]", "3")
    expect(page.locator("#y-card")).to_be_hidden()
    expect(page.locator("#z-card")).to_be_hidden()
    page.fill("[name=x]", "9")
    expect(page.locator("[name=z]")).to_have_value("Одна на три села")
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Дальше: проверка").click()
    with served.app.app_context():
        assert send(page) == KEPT


def test_without_scripts_what_an_answer_opens_is_asked_on_the_next_page(
    served: Served, asked: str, open_browser: Callable[..., BrowserContext], sign_in: Callable[..., Page]
) -> None:
    page = sign_in(open_browser(java_script_enabled=False), "anna")
    begin(page, asked)
    expect(page.locator("#twn-card")).to_have_count(0)
    choose_what_needs_no_script(page)
    page.get_by_role("button", name="Дальше: проверка").click()
    expect(page.locator("h1")).to_have_text("Уточнение")
    page.get_by_text("Прималка").click()
    page.fill("[name=y]", "Сельская школа")
    page.get_by_role("button", name="Дальше: проверка").click()
    page.fill("[name=z]", "Одна на три села")
    page.get_by_role("button", name="Дальше: проверка").click()
    with served.app.app_context():
        assert send(page) == KEPT


@pytest.mark.parametrize("scripts", [True, False])
def test_answer_that_breaks_a_constraint_is_told_in_the_forms_own_words(
    served: Served, asked: str, open_browser: Callable[..., BrowserContext], sign_in: Callable[..., Page], scripts: bool
) -> None:
    page = sign_in(open_browser(java_script_enabled=scripts), "anna")
    page.goto(f"{asked}/")
    page.get_by_role("button", name="Согласен(на), начать").click()
    for name, text in {"age": "71", "hours": "40", "d1": "2999-01-01", "pct": "33"}.items():
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="Дальше: блок 2").click()
    for name, words in {
        "age": "Стаж — от 0 до 70 лет",
        "hours": "Не больше 36 часов",
        "d1": "Дата не может быть в будущем",
        "pct": "нужно число от 0 до 100 с шагом 5",
    }.items():
        expect(page.locator(f"#{name}-e")).to_have_text(words)
        expect(page.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft)).one().values["age"] == "71"  # what was typed is kept


def test_respondent_reads_the_form_in_the_language_of_choice(
    asked: str, open_browser: Callable[..., BrowserContext], sign_in: Callable[..., Page]
) -> None:
    page = sign_in(open_browser(), "anna")
    page.goto(f"{asked}/")
    page.get_by_role("button", name="Адыгэбзэ").click()
    page.get_by_role("button", name="Согласен(на), начать").click()
    expect(page.locator("#t1-card legend")).to_have_text("Сыт предмет?")
    expect(page.locator("#t2-card legend")).to_have_text("Расскажите подробнее")  # not translated: the form's own words
    assert page.locator("[lang=kbd] #t1-card").count() == 1


def test_preview_opens_questions_as_the_respondent_will_see_them(
    served: Served, asked: str, server: str, open_browser: Callable[..., BrowserContext], sign_in: Callable[..., Page]
) -> None:
    with served.app.app_context():
        number = db.session.scalars(db.select(InstrumentVersion.id).where(InstrumentVersion.code == "all_types")).one()
    page = sign_in(open_browser(viewport={"width": 1280, "height": 900}), "galina")
    page.goto(f"{server}/instruments/{number}/preview?width=phone")
    frame = page.frame_locator("iframe")
    frame.locator("[name=hours]").fill("27")
    frame.get_by_role("button", name="Дальше: блок 2").click()
    expect(frame.get_by_text("Ваша нагрузка: 1,5")).to_be_visible()
    expect(frame.locator("#y-card")).to_be_hidden()
    frame.locator("[name=x]").fill("9")
    expect(frame.locator("#y-card legend")).to_have_text("Почему так много (9)?")
    frame.locator("[name=y]").fill("Сельская школа")
    expect(frame.locator("#z-card")).to_be_visible()
    frame.get_by_role("button", name="Дальше: конец").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Конец формы")
    with served.app.app_context():
        assert db.session.scalars(db.select(Draft)).all() == []
