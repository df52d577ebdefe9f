"""FAB's security manager with login limits, revocable sign-ins and permissions read once per request."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import Flask, current_app, g, has_request_context, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_jwt_extended import JWTManager
from flask_login import current_user
from sqlalchemy import Date, Integer, ScalarSelect, Select, bindparam, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.access.current_person import finding_person, remember_person
from app.access.people import person_with, standing_of
from app.accounts import password_checks, return_after_login, second_step, sessions
from app.accounts.account_screens import Accounts
from app.accounts.login_screens import LimitedLogin
from app.accounts.password_forms import OwnPassword, refuse_weak
from app.accounts.password_reset import PasswordReset
from app.accounts.passwords import change_password
from app.accounts.token_endpoints import LimitedSecurityApi, no_good_token, sign_in_claims
from app.core.clock import office_today, utc_now
from app.core.hashing import digest_of_today
from app.core.identifiers import LARGEST_INTEGER
from app.core.request_context import request_context
from app.models import SignIn, TwoStep
from app.web.list_guards import EagerInterface

Rights = frozenset[tuple[str, str]]
RoleIds = tuple[int, ...]


def _rights_of(roles: Any) -> ScalarSelect[Any]:
    """Return a scalar subquery whose value is a JSON array of the (permission, view) pairs of the roles, which are
    given as ids or as a select of ids; NULL if the roles have no permission.
    """
    pair = func.json_build_array(Permission.name, ViewMenu.name)
    return (
        select(func.json_agg(pair))
        .select_from(assoc_permissionview_role)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_permissionview_role.c.role_id.in_(roles))
        .scalar_subquery()
    )


@cache
def _account_asked() -> Select[Any]:
    """Return a statement that selects one user account with its sign-in, capacities, permissions and whether it has a
    second step; built once for all requests. Its bind parameters are `number` (user id), `mark` and `day`.
    """
    number, day = bindparam("number", type_=Integer), bindparam("day", type_=Date)
    its_own = (SignIn.user_id == User.id) & (SignIn.mark == bindparam("mark"))
    roles = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == number)
    second = exists().where(TwoStep.user_id == number, TwoStep.confirmed_at.is_not(None))
    columns = (User, SignIn, standing_of(number, day), _rights_of(roles), second)
    return select(*columns).outerjoin(SignIn, its_own).where(User.id == number).options(joinedload(User.roles))


def _as_rights(pairs: list[list[str]] | None) -> Rights:
    return frozenset((permission, view) for permission, view in pairs or ())


def _digested(key_func: Callable[[], str]) -> Callable[[], str]:
    return lambda: digest_of_today(key_func())


class ComplaintSecurityManager(SecurityManager):
    """FAB's security manager with the accounts, roles, logins and API tokens of this program."""

    authdbview = LimitedLogin
    security_api = LimitedSecurityApi
    userdbmodelview = Accounts
    resetpasswordview = PasswordReset
    resetmypasswordview = OwnPassword

    def __init__(self, appbuilder: Any) -> None:
        rules = {"FAB_PASSWORD_COMPLEXITY_ENABLED": True, "FAB_PASSWORD_COMPLEXITY_VALIDATOR": refuse_weak}
        current_app.config.from_mapping(rules)
        super().__init__(appbuilder)
        self.userdbmodelview.datamodel = EagerInterface(self.user_model, eager=(selectinload(self.user_model.roles),))

    def register_views(self) -> None:
        """Register FAB's views of accounts and logins, but not of roles (the office has its own), groups (which would
        assign roles invisibly), permissions and statistics (which load foreign scripts). FAB's login limit is not used
        either: it also counts successes and would lock an office out.
        """
        add = self.appbuilder.add_view_no_menu
        self.appbuilder.add_api(self.security_api)
        add(self.userinfoeditview())
        add(self.resetpasswordview())
        add(self.resetmypasswordview())
        self.auth_view = add(self.authdbview())
        menu = {"category": "Security", "category_icon": "shield"}
        self.user_view = self.appbuilder.add_view(self.userdbmodelview, "List Users", icon="users", **menu)

    def add_limit_view(self, baseview: Any) -> None:
        """Register the rate limits of a view so that views with the same scope share one counter (FAB counts per view).

        The limited value (address, phone number, e-mail) is stored only as a digest of the day.
        """
        for limit in baseview.limits or ():
            self.limiter.shared_limit(
                limit.limit_value,
                scope=baseview.limit_scope,
                key_func=_digested(limit.key_func),
                methods=limit.methods,
                exempt_when=limit.exempt_when,
                deduct_when=limit.deduct_when,
            )(baseview.blueprint)

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """Return FAB's JWT manager with one answer for all invalid tokens and claims that tie tokens to their sign-in;
        install the request hooks of the account modules.
        """
        tokens = super().create_jwt_manager(app)
        for of in ("unauthorized", "invalid_token", "expired_token", "revoked_token", "user_lookup_error"):
            getattr(tokens, f"{of}_loader")(no_good_token)
        tokens.additional_claims_loader(sign_in_claims)
        sessions.install(app)
        return_after_login.install(app)
        password_checks.install(app)
        second_step.install(app)
        return tokens

    def load_user(self, pk: str) -> Any:
        """Return the user account of a session cookie; None if the account is inactive, its password has changed, or
        the sign-in has ended or expired. Notes the use of the sign-in.
        """
        found = self._account(pk, session)
        if found is None or not sessions.is_valid(found[1], utc_now()):
            return None
        sessions.note_use(found[1], utc_now())
        return found[0]

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Any:
        """Return the user account of an API token (JWT) and set `g.user`; None if the account is inactive, its password
        has changed, or the sign-in has ended or expired.
        """
        found = self._account(jwt_data["sub"], jwt_data)
        if found is None or not sessions.is_valid(found[1], utc_now()):
            return None
        g.user = found[0]
        return found[0]

    def _account(self, key: str, claims: Mapping[str, Any]) -> Any:
        """Return (user, sign-in or None) for a user id and the claims of a cookie or token; None if these are not
        valid. Caches the person and the permissions in the request context.
        """
        if not (key.isascii() and key.isdigit() and int(key[:20]) <= LARGEST_INTEGER):
            return None
        day = office_today(utc_now())
        asked = {"number": int(key), "mark": str(claims.get(sessions.SIGN_IN_CLAIM, "")), "day": day}
        with finding_person():
            # Account with roles, sign-in, capacities, permissions and second step in one statement.
            rows = self.session.execute(_account_asked(), asked)
        found = rows.unique(lambda row: row[0].id).first()
        if found is None or not (found[0].is_active and sessions.has_current_password(found[0], claims)):
            return None
        user, sign_in, standing, rights, request_context().has_two_step = found
        remember_person(user, person_with(user, standing, day))
        self._cached_rights()[self._role_ids(user)] = _as_rights(rights)
        return user, sign_in

    def reset_password(self, userid: Any, password: str) -> None:
        """Set and commit a user's password, changed by that user or on the command line. In a request all sign-ins made
        with the old password end, except the user's current one.
        """
        user = self.get_user_by_id(int(userid))
        own = has_request_context() and current_user.is_authenticated and str(current_user.id) == str(userid)
        change_password(user, password, "own" if own else "command", user.id if own else None, utc_now())
        if own:
            session[sessions.PASSWORD_CLAIM] = sessions.password_digest(user)
            password_checks.changed()

    def auth_user_db(self, username: Any, password: Any) -> Any:
        """Return the user account for a correct name and password; None if these are wrong or the account may not sign
        in with a password here (single sign-on only, demonstration account in production, expired on the API).
        """
        return password_checks.admit(super().auth_user_db(username, password), password, utc_now())

    def get_user_roles(self, user: Any) -> list[Any]:
        """Return the roles assigned to the user itself, for an anonymous visitor FAB's public role; roles through
        groups are ignored, since no page shows groups.
        """
        return list(user.roles) if user.is_authenticated else [self.get_public_role()]

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Return whether the current user has the permission on the view, False for an anonymous visitor; the user is
        not loaded again for each button as FAB does.
        """
        known = g.get("_login_user")
        if known is None or g.get("user") is not current_user or not known.is_active or self._is_user_detached(known):
            return bool(super().has_access(permission_name, view_name))
        return self._has_view_access(known, permission_name, view_name)

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        # The pairs of the user's roles are read once per request.
        roles, cached = self._role_ids(user), self._cached_rights()
        if roles not in cached:
            cached[roles] = _as_rights(self.session.scalars(select(_rights_of(roles))).one())
        return (permission_name, view_name) in cached[roles]

    def _role_ids(self, user: Any) -> RoleIds:
        return tuple(sorted(role.id for role in self.get_user_roles(user) if role is not None))

    def _cached_rights(self) -> dict[RoleIds, Rights]:
        """Return this request's cache: a dict from role ids to (permission, view) pairs; a new empty dict outside a
        request.
        """
        return request_context().rights_of_roles if has_request_context() else {}

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Return False: no view is public through a role."""
        return False
