"""Second step of a sign-in: time-based one-time codes (RFC 6238) and recovery codes.

The secret is encrypted with the identity keys, a recovery code stored as a salted hash. Every code works once: the last
time step is stored, and the guarded UPDATE or DELETE decides between concurrent requests.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

import pyotp
from flask import Flask, current_app, redirect, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.wrappers import Response as Answer

from app.access.process_rows import head_actor
from app.accounts.sessions import SIGN_IN_CLAIM, password_digest
from app.core.extensions import db
from app.core.office import current_office
from app.core.problem import Problem
from app.core.request_context import request_context
from app.core.transaction import delete_batch, one_transaction
from app.models import HalfSignIn, RecoveryCode, TwoStep
from app.reference.sop import active_sop
from app.web.error_responses import is_api
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import StepKind

DIGITS, STEP_SECONDS = 6, 30
CODES = 10
CODE_BYTES = 10
PENDING_LASTS = timedelta(minutes=10)
SET_UP = "/akun/dua-langkah/"
FREE, FREE_VIEWS = (
    frozenset({"static", "appbuilder.static", "skin_bundle"}),
    ("TwoStepView.", "LimitedLogin.", "LocaleView."),
)
"""Endpoints, and prefixes of endpoints, that open before a required second step is set up."""

QUIET: dict[str, Any] = {"synchronize_session": False}


def two_step_of(user_id: int) -> TwoStep | None:
    """Return the user's stored second step (`TwoStep` row), confirmed or not; None if there is none."""
    return db.session.get(TwoStep, user_id, populate_existing=True)


def has_two_step(user_id: int) -> bool:
    """Return whether sign-ins of this user account require a code (it has a confirmed second step)."""
    row = two_step_of(user_id)
    return row is not None and row.confirmed_at is not None


def start_set_up(user_id: int, now: datetime) -> TwoStep:
    """Return the user's stored second step, confirmed or not; if there was none, a new unconfirmed one with a fresh
    secret is stored and committed.
    """
    row = {"user_id": user_id, "secret": pyotp.random_base32(), "salt": secrets.token_hex(16), "made_at": now}
    with one_transaction():
        db.session.execute(insert(TwoStep).values(**row, last_step=0).on_conflict_do_nothing())
    return db.session.get_one(TwoStep, user_id, populate_existing=True)


def address_of(row: TwoStep, username: str) -> str:
    """Return the key URI (`otpauth://`) of a second step for authenticator apps, which the QR code contains."""
    return pyotp.TOTP(row.secret).provisioning_uri(name=username, issuer_name=current_office().product)


def confirm(user_id: int, code: str, now: datetime) -> list[str] | None:
    """Activate the user's second step with a first code of the app, commit, and return the recovery codes in plain
    text, which are shown once.

    Return None if the code is wrong, or the second step is missing or active already.
    """
    with one_transaction():
        row = two_step_of(user_id)
        if row is None or row.confirmed_at is not None or not _take_app_code(row, code, now):
            return None
        unconfirmed = TwoStep.user_id == user_id, TwoStep.confirmed_at.is_(None)
        db.session.execute(update(TwoStep).where(*unconfirmed).values(confirmed_at=now), execution_options=QUIET)
        plain = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(CODES)]
        db.session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code, row.salt)) for code in plain)
        return ["-".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in plain]


def take_code(user_id: int, code: str, now: datetime) -> bool:
    """Check a code of the app or a recovery code for a user and use the code up (commits); return whether it was valid.
    False if the user has no confirmed second step.
    """
    row = two_step_of(user_id)
    if row is None or row.confirmed_at is None:
        return False
    with one_transaction():
        if _take_app_code(row, code, now):
            return True
        typed = "".join(filter(str.isalnum, code)).casefold()
        if len(typed) != CODE_BYTES * 8 // 5:
            return False
        unused = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
        this_one = (*unused, RecoveryCode.code_hash == _hash(typed, row.salt))
        statement = update(RecoveryCode).where(*this_one).values(used_at=now).returning(RecoveryCode.id)
        return db.session.execute(statement.execution_options(**QUIET)).first() is not None


def codes_left(user_id: int) -> int:
    """Return the number of the user's unused recovery codes."""
    unused = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    return db.session.scalars(select(func.count()).select_from(RecoveryCode).where(*unused)).one()


