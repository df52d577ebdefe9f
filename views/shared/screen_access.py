"""Access checks for screens: anonymous users go to the login page, officers without permission get 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import abort, current_app, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.current_person import may

P = ParamSpec("P")


def to_login() -> Response:
    """Return a redirect to the login page, which leads back to the requested page if the request was a GET."""
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(appbuilder.get_url_for_login_with(back) if back.strip("/") else appbuilder.get_url_for_login)


def for_officers(permission: str, view: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Return a view decorator that requires `permission` on the FAB view name `view`. Anonymous users are redirected to
    the login page, others get 403; FAB's own decorator would redirect to the start page.
    """

    def decorate(function: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return to_login()
            if not may(permission, view):
                abort(403)
            return function(*args, **kwargs)

        return guarded

    return decorate
