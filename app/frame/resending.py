"""A form that could not be taken because the session had ended: its fields, to be sent again after signing in.

Only fields sent from a page of this site are given back: another site must not put words into a form of ours. Answers
of a questionnaire are not: at a shared computer the next person to sign in could send them as their own; its draft is
on the server.
"""

from urllib.parse import urlsplit

from flask import request
from flask.globals import request_ctx

SECRET = ("csrf_token", "password", "current", "repeat")  # never written into a page


def returning_address() -> str | None:
    """The address to come back to after signing in: this one where it can be opened, else the page it was sent from."""
    if request_ctx.url_adapter is not None and "GET" in request_ctx.url_adapter.allowed_methods():
        return request.full_path.rstrip("?")
    return urlsplit(request.referrer or "").path or None if from_this_site() else None


def kept_fields() -> list[tuple[str, str]]:
    """What was typed, in order; nothing where there is nothing to send again. Files cannot be given back."""
    if request.method != "POST" or "questionnaires" in request.blueprints or not from_this_site():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET]


def from_this_site() -> bool:
    """Whether the browser says that the request comes from a page of ours (Referrer-Policy is same-origin)."""
    return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host
