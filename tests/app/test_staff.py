"""The staff base: counting the card's section from it, import with a dry run, reach."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Event, School, StaffMember, Vacancy
from app.results.staff_counts import count_staff
from app.staff.importing import SAMPLE, read_category, read_date, read_experience, read_post
from app.staff.subjects import subject_codes
from tests.app.cards_world import card_of, open_cycle
from tests.pages import post_form, token_of

DAY = dt.date(2020, 6, 20)


def school_id(code: str) -> int:
    return db.session.scalar(db.select(School.id).where(School.code == code))


def teacher(number: str, **more: object) -> StaffMember:
    values = {"school_id": 1, "name": f"Учитель {number}", "post": "teacher", "category": "none", "experience": "21"}
    kinds = {"external": False, "higher_education": False, "age": "55"}
    return StaffMember(number=number, **{**values, **kinds, **more})


def posts() -> list[Vacancy]:
    """One post open, one filled on the day."""
    filled = Vacancy(school_id=1, subject="2", rate=Decimal(1), closed_on=DAY)
    return [Vacancy(school_id=1, subject="11", rate=Decimal("1.5")), filled]


@pytest.fixture
def members() -> list[StaffMember]:
    """Five people of a school, by hand: three teachers now, one left in spring, a psychologist of half a post."""
    course = dt.date(2019, 6, 15)
    return [
        teacher("1", category="high", category_until=dt.date(2023, 1, 1), hours=Decimal(30), course_subject_on=course),
        teacher(
            "2",
            category="first",
            category_until=dt.date(2020, 6, 19),
            hours=Decimal(27),
            experience="4_20",
            age="36_54",
        ),
        teacher("3", category="szd", experience="3", age="35", external=True, course_subject_on=dt.date(2017, 6, 20)),
        teacher("4", left_on=dt.date(2020, 3, 1)),
        teacher("5", post="psychologist", rate=Decimal("0.5")),
    ]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("t_total", "3"),
        ("t_ext", "1"),
        ("cat_high", "1"),
        ("cat_first", "0"),  # the term of the first category ended the day before
        ("cat_szd", "1"),
        ("cat_none", "1"),
        ("exp_3", "1"),
        ("exp_4_20", "1"),
        ("exp_21", "1"),
        ("age_35", "1"),
        ("age_55", "1"),
        ("pk_3y", "1"),  # the other course ended exactly three years before
        ("t_over", "1"),  # 27 hours are not more than 27
        ("t_left", "1"),
        ("spec_psy", "0.5"),
        ("vac_rates", "1.5"),
    ],
)
def test_card_field_is_counted_from_the_staff_base(members, field, expected) -> None:
    vacancies = [
        Vacancy(school_id=1, subject="11", rate=Decimal("1.5")),
        Vacancy(school_id=1, subject="2", rate=Decimal(1), closed_on=DAY),
    ]
    assert count_staff(members, vacancies, DAY)[field] == expected


def test_subjects_of_open_vacancies_only_go_to_the_card(members) -> None:
    vacancies = [
        Vacancy(school_id=1, subject="11", rate=Decimal(1)),
        Vacancy(school_id=1, subject="2", rate=Decimal(1), closed_on=DAY),
    ]
    assert count_staff(members, vacancies, DAY)["vac_subj"] == ["11"]


def test_school_without_anybody_in_the_base_gives_no_numbers() -> None:
    assert count_staff([], [], DAY) == {}


def test_new_card_waits_for_the_counted_values_to_be_confirmed(app, members) -> None:
    for one in members:
        one.school_id = school_id("school1")
        db.session.add(one)
    db.session.commit()
    open_cycle()
    entry = card_of("school1").fields["t_total"]
    assert entry == {"value": "3", "state": "prefilled", "source": "staff", "on": "2020-06-20"}
    assert "t_total" not in card_of("school2").fields


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Физика; Астрономия", ["18", "19"]),
        ("труд (технология)", ["27"]),
        ("ОБЗР", ["29"]),
        ("математика", ["11"]),
        ("Английский язык", ["9"]),
        ("шахматы", ["32"]),
        ("", []),
    ],
)
def test_subject_in_a_schools_own_words_is_found(text, codes) -> None:
    assert subject_codes(text) == codes


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (read_experience, "3", "3"),
        (read_experience, "4", "4_20"),
        (read_experience, "20", "4_20"),
        (read_experience, "21 год", "21"),
        (read_category, "Высшая", "high"),
        (read_category, "соответствие занимаемой должности", "szd"),
        (read_category, "", "none"),
        (read_post, "учитель физики", "teacher"),
        (read_post, "Педагог-психолог", "psychologist"),
        (read_post, "учитель-логопед", "defectologist"),
        (read_post, "завхоз", "other"),
        (read_post, "педагог дополнительного образования", "other"),
        (read_post, "педагог-организатор", "other"),
        (read_post, "Преподаватель-организатор ОБЖ", "teacher"),
        (read_date, "15.06.2019", dt.date(2019, 6, 15)),
        (read_date, "2019", dt.date(2019, 12, 31)),
    ],
)
def test_words_of_a_list_are_read(read, text, value) -> None:
    assert read(text) == value


def send(client: FlaskClient, text: str, school: int, name: str = "список.csv"):
    data = {
        "csrf_token": token_of(client, "/staff/import"),
        "school": str(school),
        "file": (io.BytesIO(text.encode()), name),
    }
    return client.post("/staff/import", data=data, content_type="multipart/form-data")


LIST = (
    "табельный;фамилия;имя;отчество;предмет;стаж;дата_рождения;снилс\n"
    "001;Ключева;Нина;Олеговна;математика;21;30.04.1956;506-163-177 71\n"
    "002;Озёров;Пётр;;ОБЗР;2;18.09.1998;398-753-190 03\n"
)


def test_dry_run_changes_nothing_and_says_which_columns_are_not_taken(login_as) -> None:
    page = send(login_as("boris"), LIST, school_id("school1")).get_data(as_text=True)
    assert "добавить 2, изменить 0" in page
    assert "дата_рождения, снилс" in page
    assert db.session.scalar(db.select(db.func.count(StaffMember.id))) == 0


def test_dry_run_says_what_changes_and_who_is_not_in_the_list(login_as) -> None:
    school = school_id("school1")
    known = {"name": "Ключева Нина Олеговна", "category": "first", "category_until": dt.date(2020, 6, 1)}
    db.session.add(StaffMember(school_id=school, number="001", subjects=["11"], hours=Decimal("18.5"), **known))
    db.session.add(StaffMember(school_id=school, number="077", name="Пропавшая Ирина"))
    db.session.add(StaffMember(school_id=school, number="078", name="Уволенная Ольга", left_on=dt.date(2020, 1, 9)))
    db.session.commit()
    head = "Табельный номер;ФИО;Предметы;Нагрузка, часов;Категория;Категория до\n"
    text = head + "001;Ключева Нина Олеговна;физика;20;высшая;01.06.2025\n"
    page = send(login_as("boris"), text, school).get_data(as_text=True).replace("\u00a0", " ")
    assert "Предметы: Математика (алгебра, геометрия, вероятность и статистика) → Физика" in page
    assert "Нагрузка, часов: 18,5 → 20" in page
    assert "Категория: первая → высшая" in page
    assert "Категория до: 1 июня 2020 г. → 1 июня 2025 г." in page
    assert "ФИО:" not in page
    assert "Пропавшая Ирина" in page
    assert "Уволенная Ольга" not in page


def test_applied_list_is_kept_without_birth_dates_and_a_repeat_changes_nothing(login_as) -> None:
    head = login_as("boris")
    send(head, LIST, school_id("school1"))
    post_form(head, "/staff/import/apply", page="/staff/import")
    kept = db.session.scalars(db.select(StaffMember).order_by(StaffMember.number)).all()
    assert [(one.name, one.subjects, one.experience) for one in kept] == [
        ("Ключева Нина Олеговна", ["11"], "21"),
        ("Озёров Пётр", ["29"], "3"),
    ]
    assert "изменить 0, без изменений 2" in send(head, LIST, school_id("school1")).get_data(as_text=True)


def test_every_error_of_a_list_is_told_with_its_row_and_column(login_as) -> None:
    head = "Школа;Табельный номер;ФИО;Стаж;Категория\n"
    text = head + "school2;1;Первая Анна;пять;высшая\n;2;Вторая Инна;4;седьмая\n;2;;4;\n"
    response = send(login_as("boris"), text, school_id("school1"))
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    for words in (
        "строка 2, столбец «Школа»: школа «school2» не найдена",
        "строка 2, столбец «Стаж»",
        "строка 3, столбец «Категория»",
        "строка 4, столбец «ФИО»: пусто",
        "строка 4: этот табельный номер уже был в строке 3",
    ):
        assert words in page, words
    assert db.session.scalar(db.select(db.func.count(StaffMember.id))) == 0


def test_sample_list_can_be_loaded_by_the_district(login_as) -> None:
    school = db.session.get(School, school_id("school1"))
    text = SAMPLE.replace("demo1", school.code).lstrip("\ufeff")
    assert "добавить 1" in send(login_as("galina"), text, 0).get_data(as_text=True)


def test_person_is_added_changed_and_the_number_stays_unique(login_as) -> None:
    head, base = login_as("boris"), f"/staff/schools/{school_id('school1')}"
    values = {
        "number": "7",
        "name": "Новая Анна",
        "post": "teacher",
        "category": "first",
        "experience": "",
        "age": "35",
        "hours": "18,5",
    }
    assert post_form(head, f"{base}/people/0", **values).status_code == 302
    kept = db.session.scalars(db.select(StaffMember)).one()
    assert (kept.name, kept.hours) == ("Новая Анна", Decimal("18.5"))
    page = post_form(head, f"{base}/people/0", **values).get_data(as_text=True)
    assert "Такой табельный номер в этой школе уже есть" in page
    assert 'value="18,5"' in page


def test_vacancy_is_added_counted_and_closed(login_as) -> None:
    head, base = login_as("boris"), f"/staff/schools/{school_id('school1')}"
    post_form(head, f"{base}/vacancies", page=base, subject="18", rate="0,5", since="2020-01-09")
    vacancy = db.session.scalars(db.select(Vacancy)).one()
    assert vacancy.rate == Decimal("0.5")
    assert "Физика" in login_as("galina").get("/staff/").get_data(as_text=True)
    post_form(head, f"{base}/vacancies/{vacancy.id}/close", page=base)
    db.session.expire_all()
    assert vacancy.closed_on is not None
    assert {"vacancy.added", "vacancy.closed"} <= set(db.session.scalars(db.select(Event.action)))


@pytest.mark.parametrize(
    ("login", "status"), [("boris", 200), ("galina", 200), ("maria", 200), ("vera", 404), ("darya", 403), ("anna", 403)]
)
def test_staff_of_a_school_is_open_to_its_head_and_the_district_only(login_as, login, status) -> None:
    assert login_as(login).get(f"/staff/schools/{school_id('school1')}").status_code == status


def test_person_of_another_school_is_not_found(login_as) -> None:
    db.session.add(teacher("1", school_id=school_id("school2")))
    db.session.commit()
    member = db.session.scalars(db.select(StaffMember)).one()
    assert login_as("boris").get(f"/staff/schools/{school_id('school1')}/people/{member.id}").status_code == 404
