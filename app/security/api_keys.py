"""API keys are kept as keyed hashes: they are random, so a fast hash is enough and a request costs no 100 ms."""

import hashlib
import hmac

from flask import current_app


def hash_key(key: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, b"api-key:" + key.encode(), hashlib.sha256).hexdigest()
