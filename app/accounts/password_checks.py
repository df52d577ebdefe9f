"""Checks after a correct password: its age, an outdated hash, and accounts that must use single sign-on.

An expired password signs in on the form only to be changed; the API answers with the problem `password_expired`. The
result is stored in the signed session cookie, so that pages need no query; a new password ends all older sessions.
"""

from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, flash, redirect, request, session
from flask_babel import gettext, ngettext
from flask_login import current_user, user_logged_in, user_logged_out
from sqlalchemy.dialects.postgresql import insert

from app.accounts.labels import SIGN_ON_FAULTS
from app.accounts.password_rules import Age, age_of, ends_at
from app.accounts.passwords import METHOD, hash_of, rules_here
from app.accounts.single_sign_on import must_use_provider
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.request_context import request_context
from app.core.transaction import one_transaction
from app.models import PasswordAge
from app.web.error_responses import is_api, problem

MUST_CHANGE = "sandi_habis"
AGE_STATE = "sandi_umur"
CHANGE_PATH = "/resetmypassword/form"
STILL_OPEN = (CHANGE_PATH, "/logout/", "/login", "/lang/", "/static/", "/gaya/", "/akun/dua-langkah/", "/kabar")
"""Path prefixes that an officer with an expired password may still open: change of password, logout and their
assets.
"""

NAME = "password_expired"


class ExplainsRefusal:
    """A mixin of the login form that shows why a correct password was not accepted."""

    usual_message: Any

    @property
    def invalid_login_message(self) -> str:
        """Why this request's login failed, as text for the form; the usual message if no particular reason is set."""
        return request_context().login_refusal or str(self.usual_message)


def admit(user: Any, password: str, now: datetime) -> Any:
    """Return `user`, whose password was correct, if this user may sign in here; otherwise None (`user` None,
    demonstration account in production, single sign-on only, or expired password on the API). Replaces an outdated hash
    (commits) and stores the password's age in the request context.
    """
    if user is None:
        return None
    context, age = request_context(), _age_row(user, now)
    if age.demonstration and current_app.config["LAPOR_PRODUCTION"]:
        return None
    if must_use_provider(user):
        context.login_refusal = str(SIGN_ON_FAULTS["only"]) % {"provider": current_app.config["OIDC_LABEL"]}
        return None
    if not user.password.startswith(f"{METHOD}$"):
        # A hash of an older method; replacing it ends the account's other sign-ins.
        with one_transaction():
            user.password = hash_of(password)
    context.password_age = Age.GOOD if age.demonstration else age_of(age.changed_at, rules_here(), now)
    context.password_ends_at = ends_at(age.changed_at, rules_here())
    if context.password_age == Age.EXPIRED and is_api(request.path):
        return None
    return user


def install(app: Flask) -> None:
    """Register the handlers that restrict a sign-in with an expired password, at sign-in, at logout and before each
    request.
    """
    program = getattr(app, "_get_current_object", lambda: app)()
    user_logged_in.connect(_restrict_if_expired, program)
    user_logged_out.connect(changed, program)
    app.before_request(_lead_to_change)


def answer_expired(response: Response) -> Response:
    """Return the API login's response; a 401 is replaced by the problem `password_expired` (401) if the password was
    right but expired.
    """
    if response.status_code == 401 and request_context().password_age == Age.EXPIRED:
        return problem(401, NAME, _expired_text(), {"WWW-Authenticate": "Bearer"})
    return response


def store_for_second_step() -> None:
    """Store the age and expiry of the checked password in the session until the second step is done."""
    context = request_context()
    if context.password_age is not None:
        session[AGE_STATE] = [
            str(context.password_age),
            context.password_ends_at.isoformat() if context.password_ends_at else "",
        ]


def restore_after_second_step() -> None:
    """Move the password's age and expiry, which `store_for_second_step` has stored, from the session to the request
    context.
    """
    age, ends = session.pop(AGE_STATE, ["", ""])
    if age:
        context = request_context()
        context.password_age, context.password_ends_at = Age(age), datetime.fromisoformat(ends) if ends else None


def changed(_sender: Any = None, user: Any = None) -> None:
    """Remove from the session the restriction to the change-of-password page; called after a change of the password and
    as handler of the logout signal.
    """
    session.pop(MUST_CHANGE, None)


def _age_row(user: Any, now: datetime) -> PasswordAge:
    """Return the `PasswordAge` row of the user; a missing one is created and committed with `now` as the time of the
    last change.
    """
    row = db.session.get(PasswordAge, user.id)
    if row is not None:
        return row
    values = {"user_id": user.id, "changed_at": now, "demonstration": False}
    with one_transaction():
        db.session.execute(insert(PasswordAge.__table__).values(values).on_conflict_do_nothing())
    return db.session.get_one(PasswordAge, user.id)


def _restrict_if_expired(_sender: Any, user: Any) -> None:
    context = request_context()
    age, context.password_age = context.password_age, None
    session.pop(MUST_CHANGE, None)
    if age == Age.EXPIRED:
        session[MUST_CHANGE] = True
        flash(_expired_text(), "warning")
    elif age == Age.ENDING and context.password_ends_at is not None:
        days = max(1, (context.password_ends_at - utc_now()).days)
        flash(
            ngettext(
                "Kata sandi Anda berakhir %(num)d hari lagi.", "Kata sandi Anda berakhir %(num)d hari lagi.", days
            ),
            "warning",
        )


def _lead_to_change() -> Any:
    if MUST_CHANGE not in session or request.path.startswith(STILL_OPEN) or not current_user.is_authenticated:
        return None
    if is_api(request.path):
        return problem(403, NAME, _expired_text())
    return redirect(CHANGE_PATH, 303)


def _expired_text() -> str:
    return gettext("Masa berlaku kata sandi Anda sudah habis. Buat yang baru untuk melanjutkan.")
