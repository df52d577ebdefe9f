"""A sign-in ends with its logout and with the password it was made with: stock FAB's cookies outlive both."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, session
from flask_login import current_user, user_logged_in, user_logged_out
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.clock import utc_now
from app.extensions import db
from app.models import EndedSignIn
from app.transaction import one_transaction

SEAL, MARK = "seal", "sign_in"
OF_A_SIGN_IN = (SEAL, MARK, "_user_id", "_fresh", "_id")
SLOWEST_ANSWER = timedelta(hours=1)
"""How long after a logout an answer that was under way may still have written the cookie anew, with room to spare."""


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


def install(app: Flask) -> None:
    """Mark every sign-in by the form, and remember those that were ended; harmless when done again."""
    user_logged_in.connect(_mark)
    user_logged_out.connect(_end)
    app.after_request(_not_written_anew)


def forget_ended(now: datetime, batch: int = 500) -> int:
    """Drop one batch of ended sign-ins of which no copy of the cookie is still taken for signed; says how many."""
    oldest = now - current_app.permanent_session_lifetime - SLOWEST_ANSWER
    with one_transaction():
        past = select(EndedSignIn.mark).where(EndedSignIn.ended_at < oldest).limit(batch)
        past = past.with_for_update(skip_locked=True)
        gone = delete(EndedSignIn.__table__).where(EndedSignIn.__table__.c.mark.in_(past.scalar_subquery()))
        return len(db.session.execute(gone.returning(EndedSignIn.__table__.c.mark)).all())


def _not_written_anew(response: Response) -> Response:
    """A cookie that opens nothing is not signed again: kept young, it would outlive the memory that it was ended."""
    if session.modified and MARK in session and not current_user.is_authenticated:
        for name in OF_A_SIGN_IN:
            session.pop(name, None)
    return response


def _mark(_sender: Any, user: Any) -> None:
    session[SEAL], session[MARK] = seal_of(user), secrets.token_urlsafe(16)


def _end(_sender: Any, user: Any) -> None:
    mark = session.pop(MARK, None)
    if mark is None:
        return
    with one_transaction():
        ended = insert(EndedSignIn.__table__).values(mark=mark, ended_at=utc_now())
        db.session.execute(ended.on_conflict_do_nothing())
