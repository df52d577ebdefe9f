"""Single sign-on at the office's OIDC provider."""

import hmac
import secrets
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app, flash, redirect, request, session
from flask_appbuilder import expose
from flask_appbuilder.utils.limit import Limit
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from app.accounts.labels import SIGN_ON_FAULTS
from app.accounts.login_screens import after_the_password
from app.accounts.single_sign_on import officer_of
from app.core.clock import utc_now
from app.outbound.oidc import Attempt, ProviderAway, TokenRefused, address_of, claims_behind, discover
from app.web.fab_repairs import safe_address
from app.web.rate_limits import source
from views.shared.public_view import PublicView

log = structlog.get_logger()

STATE = "masuk_tunggal"
LASTS = timedelta(minutes=10)
PER_SOURCE = "60 per minute"


class SignOnView(PublicView):
    """Public routes of single sign-on; the pending attempt is in the signed session cookie and ends with the first
    return.
    """

    route_base = "/masuk"
    default_view = "go"
    limits = (Limit(PER_SOURCE, key_func=source, methods=["GET"]),)
    limit_scope = "sso"

    @expose("/sso", methods=["GET"])
    def go(self) -> Response:
        """Redirect to the OIDC provider with a new state, nonce and PKCE verifier, valid for ten minutes.

        Redirects to the login page if single sign-on is not configured or the provider is unreachable.
        """
        if not current_app.config["OIDC_ISSUER"]:
            return redirect("/login/")
        back = safe_address(request.args.get("next", ""))
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        try:
            address = address_of(discover(), attempt)
        except ProviderAway as away:
            log.warning("sign_on_away", error=str(away)[:200])
            return _to_login("away", back)
        known = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "next": back}
        session[STATE] = {**known, "until": (utc_now() + LASTS).timestamp()}
        return redirect(address)

    @expose("/sso/kembali", methods=["GET"])
    def back(self) -> Response:
        """Sign the officer in when the OIDC provider redirects back, and redirect to the page requested before.

        An account with a second step is redirected to its code page first; any failure leads to the login page with a
        message.
        """
        if not current_app.config["OIDC_ISSUER"]:
            return redirect("/login/")
        pending = session.pop(STATE, None) or {}
        back = str(pending.get("next", ""))
        # This browser began the attempt, and did so within the last ten minutes.
        in_time = utc_now().timestamp() < pending.get("until", 0)
        given, expected = (str(text).encode() for text in (request.args.get("state", ""), pending.get("state", "")))
        if not (in_time and hmac.compare_digest(given, expected)):
            return _to_login("ended", back)
        if "error" in request.args or request.args.get("iss", _issuer()) != _issuer():
            return _to_login("refused", back)
        try:
            attempt = Attempt(pending["state"], pending["nonce"], pending["verifier"])
            claims = claims_behind(discover(), request.args.get("code", ""), attempt, utc_now())
        except ProviderAway as away:
            log.warning("sign_on_away", error=str(away)[:200])
            return _to_login("away", back)
        except TokenRefused as refused:
            log.warning("sign_on_refused", error=str(refused)[:200])
            return _to_login("refused", back)
        return _let_in(claims, back)


def _let_in(claims: dict[str, Any], back: str) -> Response:
    user = officer_of(claims, utc_now())
    if user is None:
        log.info("sign_on_unknown")
        return _to_login("unknown", back)
    if current_user.is_authenticated:
        logout_user()
    current_app.appbuilder.sm.update_user_auth_stat(user, True)  # type: ignore[attr-defined]
    return after_the_password(user, safe_address(back))


def _issuer() -> str:
    return str(current_app.config["OIDC_ISSUER"])


def _to_login(fault: str, back: str) -> Response:
    flash(str(SIGN_ON_FAULTS[fault]) % {"provider": current_app.config["OIDC_LABEL"]}, "warning")
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    return redirect(appbuilder.get_url_for_login_with(back or appbuilder.get_url_for_index))
