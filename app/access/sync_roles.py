"""Rights of the roles: the rows of `role_grant`, which FAB's tables of roles and permissions follow."""

from collections.abc import Set

from flask import current_app
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.access.roles import ROLE_GRANTS, Grants
from app.core.extensions import db
from app.models import RoleGrant

Pair = tuple[str, str]
"""Permission and view; a menu item is a view with the permission menu_access."""


def sync_roles() -> int:
    """Give the roles of `ROLE_GRANTS` what is new in it, let FAB's tables follow the rows of `role_grant`, commit, and
    return how many roles changed.

    Roles without a row have no permission, FAB's Admin and Public included; rights to removed views are deleted. Raises
    LookupError when `ROLE_GRANTS` names a permission that no view has.
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
    """Add a row for each right of `ROLE_GRANTS` that has none, and delete the rows of rights that no view has."""
    rows = {(row.role, row.permission, row.view): row for row in db.session.scalars(select(RoleGrant))}
    for role, grants in ROLE_GRANTS.items():
        pairs = _pairs(grants)
        if unknown := sorted(pairs - there):
            raise LookupError(f"role {role} names what no view has: {unknown}")
        new = sorted(pair for pair in pairs if (role, *pair) not in rows)
        db.session.add_all(RoleGrant(role=role, permission=pair[0], view=pair[1]) for pair in new)
    for (_role, *pair), row in rows.items():
        if tuple(pair) not in there:
            db.session.delete(row)
    db.session.flush()


def _pairs(grants: Grants) -> set[Pair]:
    found = {(permission, view) for view, names in grants.items() if view != "menu" for permission in names}
    return found | {("menu_access", item) for item in grants.get("menu", ())}


def project_roles(known: dict[Pair, PermissionView] | None = None) -> int:
    """Give every role of FAB exactly what its rows of `role_grant` allow, in the caller's transaction; return how many
    roles changed. A role with rows that is missing is made.
    """
    known, wanted = known if known is not None else _known(), dict[str, set[Pair]]()
    for row in db.session.scalars(select(RoleGrant)):
        wanted.setdefault(row.role, set()).update({(row.permission, row.view)} if row.allowed else ())
    roles = {role.name: role for role in db.session.scalars(select(Role))}
    for name in sorted(({*wanted, *ROLE_GRANTS}) - roles.keys()):
        roles[name] = Role(name=name)
        db.session.add(roles[name])
    changed = sum(_write(role, wanted.get(name, set()), known) for name, role in roles.items())
    db.session.flush()
    return changed


def copy_rights(source: str, role: str) -> None:
    """Give a new role the rights that another has now, in the caller's transaction."""
    for row in db.session.scalars(select(RoleGrant).where(RoleGrant.role == source)).all():
        right = {"view": row.view, "permission": row.permission, "allowed": row.allowed}
        db.session.add(RoleGrant(role=role, of_office=True, **right))
    db.session.flush()
    project_roles()


def remove_role(name: str) -> None:
    """Delete a role that nobody holds, with its rights, in the caller's transaction."""
    db.session.execute(delete(RoleGrant).where(RoleGrant.role == name))
    for role in db.session.scalars(select(Role).where(Role.name == name)).all():
        role.permissions = []
        db.session.flush()
        db.session.delete(role)


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
