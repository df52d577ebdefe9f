"""API keys are kept as keyed hashes: they are random, so a fast hash is enough and a request costs no 100 ms."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, select, update

from app.access.current_person import finding_person
from app.core.extensions import db
from app.models import ApiKey

PREFIX = "lb_"
USE_NOTED_EVERY = timedelta(minutes=1)

_keys = ApiKey.__table__


@dataclass(frozen=True)
class KnownKey:
    """A key that opens something, as a request knows it."""

    id: int
    name: str
    scopes: frozenset[str]


def new_key() -> str:
    """A random key of 256 bits; its prefix lets scanners of leaked secrets find it."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, b"api-key:" + key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def find_key(given: str, now: datetime) -> KnownKey | None:
    """The key that was given, unless it is unknown, revoked or over; its use is noted at most once a minute.

    The note is committed at once, so that no request holds the key's row while another one waits.
    """
    with finding_person():
        return _find(hash_key(given), now)


def _find(hashed: str, now: datetime) -> KnownKey | None:
    row = db.session.execute(_LIVING, {"hashed": hashed, "now": now}).first()
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at <= now - USE_NOTED_EVERY:
        _note_use(row.id, now)
    return KnownKey(row.id, row.name, frozenset(row.scopes))


def _living() -> Select[*tuple[Any, ...]]:
    """The key of a hash, or one whose former hash it is for a while yet; built once, for every call sends it."""
    hashed, now = bindparam("hashed", type_=_keys.c.key_hash.type), bindparam("now", type_=_keys.c.expires_at.type)
    before = (_keys.c.previous_hash == hashed) & (_keys.c.previous_until > now)
    living = _keys.c.active & (_keys.c.expires_at.is_(None) | (_keys.c.expires_at > now))
    columns = (_keys.c.id, _keys.c.name, _keys.c.scopes, _keys.c.last_used_at)
    return select(*columns).where((_keys.c.key_hash == hashed) | before, living)


_LIVING = _living()


def _note_use(key_id: int, now: datetime) -> None:
    unnoted = _keys.c.last_used_at.is_(None) | (_keys.c.last_used_at <= now - USE_NOTED_EVERY)
    db.session.execute(update(_keys).where(_keys.c.id == key_id, unnoted).values(last_used_at=now))
    db.session.commit()
