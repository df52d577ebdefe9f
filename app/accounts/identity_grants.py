"""Confirmation of roles that open reporters' identities: requested by an administrator, decided by a supervisor."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.office_roles import office_roles
from app.access.people import roles_with, supervisors
from app.access.role_rights import any_case, lock_roles
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import IdentityGrant, JournalEntry
from app.models.role import SUPERVISOR
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar


def identity_roles() -> frozenset[str]:
    """Return the names of the roles that open, search or watch the identity of any reporter. Not among them: who sees
    the telephone number of an open reporter only as part of the case, while the own agency drafts the answer.
    """
    return frozenset[str]().union(*(roles_with(name, "Identity") for name in ("can_open", "can_search", "can_read")))


class GrantRefused(Exception):
    """Raised when a request for an identity role was decided already, or when the decider is the requester or the
    recipient.
    """


def needing_confirmation(before: Iterable[Role], after: Iterable[Role]) -> list[Role]:
    """Return a list of the roles in `after` but not in `before` that open identities and so need a supervisor's
    confirmation; [] as long as there is no case in the database.
    """
    held = {role.name for role in before}
    lock_roles([role.name for role in after])
    added = [role for role in after if role.name in identity_roles() and role.name not in held]
    if not added:
        return []
    with db.session.no_autoflush:
        return added if any_case() else []


def ask_grants(user: User, roles: Iterable[Role], by: int, now: datetime) -> None:
    """Store for each role a request that waits for a supervisor, write the journal, notify the supervisors and commit;
    a role that is waiting already is skipped. `by` is the user id of the requester.
    """
    with one_transaction():
        for role in roles:
            waits = (IdentityGrant.user_id == user.id, IdentityGrant.role_id == role.id)
            known = select(IdentityGrant.id).where(*waits, IdentityGrant.state == "waiting")
            if db.session.execute(known).first() is not None:
                continue
            db.session.add(IdentityGrant(user_id=user.id, role_id=role.id, asked_by_id=by, asked_at=now))
            entry = _note("grant_asked", user, role, by, now)
            _notifier(now).grants("grant_asked", entry.id, [key for key in supervisors() if key not in (by, user.id)])


def waiting_grants() -> Sequence[IdentityGrant]:
    """Return a list of the requests for identity roles (`IdentityGrant`) that wait for a decision, oldest first, with
    user, role and requester loaded.
    """
    parts = (joinedload(IdentityGrant.user), joinedload(IdentityGrant.role), joinedload(IdentityGrant.asked_by))
    waiting = select(IdentityGrant).where(IdentityGrant.state == "waiting").options(*parts)
    return db.session.scalars(waiting.order_by(IdentityGrant.id)).all()


def nobody_decides(*involved: int) -> bool:
    """Return whether no active supervisor can decide a request, because there is none besides the given user ids (its
    requester and recipient).
    """
    return not set(supervisors()) - set(involved)


def confirm_supervisor(name: str, now: datetime) -> bool:
    """Confirm from the command line the waiting supervisor role of the user account with this name, commit, and return
    True.

    Return False if an active supervisor exists or nothing is waiting. The journal names the system as author.
    """
    supervising = [role for role, facts in office_roles().items() if facts.standing == SUPERVISOR]
    named = (IdentityGrant.user.has(User.username == name), IdentityGrant.role.has(Role.name.in_(supervising)))
    waiting = select(IdentityGrant.id).where(*named, IdentityGrant.state == "waiting")
    grant_id = db.session.scalars(waiting).first()
    if grant_id is None or not nobody_decides():
        return False
    decide_grant(grant_id, True, gettext("Tidak ada pengawas aktif; lewat baris perintah"), None, now)
    return True


def decide_grant(grant_id: int, confirm: bool, reason: str, by: int | None, now: datetime) -> IdentityGrant:
    """Confirm or reject a waiting request for an identity role as a second person, write the journal, notify requester
    and recipient, commit, and return the request; a confirmed role is added to the user. Raises GrantRefused when it
    does not exist or was decided already, or when `by` is the requester or the recipient.
    """
    with one_transaction():
        statement = select(IdentityGrant).where(IdentityGrant.id == grant_id, IdentityGrant.state == "waiting")
        grant = db.session.scalars(statement.with_for_update(of=IdentityGrant)).first()
        if grant is None or by in (grant.asked_by_id, grant.user_id):
            raise GrantRefused
        grant.state, grant.reason = ("confirmed" if confirm else "refused"), reason
        grant.decided_by_id, grant.decided_at = by, now
        db.session.flush()
        if confirm and grant.role not in grant.user.roles:
            grant.user.roles = [*grant.user.roles, grant.role]
        entry = _note("grant_decided", grant.user, grant.role, by, now, reason, confirmed=confirm)
        _notifier(now).grants("grant_decided", entry.id, {grant.asked_by_id, grant.user_id})
        return grant


def _note(
    kind: str, user: User, role: Role, by: int | None, now: datetime, reason: str = "", **more: bool
) -> JournalEntry:
    data = {"user": user.id, "username": user.username, "role": role.name, **more}
    entry = JournalEntry(kind=kind, at=now, officer_id=by, reason=reason, data=data)
    db.session.add(entry)
    db.session.flush()
    return entry


def _notifier(now: datetime) -> Notifier:
    return Notifier(load_working_calendar(), now)
