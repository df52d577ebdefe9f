"""Digests: keyed ones of values that are compared but never stored readably, and the digest of JSON."""

import hashlib
import hmac
import json
import secrets
from typing import Any

import structlog
from flask import current_app
from redis.exceptions import RedisError

from app.core.clock import office_today
from app.core.extensions import redis_client

DIGEST_LETTERS = 32
KEY_SECONDS = 2 * 24 * 3600

log = structlog.get_logger()


def keyed_digest(content: str | bytes) -> str:
    """Return the HMAC-SHA256 (hex) of a text or bytes under SECRET_KEY. Begin the content with its purpose, so that
    digests of two purposes never agree.
    """
    return _digest(current_app.config["SECRET_KEY"].encode(), content)


def canonical_json(value: Any) -> str:
    """Return the JSON text of a value with sorted keys and without spaces, so that equal values give equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def json_digest(value: Any) -> str:
    """Return the SHA-256 (hex) of a value's canonical JSON text."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def digest_of_today(text: str) -> str:
    """Return a digest (32 hex digits) of a text that is equal in all processes until the end of the office day; its key
    is derived from SECRET_KEY.
    """
    key = keyed_digest(f"digests of {office_today()}")[:DIGEST_LETTERS]
    return _digest(key.encode(), text)[:DIGEST_LETTERS]


def unrepeatable_digest(text: str) -> str | None:
    """Return a digest (32 hex digits) of a text under a random key of the office day; None while Redis is unreachable
    or has lost the key.

    Redis alone stores the key and drops it after two days; from then on nobody can guess the text from its digest.
    """
    key = _key_of_today()
    return None if key is None else _digest(key, text)[:DIGEST_LETTERS]


def _digest(key: bytes, content: str | bytes) -> str:
    plain = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return hmac.digest(key, plain, "sha256").hex()


def _key_of_today() -> bytes | None:
    name = f"lapor:digest-key:{office_today()}"
    cached: tuple[str, bytes] | None = current_app.extensions.get("lapor_digest_key")
    if cached is None or cached[0] != name:
        try:
            redis_client().set(name, secrets.token_hex(32), ex=KEY_SECONDS, nx=True)
            stored = redis_client().get(name)
        except RedisError as away:
            log.warning("redis_away", error=type(away).__name__)
            return None
        if not stored:  # lost between the two calls, as by a restart of Redis
            return None
        cached = name, stored if isinstance(stored, bytes) else stored.encode()
        current_app.extensions["lapor_digest_key"] = cached
    return cached[1]
