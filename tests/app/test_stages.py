"""Two stages of one questionnaire, and answers that came after the calculation."""

import datetime as dt
import random

import pytest

from app.answers.respondents import ensure_respondent_key
from app.answers.submissions import add_submission
from app.content.store import instrument_of
from app.demo.answers import invent_answers
from app.demo.build import BASELINE, MIDLINE, build_demo
from app.extensions import db
from app.jobs import run_pending_jobs
from app.models import Finding, Job, Measure, Participation, School, Snapshot, Submission, Wave
from app.results.late_answers import ask_recount
from app.results.snapshots import build_snapshot, close_wave, latest_snapshot, released_of
from app.results.stages import link, pairs_since_previous
from surveys.answers.checking import check_answers
from surveys.disclosure.released import Released
from surveys.statistics.scoring import score_one
from tests.app.wave_world import (
    CODE,
    add_content,
    add_teachers,
    add_wave,
    answer,
    build_open_wave,
    close,
    packaged,
    the_wave,
)
from tests.conftest import empty_tables
from tests.pages import post_form


@pytest.fixture
def demo(app):
    """The demonstration with its second wave answered by more and closed."""
    empty_tables()
    build_demo(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC))
    db.session.commit()
    return app


def wave_of(code):
    return db.session.scalars(db.select(Wave).where(Wave.code == code)).one()


def scores(wave, scale):
    """Key of each person -> (school, block score), one by one and without the columns of the engine."""
    instrument = instrument_of(wave.instrument_version)
    found = {}
    for row in db.session.scalars(db.select(Submission).where(Submission.wave_id == wave.id)):
        checked = check_answers(instrument, row.values, row.not_applicable, final=True)
        found[row.respondent_key] = (row.school_id, score_one(instrument, checked)[scale].score)
    return found


def test_second_stage_shows_the_change_of_the_same_persons_and_says_since_when(demo):
    first, second = wave_of(BASELINE), wave_of(MIDLINE)
    snapshot = build_snapshot(second)
    released = Released.model_validate_json(snapshot.released)
    assert (released.previous, released.previous_snapshot) == (BASELINE, 1)
    shown = {(group, change.scale): change for group, change in released.changes}
    assert {group for group, _ in shown} == {"municipality", "demo1", "demo2", "demo3", "demo4", "demo5"}
    scale = instrument_of(second.instrument_version).scales[0].name
    before, after = scores(first, scale), scores(second, scale)
    pairs = [
        (before[key][1], after[key][1])
        for key in before
        if key in after and before[key][0] == after[key][0] and None not in (before[key][1], after[key][1])
    ]
    for group in [*released.schools, *released_of(latest_snapshot(first.id)).schools]:
        for figures in group.scales:
            if group.hidden or figures.hidden:  # where all are hidden, the matched may be all of them
                assert shown[group.code, figures.scale].hidden
    whole = shown["municipality", scale]
    if whole.hidden is None:
        assert whole.matched == len(pairs)
        assert whole.change == pytest.approx(sum(y - x for x, y in pairs) / len(pairs))
    assert any(change.hidden is None for change in shown.values())
    codes = {school.id: school.code for school in db.session.scalars(db.select(School))}
    for (group, name), change in shown.items():
        if change.hidden is not None or group == "municipality":
            continue
        old, new = scores(first, name), scores(second, name)
        own_old = {key for key, (school, score) in old.items() if codes[school] == group and score is not None}
        own_new = {key for key, (school, score) in new.items() if codes[school] == group and score is not None}
        assert change.matched == len(own_old & own_new) >= 5
        for left in (len(own_old - own_new), len(own_new - own_old)):
            assert left == 0 or left >= 5


def test_dynamics_are_offered_for_the_stage_that_has_one_before_it_and_refused_for_the_first(demo):
    second, client = wave_of(MIDLINE), demo.test_client()
    second.status = "closed"
    db.session.add(build_snapshot(second))
    db.session.commit()
    post_form(client, "/login", username="methodist", password="demo")
    offered = 'value="dynamics"' in client.get("/reports/").get_data(as_text=True)
    listed = {
        code: "kind=dynamics" in client.get(f"/reports/{code}/municipality/").get_data(as_text=True)
        for code in (BASELINE, MIDLINE)
    }
    assert (offered, listed) == (True, {BASELINE: False, MIDLINE: True})
    asked = {"scope": "municipality", "format": "docx", "kind": "dynamics"}
    refused = post_form(client, "/reports/", wave=BASELINE, **asked).get_data(as_text=True)
    assert "этому этапу не с чем сравниться" in refused
    assert post_form(client, "/reports/", wave=MIDLINE, **asked).status_code == 302


