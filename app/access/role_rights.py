"""Changes of roles by the office: new ones as copies, and which rights each has."""

from collections.abc import Collection

from sqlalchemy import delete, exists, select

from app.access.roles import OWN_ACCOUNT, RIGHTS, Pair, Right, RightFor
from app.access.sync_roles import project_roles
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.rows import find_row
from app.core.transaction import lock_row
from app.models import Complaint, IdentityGrant, OfficeRole, Role, RoleGrant, User, assoc_user_role
from app.models.role import ADMINISTRATOR, SUPERVISOR


class RightRefused(Exception):
    """Raised when a right may not be given to a role, or taken from it; `right` is its code, "" for the whole role."""

    def __init__(self, reason: str, right: str = "") -> None:
        super().__init__(reason)
        self.reason, self.right = reason, right


class RoleStays(Exception):
    """Raised when a role cannot be deleted, because it came with the program or an account has it."""


def find_role(number: int) -> OfficeRole | None:
    role: OfficeRole | None = find_row(select(OfficeRole), OfficeRole.id, number)
    return role


def may_have(role: OfficeRole, right: Right) -> bool:
    """Return whether a role could use a right and may have it: only who acts can act, and only an administrator's role
    administers; that one opens no identity and sees no case.
    """
    if role.standing == ADMINISTRATOR:
        return right.group not in ("cases", "reports", "identity") or right is RIGHTS["sync_read"]
    acting = role.actor is not None and role.acts
    allowed = {
        RightFor.ALL: True,
        RightFor.ACTING: acting,
        RightFor.SEEING: acting or role.standing == SUPERVISOR,
        RightFor.ADMINISTRATORS: False,
    }
    return allowed[right.given_to]


def rights_of(name: str) -> frozenset[str]:
    """Return the codes of the rights that a role has: those whose permissions it has, all of them."""
    return rights_in(_allowed(name))


def rights_by_role() -> dict[str, tuple[int, frozenset[str]]]:
    """Return for each role, by its name, its id and the codes of its rights."""
    pairs: dict[str, set[Pair]] = {}
    rows = select(RoleGrant.role, RoleGrant.permission, RoleGrant.view).where(RoleGrant.allowed)
    for role, permission, view in db.session.execute(rows):
        pairs.setdefault(role, set()).add((permission, view))
    roles = db.session.execute(select(OfficeRole.name, OfficeRole.id))
    return {name: (key, rights_in(pairs.get(name, ()))) for name, key in roles}


def rights_in(pairs: Collection[Pair]) -> frozenset[str]:
    """Return the codes of the rights whose permissions are all among these."""
    return frozenset(code for code, right in RIGHTS.items() if right.pairs <= set(pairs))


def count_holders(name: str) -> int:
    """Return how many accounts have a role or would have it once a supervisor confirms it."""
    held = select(assoc_user_role.c.user_id).join(Role, Role.id == assoc_user_role.c.role_id).where(Role.name == name)
    asked = select(IdentityGrant.user_id).where(IdentityGrant.state == "waiting", IdentityGrant.role.has(name=name))
    return len(set(db.session.scalars(held)) | set(db.session.scalars(asked)))


def add_role(role: OfficeRole, source: str | None) -> None:
    """Store a new role with those rights of the role `source` that it may have, in the caller's transaction. Without a
    source it has no right but that to its own account.
    """
    db.session.add(role)
    db.session.flush()
    given = {code for code in rights_of(source) if may_have(role, RIGHTS[code])} if source else set()
    _write(role, given)


def remove_role(name: str) -> None:
    """Delete a role with its rights, in the caller's transaction. Raises RoleStays."""
    row = db.session.scalars(select(OfficeRole).where(OfficeRole.name == name)).one()
    end_rights(row)
    db.session.delete(row)
    db.session.flush()


def end_rights(row: OfficeRole) -> None:
    """Take all rights from a role that is about to be deleted, in the caller's transaction. Raises RoleStays for a role
    that came with the program, or that an account has.
    """
    lock_row(row)
    if row.seeded or count_holders(row.name):
        raise RoleStays(row.name)
    db.session.execute(delete(RoleGrant).where(RoleGrant.role == row.name))
    for role in db.session.scalars(select(Role).where(Role.name == row.name)).all():
        role.permissions = []
        db.session.flush()
        db.session.delete(role)
    db.session.flush()
    forget_version()


def change_rights(role: OfficeRole, wanted: Collection[str], by: User | None) -> None:
    """Give a role exactly these rights (codes), in the caller's transaction. Raises RightRefused: own_role for a role
    that the officer `by` (None: the system) has, unknown_right, right_not_possible, administers_always, or
    identity_held for a right to identities of a role that somebody has; such a right is given with the role, which a
    supervisor confirms.
    """
    lock_row(role)
    if by is not None and any(held.name == role.name for held in by.roles):
        raise RightRefused("own_role")
    before, wanted = rights_of(role.name), set(wanted)
    if unknown := sorted(wanted - RIGHTS.keys()):
        raise RightRefused("unknown_right", unknown[0])
    for code in sorted(wanted - before):
        if not may_have(role, RIGHTS[code]):
            raise RightRefused("right_not_possible", code)
        if RIGHTS[code].identity and count_holders(role.name) and any_case():
            raise RightRefused("identity_held", code)
    if role.standing == ADMINISTRATOR and "administer" in before - wanted:
        raise RightRefused("administers_always", "administer")
    _write(role, wanted)


def lock_roles(names: Collection[str]) -> None:
    """Lock these roles against a change of their rights until the transaction ends, and read the rights again."""
    rows = select(OfficeRole.id).where(OfficeRole.name.in_(names)).order_by(OfficeRole.id)
    with db.session.no_autoflush:
        db.session.execute(rows.with_for_update(read=True))
    forget_version()


def any_case() -> bool:
    """Return whether there is a case; before the first one, rights to identities need no second person."""
    return bool(db.session.execute(select(exists(select(Complaint.id))).execution_options(unscoped=True)).scalar_one())


def _allowed(name: str) -> set[Pair]:
    rows = select(RoleGrant.permission, RoleGrant.view).where(RoleGrant.role == name, RoleGrant.allowed)
    return {(permission, view) for permission, view in db.session.execute(rows)}


def _write(role: OfficeRole, wanted: Collection[str]) -> None:
    """Let the rows of a role say these rights; permissions that belong to no right stay as they are."""
    pairs = OWN_ACCOUNT.pairs.union(*(RIGHTS[code].pairs for code in wanted))
    known = OWN_ACCOUNT.pairs.union(*(right.pairs for right in RIGHTS.values()))
    rows = {
        (row.permission, row.view): row
        for row in db.session.scalars(select(RoleGrant).where(RoleGrant.role == role.name))
    }
    for pair, row in rows.items():
        if pair in known and row.allowed != (pair in pairs):
            row.allowed, row.of_office = pair in pairs, True
    new = sorted(pairs - rows.keys())
    db.session.add_all(RoleGrant(role=role.name, permission=p, view=v, of_office=True) for p, v in new)
    db.session.flush()
    project_roles()
    forget_version()
