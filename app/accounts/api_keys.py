"""Keys of programs: made and shown once, rotated with an overlap, revoked with a reason; all of it in the journal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.api_keys_security import hash_key, new_key
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import ApiKey, JournalEntry

LONGEST_OVERLAP = timedelta(days=30)


class KeyEnded(Exception):
    """The key was revoked, or its last day is over; it can no longer be rotated or revoked."""


@dataclass(frozen=True)
class KeyWish:
    """What a key is to be: its name, what it opens, and the instant at which it ends, if there is one."""

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None


def make_new_key(wish: KeyWish, by: int | None, now: datetime) -> str:
    """A new key; what is returned is shown once and kept nowhere."""
    key = new_key()
    with one_transaction():
        row = ApiKey(
            name=wish.name,
            key_hash=hash_key(key),
            scopes=sorted(wish.scopes),
            created_at=now,
            expires_at=wish.expires_at,
            made_by_id=by,
        )
        db.session.add(row)
        db.session.flush()
        _note("key_made", row, "", by, now)
    return key


def rotate_key(row: ApiKey, overlap: timedelta, by: int | None, now: datetime) -> str:
    """A new secret for the same program; the one before it opens for the overlap, at most 30 days, and then no more."""
    key = new_key()
    with one_transaction():
        _hold(row, now)
        row.previous_hash, row.previous_until = row.key_hash, now + min(overlap, LONGEST_OVERLAP)
        row.key_hash = hash_key(key)
        _note("key_rotated", row, "", by, now)
    return key


def revoke_key(row: ApiKey, reason: str, by: int | None, now: datetime) -> None:
    """End a key and the one before it at once."""
    with one_transaction():
        _hold(row, now)
        row.active, row.revoked_at, row.previous_hash, row.previous_until = False, now, None, None
        _note("key_revoked", row, reason, by, now)


def has_ended(row: ApiKey, now: datetime) -> bool:
    """Whether it opens nothing any more, whatever was done."""
    return not row.active or (row.expires_at is not None and row.expires_at <= now)


def _hold(row: ApiKey, now: datetime) -> None:
    lock_row(row)
    if has_ended(row, now):
        raise KeyEnded


def _note(kind: str, row: ApiKey, reason: str, by: int | None, now: datetime) -> None:
    """The journal names the key by number and name, never by anything of its secret."""
    until = row.expires_at.isoformat() if row.expires_at else None
    data = {"key": row.id, "name": row.name, "scopes": row.scopes, "expires_at": until}
    if kind == "key_rotated" and row.previous_until:
        data["previous_until"] = row.previous_until.isoformat()
    db.session.add(JournalEntry(kind=kind, at=now, officer_id=by, reason=reason, data=data))
