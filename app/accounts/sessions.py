"""Sign-ins that can end: by logout, from another device, by a change of password, roles or office, after a pause or a
day.

FAB's cookies and tokens outlive all of these. Here each names a row of SignIn, which is read with the account, so that
an ended one fails at its next request. Capacities are read per request too, so that a delegation ends without signing
anybody out.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, request, session
from flask_login import current_user, user_logged_in, user_logged_out
from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.access.current_person import finding_person
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.hashing import keyed_digest
from app.core.request_context import request_context
from app.core.transaction import delete_batch, one_transaction
from app.models import SignIn

PASSWORD_CLAIM, SIGN_IN_CLAIM = "seal", "sign_in"
OF_A_SIGN_IN = (PASSWORD_CLAIM, SIGN_IN_CLAIM, "_user_id", "_fresh", "_id")
SEEN_EVERY = timedelta(minutes=1)
"""Shortest time between two updates of `seen_at`."""

KEPT = timedelta(days=30)
"""How long a sign-in stays in the database, from its start."""

BY_ITSELF = "X-Sendiri"
"""Request header of background calls by our scripts, which do not count as use of the sign-in."""

SECONDS_LEFT = "X-Sesi"


def password_digest(user: Any) -> str:
    """Return a keyed digest (HMAC, 32 hex digits) of the account's id and current password hash, which changes with the
    password.
    """
    return keyed_digest(f"sign-in:{user.id}:{user.password}")[:32]


def has_current_password(user: Any, claims: Mapping[str, Any]) -> bool:
    """Return whether a cookie or token with these claims was issued for the account's current password."""
    return hmac.compare_digest(str(claims.get(PASSWORD_CLAIM, "")), password_digest(user))


def ends_at(sign_in: SignIn) -> datetime:
    """Return when a sign-in expires (aware UTC): after the idle time or its full lifetime, whichever is first. API
    sign-ins have no idle time, since their tokens are short-lived.
    """
    whole: timedelta = current_app.permanent_session_lifetime
    last = sign_in.began_at + whole
    return last if sign_in.door == "api" else min(sign_in.seen_at + current_app.config["SESSION_IDLE"], last)


def is_valid(sign_in: SignIn | None, now: datetime) -> bool:
    """Return whether the sign-in is not None, was not ended and has not expired at `now` (aware UTC)."""
    return sign_in is not None and sign_in.ended_at is None and now < ends_at(sign_in)


def note_use(sign_in: SignIn, now: datetime) -> None:
    """Note the sign-in and its expiry in the request context. Update and commit its `seen_at`, at most once a minute
    and not for background calls.
    """
    if BY_ITSELF not in request.headers and now - sign_in.seen_at >= SEEN_EVERY:
        # In a separate transaction, since a request that only reads does not commit.
        with finding_person(), db.engine.begin() as connection:
            connection.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))
        set_committed_value(sign_in, "seen_at", now)
    context = request_context()
    context.sign_in_id, context.sign_in_ends_at = sign_in.id, ends_at(sign_in)


def seconds_left() -> int | None:
    """Return the whole seconds until the current sign-in expires without further use; None if nobody is signed in."""
    ends = request_context().sign_in_ends_at
    if ends is None or not current_user.is_authenticated:
        return None
    return max(0, int((ends - utc_now()).total_seconds()))


def install(app: Flask) -> None:
    """Connect the handlers that store a sign-in at login and end it at logout, and register the response hook and the
    template global `sign_in_seconds`.
    """
    # FAB passes a proxy, but the signals are sent by the application object itself.
    program = getattr(app, "_get_current_object", lambda: app)()
    user_logged_in.connect(_begin, program)
    user_logged_out.connect(_end, program)
    app.after_request(_finish_response)
    app.jinja_env.globals["sign_in_seconds"] = seconds_left


