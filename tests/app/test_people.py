"""Lists of people and schools from files, rights, slips, and the pages about people."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.importing.tables import ImportRefusedError, Table, read_table
from app.jobs import run_pending_jobs
from app.jobs.timetable import begin_due
from app.models import Event, Person, School, Slip
from app.models.columns import utc_now
from app.models.people import ROLES
from app.people import changes, lists, school_lists
from tests.app.rooms_world import person, school
from tests.pages import post_form, token_of
from tests.world import PASSWORD

SignIn = Callable[[str], FlaskClient]
DATA = Path(__file__).parent.parent / "data" / "people"
TWO = "табельный;фамилия;имя;отчество;школа;предмет\n1;Новая;Инна;;school1;химия\n2;Другой;Олег;Ильич;school2;физика\n"


def table(text: str, name: str = "list.csv", encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), name, lists.COLUMNS)


def plan(text: str, **limits: object) -> changes.PeopleChanges:
    return changes.plan_people(table(text), "list.csv", **{"roles": set(ROLES), **limits})


def problems(text: str, **limits: object) -> list[str]:
    with pytest.raises(ImportRefusedError) as refused:
        plan(text, **limits)
    return refused.value.lines()


# --- planning and applying -------------------------------------------------------------------------------------------


def test_every_error_is_told_at_once_with_row_and_column(app: Flask) -> None:
    text = (
        "табельный;фамилия;имя;школа;роль;почта\n"
        "1;Новая;;school1;;\n"
        "2;Н0вая;Инна;school9;;\n"
        "3;Верная;Инна;school1;завхоз;не почта\n"
        "4;Верная;Ольга;school1;;\n"
        "4;Другая;Ольга;school2;;\n"
    )
    told = "\n".join(problems(text))
    assert "строка 2, столбец «имя»: пусто: нужно имя" in told
    assert "строка 3, столбец «фамилия»" in told
    assert "строка 3, столбец «школа»: школа «school9» не найдена" in told
    assert "строка 4, столбец «роль»: роль «завхоз» не известна" in told
    assert "строка 4, столбец «почта»" in told
    assert "строка 6: табельный 4 уже стоит у другого человека в строке 5" in told


def test_empty_whole_name_is_told_by_the_columns_own_heading(app: Flask) -> None:
    text = "ФИО;школа\n;school1\nПетров;school1\n"
    told = "\n".join(problems(text))
    assert "строка 2, столбец «ФИО»: пусто: нужны фамилия и имя" in told
    assert "строка 3, столбец «ФИО»: пусто: нужно имя" in told
    assert "family" not in told


def test_school_is_found_by_code_or_by_name_whatever_the_quotes(app: Flask) -> None:
    text = 'фамилия;имя;школа\nНовая;Инна;"МКОУ ""СОШ №1 с.Озёрное"""\nДругой;Олег;school1\n'
    assert {line.places[0][1] for line in plan(text).added} == {school("school1").id}


def test_plan_tells_added_changed_same_and_missing(app: Flask) -> None:
    text = (
        "табельный;фамилия;имя;отчество;школа;должность\n"
        "anna;Аннина;Анна;Петровна;school1;учитель химии\n"
        "9;Новая;Инна;;school1;\n"
    )
    seen = plan(text)
    assert [line.values["family"] for line in seen.added] == ["Новая"]
    assert [(change.person.login, change.differs) for change in seen.changed] == [("anna", ["position"])]
    assert changes.counts(plan("табельный;фамилия;имя;школа\nanna;Аннина;Анна;school1\n"))["same"] == 1
    only_new = plan("табельный;фамилия;имя;школа\n9;Новая;Инна;school1\n")
    assert [one.login for one in only_new.missing] == ["anna"]  # the only teacher of school1; its head is not touched


def test_same_list_twice_changes_nothing_the_second_time(app: Flask) -> None:
    changes.apply_people(plan(TWO))
    db.session.commit()
    again = changes.counts(plan(TWO))
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 2)


def test_teacher_listed_in_another_listed_school_moves_there(app: Flask) -> None:
    text = "табельный;фамилия;имя;отчество;школа\nanna;Аннина;Анна;Петровна;school2\n9;Новая;Инна;;school1\n"
    changes.apply_people(plan(text))
    db.session.commit()
    assert {a.scope for a in person("anna").assignments} == {"school2"}


def test_uneven_rows_are_all_named_where_one_is_too_long(app: Flask) -> None:
    told = "\n".join(problems("фамилия;имя;школа\nНовая;Инна\nКрасная;Инна;school1;лишнее\n"))
    assert "строка 2: ячеек 2, а заголовков 3" in told
    assert "строка 3: ячеек 4, а заголовков 3" in told


def test_empty_cells_left_out_at_the_end_are_empty(app: Flask) -> None:
    assert len(plan("фамилия;имя;отчество;школа;должность\nНовая;Инна;;school1\n").added) == 1


