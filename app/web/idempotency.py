"""Answers kept for repeats (`Idempotency-Key`, form tokens) are forgotten after a week: nobody repeats later."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.core.extensions import db
from app.models import IdempotencyKey

KEPT = timedelta(days=7)
"""Said in the description of the API; longer than an outage of SP4N lasts."""

AT_ONCE = 2000


def forget_answers(now: datetime) -> int:
    """Delete what is older, in small transactions; returns how many there were."""
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
