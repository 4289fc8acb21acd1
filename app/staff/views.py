"""The staff base: people's posts and vacancies of schools; staffing of a school and of the district; import."""

import datetime as dt

from flask import Blueprint, Response, abort, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import to_user_timezone
from flask_login import current_user

from app.events import record
from app.extensions import db
from app.frame.interface import translated
from app.models import School, StaffMember, Vacancy
from app.models.columns import utc_now
from app.models.staff import AGES, CATEGORIES, EXPERIENCE, POSTS
from app.reach import school_reach
from app.staff.differences import changes_of
from app.staff.forms import MemberForm, UploadForm, VacancyForm
from app.staff.importing import COLUMNS, SAMPLE, apply_plan, plan_import
from app.staff.queries import (
    district,
    find_member,
    find_school,
    members_of,
    schools_in,
    staffing,
    vacancies_of,
)
from app.staff.subjects import subject_labels
from app.storage import store_file, stored_path
from surveys.errors import SurveyError

bp = Blueprint("staff", __name__, url_prefix="/staff")
KEPT = "staff_list"  # where the session keeps the list shown in a dry run


def today() -> dt.date:
    return to_user_timezone(utc_now()).date()


def school_or_404(school_id: int) -> School:
    found = find_school(school_id, school_reach(current_user, "head"))
    if found is None:
        abort(404)
    return found


@bp.get("/")
def index() -> str | Response:
    """Staffing and vacancies of the district; a head goes to the own school."""
    schools = schools_in(school_reach(current_user, "head"))
    if len(schools) == 1:
        return redirect(url_for("staff.school", school_id=schools[0].id))  # type: ignore[return-value]
    return render_template(
        "staff/index.html",
        lines=staffing(schools, today()),
        whole=district(schools, today()),
        vacancies=vacancies_of([one.id for one in schools]),
        subjects=subject_labels(),
    )


@bp.get("/schools/<int:school_id>")
def school(school_id: int) -> str:
    """One school: people, vacancies, what the card takes from here."""
    return school_page(school_or_404(school_id), VacancyForm(since=today()))


def school_page(kept: School, form: VacancyForm) -> str:
    members = members_of([kept.id])
    return render_template(
        "staff/school.html",
        school=kept,
        line=staffing([kept], today())[0],
        members=[one for one in members if one.left_on is None or one.left_on > today()],
        left=[one for one in members if one.left_on is not None and one.left_on <= today()],
        vacancies=vacancies_of([kept.id]),
        form=form,
        subjects=subject_labels(),
        words={
            "post": translated(POSTS),
            "category": translated(CATEGORIES),
            "experience": translated(EXPERIENCE),
            "age": translated(AGES),
        },
    )


@bp.get("/schools/<int:school_id>/people/<int:member_id>")
def member(school_id: int, member_id: int) -> str:
    """One person's post; 0 is a new one."""
    kept = school_or_404(school_id)
    found = find_member(member_id, kept) if member_id else None
    if member_id and found is None:
        abort(404)
    return render_template("staff/member.html", school=kept, member=found, form=MemberForm(obj=found))


@bp.post("/schools/<int:school_id>/people/<int:member_id>")
def save_member(school_id: int, member_id: int) -> str | Response:
    """Add or change one person's post."""
    kept = school_or_404(school_id)
    found = find_member(member_id, kept) if member_id else StaffMember(school_id=kept.id)
    if found is None:
        abort(404)
    form = MemberForm()
    if form.validate_on_submit():
        twin = db.select(StaffMember.id).where(
            StaffMember.school_id == kept.id, StaffMember.number == form.number.data, StaffMember.id != member_id
        )
        if db.session.scalar(twin) is None:
            form.populate_obj(found)
            db.session.add(found)
            db.session.flush()
            record("staff.saved", "staff_member", found.id, new={"school": kept.id})
            db.session.commit()
            flash(_("Сохранено."))
            return redirect(url_for("staff.school", school_id=kept.id))  # type: ignore[return-value]
        form.number.errors = [_("Такой табельный номер в этой школе уже есть")]
    return render_template("staff/member.html", school=kept, member=found if member_id else None, form=form)


