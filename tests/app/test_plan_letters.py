"""The digest of the plan by e-mail through a real mail server: whom, once a day, again after a failure."""

import datetime as dt
from collections.abc import Callable
from email.header import decode_header, make_header

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.jobs import run_pending_jobs
from app.jobs.timetable import begin_due
from app.models import Job, Measure, MonitoringAnswer, MonitoringRound, PlanLetter, RoadmapPlan
from app.models.columns import utc_now
from app.plan import digest
from app.plan.letters import ask_letters, digest_due, send_one
from app.plan.marks import change_state
from tests.app.mail_world import Mailbox, free_port, serving
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_plan, person, school
from tests.app.test_reminders import mailbox

__all__ = ["mailbox"]
SignIn = Callable[[str], FlaskClient]
MONDAY = dt.datetime(2020, 6, 22, 6, 30, tzinfo=dt.UTC)  # half past nine in Moscow; 20 June was the last day of 3.8


@pytest.fixture
def plan(app: Flask) -> RoadmapPlan:
    """The order's plan; Boris and Maria have addresses, Vera has none."""
    made = add_plan()
    for login in ("boris", "maria"):
        person(login).email = f"{login}@uo.example"
    db.session.commit()
    return made


def text_of(letter) -> str:
    return letter.get_payload(decode=True).decode()


def statuses() -> list[tuple[str, int]]:
    db.session.rollback()
    return [(one.status, one.attempts) for one in db.session.scalars(db.select(PlanLetter).order_by(PlanLetter.id))]


def test_each_person_gets_one_letter_a_day_with_the_reminders_of_that_day(
    app: Flask, plan: RoadmapPlan, mailbox: Mailbox
) -> None:
    assert begin_due(MONDAY) == 1
    assert begin_due(MONDAY + dt.timedelta(hours=2)) == 0
    run_pending_jobs(app)
    with app.app_context():
        ask_letters(MONDAY.date())  # asked again by hand, it sends nothing twice
        db.session.commit()
    run_pending_jobs(app)
    assert mailbox.addresses() == ["boris@uo.example", "maria@uo.example"]
    told = {letter["To"]: text_of(letter) for letter in mailbox.letters}
    assert "п. 3.8" in told["boris@uo.example"]
    assert "просрочено на 2 дня" in told["boris@uo.example"]  # 20 to 22 June
    assert "п. 3.6" not in told["boris@uo.example"]  # due on 1 September: no reminder today
    assert "Не исполнили: Озёрное № 1, Озёрное № 2" in told["maria@uo.example"]
    assert "http://127.0.0.1:8000/roadmap/today" in told["maria@uo.example"]
    subject = str(make_header(decode_header(mailbox.letters[0]["Subject"])))
    assert subject == "Дорожная карта: что нужно сегодня, 22.06.2020"


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(MONDAY.replace(hour=5), id="before nine in Moscow"),
        pytest.param(MONDAY - dt.timedelta(days=2), id="Saturday"),
        pytest.param(dt.datetime(2020, 6, 12, 9, tzinfo=dt.UTC), id="holiday"),
    ],
)
def test_nothing_goes_out_at_night_or_on_a_day_off(plan: RoadmapPlan, mailbox: Mailbox, moment: dt.datetime) -> None:
    assert list(digest_due(moment)) == []


def test_without_a_mail_server_nothing_is_queued_and_the_sheets_say_so(plan: RoadmapPlan, login_as: SignIn) -> None:
    assert list(digest_due(MONDAY)) == []
    assert "Почта не настроена" in login_as("maria").get("/roadmap/today/all").get_data(as_text=True)


