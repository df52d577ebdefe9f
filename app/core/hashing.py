"""Keyed daily digests of values that are compared but never stored readably, such as client addresses."""

import hashlib
import hmac
import secrets

import structlog
from flask import current_app
from redis.exceptions import RedisError

from app.core.clock import office_today
from app.core.extensions import redis_client

DIGEST_LETTERS = 32
KEY_SECONDS = 2 * 24 * 3600

log = structlog.get_logger()


def digest_of_today(text: str) -> str:
    """Return a digest that all processes share until the end of the office day; its key is derived from SECRET_KEY."""
    secret = current_app.config["SECRET_KEY"].encode()
    return _digest(_digest(secret, f"digests of {office_today()}").encode(), text)


def unrepeatable_digest(text: str) -> str | None:
    """Return a digest under a random key of the office day. Redis alone stores the key and drops it after two days, so
    that the value can no longer be guessed. None while Redis is unreachable.
    """
    key = _key_of_today()
    return None if key is None else _digest(key, text)


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:DIGEST_LETTERS]


def _key_of_today() -> bytes | None:
    name = f"lapor:digest-key:{office_today()}"
    held: tuple[str, bytes] | None = current_app.extensions.get("lapor_digest_key")
    if held is None or held[0] != name:
        try:
            redis_client().set(name, secrets.token_hex(32), ex=KEY_SECONDS, nx=True)
            kept = redis_client().get(name) or b""
        except RedisError as away:
            log.warning("redis_away", error=type(away).__name__)
            return None
        held = name, kept if isinstance(kept, bytes) else kept.encode()
        current_app.extensions["lapor_digest_key"] = held
    return held[1] or None
