"""Values that the pages of the questionnaire show; templates only print them."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from wtforms.form import BaseForm

from app.answers.submissions import content_hash
from app.forms.answer_words import problem_words
from app.forms.cards import Card, cards_of
from app.forms.fields import AnswerField, choosable, form_of
from app.forms.skips import Skips
from app.questionnaires import merging
from app.questionnaires.steps import Plan, Step
from app.questionnaires.work import Work
from surveys.answers.checking import BLANK, NOT_ASKED, Checked, check_answers, references
from surveys.definition.instrument import Item
from surveys.expressions.piping import answers_in, fill_in
from surveys.statistics.scoring import score_one


def open_questions(
    plan: Plan, page: Step, checked: Checked, visited: list[str], before: Checked | None = None
) -> set[str]:
    """Questions that the answers of ``page`` opened and that are blank: needs and required ones, others just opened.

    A question that the person has seen open and left blank is not asked a second time.
    """
    found = set()
    for item in page.items:
        if item.type == "note" or checked.state(item.name) != BLANK or f"?{item.name}" in visited:
            continue
        if not _waits_for_page(page, item) or not choosable(plan, item, checked):
            continue
        just_opened = before is None or before.state(item.name) == NOT_ASKED or not choosable(plan, item, before)
        if just_opened or (item.relevant and (item.required or item.need_of)):
            found.add(item.name)
    return found


def _waits_for_page(page: Step, item: Item) -> bool:
    """Whether answers may open ``item``: by its condition, or by bringing the options of a filter on the same page."""
    return bool(item.relevant) or any(name in page.names() for name in references(item.choice_filter))


def gaps_of(plan: Plan, page: Step, checked: Checked) -> list[str]:
    """Questions of a page that are asked and blank, optional ones aside."""
    return [
        item.name
        for item in page.items
        if checked.state(item.name) == BLANK and (item.required or item.scale or item.need_of)
    ]


def blocking(plan: Plan, final: Checked) -> list[str]:
    """What stands in the way of sending: answers that do not fit, and required facts. A statement may stay blank."""
    free = {item.name for item in plan.instrument.items if item.scale or item.need_of}
    return [name for name in final.problems if name not in free or name in final.values]


def render_step(work: Work, page: Step, *, mark_gaps: bool = False) -> str:
    """One page of statements; follow-ups stand inside the cards of their questions."""
    gaps = gaps_of(work.plan, page, work.checked) if mark_gaps else []
    form = _form(work, page)
    cards, skips = cards_of(work.plan, page, form, work.checked, gaps)
    return _render(work, page, form, cards, gaps, "questionnaires/step.html", skips)


def render_more(work: Work, page: Step, names: set[str]) -> str:
    """The page «Уточнение»: only ``names``, each beside the answer that opened it."""
    form = _form(work, page)
    cards = [_alone(work.plan, form, item.name, work.checked) for item in page.items if item.name in names]
    return _render(work, page, form, [card for card in cards if card.field.choosable], [], "questionnaires/more.html")


def _form(work: Work, page: Step) -> BaseForm:
    draft, visited = work.draft, work.draft.visited
    fresh = {
        item.name
        for item in page.items
        if page.name not in visited or (item.relevant and f"?{item.name}" not in visited)
    }
    return form_of(work.plan, page, draft.values, draft.not_applicable, work.checked, fresh=fresh)


def _render(
    work: Work,
    page: Step,
    form: BaseForm,
    cards: list[Card],
    gaps: list[str],
    template: str,
    skips: Skips | None = None,
) -> str:
    plan, checked = work.plan, work.checked
    for card in cards:
        card.base = merging.base_of(work.draft, card.names) if card.later else ""
    answered, total = plan.progress(checked)
    return render_template(
        template,
        work=work,
        page=page.filled(plan.instrument, answers_in(plan.instrument, checked)),
        cards=cards,
        skips=skips,
        summary=_summary(plan, form, gaps),
        gaps=gaps,
        base=merging.base_of(work.draft, [name for card in cards if not card.later for name in card.names]),
        answered=answered,
        total=total,
        previous=plan.previous_step(page.number, checked),
        following=plan.next_step(page.number, checked),
    )


def _alone(plan: Plan, form: BaseForm, name: str, checked: Checked) -> Card:
    """A follow-up outside its card: the small line repeats the statement and its answer."""
    item = plan.instrument.item(name)
    parent = next((question for question, inside in plan.follow_ups.items() if item in inside), item.need_of)
    small = ""
    if parent and parent in form:
        asked = form[parent]
        words = dict(asked.options).get(str(checked.values.get(parent, "")), "")
        small = f"{asked.item.label} — {words}" if words else asked.item.label
    return Card(form[name], small, [], frozenset(), False)


def _summary(plan: Plan, form: BaseForm, gaps: list[str]) -> list[tuple[str, str]]:
    """Lines of the error summary: (anchor, text)."""
    lines = []
    for field in form:
        if field.errors:
            lines.append((field.first_id, f"{_short(plan, field)}: {field.errors[0]}"))
        elif field.name in gaps:
            lines.append((field.first_id, _("%(question)s: нет ответа", question=_short(plan, field))))
    return lines


def _short(plan: Plan, field: AnswerField) -> str:
    number = plan.numbers.get(field.item.need_of or field.name)
    if number and field.item.need_of:
        return _("Утверждение %(number)d, помощь", number=number)
    return _("Утверждение %(number)d", number=number) if number else f"«{field.item.label}»"


def render_check(work: Work, *, changed: bool = False, refused: bool = False) -> str:
    """The check: each page with its k of N, links to what is missing, what cannot be reckoned, and «Отправить»."""
    plan, draft = work.plan, work.draft
    final = check_answers(plan.instrument, draft.values, draft.not_applicable, final=True)
    stops = blocking(plan, final)
    lines = [_check_line(plan, page, final, stops) for page in plan.shown_steps(final)]
    scores = score_one(plan.instrument, final) if plan.instrument.scales else {}
    unscored = [scale.label for scale in plan.instrument.scales if scores[scale.name].score is None]
    return render_template(
        "questionnaires/check.html",
        work=work,
        lines=lines,
        stops=[_stop(plan, final, name) for name in stops],
        gaps=sum(len(line["gaps"]) for line in lines),
        unscored=unscored,
        content=content_hash(final),
        changed=changed,
        refused=refused,
        last=lines[-1]["page"] if lines else None,
    )


def _stop(plan: Plan, final: Checked, name: str) -> tuple[Step, str, str]:
    """Page, item and words of what stops the sending: a missing answer needs no more words than the question."""
    label = _label(plan, final, name)
    return (
        plan.step_of(name),
        name,
        f"{label}: {problem_words(final.problems[name])}" if name in final.values else label,
    )


def _check_line(plan: Plan, page: Step, final: Checked, stops: list[str]) -> dict[str, Any]:
    counted = [item for item in page.items if item.type != "note" and not item.relevant]
    states = [final.state(item.name) for item in counted]
    gaps = [
        (name, plan.instrument.item(name).need_of or name, _gap_words(plan, final, name))
        for name in gaps_of(plan, page, final)
        if name not in stops
    ]
    done = sum(state not in (BLANK, NOT_ASKED) for state in states)
    total = sum(state != NOT_ASKED for state in states)
    ready = not gaps and not page.names() & set(stops)  # optional questions may stay blank
    return {"page": page, "answered": done, "total": total, "gaps": gaps, "ready": ready}


def _label(plan: Plan, checked: Checked, name: str) -> str:
    return fill_in(plan.instrument, plan.instrument.item(name).label, answers_in(plan.instrument, checked))


def _gap_words(plan: Plan, final: Checked, name: str) -> str:
    item = plan.instrument.item(name)
    number = plan.numbers.get(item.need_of or name)
    if number is None:
        return _label(plan, final, name)
    return _("%(number)d, нужна ли помощь", number=number) if item.need_of else str(number)