def test_teacher_of_two_schools_stands_once_with_both(app: Flask) -> None:
    text = "табельный;фамилия;имя;школа\n9;Новая;Инна;school1\n9;Новая;Инна;school2\n"
    changes.apply_people(plan(text))
    db.session.commit()
    fresh = db.session.scalars(db.select(Person).where(Person.number == "9")).one()
    assert {a.scope for a in fresh.assignments} == {"school1", "school2"}


def test_namesakes_without_numbers_are_not_joined_silently(app: Flask) -> None:
    told = problems("фамилия;имя;школа\nНовая;Инна;school1\nНовая;Инна;school1\n")
    assert "добавьте столбец «табельный»" in told[0]


def test_importer_gives_only_own_roles_in_own_schools(app: Flask) -> None:
    own = {"roles": {"teacher"}, "school_ids": {school("school1").id}}
    text = "табельный;фамилия;имя;отчество;школа;роль\n9;Новая;Инна;;school1;руководитель\n"
    assert "вы назначать не можете" in problems(text, **own)[0]
    assert "не найдена" in problems(TWO, **own)[0]
    head = "табельный;фамилия;имя;отчество;школа\nboris;Другой;Борис;Ильич;school1\n"
    assert "меняет Управление образования" in problems(head, **own)[0]


def test_ten_thousand_rows_are_planned_and_written(app: Flask) -> None:
    letters = "абвгдежзик"
    names = ["".join(letters[int(digit)] for digit in f"{number:05d}") for number in range(10_000)]
    text = "табельный;фамилия;имя;школа\n" + "".join(f"n{at};А{name};Инна;school1\n" for at, name in enumerate(names))
    changes.apply_people(plan(text))
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 10_007


def test_schools_are_added_and_changed_by_code(app: Flask) -> None:
    text = "код;название;руководитель\nschool1;МКОУ «СОШ № 1 с. Озёрное»;Борисов Б. И.\nnew;МКОУ «Новая»;\n"
    read = read_table(text.encode(), "s.csv", school_lists.COLUMNS)
    seen = school_lists.plan_schools(read, "s.csv")
    assert [values["code"] for values in seen.added] == ["new"]
    assert [values for _school, values in seen.changed] == [{"head_name": "Борисов Б. И."}]
    assert [one.code for one in seen.missing] == ["school2"]
    school_lists.apply_schools(seen)
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count(School.id))) == 3


# --- pages -----------------------------------------------------------------------------------------------------------


def upload(client: FlaskClient, text: str, **data: str) -> str:
    return client.post(
        "/people/import",
        data={
            "csrf_token": token_of(client, "/people/import"),
            "kind": "people",
            "school": "",
            "file": (io.BytesIO(text.encode()), "список.csv"),
            **data,
        },
    ).get_data(as_text=True)


def test_file_is_shown_first_and_changes_people_only_when_applied(login_as: SignIn) -> None:
    maria = login_as("maria")
    page = upload(maria, TWO.replace("предмет", "СНИЛС"))
    assert "Пока ничего не изменено" in page
    assert "СНИЛС" in page  # said to be dropped
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 7
    address = page.split('action="/people/import/')[1].split('"')[0]
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    progress = maria.post(f"/people/import/{address}", data={"csrf_token": token}).location
    assert "Ждёт очереди" in maria.get(progress).get_data(as_text=True)
    assert login_as("darya").get(progress).status_code == 404
    run_pending_jobs(maria.application)
    assert "добавлено 2, изменено 0" in maria.get(progress).get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 9
    actor = db.session.scalars(db.select(Event.actor_id).where(Event.action == "people.imported")).one()
    assert db.session.get_one(Person, actor).login == "maria"
    again = maria.post(f"/people/import/{address}", data={"csrf_token": token})
    assert again.location == "/people/import"


def test_list_that_nobody_applies_is_gone_after_its_hour(login_as: SignIn) -> None:
    maria = login_as("maria")
    upload(maria, TWO)
    (kept,) = (Path(maria.application.config["FILES"]) / "lists").glob("*.json")
    begin_due(utc_now())
    assert kept.exists()
    os.utime(kept, (0, 0))
    begin_due(utc_now())
    assert not kept.exists()


def test_list_that_no_longer_fits_changes_nothing_and_says_why(login_as: SignIn) -> None:
    maria = login_as("maria")
    page = upload(maria, TWO)
    address = page.split('action="/people/import/')[1].split('"')[0]
    db.session.execute(db.update(School).where(School.code == "school2").values(code="other"))
    db.session.commit()
    progress = maria.post(f"/people/import/{address}", data={"csrf_token": token_of(maria, "/account")}).location
    run_pending_jobs(maria.application)
    told = maria.get(progress).get_data(as_text=True)
    assert "ничего не изменено" in told
    assert "столбец «школа»" in told
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 7


