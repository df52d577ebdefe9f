"""Browsers that an account has been used with before, by a signed cookie; after OWASP's "device cookies".

The cookie opens nothing. It only says that failures here are counted apart from those of strangers, so that nobody can
lock an officer out of his own browser. One browser may be known to several accounts: desks are shared.
"""

import secrets
from typing import Any

from flask import Request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "lapor_device"
KEPT_SECONDS = 180 * 24 * 3600
MOST_ACCOUNTS = 8


def device_of(account: int, of: Request = request) -> str | None:
    """The mark under which this browser is known to an account; None for a stranger."""
    return _known(of).get(str(account))


def remember_device(response: Any, account: int) -> Any:
    """Let the browser that gets this answer be known to the account that has just signed in there."""
    known = _known(request)
    mark = known.pop(str(account), None) or secrets.token_urlsafe(12)
    latest = dict(list(known.items())[-(MOST_ACCOUNTS - 1) :]) | {str(account): mark}
    response.set_cookie(
        COOKIE,
        _signer().dumps(latest),
        max_age=KEPT_SECONDS,
        path="/login",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _known(of: Request) -> dict[str, str]:
    try:
        known = _signer().loads(of.cookies.get(COOKIE, ""), max_age=KEPT_SECONDS)
    except BadData:
        return {}
    return known if isinstance(known, dict) else {}


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")
