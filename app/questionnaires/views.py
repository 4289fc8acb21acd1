"""Where a teacher begins: what asks the person, the consent, the refusal."""

from flask import abort, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.answers.submissions import drop_draft
from app.extensions import db
from app.models import Draft
from app.models.columns import utc_now
from app.questionnaires import answering, languages, own, queries, saving, sending  # noqa: F401  (their routes)
from app.questionnaires.queries import Asked
from app.questionnaires.room import address, asked_or_404, bp, closed_by_slip, sealed
from app.questionnaires.steps import plan_by_hash
from surveys.answers.checking import check_answers

bp.register_blueprint(languages.bp)
bp.register_blueprint(own.bp)


def go_on_address(asked: Asked, draft: Draft) -> str:
    """The first page that was not passed yet, on any device."""
    plan = plan_by_hash(asked.instrument_sha256)
    checked = check_answers(plan.instrument, draft.values, draft.not_applicable, final=False)
    return address(asked.wave.code, plan.first_unfinished(draft.visited, checked))


@bp.get("/")
def index() -> str:
    """Waves that ask this person, with one next action each."""
    now = utc_now()
    lines = []
    for asked in queries.list_asked(current_user.id):
        draft = queries.load_draft(asked.wave.id, asked.respondent_key) if asked.accepts(now) else None
        opens = draft is not None and not sealed(draft.updated_utc)
        target = go_on_address(asked, draft) if opens else url_for("questionnaires.start", code=asked.wave.code)
        closed = closed_by_slip(asked)
        lines.append({"asked": asked, "state": asked.state(now), "draft": draft, "target": target, "closed": closed})
    return render_template("questionnaires/index.html", lines=lines)


@bp.get("/<code>/")
def start(code: str) -> str | Response:
    """What it is, until when, who sees the answers, the consent."""
    asked = asked_or_404(code)
    now = utc_now()
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    state = asked.state(now)
    if closed_by_slip(asked):
        return render_template("questionnaires/sealed.html", asked=asked)
    if asked.participation.status == "sent":
        kept = queries.load_receipt(asked.wave.id, asked.respondent_key)
        state = "sent" if kept else "paper" if asked.participation.on_paper else "erased"
    return render_template(
        "questionnaires/start.html",
        asked=asked,
        state=state,
        draft=draft,
        refused=asked.participation.status == "refused" and draft is None,
        sealed=draft is not None and sealed(draft.updated_utc),
        target=go_on_address(asked, draft) if draft else None,
        consent=queries.load_consent_text(asked),
        instrument=plan_by_hash(asked.instrument_sha256).instrument,
    )


def may_decide(asked: Asked) -> bool:
    """Whether the person may consent or refuse now: not after sending, nor anew with a second slip."""
    return asked.participation.status != "sent" and asked.accepts(utc_now()) and not closed_by_slip(asked)


def asked_to_decide(code: str) -> tuple[Asked, Draft | None]:
    """The same with the draft, both held: a sending or a decision in another window is over first. Or led away."""
    asked = asked_or_404(code)
    draft = queries.load_draft(asked.wave.id, asked.respondent_key, lock=True)
    asked = queries.find_asked(current_user.id, code, lock=True) or abort(404)
    if not may_decide(asked):
        abort(redirect(url_for("questionnaires.start", code=code)))
    return asked, draft


@bp.post("/<code>/")
def begin(code: str) -> Response:
    """«Согласен(на), начать»."""
    asked, draft = asked_to_decide(code)
    if draft is not None and sealed(draft.updated_utc):
        drop_draft(asked.wave.id, draft.respondent_key)  # «начать заново»: the sealed draft is not shown, only replaced
    target = go_on_address(asked, saving.agree(asked))
    db.session.commit()
    return redirect(target)


@bp.get("/<code>/refuse")
def refusal(code: str) -> str | Response:
    """Ask once more before «не участвую»."""
    asked = asked_or_404(code)
    if not may_decide(asked):
        return redirect(url_for("questionnaires.start", code=code))
    draft = queries.load_draft(asked.wave.id, asked.respondent_key)
    return render_template("questionnaires/refuse.html", asked=asked, draft=draft)


@bp.post("/<code>/refuse")
def refuse(code: str) -> Response:
    """«Не участвую», confirmed."""
    asked, _draft = asked_to_decide(code)
    saving.refuse(asked)
    db.session.commit()
    return redirect(url_for("questionnaires.start", code=code))
