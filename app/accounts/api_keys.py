"""API keys of programs: shown once, rotated with an overlap, revoked with a reason, each step written to the
journal.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, literal_column, select, update

from app.access.current_person import finding_person
from app.core.definitions import VERSION, note_version
from app.core.extensions import db
from app.core.hashing import keyed_digest
from app.core.identifiers import LARGEST_ID
from app.core.transaction import lock_row, one_transaction
from app.models import ApiKey, JournalEntry

LONGEST_OVERLAP = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=1)
PREFIX = "lb_"
_keys = ApiKey.__table__


class KeyEnded(Exception):
    """Raised when an API key that was revoked or has expired is to be rotated or revoked."""


class KeyChanged(Exception):
    """Raised when an API key that is to be rotated was rotated since it was displayed."""


@dataclass(frozen=True)
class KeyInput:
    """A value object with the input for a new API key: its name, its scopes, and its expiry (aware UTC; None: the key
    does not expire).
    """

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None


def make_new_key(given: KeyInput, by: int | None, now: datetime) -> str:
    """Store a new API key, write the journal, commit, and return the key's plain text, which is shown once and not
    stored. `by` is the administrator's user id.
    """
    key = new_key()
    with one_transaction():
        row = ApiKey(
            name=given.name,
            key_hash=hash_key(key),
            scopes=sorted(given.scopes),
            created_at=now,
            expires_at=given.expires_at,
            made_by_id=by,
        )
        db.session.add(row)
        db.session.flush()
        _note("key_made", row, "", by, now)
    return key


def rotate_key(row: ApiKey, seen: str, overlap: timedelta, by: int | None, now: datetime) -> str:
    """Replace the secret of an API key, write the journal, commit, and return the new key's plain text. The old one
    stays valid for `overlap`, at most 30 days.

    `seen` is the `key_version` as displayed. Raises KeyChanged when the key was rotated since, KeyEnded when it was
    revoked or has expired.
    """
    key = new_key()
    with one_transaction():
        _hold(row, now)
        if key_version(row) != seen:
            raise KeyChanged
        row.previous_hash, row.previous_until = row.key_hash, now + min(overlap, LONGEST_OVERLAP)
        row.key_hash = hash_key(key)
        _note("key_rotated", row, "", by, now)
    return key


def revoke_key(row: ApiKey, reason: str, by: int | None, now: datetime) -> None:
    """Revoke an API key and its previous secret at once, write the journal and commit. Raises KeyEnded when the key was
    revoked or has expired already.
    """
    with one_transaction():
        _hold(row, now)
        row.active, row.revoked_at, row.previous_hash, row.previous_until = False, now, None, None
        _note("key_revoked", row, reason, by, now)


def key_version(row: ApiKey) -> str:
    """Return the first 12 characters of the key's hash, by which a form detects a rotation; they reveal no secret."""
    return row.key_hash[:12]


def has_ended(row: ApiKey, now: datetime) -> bool:
    """Return whether the API key was revoked or has expired at `now` (aware UTC)."""
    return not row.active or (row.expires_at is not None and row.expires_at <= now)


def key_row(key_id: int) -> ApiKey | None:
    """Return the `ApiKey` row with this id, valid or not; None if there is none."""
    return db.session.get(ApiKey, key_id) if key_id <= LARGEST_ID else None


def newest_keys(most: int) -> Sequence[ApiKey]:
    """Return a list of at most `most` `ApiKey` rows, those not revoked first and within these the newest first; expired
    keys are included.
    """
    return db.session.scalars(select(ApiKey).order_by(ApiKey.active.desc(), ApiKey.id.desc()).limit(most)).all()


def is_name_taken(name: str, now: datetime) -> bool:
    """Return whether an API key that is neither revoked nor expired has this name."""
    rows = db.session.scalars(select(ApiKey).where(ApiKey.name == name, ApiKey.active.is_(True)))
    return any(not has_ended(row, now) for row in rows)


def _hold(row: ApiKey, now: datetime) -> None:
    lock_row(row)
    if has_ended(row, now):
        raise KeyEnded


def _note(kind: str, row: ApiKey, reason: str, by: int | None, now: datetime) -> None:
    """Add a journal entry to the session that names the API key by id and name, without anything of its secret."""
    until = row.expires_at.isoformat() if row.expires_at else None
    data = {"key": row.id, "name": row.name, "scopes": row.scopes, "expires_at": until}
    if kind == "key_rotated" and row.previous_until:
        data["previous_until"] = row.previous_until.isoformat()
    db.session.add(JournalEntry(kind=kind, at=now, officer_id=by, reason=reason, data=data))


@dataclass(frozen=True)
class KnownKey:
    """A value object with the id, name and scopes of the valid API key that a request carries."""

    id: int
    name: str
    scopes: frozenset[str]


def new_key() -> str:
    """Return the plain text of a new random API key of 256 bits; its prefix lets scanners for leaked secrets recognise
    it. Nothing is stored.
    """
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    return keyed_digest(f"api-key:{key}")


_HASHED, _NOW = bindparam("hashed", type_=_keys.c.key_hash.type), bindparam("now", type_=_keys.c.expires_at.type)
_VERSION: ColumnElement[str] = literal_column(VERSION).label("definitions")
_VALID_KEY = select(_keys.c.id, _keys.c.name, _keys.c.scopes, _keys.c.last_used_at, _VERSION).where(
    (_keys.c.key_hash == _HASHED) | ((_keys.c.previous_hash == _HASHED) & (_keys.c.previous_until > _NOW)),
    _keys.c.active & (_keys.c.expires_at.is_(None) | (_keys.c.expires_at > _NOW)),
)
"""The query of a valid key by the digest of its current or previous secret; built once for all calls."""


def find_key(given: str, now: datetime) -> KnownKey | None:
    """Return as `KnownKey` the API key to which the given plain text belongs, as its current secret or as its previous
    one during the overlap; None if it is unknown, revoked or expired.

    The time of use is recorded at most once a minute and committed at once, so that no request holds the row lock while
    it runs.
    """
    with finding_person():
        row = db.session.execute(_VALID_KEY, {"hashed": hash_key(given), "now": now}).first()
        if row is None:
            return None
        note_version(row.definitions)
        if row.last_used_at is None or row.last_used_at <= now - USE_NOTED_EVERY:
            unnoted = _keys.c.last_used_at.is_(None) | (_keys.c.last_used_at <= now - USE_NOTED_EVERY)
            db.session.execute(update(_keys).where(_keys.c.id == row.id, unnoted).values(last_used_at=now))
            db.session.commit()
        return KnownKey(row.id, row.name, frozenset(row.scopes))
