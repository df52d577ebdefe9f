"""Columns encrypted with the identity keys: AES-256-GCM, prefixed with the key id (UU 27/2022 art. 35)."""

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from app.core.identifiers import normal_identifier

UNREADABLE = "••••"


class KeyMissing(Exception):
    """Raised when a text was encrypted with an identity key that IDENTITY_KEYS no longer holds; `key_id` identifies the
    key.
    """

    def __init__(self, key_id: str) -> None:
        super().__init__(f"sealed under the identity key {key_id}, which is not among IDENTITY_KEYS")
        self.key_id = key_id


class Unreadable(str):
    """A placeholder for an encrypted text that cannot be decrypted, since its key is missing; it may be displayed, but
    writing it to an encrypted column raises ValueError.
    """

    __slots__ = ()


def identity_keys() -> dict[str, bytes]:
    """Return a dict from key id (the first 8 hex digits of the key's SHA-256) to identity key (bytes), newest first."""
    cached: dict[str, bytes] | None = current_app.extensions.get("identity_keys")
    if cached is None:
        raw = [base64.urlsafe_b64decode(key) for key in current_app.config["IDENTITY_KEYS"]]
        cached = {hashlib.sha256(key).hexdigest()[:8]: key for key in raw}
        current_app.extensions["identity_keys"] = cached
    return cached


class SealedText(TypeDecorator[str]):
    """A column type for text that is encrypted on write and decrypted on read; equal texts give different ciphertexts.

    Reading a text whose key is missing raises KeyMissing. A `tolerant` column returns Unreadable instead, so that the
    rest of its row stays usable.
    """

    impl = Text
    cache_ok = True

    def __init__(self, tolerant: bool = False) -> None:
        super().__init__()
        self.tolerant = tolerant

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if isinstance(value, Unreadable):
            raise ValueError("what could not be read must not take the place of what is sealed")
        return None if value is None else _seal(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        try:
            return None if value is None else _open(value).decode()
        except KeyMissing:
            if not self.tolerant:
                raise
            return Unreadable(UNREADABLE)


class SealedBytes(TypeDecorator[bytes]):
    """A column type for the bytes of a small file, encrypted on write and decrypted on read; reading raises KeyMissing
    when the key is missing.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _open(value)


def readable(text: str | None) -> str | None:
    """Return a text from a tolerant encrypted column unchanged, None included. Raises KeyMissing when it is the
    placeholder Unreadable.
    """
    if isinstance(text, Unreadable):
        raise KeyMissing("?")
    return text


def newest_key_id() -> str:
    """Return the id (8 hex digits) of the identity key with which new values are encrypted."""
    return next(iter(identity_keys()))


def encrypted_again(stored: str) -> tuple[str, bytes]:
    """Return (value encrypted with the newest key, its plain bytes) for an encrypted value as it is stored. Raises
    KeyMissing when the key of that value is missing.
    """
    content = _open(stored)
    return _seal(content), content


def _seal(content: bytes) -> str:
    name, key = next(iter(identity_keys().items()))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, content, name.encode())
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def _open(stored: str) -> bytes:
    name, _, encoded = stored.partition(":")
    if name not in identity_keys():
        raise KeyMissing(name)
    raw = base64.b64decode(encoded)
    return AESGCM(identity_keys()[name]).decrypt(raw[:12], raw[12:], name.encode())


_WORD = re.compile(r"[^\W_]+")
_PURPOSE = b"words of a reporter's name"


def name_digests(text: str) -> list[str]:
    """Return a list of HMACs (20 hex digits) of the distinct words of a name under the newest key, for searching names
    that are stored encrypted.

    Without the key the table reveals only that two names share a word.
    """
    return name_digests_by_key(text)[0]


def name_digests_by_key(text: str) -> list[list[str]]:
    """Return a list with, for every identity key, newest first, the list of HMACs (20 hex digits) of a name's distinct
    words, so that rows written under an older key are found too.
    """
    # In lower case without accents, so that a name is found in any spelling.
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = sorted(set(_WORD.findall(plain)))
    return [[_keyed(key, word) for word in words] for key in identity_keys().values()]


def identifier_digest(kind: str, text: str) -> str:
    """Return the HMAC (20 hex digits) of a phone number, e-mail address or NIK under the newest key, for searching
    encrypted identities; "" when the text holds no valid one.
    """
    return identifier_digests_by_key(kind, text)[0]


def identifier_digests_by_key(kind: str, text: str) -> list[str]:
    """Return a list of the HMACs (20 hex digits) of a phone number, e-mail address or NIK under every key, newest
    first, so that rows written under an older key are found too; [""] when the text holds no valid one.
    """
    plain = normal_identifier(kind, text)
    if not plain:
        return [""]
    return [_keyed(key, plain, f"a reporter's {kind}".encode()) for key in identity_keys().values()]


def _keyed(key: bytes, word: str, purpose: bytes = _PURPOSE) -> str:
    return hmac.digest(_own_key(key, purpose), word.encode(), "sha256").hex()[:20]


@lru_cache(maxsize=64)
def _own_key(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")
