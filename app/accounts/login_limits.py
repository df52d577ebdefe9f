"""Limits on password and code attempts at all login endpoints, made so that nobody can lock an officer out.

A limit on the account alone would let anybody who knows a user name lock it. So failures are counted by:

* device: a browser in which the account signed in before has its own count, ten in five minutes, and no other;
* for other browsers: address (100 in five minutes: an office shares one), account and address (ten in five minutes),
  and account alone (50 in an hour, against distributed guessing). The last does not apply to an address from which
  the account signed in within thirty days.

Remaining weakness: during a flood on an account its officer cannot sign in with both a new browser and a new address
(log event `login_flood`). Unknown names are counted alike, so that responses do not reveal which accounts exist.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Request, current_app, request
from flask_appbuilder.security.sqla.models import User
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, or_, select

from app.accounts.attempt_counts import Counted, Limit, count_try, give_back
from app.core.extensions import db
from app.core.problem import Problem
from app.models import SignIn
from app.web.rate_limits import source

log = structlog.get_logger()

OF_DEVICE = Limit(10, timedelta(minutes=5))
OF_ADDRESS = Limit(100, timedelta(minutes=5))
OF_ACCOUNT_AND_ADDRESS = Limit(10, timedelta(minutes=5))
OF_ACCOUNT = Limit(50, timedelta(hours=1))
OF_CODE = Limit(5, timedelta(minutes=15))
USUAL = timedelta(days=30)
LONGEST_NAME = 80
COOKIE, COOKIE_SECONDS = "lapor_device", 180 * 24 * 3600
MOST_ACCOUNTS = 8
"""Maximum number of user accounts in the device cookie; the one that signed in longest ago is dropped."""


@dataclass(frozen=True)
class Attempt:
    """A password or code attempt that was allowed; it counts as a failure until `succeeded` is called."""

    counted: list[Counted] = field(default_factory=list)

    def succeeded(self) -> None:
        """Subtract this attempt from its counters and commit; called when the password or code was right."""
        give_back(self.counted)


def admit(name: str, now: datetime) -> Attempt:
    """Count a password attempt for a user name or e-mail address, commit, and return the `Attempt`. Raises Problem 429
    with Retry-After when a limit is exceeded.
    """
    wanted = name.strip()[:LONGEST_NAME].casefold()
    # User name and e-mail address of an account share one count.
    by_name = func.lower(User.username) == wanted
    known = select(User.id).where(or_(by_name, func.lower(User.email) == wanted)).order_by(by_name.desc())
    account = db.session.scalars(known.limit(1)).first()
    device = device_of(account) if account is not None else None
    if device is not None:
        return _allow(count_try([(f"device {device}", OF_DEVICE)], now))
    who = f"account {account}" if account is not None else f"name {wanted}"
    where = source()
    counted = count_try([(f"address {where}", OF_ADDRESS), (f"{who} at {where}", OF_ACCOUNT_AND_ADDRESS)], now)
    _allow(counted)
    overall = count_try([(who, OF_ACCOUNT)], now)
    if overall[0].seconds_left:
        here = SignIn.user_id == account, SignIn.address == request.remote_addr, SignIn.began_at > now - USUAL
        if account is None or db.session.scalars(select(SignIn.id).where(*here).limit(1)).first() is None:
            log.warning("login_flood", account=account)
            _allow(overall)
    return Attempt(counted + overall)


def admit_code(account: int, now: datetime) -> Attempt:
    """Count a second-step code attempt for the user account with the id `account`, commit, and return the `Attempt`.
    Raises Problem 429 with Retry-After when a limit is exceeded.
    """
    who = device_of(account) or f"account {account}"
    return _allow(count_try([(f"code of {who}", OF_CODE)], now))


def _allow(counted: list[Counted]) -> Attempt:
    if wait := max(one.seconds_left for one in counted):
        raise Problem(429, headers={"Retry-After": str(wait)})
    return Attempt(counted)


def device_of(account: int, of: Request = request) -> str | None:
    """Return the token by which this browser is known to a user account (given by its id), read from the device cookie;
    None if the account has not signed in with this browser.
    """
    return _known(of).get(str(account))


def remember_device(response: Any, account: int) -> Any:
    """Set on the response the cookie that makes this browser known to the user account that has just signed in; return
    the response.
    """
    known = _known(request)
    token = known.pop(str(account), None) or secrets.token_urlsafe(12)
    latest = dict(list(known.items())[-(MOST_ACCOUNTS - 1) :]) | {str(account): token}
    response.set_cookie(
        COOKIE,
        _signer().dumps(latest),
        max_age=COOKIE_SECONDS,
        path="/login",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _known(of: Request) -> dict[str, str]:
    try:
        known = _signer().loads(of.cookies.get(COOKIE, ""), max_age=COOKIE_SECONDS)
    except BadData:
        return {}
    return known if isinstance(known, dict) else {}


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")
