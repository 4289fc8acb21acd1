"""People of the plan: whom the order names, who stands in, what a school enters, orders attached."""

import datetime as dt
import io
from collections.abc import Callable

from flask.testing import FlaskClient

from app.extensions import db
from app.models import Event, Evidence, PlanMember
from tests.app.rooms_world import add_plan, person, school
from tests.pages import post_form

SignIn = Callable[[str], FlaskClient]
URL = "/roadmap/people"


def test_substitute_has_the_items_of_the_absent_while_away(login_as: SignIn) -> None:
    plan = add_plan()
    maria, adam = login_as("maria"), login_as("adam")
    post_form(
        maria, "/roadmap/people", key="negrey", name="Негрей Н.В.", order_text="приказ № 204", email="n@uo.example"
    )
    first = db.session.scalars(db.select(PlanMember.id)).one()
    away = {"from_on": "2020-01-01", "until_on": "2100-01-01", "substitutes": str(first)}
    assert "п. 3.13" not in adam.get("/roadmap/today").get_data(as_text=True)
    post_form(maria, "/roadmap/people", key="zolko", name="Адамов А.А.", person="adam", **away)
    stand_in = db.session.scalars(db.select(PlanMember).where(PlanMember.substitutes_id == first)).one()
    assert (stand_in.key, stand_in.person_id, stand_in.plan_id) == ("negrey", person("adam").id, plan.id)
    assert "п. 2.2" in adam.get("/roadmap/today").get_data(as_text=True)
    stand_in.until_on = dt.date(2020, 2, 1)
    db.session.commit()
    assert "п. 2.2" not in adam.get("/roadmap/today").get_data(as_text=True)


def test_school_enters_its_own_coordinator_and_no_other_role(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    data = {"name": "Дарьина Д.О.", "email": "d@school.example", "school": "school1"}
    assert post_form(boris, "/roadmap/people", key="school_coordinators", **data).status_code == 302
    assert post_form(boris, "/roadmap/people", key="working_group", **data).status_code == 200  # not a choice
    assert post_form(boris, "/roadmap/people", key="school_coordinators", **{**data, "email": "нет"}).status_code == 200
    assert db.session.scalars(db.select(PlanMember.key)).all() == ["school_coordinators"]
    assert "Дарьина" in login_as("maria").get("/roadmap/people").get_data(as_text=True)
    assert "Дарьина" not in login_as("vera").get("/roadmap/people").get_data(as_text=True)


def test_order_names_its_people_and_each_is_entered_with_an_account(login_as: SignIn) -> None:
    add_plan()
    maria, adam = login_as("maria"), login_as("adam")
    page = maria.get(URL).get_data(as_text=True)
    assert page.count("Адамокова М.С.") >= 2  # by name, and a member of the working group
    assert "Сведения о школьном координаторе не внесены (п. 5.3): Озёрное № 1, Озёрное № 2" in page
    filled = maria.get(f"{URL}?key=negrey&name=Негрей Н.В.&position=начальник отдела").get_data(as_text=True)
    assert 'value="Негрей Н.В."' in filled
    unknown = post_form(maria, URL, key="negrey", name="Негрей Н.В.", person="nobody").get_data(as_text=True)
    assert "Такого логина нет" in unknown
    assert "п. 2.2" not in adam.get("/roadmap/today").get_data(as_text=True)
    post_form(maria, URL, key="negrey", name="Негрей Н.В.", person="adam")
    assert "п. 2.2" in adam.get("/roadmap/today").get_data(as_text=True)
    waiting = maria.get(URL).get_data(as_text=True).partition("ещё не внесены")[2].partition("</section>")[0]
    assert waiting.count("<b>Негрей Н.В.</b>") == 1  # still to be entered as one of the working group


def test_entry_is_corrected_and_ended_and_the_record_tells_which_fields(login_as: SignIn) -> None:
    plan = add_plan()
    maria = login_as("maria")
    post_form(maria, URL, key="working_group", name="Шахрай Н.")
    one = db.session.scalars(db.select(PlanMember)).one()
    url = f"{URL}/{one.id}"
    wrong = post_form(maria, url, key="working_group", name="А", from_on="2020-06-02", until_on="2020-06-01")
    assert "Последний день раньше первого" in wrong.get_data(as_text=True)
    post_form(maria, url, key="working_group", name="Шахрай Н.В.", until_on="2020-06-01")
    db.session.expire_all()
    assert (one.name, one.until_on, one.plan_id) == ("Шахрай Н.В.", dt.date(2020, 6, 1), plan.id)
    told = db.session.scalars(db.select(Event).where(Event.action == "plan.member_changed")).one().new
    assert told == {
        "member": one.id,
        "key": "working_group",
        "fields": ["until_on", "name"],
        "until_on": "2020-06-01",
    }
    assert login_as("galina").get(url).status_code == 403


def test_school_touches_its_own_people_only(login_as: SignIn) -> None:
    plan = add_plan()
    db.session.add(PlanMember(plan_id=plan.id, key="municipal_coordinator", name="Челябова И.Т."))
    db.session.add(PlanMember(plan_id=plan.id, key="school_coordinators", name="Верина", school=school("school2")))
    db.session.commit()
    chief, other = db.session.scalars(db.select(PlanMember.id).order_by(PlanMember.id)).all()
    boris = login_as("boris")
    assert [boris.get(f"{URL}/{one}").status_code for one in (chief, other)] == [404, 404]
    data = {"key": "school_coordinators", "name": "Дарьина Д.О.", "school": "school1"}
    for substitutes in (chief, other):  # nobody becomes the municipal coordinator by standing in
        assert post_form(boris, URL, substitutes=str(substitutes), **data).status_code == 200
    stranger = post_form(boris, URL, person="vera", **data).get_data(as_text=True)
    assert "Это не сотрудник вашей школы" in stranger
    assert post_form(boris, URL, person="darya", **data).status_code == 302
    kept = db.session.scalars(db.select(PlanMember).where(PlanMember.person_id == person("darya").id)).one()
    assert kept.school_id == school("school1").id
    assert "Сведения о школьном координаторе" not in boris.get(URL).get_data(as_text=True)
    assert "п. 5.3): Озёрное № 2" not in login_as("vera").get(URL).get_data(as_text=True)  # entered above


def test_order_is_attached_and_leaves_as_an_attachment(login_as: SignIn) -> None:
    add_plan()
    boris = login_as("boris")
    data = {"key": "school_coordinators", "name": "Дарьина Д.О.", "school": "school1"}
    refused = post_form(boris, URL, files=(io.BytesIO(b"MZ program"), "приказ.pdf"), **data)
    assert "приказ" in refused.get_data(as_text=True)
    assert db.session.scalars(db.select(PlanMember)).all() == []
    post_form(boris, URL, files=(io.BytesIO(b"%PDF-1.4 order"), "../приказ 17.exe"), **data)
    url = f"{URL}/files/{db.session.scalars(db.select(Evidence.id)).one()}"
    answer = boris.get(url, buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/pdf"
    assert login_as("vera").get(url).status_code == 404
    assert login_as("galina").get(url, buffered=True).status_code == 200
