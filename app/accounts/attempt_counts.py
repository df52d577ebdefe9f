"""Attempt counters in PostgreSQL, one row per subject and window, shared by all processes and independent of Redis.

An attempt is counted and committed before it is checked, so that parallel attempts all count; a successful one is given
back. A row holds only a keyed digest of name and address, since people type passwords into the name field. The key
changes daily, which resets every counter.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, case, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.hashing import digest_of_today
from app.core.transaction import delete_batch
from app.models import LoginCount

KEPT = timedelta(days=1)
FREE_FAILURES = 5
FIRST_DELAY_SECONDS = 30
LONGEST_DELAY_SECONDS = 3600
COUNTS: Any = LoginCount.__table__


@dataclass(frozen=True)
class Limit:
    """A value object: a limit of at most `tries` attempts within a `window` of time, which starts with the first
    attempt.
    """

    tries: int
    window: timedelta


@dataclass(frozen=True)
class Counted:
    """A value object with the result of counting an attempt: `mark` is the digest that identifies the counter,
    `seconds_left` the seconds until the next attempt is allowed; 0 if this attempt is allowed.
    """

    mark: str
    seconds_left: int = 0


def counter_digest(what: str) -> str:
    """Return the digest that identifies the counter of a subject (such as "account 12") today; its key changes
    daily.
    """
    return digest_of_today(f"login-count:{what}")


def count_try(limits: list[tuple[str, Limit]], now: datetime) -> list[Counted]:
    """Count one attempt on the counter of each (subject, limit) in turn, commit, and return a list of `Counted`. The
    list ends with the first limit that is exceeded, whose `seconds_left` is above 0; otherwise all are 0.

    All callers must pass their limits in the same order, which prevents deadlocks.
    """
    counted: list[Counted] = []
    with db.engine.begin() as connection:
        for what, limit in limits:
            mark, over = counter_digest(what), COUNTS.c.began_at <= now - limit.window
            tries = case((over, 1), else_=COUNTS.c.tries + 1)
            began_at = case((over, now), else_=COUNTS.c.began_at)
            upsert = (
                insert(COUNTS)
                .values(mark=mark, began_at=now, tries=1)
                .on_conflict_do_update(index_elements=["mark"], set_={"tries": tries, "began_at": began_at})
            )
            row = connection.execute(upsert.returning(COUNTS.c.tries, COUNTS.c.began_at)).one()
            if row.tries > limit.tries:
                left = (row.began_at + limit.window - now).total_seconds()
                counted.append(Counted(mark, max(1, math.ceil(left))))
                break
            counted.append(Counted(mark))
    return counted


def count_with_delay(what: str, now: datetime) -> Counted:
    """Count one attempt on the counter of the subject `what`, commit, and return `Counted`. The first five attempts are
    allowed at once, each later one only after a delay that doubles from 30 seconds to an hour.

    An attempt that is too early is not counted; `seconds_left` is then above 0, otherwise 0. The count starts
    again each day, with the digest.
    """
    mark = counter_digest(what)
    doublings = func.least(COUNTS.c.tries - FREE_FAILURES, 20)
    grown = func.least(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * func.power(2.0, cast(doublings, Float)))
    delay = case((COUNTS.c.tries < FREE_FAILURES, 0.0), else_=grown)
    passed = func.extract("epoch", now - COUNTS.c.began_at)
    statement = insert(COUNTS).values(mark=mark, began_at=now, tries=1)
    counting = statement.on_conflict_do_update(
        index_elements=["mark"], set_={"tries": COUNTS.c.tries + 1, "began_at": now}, where=passed >= delay
    )
    with db.engine.begin() as connection:
        if connection.execute(counting.returning(COUNTS.c.tries)).first() is not None:
            return Counted(mark)
        left = connection.execute(select(delay - passed).where(COUNTS.c.mark == mark)).scalar_one()
        return Counted(mark, max(1, math.ceil(left)))


def forget_try(counted: Counted) -> None:
    """Delete the counter of a successful attempt and commit, so that its delays start from the beginning."""
    with db.engine.begin() as connection:
        connection.execute(delete(COUNTS).where(COUNTS.c.mark == counted.mark))


def give_back(counted: list[Counted]) -> None:
    """Subtract a successful attempt from each of its counters, and commit."""
    with db.engine.begin() as connection:
        for one in counted:
            fewer = func.greatest(COUNTS.c.tries - 1, 0)
            connection.execute(update(COUNTS).where(COUNTS.c.mark == one.mark).values(tries=fewer))


def forget_counts(now: datetime, batch: int = 500) -> int:
    """Delete at most `batch` counters older than a day, commit, and return how many were deleted."""
    return delete_batch(LoginCount, LoginCount.began_at < now - KEPT, batch)
