"""Expiry of stored responses to repeated requests (`Idempotency-Key`, form tokens)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.core.extensions import db
from app.models import IdempotencyKey

KEPT = timedelta(days=7)
"""Retention of a response, as documented in the API; longer than an outage of SP4N lasts."""

AT_ONCE = 2000


def forget_answers(now: datetime) -> int:
    """Delete responses older than a week, in small transactions; return how many were deleted."""
    gone = 0
    while count := _forget_some(now - KEPT):
        gone += count
    return gone


def _forget_some(before: datetime) -> int:
    old = select(IdempotencyKey.id).where(IdempotencyKey.created_at < before).limit(AT_ONCE)
    locked = old.with_for_update(skip_locked=True).scalar_subquery()
    found = db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(locked)))
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]
