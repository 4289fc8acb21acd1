"""Reading pages as a browser does: the form's own token is taken from the page before it is sent."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def token_of(client: FlaskClient, url: str) -> str:
    """The CSRF token on the page at ``url``."""
    found = TOKEN.search(client.get(url, follow_redirects=True).get_data(as_text=True))
    assert found, f"no form on {url}"
    return found.group(1)


def post_form(client: FlaskClient, url: str, *, page: str | None = None, **data: Any) -> TestResponse:
    """Open ``page`` (or ``url``), then post ``data`` to ``url`` with the page's token."""
    return client.post(url, data={"csrf_token": token_of(client, page or url), **data})
