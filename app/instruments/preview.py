"""The form as a respondent sees it, in a frame as wide as a phone or a desk. Nothing is stored: the page carries it."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request
from werkzeug.datastructures import MultiDict

from app.forms.cards import cards_of
from app.forms.fields import NA, choosable, clean, form_of, value_of
from app.forms.steps import Plan, Step, plan_by_hash
from app.instruments import queries
from app.instruments.card_preview import card_page
from app.instruments.version_page import state_of
from app.models import InstrumentVersion
from surveys.answers.checking import BLANK, Checked, check_answers
from surveys.expressions.piping import answers_in

bp = Blueprint("preview", __name__)
WIDTHS = ("phone", "desk")


def plan_or_404(version_id: int) -> tuple[InstrumentVersion, Plan]:
    version = queries.find_version(InstrumentVersion, version_id) or abort(404)
    return version, plan_by_hash(version.sha256, request.args.get("language", ""))


@bp.get("/<int:version_id>/preview")
def frame(version_id: int) -> str:
    """The choice of width and language, and the form in its frame."""
    version, plan = plan_or_404(version_id)
    width = request.args.get("width", "phone")
    if width not in WIDTHS:
        abort(404)
    return render_template(
        "instruments/preview.html",
        version=version,
        state=state_of(version),
        width=width,
        languages=plan.instrument.choices_of_language,
        language=request.args.get("language", plan.instrument.language),
    )


@bp.route("/<int:version_id>/preview/<int:number>", methods=["GET", "POST"])
def page(version_id: int, number: int) -> str:
    """One page of the form inside the frame."""
    g.framed = True
    version, plan = plan_or_404(version_id)
    step = plan.step(number) or abort(404)
    if plan.instrument.kind == "card":
        return card_page(version, plan, step)
    values, marked = carried_in(plan, request.form)
    checked = check_answers(plan.instrument, values, marked, final=False)
    if request.method == "GET":
        return page_of(version, plan, step, values, marked, checked)
    shown = set(request.form.get("preview:shown", "").split())
    if request.form.get("preview:go") == "back":
        target = plan.previous_step(number, checked) or step
        return page_of(version, plan, target, values, marked, checked)
    blank = [item for item in step.items if item.type != "note" and checked.state(item.name) == BLANK]
    opened = {item.name for item in blank if choosable(plan, item, checked)} - shown - plan.nested
    if step.names() & set(checked.problems) or opened:
        return page_of(version, plan, step, values, marked, checked)
    following = plan.next_step(number, checked)
    if following is None:
        return render_template("instruments/preview_end.html", version=version, plan=plan)
    return page_of(version, plan, following, values, marked, checked)


def carried_in(plan: Plan, form: MultiDict[str, str]) -> tuple[dict[str, Any], set[str]]:
    """(values, names marked as not applicable) of the whole form, as the pages so far have carried them."""
    values: dict[str, Any] = {}
    marked: set[str] = set()
    for step in plan.steps:
        for item in step.items:
            raw = clean(form.getlist(item.name)) if item.type != "note" else []
            if raw == [NA]:
                marked.add(item.name)
            elif (value := value_of(item, raw) if raw else None) is not None:
                values[item.name] = value
    return values, marked


def page_of(
    version: InstrumentVersion, plan: Plan, step: Step, values: dict[str, Any], marked: set[str], checked: Checked
) -> str:
    """The page of ``step``, and every other answer in hidden fields."""
    seen = set(request.form.get("preview:shown", "").split())
    form = form_of(plan, step, values, marked, checked, fresh=step.names() - seen)
    cards, skips = cards_of(plan, step, form, checked)
    carried = [
        (name, part)
        for name, value in [*values.items(), *((name, NA) for name in sorted(marked))]
        if name not in step.names()
        for part in (value if isinstance(value, list) else [value])
    ]
    answered, total = plan.progress(checked)
    return render_template(
        "instruments/preview_step.html",
        version=version,
        plan=plan,
        page=step.filled(plan.instrument, answers_in(plan.instrument, checked)),
        cards=cards,
        skips=skips,
        carried=carried,
        shown=[card.field.name for card in cards if not card.later],
        summary=[(field.first_id, f"«{field.item.label}»: {field.errors[0]}") for field in form if field.errors],
        answered=answered,
        total=total,
        following=plan.next_step(step.number, checked),
        language=request.args.get("language", ""),
    )
