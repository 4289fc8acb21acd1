"""What one is told today: a page that prints, and a calendar under an address that can be revoked."""

import hashlib
import secrets

from flask import Response, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from app.events import record
from app.extensions import db
from app.frame.pages import timezone_name
from app.mail.server import BadMailUrlError, mail_server
from app.models import CalendarToken, Person
from app.models.columns import utc_now
from app.plan.calendar import calendar_of
from app.plan.digest import Told, read_days, told_of_all
from app.plan.digest_words import address_of, note_of, standing_words, title_of
from app.plan.letters import letter_counts
from app.plan.plans import today_in
from app.roadmap import queries
from app.roadmap.room import bp, today_here


@bp.get("/today")
def digest() -> str:
    """Own lines, the pressing ones first; works without e-mail and prints."""
    days = read_days(today_here(), timezone_name()) or abort(404)
    lines = told_of_all(days, [current_user]).get(current_user.id, [])
    return sheets([(current_user, lines)], own=True)


@bp.get("/today/all")
def digest_all() -> str:
    """Everybody's lines, one sheet each, for those who have no e-mail."""
    told = told_of_all(read_days(today_here(), timezone_name()) or abort(404))
    people = db.session.scalars(db.select(Person).where(Person.id.in_(told)).order_by(Person.family, Person.id))
    return sheets([(one, told[one.id]) for one in people], own=False)


def sheets(people: list[tuple[Person, list[Told]]], *, own: bool) -> str:
    """The page of the day, of one person or of everybody."""
    return render_template(
        "roadmap/digest.html",
        people=people,
        today=today_here(),
        schools=queries.school_names(),
        own=own,
        token=own_token() if own else None,
        letters=letter_counts(today_here()),
        mail_problem=mail_problem(),
        address_of=address_of,
        title_of=title_of,
        note_of=note_of,
        standing_words=standing_words,
    )


def mail_problem() -> str:
    """Why no digest goes out by e-mail; empty where mail is set."""
    try:
        return (
            "" if mail_server() else _("Почта не настроена: письма не уходят, листы ниже можно напечатать и раздать.")
        )
    except BadMailUrlError as bad:
        return str(bad)


def own_token() -> CalendarToken | None:
    """The address that the person has open."""
    return db.session.scalar(
        db.select(CalendarToken).where(CalendarToken.person_id == current_user.id, CalendarToken.revoked_utc.is_(None))
    )


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@bp.post("/calendar")
def make_calendar() -> str:
    """A new address; the one before stops working. It is shown once: only its hash is kept."""
    revoke()
    token = secrets.token_urlsafe(24)
    db.session.add(CalendarToken(person_id=current_user.id, token_hash=token_hash(token)))
    record("calendar.made", "person", current_user.id)
    db.session.commit()
    address = current_app.config["PUBLIC_URL"] + url_for("roadmap.calendar", token=token, plan=None)
    return render_template("roadmap/calendar.html", address=address)


@bp.post("/calendar/revoke")
def revoke_calendar() -> Redirect:
    """Close the address for good."""
    if revoke():
        record("calendar.revoked", "person", current_user.id)
        db.session.commit()
        flash(_("Адрес календаря больше не работает."))
    return redirect(url_for("roadmap.digest"))


def revoke() -> bool:
    token = own_token()
    if token is not None:
        token.revoked_utc = utc_now()
    return token is not None


@bp.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """The dates of one person; whoever has the address reads it, and nothing else."""
    kept = db.session.scalar(
        db.select(CalendarToken).where(
            CalendarToken.token_hash == token_hash(token), CalendarToken.revoked_utc.is_(None)
        )
    )
    person = db.session.get(Person, kept.person_id) if kept else None
    if person is None or not person.active:
        abort(404)
    zone = timezone_name()
    body = calendar_of(person, read_days(today_in(zone, utc_now()), zone) or abort(404))
    return Response(body, mimetype="text/calendar", headers={"Content-Disposition": "inline; filename=opora.ics"})