def begin(user: Any, now: datetime, address: str | None, browser: str, door: str = "form") -> dict[str, str]:
    """Store and commit a new sign-in, and return a dict of the claims (`seal`, `sign_in`) that its cookie or tokens
    must carry. `door` is `form` or `api`.
    """
    token = secrets.token_urlsafe(16)
    row = SignIn(mark=token, user_id=user.id, began_at=now, seen_at=now, address=address, browser=browser[:300])
    row.door = door
    with one_transaction():
        db.session.add(row)
    return {PASSWORD_CLAIM: password_digest(user), SIGN_IN_CLAIM: token}


def end_by_token(token: str, now: datetime) -> None:
    """End the sign-in with this token (taken from a cookie or API token) and commit; no effect if it has ended."""
    with one_transaction():
        db.session.execute(
            update(SignIn).where(SignIn.mark == token, SignIn.ended_at.is_(None)).values(ended_at=now),
            execution_options={"synchronize_session": False},
        )


def next_refresh_id(token: str, now: datetime, used: str | None = None) -> str | None:
    """Replace the refresh token id (`used`) of the sign-in with this token by a new one, commit, and return the new id.

    If `used` is not the current id, a refresh token was used twice: end the sign-in and return None (RFC 9700, 4.14.2).
    """
    fresh = secrets.token_urlsafe(16)
    this_one = SignIn.mark == token, SignIn.refresh_mark.is_not_distinct_from(used), SignIn.ended_at.is_(None)
    statement = update(SignIn).where(*this_one).values(refresh_mark=fresh, seen_at=now).returning(SignIn.id)
    with one_transaction():
        replaced = db.session.execute(statement.execution_options(synchronize_session=False)).first()
    if replaced is None:
        end_by_token(token, now)
        return None
    return fresh


def sign_ins_of(user_id: int, now: datetime) -> list[SignIn]:
    """Return a list of the user's `SignIn` rows that are neither ended nor expired at `now` (aware UTC), the one used
    last first.
    """
    statement = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    return [row for row in db.session.scalars(statement.order_by(SignIn.seen_at.desc())) if is_valid(row, now)]


def end_sign_ins(user_id: int, now: datetime, only: int | None = None) -> int:
    """End one sign-in of a user (its id in `only`), or all except that of the current browser, and commit; return how
    many matched. A sign-in that had ended already keeps its end time, and counts with `only`.
    """
    others = SignIn.ended_at.is_(None) & (SignIn.mark != session.get(SIGN_IN_CLAIM, ""))
    which = SignIn.id == only if only is not None else others
    with one_transaction():
        ended = func.coalesce(SignIn.ended_at, now)
        statement = update(SignIn).where(SignIn.user_id == user_id, which).values(ended_at=ended).returning(SignIn.id)
        return len(db.session.execute(statement.execution_options(synchronize_session=False)).all())


def forget_old(now: datetime, batch: int = 500) -> int:
    """Delete at most `batch` sign-ins begun more than 30 days ago, commit, and return how many were deleted."""
    return delete_batch(SignIn, SignIn.began_at < now - KEPT, batch)


def _finish_response(response: Response) -> Response:
    """Remove an invalid sign-in from the session, send the seconds until the sign-in expires in the header X-Sesi, and
    return the response.

    Nothing is removed with status 500 and above, where the user was not loaded (`skin.error_page`).
    """
    if (
        response.status_code < 500
        and session.modified
        and SIGN_IN_CLAIM in session
        and not current_user.is_authenticated
    ):
        for name in OF_A_SIGN_IN:
            session.pop(name, None)
    if (left := seconds_left()) is not None:
        response.headers[SECONDS_LEFT] = str(left)
    return response


def _begin(_sender: Any, user: Any) -> None:
    session.update(begin(user, utc_now(), request.remote_addr, request.user_agent.string))


def _end(_sender: Any, user: Any) -> None:
    token = session.pop(SIGN_IN_CLAIM, None)
    if token is not None:
        end_by_token(token, utc_now())
