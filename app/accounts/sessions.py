"""A sign-in ends with its logout, from another device, with its password, with a change of its account's roles or
office, after a pause and with the day: stock FAB's cookies and tokens outlive all of them.

Cookies and tokens name a row each, and the statement that reads the account reads that row along: what has ended is out
at its next request. Roles, offices and delegations themselves are read anew at every request, so that nothing outlives
them either; a delegation therefore ends without throwing anybody out.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask_login import current_user, user_logged_in, user_logged_out
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.access.current_person import finding_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import SignIn

SEAL, MARK = "seal", "sign_in"
OF_A_SIGN_IN = (SEAL, MARK, "_user_id", "_fresh", "_id")
SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a sign-in is in use."""

KEPT = timedelta(days=30)
"""How long an officer finds an old sign-in in the list."""

BY_ITSELF = "X-Sendiri"
"""Sent by our scripts with what they ask by themselves: nobody need sit in front of the page for that."""

SECONDS_LEFT = "X-Sesi"


def seal_of(user: Any) -> str:
    """A keyed mark of the account's present password; it says nothing about the password itself."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"sign-in:{user.id}:{user.password}".encode(), hashlib.sha256).hexdigest()[:32]


def is_sealed(user: Any, marks: Mapping[str, Any]) -> bool:
    """Whether a cookie or token was got with the account's present password."""
    return hmac.compare_digest(str(marks.get(SEAL, "")), seal_of(user))


def ends_at(sign_in: SignIn) -> datetime:
    """When a sign-in ends by itself: after a pause, or with the day on which it began. A program's has no pause: its
    tokens are short, and nobody walks away from it.
    """
    whole: timedelta = current_app.permanent_session_lifetime
    last = sign_in.began_at + whole
    return last if sign_in.door == "api" else min(sign_in.seen_at + current_app.config["SESSION_IDLE"], last)


def lives(sign_in: SignIn | None, now: datetime) -> bool:
    """Whether a cookie with this sign-in opens anything."""
    return sign_in is not None and sign_in.ended_at is None and now < ends_at(sign_in)


def take_up(sign_in: SignIn, now: datetime) -> None:
    """Note that a sign-in is in use, at most once a minute and not for what a page asks by itself."""
    g.sign_in = sign_in
    if BY_ITSELF in request.headers or now - sign_in.seen_at < SEEN_EVERY:
        return
    # In a transaction of its own: reading a page ends in no commit.
    with finding_person(), db.engine.begin() as connection:
        connection.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))
    set_committed_value(sign_in, "seen_at", now)


def seconds_left() -> int | None:
    """For how long the browser on screen stays signed in without doing anything; None for a stranger."""
    if "sign_in" not in g or not current_user.is_authenticated:
        return None
    return max(0, int((ends_at(g.sign_in) - utc_now()).total_seconds()))


def install(app: Flask) -> None:
    """Mark every sign-in by this program's form, and end it with its logout; harmless when done again."""
    # The framework hands over a proxy, and the signals come from the program itself.
    program = getattr(app, "_get_current_object", lambda: app)()
    user_logged_in.connect(_begin, program)
    user_logged_out.connect(_end, program)
    app.after_request(_tell_and_tidy)
    app.jinja_env.globals["sign_in_seconds"] = seconds_left


def begin(user: Any, now: datetime, address: str | None, browser: str, door: str = "form") -> dict[str, str]:
    """Write a new sign-in down; what its cookie or tokens must carry."""
    mark = secrets.token_urlsafe(16)
    row = SignIn(mark=mark, user_id=user.id, began_at=now, seen_at=now, address=address, browser=browser[:300])
    row.door = door
    with one_transaction():
        db.session.add(row)
    return {SEAL: seal_of(user), MARK: mark}


def end_by_mark(mark: str, now: datetime) -> None:
    """End the sign-in of a cookie or token; harmless when it has ended."""
    with one_transaction():
        db.session.execute(
            update(SignIn).where(SignIn.mark == mark, SignIn.ended_at.is_(None)).values(ended_at=now),
            execution_options={"synchronize_session": False},
        )


def next_refresh_mark(mark: str, now: datetime, used: str | None = None) -> str | None:
    """The mark of the sign-in's next refresh token, in place of the one that was used: who replaces it first has the
    right. None where that one was used before, which ends the sign-in: two hold what one was given (RFC 9700, 4.14.2).
    """
    fresh = secrets.token_urlsafe(16)
    this_one = SignIn.mark == mark, SignIn.refresh_mark.is_not_distinct_from(used), SignIn.ended_at.is_(None)
    statement = update(SignIn).where(*this_one).values(refresh_mark=fresh, seen_at=now).returning(SignIn.id)
    with one_transaction():
        replaced = db.session.execute(statement.execution_options(synchronize_session=False)).first()
    if replaced is None:
        end_by_mark(mark, now)
        return None
    return fresh


def sign_ins_of(user_id: int, now: datetime) -> list[SignIn]:
    """The sign-ins of an officer that are still open, the one used last first."""
    statement = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    return [row for row in db.session.scalars(statement.order_by(SignIn.seen_at.desc())) if lives(row, now)]


def end_sign_ins(user_id: int, now: datetime, only: int | None = None) -> int:
    """End one sign-in of an officer, or every one but that of this very browser; says how many. One that has ended
    already stays as it was, and counts.
    """
    others = SignIn.ended_at.is_(None) & (SignIn.mark != session.get(MARK, ""))
    which = SignIn.id == only if only is not None else others
    with one_transaction():
        ended = func.coalesce(SignIn.ended_at, now)
        statement = update(SignIn).where(SignIn.user_id == user_id, which).values(ended_at=ended).returning(SignIn.id)
        return len(db.session.execute(statement.execution_options(synchronize_session=False)).all())


def forget_old(now: datetime, batch: int = 500) -> int:
    """Drop one batch of sign-ins of long ago; says how many."""
    with one_transaction():
        past = select(SignIn.id).where(SignIn.began_at < now - KEPT).limit(batch).with_for_update(skip_locked=True)
        gone = delete(SignIn.__table__).where(SignIn.__table__.c.id.in_(past.scalar_subquery()))
        return len(db.session.execute(gone.returning(SignIn.__table__.c.id)).all())


def _tell_and_tidy(response: Response) -> Response:
    """A cookie that opens nothing is not signed again; a page's scripts are told how long the sign-in lasts.

    From 500 on it was not asked who is signed in (`skin.error_page`), so nothing is known of the cookie.
    """
    if response.status_code < 500 and session.modified and MARK in session and not current_user.is_authenticated:
        for name in OF_A_SIGN_IN:
            session.pop(name, None)
    if (left := seconds_left()) is not None:
        response.headers[SECONDS_LEFT] = str(left)
    return response


def _begin(_sender: Any, user: Any) -> None:
    session.update(begin(user, utc_now(), request.remote_addr, request.user_agent.string))


def _end(_sender: Any, user: Any) -> None:
    mark = session.pop(MARK, None)
    if mark is not None:
        end_by_mark(mark, utc_now())