def test_passing_refusal_is_tried_again_and_a_lasting_one_is_not(
    app: Flask, plan: RoadmapPlan, mailbox: Mailbox
) -> None:
    mailbox.refuse = ["451 later", "550 no such box"]
    begin_due(MONDAY)
    run_pending_jobs(app)
    assert statuses() == [("queued", 1), ("failed", 1)]
    assert begin_due(MONDAY + dt.timedelta(minutes=5)) == 0  # not due yet
    wait_until(MONDAY + dt.timedelta(minutes=5))
    assert begin_due(MONDAY + dt.timedelta(minutes=5)) == 1
    run_pending_jobs(app)
    assert statuses() == [("sent", 2), ("failed", 1)]
    assert begin_due(MONDAY + dt.timedelta(minutes=10)) == 0
    assert len(mailbox.letters) == 1


def wait_until(moment: dt.datetime) -> None:
    """As when the time that letters wait has passed at ``moment``."""
    db.session.execute(db.update(PlanLetter).where(PlanLetter.next_utc.is_not(None)).values(next_utc=moment))
    db.session.commit()


def test_mail_server_away_for_hours_loses_no_letter(app: Flask, plan: RoadmapPlan) -> None:
    """Ten tries into nothing, more and more seldom; when a real server listens, everybody gets one letter."""
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"  # nobody listens there
    waits, now = [], MONDAY
    for number in range(1, 11):
        assert begin_due(now) == 1
        before = utc_now()
        run_pending_jobs(app)
        assert statuses() == [("queued", number), ("queued", 0)]  # one knock at the door, not one for each letter
        job = db.session.scalars(db.select(Job).order_by(Job.id.desc())).first()
        assert (job.status, "нет связи" in job.error) == ("failed", True)
        ends = set(db.session.scalars(db.select(PlanLetter.next_utc)))
        assert len(ends) == 1
        waits.append(round((ends.pop() - before) / dt.timedelta(minutes=1)))
        now += dt.timedelta(hours=1)
        wait_until(now)
    assert waits == [2, 4, 8, 16, 32, 64, 64, 64, 64, 64]
    with serving(app, Mailbox()) as box:
        assert begin_due(now) == 1
        run_pending_jobs(app)
        assert box.addresses() == ["boris@uo.example", "maria@uo.example"]
        wait_until(now)
        assert begin_due(now + dt.timedelta(hours=1)) == 0
    assert statuses() == [("sent", 11), ("sent", 1)]


def test_letter_is_of_no_use_when_its_day_is_over(app: Flask, plan: RoadmapPlan) -> None:
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    begin_due(MONDAY)
    run_pending_jobs(app)
    wait_until(MONDAY)
    night = MONDAY.replace(hour=22)  # one in the morning of Tuesday in Moscow
    assert [key for key, _start in digest_due(night)] == []
    app.config["SMTP_URL"] = ""


def nobody_listens(app: Flask) -> None:
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"


def send_on(app: Flask, day: dt.datetime) -> None:
    assert begin_due(day) == 1
    run_pending_jobs(app)


def test_mail_server_away_for_days_costs_no_reminder_and_repeats_none(app: Flask, plan: RoadmapPlan) -> None:
    """3.6 is due on Tuesday 1 September: a week before is 25 August, and on Wednesday it is told as late."""
    tuesday = dt.datetime(2020, 8, 25, 6, 30, tzinfo=dt.UTC)
    nobody_listens(app)
    send_on(app, tuesday)
    send_on(app, tuesday + dt.timedelta(days=1))  # nothing is due that day: what did not go out still waits
    with serving(app, Mailbox()) as box:
        send_on(app, tuesday + dt.timedelta(days=2))
        told = {letter["To"]: text_of(letter) for letter in box.letters}
        assert told["boris@uo.example"].count("п. 3.6.") == 1
        assert "осталось 5 дней" in told["boris@uo.example"]  # as it stands on Thursday
        assert "Письма за 25.08.2020, 26.08.2020 не ушли" in told["boris@uo.example"]
        box.letters.clear()
        send_on(app, tuesday + dt.timedelta(days=3))
        assert box.letters == []  # told once
    boris = person("boris").id
    found = db.session.scalars(db.select(PlanLetter).where(PlanLetter.person_id == boris).order_by(PlanLetter.day))
    assert [one.status for one in found] == ["skipped", "skipped", "sent"]


