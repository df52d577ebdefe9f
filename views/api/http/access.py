"""Authentication of API calls: officers by bearer token, programs by API key with scopes; both are rate limited."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, g, request
from flask_jwt_extended import get_current_user, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from app.access.current_person import act_as, current_person, may
from app.accounts.api_keys import PREFIX, KnownKey, find_key
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.request_context import request_context
from app.web.rate_limits import count_api_call
from views.api.http.idempotency import idempotent
from views.api.http.responses import answer, expected_version, id_in_range
from workflow_rules.process.actors import SYSTEM, Person

__all__ = ["answer", "expected_version", "id_in_range", "idempotent", "needs", "needs_scope"]

P = ParamSpec("P")
View = Callable[P, Response]
NO_ENTRY = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True)
class AccessRule:
    """A value object: who may call a route, for the OpenAPI document: officers, programs with an API key of the scope,
    or both.

    With `scope` None no program may call it.
    """

    officers: bool
    scope: str | None


def needs(permission: str, view: str = "Complaint", scope: str | None = None) -> Callable[[View[P]], View[P]]:
    """Return a view decorator that requires an officer's bearer token and the permission on the FAB view name.

    A session cookie is not accepted. With `scope`, a program with an API key of that scope may call too, and sees what
    a supervisor sees. The view raises Problem: 401 without valid credentials, 403 without the permission or scope, 429
    over the rate limit.
    """

    def decorate(function: View[P]) -> View[P]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            if scope is not None and _given_key().startswith(PREFIX):
                key = _enter_with_key(scope)
                act_as(Person(None, key.name, observes=True))
            else:
                _sign_in_by_token()
                if not may(permission, view):
                    raise Problem(403)
            return function(*args, **kwargs)

        # FAB discovers a view's permissions by this attribute; without it no role could be granted this one.
        guarded._permission_name = permission.removeprefix("can_")  # type: ignore[attr-defined]
        guarded._access_rule = AccessRule(True, scope)  # type: ignore[attr-defined]
        return guarded

    return decorate


def needs_scope(scope: str) -> Callable[[View[P]], View[P]]:
    """Return a view decorator that requires an API key with this scope; the view runs with the rights of the system.

    The view raises Problem: 401 without a valid key, 403 for a key without the scope, 429 over the rate limit.
    """

    def decorate(function: View[P]) -> View[P]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            _enter_with_key(scope)
            act_as(SYSTEM)
            return function(*args, **kwargs)

        guarded._access_rule = AccessRule(False, scope)  # type: ignore[attr-defined]
        return guarded

    return decorate


def access_rule_of(view: Any) -> AccessRule | None:
    """Return the `AccessRule` that a decorator attached to a view function; None for a public view."""
    rule: AccessRule | None = getattr(view, "_access_rule", None)
    return rule


def _sign_in_by_token() -> None:
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError, UnicodeError) as error:
        raise Problem(401, headers=NO_ENTRY) from error
    user = get_current_user()
    if not user or not user.is_active:
        raise Problem(401, headers=NO_ENTRY)
    g.user = user
    context = request_context()
    context.api_key_id = context.acting = None
    current_person()
    count_api_call("user", user.id)


def _enter_with_key(scope: str) -> KnownKey:
    given = _given_key()
    key = find_key(given, utc_now()) if given else None
    if key is None:
        raise Problem(401, headers=NO_ENTRY)
    count_api_call("key", key.id)
    if scope not in key.scopes:
        raise Problem(403)
    request_context().api_key_id = key.id
    return key


def _given_key() -> str:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else ""