def test_school_with_three_who_left_has_its_change_held_back(demo):
    """Озёрное № 2: 21 answered before; of them 18 again: the three would be told by subtraction."""
    first, second = wave_of(BASELINE), wave_of(MIDLINE)
    school = db.session.scalars(db.select(School).where(School.code == "demo3")).one()
    earlier = list(
        db.session.scalars(
            db.select(Submission).where(Submission.wave_id == first.id, Submission.school_id == school.id)
        )
    )
    db.session.execute(db.delete(Submission).where(Submission.wave_id == second.id, Submission.school_id == school.id))
    instrument, generator = instrument_of(second.instrument_version), random.Random(3)
    for row in earlier[3:]:
        values, marked = invent_answers(instrument, generator, {}, 0.0)
        add_submission(
            wave_id=second.id,
            school_id=school.id,
            respondent_key=row.respondent_key,
            instrument=instrument,
            checked=check_answers(instrument, values, marked, final=True),
            client_key=f"again:{row.respondent_key}",
        )
    db.session.flush()
    units = {part.school.code: part.school.code for part in second.schools}
    pairs = pairs_since_previous(second, instrument, units)
    released = link(pairs, instrument, released_of(latest_snapshot(first.id)))
    own = [change for group, change in released.changes if group == "demo3"]
    held = [change for change in own if change.hidden]
    assert held
    assert all(change.before is None and change.change is None and change.matched is None for change in held)


def stage_of(code, days_ago, places):
    """A wave that the teachers of School 1 at ``places`` of the list answered whole, with its snapshot."""
    wave, generator, instrument = add_wave(code), random.Random(days_ago), packaged().questionnaire
    wave.opens_utc -= dt.timedelta(days=days_ago)
    school = db.session.scalars(db.select(School).where(School.code == "school1")).one()
    rows = db.session.scalars(
        db.select(Participation)
        .where(Participation.wave_id == wave.id, Participation.school_id == school.id)
        .order_by(Participation.person_id)
    ).all()
    for row in (rows[place] for place in places):
        values, _marked = invent_answers(instrument, generator, {}, 0.0)
        full = {item.name: "3" for item in instrument.items if item.scale and not item.need_of} | values
        key = ensure_respondent_key(row.person_id)
        add_submission(
            wave_id=wave.id,
            school_id=school.id,
            respondent_key=key,
            instrument=instrument,
            checked=check_answers(instrument, full, [], final=False),
            client_key=f"{code}:{key}",
        )
    db.session.flush()
    snapshot = build_snapshot(wave)
    db.session.add(snapshot)
    db.session.commit()
    return released_of(snapshot)


@pytest.mark.parametrize(
    ("again", "shown"), [(range(13), True), (range(1, 13), False)], ids=["the same thirteen", "one of them left"]
)
def test_third_stage_does_not_tell_of_one_who_was_in_the_first_two(app, again, shown):
    """Of 20 in the second stage 13 were in the first: 12 of these 13 in the third would tell the score of one."""
    add_content()
    add_teachers()
    stage_of("first", 60, range(13))
    second = stage_of("second", 30, range(20))
    third = stage_of("third", 0, again)
    assert {change.matched for _group, change in second.changes if change.matched} == {13}
    assert third.previous == "second"
    found = {change.matched for group, change in third.changes if group in ("municipality", "school1")}
    assert found == ({13} if shown else {None})


def late(count, school="school1"):
    """``count`` more teachers of one school answer after the closing."""
    wave, generator = the_wave(), random.Random(11)
    part = next(part for part in wave.schools if part.school.code == school)
    rows = db.session.scalars(
        db.select(Participation).where(
            Participation.wave_id == wave.id,
            Participation.school_id == part.school_id,
            Participation.status == "invited",
        )
    ).all()
    assert len(rows) >= count
    instrument = packaged().questionnaire
    for row in rows[:count]:
        values, _marked = invent_answers(instrument, generator, {}, 0.0)
        full = {item.name: "3" for item in instrument.items if item.scale and not item.need_of} | values
        key = ensure_respondent_key(row.person_id)
        checked = check_answers(instrument, full, [], final=False)
        add_submission(
            wave_id=wave.id,
            school_id=part.school_id,
            respondent_key=key,
            instrument=instrument,
            checked=checked,
            client_key=f"late:{key}",
        )
    db.session.commit()


