"""Token endpoints of the API: tokens belong to a sign-in, are refreshed one for one, and end with it."""

from typing import Any

from flask import Blueprint, Response, request
from flask_appbuilder.api import safe
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.schemas import LoginPost
from flask_appbuilder.views import expose
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt, jwt_required
from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from app.access.current_person import finding_person
from app.access.people import person_of
from app.accounts import password_checks, sessions
from app.accounts.login_limits import admit, admit_code
from app.accounts.second_step import has_two_step, must_have, take_code
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.request_context import request_context
from app.vocabulary.refusals import HTTP
from app.web.error_responses import problem
from app.web.fab_repairs import is_readable
from app.web.json_input import json_object

RENEWAL = "renewal"
"""Claim with the id of a refresh token; only the sign-in's latest id is valid."""


class LoginWithCode(LoginPost):
    """The schema of the body of an API login: FAB's fields (user name, password, provider, `refresh`) and the
    second-step code (`otp`).
    """

    otp = fields.String(validate=Length(min=1, max=40))


def no_good_token(*_: Any) -> Response:
    """Return the 401 problem response for any invalid API token, without the reason."""
    return problem(401, "unauthorized", str(HTTP["unauthorized"]), {"WWW-Authenticate": "Bearer"})


def sign_in_claims(_identity: str) -> dict[str, str]:
    """Return a dict of the claims (`seal`, `sign_in`) that tie the API tokens made in this request to their sign-in;
    called for each token.
    """
    return request_context().sign_in_claims


class LimitedSecurityApi(SecurityApi):
    """Endpoints by which API clients log in, refresh their tokens and log out, with the same limits as the login form
    (FAB has none).
    """

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        """Return FAB's blueprint with a check of the login body (400 for unreadable characters, where FAB would answer
        500) and the answer for an expired password.
        """
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(self._refuse_unreadable)
        blueprint.after_request(password_checks.answer_expired)
        return blueprint

    def _refuse_unreadable(self) -> None:
        if request.endpoint == f"{self.endpoint}.login":
            body = json_object()
            if not all(is_readable(value) for value in body.values() if isinstance(value, str)):
                raise Problem(400)

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Return 200 with an access token (`refresh`: also a refresh token) for a right user name, password and code
        where needed; 401 for a wrong name or password. Raises Problem 400 for an invalid body, 401 or 403 for the
        second step, 429 after too many attempts.
        """
        try:
            body = LoginWithCode().load(json_object())
        except ValidationError as error:
            raise Problem(400) from error
        attempt = admit(body["username"], utc_now())
        user = self.appbuilder.sm.auth_user_db(body["username"], body["password"])
        if not user:
            return no_good_token()
        attempt.succeeded()
        _second_step(user, body.get("otp"))
        agent = request.user_agent.string
        claims = sessions.begin(user, utc_now(), request.remote_addr, agent, door="api")
        request_context().sign_in_claims = claims
        return self._tokens(str(user.id), body.get("refresh", False))

    @expose("/refresh", methods=["POST"])
    @jwt_required(refresh=True)
    @safe
    def refresh(self) -> Response:
        """Return 200 with a new access and refresh token for a refresh token, which is used up; 401 for a refresh token
        that was used before, which also ends its sign-in.
        """
        request_context().sign_in_claims = {
            name: get_jwt()[name] for name in (sessions.PASSWORD_CLAIM, sessions.SIGN_IN_CLAIM)
        }
        return self._tokens(get_jwt()["sub"], True, get_jwt().get(RENEWAL), fresh=False)

    @expose("/logout", methods=["POST"])
    @jwt_required()
    @safe
    def logout(self) -> Response:
        """End the sign-in of the access token, so that all its access and refresh tokens are invalid, commit, and
        return 200 with `result` "signed_out".
        """
        sessions.end_by_token(get_jwt()[sessions.SIGN_IN_CLAIM], utc_now())
        answer: Response = self.response(200, result="signed_out")
        return answer

    def _tokens(self, identity: str, renewable: bool, used: str | None = None, fresh: bool = True) -> Response:
        given = {}
        if renewable:
            renewal = sessions.next_refresh_id(
                request_context().sign_in_claims[sessions.SIGN_IN_CLAIM], utc_now(), used
            )
            if renewal is None:
                return no_good_token()
            given["refresh_token"] = create_refresh_token(identity, additional_claims={RENEWAL: renewal})
        answer: Response = self.response(200, access_token=create_access_token(identity, fresh=fresh), **given)
        return answer


def _second_step(user: Any, code: str | None) -> None:
    """Check the second-step code of a login and use it up (commits); do nothing for an account that needs no code.
    Raises Problem 403 `two_step_required` (demanded but not set up), 401 `otp_required` (no code), 401 `otp_refused`
    (wrong code), or 429 after too many codes.
    """
    if not has_two_step(user.id):
        with finding_person():
            if must_have(person_of(user, utc_now())):
                raise Problem(403, "two_step_required")
        return
    if code is None:
        raise Problem(401, "otp_required", {"WWW-Authenticate": "Bearer"})
    attempt = admit_code(user.id, utc_now())
    if not take_code(user.id, code, utc_now()):
        raise Problem(401, "otp_refused", {"WWW-Authenticate": "Bearer"})
    attempt.succeeded()
