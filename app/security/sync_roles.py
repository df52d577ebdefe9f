"""Makes FAB's roles equal to the table in `roles.py`: adds what is missing, takes away what is not written there."""

from flask import current_app
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.extensions import db
from app.security.roles import ROLE_GRANTS, Grants


def sync_roles() -> int:
    """Write the role table in one transaction and say how many roles changed; LookupError for a name no view has."""
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    current_app.config["FAB_CREATE_DB"] = True
    appbuilder.sm.create_db()
    appbuilder.add_permissions(update_perms=True)
    known = {(pv.permission.name, pv.view_menu.name): pv for pv in db.session.scalars(select(PermissionView))}
    changed = sum(_write(name, grants, known) for name, grants in ROLE_GRANTS.items())
    db.session.commit()
    return changed


def _write(name: str, grants: Grants, known: dict[tuple[str, str], PermissionView]) -> bool:
    wanted = _pairs(grants)
    unknown = sorted(wanted - known.keys())
    if unknown:
        raise LookupError(f"role {name} names what no view has: {unknown}")
    role = db.session.scalars(select(Role).where(Role.name == name)).first()
    if role is None:
        role = Role(name=name)
        db.session.add(role)
    held = {(pv.permission.name, pv.view_menu.name) for pv in role.permissions}
    if held == wanted:
        return False
    role.permissions = [known[pair] for pair in sorted(wanted)]
    return True


def _pairs(grants: Grants) -> set[tuple[str, str]]:
    doors = {(permission, view) for view, names in grants.items() if view != "menu" for permission in names}
    return doors | {("menu_access", item) for item in grants.get("menu", ())}
