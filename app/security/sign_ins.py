"""A sign-in ends with its logout and with the password it was made with: stock FAB's cookies outlive both."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from flask import current_app, session
from flask_login import user_logged_in, user_logged_out
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.clock import utc_now
from app.extensions import db
from app.models import EndedSignIn
from app.transaction import one_transaction

SEAL, MARK = "seal", "sign_in"


def seal_of(user: Any) -> str:
    """A keyed mark of the account's present password; it says nothing about the password itself."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"sign-in:{user.id}:{user.password}".encode(), hashlib.sha256).hexdigest()[:32]


def holds(user: Any, marks: Mapping[str, Any]) -> bool:
    """Whether a cookie or token was got with the present password, and its sign-in was not ended since."""
    return hmac.compare_digest(str(marks.get(SEAL, "")), seal_of(user)) and not _has_ended(marks.get(MARK))


def _has_ended(mark: str | None) -> bool:
    if mark is None:
        return False
    return db.session.scalars(select(EndedSignIn.mark).where(EndedSignIn.mark == mark)).first() is not None


def install() -> None:
    """Mark every sign-in by the form, and remember those that were ended; harmless when done again."""
    user_logged_in.connect(_mark)
    user_logged_out.connect(_end)


def _mark(_sender: Any, user: Any) -> None:
    session[SEAL], session[MARK] = seal_of(user), secrets.token_urlsafe(16)


def _end(_sender: Any, user: Any) -> None:
    mark = session.pop(MARK, None)
    if mark is None:
        return
    with one_transaction():
        ended = insert(EndedSignIn.__table__).values(mark=mark, ended_at=utc_now())
        db.session.execute(ended.on_conflict_do_nothing())
