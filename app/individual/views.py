"""Individual routes (ИОМ): a draft from the own profile, agreed by teacher and coordinator, with its outcome."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.answers.consents import find_shown, list_shown
from app.events import record
from app.extensions import db
from app.frame.pages import is_demo, timezone_name
from app.individual import queries
from app.individual.drafting import draft_deficits, profile_of
from app.individual.forms import OUTCOMES, SELF, OutcomeForm, RouteForm, SelfForm
from app.individual.printing import route_document
from app.individual.steps import form_of, same_steps
from app.models import IndividualRoute
from app.models.columns import utc_now
from app.plan.plans import today_in

bp = Blueprint("individual", __name__, url_prefix="/routes")


@bp.get("/")
def index() -> str:
    """One's own routes, profiles shown to the coordinator, agreed routes within reach."""
    shown = [
        (asked, wave)
        for asked, wave in list_shown(queries.coordinated(current_user))
        if asked.person_id != current_user.id
    ]
    return render_template(
        "individual/index.html",
        own=queries.own_routes(current_user),
        shown=shown,
        routes=queries.routes_of({(asked.person_id, wave.id) for asked, wave in shown}),
        agreed=queries.agreed_routes(current_user),
        watches=bool(current_user.roles & {"head", "coordinator", "methodist", "municipal"}),
    )


@bp.post("/profile/<int:participation_id>")
def profile(participation_id: int) -> str:
    """A teacher's profile for the coordinator, under the live consent; each look is an event the teacher sees."""
    found = find_shown(participation_id, queries.coordinated(current_user))
    if found is None:
        abort(404)
    asked, wave, submission = found
    record("profile.seen", "person", asked.person_id, new={"wave": wave.code})
    values = profile_of(wave, submission)
    page = render_template("individual/profile.html", asked=asked, wave=wave, **values)
    db.session.commit()
    return page


@bp.post("/new/<code>")
def draft(code: str) -> Response:
    """A draft from the own profile; a second time leads to the first one."""
    found = queries.own_submission(current_user, code) or abort(404)
    asked, wave, submission = found
    route = next((one for one in queries.own_routes(current_user) if one.wave_id == wave.id), None)
    if route is None:
        deficits = draft_deficits(wave, submission, today_in(timezone_name(), utc_now()))
        if not deficits:
            flash(_("Среднего и высокого уровня дефицита нет: маршрут не нужен."))
            return redirect(url_for("questionnaires.profile", code=code))
        route = IndividualRoute(
            person_id=current_user.id, wave_id=wave.id, school_id=asked.school_id, deficits=deficits
        )
        db.session.add(route)
        db.session.flush()
        record("route.drafted", "individual_route", route.id)
    route_id = route.id
    db.session.commit()
    return redirect(url_for("individual.show", route_id=route_id))


def route_or_404(route_id: int) -> IndividualRoute:
    return queries.find_route(route_id, current_user) or abort(404)


def partner_or_404(route_id: int) -> IndividualRoute:
    """The route, for the teacher whose it is and the coordinator; for others there is no such page."""
    route = route_or_404(route_id)
    if route.person_id != current_user.id and not queries.is_coordinator(route, current_user):
        abort(404)
    return route


@bp.get("/<int:route_id>")
def show(route_id: int) -> str:
    """The route: steps, who agreed, outcome."""
    return page_of(route_or_404(route_id))


def page_of(route: IndividualRoute, form: RouteForm | None = None, last: SelfForm | OutcomeForm | None = None) -> str:
    mine, coordinates = route.person_id == current_user.id, queries.is_coordinator(route, current_user)
    ending = SelfForm(formdata=None) if mine else OutcomeForm(formdata=None)
    return render_template(
        "individual/route.html",
        route=route,
        form=form or form_of(route),
        ending=last or ending,
        mine=mine,
        coordinates=coordinates,
        agreed_by_me=route.teacher_agreed_utc if mine else route.coordinator_agreed_utc,
        marks=SELF,
        outcomes=OUTCOMES,
    )


@bp.post("/<int:route_id>")
def save(route_id: int) -> str | Response:
    """Change steps: both agree anew. Ticking «сделано» changes nothing of what was agreed."""
    route = partner_or_404(route_id)
    form = RouteForm()
    if not form.validate():
        return page_of(route, form)
    if form.version.data != str(route.version):
        flash(
            _("Маршрут за это время изменил другой человек. Посмотрите его и внесите свои изменения ещё раз."), "error"
        )
        return page_of(route, form)
    chosen = form.chosen(route.deficits)
    if not chosen:
        flash(_("В маршруте должно остаться хотя бы одно направление."), "error")
        return page_of(route, form)
    if not same_steps(route.deficits, chosen):
        route.teacher_agreed_utc = route.coordinator_agreed_utc = None
        record("route.changed", "individual_route", route.id)
    route.deficits = chosen
    route.version += 1
    db.session.commit()
    flash(_("Сохранено."))
    return redirect(url_for("individual.show", route_id=route_id))


@bp.post("/<int:route_id>/agree")
def agree(route_id: int) -> Response:
    """«Согласовано», by each of the two, to the steps as the page showed them."""
    route = partner_or_404(route_id)
    if request.form.get("version") != str(route.version):
        flash(_("Маршрут за это время изменил другой человек. Прочитайте его ещё раз и согласуйте."), "error")
        return redirect(url_for("individual.show", route_id=route_id))
    if route.person_id == current_user.id:
        route.teacher_agreed_utc = route.teacher_agreed_utc or utc_now()
    else:
        route.coordinator_agreed_utc = route.coordinator_agreed_utc or utc_now()
        route.coordinator_id = current_user.id
    record("route.agreed", "individual_route", route.id)
    both = route.agreed
    db.session.commit()
    flash(_("Маршрут согласован обоими.") if both else _("Отмечено. Ждём согласия второго."))
    return redirect(url_for("individual.show", route_id=route_id))


@bp.post("/<int:route_id>/finish")
def finish(route_id: int) -> str | Response:
    """Self-assessment by the teacher, outcome by the coordinator; finished when both are given."""
    route = partner_or_404(route_id)
    mine = route.person_id == current_user.id
    form = SelfForm() if mine else OutcomeForm()
    if not route.agreed:
        abort(404)
    if not form.validate():
        return page_of(route, last=form)
    if mine:
        route.self_assessment, route.self_words = form.mark.data, form.words.data or ""
    else:
        route.outcome, route.outcome_words = form.mark.data, form.words.data or ""
    if route.self_assessment and route.outcome:
        route.finished_utc = utc_now()
    record("route.assessed", "individual_route", route.id)
    db.session.commit()
    flash(_("Сохранено."))
    return redirect(url_for("individual.show", route_id=route_id))


@bp.get("/<int:route_id>/route.pdf")
def printout(route_id: int) -> Response:
    """The route on paper, for two signatures."""
    from surveys.writers import write_report

    route = route_or_404(route_id)
    content = io.BytesIO()
    write_report(route_document(route, queries.coordinator_name(route), demo=is_demo()), "pdf", content)
    content.seek(0)
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=f"iom-{route.id}.pdf")
