"""Reminding those who are not done: words for a chat, a notice to print, letters now and by the clock."""

import datetime as dt

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.events import record
from app.extensions import db
from app.frame.interface import in_russian
from app.frame.navigation import day
from app.frame.pages import timezone_name
from app.mail.letter_texts import DIGEST, REMINDER, chat_text, closing_by_school
from app.mail.letters import ask_sending, queue_letters, recipients
from app.mail.server import BadMailUrlError, mail_server
from app.models import Wave
from app.models.columns import utc_now
from app.plan.plans import today_in
from app.waves import queries
from app.waves.forms import ConfirmForm, ScheduleForm

bp = Blueprint("reminders", __name__)
DEPARTMENT = frozenset({"methodist", "municipal"})


def reach_of() -> frozenset[int] | None:
    """Schools whose people the person signed in reminds; None for all."""
    return None if current_user.roles & DEPARTMENT else frozenset(current_user.school_ids("coordinator"))


def open_wave_or_404(code: str) -> Wave:
    wave = queries.find_wave(code, reach_of())
    if wave is None or wave.status != "open":
        abort(404)
    return wave


def mail_problem() -> str:
    """Why no letter goes out; «» where mail is set."""
    try:
        return "" if mail_server() else _("Почта не настроена: письма не уходят. Текст для чата и объявление работают.")
    except BadMailUrlError as bad:
        return str(bad)


def until_of(wave: Wave, reach: frozenset[int] | None) -> dt.datetime:
    """The closing that the texts name: the earliest of the schools reached."""
    ends = [at for school_id, at in closing_by_school(wave).items() if reach is None or school_id in reach]
    return min(ends, default=wave.closes_utc)


@bp.get("/<code>/reminders")
def index(code: str) -> str:
    """The words to copy, the notice, letters and when they go out."""
    return page_of(open_wave_or_404(code), ScheduleForm(formdata=None))


def page_of(wave: Wave, form: ScheduleForm) -> str:
    reach = reach_of()
    rows = queries.completion(wave, reach)
    total = queries.total_of(rows)
    if form.days.data is None:
        form.days.data = ", ".join(str(number) for number in wave.reminder_days)
    return render_template(
        "waves/reminders.html",
        wave=wave,
        form=form,
        confirm=ConfirmForm(formdata=None),
        text=_chat_words(wave, reach),
        until=until_of(wave, reach),
        left=total.asked - total.done,
        addressed=len(recipients(wave.id, REMINDER, reach)),
        letters=queries.letter_counts(wave.id, reach),
        job=queries.letters_job(wave.id),
        problem=mail_problem(),
        whole=reach is None,
    )


@in_russian
def _chat_words(wave: Wave, reach: frozenset[int] | None) -> str:
    return chat_text(wave, day(until_of(wave, reach), year=False))


@bp.get("/<code>/notice")
@in_russian
def notice(code: str) -> str:
    """The same words with a QR square, to hang in the staff room."""
    wave = open_wave_or_404(code)
    link = f"{current_app.config['PUBLIC_URL']}/questionnaires/{wave.code}/"
    made = segno.make(link, error="m", micro=False)
    square = Markup(made.svg_inline(border=4, light="white", omitsize=True, svgclass="qr", lineclass=None))
    until = until_of(wave, reach_of())
    return render_template("waves/notice.html", wave=wave, link=link, square=square, until=until)


@bp.post("/<code>/reminders/now")
def send_now(code: str) -> Response:
    """«Сейчас»: one letter a day to each who has an address and is not done."""
    wave = open_wave_or_404(code)
    if mail_problem():
        flash(mail_problem(), "error")
        return redirect(url_for("waves.reminders.index", code=code))
    kind = DIGEST if request.form.get("kind") == DIGEST and reach_of() is None else REMINDER
    added = queue_letters(wave.id, kind, today_in(timezone_name(), utc_now()), reach_of())
    if added:
        ask_sending(wave, current_user.id)
        record("wave.reminded", "wave", wave.id, new={"kind": kind, "letters": added})
        flash(ngettext("Отправляется %(num)d письмо.", "Отправляется %(num)d писем.", added))
    else:
        flash(_("Писем нет: сегодня уже отправлены, или у тех, кто не закончил, нет адреса."), "warning")
    db.session.commit()
    return redirect(url_for("waves.reminders.index", code=code))


@bp.post("/<code>/reminders/days")
def schedule(code: str) -> str | Response:
    """On which days before closing letters go out by themselves."""
    wave = open_wave_or_404(code)
    if reach_of() is not None:
        abort(403)
    form = ScheduleForm()
    if not form.validate():
        return page_of(wave, form)
    wave.reminder_days = form.numbers
    record("wave.schedule", "wave", wave.id, new={"days": form.numbers})
    db.session.commit()
    flash(_("Сохранено."))
    return redirect(url_for("waves.reminders.index", code=code))
