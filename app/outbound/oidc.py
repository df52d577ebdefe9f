"""Client of the office's OpenID Connect provider for single sign-on.

OpenID Connect Core 1.0, section 3.1 (authorization code flow) with PKCE (RFC 7636). authlib and joserfc verify the
tokens; requests are bounded in time and size. The issuer is set by the administrator and may be in the office's
network; in production every endpoint must use https.

authlib's parts are used, not its Flask client (1.9), which lacks: a total time and a size for each answer (its
timeout restarts with every byte), the end of an attempt after ten minutes or a wrong state, the check that the metadata
is the issuer's, and a fixed list of algorithms (it takes the provider's). It also stores metadata and keys for the life
of the process.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.outbound.allowed_target import TargetRefused, find_target
from app.outbound.http_client import Answer, Unanswered, basic_auth, call

SCOPE = "openid profile email"
SECONDS = 6.0
LARGEST = 256 * 1024
WELL_KNOWN = "/.well-known/openid-configuration"
BACK_PATH = "/masuk/sso/kembali"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderAway(Exception):
    """Raised if the provider does not answer, or not as OpenID Connect specifies."""


@dataclass(frozen=True)
class Attempt:
    """A value object: the secrets of one sign-in attempt of a browser, against which the provider's callback and token
    are checked.
    """

    state: str
    nonce: str
    verifier: str


def discover() -> dict[str, Any]:
    """Fetch and return the provider's metadata as a dict (OpenID Connect Discovery 1.0, section 4); raises ProviderAway
    if the provider does not answer properly or the metadata is not the issuer's.
    """
    issuer = current_app.config["OIDC_ISSUER"]
    found = _json(_ask("GET", f"{issuer.rstrip('/')}{WELL_KNOWN}"))
    if found.get("issuer") != issuer or not all(_is_endpoint(found.get(name)) for name in ENDPOINTS):
        raise ProviderAway("the description is not the issuer's")
    return found


def address_of(provider: dict[str, Any], attempt: Attempt) -> str:
    """Return the URL at the provider to which the browser is redirected for the sign-in."""
    return str(
        prepare_grant_uri(
            provider["authorization_endpoint"],
            current_app.config["OIDC_CLIENT_ID"],
            "code",
            redirect_uri=_back(),
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
    )


def claims_behind(provider: dict[str, Any], code: str, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Exchange an authorization code at the provider and return a dict of the verified claims of the user. `now` is
    aware.

    Raises ProviderAway if the provider does not answer properly, TokenRefused if the code or the ID token is not valid.
    """
    answer = _exchange(provider, code, attempt)
    if not isinstance(answer.get("id_token"), str):
        raise TokenRefused("there is no id_token")
    keys = _json(_ask("GET", provider["jwks_uri"]))
    claims = verified_claims(answer["id_token"], keys, attempt.nonce, answer.get("access_token"), now)
    return _with_user_info(provider, claims, answer.get("access_token"))


def _exchange(provider: dict[str, Any], code: str, attempt: Attempt) -> dict[str, Any]:
    client, secret = current_app.config["OIDC_CLIENT_ID"], current_app.config["OIDC_CLIENT_SECRET"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(),
        "code_verifier": attempt.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if "client_secret_basic" in provider.get("token_endpoint_auth_methods_supported", ("client_secret_basic",)):
        headers["Authorization"] = basic_auth(quote(client, safe=""), quote(secret, safe=""))
    else:
        form |= {"client_id": client, "client_secret": secret}
    answer = _ask("POST", provider["token_endpoint"], urlencode(form).encode(), headers)
    if 400 <= answer.status < 500:
        raise TokenRefused("the provider refused the code")
    return _json(answer)


def _with_user_info(provider: dict[str, Any], claims: dict[str, Any], access: Any) -> dict[str, Any]:
    """Return the claims (a dict), completed from the userinfo endpoint if the token has no e-mail (section 5.3).

    Raises TokenRefused if userinfo has another subject, ProviderAway if that endpoint does not answer properly.
    """
    endpoint = provider.get("userinfo_endpoint")
    if "email" in claims or not (_is_endpoint(endpoint) and isinstance(access, str)):
        return claims
    more = _json(_ask("GET", str(endpoint), headers={"Authorization": f"Bearer {access}"}))
    if more.get("sub") != claims["sub"]:
        raise TokenRefused("userinfo tells of somebody else")
    return {**more, **claims}


def _ask(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    try:
        target = find_target(url, allow_private=True)
        return call(method, target, body=body, headers=headers or {}, seconds=SECONDS, largest=LARGEST)
    except (TargetRefused, Unanswered) as problem:
        raise ProviderAway(str(problem)) from problem


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderAway(f"answered {answer.status} without a JSON object")
    return found


def _is_endpoint(url: Any) -> bool:
    schemes = ("https://",) if current_app.config["LAPOR_PRODUCTION"] else ("https://", "http://")
    return isinstance(url, str) and url.startswith(schemes)


def _back() -> str:
    return f"{current_app.config['PUBLIC_BASE_URL']}{BACK_PATH}"


ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Asymmetric signatures only: not `none`, and no HMAC, for which a public key could be misused as the secret."""


LEEWAY_SECONDS = 60


class TokenRefused(Exception):
    """Raised if an authorization code or ID token of the provider is not valid."""


def verified_claims(token: str, keys: dict[str, Any], nonce: str, access_token: Any, now: datetime) -> dict[str, Any]:
    """Return a dict of the claims of an ID token after checking signature, issuer, audience, nonce and expiry at `now`
    (aware). Raises TokenRefused if a check fails, also if the token is malformed.
    """
    client = current_app.config["OIDC_CLIENT_ID"]
    options = {
        "iss": {"essential": True, "value": current_app.config["OIDC_ISSUER"]},
        "aud": {"essential": True, "value": client},
        "sub": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": client, "access_token": access_token}
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise TokenRefused(type(fault).__name__) from fault
    if not isinstance(claims["sub"], str):
        raise TokenRefused("the subject is no text")
    return dict(claims)
