"""Who must have a second step (setting TOTP_REQUIRED), and that they can do nothing else until they have set it up."""

from typing import Any

from flask import Flask, current_app, g, redirect, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from app.access.people import ADMINISTRATOR_ROLE
from app.accounts.sessions import MARK
from app.core.problem import Problem
from app.web.error_responses import is_api
from workflow_rules.process.actors import Actor, Person

SET_UP = "/akun/dua-langkah/"
SIGNERS = frozenset({Actor.AGENCY_HEAD, Actor.OFFICE_HEAD})
ADMINISTRATORS = frozenset({ADMINISTRATOR_ROLE, "Admin"})
FREE = frozenset({"static", "appbuilder.static", "skin_bundle"})
FREE_VIEWS = ("TwoStepView.", "LimitedLogin.", "LocaleView.")


def must_have(user: User, person: Person) -> bool:
    """Whether the setting asks a second step of this account today; who stands in for a signer is one."""
    wanted: frozenset[str] = current_app.config["TOTP_REQUIRED"]
    signs = any(capacity.actor in SIGNERS for capacity in person.capacities)
    administers = any(role.name in ADMINISTRATORS for role in user.roles)
    return "all" in wanted or ("signers" in wanted and signs) or ("administrators" in wanted and administers)


def install(app: Flask) -> None:
    """Stand in front of every door; harmless when done again."""
    program: Any = getattr(app, "_get_current_object", lambda: app)()
    if _lead_to_set_up not in program.before_request_funcs.get(None, ()):
        program.before_request(_lead_to_set_up)


def _lead_to_set_up() -> Answer | None:
    if not current_app.config["TOTP_REQUIRED"] or MARK not in session or _is_free(request.endpoint or ""):
        return None
    if not current_user.is_authenticated or g.get("has_two_step") or not must_have(current_user, g.person[1]):
        return None
    if is_api(request.path):
        raise Problem(403, "two_step_required")
    return redirect(SET_UP)


def _is_free(endpoint: str) -> bool:
    return endpoint in FREE or endpoint.startswith(FREE_VIEWS)