def take_away(user_id: int) -> bool:
    """Delete the second step of a user with its recovery codes and commit; return whether a confirmed one was
    deleted.
    """
    with one_transaction():
        gone = delete(TwoStep).where(TwoStep.user_id == user_id).returning(TwoStep.confirmed_at)
        row = db.session.execute(gone.execution_options(**QUIET)).first()
    return row is not None and row.confirmed_at is not None


def begin_pending(user: User, now: datetime) -> str:
    """Store a half sign-in (the password was right and a code is awaited), commit, and return the token that the
    browser keeps in its session.
    """
    token = secrets.token_urlsafe(24)
    with one_transaction():
        db.session.add(HalfSignIn(mark=_token_digest(token), user_id=user.id, seal=password_digest(user), began_at=now))
    return token


def pending_user(token: str, now: datetime) -> User | None:
    """Return the user of the half sign-in with this token; None if there is no such half sign-in, it is older than ten
    minutes, or since then the password has changed or the account was deactivated.
    """
    fresh = HalfSignIn.mark == _token_digest(token), HalfSignIn.began_at > now - PENDING_LASTS
    statement = select(User, HalfSignIn.seal).join(HalfSignIn, HalfSignIn.user_id == User.id).where(*fresh)
    row = db.session.execute(statement).first()
    if row is None or not row[0].is_active or not hmac.compare_digest(row[1], password_digest(row[0])):
        return None
    user: User = row[0]
    return user


def finish_pending(token: str) -> bool:
    """Delete the half sign-in with this token, commit, and return True, which permits this request to sign in; return
    False if there is none any more, because another request has deleted it.
    """
    gone = delete(HalfSignIn).where(HalfSignIn.mark == _token_digest(token)).returning(HalfSignIn.id)
    with one_transaction():
        return db.session.execute(gone.execution_options(**QUIET)).first() is not None


def forget_pending_sign_ins(now: datetime, batch: int = 500) -> int:
    """Delete at most `batch` expired half sign-ins, commit, and return how many were deleted."""
    return delete_batch(HalfSignIn, HalfSignIn.began_at < now - PENDING_LASTS, batch)


def _token_digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _take_app_code(row: TwoStep, code: str, now: datetime) -> bool:
    """Check an app code for the current, previous or next time step (RFC 6238, 5.2) and store that time step as used in
    the current transaction; return True if the code was valid and unused, else False.
    """
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    made = pyotp.TOTP(row.secret)
    for step in (present, present - 1, present + 1):
        if typed.isascii() and hmac.compare_digest(made.generate_otp(step), typed):
            unused = TwoStep.user_id == row.user_id, TwoStep.last_step < step
            statement = update(TwoStep).where(*unused).values(last_step=step).returning(TwoStep.user_id)
            return db.session.execute(statement.execution_options(**QUIET)).first() is not None
    return False


def _hash(code: str, salt: str) -> str:
    """Return the salted scrypt digest of a recovery code (ASVS 6.5.2 asks for it below 112 random bits; these
    have 80).
    """
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**12, r=8, p=1, dklen=32).hex()


def must_have(person: Person) -> bool:
    """Return whether the setting TOTP_REQUIRED demands a second step of this person today; an officer who acts for a
    signer counts as a signer.
    """
    wanted: frozenset[str] = current_app.config["TOTP_REQUIRED"]
    signs = person.capacity_as({active_sop().of_kind(StepKind.SIGN_ANSWER).actor, head_actor()}) is not None
    return "all" in wanted or ("signers" in wanted and signs) or ("administrators" in wanted and person.administers)


def install(app: Flask) -> None:
    """Register the check before each request that sends a user without the required second step to its set-up (403 on
    the API); calling it again has no effect.
    """
    program: Any = getattr(app, "_get_current_object", lambda: app)()
    if _lead_to_set_up not in program.before_request_funcs.get(None, ()):
        program.before_request(_lead_to_set_up)


def _lead_to_set_up() -> Answer | None:
    if not current_app.config["TOTP_REQUIRED"] or SIGN_IN_CLAIM not in session:
        return None
    endpoint = request.endpoint or ""
    if endpoint in FREE or endpoint.startswith(FREE_VIEWS):
        return None
    context = request_context()
    if not current_user.is_authenticated or context.has_two_step:
        return None
    assert context.person is not None  # set when the account is loaded
    if not must_have(context.person[1]):
        return None
    if is_api(request.path):
        raise Problem(403, "two_step_required")
    return redirect(SET_UP)
