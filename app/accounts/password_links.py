"""Single-use links by which officers set their own password."""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.accounts.account_notices import send_link
from app.accounts.passwords import PasswordRefused, change_password, end_links, faults_in, revoke_password
from app.core.encrypted_columns import SealedText
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import Delivery, JournalEntry, PasswordLink
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar

BETWEEN_ASKING = timedelta(minutes=15)
"""Within this time after a request at the login page, another request makes no new link and ends none."""


class LinkEnded(Exception):
    """Raised when a password link was used, replaced, has expired, or never existed, or its account is not active."""


def hash_of_token(token: str) -> str:
    """Return the SHA-256 digest (hex) of a password link's token, which is stored in its place; 256 random bits need no
    slow hash.
    """
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()


def make_link(user: User, kind: str, by: int | None, now: datetime, by_mail: bool) -> str:
    """Store a password link in place of all earlier ones of the account, write the journal, commit, and return the
    link's token; with `by_mail`, also queue the e-mail with the link.

    `kind` is "invitation" or "reset"; "reset" makes the current password invalid at once. `by` is the administrator's
    user id, None for the command line.
    """
    token = secrets.token_urlsafe(32)
    with one_transaction():
        lock_row(user)
        end_links(user.id, now)
        if kind == "reset":
            revoke_password(user, now)
        link = PasswordLink(user_id=user.id, kind=kind, token_hash=hash_of_token(token), made_at=now, made_by_id=by)
        link.expires_at = now + _life()
        db.session.add(link)
        db.session.flush()
        if by_mail:
            send_link(user.id, link.id, token, now)
        data = {"account": user.username, "kind": kind, "by_mail": by_mail}
        entry = JournalEntry(kind="password_link_made", at=now, officer_id=by, data=data)
        db.session.add(entry)
        db.session.flush()
        if by is not None and by != user.id and kind == "reset":
            Notifier(load_working_calendar(), now).password_link_made(entry.id, user.id)
    return token


def ask_link(typed: str, now: datetime) -> None:
    """Create and queue a link for a forgotten password if the typed user name or address belongs to an active account;
    commits. Nothing is returned or raised in either case.

    Statements and hashes are the same for every input, and the mail is sent later by the relay job, so that timing does
    not reveal which accounts exist.
    """
    token, name = secrets.token_urlsafe(32), typed.strip().casefold()
    by_name = func.lower(User.username) == name
    known = select(User.id).where(or_(by_name, func.lower(User.email) == name)).order_by(case((by_name, 0), else_=1))
    with one_transaction():
        user_id = db.session.scalars(known).first() or 0
        past = (PasswordLink.user_id == user_id, PasswordLink.kind == "forgotten", PasswordLink.ended_at.is_(None))
        old = or_(PasswordLink.made_at <= now - BETWEEN_ASKING, PasswordLink.expires_at <= now)
        db.session.execute(update(PasswordLink).where(*past, old).values(ended_at=now))
        link_id = _insert_link(user_id, token, now) or 0
        _insert_message(link_id, token, now)
        data = func.jsonb_build_object("account", User.username, "kind", "forgotten", "by_mail", True, type_=JSONB)
        rows = select(literal("password_link_made"), literal(now), literal(""), data).select_from(PasswordLink)
        rows = rows.join(User, User.id == PasswordLink.user_id).where(PasswordLink.id == link_id)
        db.session.execute(insert(JournalEntry.__table__).from_select(("kind", "at", "reason", "data"), rows))


def valid_link(token_hash: str, now: datetime, hold: bool = False) -> PasswordLink:
    """Return the `PasswordLink` with that token digest; with `hold`, its row is locked until the transaction ends.
    Raises LinkEnded if there is none that is open, not expired and of an active account.
    """
    lives = (PasswordLink.token_hash == token_hash, PasswordLink.ended_at.is_(None), PasswordLink.expires_at > now)
    statement = select(PasswordLink).join(User, User.id == PasswordLink.user_id).where(*lives, User.active.is_(True))
    if hold:
        statement = statement.with_for_update(of=PasswordLink).execution_options(populate_existing=True)
    link = db.session.scalars(statement).first()
    if link is None:
        raise LinkEnded
    return link


def use_link(token_hash: str, password: str, now: datetime) -> None:
    """Set the password through the link with that token digest, end the link and commit. Raises LinkEnded, or
    PasswordRefused for a password that breaks the rules; the link then stays valid.
    """
    with one_transaction():
        link = valid_link(token_hash, now, hold=True)
        if faults := faults_in(password, link.user):
            raise PasswordRefused(faults)
        change_password(link.user, password, "link", link.user_id, now)


def _life() -> timedelta:
    return timedelta(hours=current_app.config["PASSWORD_LINK_HOURS"])


def _insert_link(user_id: int, token: str, now: datetime) -> int | None:
    """Insert a link for a forgotten password and return its id; None if there is no such active account with an e-mail
    address, or an earlier link is still open (unique index).
    """
    names = ("user_id", "kind", "token_hash", "made_at", "expires_at")
    values = (literal("forgotten"), literal(hash_of_token(token)), literal(now), literal(now + _life()))
    rows = select(User.id, *values).where(User.id == user_id, User.active.is_(True), User.email != "")
    statement = insert(PasswordLink.__table__).from_select(names, rows).on_conflict_do_nothing()
    return db.session.scalars(statement.returning(PasswordLink.__table__.c.id)).first()


def _insert_message(link_id: int, token: str, now: datetime) -> None:
    """Queue the e-mail with a password link; nothing if no link has that id."""
    names = ("user_id", "account_news", "password_link_id", "sealed_code", "channel", "state", "attempts")
    values = (literal("password_link"), PasswordLink.id, literal(token, SealedText()), literal("email"))
    rows = select(PasswordLink.user_id, *values, literal("queued"), literal(0), literal(now), literal(now))
    rows = rows.where(PasswordLink.id == link_id)
    db.session.execute(insert(Delivery.__table__).from_select((*names, "created_at", "next_try_at"), rows))
