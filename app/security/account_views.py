"""FAB's screens of accounts and roles, narrowed to what an administrator is granted."""

from typing import Any

from flask import Blueprint, abort, request
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.security.views import ResetPasswordView, RoleModelView, UserDBModelView

from app.labels.words import ACTORS
from app.security.guarded_lists import GuardedRequests
from app.security.roles import ROLE_GRANTS
from app.skin_views import ConfirmDelete


def given_roles() -> list[str]:
    """The roles that may be given to somebody; FAB's own Admin and Public are not among them."""
    return list(ROLE_GRANTS)


def role_names(roles: Any) -> str:
    """Roles as officers call them."""
    return ", ".join(str(ACTORS.get(role.name, role.name)) for role in roles)


LARGEST_USER_ID = 2**31 - 1
_ROLES = {"roles": [["name", FilterInFunction, given_roles]]}
_NAMES = ["first_name", "last_name", "username", "active", "email", "roles"]


class Accounts(GuardedRequests, ConfirmDelete, UserDBModelView):
    """Accounts of the officers: added, changed and made inactive, never deleted, since records name them."""

    class_permission_name = "UserDBModelView"
    include_route_methods = {"list", "show", "add", "edit", "userinfo", "action"}
    list_columns = ["username", "first_name", "last_name", "email", "active", "roles"]
    show_fieldsets = UserDBModelView.show_fieldsets
    add_columns = [*_NAMES, "password", "conf_password"]
    edit_columns = _NAMES
    search_columns = ["username", "first_name", "last_name", "email", "active", "roles"]
    order_columns = ["username", "first_name", "last_name", "email", "active"]
    base_order = ("username", "asc")
    formatters_columns = {"roles": role_names}
    validators_columns: dict[str, list[Any]] = {}
    add_form_query_rel_fields = _ROLES
    edit_form_query_rel_fields = _ROLES
    search_form_query_rel_fields = _ROLES


class Roles(GuardedRequests, ConfirmDelete, RoleModelView):
    """Roles to look at: what they open is written in one table of the program."""

    class_permission_name = "RoleModelView"
    include_route_methods = {"list", "show"}
    list_columns = ["name"]
    show_columns = ["name", "permissions"]
    add_columns = edit_columns = ["name"]
    search_columns = ["name"]
    order_columns = ["name"]
    base_filters = [["name", FilterInFunction, given_roles]]
    formatters_columns = {"name": lambda name: str(ACTORS.get(name, name))}


class PasswordReset(ResetPasswordView):
    """An administrator's form for somebody else's password; an account that is not there is 404, not a crash."""

    class_permission_name = "ResetPasswordView"

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        """The form's routes, with the check in front of both."""
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(self._refuse_unknown)
        return blueprint

    def _refuse_unknown(self) -> None:
        key = request.args.get("pk", "")
        known = key.isascii() and key.isdigit() and int(key[:20]) <= LARGEST_USER_ID
        if not known or self.appbuilder.sm.get_user_by_id(int(key)) is None:
            abort(404)
