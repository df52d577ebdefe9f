"""An ID token is believed only after every check of OpenID Connect Core 1.0, section 3.1.3.7."""

from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair alone: not `none`, and no shared secret, which a public key could be taken for."""

LEEWAY_SECONDS = 60


class TokenRefused(Exception):
    """What the provider gave proves nothing."""


def verified_claims(token: str, keys: dict[str, Any], nonce: str, access_token: Any, now: datetime) -> dict[str, Any]:
    """The claims of a token with a good signature, of this issuer, for us, for this attempt and not expired.

    Raises TokenRefused, also for everything that cannot be read.
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
