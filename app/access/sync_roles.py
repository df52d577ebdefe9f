"""Synchronise FAB's roles with the table in `roles.py`: add what is missing and remove what is not listed."""

from flask import current_app
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access.roles import ROLE_GRANTS, Grants
from app.core.extensions import db

Pairs = set[tuple[str, str]]


def sync_roles() -> int:
    """Write `ROLE_GRANTS` to FAB's tables of roles and permissions, commit, and return how many roles changed.

    Roles that `ROLE_GRANTS` does not list lose all permissions, FAB's Admin and Public included; permissions of removed
    views are deleted. Raises LookupError when `ROLE_GRANTS` names a permission that no view has.
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
    roles = {role.name: role for role in db.session.scalars(select(Role))}
    for name in sorted(ROLE_GRANTS.keys() - roles.keys()):
        roles[name] = Role(name=name)
        db.session.add(roles[name])
    changed = sum(_write(role, ROLE_GRANTS.get(name, {}), known, required) for name, role in roles.items())
    db.session.flush()
    for pair in sorted(known.keys() - required):
        db.session.delete(known[pair])
    db.session.commit()
    return changed


def _known() -> dict[tuple[str, str], PermissionView]:
    names = (joinedload(PermissionView.permission), joinedload(PermissionView.view_menu))
    return {_pair(pv): pv for pv in db.session.scalars(select(PermissionView).options(*names))}


def _write(role: Role, grants: Grants, known: dict[tuple[str, str], PermissionView], required: Pairs) -> bool:
    """Give the role exactly the permissions of `grants` and return True; return False if it has exactly these already.
    Raises LookupError for a permission that no view requires.
    """
    wanted = {(permission, view) for view, names in grants.items() if view != "menu" for permission in names}
    wanted |= {("menu_access", item) for item in grants.get("menu", ())}
    unknown = sorted(wanted - (known.keys() & required))
    if unknown:
        raise LookupError(f"role {role.name} names what no view has: {unknown}")
    if {_pair(pv) for pv in role.permissions} == wanted:
        return False
    role.permissions = [known[pair] for pair in sorted(wanted)]
    return True


def _pair(pv: PermissionView) -> tuple[str, str]:
    return pv.permission.name, pv.view_menu.name
