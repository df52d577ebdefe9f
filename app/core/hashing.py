"""Keyed digests of what may be compared for a while and never read: addresses, and what a limit is counted by."""

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
    """A digest that every process makes alike until the end of the office's day, under a key made from SECRET_KEY."""
    secret = current_app.config["SECRET_KEY"].encode()
    return _digest(_digest(secret, f"digests of {office_today()}").encode(), text)


def unrepeatable_digest(text: str) -> str | None:
    """A digest under a random key of the day, which Redis alone holds and drops after two days: from then on nobody can
    find out what it was made of. None while Redis is away.
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