def test_what_was_done_while_the_server_was_away_is_not_told(app: Flask, plan: RoadmapPlan) -> None:
    tuesday = dt.datetime(2020, 8, 25, 6, 30, tzinfo=dt.UTC)
    nobody_listens(app)
    send_on(app, tuesday)
    change_state(state_of("3.6", "school1"), "done", link="https://a.example")
    db.session.commit()
    with serving(app, Mailbox()) as box:
        send_on(app, tuesday + dt.timedelta(days=1))
        assert "boris@uo.example" not in box.addresses()


def test_letter_that_may_have_gone_out_is_not_made_up_for(app: Flask, plan: RoadmapPlan, mailbox: Mailbox) -> None:
    tuesday = dt.datetime(2020, 8, 25, 6, 30, tzinfo=dt.UTC)
    db.session.add(PlanLetter(person_id=person("boris").id, day=tuesday.date(), status="sending", attempts=1))
    db.session.commit()
    send_on(app, tuesday + dt.timedelta(days=1))
    assert mailbox.letters == []


def test_letter_of_a_worker_that_died_while_sending_is_never_sent_again(plan: RoadmapPlan, mailbox: Mailbox) -> None:
    db.session.add(PlanLetter(person_id=person("boris").id, day=MONDAY.date(), status="sending", attempts=1))
    db.session.commit()
    assert not send_one(person("boris").id, MONDAY.date(), "boris@uo.example", "текст")
    assert mailbox.letters == []


def test_job_found_only_the_next_day_sends_nothing(app: Flask, plan: RoadmapPlan, mailbox: Mailbox) -> None:
    ask_letters(MONDAY.date())
    job = db.session.scalars(db.select(Job)).one()
    asked = dt.datetime.fromisoformat(job.params["asked_utc"]) - dt.timedelta(hours=13)
    job.params = {**job.params, "asked_utc": asked.isoformat()}
    db.session.commit()
    run_pending_jobs(app)
    assert mailbox.letters == []
    send_on(app, MONDAY + dt.timedelta(days=1))
    assert "п. 3.8" in text_of(mailbox.letters[0])  # Monday's reminder, with the letter of Tuesday


def test_measures_and_open_rounds_are_told_to_those_who_owe_them(plan: RoadmapPlan) -> None:
    words = {"responsible": "Завуч", "deadline_text": "", "planned_result": "", "measure_of_success": ""}
    for scope in ("school1", "school2", "municipality"):
        db.session.add(Measure(scope=scope, text=f"Мера {scope}", due_date=dt.date(2020, 6, 19), **words))
    made = MonitoringRound(
        plan_id=plan.id,
        number="4.1",
        title="Сбор",
        fields=[],
        opens_on=dt.date(2020, 6, 1),
        closes_on=dt.date(2020, 6, 19),
    )
    made.answers = [MonitoringAnswer(school_id=school(code).id) for code in ("school1", "school2")]
    made.answers[1].sent_utc = MONDAY
    db.session.add(made)
    db.session.commit()
    told = digest.digests(digest.read_day(plan, MONDAY.date(), "Europe/Moscow"))

    def lines(login: str, kind: str) -> list[tuple[str, tuple[str, ...], str, int]]:
        found = [line for line in told[person(login).id] if line.kind == kind]
        return [(line.scope, line.late_scopes, line.standing.word, line.standing.days) for line in found]

    assert lines("boris", "measure") == [("school1", (), "late", 3)]
    assert lines("vera", "monitoring") == []
    assert lines("darya", "monitoring") == [("school1", (), "late", 3)]
    assert {scope for scope, *_ in lines("maria", "measure")} == {"school1", "school2", "municipality"}
    assert lines("maria", "monitoring") == [("municipality", ("school1",), "late", 3)]
    assert {scope for scope, *_ in lines("galina", "measure")} == {"municipality"}
