"""Signing in, by name and password or by a slip; the own account; signing out."""

import datetime as dt
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.auth import throttle
from app.auth.checking import check_password, own_password_problem, wait_message
from app.auth.codes import is_code, normalise, printed
from app.auth.forms import ChangePasswordForm, LoginForm, NewPasswordForm, SlipForm, UnsealForm
from app.auth.passwords import hash_password
from app.auth.queries import find_slip, report_slip, set_password, unseal, use_slip
from app.events import record
from app.extensions import db
from app.frame.navigation import moment
from app.models import Person, Slip
from app.models.columns import utc_now

bp = Blueprint("auth", __name__)

SLIP_MINUTES = 30  # from typing the code to choosing a password


@bp.route("/login", methods=["GET", "POST"])
def login() -> str | Response:
    """Sign in by login and password; the form for slips stands on the same page."""
    if current_user.is_authenticated:
        return redirect(safe_target(request.args.get("next")))
    form = LoginForm(prefix="")
    if form.validate_on_submit():
        person, problem = check_password(form.username.data or "", form.password.data or "")
        if person:
            return enter(person, shared=form.shared.data)
        form.password.errors = [problem]
    return render_template("auth/login.html", form=form, slip_form=SlipForm(formdata=None))


def enter(person: Person, *, shared: bool) -> Response:
    """Open the session of ``person`` and go where they were going."""
    now = utc_now()
    first = person.first_sign_in_utc is None
    before = person.last_sign_in_utc
    person.first_sign_in_utc = person.first_sign_in_utc or now
    person.last_sign_in_utc = now
    record("signed_in", "person", person.id, actor=person.id)
    keep_session(person, shared=shared)
    db.session.commit()
    if first:
        flash(_("Первый вход: %(moment)s. Раньше под этим именем никто не входил.", moment=moment(now)))
    elif before and now - before > dt.timedelta(days=1):
        flash(_("Прошлый вход: %(moment)s. Если это были не вы, смените пароль.", moment=moment(before)))
    return redirect(safe_target(request.args.get("next")))


def keep_session(person: Person, *, shared: bool) -> None:
    """Sign ``person`` in; on a computer of many the session ends with the browser and nothing waits in it."""
    session.permanent = not shared
    session["shared"] = shared
    login_user(person)


@bp.post("/login/slip")
def slip_login() -> str | Response:
    """Take the code of a slip."""
    return take_slip(SlipForm())


@bp.route("/s/<code>", methods=["GET", "POST"])
def slip_link(code: str) -> str | Response:
    """The link in the QR square: opening it only shows a button; pressing the button takes the code."""
    form = SlipForm(data={"code": printed(normalise(code))}) if request.method == "GET" else SlipForm()
    if request.method == "GET":
        return render_template("auth/slip_link.html", form=form, fits=is_code(normalise(code)))
    return take_slip(form)


def take_slip(form: SlipForm) -> str | Response:
    """Look the code up: go on to choosing a password, or say what is wrong with the slip."""
    if form.validate():
        wait = throttle.slip_seconds_to_wait(utc_now())
        slip = None if wait else find_slip(normalise(form.code.data or ""))
        if slip and slip.person.active:
            if slip.used_utc or slip.voided_utc:
                session["used_slip"] = slip.id
                return render_template("auth/slip_used.html", slip=slip, form=form)
            session["slip"] = [slip.id, int(utc_now().timestamp())]
            return redirect(url_for("auth.first"))
        if wait:
            form.code.errors = [wait_message(wait)]
        else:
            throttle.note_wrong_slip(utc_now())
            db.session.commit()
            form.code.errors = [_("Такого талона нет. Сверьте код с талоном или попросите у координатора новый")]
    return render_template("auth/login.html", form=LoginForm(formdata=None), slip_form=form)


