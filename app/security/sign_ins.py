"""A sign-in lasts no longer than the password it was made with: stock FAB's cookies and tokens outlive a change."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flask import current_app, session
from flask_login import user_logged_in

SEAL = "seal"


def seal_of(user: Any) -> str:
    """A keyed mark of the account's present password; it says nothing about the password itself."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"sign-in:{user.id}:{user.password}".encode(), hashlib.sha256).hexdigest()[:32]


def holds(user: Any, marks: Mapping[str, Any]) -> bool:
    """Whether a cookie's or token's mark is that of the present password."""
    return hmac.compare_digest(str(marks.get(SEAL, "")), seal_of(user))


def install() -> None:
    """Mark every sign-in by the form; harmless when done again."""
    user_logged_in.connect(_mark)


def _mark(_sender: Any, user: Any) -> None:
    session[SEAL] = seal_of(user)
