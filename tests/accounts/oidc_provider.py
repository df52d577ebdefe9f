"""A provider of single sign-on for tests: a small Flask program that speaks OpenID Connect over real HTTP.

Written from OpenID Connect Core 1.0 (sections 3.1.2 to 3.1.3.7), Discovery 1.0 and RFC 7636; it signs with a real RSA
key. It is strict where a provider must be (redirect URI, client secret, verifier, a code used once) and lies where a
test tells it to: `claims` changes what the token says, `sign` how it is signed.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlencode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "lapor-balangan", "rahasia+klien/uji"
BACK = "http://localhost/masuk/sso/kembali"
_PRIVATE = rsa.generate_private_key(65537, 2048)
PEM = _PRIVATE.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
KEY = RSAKey.import_key(
    _PRIVATE.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    {"kid": "satu", "use": "sig", "alg": "RS256"},
)
STRANGER = RSAKey.generate_key(2048, {"kid": "satu"})


def signed(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "satu"}, claims, KEY)


def unsigned(claims: dict[str, Any]) -> str:
    """A token of the algorithm `none` (RFC 7518, section 3.6)."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """HS256 with what everybody can read as the secret: passes where the algorithm is believed. By hand, since the
    library refuses to do it.
    """
    text = f"{_part({'alg': 'HS256', 'kid': 'satu'})}.{_part(claims)}"
    return f"{text}.{_base64(hmac.digest(PEM, text.encode(), 'sha256'))}"


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed_by_a_stranger(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "satu"}, claims, STRANGER)


class Provider:
    """Who is signed in at it, and how it lies."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}/realm"
        self.person: dict[str, Any] = {"sub": "b7c1", "email": "kasi@balangan.example", "email_verified": True}
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = signed
        self.in_token = True
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def description(self) -> Response:
        endpoints = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        endpoints["userinfo_endpoint"] = "me"
        self.asked.append("description")
        return jsonify(
            {"issuer": self.issuer, **{k: f"{self.issuer}/{v}" for k, v in endpoints.items()}, **self.metadata}
        )

    def keys(self) -> Response:
        return jsonify({"keys": [KEY.as_dict(private=False)]})

    def authorise(self) -> Any:
        """Section 3.1.2: this person signs in without being asked, and is sent back with a code."""
        asked = request.args.to_dict()
        good = asked["client_id"] == CLIENT and asked["redirect_uri"] == BACK and asked["response_type"] == "code"
        if not (good and "openid" in asked["scope"].split() and asked["code_challenge_method"] == "S256"):
            return "bad request", 400
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return redirect(f"{BACK}?{urlencode({'code': code, 'state': asked['state']})}")

    def token(self) -> Any:
        """Section 3.1.3: client, redirect URI and verifier must fit; a code is used once."""
        form, self_said = request.form, self._client()
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or self_said != (CLIENT, SECRET) or form["redirect_uri"] != BACK:
            return jsonify({"error": "invalid_grant"}), 400
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if _base64(digest) != asked["code_challenge"]:
            return jsonify({"error": "invalid_grant"}), 400
        now = int(time.time())
        told = self.person if self.in_token else {"sub": self.person["sub"]}
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **told}
        token = self.sign({**claims, **self.claims})
        return jsonify({"access_token": "akses", "token_type": "Bearer", "id_token": token})

    def me(self) -> Any:
        if request.headers.get("Authorization") != "Bearer akses":
            return "", 401
        return jsonify(self.person)

    @staticmethod
    def _client() -> tuple[str, str]:
        """Section 2.3.1 of RFC 6749: both parts are form-encoded before they are joined."""
        said = request.authorization
        return (unquote(said.username or ""), unquote(said.password or "")) if said else ("", "")


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider on a free port of this machine."""
    app = Flask("provider")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    it = Provider(server.server_port)
    app.add_url_rule("/realm/.well-known/openid-configuration", "description", it.description)
    app.add_url_rule("/realm/auth", "authorise", it.authorise)
    app.add_url_rule("/realm/token", "token", it.token, methods=["POST"])
    app.add_url_rule("/realm/keys", "keys", it.keys)
    app.add_url_rule("/realm/me", "me", it.me)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
