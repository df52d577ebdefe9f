"""Waiting for the next change on behalf of a long poll; the number of waiters is limited, so that workers are left for
officers' pages.
"""

import time
from collections.abc import Callable

from flask import current_app
from sqlalchemy import func, select

from app.core.extensions import db
from app.core.locks import WAITING_LOCK
from app.feed.sequence import changes_wait

LOOK_EVERY_SECONDS = 0.25


def await_changes(seconds: int, numbered: Callable[[], bool]) -> bool:
    """Return whether a change was committed within `seconds`; False at once where SYNC_WAITERS others wait already.

    `numbered` returns whether a change has its number: another reader, or a job that notifies readers, may have given
    it between two checks. The place of a waiter is an advisory lock of this transaction, which holds neither a snapshot
    nor a row while it waits and is rolled back at the end.
    """
    places = range(current_app.config["SYNC_WAITERS"])
    try:
        locks = (select(func.pg_try_advisory_xact_lock(WAITING_LOCK, place)) for place in places)
        if not any(db.session.execute(lock).scalar_one() for lock in locks):
            return False
        end = time.monotonic() + seconds
        while not (changes_wait() or numbered()):
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(LOOK_EVERY_SECONDS, left))
        return True
    finally:
        db.session.rollback()
