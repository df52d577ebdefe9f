"""FAB's security manager with its holes closed: limits on both login doors, sign-ins that end, rights read once."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, has_request_context, request, session
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, User, ViewMenu, assoc_permissionview_role
from flask_appbuilder.security.views import AuthDBView
from flask_jwt_extended import JWTManager
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.clock import utc_now
from app.errors import Problem, problem
from app.fab_repairs import is_readable
from app.json_input import json_object
from app.labels.refusals import HTTP
from app.models import SignIn
from app.security import sign_ins, way_back
from app.security.account_views import LARGEST_USER_ID, Accounts, PasswordReset, Roles
from app.security.current_person import finding_person
from app.security.guarded_lists import EagerInterface
from app.security.login_limits import login_limits
from app.security.passwords import OwnPassword, refuse_weak

Rights = frozenset[tuple[str, str]]


class LimitedLogin(AuthDBView):
    """The login form, limited by failures."""

    limits = login_limits()


class LimitedSecurityApi(SecurityApi):
    """The API's login, under the same limits as the form (stock FAB leaves this door open)."""

    limits = login_limits()

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        """The login's routes, with a check of the body in front: FAB answers 500 for what it cannot read."""
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(self._refuse_unreadable)
        return blueprint

    def _refuse_unreadable(self) -> None:
        if request.endpoint == f"{self.endpoint}.login":
            body = json_object()
            if not all(is_readable(value) for value in body.values() if isinstance(value, str)):
                raise Problem(400)


def no_good_token(*_: Any) -> Response:
    """The answer to every token that opens nothing, whatever is wrong with it."""
    return problem(401, "unauthorized", str(HTTP["unauthorized"]), {"WWW-Authenticate": "Bearer"})


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
        """Limits of a door that count together with those of the other one: FAB's count each door for itself."""
        for limit in baseview.limits or ():
            self.limiter.shared_limit(
                limit.limit_value,
                scope="login",
                key_func=limit.key_func,
                methods=limit.methods,
                exempt_when=limit.exempt_when,
                deduct_when=limit.deduct_when,
            )(baseview.blueprint)

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """FAB's, with one answer for every bad token, and tokens that end with the password they were got with."""
        tokens = super().create_jwt_manager(app)
        for of in ("unauthorized", "invalid_token", "expired_token", "revoked_token", "user_lookup_error"):
            getattr(tokens, f"{of}_loader")(no_good_token)
        tokens.additional_claims_loader(self._marks_of_token)
        sign_ins.install(app)
        way_back.install(app)
        return tokens

    def _marks_of_token(self, identity: str) -> dict[str, str]:
        return {sign_ins.SEAL: sign_ins.seal_of(self.get_user_by_id(int(identity)))}

    def load_user(self, pk: str) -> Any:
        """The account of a cookie, unless it is inactive, its password has changed since or its sign-in has ended."""
        found = self._account(pk, session)
        if found is None or not sign_ins.lives(found[1], utc_now()):
            return None
        sign_ins.take_up(found[1], utc_now())
        return found[0]

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Any:
        """The account of a token, under the same conditions; its sign-in is as old as the token."""
        found = self._account(jwt_data["sub"], jwt_data)
        if found is None:
            return None
        g.user = found[0]
        return found[0]

    def _account(self, key: str, marks: Mapping[str, Any]) -> Any:
        """Account and sign-in by a cookie's or token's own words, in one statement; None where they prove nothing."""
        if not (key.isascii() and key.isdigit() and int(key[:20]) <= LARGEST_USER_ID):
            return None
        its_own = (SignIn.user_id == User.id) & (SignIn.mark == str(marks.get(sign_ins.MARK, "")))
        statement = select(User, SignIn).outerjoin(SignIn, its_own).where(User.id == int(key))
        with finding_person():
            found = self.session.execute(statement.options(joinedload(User.roles))).unique().first()
        return found if found is not None and found[0].is_active and sign_ins.is_sealed(found[0], marks) else None

    def reset_password(self, userid: Any, password: str) -> None:
        """A new password; every sign-in made with the old one ends, but the one that is changing its own goes on."""
        super().reset_password(userid, password)
        sign_ins.end_sign_ins(int(userid), utc_now())
        if current_user.is_authenticated and str(current_user.id) == str(userid):
            session[sign_ins.SEAL] = sign_ins.seal_of(self.get_user_by_id(int(userid)))

    def get_user_roles(self, user: Any) -> list[Any]:
        """An account's own roles: groups, which no screen shows, would give more unseen."""
        return list(user.roles) if user.is_authenticated else [self.get_public_role()]

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