def test_page_names_every_error_of_a_file_and_changes_nothing(login_as: SignIn) -> None:
    page = upload(login_as("maria"), "фамилия;имя;школа\nНовая;;school1\nДругой;Олег;school9\n")
    assert "<title>Ошибка:" in page
    assert "строка 2, столбец «имя»" in page
    assert "строка 3, столбец «школа»" in page
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 7


def test_list_of_another_person_is_not_applied(login_as: SignIn) -> None:
    maria, darya = login_as("maria"), login_as("darya")
    address = upload(maria, TWO).split('action="/people/import/')[1].split('"')[0]
    token = token_of(darya, "/people/import")
    darya.post(f"/people/import/{address}", data={"csrf_token": token})
    run_pending_jobs(darya.application)
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 7


def test_search_finds_by_part_of_a_name_in_any_letter_case(login_as: SignIn) -> None:
    page = login_as("galina").get("/people/?words=аннин").get_data(as_text=True)
    assert "Аннина Анна Петровна" in page
    assert "Борисов" not in page


def test_coordinator_sees_the_own_school_only(login_as: SignIn) -> None:
    page = login_as("darya").get("/people/").get_data(as_text=True)
    assert "Аннина" in page
    assert "Верина" not in page
    assert login_as("darya").get(f"/people/{person('vera').id}").status_code == 404


def test_person_is_added_with_a_sign_in_name(login_as: SignIn) -> None:
    data = {"family": "Щукина", "given": "Анна", "patronymic": "", "role": "teacher", "school": "school1"}
    answer = post_form(login_as("darya"), "/people/new", **data)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert person("shchukina.a").assignments[0].scope == "school1"


@pytest.mark.parametrize(
    ("login", "role", "given"),
    [("darya", "head", False), ("maria", "head", True), ("maria", "admin", False), ("adam", "admin", True)],
)
def test_roles_are_given_only_by_those_above_them(login_as: SignIn, login: str, role: str, given: bool) -> None:
    url = f"/people/{person('anna').id}"
    scope = "school1" if role == "head" else ""
    post_form(login_as(login), f"{url}/roles", page=url, role=role, school=scope)
    db.session.expire_all()
    assert (role in person("anna").roles) is given


def test_coordinator_neither_edits_the_head_nor_prints_the_heads_slip(login_as: SignIn) -> None:
    darya, boris = login_as("darya"), person("boris").id
    assert darya.get(f"/people/{boris}/edit").status_code == 403
    token = token_of(darya, "/people/new")
    assert darya.post(f"/people/{boris}/slip", data={"csrf_token": token}).status_code == 403
    assert db.session.scalar(db.select(db.func.count(Slip.id))) == 0


def test_sheet_shows_a_code_that_lets_in_and_no_page_shows_it_again(login_as: SignIn) -> None:
    anna = person("anna")
    anna.password_hash = None
    db.session.commit()
    darya = login_as("darya")
    page = post_form(darya, "/people/slips/school1", page="/people/slips").get_data(as_text=True)
    code = page.split('class="slip-code nb">')[1].split("<")[0]
    assert "Аннина Анна Петровна" in page
    assert "<svg" in page
    assert " style=" not in page
    assert code not in darya.get(f"/people/{anna.id}").get_data(as_text=True)
    client = darya.application.test_client()
    assert post_form(client, "/login/slip", page="/login", code=code).headers["Location"] == "/first"


def test_unused_slip_is_voided_with_a_reason(login_as: SignIn) -> None:
    darya, anna = login_as("darya"), person("anna")
    post_form(darya, f"/people/{anna.id}/slip", page=f"/people/{anna.id}")
    slip = db.session.scalars(db.select(Slip)).one()
    post_form(darya, f"/people/slips/{slip.id}/void", page=f"/people/{anna.id}", reason="потерян")
    db.session.expire_all()
    assert db.session.scalars(db.select(Slip.void_reason)).one() == "потерян"
    assert db.session.scalars(db.select(Event.reason).where(Event.action == "slip.voided")).one() == "потерян"


def test_closed_account_is_out_at_once(login_as: SignIn) -> None:
    anna, darya = login_as("anna"), login_as("darya")
    url = f"/people/{person('anna').id}"
    post_form(darya, f"{url}/access", page=url)
    assert anna.get("/account").status_code == 302
    assert post_form(anna, "/login", username="anna", password=PASSWORD).status_code == 200


def test_empty_answer_of_the_search_says_what_to_do(login_as: SignIn) -> None:
    assert "снимите фильтры" in login_as("galina").get("/people/?words=никто").get_data(as_text=True)


def test_form_of_a_person_leads_back_to_the_person(login_as: SignIn) -> None:
    anna = person("anna")
    page = login_as("darya").get(f"/people/{anna.id}/edit").get_data(as_text=True)
    assert f'<p class="crumb"><a href="/people/{anna.id}">{anna.full_name}</a></p>' in page
