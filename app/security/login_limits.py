"""Limits on both login doors: failures only, by account and address together, and by address alone."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

PER_ACCOUNT = "10 per 5 minutes"
PER_ADDRESS = "100 per 5 minutes"


def _account() -> str:
    return f"{get_remote_address()}:{_name()[:80].casefold().encode('ascii', 'backslashreplace').decode()}"


def _name() -> str:
    """The name that was tried. Never an exception: the limiter takes one for a dead store and counts from zero again,
    which anybody could bring about with an unreadable body.
    """
    try:
        payload: Any = request.get_json(silent=True) if request.is_json else request.form
    except (HTTPException, RecursionError, ValueError):
        return ""
    name = payload.get("username", "") if isinstance(payload, Mapping) else ""
    return name.strip() if isinstance(name, str) else ""


def _failed(response: Response) -> bool:
    """A refused API login is 401 (or 400); a refused form goes back to itself."""
    if response.status_code == 302:
        return "/login" in response.headers.get("Location", "")
    return response.status_code >= 400


def _no_login() -> bool:
    """Renewing a token: nothing can be guessed there, and an office's old tokens must not close its logins."""
    return (request.endpoint or "").endswith(".refresh")


def login_limits() -> list[Limit]:
    return [_limit(PER_ACCOUNT, _account), _limit(PER_ADDRESS, get_remote_address)]


def _limit(amount: str, key: Callable[[], str]) -> Limit:
    return Limit(amount, key_func=key, methods=["POST"], exempt_when=_no_login, deduct_when=_failed)
