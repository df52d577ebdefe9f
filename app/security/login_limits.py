"""Limits on both login doors: failures only, by account and address together, and by address alone."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

PER_ACCOUNT = "10 per 5 minutes"
PER_ADDRESS = "100 per 5 minutes"


def _account() -> str:
    payload: Any = request.get_json(silent=True) if request.is_json else request.form
    name = payload.get("username", "") if isinstance(payload, Mapping) else ""
    return f"{get_remote_address()}:{str(name)[:80].casefold()}"


def _failed(response: Response) -> bool:
    """A refused API login is 401 (or 400); a refused form goes back to itself."""
    if response.status_code == 302:
        return "/login" in response.headers.get("Location", "")
    return response.status_code >= 400


def login_limits() -> list[Limit]:
    return [
        Limit(PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_failed),
        Limit(PER_ADDRESS, key_func=get_remote_address, methods=["POST"], deduct_when=_failed),
    ]