def recount(app):
    job = ask_recount(the_wave(), 1)
    db.session.commit()
    run_pending_jobs(app)
    return db.session.get(Job, job.id, populate_existing=True)


@pytest.fixture
def half_answered(app):
    """The wave closed when ten of School 1, fifteen of School 2 and four of School 3 had answered."""
    add_content()
    add_teachers()
    wave = add_wave()
    answer(wave, {"school1": 10, "school2": 15, "school3": 4})
    db.session.commit()
    close(app)
    return app


def test_three_late_answers_stay_outside_and_are_counted(half_answered, login_as):
    late(3)
    job = recount(half_answered)
    assert job.status == "failed"
    assert "поступившие после расчёта" in job.error
    assert db.session.scalar(db.select(db.func.count()).select_from(Snapshot)) == 1
    page = login_as("galina").get(f"/waves/{CODE}/analysis").get_data(as_text=True)
    assert "после расчёта 3" in page.replace("\u00a0", " ")


def test_six_late_answers_enter_and_decisions_go_over(half_answered, login_as):
    old = released_of(latest_snapshot(the_wave().id))
    finding = db.session.scalars(db.select(Finding).where(Finding.scope == "municipality")).first()
    finding.decision, finding.reason = "rejected", "не относится"
    kept = finding.rule
    db.session.commit()
    late(6)
    galina = login_as("galina")
    assert post_form(galina, f"/waves/{CODE}/recount", page=f"/waves/{CODE}/analysis").status_code == 302
    run_pending_jobs(half_answered)
    snapshot = latest_snapshot(the_wave().id)
    new = released_of(snapshot)
    assert (snapshot.number, new.snapshot) == (2, 2)
    assert new.municipality.n == old.municipality.n + 6
    assert new.group("school1").n == 16
    hidden = [group.code for group in old.schools if group.hidden]
    assert hidden
    assert all(new.group(code).hidden for code in hidden)
    again = [one for one in snapshot.findings if (one.scope, one.rule) == ("municipality", kept)]
    assert [one.decision for one in again] in (["rejected"], [])
    # Details of a group of six are not told by subtraction: they stand as they were.
    assert new.municipality.items == old.municipality.items
    assert all(scale.levels is None for scale in new.municipality.scales if scale.n)


def test_one_who_left_and_one_who_came_do_not_change_places_unseen(app):
    """Ten of School 1 as before, but not the same ten: the difference would tell of two."""
    add_content()
    add_teachers()
    wave = add_wave()
    answer(wave, {"school1": 10, "school2": 7, "school3": 4})
    db.session.commit()
    close(app)
    school = db.session.scalars(db.select(School).where(School.code == "school1")).one()
    one = db.session.scalars(db.select(Submission).where(Submission.school_id == school.id).limit(1)).one()
    one.withdrawn_utc = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    late(1)
    late(6, "school2")
    assert "поступившие после расчёта" in recount(app).error
    assert db.session.scalar(db.select(db.func.count()).select_from(Snapshot)) == 1


def test_approved_report_is_never_calculated_anew(half_answered):
    snapshot = latest_snapshot(the_wave().id)
    snapshot.approved_on = dt.date(2026, 11, 20)
    db.session.commit()
    late(6)
    assert "утверждена" in recount(half_answered).error


def test_withdrawn_answer_is_in_no_later_calculation(app):
    build_open_wave()
    row = db.session.scalars(db.select(Submission).limit(1)).one()
    row.withdrawn_utc = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    db.session.commit()
    whole = db.session.scalar(db.select(db.func.count()).select_from(Submission))
    assert close(app).n == whole - 1


def test_first_wave_has_nothing_to_be_compared_with(app):
    build_open_wave()
    close_wave(the_wave())
    released = released_of(close(app))
    assert (released.changes, released.previous) == ([], "")
    assert db.session.scalar(db.select(db.func.count()).select_from(Measure)) == 0
