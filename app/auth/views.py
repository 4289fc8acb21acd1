"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.auth.forms import LoginForm
from app.auth.passwords import password_fits
from app.auth.queries import find_by_login
from app.extensions import db
from app.models.columns import utc_now

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
def login() -> str | Response:
    """Sign in by login and password."""
    if current_user.is_authenticated:
        return redirect(safe_target(request.args.get("next")))
    form = LoginForm()
    if form.validate_on_submit():
        person = find_by_login(form.username.data or "")
        if password_fits(person.password_hash if person else None, form.password.data or "") and person:
            login_user(person)
            person.last_sign_in_utc = utc_now()
            db.session.commit()
            return redirect(safe_target(request.args.get("next")))
        form.password.errors = [_("Имя или пароль не подходят. Проверьте раскладку клавиатуры и Caps Lock.")]
    return render_template("auth/login.html", form=form)


@bp.post("/logout")
def logout() -> Response:
    """Sign out of this browser."""
    logout_user()
    return redirect(url_for("auth.login"))


def safe_target(target: str | None) -> str:
    """Where to go after signing in: an address of this site only."""
    if target:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\")):
            return target
    return url_for("home.index")
