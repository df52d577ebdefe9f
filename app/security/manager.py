"""FAB's security manager with its holes closed: limits on both login doors, rights read once a request."""

from typing import Any

from flask import g, has_request_context
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from flask_appbuilder.security.views import AuthDBView
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.security.account_views import Accounts, PasswordReset, Roles
from app.security.guarded_lists import EagerInterface
from app.security.login_limits import login_limits

Rights = frozenset[tuple[str, str]]


class LimitedLogin(AuthDBView):
    """The login form, limited by failures."""

    limits = login_limits()


class LimitedSecurityApi(SecurityApi):
    """The API's login, under the same limits as the form (stock FAB leaves this door open)."""

    limits = login_limits()


class ComplaintSecurityManager(SecurityManager):
    """Accounts, roles and logins of the officers."""

    authdbview = LimitedLogin
    security_api = LimitedSecurityApi
    userdbmodelview = Accounts
    rolemodelview = Roles
    resetpasswordview = PasswordReset

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        self.userdbmodelview.datamodel = EagerInterface(self.user_model, eager=(selectinload(self.user_model.roles),))

    def register_views(self) -> None:
        """FAB's own, without what nobody is granted: groups (they would give roles unseen), permissions, statistics
        (they load scripts from a foreign host).
        """
        add = self.appbuilder.add_view_no_menu
        self.appbuilder.add_api(self.security_api)
        add(self.userinfoeditview())
        add(self.resetpasswordview())
        add(self.resetmypasswordview())
        self.auth_view = add(self.authdbview())
        if self.is_auth_limited:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)
        menu = {"category": "Security", "category_icon": "shield"}
        self.user_view = self.appbuilder.add_view(self.userdbmodelview, "List Users", icon="users", **menu)
        roles = self.appbuilder.add_view(self.rolemodelview, "List Roles", icon="user-shield", **menu)
        roles.related_views = [self.user_view.__class__]

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self._rights(user)

    def _rights(self, user: Any) -> Rights:
        """Everything the user's roles allow, read once a request instead of once a button."""
        roles = tuple(sorted(role.id for role in self.get_user_roles(user) if role is not None))
        kept: dict[tuple[int, ...], Rights] = g.setdefault("rights_of_roles", {}) if has_request_context() else {}
        if roles not in kept:
            kept[roles] = self._read_rights(roles)
        return kept[roles]

    def _read_rights(self, roles: tuple[int, ...]) -> Rights:
        statement = (
            select(Permission.name, ViewMenu.name)
            .select_from(assoc_permissionview_role)
            .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(assoc_permissionview_role.c.role_id.in_(roles))
        )
        return frozenset((permission, view) for permission, view in self.session.execute(statement))

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public by a role; public pages are written as such."""
        return False
