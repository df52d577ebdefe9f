"""FAB's security manager with its holes closed: limits on both login doors, sign-ins that end, rights read once."""

from collections.abc import Callable, Mapping
from datetime import date
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
from app.accounts.account_screens import Accounts, Roles
from app.accounts.login_screens import LimitedLogin
from app.accounts.password_forms import OwnPassword, refuse_weak
from app.accounts.password_reset import LARGEST_USER_ID, PasswordReset
from app.accounts.passwords import change_password
from app.accounts.token_endpoints import LimitedSecurityApi, marks_of_tokens, no_good_token
from app.core.clock import office_today, utc_now
from app.core.hashing import digest_of_today
from app.models import SignIn, TwoStep
from app.web.list_guards import EagerInterface

Rights = frozenset[tuple[str, str]]
RoleIds = tuple[int, ...]


def _rights_of(roles: Any) -> ScalarSelect[Any]:
    """What roles allow, given by their ids or a select of them; as part of another query."""
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
    """Built once: every request sends it."""
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
    """Accounts, roles and logins of the officers."""

    authdbview = LimitedLogin
    security_api = LimitedSecurityApi
    userdbmodelview = Accounts
    rolemodelview = Roles
    resetpasswordview = PasswordReset
    resetmypasswordview = OwnPassword

    def __init__(self, appbuilder: Any) -> None:
        rules = {"FAB_PASSWORD_COMPLEXITY_ENABLED": True, "FAB_PASSWORD_COMPLEXITY_VALIDATOR": refuse_weak}
        current_app.config.from_mapping(rules)
        super().__init__(appbuilder)
        self.userdbmodelview.datamodel = EagerInterface(self.user_model, eager=(selectinload(self.user_model.roles),))

    def register_views(self) -> None:
        """FAB's own, without what nobody is granted: groups (they would give roles unseen), permissions, statistics
        (they load scripts from a foreign host). Nor its login limit, which counts successes too: an office of twenty
        behind one address would lock itself out in the morning.
        """
        add = self.appbuilder.add_view_no_menu
        self.appbuilder.add_api(self.security_api)
        add(self.userinfoeditview())
        add(self.resetpasswordview())
        add(self.resetmypasswordview())
        self.auth_view = add(self.authdbview())
        menu = {"category": "Security", "category_icon": "shield"}
        self.user_view = self.appbuilder.add_view(self.userdbmodelview, "List Users", icon="users", **menu)
        roles = self.appbuilder.add_view(self.rolemodelview, "List Roles", icon="user-shield", **menu)
        roles.related_views = [self.user_view.__class__]

    def add_limit_view(self, baseview: Any) -> None:
        """Limits of a door that count together with those of others of its kind: FAB's count each door for itself.

        What is counted (an address, a number, an e-mail address) stands in the store as a digest of the day only.
        """
        for limit in baseview.limits or ():
            self.limiter.shared_limit(
                limit.limit_value,
                scope=getattr(baseview, "limit_scope", "login"),
                key_func=_digested(limit.key_func),
                methods=limit.methods,
                exempt_when=limit.exempt_when,
                deduct_when=limit.deduct_when,
            )(baseview.blueprint)

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """FAB's, with one answer for every bad token, and tokens that end with their sign-in and its password."""
        tokens = super().create_jwt_manager(app)
        for of in ("unauthorized", "invalid_token", "expired_token", "revoked_token", "user_lookup_error"):
            getattr(tokens, f"{of}_loader")(no_good_token)
        tokens.additional_claims_loader(marks_of_tokens)
        sessions.install(app)
        return_after_login.install(app)
        password_checks.install(app)
        second_step.install(app)
        return tokens

    def load_user(self, pk: str) -> Any:
        """The account of a cookie, unless it is inactive, its password has changed since or its sign-in has ended."""
        found = self._account(pk, session)
        if found is None or not sessions.lives(found[1], utc_now()):
            return None
        sessions.take_up(found[1], utc_now())
        return found[0]

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Any:
        """The account of a token, under the same conditions: its sign-in is a row like that of a cookie."""
        found = self._account(jwt_data["sub"], jwt_data)
        if found is None or not sessions.lives(found[1], utc_now()):
            return None
        g.user = found[0]
        return found[0]

    def _account(self, key: str, marks: Mapping[str, Any]) -> Any:
        """Account and sign-in by a cookie's or token's own words; None where they prove nothing. What every page asks
        of an account, who it is today and what it may do, is kept for the request.
        """
        if not (key.isascii() and key.isdigit() and int(key[:20]) <= LARGEST_USER_ID):
            return None
        day = office_today(utc_now())
        found = self._read_account(int(key), str(marks.get(sessions.MARK, "")), day)
        if found is None or not (found[0].is_active and sessions.is_sealed(found[0], marks)):
            return None
        user, sign_in, standing, rights, g.has_two_step = found
        remember_person(user, person_with(user, standing, day))
        self._kept_rights()[self._role_ids(user)] = _as_rights(rights)
        return user, sign_in

    def _read_account(self, number: int, mark: str, day: date) -> Any:
        """Account with its roles, sign-in, standing and rights, in one statement."""
        with finding_person():
            rows = self.session.execute(_account_asked(), {"number": number, "mark": mark, "day": day})
        return rows.unique(lambda row: row[0].id).first()

    def reset_password(self, userid: Any, password: str) -> None:
        """A new password, by its own officer or on the command line; every sign-in made with the old one ends, but the
        one that is changing its own goes on.
        """
        user = self.get_user_by_id(int(userid))
        own = has_request_context() and current_user.is_authenticated and str(current_user.id) == str(userid)
        change_password(user, password, "own" if own else "command", user.id if own else None, utc_now())
        if own:
            session[sessions.SEAL] = sessions.seal_of(user)
            password_checks.changed()

    def auth_user_db(self, username: Any, password: Any) -> Any:
        """FAB's, and then what a right password still meets here."""
        return password_checks.admit(super().auth_user_db(username, password), password, utc_now())

    def get_user_roles(self, user: Any) -> list[Any]:
        """An account's own roles: groups, which no screen shows, would give more unseen."""
        return list(user.roles) if user.is_authenticated else [self.get_public_role()]

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """FAB's, which finds out anew who is asking at each of a page's forty buttons, for a cookie's known account."""
        known = g.get("_login_user")
        if known is None or g.get("user") is not current_user or not known.is_active or self._is_user_detached(known):
            return bool(super().has_access(permission_name, view_name))
        return self._has_view_access(known, permission_name, view_name)

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self._rights(user)

    def _rights(self, user: Any) -> Rights:
        """Everything the user's roles allow, read once a request instead of once a button."""
        roles, kept = self._role_ids(user), self._kept_rights()
        if roles not in kept:
            kept[roles] = _as_rights(self.session.scalars(select(_rights_of(roles))).one())
        return kept[roles]

    def _role_ids(self, user: Any) -> RoleIds:
        return tuple(sorted(role.id for role in self.get_user_roles(user) if role is not None))

    def _kept_rights(self) -> dict[RoleIds, Rights]:
        """What this request has read of rights so far, by the roles that give them."""
        kept: dict[RoleIds, Rights] = g.setdefault("rights_of_roles", {}) if has_request_context() else {}
        return kept

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public by a role; public pages are written as such."""
        return False
