"""A text column that is readable only with the identity key: AES-256-GCM, key id in front (UU 27/2022 art. 35)."""

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator


def _keys() -> dict[str, bytes]:
    """The identity keys by their ids (a short hash of each), the newest first."""
    kept: dict[str, bytes] | None = current_app.extensions.get("identity_keys")
    if kept is None:
        raw = [base64.urlsafe_b64decode(key) for key in current_app.config["IDENTITY_KEYS"]]
        kept = {hashlib.sha256(key).hexdigest()[:8]: key for key in raw}
        current_app.extensions["identity_keys"] = kept
    return kept


class SealedText(TypeDecorator[str]):
    """Encrypts on the way in, decrypts on the way out; the same text never looks the same twice."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        name, key = next(iter(_keys().items()))
        nonce = os.urandom(12)
        sealed = AESGCM(key).encrypt(nonce, value.encode(), name.encode())
        return f"{name}:{base64.b64encode(nonce + sealed).decode()}"

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        name, _, encoded = value.partition(":")
        raw = base64.b64decode(encoded)
        return AESGCM(_keys()[name]).decrypt(raw[:12], raw[12:], name.encode()).decode()


_WORD = re.compile(r"[^\W_]+")
_PURPOSE = b"words of a reporter's name"


def keyed_words(text: str) -> list[str]:
    """Hashes of the words of a name under the newest identity key, to find the name without storing it readably.

    Whoever has the table but no key sees only that two names share a word.
    """
    return words_under_each_key(text)[0]


def words_under_each_key(text: str) -> list[list[str]]:
    """The same under every key, the newest first: a name is hashed under the key of its day."""
    words = sorted(set(_WORD.findall(_plain(text))))
    return [[_keyed(key, word) for word in words] for key in _keys().values()]


def _plain(text: str) -> str:
    """Small letters without accents: a name is found however it is written."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _keyed(key: bytes, word: str) -> str:
    own = hmac.new(key, _PURPOSE, hashlib.sha256).digest()
    return hmac.new(own, word.encode(), hashlib.sha256).hexdigest()[:20]
