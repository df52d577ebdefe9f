"""Idempotency: a repeated request gets the stored answer of the first (`Idempotency-Key`, form tokens, Open311)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import delete_batch
from app.models import IdempotencyKey

RETENTION = timedelta(days=7)
"""Retention of a response, as documented in the API; longer than an outage of SP4N lasts."""

AT_ONCE = 2000
_LOCK_SEED = 11


class KeyInProgress(Exception):
    """Raised while the first request with this idempotency key has not finished."""


class KeyReused(Exception):
    """Raised when the caller already used this idempotency key for other content."""


def stored_answer(
    caller: str, key: str, digest: str, *, wait: bool = True, lifetime: timedelta = RETENTION
) -> IdempotencyKey | None:
    """Lock the caller's idempotency key until the transaction ends and return the IdempotencyKey row with the answer
    stored for it; None for the first request.

    A second request waits for the first one to end, or raises KeyInProgress without `wait`. Raises KeyReused if the
    stored answer belongs to other content (another `digest`). With a `lifetime` below a week, an older answer is
    deleted and None returned.
    """
    lock = func.hashtextextended(f"{caller}:{key}", _LOCK_SEED)
    if wait:
        db.session.execute(select(func.pg_advisory_xact_lock(lock)))
    elif not db.session.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one():
        raise KeyInProgress
    stored = find_answer(caller, key)
    if stored is not None and lifetime < RETENTION and stored.created_at <= utc_now() - lifetime:
        db.session.delete(stored)
        db.session.flush()
        return None
    if stored is not None and stored.request_hash != digest:
        raise KeyReused
    return stored


def find_answer(caller: str, key: str) -> IdempotencyKey | None:
    """Return the IdempotencyKey row with the answer stored for the caller's key, without a lock; None if there
    is none.
    """
    same = IdempotencyKey.caller == caller, IdempotencyKey.key == key
    return db.session.scalars(select(IdempotencyKey).where(*same)).first()


def store_answer(
    caller: str, key: str, digest: str, status: int, body: str, etag: str | None = None, location: str | None = None
) -> None:
    """Add an IdempotencyKey row with the answer for the caller's key to the session, without a commit, so that it is
    stored exactly if the request succeeds.
    """
    answer = {"status": status, "body": body, "etag": etag, "location": location, "created_at": utc_now()}
    db.session.add(IdempotencyKey(caller=caller, key=key, request_hash=digest, **answer))


def forget_answers(now: datetime) -> int:
    """Delete all stored answers older than a week, in several small transactions; return how many were deleted."""
    gone = 0
    while count := delete_batch(IdempotencyKey, IdempotencyKey.created_at < now - RETENTION, AT_ONCE):
        gone += count
    return gone
