"""Tries counted in PostgreSQL, a window at a time: every process counts into the same row, whatever becomes of Redis.

A try is counted before it is judged, in a transaction that is over at once, so that a hundred tries sent together are a
hundred; a good one is given back. The rows hold only a digest of the name and the address, since people type passwords
into the field of the name. Its key changes with the day, when every count begins again.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Float, case, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.hashing import digest_of_today
from app.core.transaction import one_transaction
from app.models import LoginCount

KEPT = timedelta(days=1)
FREE_FAILURES = 5
FIRST_DELAY_SECONDS = 30
LONGEST_DELAY_SECONDS = 3600
COUNTS: Any = LoginCount.__table__


@dataclass(frozen=True)
class Limit:
    """So many tries within a window that begins with the first of them."""

    tries: int
    window: timedelta


@dataclass(frozen=True)
class Counted:
    """What a try was counted as, and for how long its limit still refuses; zero where it does not."""

    mark: str
    seconds_left: int = 0


def mark_of(what: str) -> str:
    """A keyed digest of what tries have in common."""
    return digest_of_today(f"login-count:{what}")


def count_try(limits: list[tuple[str, Limit]], now: datetime) -> list[Counted]:
    """Count one try under each limit in turn, up to the first that refuses: what is refused there weighs on no later
    one. All callers name their limits in the same order, so that none waits for another in a circle.
    """
    counted: list[Counted] = []
    with db.engine.begin() as connection:
        for what, limit in limits:
            counted.append(_count(connection, mark_of(what), limit, now))
            if counted[-1].seconds_left:
                break
    return counted


def count_with_delay(what: str, now: datetime) -> Counted:
    """Count one try, of which the first five may follow at once and each later one after twice the delay: 30 seconds to
    an hour. A try that comes too early is refused and changes nothing; a day without a try forgets all of them.
    """
    mark = mark_of(what)
    doublings = func.least(COUNTS.c.tries - FREE_FAILURES, 20)
    grown = func.least(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * func.power(2.0, cast(doublings, Float)))
    delay = case((COUNTS.c.tries < FREE_FAILURES, 0.0), else_=grown)
    passed = func.extract("epoch", now - COUNTS.c.began_at)
    tries = case((COUNTS.c.began_at < now - KEPT, 1), else_=COUNTS.c.tries + 1)
    statement = insert(COUNTS).values(mark=mark, began_at=now, tries=1)
    counting = statement.on_conflict_do_update(
        index_elements=["mark"], set_={"tries": tries, "began_at": now}, where=passed >= delay
    )
    with db.engine.begin() as connection:
        if connection.execute(counting.returning(COUNTS.c.tries)).first() is not None:
            return Counted(mark)
        left = connection.execute(select(delay - passed).where(COUNTS.c.mark == mark)).scalar_one()
        return Counted(mark, max(1, math.ceil(left)))


def forget_try(counted: Counted) -> None:
    """After a right answer nothing is left of the wrong ones before it."""
    with db.engine.begin() as connection:
        connection.execute(delete(COUNTS).where(COUNTS.c.mark == counted.mark))


def give_back(counted: list[Counted]) -> None:
    """A try that turned out good does not count."""
    with db.engine.begin() as connection:
        for one in counted:
            fewer = func.greatest(COUNTS.c.tries - 1, 0)
            connection.execute(update(COUNTS).where(COUNTS.c.mark == one.mark).values(tries=fewer))


def forget_counts(now: datetime, batch: int = 500) -> int:
    """Drop one batch of counts whose windows are long over; says how many."""
    with one_transaction():
        past = select(COUNTS.c.mark).where(COUNTS.c.began_at < now - KEPT).limit(batch)
        gone = delete(COUNTS).where(COUNTS.c.mark.in_(past.with_for_update(skip_locked=True).scalar_subquery()))
        return len(db.session.execute(gone.returning(COUNTS.c.mark)).all())


def _count(connection: Connection, mark: str, limit: Limit, now: datetime) -> Counted:
    over = COUNTS.c.began_at <= now - limit.window
    anew = {"tries": case((over, 1), else_=COUNTS.c.tries + 1), "began_at": case((over, now), else_=COUNTS.c.began_at)}
    statement = insert(COUNTS).values(mark=mark, began_at=now, tries=1)
    upsert = statement.on_conflict_do_update(index_elements=["mark"], set_=anew)
    row = connection.execute(upsert.returning(COUNTS.c.tries, COUNTS.c.began_at)).one()
    if row.tries <= limit.tries:
        return Counted(mark)
    return Counted(mark, max(1, math.ceil((row.began_at + limit.window - now).total_seconds())))
