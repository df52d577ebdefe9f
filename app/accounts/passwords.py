"""Change of password: stores the former hash, ends links and sign-ins, and notifies the officer.

Hashes are werkzeug's scrypt with N 2^15, r 8, p 1 (32 MB per attempt; a third of OWASP's p 3). Change METHOD together
with AUTH_DB_FAKE_PASSWORD_HASH_CHECK, or the timing reveals which user names exist.
"""

import secrets
from datetime import datetime

from flask import current_app, has_request_context
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.security import check_password_hash, generate_password_hash

from app.accounts.account_notices import notify_account
from app.accounts.password_rules import RULES, PasswordFault, PasswordRules, faults_of, words_of_names
from app.accounts.sessions import end_sign_ins
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import Delivery, FormerPassword, JournalEntry, OfficerProfile, PasswordAge, PasswordLink

METHOD = "scrypt:32768:8:1"
KEPT_HASHES = 10
"""Number of former hashes stored; more than the five in use, so that a rule set may ask for more."""


class PasswordRefused(Exception):
    """Raised when a new password breaks the rules; `faults` holds the reasons."""

    def __init__(self, faults: tuple[PasswordFault, ...]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


def rules_here() -> PasswordRules:
    """Return the `PasswordRules` (value object) of the rule set named by the setting PASSWORD_RULES, `bssn` or `nist`;
    the start of the program rejects other names.
    """
    return RULES[current_app.config["PASSWORD_RULES"]]


def faults_in(password: str, user: User | None = None) -> tuple[PasswordFault, ...]:
    """Return a tuple of the faults of a new password under the configured rules, () if none; for a given user also
    checks the user's names and the reuse of former passwords.
    """
    if user is None:
        return faults_of(password, rules_here(), ())
    own = words_of_names(user.username, user.first_name, user.last_name, user.email or "")
    profile = db.session.get(OfficerProfile, user.id)
    agency = words_of_names(profile.agency.name, profile.agency.short_name) if profile and profile.agency else ()
    found = faults_of(password, rules_here(), own, agency)
    if found:
        return found
    before = select(FormerPassword.hash).where(FormerPassword.user_id == user.id).order_by(FormerPassword.id.desc())
    hashes = [user.password, *db.session.scalars(before.limit(rules_here().remembered - 1))]
    used = any(check_password_hash(former, password) for former in hashes if former)
    return (PasswordFault.USED_BEFORE,) if used else ()


def hash_of(password: str) -> str:
    return generate_password_hash(password, method=METHOD)


def unknown_password_hash() -> str:
    """Return the hash of a random password that nobody knows."""
    return hash_of(secrets.token_urlsafe(32))


def change_password(user: User, password: str, how: str, by: int | None, now: datetime) -> None:
    """Set a password already checked by `faults_in`, write the journal, e-mail the officer and commit; ends all
    password links and, in a request, all sign-ins except that of the current browser. `how` is own, link or command.
    """
    hashed = hash_of(password)
    with one_transaction():
        _replace(user, hashed, now)
        age = {"changed_at": now, "demonstration": False}
        statement = insert(PasswordAge.__table__).values(user_id=user.id, **age)
        db.session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=age))
        data = {"account": user.username, "how": how}
        db.session.add(JournalEntry(kind="password_changed", at=now, officer_id=by, data=data))
        notify_account(user.id, "password_changed", now)


def revoke_password(user: User, now: datetime) -> None:
    """Replace the password by a random one until a link sets a new one, and commit; ends all password links and, in a
    request, all sign-ins except that of the current browser.
    """
    hashed = unknown_password_hash()
    with one_transaction():
        _replace(user, hashed, now)


def end_links(user_id: int, now: datetime) -> None:
    """End all password links of a user account in the current transaction, and cancel their e-mails that have not been
    sent yet.
    """
    living = (PasswordLink.user_id == user_id, PasswordLink.ended_at.is_(None))
    db.session.execute(update(PasswordLink).where(*living).values(ended_at=now))
    waiting = (Delivery.user_id == user_id, Delivery.account_news == "password_link", Delivery.sealed_code.is_not(None))
    values = {"sealed_code": None, "state": "skipped", "last_error": "the link has ended"}
    db.session.execute(update(Delivery).where(*waiting).values(values))


def _replace(user: User, hashed: str, now: datetime) -> None:
    lock_row(user)
    db.session.add(FormerPassword(user_id=user.id, hash=user.password, ended_at=now))
    user.password = hashed
    db.session.flush()
    newest = select(FormerPassword.id).where(FormerPassword.user_id == user.id).order_by(FormerPassword.id.desc())
    past = list(db.session.scalars(newest.offset(KEPT_HASHES)))
    db.session.execute(delete(FormerPassword).where(FormerPassword.id.in_(past)))
    end_links(user.id, now)
    if has_request_context():
        end_sign_ins(user.id, now)
