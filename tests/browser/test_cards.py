"""A head and a deputy fill the diagnostic card in a real browser; a methodologist returns it."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from app.extensions import db
from app.models import CardDelegation, Person
from surveys.card.checks import check_fields
from surveys.card.filling import values_of
from surveys.expressions.syntax import parse
from tests.app.cards_world import card_of, fill_card, open_cycle
from tests.browser.conftest import Served
from tests.surveys.card_example import card, example_fields
from tests.surveys.test_card import RULES

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}
SignIn = Callable[[BrowserContext, str], Page]
Open = Callable[..., BrowserContext]


@pytest.fixture
def card_url(server: str, served: Served) -> Iterator[str]:
    """The card of School 1, which holds the synthetic school with one pupil too many."""
    with served.app.app_context():
        open_cycle()
        fill_card(card_of("school1"), st_1_4="141")
        number = card_of("school1").id
        db.session.remove()
        yield f"{server}/cards/{number}/"
        db.session.remove()


def kept(name: str) -> dict[str, str]:
    """A field as the server keeps it; no transaction is left open that would hold the server up."""
    entry = card_of("school1").fields[name]
    db.session.remove()
    return entry


def test_head_mends_explains_signs_and_mends_again(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    page = sign_in(open_browser(viewport=DESK), "boris")
    page.get_by_role("link", name="Карты школ").click()
    expect(page.get_by_role("listitem").filter(has_text="2. Контингент обучающихся")).to_contain_text("1 ошибка")
    page.get_by_role("link", name="2. Контингент обучающихся").click()
    line = page.locator("#sum-V01")
    expect(line).to_contain_text("141 + 148 + 24 = 313, в поле 2.01 — 312: больше на 1")
    page.get_by_label("Обучающихся в 1–4 классах").fill("140")
    expect(line).to_contain_text("140 + 148 + 24 = 312")
    expect(line).not_to_have_class(re.compile("bad"))
    expect(page.get_by_label("Обучающихся в 1–4 классах")).not_to_have_attribute("aria-invalid", "true")

    warning = page.locator("#chk-V04")
    expect(warning).to_be_hidden()
    page.get_by_label("Переведены условно").fill("67")  # the group at risk is 66
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("67 (2.13)")
    warning.get_by_label("Пояснение").fill("Летняя аттестация ещё идёт.")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text(re.compile("^Сохранено [0-9]"))).to_be_visible()
    expect(page.locator(".errsum")).to_have_count(0)

    sign_card(page, card_url)
    expect(page.get_by_text("Карта подписана и отправлена: Борисов Борис Ильич")).to_be_visible()

    methodist = sign_in(open_browser(viewport=DESK), "galina")
    methodist.goto(card_url + "review")
    methodist.get_by_role("row", name=re.compile("3.17")).get_by_text("написать").click()
    methodist.get_by_label("Замечание к полю 3.17").fill("В базе кадров 9. Уточните.")
    methodist.get_by_role("button", name="Вернуть с замечаниями").click()
    expect(methodist.get_by_text("на уточнении 1")).to_be_visible()

    page.goto(card_url)
    page.get_by_role("link", name=re.compile("3.17 Учителей 55 лет")).click()
    expect(page.get_by_text("«В базе кадров 9. Уточните.»")).to_be_visible()
    page.get_by_label("Учителей 55 лет и старше").fill("9")
    page.get_by_label("исправлено или проверено").check()
    page.get_by_role("button", name="Сохранить").click()
    sign_card(page, card_url)
    methodist.goto(card_url + "review")
    expect(methodist.get_by_role("row", name=re.compile("3.17 .* 11 9"))).to_be_visible()
    methodist.get_by_role("button", name="Принять карту").click()
    expect(methodist.get_by_text("Принято 1 из 2")).to_be_visible()


def sign_card(page: Page, card_url: str) -> None:
    page.goto(card_url)
    page.get_by_role("link", name="Проверить и подписать").click()
    page.get_by_label("Сведения проверены и достоверны").check()
    page.get_by_role("button", name="Подписать и отправить").click()


def test_deputy_fills_the_delegated_section_on_a_phone(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    head = sign_in(open_browser(viewport=DESK), "boris")
    head.goto(card_url)
    head.get_by_text("Передать раздел заместителю").click()
    head.get_by_label("Раздел").select_option("facilities")
    head.get_by_label("Кому").select_option(label="Дарьина Дарья Олеговна")
    head.get_by_role("button", name="Передать").click()
    expect(head.get_by_text("передан: Дарьина")).to_be_visible()

    deputy = sign_in(open_browser(), "darya")
    deputy.get_by_role("link", name="Карты школ").click()
    expect(deputy.get_by_role("link", name="2. Контингент обучающихся")).to_have_count(0)
    deputy.get_by_role("link", name="4. Материально-техническая база").click()
    deputy.get_by_label("Из них компьютеров не старше 7 лет").fill("39")  # of 38
    expect(deputy.get_by_text("Новых компьютеров не больше всех")).to_be_visible()
    deputy.get_by_label("Из них компьютеров не старше 7 лет").fill("10")
    expect(deputy.get_by_text("Новых компьютеров не больше всех")).to_be_hidden()
    deputy.get_by_role("button", name="Сохранить").click()
    expect(deputy.get_by_text(re.compile("^Сохранено [0-9]"))).to_be_visible()
    assert kept("pc_new")["value"] == "10"


def test_no_data_opens_its_explanation(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    card_of("school1").fields = {}
    db.session.commit()
    db.session.remove()
    page = sign_in(open_browser(viewport=DESK), "boris")
    page.goto(card_url + "sections/students")
    why = page.get_by_label("Почему нет данных: Пропустили")
    expect(why).to_be_hidden()
    page.get_by_role("checkbox", name="нет данных : Пропустили").check()
    why.fill("учёт не вёлся")
    page.get_by_role("button", name="Сохранить").click()
    expect(why).to_have_value("учёт не вёлся")
    assert kept("st_absent")["explanation"] == "учёт не вёлся"


def test_large_change_is_asked_about_while_it_is_typed(
    card_url: str, server: str, open_browser: Open, sign_in: SignIn
) -> None:
    card_of("school1").status = "accepted"
    db.session.commit()
    open_cycle(2021)
    address = f"{server}/cards/{card_of('school1').id}/sections/students"
    db.session.remove()
    page = sign_in(open_browser(viewport=DESK), "boris")
    page.goto(address)
    total, box = page.get_by_label("Всего обучающихся", exact=False).first, page.locator("#jump-st_total")
    expect(box).to_be_hidden()
    total.fill("250")  # by hand: 62 of 312 is 19.9 %
    expect(box).to_be_hidden()
    total.fill("200")
    expect(box).to_contain_text(re.compile(r"В прошлой карте 312, сейчас 200: меньше на 36\s%"))  # 112 of 312 is 35.9 %
    box.get_by_label("верно, изменилось").check()
    page.get_by_role("button", name="Сохранить").click()
    expect(box).to_contain_text("изменение подтверждено")
    total.fill("100")
    expect(box.get_by_label("верно, изменилось")).to_be_visible()
    expect(box.get_by_text("изменение подтверждено")).to_be_hidden()
    total.fill("200")
    expect(box.get_by_text("изменение подтверждено")).to_be_visible()


def test_card_is_filled_without_scripts(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    page = sign_in(open_browser(viewport=DESK, java_script_enabled=False), "boris")
    page.goto(card_url + "sections/students")
    page.get_by_label("Обучающихся в 1–4 классах").fill("142")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#sum-V01")).to_contain_text("142 + 148 + 24 = 314, в поле 2.01 — 312: больше на 2")
    expect(page.locator(".errsum")).to_contain_text("Сумма по уровням")


def test_two_editors_choose_in_the_browser(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    darya = db.session.scalar(db.select(Person.id).where(Person.login == "darya"))
    db.session.add(CardDelegation(card_id=card_of("school1").id, section="students", person_id=darya))
    db.session.commit()
    db.session.remove()
    head, deputy = sign_in(open_browser(viewport=DESK), "boris"), sign_in(open_browser(), "darya")
    for page, number in ((head, "18"), (deputy, "19")):
        page.goto(card_url + "sections/students")
        page.get_by_label("Классов, включая классы-комплекты").fill(number)
    head.get_by_label("Классов, включая классы-комплекты").fill("20")
    head.get_by_role("button", name="Сохранить").click()
    expect(head.get_by_text(re.compile("^Сохранено [0-9]"))).to_be_visible()
    deputy.get_by_role("button", name="Сохранить").click()
    expect(deputy.get_by_text("оставить сохранённое: 20")).to_be_visible()
    deputy.get_by_label("записать моё: 19").check()
    deputy.get_by_role("button", name="Сохранить").click()
    expect(deputy.get_by_text("записать моё: 19")).to_have_count(0)
    assert kept("cls_total")["value"] == "19"


def test_browser_checks_every_rule_as_the_server_does(card_url: str, open_browser: Open, sign_in: SignIn) -> None:
    instrument = card()
    gaps = [{"st_bus": None, "st_shift2": 400}, {"st_1_4": None}, {"st_ovz": ..., "st_lang": 313}, {"st_total": ...}]
    cases = [{}, *(change for _code, breaks, holds in RULES for change in (breaks, holds)), *gaps]
    known = [values_of(instrument, example_fields(instrument, **change)) for change in cases]
    expected = [[check.code for check in check_fields(instrument, values)] for values in known]
    trees = [[check.code, parse(check.expression).tree] for check in instrument.checks]
    page = sign_in(open_browser(viewport=DESK), "boris")
    page.goto(card_url + "sections/students")
    found = page.evaluate(
        """([trees, cases]) => cases.map(values => trees.filter(([code, tree]) => !OporaCard.holds(tree,
           name => values[name] === null ? "" : values[name])).map(([code]) => code))""",
        [trees, known],
    )
    assert found == expected


SECTIONS = "school students staff facilities social results management documents".split()
HEADS = ["", *(f"sections/{name}" for name in SECTIONS), "sign", "reading"]


def shown_well(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page.url


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["320", "1280"])
def test_pages_of_a_card_fit_and_can_be_read_aloud(card_url, server, open_browser, sign_in, size) -> None:
    head = sign_in(open_browser(viewport=size), "boris")
    for address in (*(card_url + rest for rest in HEADS), f"{server}/staff/", f"{server}/staff/import"):
        head.goto(address)
        shown_well(head)
    head.goto(f"{server}/staff/")
    head.get_by_role("link", name="Добавить сотрудника").click()
    shown_well(head)
    fill_card(card_of("school1"))
    card = card_of("school1")
    card.status, cycle = "sent", card.cycle_id
    db.session.commit()
    db.session.remove()
    methodist = sign_in(open_browser(viewport=size), "galina")
    cycles = f"{server}/cards/cycles"
    for address in (
        cycles,
        f"{cycles}/{cycle}",
        f"{cycles}/{cycle}/thresholds",
        f"{server}/staff/",
        card_url + "review",
    ):
        methodist.goto(address)
        shown_well(methodist)
