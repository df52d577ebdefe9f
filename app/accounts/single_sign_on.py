"""Accounts linked to a single sign-on provider, identified by its subject; a name or address serves for the first link
only.

No accounts are created: only active officers can sign in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.access.office_roles import has_standing
from app.accounts.account_notices import notify_account
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import JournalEntry, LinkedSubject
from app.models.role import ADMINISTRATOR

LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2: `sub` holds at most 255 ASCII characters."""


def officer_of(claims: Mapping[str, Any], now: datetime) -> User | None:
    """Return the active user account for the claims of a verified ID token; None if there is none. Links the provider's
    subject to the account at first use, or records the use of the link, and commits.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    if not (0 < len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()):
        return None
    with one_transaction():
        known = (LinkedSubject.issuer == issuer, LinkedSubject.subject == subject)
        link = db.session.scalars(select(LinkedSubject).where(*known).with_for_update()).first()
        if link is not None:
            if link.user.is_active:
                link.used_at = now
            return link.user if link.user.is_active else None
        return _link_first(claims, issuer, subject, now)


def must_use_provider(user: User) -> bool:
    """Return whether the user may sign in only through the single sign-on provider: OIDC_ONLY is set and the account is
    linked to it. Administrators may always use a password, for outages of the provider.
    """
    if not current_app.config["OIDC_ONLY"] or has_standing(user, ADMINISTRATOR):
        return False
    linked = (LinkedSubject.user_id == user.id, LinkedSubject.issuer == current_app.config["OIDC_ISSUER"])
    return db.session.scalars(select(LinkedSubject.id).where(*linked)).first() is not None


def _link_first(claims: Mapping[str, Any], issuer: str, subject: str, now: datetime) -> User | None:
    """Link the provider's subject to the officer found by the claims, write the journal and e-mail the officer; return
    the officer. None if no officer is found or the officer is linked to another subject already.
    """
    user = _by_claims(claims)
    if user is None:
        return None
    row = {"issuer": issuer, "subject": subject, "user_id": user.id, "linked_at": now, "used_at": now}
    table = LinkedSubject.__table__
    made = db.session.scalars(insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)).first()
    if made is None:
        return None
    data = {"account": user.username, "issuer": issuer}
    db.session.add(JournalEntry(kind="sign_on_linked", at=now, officer_id=user.id, data=data))
    notify_account(user.id, "sign_on_linked", now)
    return user


def _by_claims(claims: Mapping[str, Any]) -> User | None:
    """Return the only active officer whose user name or e-mail address is in the claims, as OIDC_LINK_BY says; None if
    none or several match, or if the address is not verified.
    """
    how = current_app.config["OIDC_LINK_BY"]
    name = claims.get("email" if how == "email" else current_app.config["OIDC_USERNAME_CLAIM"])
    if how == "none" or not isinstance(name, str) or not name or "\x00" in name:
        return None
    if how == "email" and claims.get("email_verified") is not True:
        return None
    column = User.email if how == "email" else User.username
    found = list(
        db.session.scalars(select(User).where(func.lower(column) == name.lower(), User.active.is_(True)).limit(2))
    )
    return found[0] if len(found) == 1 else None