@bp.route("/first", methods=["GET", "POST"])
def first() -> str | Response:
    """The first sign-in by a slip: choose a password or PIN. The slip is spent only when it is chosen."""
    slip = slip_in_session()
    if slip is None:
        flash(_("Введите код с талона ещё раз."), "warning")
        return redirect(url_for("auth.login"))
    person = slip.person
    form = NewPasswordForm(names=(person.family, person.given, person.login or ""))
    slip_id, again = slip.id, person.first_sign_in_utc
    if form.validate_on_submit():
        db.session.rollback()
        hashed = hash_password(form.password.data or "")
        slip = db.session.get(Slip, slip_id)
        session.pop("slip", None)
        if slip is None or not use_slip(slip, hashed, utc_now()):
            session["used_slip"] = slip_id
            return render_template("auth/slip_used.html", slip=slip, form=SlipForm(formdata=None))
        person = slip.person
        db.session.commit()
        keep_session(person, shared=form.shared.data)
        if again is None:
            flash(_("Первый вход: %(moment)s. Пароль сохранён.", moment=moment(person.first_sign_in_utc)))
        else:
            flash(_("Пароль сохранён. Первый вход был: %(moment)s.", moment=moment(again)))
        return redirect(url_for("home.index"))
    return render_template("auth/first.html", form=form, person=person, again=again)


def slip_in_session() -> Slip | None:
    """The unspent slip whose code was typed in this browser within the last half an hour."""
    slip_id, typed = session.get("slip", (None, 0))
    if slip_id is None or utc_now().timestamp() - typed > SLIP_MINUTES * 60:
        return None
    slip = db.session.get(Slip, slip_id)
    return slip if slip and not slip.used_utc and not slip.voided_utc and slip.person.active else None


@bp.post("/login/slip/report")
def report() -> Response:
    """«Это был не я»: the holder of a used slip reports it."""
    slip = db.session.get(Slip, session.pop("used_slip", None) or 0)
    if slip and slip.used_utc and slip.void_reason != "reported":
        report_slip(slip, utc_now())
        db.session.commit()
    flash(_("Талон аннулирован, вход по нему закрыт. Координатор школы увидит сообщение и напечатает новый талон."))
    return redirect(url_for("auth.login"))


@bp.post("/logout")
def logout() -> Response:
    """Sign out of this browser; it is told to forget pages and whatever waited in it."""
    return forget_here()


def forget_here() -> Response:
    """End the session and clear what the browser keeps of this site."""
    logout_user()
    session.clear()
    response = redirect(url_for("auth.login"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/account/shared")
def shared() -> Response:
    """«Чужой компьютер»: from now on nothing waits in this browser, or it may again."""
    session["shared"] = not session.get("shared")
    session.permanent = not session["shared"]
    response = redirect(url_for("auth.account"))
    if session["shared"]:
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


@bp.route("/account", methods=["GET", "POST"])
def account() -> str | Response:
    """See when one signed in; change the password."""
    form = ChangePasswordForm(names=(current_user.family, current_user.given, current_user.login or ""))
    if form.validate_on_submit():
        problem = own_password_problem(current_user.password_hash, form.current.data or "")
        if problem:
            form.current.errors = [problem]
        else:
            person_id = current_user.id
            db.session.rollback()
            hashed = hash_password(form.password.data or "")
            person = db.session.get_one(Person, person_id)
            set_password(person, hashed)
            db.session.commit()
            login_user(person)
            flash(_("Пароль изменён. На других устройствах нужно войти заново."))
            return redirect(url_for("auth.account"))
    return render_template("auth/account.html", form=form, unseal_form=UnsealForm(formdata=None))


@bp.post("/account/leave-everywhere")
def leave_everywhere() -> Response:
    """End every session of this person, this one too."""
    current_user.session_epoch += 1
    record("signed_out_everywhere", "person", current_user.id)
    db.session.commit()
    response = forget_here()
    flash(_("Вы вышли на всех устройствах."))
    return response


@bp.post("/account/unseal")
def open_earlier() -> str | Response:
    """After a second slip: prove the earlier password, and earlier answers open again."""
    form = UnsealForm()
    if form.validate() and current_user.sealed_utc is not None:
        problem = own_password_problem(current_user.sealed_password_hash, form.earlier.data or "", "earlier")
        if problem is None:
            unseal(current_user)
            db.session.commit()
            flash(_("Прежние ответы открыты."))
            return redirect(url_for("auth.account"))
        form.earlier.errors = [problem]
    names = (current_user.family, current_user.given, current_user.login or "")
    return render_template("auth/account.html", form=ChangePasswordForm(formdata=None, names=names), unseal_form=form)


def safe_target(target: str | None) -> str:
    """Where to go after signing in: an address of this site only."""
    if target:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\")):
            return target
    return url_for("home.index")