@bp.post("/schools/<int:school_id>/vacancies")
def add_vacancy(school_id: int) -> str | Response:
    """Add a vacant post."""
    kept = school_or_404(school_id)
    form = VacancyForm()
    if not form.validate_on_submit():
        return school_page(kept, form)
    vacancy = Vacancy(school_id=kept.id)
    form.populate_obj(vacancy)
    db.session.add(vacancy)
    db.session.flush()
    record("vacancy.added", "vacancy", vacancy.id, new={"school": kept.id, "subject": vacancy.subject})
    db.session.commit()
    flash(_("Вакансия добавлена."))
    return redirect(url_for("staff.school", school_id=kept.id))  # type: ignore[return-value]


@bp.post("/schools/<int:school_id>/vacancies/<int:vacancy_id>/close")
def close_vacancy(school_id: int, vacancy_id: int) -> Response:
    """The post is filled or gone."""
    kept = school_or_404(school_id)
    vacancy = db.session.get(Vacancy, vacancy_id)
    if vacancy is None or vacancy.school_id != kept.id:
        abort(404)
    vacancy.closed_on = today()
    record("vacancy.closed", "vacancy", vacancy.id)
    db.session.commit()
    flash(_("Вакансия закрыта."))
    return redirect(url_for("staff.school", school_id=kept.id))  # type: ignore[return-value]


def upload_form(schools: list[School]) -> UploadForm:
    form = UploadForm()
    several = [(0, _("— указана в файле —"))] if len(schools) > 1 else []
    form.school.choices = [*several, *((one.id, one.name) for one in schools)]
    return form


@bp.route("/import", methods=["GET", "POST"])
def upload() -> str | tuple[str, int]:
    """Read a list and show what it would change; nothing is changed yet."""
    schools = schools_in(school_reach(current_user, "head"))
    form, problems = upload_form(schools), []
    if form.validate_on_submit():
        db.session.rollback()
        data, name = form.file.data.read(), form.file.data.filename
        schools = schools_in(school_reach(current_user, "head"))
        home = next((one for one in schools if one.id == form.school.data), None)
        try:
            plan = plan_import(data, name, schools, home)
        except SurveyError as error:
            problems = error.lines()
        else:
            session[KEPT] = {"path": store_file(data, name).path, "name": name, "home": form.school.data}
            titles = {one.key: one.title for one in COLUMNS}
            changed = [(one, changes_of(one, values, titles)) for one, values in plan.changed]
            return render_template(
                "staff/dry_run.html", plan=plan, changed=changed, name=name, subjects=subject_labels()
            )
    return render_template("staff/import.html", form=form, problems=problems), 422 if problems or form.errors else 200


@bp.post("/import/apply")
def apply() -> Response:
    """Do what the dry run has shown; it is computed anew, since the base may have changed meanwhile."""
    kept = session.get(KEPT)
    schools = schools_in(school_reach(current_user, "head"))
    if not kept:
        flash(_("Список уже применён. Загрузите файл ещё раз."), "error")
        return redirect(url_for("staff.upload"))  # type: ignore[return-value]
    home = next((one for one in schools if one.id == kept["home"]), None)
    try:
        plan = plan_import(stored_path(kept["path"]).read_bytes(), kept["name"], schools, home)
    except (SurveyError, FileNotFoundError):
        flash(_("С тех пор база изменилась: ничего не изменено. Загрузите файл ещё раз."), "error")
        return redirect(url_for("staff.upload"))  # type: ignore[return-value]
    apply_plan(plan)
    new = {"added": len(plan.added), "changed": len(plan.changed)}
    record("staff.imported", "staff_member", 0, new=new)
    db.session.commit()
    session.pop(KEPT)
    flash(_("Список применён: добавлено %(added)d, изменено %(changed)d.", **new))
    return redirect(url_for("staff.index"))  # type: ignore[return-value]


@bp.get("/sample.csv")
def sample() -> Response:
    """A list to fill in."""
    disposition = {"Content-Disposition": "attachment; filename=staff.csv"}
    return Response(SAMPLE, mimetype="text/csv; charset=utf-8", headers=disposition)
