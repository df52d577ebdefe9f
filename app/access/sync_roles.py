"""Rights of the roles: the rows of `role_grant`, which FAB's tables of roles and permissions follow."""

from collections.abc import Set

from flask import current_app
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.roles import SEEDED_ROLES, Pair, seeded_pairs
from app.core.extensions import db
from app.models import RoleGrant


def sync_roles() -> int:
    """Give the roles of `SEEDED_ROLES` what is new in it, let FAB's tables follow the rows of `role_grant`, commit, and
    return how many roles changed.

    Roles without a row have no permission, FAB's Admin and Public included; rights to removed views are deleted. Raises
    LookupError when `SEEDED_ROLES` names a permission that no view has.
    """
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    current_app.config["FAB_CREATE_DB"] = True
    appbuilder.sm.create_db()
    asked = {(name, v.class_permission_name) for v in appbuilder.baseviews for name in v.base_permissions or ()}
    items = [item for top in appbuilder.menu.get_list() for item in (top, *top.childs)]
    # Every pair that a registered view, API or menu item requires.
    required = asked | {("menu_access", item.name) for item in items}
    known = _known()
    # Not through FAB, which removes from the roles what another view of the same name asks for.
    for pair in sorted(required - known.keys()):
        appbuilder.sm.add_permission_view_menu(*pair)
    known = _known()
    _give_what_is_new(known.keys() & required)
    changed = project_roles(known)
    for pair in sorted(known.keys() - required):
        db.session.delete(known[pair])
    db.session.commit()
    return changed


def _give_what_is_new(there: Set[Pair]) -> None:
    """Add a row for each permission of a seeded role that has none, and delete those of what no view has."""
    rows = {(row.role, row.permission, row.view): row for row in db.session.scalars(select(RoleGrant))}
    for role in SEEDED_ROLES:
        pairs = seeded_pairs(role)
        if unknown := sorted(pairs - there):
            raise LookupError(f"role {role} names what no view has: {unknown}")
        new = sorted(pair for pair in pairs if (role, *pair) not in rows)
        db.session.add_all(RoleGrant(role=role, permission=pair[0], view=pair[1]) for pair in new)
    for (_role, *pair), row in rows.items():
        if tuple(pair) not in there:
            db.session.delete(row)
    db.session.flush()


def project_roles(known: dict[Pair, PermissionView] | None = None) -> int:
    """Give every role of FAB exactly what its rows of `role_grant` allow, in the caller's transaction; return how many
    roles changed. A role with rows that is missing is made.
    """
    known, wanted = known if known is not None else _known(), dict[str, set[Pair]]()
    for row in db.session.scalars(select(RoleGrant)):
        wanted.setdefault(row.role, set()).update({(row.permission, row.view)} if row.allowed else ())
    roles = {role.name: role for role in db.session.scalars(select(Role))}
    for name in sorted(({*wanted, *SEEDED_ROLES}) - roles.keys()):
        roles[name] = Role(name=name)
        db.session.add(roles[name])
    changed = sum(_write(role, wanted.get(name, set()), known) for name, role in roles.items())
    db.session.flush()
    return changed


def _known() -> dict[Pair, PermissionView]:
    names = (joinedload(PermissionView.permission), joinedload(PermissionView.view_menu))
    return {_pair(pv): pv for pv in db.session.scalars(select(PermissionView).options(*names))}


def _write(role: Role, wanted: set[Pair], known: dict[Pair, PermissionView]) -> bool:
    """Give the role exactly these permissions and return True; return False if it has exactly these already."""
    if {_pair(pv) for pv in role.permissions} == wanted:
        return False
    role.permissions = [known[pair] for pair in sorted(wanted)]
    return True


def _pair(pv: PermissionView) -> Pair:
    return pv.permission.name, pv.view_menu.name
