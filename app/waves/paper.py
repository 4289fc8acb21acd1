"""Paper questionnaires: printing numbered sheets, marking who handed one in, keying them in."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from app.answers.paper_sheets import (
    counts,
    differences,
    free_marks,
    make_sheets,
    mark_on_paper,
    may_key,
    store_sheet,
    unmark,
)
from app.answers.submissions import SubmissionConflictError
from app.extensions import db
from app.forms.fields import NA, clean, form_of, value_of
from app.forms.steps import Plan, plan_by_hash
from app.frame.pages import timezone_name
from app.jobs import enqueue
from app.models import PaperSheet, Participation, Wave
from app.models.columns import utc_now
from app.plan.plans import today_in
from app.waves import queries
from app.waves.forms import SheetForm, SheetsForm
from surveys.answers.checking import Checked, check_answers

bp = Blueprint("paper", __name__)


def wave_or_404(code: str) -> Wave:
    """An open wave: of the department any, of a coordinator one that asks the own school."""
    department = current_user.roles & {"methodist", "municipal"}
    wave = queries.find_wave(code, None if department else frozenset(current_user.school_ids("coordinator")))
    return wave if wave and wave.status == "open" else abort(404)


@bp.get("/<code>/paper")
def index(code: str) -> str:
    """Sheets by school in numbers; for a coordinator the people who may be marked."""
    return page_of(wave_or_404(code), SheetsForm(formdata=None), SheetForm(formdata=None))


def page_of(wave: Wave, sheets: SheetsForm, sheet: SheetForm) -> str:
    own = frozenset(current_user.school_ids("coordinator"))
    sheets.school.choices = [SelectChoice(part.school_id, part.school.short_name) for part in wave.schools]
    keys = bool(current_user.roles & {"methodist", "municipal"})
    return render_template(
        "waves/paper.html",
        wave=wave,
        keys=keys,
        sheets=sheets,
        sheet=sheet,
        counts=counts(wave.id),
        schools=[part.school for part in wave.schools if keys or part.school_id in own],
        people=queries.paper_people(wave.id, own),
    )


@bp.post("/<code>/paper/print")
def print_new(code: str) -> str | Response:
    """Numbered sheets for a school; the file comes to «Мои документы»."""
    wave = wave_or_404(code)
    form = SheetsForm()
    form.school.choices = [SelectChoice(part.school_id, part.school.short_name) for part in wave.schools]
    if not form.validate():
        return page_of(wave, form, SheetForm(formdata=None))
    made = make_sheets(
        wave, form.school.data, form.number.data or 1, double=bool(form.double.data), actor=current_user.id
    )
    params = {"wave_id": wave.id, "sheets": [one.id for one in made]}
    enqueue("paper_sheets", _("Бумажные анкеты: %(title)s", title=wave.title), params, current_user.id)
    db.session.commit()
    flash(
        ngettext(
            "Готовится %(num)d лист: файл в «Моих документах».",
            "Готовится %(num)d листов: файл в «Моих документах».",
            len(made),
        )
    )
    return redirect(url_for("waves.paper.index", code=code))


@bp.post("/<code>/paper/mark/<int:participation_id>")
def mark(code: str, participation_id: int) -> Response:
    """«Сдал(а) на бумаге», and back, by the coordinator of the school."""
    wave = wave_or_404(code)
    back = bool(request.form.get("back"))
    asked = db.session.get(Participation, participation_id, with_for_update=None if back else True)
    if asked is None or asked.wave_id != wave.id or asked.school_id not in current_user.school_ids("coordinator"):
        abort(404)
    if back:
        done, told = unmark(asked), _("Отметку снять нельзя: все листы школы уже введены.")
    else:
        done, told = (
            mark_on_paper(asked, today_in(timezone_name(), utc_now())),
            _("Педагог заполняет анкету на экране или уже закончил."),
        )
    db.session.commit()
    flash(_("Отмечено.") if done else told, "message" if done else "warning")
    return redirect(url_for("waves.paper.index", code=code))


@bp.post("/<code>/paper/find")
def find(code: str) -> str | Response:
    """The sheet of a number and a seal."""
    wave = wave_or_404(code)
    form = SheetForm()
    if form.validate():
        sheet = queries.find_sheet(wave.id, form.sheet.data or 0)
        seal = (form.seal.data or "").strip().upper()
        if sheet is None or sheet.seal != seal:
            form.seal.errors = [_("Такого листа нет: сверьте номер и печать")]
        elif not may_key(current_user, sheet):
            form.sheet.errors = [_("Листы своей школы вводит не её сотрудник")]
        elif sheet.entered_on is not None:
            form.sheet.errors = [_("Этот лист уже введён")]
        else:
            return redirect(url_for("waves.paper.enter", code=code, number=sheet.number, seal=sheet.seal))
    return page_of(wave, SheetsForm(formdata=None), form)


def sheet_or_leave(wave: Wave, number: int) -> PaperSheet:
    """The sheet whose seal is known to who asks; without it there is nothing to see."""
    sheet = queries.find_sheet(wave.id, number, lock=request.method == "POST")
    if sheet is None or not may_key(current_user, sheet) or sheet.seal != request.values.get("seal"):
        abort(redirect(url_for("waves.paper.index", code=wave.code)))
    return sheet


@bp.route("/<code>/paper/<int:number>", methods=["GET", "POST"])
def enter(code: str, number: int) -> str | Response:
    """Key one sheet in; a sheet keyed twice is stored when both agree or the differences were looked at."""
    wave = wave_or_404(code)
    sheet = sheet_or_leave(wave, number)
    if sheet.entered_on is not None:
        flash(_("Этот лист уже введён."), "warning")
        return redirect(url_for("waves.paper.index", code=code))
    plan = plan_by_hash(wave.instrument_version.sha256)
    if request.method == "GET":
        return form_page(wave, sheet, plan, Checked({}, frozenset(), frozenset()), {}, set())
    values, marked = keyed_values(plan)
    checked = check_answers(plan.instrument, values, marked, final=True)
    wrong = {name: words for name, words in checked.problems.items() if name in checked.values or name in values}
    if wrong or not (checked.values or checked.not_applicable):
        empty = {} if wrong else {"": _("Лист пуст: введите хотя бы один ответ")}
        return form_page(
            wave, sheet, plan, Checked(values, frozenset(marked), frozenset(), {}, wrong), wrong | empty, set()
        )
    if sheet.double and sheet.first is None:
        return keep_first(wave, sheet, checked)
    other = differences(sheet.first, checked) if sheet.first else []
    if other and not request.form.get("looked"):
        return form_page(wave, sheet, plan, checked, {}, set(other))
    return store(wave, sheet, checked)


def keyed_values(plan: Plan) -> tuple[dict[str, object], set[str]]:
    values: dict[str, object] = {}
    marked: set[str] = set()
    for item in (one for step in plan.steps for one in step.items if one.type != "note"):
        raw = clean(request.form.getlist(item.name))
        if raw == [NA]:
            marked.add(item.name)
        elif (value := value_of(item, raw)) is not None:
            values[item.name] = value
    return values, marked


def form_page(
    wave: Wave, sheet: PaperSheet, plan: Plan, checked: Checked, problems: dict[str, str], other: set[str]
) -> str:
    forms = [
        (step, form_of(plan, step, checked.values, checked.not_applicable, checked, every=True)) for step in plan.steps
    ]
    first = sheet.first or {"values": {}, "not_applicable": []}
    return render_template(
        "waves/sheet.html",
        wave=wave,
        sheet=sheet,
        forms=forms,
        numbers=plan.numbers,
        problems=problems,
        other=other,
        first={**first["values"], **dict.fromkeys(first["not_applicable"], NA)},
    )


def keep_first(wave: Wave, sheet: PaperSheet, checked: Checked) -> Response:
    sheet.first = {"values": dict(checked.values), "not_applicable": sorted(checked.not_applicable)}
    sheet.first_by = current_user.id
    db.session.commit()
    flash(_("Первый ввод записан. Лист нужно ввести ещё раз, лучше другому человеку."))
    return redirect(url_for("waves.paper.index", code=wave.code))


def store(wave: Wave, sheet: PaperSheet, checked: Checked) -> Response:
    code, school = wave.code, sheet.school.short_name
    if free_marks(wave.id, sheet.school_id) < 1:
        told = _(
            "%(school)s: введено столько листов, сколько отмечено сдавших. Пусть координатор отметит, кто сдал этот.",
            school=school,
        )
        flash(told, "error")
        return redirect(url_for("waves.paper.index", code=code))
    now = utc_now()
    try:
        receipt = store_sheet(sheet, wave, checked, current_user.id, now, today_in(timezone_name(), now)).receipt
    except SubmissionConflictError:
        db.session.rollback()
        flash(_("Этот лист уже введён."), "warning")
    else:
        db.session.commit()
        flash(_("Лист записан, квитанция %(receipt)s.", receipt=receipt))
    return redirect(url_for("waves.paper.index", code=code))
