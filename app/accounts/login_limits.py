"""Limits on every login door: they slow down who guesses, and nobody can use them to lock an officer out.

A lock on the account alone would be a gift: whoever knows a user name could close it. So failures are counted by what
the one who tries cannot choose for somebody else:

* a browser in which this account was used before (known_devices) has a count of its own, ten in five minutes, and no
  other: a flood from elsewhere, were it from the next desk behind the same office address, leaves it alone;
* a stranger is counted by address (a hundred in five minutes: an office of twenty shares one), by account and address
  together (ten in five minutes), and by the account alone (fifty in an hour, wherever they come from);
* the last of these is what two hundred rented addresses run into: together they have fifty guesses an hour instead of
  twenty-four thousand. It does not hold against an address from which the account has signed in within thirty days, so
  that a program, or an officer whose browser forgot its cookies, still comes in from the usual place.

What remains: as long as somebody floods an account, its officer cannot sign in from a browser and an address that are
both new. That is told in the log (`login_flood`). A guess that passed still needs the code of the second step where one
is set up, with a count of its own (five in fifteen minutes).

Names that no account has are counted like the others: the answers tell nobody which accounts there are.
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


@dataclass(frozen=True)
class Attempt:
    """One try that was let through; it counts as a failure until it is said that it was none."""

    counted: list[Counted] = field(default_factory=list)

    def was_good(self) -> None:
        give_back(self.counted)


def admit(name: str, now: datetime) -> Attempt:
    """Count a try of a password; raises Problem 429 where too many went before it."""
    account = _account_of(name)
    device = device_of(account) if account is not None else None
    if device is not None:
        return _let_through(count_try([(f"device {device}", OF_DEVICE)], now))
    who = f"account {account}" if account is not None else f"name {_plain(name)}"
    where = source()
    counted = count_try([(f"address {where}", OF_ADDRESS), (f"{who} at {where}", OF_ACCOUNT_AND_ADDRESS)], now)
    _let_through(counted)
    overall = count_try([(who, OF_ACCOUNT)], now)
    if overall[0].seconds_left and not _is_usual(account, now):
        log.warning("login_flood", account=account)
        _let_through(overall)
    return Attempt(counted + overall)


def admit_code(account: int, now: datetime) -> Attempt:
    """Count a try of a code, whose password was right; raises Problem 429 where too many went before it."""
    who = device_of(account) or f"account {account}"
    return _let_through(count_try([(f"code of {who}", OF_CODE)], now))


def _let_through(counted: list[Counted]) -> Attempt:
    if wait := max(one.seconds_left for one in counted):
        raise Problem(429, headers={"Retry-After": str(wait)})
    return Attempt(counted)


def _plain(name: str) -> str:
    return name.strip()[:LONGEST_NAME].casefold()


def _account_of(name: str) -> int | None:
    """Name and e-mail of one account are one: else each would have its own tries."""
    wanted = _plain(name)
    by_name = func.lower(User.username) == wanted
    statement = select(User.id).where(or_(by_name, func.lower(User.email) == wanted)).order_by(by_name.desc())
    return db.session.scalars(statement.limit(1)).first()


def _is_usual(account: int | None, now: datetime) -> bool:
    """Whether the account has signed in from this address lately."""
    its_own = SignIn.user_id == account, SignIn.address == request.remote_addr, SignIn.began_at > now - USUAL
    return account is not None and db.session.scalars(select(SignIn.id).where(*its_own).limit(1)).first() is not None


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
