"""«Мои данные»: what is kept of me, who looked, who may look, taking the consent back, erasure."""

import io
import json

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from app.answers.consents import SHOW, consent_live, end_consent, give_consent, withdraw_answers
from app.answers.paper_sheets import unmark
from app.answers.profile_document import profile_document
from app.answers.profiles import earlier_scores, profile_page
from app.answers.submissions import checked_of
from app.content.store import rules_of
from app.events import record
from app.extensions import db
from app.frame.pages import is_demo
from app.models import Person
from app.models.columns import utc_now
from app.questionnaires import own_data, queries
from app.questionnaires.queries import Asked
from app.questionnaires.steps import plan_by_hash
from surveys.writers import write_report

bp = Blueprint("own", __name__)
LOOKS = {  # what the person should know of access to the own answers
    "profile.seen": _l("открыл(а) ваш профиль"),
    "slip.issued": _l("напечатал(а) новый талон на ваше имя"),
    "slip.used": _l("вход по талону, придуман новый пароль"),
    "answers.unsealed": _l("прежние ответы открыты прежним паролем"),
    "unsealing.asked": _l("запросил(а) открытие прежних ответов без пароля"),
    "unsealing.confirmed": _l("подтвердил(а) открытие прежних ответов без пароля"),
    "unsealing.refused": _l("отказал(а) в открытии прежних ответов"),
}
KINDS = {"json": "application/json", "pdf": "application/pdf"}


def sealed_now() -> bool:
    """Whether a new slip keeps earlier answers closed: then nobody may give them out or remove them."""
    return current_user.sealed_utc is not None


def asked_and_sent(code: str) -> Asked:
    """The wave of the person signed in, with answers sent and not sealed; 404 otherwise."""
    asked = queries.find_asked(current_user.id, code) or abort(404)
    kept = queries.load_receipt(asked.wave.id, asked.respondent_key)
    if kept is None or (current_user.sealed_utc and kept.received_utc < current_user.sealed_utc):
        abort(404)
    return asked


@bp.get("/-/data")
def mine() -> str:
    """What is kept, consents by wave, who looked."""
    lines = []
    for asked in queries.list_asked(current_user.id):
        if queries.decided_before(asked, current_user.sealed_utc):
            lines.append({"asked": asked, "sealed": True})
            continue
        kept = queries.load_submission(asked.wave.id, asked.respondent_key)
        if kept is not None and asked.respondent_key:
            shown = consent_live(asked.wave.id, asked.respondent_key, SHOW)
            lines.append({"asked": asked, "kept": kept, "shown": shown})
    found = queries.list_looks(current_user.id, LOOKS, current_user.sealed_utc)
    looks = [(event, LOOKS[event.action], name, roles) for event, name, roles in found]
    return render_template("questionnaires/mine.html", lines=lines, looks=looks)


@bp.get("/-/data.<kind>")
def export(kind: str) -> Response:
    """Own data as a file."""
    if kind not in KINDS:
        abort(404)
    data = own_data.collect(current_user)
    content = io.BytesIO()
    if kind == "json":
        content.write(json.dumps(data, ensure_ascii=False, indent=1).encode())
    else:
        write_report(own_data.as_document(data, utc_now(), demo=is_demo()), "pdf", content)
    content.seek(0)
    return send_file(content, mimetype=KINDS[kind], as_attachment=True, download_name=f"moi-dannye.{kind}")


@bp.route("/-/erase", methods=["GET", "POST"])
def erase() -> str | Response:
    """Ask once more, then remove answers, drafts and the key."""
    if request.method == "POST":
        if sealed_now():
            flash(_("Прежние ответы закрыты новым талоном: сначала введите прежний пароль."), "error")
        else:
            own_data.erase(db.session.get_one(Person, current_user.id))
            db.session.commit()
            flash(_("Ваши ответы и черновики удалены."))
        return redirect(url_for("questionnaires.own.mine"))
    return render_template("questionnaires/erase.html", sealed=sealed_now())


@bp.post("/<code>/withdraw")
def withdraw(code: str) -> Response:
    """Take the consent back: later calculations leave the answers out."""
    asked = asked_and_sent(code)
    withdraw_answers(asked.wave.id, str(asked.respondent_key), utc_now())
    record("consent_withdrawn", "participation", asked.participation.id)
    db.session.commit()
    flash(_("Согласие отозвано: в новые расчёты ваши ответы не войдут."))
    return redirect(url_for("questionnaires.own.mine"))


@bp.post("/<code>/show")
def show(code: str) -> Response:
    """«Показать координатору для ИОМ», and back; in force at the coordinator's next request."""
    asked = asked_and_sent(code)
    key = str(asked.respondent_key)
    if request.form.get("agreed") == "yes":
        give_consent(asked.wave, key)
        record("profile.shown", "participation", asked.participation.id)
        flash(_("Координатор вашей школы может открыть ваш профиль. Каждый просмотр будет виден здесь."))
    else:
        end_consent(asked.wave.id, key, SHOW)
        record("profile.hidden", "participation", asked.participation.id)
        flash(_("Координатор больше не видит ваш профиль."))
    db.session.commit()
    return redirect(url_for("questionnaires.own.mine"))


@bp.post("/<code>/not-on-paper")
def not_on_paper(code: str) -> Response:
    """«Я не сдавал(а) бумажный лист»: the coordinator's mark goes, unless all the school's sheets are keyed."""
    asked = queries.find_asked(current_user.id, code) or abort(404)
    if asked.participation.on_paper and not unmark(asked.participation):
        flash(_("Листы школы уже введены. Обратитесь к муниципальному координатору."), "warning")
    db.session.commit()
    return redirect(url_for("questionnaires.start", code=code))


@bp.get("/<code>/profile.pdf")
def profile_file(code: str) -> Response:
    """The own profile on one page; where there is none or it is sealed, the page says so."""
    asked = queries.find_asked(current_user.id, code) or abort(404)
    kept = queries.load_submission(asked.wave.id, asked.respondent_key)
    if kept is None or (current_user.sealed_utc and kept.received_utc < current_user.sealed_utc):
        return redirect(url_for("questionnaires.profile", code=code))
    instrument = plan_by_hash(asked.instrument_sha256).instrument
    rules = rules_of(queries.load_rule_version(asked))
    earlier = earlier_scores(asked.wave, kept.respondent_key, instrument, current_user.sealed_utc)
    shown = profile_page(instrument, checked_of(kept), rules, earlier)
    content = io.BytesIO()
    report = profile_document(shown, current_user.full_name, asked.wave, kept.received_utc, demo=is_demo())
    write_report(report, "pdf", content)
    content.seek(0)
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name="moi-profil.pdf")
